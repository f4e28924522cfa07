"""What lies in the sealed cells of `tables`, as plain structs."""

from datetime import datetime, timedelta

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
    sent: tuple[int, ...] = ()  # outgoing rows of what staff wrote: whether it arrived


class Body(Frozen):
    """outgoing.body. `of` is the outgoing message that a STRIP means, unless it shows as `unless`.

    Of messages to staff: `urgent` ones go to the head of the line, `cases` are those named in it,
    `topic_of` is the case whose topic it belongs to. `on_sent` follows once this one has arrived,
    `on_lost` once it is known that it never will.
    """

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
    urgent: bool = False
    cases: tuple[CaseCode, ...] = ()
    topic_of: str = ""
    replies_to: MessageId | None = None
    on_sent: "Body | None" = None
    on_lost: "Body | None" = None


class Shown(Frozen):
    """outgoing.shown: the channel's name of the message and its pieces, which an erasure needs."""

    message: MessageId
    at: datetime
    before: tuple[MessageId, ...] = ()


class Hold(Frozen):
    """outgoing.hold: not before that time; how often it was tried.

    `length` is how long it was to wait at most, should the clock be set back meanwhile.
    """

    until: datetime
    tries: int
    length: timedelta | None = None


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

    def outgoing(self, edits: MessageId | None, topic: str = "") -> Outgoing:
        """The same as the channel takes it; `topic` is the present one of its case."""
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
            topic=topic or body.topic,
            topic_title=body.topic_of,
            replies_to=body.replies_to,
        )


class KeptAlert(Frozen):
    """alerts.sealed. `raised` counts how often it was made anew, `step` how often it was repeated."""

    chat_id: ChatId
    kind: AlertKind
    made_at: datetime
    tried_at: datetime | None = None  # sent, or refused: the time until the next try counts from it
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    raised: int = 0
    step: int = 0


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
