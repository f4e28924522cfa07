"""Cases as JSON: everything that is kept of an intake, and what staff made of it, as it is kept."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from bot.core.model import Frozen, Intake
from bot.store.records_of_staff import KeptDecision, KeptNote


class Said(Frozen):
    """A line of the chat. `who`: client, assistant, staff, or event; `question` was open then.

    `aside`: it was about something else than that question.
    """

    at: datetime
    who: str
    name: str
    text: str
    buttons: tuple[str, ...] = ()
    question: str = ""
    aside: bool = False


class CaseFile(Frozen):
    """A case as it leaves the house. `filed_before` are its intakes before it was changed."""

    intake: Intake
    filed_before: tuple[Intake, ...] = ()
    state: str = "new"
    assignee: str = ""  # a first name
    follow_up: date | None = None
    decisions: tuple[KeptDecision, ...] = ()
    notes: tuple[KeptNote, ...] = ()
    chat: tuple[Said, ...] = ()


class Record(Frozen):
    """The file: the notice first, for whoever opens it."""

    notice: str
    cases: tuple[CaseFile, ...]


def as_json(cases: Sequence[CaseFile], notice: str) -> str:
    """The cases, with the notice that has to go with them."""
    record = Record(notice=notice, cases=tuple(cases))
    # A text that knows its line in a content file is a str of another class.
    return msgspec.json.format(msgspec.json.encode(record, enc_hook=str), indent=2).decode() + "\n"
