"""A case as the queue knows it, and what staff change about one.

Counterpart: `arrivals`, which brings cases into the queue and up to date.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import structlog
from sqlalchemy import Row, select

from bot.console.deadlines import closing_hour, due_at, due_hour
from bot.core.content.clinic import Clinic
from bot.core.model import CaseCode, Intake, Urgency
from bot.store.batch import Batch
from bot.store.records_of_staff import KeptCase
from bot.store.staff_tables import cases
from bot.store.tables import intakes
from bot.vault import SealBrokenError

MOST_OTHERS = 20
NEVER = 2_000_000_000  # an hour that does not come: nothing is due
EPOCH = date(1970, 1, 1)
NEW = "new"
STATES = {
    NEW: "New",
    "contacted": "Contacted",
    "scheduled": "Scheduled",
    "admitted": "Admitted",
    "referred": "Referred",
    "closed": "Closed",
}
CLOSED = frozenset({"admitted", "referred", "closed"})
URGENCIES = tuple(Urgency)
CaseRow = Row[Any]
log = structlog.get_logger()


def case_row(batch: Batch, code: str) -> CaseRow | None:
    """The case as it stands."""
    rows = batch.rows(select(cases).where(cases.c.case_code == code))
    return rows[0] if rows else None


def kept_case(batch: Batch, row: CaseRow) -> KeptCase:
    """Its times; of a cell that does not open, what the row says in clear."""
    try:
        return batch.unseal(row.ref, cases.c.sealed, row.case_code, row.sealed, KeptCase)
    except SealBrokenError:
        log.warning("record.damaged", place="cases.sealed", chat=row.ref[:8])
        danger_at = _at(row.danger_hour) if row.danger_hour else None
        return KeptCase(filed_at=_at(row.filed_hour), danger_at=danger_at)


def _at(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * 3600, UTC)


def sealed_case(batch: Batch, ref: str, code: str, kept: KeptCase) -> bytes:
    """Its times, sealed; nothing where the chat's key is damaged: the case still has to be seen."""
    try:
        return batch.seal(ref, cases.c.sealed, code, kept)
    except SealBrokenError:
        return b""


def write(batch: Batch, row: CaseRow, kept: KeptCase, **values: object) -> None:
    """Change some of its columns, and its times."""
    sealed = sealed_case(batch, row.ref, row.case_code, kept)
    batch.update(cases, "case_code", row.case_code, **values, sealed=sealed)


def newest_intake(batch: Batch, row: CaseRow) -> Intake:
    """The intake as it stands.

    Raises:
        SealBrokenError: it is damaged.

    """
    found = batch.rows(select(intakes.c.sealed).where(intakes.c.id == row.newest))
    return batch.unseal(row.ref, intakes.c.sealed, row.newest, found[0].sealed, Intake)


def intakes_of(batch: Batch, rows: Sequence[CaseRow]) -> dict[str, Intake | None]:
    """The intakes of these cases as they stand, read together; None for one that does not open."""
    try:
        batch.vault.load({row.ref for row in rows})
    except SealBrokenError:
        log.warning("record.damaged", place="data_keys.wrapped")  # each is tried by itself, then
    wanted = select(intakes.c.id, intakes.c.sealed).where(
        intakes.c.id.in_([row.newest for row in rows])
    )
    sealed = {each.id: each.sealed for each in batch.rows(wanted)}
    found: dict[str, Intake | None] = {}
    for row in rows:
        cell = sealed[row.newest]
        with suppress(SealBrokenError):
            found[row.case_code] = batch.unseal(row.ref, intakes.c.sealed, row.newest, cell, Intake)
    return {row.case_code: found.get(row.case_code) for row in rows}


def looked_at(batch: Batch, row: CaseRow) -> None:
    """Somebody reads the case now."""
    kept = kept_case(batch, row)
    if kept.looked_at is None or row.unread:
        fresh = msgspec.structs.replace(kept, looked_at=kept.looked_at or batch.at)
        write(batch, row, fresh, unread=0)


def set_state(
    batch: Batch, row: CaseRow, state: str, follow_up: date | None, clinic: Clinic
) -> None:
    """How far staff have come with the case, and when they come back to it."""
    day = (follow_up - EPOCH).days if follow_up else 0
    closed = int(state in CLOSED)
    kept = kept_case(batch, row)
    if state == NEW:
        hour = due_hour(kept.waits_from or kept.filed_at, Urgency(row.urgency), clinic)
        asked = row.asked
    else:
        hour = follow_up_due(day, clinic) if day and not closed else NEVER
        asked = 0
        kept = msgspec.structs.replace(kept, handled_at=batch.at)
    write(batch, row, kept, state=state, closed=closed, follow_up=day, due_hour=hour, asked=asked)


def due_again(
    stands: Mapping[str, Any], kept: KeptCase, at: datetime, urgency: Urgency, clinic: Clinic
) -> tuple[dict[str, Any], KeptCase]:
    """The case waits for staff again, from `at`; one that waits already does not wait longer.

    `stands` are its columns so far; what changes of them comes back.
    """
    highest = max(Urgency(stands["urgency"]), urgency, key=URGENCIES.index)
    hour = due_hour(at, highest, clinic)
    if stands["state"] == NEW and not stands["closed"] and stands["due_hour"] <= hour:
        return {}, kept
    kept = msgspec.structs.replace(kept, waits_from=at)
    return {"state": NEW, "closed": 0, "due_hour": hour}, kept


def case_due_at(row: CaseRow, kept: KeptCase, clinic: Clinic) -> datetime:
    """By when staff should act on a case that waits."""
    if kept.waits_from is None:
        return _at(row.due_hour)
    return due_at(kept.waits_from, Urgency(row.urgency), clinic)


def follow_up_due(day: int, clinic: Clinic) -> int:
    """The hour in which a follow-up on that day, counted since 1970, is overdue."""
    return closing_hour(EPOCH + timedelta(days=day), clinic)


def follow_up_date(row: CaseRow) -> date | None:
    """The day on which staff come back to the case."""
    return EPOCH + timedelta(days=row.follow_up) if row.follow_up else None


def chat_cases(batch: Batch, row: CaseRow) -> list[CaseCode]:
    """The newest cases of the same chat, oldest first."""
    found = batch.rows(
        select(cases.c.case_code)
        .where(cases.c.ref == row.ref)
        .order_by(cases.c.newest.desc())
        .limit(MOST_OTHERS)
    )
    return [CaseCode(each.case_code) for each in reversed(found)]
