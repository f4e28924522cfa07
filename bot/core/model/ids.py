"""Ids with types, the few words that have an order, and what every struct here is: `Frozen`."""

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


class Notify(StrEnum):
    """When, by the clinic's own safety policy, staff tell a parent or guardian of a minor."""

    NEVER = "never"
    IN_DANGER = "in-danger"
    ALWAYS = "always"


class Wake(StrEnum):
    """Why to wake a chat."""

    SILENCE = "silence"
    STAFF_SILENT = "staff-silent"


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
class Frozen(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Immutable, compared by value, keyword-only; anything unknown in its JSON is an error."""
