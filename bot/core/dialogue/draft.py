"""A turn in the making: every stage adds its replies and changes here, and `turn` seals it."""

from collections.abc import Sequence
from datetime import timedelta

from msgspec.structs import replace

from bot.core.checked_yaml import plain
from bot.core.content import Content
from bot.core.model import (
    Answers,
    AnyEffect,
    AnyEvent,
    AnyStage,
    Button,
    CheckingSafety,
    ConfirmingErase,
    InCrisis,
    OptionChosen,
    Reply,
    Reviewing,
    Screening,
    Session,
    Toast,
    Turn,
    Wake,
    WakeMe,
    WithStaff,
    WokeUp,
)
from bot.core.screening_form import Option, label

Rows = Sequence[Sequence[Button]]
Parking = WithStaff | CheckingSafety | InCrisis | ConfirmingErase  # stages that keep another one


class Draft:
    """What has been decided so far in one turn. Lives for one call of `advance` only."""

    def __init__(self, session: Session, event: AnyEvent, content: Content) -> None:
        self.session = session
        self.event = event
        self.content = content
        self.effects: list[AnyEffect] = []
        self.because: list[str] = []
        self.digression = False
        self.is_concerned = False  # something dark was said: no small talk about the program
        stage = self.parked
        self.question = stage.question if isinstance(stage, Screening) else None
        away = timedelta(hours=content.clinic.resume_after_hours)
        self.is_back = bool(session.last_event_at and event.at - session.last_event_at > away)

    def become(self, stage: AnyStage) -> None:
        """Go to `stage`; buttons of the screen before are stale from now on."""
        self.session = replace(self.session, stage=stage, revision=self.session.revision + 1)

    def change(self, **changes: object) -> None:
        """Set fields of the session other than the stage."""
        self.session = replace(self.session, **changes)

    def reply(
        self,
        text: str,
        rows: Rows = (),
        *,
        lasting: bool = False,
        in_place: bool = False,
        staff: str = "",
    ) -> None:
        """Say something; `in_place` puts it where the pressed button stood, if it still does."""
        edits = self.event.message if in_place and isinstance(self.event, OptionChosen) else None
        buttons = tuple(tuple(row) for row in rows if row)
        self.effects.append(
            Reply(text=text, buttons=buttons, lasting=lasting, edits=edits, staff=staff)
        )

    def receipt(self, text: str) -> None:
        """Leave `text` where the pressed button stood; nothing when no button was pressed."""
        if isinstance(self.event, OptionChosen) and self.event.message:
            self.reply(text, in_place=True)

    def toast(self, text: str) -> None:
        """A short passing note in answer to a pressed button."""
        self.effects.append(Toast(text=text))

    def do(self, effect: AnyEffect) -> None:
        """Have something done."""
        self.effects.append(effect)

    def note(self, why: str) -> None:
        """Say in ids why the turn is what it is."""
        self.because.append(why)

    def is_silent_long_enough(self) -> bool:
        """Whether nothing was heard for as long as the clinic says; if not, ask to be woken then."""
        silence = timedelta(minutes=self.content.clinic.silence_minutes)
        last = self.session.last_event_at
        if last is None or self.event.at - last >= silence:
            return True
        self.do(WakeMe(at=last + silence, reason=Wake.SILENCE))
        return False

    def label(self, option: Option) -> str:
        """The words on an option's button, to whom it is shown."""
        return label(self.content.screening, option, self.session.perspective)

    @property
    def parked(self) -> AnyStage:
        """What is open, or would be, were it not for staff, a danger or a question about erasing."""
        stage = self.session.stage
        while isinstance(stage, Parking):
            stage = stage.parked
        return stage

    @property
    def answers(self) -> Answers:
        """The answers that stand, the newest of each question."""
        return {
            answer.question: answer.options
            for answer in self.session.answers
            if answer.retracted_at is None
        }

    def turn(self) -> Turn:
        """The finished turn; a stage that must not be left alone for long asks to be woken."""
        is_waiting = isinstance(self.session.stage, Screening | Reviewing | CheckingSafety)
        if is_waiting and not isinstance(self.event, WokeUp):
            silence = timedelta(minutes=self.content.clinic.silence_minutes)
            self.do(WakeMe(at=self.event.at + silence, reason=Wake.SILENCE))
        return plain(
            Turn(
                session=self.session,
                effects=tuple(self.effects),
                because=tuple(self.because),
                question=self.question,
                digression=self.digression,
            )
        )
