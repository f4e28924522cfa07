"""A chat for tests that reads as the phone: `client:` and `bot:` lines, checked one by one.

    client: hello          a message; `[Label]` presses a visible button; `/start` is a command;
                           `(photo) look` sends an attachment, `(edits) ...` changes a message
    client waits 2 days    time passes; what asked to be woken is woken
    bot: Who are you       the next message holds these words, whatever the case
    toast: old button      a passing note after a press
    staff Ana takes over / staff Ana: I'm here / staff Ana hands back / staff Ana clears
    alert: emergency now   staff are alerted;  filed: completed   the intake is on record

A message that no line expects fails. The session passes through JSON after every turn.
"""

import re
from datetime import UTC, datetime, timedelta
from textwrap import dedent

import msgspec

from bot.core.content import Content
from bot.core.dialogue import advance
from bot.core.model import (
    AlertSent,
    AlertStaff,
    AnyEffect,
    AnyEvent,
    AttachmentReceived,
    Button,
    CaseCode,
    ChatId,
    CommandReceived,
    CrisisCleared,
    EraseChat,
    EventId,
    FileIntake,
    MessageEdited,
    MessageId,
    OptionChosen,
    Reply,
    Session,
    StaffHandedBack,
    StaffReplied,
    StaffTookOver,
    TextReceived,
    Toast,
    Turn,
    Wake,
    WakeMe,
    WokeUp,
)

START = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
CHAT = ChatId("test:1")
_UNITS = {"minute": 60, "hour": 3600, "day": 86400, "second": 1}


class Shown(msgspec.Struct):
    """A message on the phone."""

    id: MessageId
    text: str
    buttons: list[Button]
    lasting: bool


