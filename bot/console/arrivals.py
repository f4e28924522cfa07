"""How cases come into the queue: from the intakes and turns that came since the last time.

`catch_up` reads them in order, a limited number at once: a case is in the queue as soon as somebody
looks, and nothing on the way of a client's message waits for it. Both doors of staff, the console and
Telegram, are seen here as the same events. A record that does not open never keeps the others out: an
intake is filed by what its row says in clear, a turn is passed over.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from sqlalchemy import Table, func, or_, select

from bot.console.cases import (
    NEW,
    URGENCIES,
    CaseRow,
    case_row,
    due_again,
    follow_up_due,
    kept_case,
    sealed_case,
    write,
)
from bot.console.deadlines import due_hour
from bot.core.content.clinic import Clinic
from bot.core.model import (
    AlertKind,
    AlertStaff,
    AttachmentReceived,
    CrisisCleared,
    Intake,
    IntakeStatus,
    MessageEdited,
    StaffHandedBack,
    StaffReplied,
    StaffTookOver,
    TextReceived,
    Urgency,
    Wake,
    WokeUp,
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
SHAPE = 1  # of what is kept of cases; an older one is brought up to date once
log = structlog.get_logger()


class Cursor(msgspec.Struct, frozen=True):
    """How far has been read: the last ids, and the shape in which it is kept."""

    intake: int = 0
    turn: int = 0
    shape: int = 0


def catch_up(batch: Batch, clinic: Clinic) -> set[str]:
    """Bring the copy up to date, or a good step nearer; the cases that have changed."""
    cursor = _cursor(batch)
    changed: set[str] = set()
    fresh = cursor
    if cursor.shape < SHAPE:
        fresh = _brought_up(batch, cursor, clinic)
    new_intakes = batch.rows(
        select(intakes)
        .where(intakes.c.id > fresh.intake)
        .order_by(intakes.c.id)
        .limit(MOST_INTAKES)
    )
    _load(batch, {row.ref for row in new_intakes})
    for row in new_intakes:
        _file(batch, row, clinic)
        changed.add(row.case_code)
    # Turns wait until all intakes are read: a turn of a case that is not here yet would be lost.
    new_turns = (
        batch.rows(
            select(turns.c.id, turns.c.ref, turns.c.question, turns.c.sealed)
            .where(turns.c.id > fresh.turn)
            .order_by(turns.c.id)
            .limit(MOST_TURNS)
        )
        if len(new_intakes) < MOST_INTAKES
        else []
    )
    changed |= _read_turns(batch, new_turns, clinic)
    fresh = Cursor(
        intake=new_intakes[-1].id if new_intakes else fresh.intake,
        turn=new_turns[-1].id if new_turns else fresh.turn,
        shape=SHAPE,
    )
    if fresh != cursor:
        _keep_cursor(batch, fresh)
    return changed


def _cursor(batch: Batch) -> Cursor:
    found = batch.rows(select(staff_facts.c.sealed).where(staff_facts.c.name == READ_UP_TO))
    if not found:
        return Cursor()
    ref, place = batch.vault.ref(STAFF), staff_facts.c.sealed
    try:
        kept = batch.unseal(ref, place, READ_UP_TO, found[0].sealed, KeptFact)
        return msgspec.json.decode(kept.text, type=Cursor)
    except SealBrokenError:
        # What the queue holds was read; what came meanwhile is found by what is not in it.
        log.warning("record.damaged", place="staff_facts.sealed")
        return Cursor(intake=_newest(batch, intakes), turn=_newest(batch, turns))


def _keep_cursor(batch: Batch, cursor: Cursor) -> None:
    ref = batch.vault.ref(STAFF)
    fact = KeptFact(text=msgspec.json.encode(cursor).decode())
    sealed = batch.seal(ref, staff_facts.c.sealed, READ_UP_TO, fact)
    batch.put(staff_facts, {"name": READ_UP_TO, "sealed": sealed})


def _brought_up(batch: Batch, cursor: Cursor, clinic: Clinic) -> Cursor:
    """Mend what an older version kept: where it has read to, and when follow-ups are due.

    It could give a number twice after an erasure, and then passed over the cases that had one.
    """
    if not batch.rows(select(cases.c.case_code).limit(1)):
        return Cursor()
    for row in batch.rows(select(cases).where(cases.c.follow_up > 0, cases.c.closed == 0)):
        if row.state != NEW:
            hour = follow_up_due(row.follow_up, clinic)
            batch.update(cases, "case_code", row.case_code, due_hour=hour)
    missed = (
        select(intakes)
        .outerjoin(cases, cases.c.case_code == intakes.c.case_code)
        .where(or_(cases.c.newest.is_(None), cases.c.newest < intakes.c.id))
        .order_by(intakes.c.id)
    )
    for row in batch.rows(missed):
        if row.id <= cursor.intake:
            _file(batch, row, clinic)
    return Cursor(
        intake=min(cursor.intake, _newest(batch, intakes)),
        turn=min(cursor.turn, _newest(batch, turns)),
    )


def _newest(batch: Batch, table: Table) -> int:
    return int(batch.rows(select(func.coalesce(func.max(table.c.id), 0)))[0][0])


def _load(batch: Batch, refs: Iterable[str]) -> None:
    """Open the keys of these chats in few reads; one that is damaged is met again at its row."""
    try:
        batch.vault.load(refs)
    except SealBrokenError:
        log.warning("record.damaged", place="data_keys.wrapped")


# --- a new intake ---------------------------------------------------------------------------------


def _file(batch: Batch, row: CaseRow, clinic: Clinic) -> None:
    """A new intake: a new case, or one that stands differently now."""
    try:
        filed_at = batch.unseal(row.ref, intakes.c.sealed, row.id, row.sealed, Intake).filed_at
    except SealBrokenError:
        log.warning("record.damaged", place=f"intakes.sealed {row.id}")
        filed_at = datetime.fromtimestamp(row.hour * 3600, UTC)
    urgency = Urgency(row.urgency)
    old = case_row(batch, row.case_code)
    is_emergency = row.status == IntakeStatus.EMERGENCY.value
    if old is None:
        kept = KeptCase(filed_at=filed_at, waits_from=filed_at)
        values: dict[str, Any] = {
            "number": row.id,
            "filed_hour": hour_of(filed_at),
            "state": NEW,
            "assignee": 0,
            "follow_up": 0,
            "unread": 0,
            "waits_for": "",
            "taken": 0,
            "closed": 0,
            "danger": 0,
            "danger_hour": 0,
            "asked": 0,
            "due_hour": due_hour(filed_at, urgency, clinic),
        }
    else:
        kept = kept_case(batch, old)
        values = {name: getattr(old, name) for name in _STAFF_SIDE}
        is_worse = URGENCIES.index(urgency) > URGENCIES.index(Urgency(old.urgency))
        if is_worse or old.closed or is_emergency:
            # It is not what staff had dealt with: it waits again.
            again, kept = due_again(old._asdict(), kept, filed_at, urgency, clinic)
            values |= again
        values["unread"] = old.unread + 1
    if is_emergency:
        values |= {"danger": 1, "danger_hour": hour_of(filed_at)}
        kept = msgspec.structs.replace(kept, danger_at=filed_at)
    batch.put(
        cases,
        {
            "case_code": row.case_code,
            "ref": row.ref,
            "newest": row.id,
            "status": row.status,
            "urgency": row.urgency,
            **values,
            "sealed": sealed_case(batch, row.ref, row.case_code, kept),
        },
    )


_STAFF_SIDE = (
    "number",
    "filed_hour",
    "state",
    "assignee",
    "follow_up",
    "unread",
    "waits_for",
    "taken",
    "closed",
    "danger",
    "danger_hour",
    "asked",
    "due_hour",
)


# --- new turns ------------------------------------------------------------------------------------


def _read_turns(batch: Batch, rows: Sequence[CaseRow], clinic: Clinic) -> set[str]:
    """What clients and staff did, gathered by case and written once for each."""
    refs = sorted({row.ref for row in rows})
    _load(batch, refs)
    of_chat: dict[str, dict[str, _Draft]] = {}
    for start in range(0, len(refs), SOME):
        here = cases.c.ref.in_(refs[start : start + SOME])
        for each in batch.rows(select(cases).where(here).order_by(cases.c.number)):
            of_chat.setdefault(each.ref, {})[each.case_code] = _Draft(batch, each, clinic)
    for row in rows:
        drafts = of_chat.get(row.ref)
        if not drafts:
            continue
        try:
            turn = batch.unseal(row.ref, turns.c.sealed, row.id, row.sealed, KeptTurn)
        except SealBrokenError:
            log.warning("record.damaged", place=f"turns.sealed {row.id}")
            continue
        newest = list(drafts)[-1]
        is_answer = bool(row.question) and not turn.digression
        drafts[turn.case if turn.case in drafts else newest].happened(turn, is_answer=is_answer)
        for draft in drafts.values():
            draft.happened_in_chat(turn)
    changed = [draft for drafts in of_chat.values() for draft in drafts.values() if draft.values]
    for draft in changed:
        write(batch, draft.case, draft.kept, **draft.now())
    return {str(draft.case.case_code) for draft in changed}


class _Draft:
    """A case while turns are read."""

    def __init__(self, batch: Batch, case: CaseRow, clinic: Clinic) -> None:
        self.case = case
        self.values: dict[str, object] = {}
        self._batch = batch
        self._clinic = clinic
        self._kept: KeptCase | None = None
        self._unread = int(case.unread)
        self._taken = bool(case.taken)

    @property
    def kept(self) -> KeptCase:
        """Its times; opened only where they are needed."""
        if self._kept is None:
            self._kept = kept_case(self._batch, self.case)
        return self._kept

    def now(self) -> dict[str, object]:
        """The columns that events change; always the same ones, so that they go out together."""
        return {name: self.values.get(name, getattr(self.case, name)) for name in _CHANGING}

    def happened(self, turn: KeptTurn, *, is_answer: bool) -> None:
        """Take in what an event changes in the case that it belongs to."""
        event = turn.event
        match event:
            case TextReceived() | AttachmentReceived() | MessageEdited():
                if self._taken or not is_answer:
                    self._unread += 1
                    self.values["unread"] = self._unread
                if self._taken:
                    self.values["waits_for"] = "staff"
            case StaffTookOver():
                self._taken = True
                self.values |= {"taken": 1, "asked": 0}
                self._keep(taken_by=event.staff, staff_wrote_at=event.at)
            case StaffReplied():
                self.values |= {"waits_for": "client", "asked": 0}
                self._keep(staff_wrote_at=event.at)
        for effect in turn.effects:
            if isinstance(effect, AlertStaff):
                self._alerted(effect, event.at)

    def happened_in_chat(self, turn: KeptTurn) -> None:
        """Take in what changes every case of the chat: there is one conversation, and one danger."""
        event = turn.event
        match event:
            case StaffHandedBack() | WokeUp(reason=Wake.STAFF_SILENT):
                if self._taken:
                    self._taken = False
                    self.values |= {"taken": 0, "waits_for": ""}
                    self._keep(taken_by="")
            case CrisisCleared() if self.values.get("danger", self.case.danger):
                danger_at = self.kept.danger_at
                if danger_at is None or event.at >= danger_at:
                    self.values["danger"] = 0

    def _alerted(self, effect: AlertStaff, at: datetime) -> None:
        """A danger, or somebody who asks for a person: whatever staff had made of it, it waits again."""
        if effect.kind is AlertKind.EMERGENCY:
            self.values |= {"danger": 1, "danger_hour": hour_of(at)}
            if self.kept.danger_at is None or self.kept.danger_at < at:
                self._keep(danger_at=at)
        elif effect.kind is AlertKind.HUMAN:
            if self.kept.handled_at is not None and self.kept.handled_at >= at:
                return  # staff have seen to it before it was read here
            self.values["asked"] = 1
        else:
            return
        again, self._kept = due_again(
            self.case._asdict() | self.now(), self.kept, at, effect.urgency, self._clinic
        )
        self.values |= again

    def _keep(self, **times: object) -> None:
        self._kept = msgspec.structs.replace(self.kept, **times)


_CHANGING = (
    "unread",
    "waits_for",
    "taken",
    "danger",
    "danger_hour",
    "asked",
    "state",
    "closed",
    "due_hour",
)
