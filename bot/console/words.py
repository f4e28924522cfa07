"""Looking for words in what is sealed: contact details, messages, notes.

Cases are opened together, some at a time, and each only as far as words are still missing.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Column, Row, select

from bot.console.cases import CaseRow, intakes_of
from bot.core.model import AnyEvent, AttachmentReceived, Frozen, StaffReplied, TextReceived
from bot.store.batch import Batch
from bot.store.records_of_staff import KeptNote
from bot.store.staff_tables import notes
from bot.store.tables import turns
from bot.vault import SealBrokenError

NUMBER = re.compile(r"^[\d\s+()./-]+$")
FEWEST_DIGITS = 4


class Words(Frozen):
    """What a search still looks for."""

    words: tuple[str, ...]
    digits: str = ""

    def __bool__(self) -> bool:
        """Whether anything is still missing."""
        return bool(self.words or self.digits)

    @classmethod
    def of(cls, text: str) -> "Words":
        """All words in any order; digits alone where it is a number, however it is written."""
        digits = "".join(each for each in text if each.isdigit())
        if len(digits) >= FEWEST_DIGITS and NUMBER.match(text):
            return cls(words=(), digits=digits)
        return cls(words=tuple(text.casefold().split()))

    def missing_in(self, text: str) -> "Words":
        """What that text does not hold either."""
        if self.digits:
            here = "".join(each for each in text if each.isdigit())
            return Words(words=(), digits="" if self.digits in here else self.digits)
        folded = text.casefold()
        return Words(words=tuple(each for each in self.words if each not in folded))


class Heard(msgspec.Struct, frozen=True):
    """Of a turn, what was said: the rest of it is not even read."""

    event: AnyEvent


def holding(batch: Batch, rows: Sequence[CaseRow], words: Words) -> list[CaseRow]:
    """The cases in whose records all words stand, anywhere; or, of a number, its digits."""
    opened = intakes_of(batch, rows)
    missing: dict[str, Words] = {}
    for row in rows:
        intake = opened[row.case_code]
        if intake is not None:  # a damaged record must not hide the others
            contact = f"{intake.contact.name}\n{intake.contact.reach}"
            missing[row.case_code] = words.missing_in(contact)
    open_rows = [row for row in rows if missing.get(row.case_code)]
    said = _of(batch, turns.c.ref, {row.ref for row in open_rows})
    noted = _of(batch, notes.c.case_code, {row.case_code for row in open_rows})
    for row in open_rows:
        left = missing[row.case_code]
        for sealed in said[row.ref]:
            left = left.missing_in(_said(batch, row.ref, sealed)) if left else left
        for sealed in noted[row.case_code]:
            left = left.missing_in(_noted(batch, row.ref, sealed)) if left else left
        missing[row.case_code] = left
    return [row for row in rows if row.case_code in missing and not missing[row.case_code]]


def _of(batch: Batch, column: Column[Any], names: set[str]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    table = column.table
    wanted = select(table.c.id, table.c.sealed, column.label("of")).where(column.in_(names))
    for row in batch.rows(wanted) if names else ():
        found[row.of].append(row)
    return found


def _said(batch: Batch, ref: str, row: Row[Any]) -> str:
    try:
        event = batch.unseal(ref, turns.c.sealed, row.id, row.sealed, Heard).event
    except SealBrokenError:
        return ""
    if isinstance(event, TextReceived | StaffReplied):
        return event.text
    return event.caption if isinstance(event, AttachmentReceived) else ""


def _noted(batch: Batch, ref: str, row: Row[Any]) -> str:
    try:
        return batch.unseal(ref, notes.c.sealed, row.id, row.sealed, KeptNote).text
    except SealBrokenError:
        return ""
