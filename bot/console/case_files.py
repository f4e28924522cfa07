"""Cases as they leave the house, read together: intakes, what staff made of them, and the forms."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Column, Row, select

from bot.console.accounts import names
from bot.console.case_records import turns_of
from bot.console.cases import CaseRow, follow_up_date
from bot.console.timeline import passages
from bot.core.model import Intake
from bot.exports.record import CaseFile, Said
from bot.store.batch import Batch
from bot.store.contents import Contents
from bot.store.records_of_staff import KeptDecision, KeptNote
from bot.store.staff_tables import cases, decisions, notes
from bot.store.tables import intakes
from bot.vault import SealBrokenError

MOST_TURNS = 20_000  # of one chat
S = TypeVar("S", bound=msgspec.Struct)
Rows = dict[str, list[Row[Any]]]


def case_files(batch: Batch, codes: Sequence[str], chats: Contents | None = None) -> list[CaseFile]:
    """The cases of these codes, oldest first. A damaged record must not keep the others in.

    With `chats`, what was said stands in them, too.
    """
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
                    chat=_chat(batch, row, read[-1], chats) if chats else (),
                )
            )
        except SealBrokenError:
            continue
    return sorted(found, key=lambda each: each.intake.filed_at)


def _chat(batch: Batch, row: CaseRow, intake: Intake, contents: Contents) -> tuple[Said, ...]:
    """The whole chat; a turn that does not open is left out."""
    content = contents.version(batch, intake.content_version)
    kept, _ = turns_of(batch, row, MOST_TURNS)
    opened = [(question, turn) for question, turn in kept if turn is not None]
    return tuple(
        Said(
            at=line.at,
            who=line.who,
            name=line.name,
            text=line.text,
            buttons=line.choices,
            question=passage.question,
            aside=passage.is_aside,
        )
        for passage in passages(opened, content, intake.perspective, {})
        for line in passage.lines
    )


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
