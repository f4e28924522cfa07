"""The words of the program: what happens (events), where a chat stands (session), what to do (effects).

Everything here is plain immutable data that passes through JSON unchanged. `dialogue` turns an event
into a `Turn`; `store` keeps it; channels and console only carry it in and out.
"""

from datetime import datetime
from enum import StrEnum
from typing import NewType, dataclass_transform

from msgspec import Struct, field

ChatId = NewType("ChatId", str)  # channel and address: "telegram:42", "terminal:me"
EventId = NewType("EventId", str)  # unique for ever: a second event with the id is a no-op
MessageId = NewType("MessageId", str)  # the channel's name of a message that it showed
CaseCode = NewType(
    "CaseCode", str
)  # what staff call an intake: "HTZ4-9QM", later ones "HTZ4-9QM-2"
TopicId = NewType("TopicId", str)
QuestionId = NewType("QuestionId", str)
OptionId = NewType("OptionId", str)
RuleId = NewType("RuleId", str)
Flag = NewType("Flag", str)

Answers = dict[QuestionId, tuple[OptionId, ...]]


class Tier(StrEnum):
    """How near danger is in the words of a message; a tier picks a reply and never scores a person."""

    NONE = "none"
    CONCERN = "concern"
    ACUTE = "acute"


class Perspective(StrEnum):
    """Whom the person chats for."""

    SELF = "self"
    LOVED_ONE = "loved-one"
    PROFESSIONAL = "professional"


class Urgency(StrEnum):
    """How soon staff should act; the values stand from the least to the most urgent."""

    ROUTINE = "routine"
    TWO_DAYS = "two-days"
    SAME_DAY = "same-day"
    NOW = "now"


