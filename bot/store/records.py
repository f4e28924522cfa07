"""What lies in the sealed cells of `tables`, as plain structs."""

from datetime import datetime

from bot.core.model import (
    AlertKind,
    AnyEffect,
    AnyEvent,
    Button,
    CaseCode,
    ChatId,
    Frozen,
    MessageId,
    QuestionId,
    Session,
    TopicId,
)
from bot.core.post import Outgoing, OutgoingKind


class KeptSession(Frozen):
    """sessions.sealed. `keyboards` are the ids of outgoing messages whose buttons may still show."""

    session: Session
    keyboards: tuple[int, ...] = ()


class KeptTurn(Frozen):
    """turns.sealed: the event as it came, and what it led to that a transcript shows."""

    event: AnyEvent
    effects: tuple[AnyEffect, ...]
    because: tuple[str, ...]
    case: CaseCode
    question: QuestionId | None = None
    digression: bool = False
    content_version: str = ""


class Body(Frozen):
    """outgoing.body. `of` is the outgoing message that a STRIP means, unless it shows as `unless`."""

    chat_id: ChatId
    kind: OutgoingKind
    text: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    edits: MessageId | None = None
    callback_id: str = ""
    document: bytes = b""
    topic: str = ""
    of: int | None = None
    unless: MessageId | None = None


class Shown(Frozen):
    """outgoing.shown: the channel's name of the message and its pieces, which an erasure needs."""

    message: MessageId
    at: datetime
    before: tuple[MessageId, ...] = ()


class Hold(Frozen):
    """outgoing.hold: not before that time; how often it was tried."""

    until: datetime
    tries: int


class Posted(Frozen):
    """An outgoing row as the outbox takes it; toasts have no row, and the id 0.

    `is_sending`: its row says so from the start, as it goes out right after the COMMIT.
    """

    id: int
    ref: str
    body: Body
    alert: int | None = None
    hold: Hold | None = None
    is_sending: bool = False

    def outgoing(self, edits: MessageId | None) -> Outgoing:
        """The same as the channel takes it."""
        body = self.body
        return Outgoing(
            id=self.id,
            chat_id=body.chat_id,
            kind=body.kind,
            text=body.text,
            buttons=body.buttons,
            edits=edits,
            callback_id=body.callback_id,
            document=body.document,
            topic=body.topic,
        )


class KeptAlert(Frozen):
    """alerts.sealed."""

    chat_id: ChatId
    kind: AlertKind
    made_at: datetime
    tried_at: datetime | None = None  # sent, or refused: the time until the next try counts from it
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""


class KeptWake(Frozen):
    """wakes.sealed."""

    chat_id: ChatId
    due_at: datetime


class KeptMiss(Frozen):
    """misses.sealed."""

    at: datetime
    text: str
    nearest: tuple[tuple[TopicId, float], ...]


class KeptFeedback(Frozen):
    """feedback.sealed; `text` is what had been asked."""

    at: datetime
    topic: TopicId
    helpful: bool
    text: str


class KeptDeadLetter(Frozen):
    """dead_letters.sealed: what came, or what was to go out, and why that failed."""

    at: datetime
    problem: str
    raw: bytes
