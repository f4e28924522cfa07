"""Effects: what must be done because of an event, in the imperative; and the `Turn` of both."""

from datetime import datetime
from enum import StrEnum

from bot.core.model.ids import CaseCode, Frozen, MessageId, QuestionId, TopicId, Urgency, Wake
from bot.core.model.outcome import Intake
from bot.core.model.session import Session


class Button(Frozen):
    """A button under a message: pressed, it comes back as `OptionChosen.data`; or it opens `url`.

    `data` is at most 52 bytes, which leaves the channel room for a signature within Telegram's 64.
    """

    label: str
    data: str = ""
    url: str = ""


class Effect(Frozen, tag=True):
    """Something that must be done because of an event."""


class Reply(Effect):
    """Show a message. `**bold**` is the only mark-up; rows of buttons stand below the text.

    `edits` names a message that this one may replace in place. `lasting` buttons (feedback, crisis
    card) stay when a later message arrives; others are taken away then. `staff` names the writer.
    """

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    edits: MessageId | None = None
    lasting: bool = False
    staff: str = ""


class Toast(Effect):
    """A short passing note over the chat, in answer to a pressed button (at most 200 characters)."""

    text: str


class AlertKind(StrEnum):
    """Why staff are alerted."""

    EMERGENCY = "emergency"
    HUMAN = "human"
    RESULT = "result"


class AlertStaff(Effect):
    """Tell staff that a case needs them. There is no field here that could hold anybody's words."""

    case: CaseCode
    kind: AlertKind
    urgency: Urgency


class FileIntake(Effect):
    """Keep the intake as it now stands (the newest of a case code wins; older ones stay on record)."""

    intake: Intake


class WakeMe(Effect):
    """Send `WokeUp(reason)` at that time; a later `WakeMe` of the same reason replaces it."""

    at: datetime
    reason: Wake


class NoteMiss(Effect):
    """Keep a question that the FAQ could not answer, with the nearest topics."""

    text: str
    nearest: tuple[tuple[TopicId, float], ...]


class NoteFeedback(Effect):
    """Keep a thumb up or down under the answer on a topic; `text` is what had been asked."""

    topic: TopicId
    helpful: bool
    text: str = ""


class SendRecord(Effect):
    """Send the person everything kept about this chat, as a readable file."""


class EraseChat(Effect):
    """Erase everything kept about this chat, keys first."""


AnyEffect = (
    Reply
    | Toast
    | AlertStaff
    | FileIntake
    | WakeMe
    | NoteMiss
    | NoteFeedback
    | SendRecord
    | EraseChat
)


class Turn(Frozen):
    """What an event led to. `because` says in ids why, such as "faq duration 0.91" or "rule I5".

    `question` is the one that was open when the event came; `digression` is true when the event was
    about something else, so that the transcript can show it beside the question it interrupted.
    """

    session: Session
    effects: tuple[AnyEffect, ...]
    because: tuple[str, ...]
    question: QuestionId | None = None
    digression: bool = False
