"""What was answered, what came of it, and the intake that is filed for staff."""

from datetime import datetime
from enum import StrEnum

from bot.core.model.ids import (
    CaseCode,
    Flag,
    Frozen,
    Level,
    OptionId,
    Perspective,
    QuestionId,
    RuleId,
    Urgency,
)


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
