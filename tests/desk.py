"""A reception with a real store in a folder, a channel that records, and a dialogue of a few lines."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import msgspec

from bot.core.content import Content
from bot.core.model import (
    AlertKind,
    AlertSent,
    AlertStaff,
    Answer,
    AnyEffect,
    AnyEvent,
    Browsing,
    Button,
    ChatId,
    EraseChat,
    EventId,
    FileIntake,
    Intake,
    IntakeStatus,
    MessageId,
    NoteFeedback,
    NoteMiss,
    OptionChosen,
    OptionId,
    QuestionId,
    Reply,
    SendRecord,
    Session,
    TextReceived,
    Toast,
    TopicId,
    Turn,
    Urgency,
    Wake,
    WakeMe,
    WokeUp,
)
from bot.core.post import Delivered, Delivery, Outcome, Outgoing, OutgoingKind
from bot.floor import Floor
from bot.outbox import Outbox
from bot.pace import Pace
from bot.reception import Reception
from bot.store.contents import Contents
from bot.store.writer import Store
from bot.vault import Vault

START = datetime(2026, 3, 2, 15, 4, 5, tzinfo=UTC)
STAFF = ChatId("telegram:-100500")


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)


class Channel:
    """Records what it is asked to do. `answers` are outcomes for the next calls."""

    def __init__(self) -> None:
        self.done: list[Outgoing] = []
        self.outcomes: list[Outcome | Exception] = []
        self._ids = count(1)

    async def deliver(self, outgoing: Outgoing) -> Outcome:
        await asyncio.sleep(0)
        if self.outcomes and outgoing.kind is OutgoingKind.MESSAGE:
            outcome = self.outcomes.pop(0)
            if isinstance(outcome, Exception):
                raise outcome
            if not isinstance(outcome, Delivered):
                return outcome
        self.done.append(outgoing)
        sends = outgoing.kind in (OutgoingKind.MESSAGE, OutgoingKind.DOCUMENT)
        return Delivered(
            message=outgoing.edits or MessageId(str(next(self._ids))) if sends else None
        )

    def texts(self, chat_id: str) -> list[str]:
        """What the chat was sent."""
        return [
            each.text
            for each in self.done
            if each.chat_id == chat_id and each.kind is OutgoingKind.MESSAGE
        ]

    def of(self, kind: OutgoingKind) -> list[Outgoing]:
        return [each for each in self.done if each.kind is kind]


def echo(session: Session, event: AnyEvent, _content: Content) -> Turn:
    """A dialogue that does what it is told: each word of a message asks for one effect."""
    effects: list[AnyEffect] = []
    match event:
        case TextReceived(text="crash"):
            raise ZeroDivisionError("a mistake of ours")
        case TextReceived():
            text = event.text
        case OptionChosen():
            text = event.data
        case AlertSent():
            text = "told"
        case WokeUp():
            text = "woken"
        case _:
            text = type(event).__name__
    answer = Answer(question=QuestionId("q"), options=(OptionId(text[:60]),), at=event.at)
    session = msgspec.structs.replace(
        session,
        revision=session.revision + 1,
        answers=(*session.answers, answer),
        last_event_at=event.at,
        stage=Browsing(),
    )
    for word in text.split():
        match word:
            case "quiet":
                continue
            case "alert":
                effects.append(
                    AlertStaff(case=session.case, kind=AlertKind.HUMAN, urgency=Urgency.NOW)
                )
            case "asks":
                effects.append(
                    AlertStaff(case=session.case, kind=AlertKind.HUMAN, urgency=Urgency.SAME_DAY)
                )
            case "file":
                effects.append(FileIntake(intake=_intake(session, event)))
                session = msgspec.structs.replace(session, filed=IntakeStatus.COMPLETED)
            case "wake":
                effects.append(WakeMe(at=event.at + timedelta(minutes=30), reason=Wake.SILENCE))
            case "miss":
                effects.append(NoteMiss(text=text, nearest=((TopicId("cost"), 0.4),)))
            case "thumb":
                effects.append(NoteFeedback(topic=TopicId("cost"), helpful=False, text=text))
            case "toast":
                effects.append(Toast(text="noted"))
            case "record":
                effects.append(SendRecord())
            case "erase":
                effects.append(EraseChat())
    if "quiet" not in text:
        lasting = "lasting" in text
        rows = ((Button(label="Go", data=f"go {session.revision}"),),)
        edits = event.message if isinstance(event, OptionChosen) and "edit" in text else None
        buttons = rows if "button" in text or "go" in text else ()
        effects.append(
            Reply(text=f"{session.revision}: {text}", buttons=buttons, edits=edits, lasting=lasting)
        )
    return Turn(session=session, effects=tuple(effects), because=("echo",))


def _intake(session: Session, event: AnyEvent) -> Intake:
    return Intake(
        case=session.case,
        status=IntakeStatus.COMPLETED,
        perspective=session.perspective,
        urgency=Urgency.SAME_DAY,
        answers=session.answers,
        result=None,
        contact=session.contact,
        consent=None,
        source="",
        content_version=session.content_version,
        started_at=event.at,
        filed_at=event.at,
    )


def last_resort(event: AnyEvent) -> tuple[Reply, ...]:
    """What is said when all else fails."""
    return (Reply(text=f"sorry: {type(event).__name__}"),)


class Desk:
    """Everything behind the door, and short ways to knock."""

    def __init__(
        self,
        *,
        vault: Vault,
        store: Store,
        outbox: Outbox,
        reception: Reception,
        channel: Channel,
        clock: Clock,
    ) -> None:
        self.vault = vault
        self.store = store
        self.outbox = outbox
        self.reception = reception
        self.channel = channel
        self.clock = clock

    def said(self, text: str, chat: str = "telegram:1", update: str = "") -> Delivery:
        """An update in which the person writes `text`."""
        name = update or f"telegram:{secrets.token_hex(8)}"
        event = TextReceived(
            event_id=EventId(name), chat_id=ChatId(chat), at=self.clock(), text=text
        )
        return Delivery(update_id=name, received_at=self.clock(), event=event)

    def pressed(self, data: str, message: str, chat: str = "telegram:1") -> Delivery:
        """An update in which the person presses a button."""
        name = f"telegram:{secrets.token_hex(8)}"
        event = OptionChosen(
            event_id=EventId(name),
            chat_id=ChatId(chat),
            at=self.clock(),
            data=data,
            message=MessageId(message),
        )
        return Delivery(
            update_id=name, received_at=self.clock(), event=event, callback_id=f"cb-{name}"
        )

    async def hears(self, text: str, chat: str = "telegram:1") -> list[str]:
        """Receive a message, and what the chat is sent because of it."""
        before = len(self.channel.texts(chat))
        await self.reception.receive(self.said(text, chat))
        await self.settles()
        return self.channel.texts(chat)[before:]

    async def settles(self) -> None:
        """Until everything is sent, toasts too."""
        await self.outbox.idle()
        for _ in range(5):
            await asyncio.sleep(0)

    async def ticks(self) -> None:
        await self.reception.tick()
        await self.settles()


@asynccontextmanager
async def desk(
    folder: Path,
    content: Content,
    *,
    channel: Channel | None = None,
    clock: Clock | None = None,
    pace: Pace | None = None,
    advance: Callable[[Session, AnyEvent, Content], Turn] = echo,
    staff_chat: ChatId | None = STAFF,
    runs: bool = True,
    is_danger: Callable[[AnyEvent], bool] = lambda _event: False,
    console_url: str = "",
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    floor: Floor | None = None,
) -> AsyncIterator[Desk]:
    """Open everything in `folder`; the key file lies beside it."""
    clock = clock or Clock()
    channel = channel or Channel()
    vault = Vault.open(folder, folder.with_name(folder.name + ".key"))
    store = Store.open(folder, vault, clock)
    contents = Contents(store, read=lambda _texts: None)
    contents.adopt(content, {"faq.yaml": "x"})
    outbox = Outbox(
        store, {"telegram": channel.deliver}, clock, pace=pace or Pace.none(), sleep=sleep
    )
    reception = Reception(
        store,
        contents,
        clock,
        outbox=outbox,
        advance=advance,
        last_resort=last_resort,
        staff_chat=staff_chat,
        is_danger=is_danger,
        console_url=console_url,
        floor=floor,
    )
    try:
        async with asyncio.TaskGroup() as tasks:
            if runs:
                tasks.create_task(outbox.run())
                await asyncio.sleep(0)
            yield Desk(
                vault=vault,
                store=store,
                outbox=outbox,
                reception=reception,
                channel=channel,
                clock=clock,
            )
            if runs:
                await outbox.stop(within=timedelta(seconds=5))
    finally:
        await store.close()
        vault.close()
