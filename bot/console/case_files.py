"""Cases as they leave the house, read together: intakes, what staff made of them, and the forms."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Column, Row, select

from bot.console.accounts import names
from bot.console.cases import CaseRow, follow_up_date
from bot.core.model import Intake
from bot.exports.record import CaseFile
from bot.store.batch import Batch
from bot.store.records_of_staff import KeptDecision, KeptNote
from bot.store.staff_tables import cases, decisions, notes
from bot.store.tables import intakes
from bot.vault import SealBrokenError

S = TypeVar("S", bound=msgspec.Struct)
Rows = dict[str, list[Row[Any]]]


def case_files(batch: Batch, codes: Sequence[str]) -> list[CaseFile]:
    """The cases of these codes, oldest first. A damaged record must not keep the others in."""
    rows = batch.rows(select(cases).where(cases.c.case_code.in_(codes)))
    batch.vault.load({row.ref for row in rows})
    filed = _of_cases(batch, intakes.c.case_code, codes)
    noted = _of_cases(batch, notes.c.case_code, codes)
    decided = _of_cases(batch, decisions.c.case_code, codes)
    known = names(batch)
    found = []
    for row in rows:
        try:
            read = _unsealed(batch, row, intakes.c.sealed, filed, Intake)
            found.append(
                CaseFile(
                    intake=read[-1],
                    filed_before=read[:-1],
                    state=row.state,
                    assignee=known.get(row.assignee, ""),
                    follow_up=follow_up_date(row),
                    decisions=_unsealed(batch, row, decisions.c.sealed, decided, KeptDecision),
                    notes=_unsealed(batch, row, notes.c.sealed, noted, KeptNote),
                )
            )
        except SealBrokenError:
            continue
    return sorted(found, key=lambda each: each.intake.filed_at)


def _of_cases(batch: Batch, column: Column[Any], codes: Sequence[str]) -> Rows:
    table = column.table
    found: Rows = defaultdict(list)
    wanted = select(table.c.id, table.c.sealed, column.label("code")).where(column.in_(codes))
    for each in batch.rows(wanted.order_by(table.c.id)):
        found[each.code].append(each)
    return found


def _unsealed(
    batch: Batch, case: CaseRow, place: Column[Any], rows: Rows, shape: type[S]
) -> tuple[S, ...]:
    return tuple(
        batch.unseal(case.ref, place, each.id, each.sealed, shape) for each in rows[case.case_code]
    )
