"""Which cases are shown, and in which order: danger first, then overdue, then the oldest.

"The oldest" is the case that came first, to the second: cases are numbered as they come.

Three sorted walks along one index instead of one sort, and a mark where the page ended instead of a
count of rows to pass over: the tenth page of 100,000 cases costs what the first one does.
"""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, ScalarSelect, and_, func, or_, select, true

from bot.console.cases import CaseRow
from bot.core.content.clinic import Clinic
from bot.core.model import Frozen, Urgency
from bot.store.batch import Batch, hour_of
from bot.store.staff_tables import cases

PAGE = 30
LATE = 1  # the walk along what is overdue
MANY = 1_000  # more than that is told as "999+": counting on would cost, and help nobody


class View(StrEnum):
    """A saved way to look at the queue."""

    OPEN = "open"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    OVERDUE = "overdue"
    CRISIS = "crisis-today"
    WAITING = "waiting-for-client"
    CLOSED = "closed"


VIEWS = {
    View.OPEN: "Open",
    View.MINE: "Mine",
    View.UNASSIGNED: "Unassigned",
    View.OVERDUE: "Overdue",
    View.CRISIS: "Crisis today",
    View.WAITING: "Waiting for the client",
    View.CLOSED: "Closed",
}


EMPTY = {(View.OVERDUE, LATE + 1), (View.CLOSED, LATE)}  # what is closed is never late


class Wanted(Frozen):
    """What somebody asks to see. `after` is the mark where the page before ended."""

    view: View = View.OPEN
    urgency: str = ""
    state: str = ""
    colleague: int = 0
    after: str = ""


class Listed(Frozen):
    """A page of the queue; `next` is the mark for the one after it, "" on the last."""

    rows: tuple[CaseRow, ...]
    next: str


class Counts(msgspec.Struct, frozen=True):
    """How many cases each view holds, counted up to `MANY`."""

    open: int
    mine: int
    unassigned: int
    overdue: int
    crisis: int
    waiting: int

    def of(self, view: View) -> int | None:
        """The number beside a view; none beside the closed ones."""
        return {
            View.OPEN: self.open,
            View.MINE: self.mine,
            View.UNASSIGNED: self.unassigned,
            View.OVERDUE: self.overdue,
            View.CRISIS: self.crisis,
            View.WAITING: self.waiting,
        }.get(view)


def _today(at: datetime, clinic: Clinic) -> int:
    local = at.astimezone(ZoneInfo(clinic.timezone))
    return hour_of(local.replace(hour=0, minute=0, second=0, microsecond=0))


def _is_overdue(at: datetime) -> ColumnElement[bool]:
    return cases.c.due_hour <= hour_of(at)


def _is_late_as_read(at: datetime) -> ColumnElement[bool]:
    """The same, not by an index: it is looked at on the way along the queue."""
    return cases.c.due_hour + 0 <= hour_of(at)


def _is_crisis_today(at: datetime, clinic: Clinic) -> ColumnElement[bool]:
    today = _today(at, clinic)
    is_urgent = and_(cases.c.urgency == Urgency.NOW.value, cases.c.filed_hour >= today)
    return or_(cases.c.danger_hour >= today, is_urgent)


def of_view(view: View, account: int, at: datetime, clinic: Clinic) -> ColumnElement[bool]:
    """The cases of a view, as that account sees it."""
    found = [cases.c.closed == int(view is View.CLOSED)]
    match view:
        case View.MINE:
            found.append(cases.c.assignee == account)
        case View.UNASSIGNED:
            found.append(cases.c.assignee == 0)
        case View.OVERDUE:
            found.append(_is_late_as_read(at))
        case View.CRISIS:
            found.append(_is_crisis_today(at, clinic))
        case View.WAITING:
            found.append(cases.c.waits_for == "client")
    return and_(true(), *found)


def of_filters(wanted: Wanted) -> ColumnElement[bool]:
    """The cases that what stands in clear is asked of."""
    found = []
    if wanted.urgency:
        found.append(cases.c.urgency == wanted.urgency)
    if wanted.state:
        found.append(cases.c.state == wanted.state)
    if wanted.colleague:
        found.append(cases.c.assignee == wanted.colleague)
    return and_(true(), *found)


def listed(batch: Batch, wanted: Wanted, account: int, at: datetime, clinic: Clinic) -> Listed:
    """One page."""
    chosen = and_(of_view(wanted.view, account, at, clinic), of_filters(wanted))
    few_late = _few_are_late(batch, at)
    walks = [
        cases.c.danger == 1,
        and_(cases.c.danger == 0, _is_overdue(at) if few_late else _is_late_as_read(at)),
        and_(cases.c.danger == 0, cases.c.due_hour + 0 > hour_of(at)),
    ]
    first, hour, number_before = _mark(wanted.after)
    rows: list[CaseRow] = []
    for number, walk in enumerate(walks):
        is_empty = (wanted.view, number) in EMPTY
        if number < first or len(rows) > PAGE or is_empty:
            continue
        here = and_(chosen, walk)
        # Few that are late are found by when they were due, and sorted; many, on the way.
        by_due = number == LATE and few_late
        if number == first and number_before:
            later = and_(cases.c.filed_hour == hour, cases.c.number > number_before)
            here = and_(here, or_(cases.c.filed_hour > hour, later))
        order = (cases.c.filed_hour + 0 if by_due else cases.c.filed_hour, cases.c.number)
        # First the codes, all from an index: no record is touched only to be passed over.
        codes = select(cases.c.case_code).where(here).order_by(*order).limit(PAGE + 1 - len(rows))
        found = select(cases).where(cases.c.case_code.in_(codes.correlate(None)))
        rows.extend(batch.rows(found.order_by(cases.c.filed_hour, cases.c.number)))
    shown = tuple(rows[:PAGE])
    return Listed(rows=shown, next=_marked(shown[-1], at) if len(rows) > PAGE else "")


def _few_are_late(batch: Batch, at: datetime) -> bool:
    late = _some(cases.c.danger == 0, _is_overdue(at))
    return int(batch.rows(select(late))[0][0]) < MANY


def _some(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    """How many open cases are like that, counted up to `MANY`."""
    some = select(cases.c.closed).where(cases.c.closed == 0, *conditions).limit(MANY)
    return select(func.count()).select_from(some.subquery()).scalar_subquery()


def _marked(row: CaseRow, at: datetime) -> str:
    walk = 0 if row.danger else 1 if row.due_hour <= hour_of(at) else 2
    return f"{walk}.{row.filed_hour}.{row.number}"


def _mark(text: str) -> tuple[int, int, int]:
    walk, _, rest = text.partition(".")
    hour, _, number = rest.partition(".")
    if walk in {"0", "1", "2"} and hour.isdecimal() and number.isdecimal():
        return int(walk), int(hour[:12]), int(number[:18])
    return 0, 0, 0


def counts(batch: Batch, account: int, at: datetime, clinic: Clinic) -> Counts:
    """How many cases wait. Each count stops at `MANY` and has an index of its own."""
    row = batch.rows(
        select(
            _some(),
            _some(cases.c.assignee == account),
            _some(cases.c.assignee == 0),
            _some(cases.c.danger.in_((0, 1)), _is_overdue(at)),
            _some(cases.c.danger.in_((0, 1)), _is_crisis_today(at, clinic)),
            _some(cases.c.waits_for == "client"),
        )
    )[0]
    return Counts(*(int(each) for each in row))
