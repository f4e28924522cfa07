"""The queue's copy of the cases, and what staff change about one.

`catch_up` reads the intakes and turns that came since the last time, in order, a limited number at
once: a case is in the queue as soon as somebody looks, and nothing on the way of a client's message
waits for it. Both doors of staff, the console and Telegram, are seen here as the same events.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
import structlog
from sqlalchemy import Row, func, select

from bot.console.deadlines import due_hour
from bot.core.content.clinic import Clinic
from bot.core.model import (
    AnyEvent,
    AttachmentReceived,
    CaseCode,
    CrisisCleared,
    Intake,
    IntakeStatus,
    StaffHandedBack,
    StaffReplied,
    StaffTookOver,
    TextReceived,
    Urgency,
)
from bot.store.batch import SOME, Batch, hour_of
from bot.store.records import KeptTurn
from bot.store.records_of_staff import KeptCase, KeptFact
from bot.store.staff_tables import STAFF, cases, staff_facts
from bot.store.tables import intakes, turns
from bot.vault import SealBrokenError

READ_UP_TO = "read-up-to"
MOST_INTAKES = 500
MOST_TURNS = 1_000
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


class Cursor(msgspec.Struct, frozen=True):
    """How far has been read: the last ids."""

    intake: int = 0
    turn: int = 0


def catch_up(batch: Batch, clinic: Clinic) -> set[str]:
    """Bring the copy up to date, or a good step nearer; the cases that have changed."""
    ref = batch.vault.ref(STAFF)
    found = batch.rows(select(staff_facts.c.sealed).where(staff_facts.c.name == READ_UP_TO))
    cursor = Cursor()
    if found:
        place = staff_facts.c.sealed
        try:
            kept = batch.unseal(ref, place, READ_UP_TO, found[0].sealed, KeptFact)
            cursor = msgspec.json.decode(kept.text, type=Cursor)
        except SealBrokenError:  # rather too much unread than too little
            log.warning("console.place_broken")
            newest = batch.rows(select(func.max(cases.c.newest)))[0][0]
            cursor = Cursor(intake=newest or 0)
    changed: set[str] = set()
    new_intakes = batch.rows(
        select(intakes)
        .where(intakes.c.id > cursor.intake)
        .order_by(intakes.c.id)
        .limit(MOST_INTAKES)
    )
    batch.vault.load({row.ref for row in new_intakes})
    for row in new_intakes:
        _file(batch, row, clinic)
        changed.add(row.case_code)
    # Turns wait until all intakes are read: a turn of a case that is not here yet would be lost.
    new_turns = (
        batch.rows(
            select(turns.c.id, turns.c.ref, turns.c.question, turns.c.sealed)
            .where(turns.c.id > cursor.turn)
            .order_by(turns.c.id)
            .limit(MOST_TURNS)
        )
        if len(new_intakes) < MOST_INTAKES
        else []
    )
    changed |= _read_turns(batch, new_turns)
    fresh = Cursor(
        intake=new_intakes[-1].id if new_intakes else cursor.intake,
        turn=new_turns[-1].id if new_turns else cursor.turn,
    )
    if fresh != cursor:
        fact = KeptFact(text=msgspec.json.encode(fresh).decode())
        sealed = batch.seal(ref, staff_facts.c.sealed, READ_UP_TO, fact)
        batch.put(staff_facts, {"name": READ_UP_TO, "sealed": sealed})
    return changed


def _file(batch: Batch, row: CaseRow, clinic: Clinic) -> None:
    """A new intake: a new case, or one that stands differently now."""
    intake = batch.unseal(row.ref, intakes.c.sealed, row.id, row.sealed, Intake)
    old = case_row(batch, row.case_code)
    is_emergency = intake.status is IntakeStatus.EMERGENCY
    if old is None:
        kept = KeptCase(filed_at=intake.filed_at)
        values = {
            "filed_hour": hour_of(intake.filed_at),
            "state": NEW,
            "assignee": 0,
            "follow_up": 0,
            "unread": 0,
            "waits_for": "",
            "taken": 0,
            "closed": 0,
            "danger": 0,
            "due_hour": due_hour(intake.filed_at, intake.urgency, clinic),
        }
    else:
        kept = kept_case(batch, old)
        values = {name: getattr(old, name) for name in _STAFF_SIDE}
        is_worse = URGENCIES.index(intake.urgency) > URGENCIES.index(Urgency(old.urgency))
        if is_worse or old.closed or is_emergency:
            # It is not what staff had dealt with: it waits again.
            values |= {
                "state": NEW,
                "closed": 0,
                "due_hour": due_hour(intake.filed_at, intake.urgency, clinic),
            }
        values["unread"] = old.unread + 1
    if is_emergency:
        values["danger"] = 1
        kept = msgspec.structs.replace(kept, danger_at=intake.filed_at)
    sealed = batch.seal(row.ref, cases.c.sealed, row.case_code, kept)
    batch.put(
        cases,
        {
            "case_code": row.case_code,
            "ref": row.ref,
            "newest": row.id,
            "status": intake.status.value,
            "urgency": intake.urgency.value,
            **values,
            "sealed": sealed,
        },
    )


_STAFF_SIDE = (
    "filed_hour",
    "state",
    "assignee",
    "follow_up",
    "unread",
    "waits_for",
    "taken",
    "closed",
    "danger",
    "due_hour",
)


def _read_turns(batch: Batch, rows: Sequence[CaseRow]) -> set[str]:
    """What clients and staff did, gathered by case and written once for each."""
    refs = sorted({row.ref for row in rows})
    batch.vault.load(refs)
    of_chat: dict[str, CaseRow] = {}
    for start in range(0, len(refs), SOME):
        here = cases.c.ref.in_(refs[start : start + SOME])
        for each in batch.rows(select(cases).where(here).order_by(cases.c.newest)):
            of_chat[each.ref] = each  # the newest of a chat's cases wins
    drafts: dict[str, _Draft] = {}
    for row in rows:
        case = of_chat.get(row.ref)
        if case is None:
            continue
        if case.case_code not in drafts:
            drafts[case.case_code] = _Draft(case, kept_case(batch, case))
        turn = batch.unseal(row.ref, turns.c.sealed, row.id, row.sealed, KeptTurn)
        is_answer = bool(row.question) and not turn.digression
        drafts[case.case_code].happened(turn.event, is_answer=is_answer)
    for draft in drafts.values():
        if draft.values:
            write(batch, draft.case, draft.kept, **draft.now())
    return {code for code, draft in drafts.items() if draft.values}


class _Draft:
    """A case while turns are read."""

    def __init__(self, case: CaseRow, kept: KeptCase) -> None:
        self.case = case
        self.kept = kept
        self.values: dict[str, object] = {}
        self._unread = int(case.unread)
        self._taken = bool(case.taken)

    def now(self) -> dict[str, object]:
        """The columns that events change; always the same ones, so that they go out together."""
        names = ("unread", "waits_for", "taken", "danger")
        return {name: self.values.get(name, getattr(self.case, name)) for name in names}

    def happened(self, event: AnyEvent, *, is_answer: bool) -> None:
        """Take in what an event changes."""
        match event:
            case TextReceived() | AttachmentReceived() if self._taken or not is_answer:
                self._unread += 1
                self.values["unread"] = self._unread
                if self._taken:
                    self.values["waits_for"] = "staff"
            case StaffTookOver():
                self._taken = True
                self.values["taken"] = 1
                self._keep(taken_by=event.staff, staff_wrote_at=event.at)
            case StaffReplied():
                self.values["waits_for"] = "client"
                self._keep(staff_wrote_at=event.at)
            case StaffHandedBack():
                self._taken = False
                self.values |= {"taken": 0, "waits_for": ""}
                self._keep(taken_by="")
            case CrisisCleared():
                danger_at = self.kept.danger_at
                if danger_at is None or event.at >= danger_at:
                    self.values["danger"] = 0

    def _keep(self, **times: object) -> None:
        self.kept = msgspec.structs.replace(self.kept, **times)


# --- one case ------------------------------------------------------------------------------------


def case_row(batch: Batch, code: str) -> CaseRow | None:
    """The case as it stands."""
    rows = batch.rows(select(cases).where(cases.c.case_code == code))
    return rows[0] if rows else None


def kept_case(batch: Batch, row: CaseRow) -> KeptCase:
    """Its times."""
    return batch.unseal(row.ref, cases.c.sealed, row.case_code, row.sealed, KeptCase)


def write(batch: Batch, row: CaseRow, kept: KeptCase, **values: object) -> None:
    """Change some of its columns, and its times."""
    sealed = batch.seal(row.ref, cases.c.sealed, row.case_code, kept)
    batch.update(cases, "case_code", row.case_code, **values, sealed=sealed)


def newest_intake(batch: Batch, row: CaseRow) -> Intake:
    """The intake as it stands."""
    found = batch.rows(select(intakes.c.sealed).where(intakes.c.id == row.newest))
    return batch.unseal(row.ref, intakes.c.sealed, row.newest, found[0].sealed, Intake)


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
        hour = due_hour(kept.filed_at, Urgency(row.urgency), clinic)
    else:
        hour = day * 24 if day and not closed else NEVER
    write(batch, row, kept, state=state, closed=closed, follow_up=day, due_hour=hour)


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