class Level(StrEnum):
    """The care setting that fits, from the least to the most care."""

    INFO = "info"
    OUTPATIENT = "outpatient"
    IOP = "iop"
    INPATIENT = "inpatient"
    EMERGENCY = "emergency"


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
class Frozen(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Immutable, compared by value, keyword-only; anything unknown in its JSON is an error."""


# --- Events: what happened, in the past tense -------------------------------------------------


class Event(Frozen, tag=True):
    """Something that happened in one chat, once, at an aware UTC time."""

    event_id: EventId
    chat_id: ChatId
    at: datetime


class TextReceived(Event):
    """The person wrote a message."""

    text: str


class OptionChosen(Event):
    """The person pressed a button; `data` is what `Button.data` held when it was shown."""

    data: str
    message: MessageId | None = None


class CommandReceived(Event):
    """The person gave a command, such as `/start loved-one`; `name` has no slash."""

    name: str
    argument: str = ""


class AttachmentReceived(Event):
    """A photo, voice message, sticker, contact, location ...: never downloaded; a caption is read."""

    kind: str
    caption: str = ""


class MessageEdited(Event):
    """The person changed a message sent earlier; it is read for danger and never changes an answer."""

    text: str


class WokeUp(Event):
    """The time asked for by `WakeMe` has come."""

    reason: "Wake"


class StaffTookOver(Event):
    """A member of staff writes in the bot's place from now on."""

    staff: str


class StaffReplied(Event):
    """A member of staff wrote to the person."""

    staff: str
    text: str


class StaffHandedBack(Event):
    """The bot goes on where the person was."""

    staff: str


class CrisisCleared(Event):
    """A member of staff has seen to the danger; the bot may go on."""

    staff: str


class AlertSent(Event):
    """An alert about this chat has reached staff."""

    case: CaseCode


AnyEvent = (
    TextReceived
    | OptionChosen
    | CommandReceived
    | AttachmentReceived
    | MessageEdited
    | WokeUp
    | StaffTookOver
    | StaffReplied
    | StaffHandedBack
    | CrisisCleared
    | AlertSent
)


# --- Session: where a chat stands -------------------------------------------------------------


class Answer(Frozen):
    """What was answered to one question; a retracted answer stays, for the transcript."""

    question: QuestionId
    options: tuple[OptionId, ...]
    at: datetime
    typed: bool = False
    retracted_at: datetime | None = None


class Consent(Frozen):
    """The person agreed to the text of that version."""

    version: str
    at: datetime


class Contact(Frozen):
    """How staff may reach the person; every field may stay empty.

    The last three hold the ids of choices in wording.yaml, such as "evening" or "private".
    """

    name: str = ""
    reach: str = ""
    message_ok: bool = False
    best_time: str = ""
    insurance: str = ""
    loved_one_knows: str = ""


class Browsing(Frozen, tag=True):
    """No screening under way: questions are welcome. `offered` are topics of a "did you mean"."""

    offered: tuple[TopicId, ...] = ()


class AwaitingConsent(Frozen, tag=True):
    """The consent text is shown; nothing is asked before a yes. A known perspective skips Q1."""

    perspective: Perspective | None = None


class Screening(Frozen, tag=True):
    """A question is open. `chosen` are the ticks of a multi-select so far; `guess` awaits a yes.

    `offered`: the question was not shown last, but whether to go on with the questions at all.
    """

    question: QuestionId
    chosen: tuple[OptionId, ...] = ()
    guess: tuple[OptionId, ...] = ()
    from_review: bool = False
    offered: bool = False


class Reviewing(Frozen, tag=True):
    """All is answered; the person looks it over before it goes to staff. `page` of the list shown.

    `offered`: the list was not shown last, but whether to go on at all.
    """

    page: int = 0
    offered: bool = False


class LeavingContact(Frozen, tag=True):
    """After the outcome: optional contact details, one `step` (an id in wording) at a time."""

    step: str


class WithStaff(Frozen, tag=True):
    """A member of staff writes; the bot is silent, except at signs of crisis."""

    staff: str
    parked: "AnyStage"


class CheckingSafety(Frozen, tag=True):
    """One gentle direct question is open: are you safe right now? `kind` is what was heard."""

    kind: str
    subject: str
    parked: "AnyStage"


class InCrisis(Frozen, tag=True):
    """The crisis card is shown; this lasts until a person clears it. `told` once an alert was sent."""

    kind: str
    subject: str
    parked: "AnyStage"
    told: bool = False


class ConfirmingErase(Frozen, tag=True):
    """The person asked to erase everything and is asked again."""

    parked: "AnyStage"


AnyStage = (
    Browsing
    | AwaitingConsent
    | Screening
    | Reviewing
    | LeavingContact
    | WithStaff
    | CheckingSafety
    | InCrisis
    | ConfirmingErase
)


class Session(Frozen):
    """Everything a chat's next turn depends on.

    `case_code` is given once, when the chat is first seen; the n-th intake of the chat is that code
    with "-n" after it (`case`). `revision` grows with every change of answers or stage, so that a
    button of an older screen is known to be stale. `asked` is the id of a direct question about
    danger that is open, so that a short "yes" is read with it; `last_question` is what the FAQ was
    last asked, for a thumb down.
    """

    chat_id: ChatId
    case_code: CaseCode
    content_version: str
    stage: AnyStage = Browsing()
    intake_number: int = 1
    revision: int = 0
    perspective: Perspective = Perspective.SELF
    language: str = "en"
    source: str = ""
    consent: Consent | None = None
    answers: tuple[Answer, ...] = ()
    result: "Result | None" = None
    contact: Contact = Contact()
    filed: "IntakeStatus | None" = None
    crisis_at: datetime | None = None
    concern_at: datetime | None = None
    concern_kind: str = ""
    human_asked_at: datetime | None = None
    started_at: datetime | None = None
    last_event_at: datetime | None = None
    asked: str = ""
    last_question: str = ""

    @property
    def case(self) -> CaseCode:
        """The code of the present intake."""
        if self.intake_number == 1:
            return self.case_code
        return CaseCode(f"{self.case_code}-{self.intake_number}")


# --- The outcome of a screening, and what is filed for staff ----------------------------------


class Reason(Frozen):
    """One answer that led to the outcome, in the words shown to the person."""

    question: QuestionId
    option: OptionId
    text: str


class Result(Frozen):
    """The outcome of a screening, as staff see it.

    `ratings_known` counts skipped answers as 0, `ratings_assumed` as printed in the content; keys are
    dimension ids, values 0 to 4. `staff_call` means that the person sees no level.
    """

    level: Level
    rule: RuleId
    staff_call: bool
    urgency: Urgency
    flags: tuple[Flag, ...]
    reasons: tuple[Reason, ...]
    ratings_known: dict[str, int]
    ratings_assumed: dict[str, int]
    level_known: Level
    level_assumed: Level
    asked: tuple[QuestionId, ...]
    missing: tuple[QuestionId, ...]
    version: str


class IntakeStatus(StrEnum):
    """How far an intake has come (FHIR QuestionnaireResponse.status, and `emergency`)."""

    IN_PROGRESS = "in-progress"
    INCOMPLETE = "incomplete"
    COMPLETED = "completed"
    AMENDED = "amended"
    EMERGENCY = "emergency"


class Intake(Frozen):
    """A case for staff: FHIR's QuestionnaireResponse with its outcome; `result` is None before one."""

    case: CaseCode
    status: IntakeStatus
    perspective: Perspective
    urgency: Urgency
    answers: tuple[Answer, ...]
    result: Result | None
    contact: Contact
    consent: Consent | None
    source: str
    content_version: str
    started_at: datetime
    filed_at: datetime


# --- Effects: what must be done, in the imperative ----------------------------------------------


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


class Wake(StrEnum):
    """Why to wake a chat."""

    SILENCE = "silence"


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