class Chat:
    """One client's phone, and the assistant behind it."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.at = START
        self.session = self._new_session()
        self.shown: list[Shown] = []
        self.unread: list[str] = []
        self.toasts: list[str] = []
        self.effects: list[AnyEffect] = []
        self.unseen: list[AnyEffect] = []
        self.turns: list[Turn] = []
        self.events: list[AnyEvent] = []
        self.wakes: dict[Wake, datetime] = {}
        self._count = 0

    def _new_session(self) -> Session:
        return Session(
            chat_id=CHAT, case_code=CaseCode("HTZ4-9QM"), content_version=self.content.version
        )

    # --- what happens

    def _stamp(self) -> tuple[EventId, ChatId, datetime]:
        self._count += 1
        self.at += timedelta(seconds=5)
        return EventId(f"e{self._count}"), CHAT, self.at

    def receive(self, event: AnyEvent) -> Turn:
        """Advance by one event, and show what comes of it."""
        self.events.append(event)
        turn = advance(self.session, event, self.content)
        kept = msgspec.json.encode(turn.session)
        self.session = msgspec.json.decode(kept, type=Session)
        assert self.session == turn.session, "the session does not pass through JSON unchanged"
        self.turns.append(turn)
        self._show(turn)
        return turn

    def _show(self, turn: Turn) -> None:
        before = len(self.shown)
        for effect in turn.effects:
            self.effects.append(effect)
            match effect:
                case Reply():
                    self._show_reply(effect)
                case Toast():
                    self.toasts.append(effect.text)
                case WakeMe():
                    self.wakes[effect.reason] = effect.at
                case EraseChat():
                    self.session = self._new_session()
                    self.unseen.append(effect)
                case _:
                    self.unseen.append(effect)
        if len(self.shown) > before:
            for old in self.shown[:before]:
                if not old.lasting:
                    old.buttons = []

    def _show_reply(self, reply: Reply) -> None:
        buttons = [each for row in reply.buttons for each in row]
        for each in buttons:
            assert len(each.data.encode()) <= 52, f"callback data over 52 bytes: {each.data}"
        if reply.edits is not None:
            for shown in self.shown:
                if shown.id == reply.edits:
                    shown.text, shown.buttons = reply.text, buttons
                    return
        self._count += 1
        self.shown.append(
            Shown(
                id=MessageId(str(self._count)),
                text=reply.text,
                buttons=buttons,
                lasting=reply.lasting,
            )
        )
        self.unread.append(reply.text)

    def writes(self, text: str) -> Turn:
        """The client types a message, a command, or presses `[Label]`."""
        if press := re.fullmatch(r"\[(.+)\]", text):
            return self.presses(press[1])
        event_id, chat_id, at = self._stamp()
        if text.startswith("/"):
            name, _, argument = text[1:].partition(" ")
            return self.receive(
                CommandReceived(
                    event_id=event_id, chat_id=chat_id, at=at, name=name, argument=argument
                )
            )
        if edited := re.fullmatch(r"\(edits\) ?(.*)", text):
            return self.receive(
                MessageEdited(event_id=event_id, chat_id=chat_id, at=at, text=edited[1])
            )
        if sent := re.fullmatch(r"\((\w+)\) ?(.*)", text):
            return self.receive(
                AttachmentReceived(
                    event_id=event_id, chat_id=chat_id, at=at, kind=sent[1], caption=sent[2]
                )
            )
        return self.receive(TextReceived(event_id=event_id, chat_id=chat_id, at=at, text=text))

    def visible(self) -> list[tuple[Shown, Button]]:
        """Buttons that can be pressed, the newest message's first."""
        return [(shown, each) for shown in reversed(self.shown) for each in shown.buttons]

    def labels(self) -> list[str]:
        """The labels of all visible buttons."""
        return [each.label for _, each in self.visible()]

    def presses(self, label: str) -> Turn:
        """The client presses a visible button."""
        for shown, each in self.visible():
            if each.label == label:
                return self.presses_data(each.data, shown.id)
        raise AssertionError(f"no button [{label}]; there are {self.labels()}")

    def presses_data(self, data: str, message: MessageId | None = None) -> Turn:
        """The client presses a button of whatever age."""
        event_id, chat_id, at = self._stamp()
        return self.receive(
            OptionChosen(event_id=event_id, chat_id=chat_id, at=at, data=data, message=message)
        )

    def waits(self, time: timedelta) -> None:
        """Time passes; what asked to be woken by then is woken, in order."""
        until = self.at + time
        while due := sorted((at, reason) for reason, at in self.wakes.items() if at <= until):
            at, reason = due[0]
            del self.wakes[reason]
            self.at = max(self.at, at)
            event_id, chat_id, _ = self._stamp()
            self.receive(WokeUp(event_id=event_id, chat_id=chat_id, at=self.at, reason=reason))
        self.at = max(self.at, until)

    def staff_event(self, staff: str, what: str) -> Turn:
        """Staff take over, write, hand back or clear a crisis."""
        event_id, chat_id, at = self._stamp()
        if what == "takes over":
            return self.receive(
                StaffTookOver(event_id=event_id, chat_id=chat_id, at=at, staff=staff)
            )
        if what == "hands back":
            return self.receive(
                StaffHandedBack(event_id=event_id, chat_id=chat_id, at=at, staff=staff)
            )
        if what == "clears":
            return self.receive(
                CrisisCleared(event_id=event_id, chat_id=chat_id, at=at, staff=staff)
            )
        return self.receive(
            StaffReplied(event_id=event_id, chat_id=chat_id, at=at, staff=staff, text=what)
        )

    def alert_arrives(self) -> Turn:
        """The newest alert has reached staff."""
        event_id, chat_id, at = self._stamp()
        return self.receive(
            AlertSent(event_id=event_id, chat_id=chat_id, at=at, case=self.session.case)
        )

    # --- what a script says

    def follows(self, script: str) -> None:
        """Play a script, and check every message of the bot against it."""
        for number, line in enumerate(dedent(script).strip().splitlines(), start=1):
            try:
                self._play(line.strip())
            except AssertionError as error:
                raise AssertionError(f"line {number}: {line.strip()}\n{error}") from error
        self._all_read()

    def _play(self, line: str) -> None:
        if not line or line.startswith("#"):
            return
        if match := re.fullmatch(r"client: (.*)", line):
            self._all_read()
            self.unseen.clear()
            self.toasts.clear()
            self.writes(match[1])
        elif match := re.fullmatch(r"client waits (\d+) (second|minute|hour|day)s?", line):
            self._all_read()
            self.unseen.clear()
            self.waits(timedelta(seconds=int(match[1]) * _UNITS[match[2]]))
        elif match := re.fullmatch(r"bot: (.*)", line):
            assert self.unread, "the bot said nothing (more)"
            said = self.unread.pop(0)
            assert _plain(match[1]) in _plain(said), f"the bot said: {said}"
        elif match := re.fullmatch(r"toast: (.*)", line):
            assert any(_plain(match[1]) in _plain(each) for each in self.toasts), self.toasts
        elif match := re.fullmatch(r"buttons: (.*)", line):
            wanted = [each.strip() for each in match[1].split("|")]
            missing = [each for each in wanted if each not in self.labels()]
            assert not missing, f"no button {missing}; there are {self.labels()}"
        elif match := re.fullmatch(r"staff (\w+):? (.*)", line):
            self._all_read()
            self.staff_event(match[1], match[2])
        elif line == "alert arrives":
            self._all_read()
            self.alert_arrives()
        elif match := re.fullmatch(r"alert: (\S+) (\S+)", line):
            alerts = [
                (str(each.kind), str(each.urgency))
                for each in self.unseen
                if isinstance(each, AlertStaff)
            ]
            assert (match[1], match[2]) in alerts, f"alerts: {alerts}"
        elif match := re.fullmatch(r"filed: (\S+)( \S+)?( \S+)?", line):
            filed = [each.intake for each in self.unseen if isinstance(each, FileIntake)]
            assert filed, "nothing was filed"
            assert filed[-1].status == match[1], filed[-1].status
            if match[2]:
                assert filed[-1].urgency == match[2].strip(), filed[-1].urgency
            if match[3]:
                assert filed[-1].result is not None
                assert filed[-1].result.level == match[3].strip(), filed[-1].result
        elif line == "nothing filed":
            assert not [each for each in self.unseen if isinstance(each, FileIntake)]
        elif match := re.fullmatch(r"does: (\w+)", line):
            assert match[1] in [type(each).__name__ for each in self.unseen], self.unseen
        else:
            raise AssertionError("this line of the script says nothing known")

    def _all_read(self) -> None:
        assert not self.unread, f"the bot also said: {self.unread}"


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("**", "")).casefold().strip()
