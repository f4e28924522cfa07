"""The queue and the search: many cases, a line for each."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy import select
from starlette.responses import RedirectResponse, Response

from bot.console import queue
from bot.console.accounts import names
from bot.console.arrivals import catch_up
from bot.console.case_view import PERSPECTIVES, Mark, marks
from bot.console.cases import (
    NEW,
    STATES,
    CaseRow,
    case_due_at,
    case_row,
    follow_up_date,
    intakes_of,
    kept_case,
)
from bot.console.filters import MOST_OPENED, Choice, Sealed, choices, matches, query, wanted_of
from bot.console.searches import Search
from bot.console.visit import Visit
from bot.console.words import Words, holding
from bot.core.content.clinic import Clinic
from bot.core.model import Frozen, Intake, Urgency
from bot.store.batch import Batch, hour_of
from bot.store.contents import Contents
from bot.store.staff_tables import cases

CODE = re.compile(r"^[A-Z0-9]{4}-?[A-Z0-9]{3}(-\d{1,4})?$")
SIGNS = {
    Urgency.NOW: "Now",
    Urgency.SAME_DAY: "Same day",
    Urgency.TWO_DAYS: "2 business days",
    Urgency.ROUTINE: "Routine",
}
EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)
AT_ONCE = 100  # cases opened in one go by a search: others' messages wait meanwhile
MOST_FOUND = 50
MOST_READ = 5_000
SHORTEST = 2


class CaseLine(Frozen):
    """A case in the list. `is_damaged`: what its newest intake says does not open."""

    code: str
    urgency: Urgency
    urgency_words: str
    is_danger: bool
    is_overdue: bool
    perspective: str
    setting: str
    staff_call: bool
    marks: tuple[Mark, ...]
    filed_at: datetime
    due_at: datetime | None
    state: str
    assignee: str
    is_mine: bool
    unread: int
    waits_for: str
    is_taken: bool
    is_unfinished: bool
    has_asked: bool
    is_damaged: bool
    follow_up: date | None = None


def case_lines(
    batch: Batch,
    rows: Sequence[CaseRow],
    contents: Contents,
    account: int,
    sealed: Sealed | None = None,
) -> list[CaseLine]:
    """The cases that fit what is asked of their records."""
    known, opened = names(batch), intakes_of(batch, rows)
    return [
        _case_line(batch, row, opened[row.case_code], contents, known=known, account=account)
        for row in rows
        if sealed is None or matches(opened[row.case_code], sealed)
    ]


def _case_line(
    batch: Batch,
    row: CaseRow,
    intake: Intake | None,
    contents: Contents,
    *,
    known: dict[int, str],
    account: int,
) -> CaseLine:
    """A row of the queue, opened. One that does not open is a line all the same, by its row."""
    form = contents.newest.screening
    result = intake.result if intake else None
    kept = kept_case(batch, row)
    clinic: Clinic = contents.newest.clinic
    return CaseLine(
        code=row.case_code,
        urgency=Urgency(row.urgency),
        urgency_words=SIGNS[Urgency(row.urgency)],
        is_danger=bool(row.danger),
        is_overdue=not row.closed and row.due_hour <= hour_of(batch.at),
        perspective=PERSPECTIVES[intake.perspective] if intake else "",
        setting=str(form.texts(result.level).label) if result else "",
        staff_call=bool(result and result.staff_call),
        marks=marks(form, result.flags) if result else (),
        filed_at=kept.filed_at,
        due_at=case_due_at(row, kept, clinic) if row.state == NEW else None,
        state=STATES.get(row.state, row.state),
        assignee=known.get(row.assignee, ""),
        is_mine=row.assignee == account,
        unread=row.unread,
        waits_for=row.waits_for,
        is_taken=bool(row.taken),
        is_unfinished=row.status in {"in-progress", "incomplete"},
        has_asked=bool(row.asked),
        is_damaged=intake is None,
        follow_up=follow_up_date(row),
    )


async def queue_page(visit: Visit) -> Response:
    """The list that staff work through."""
    contents, account, now = visit.house.contents, visit.me.account, visit.now
    clinic, form = visit.content.clinic, visit.content.screening
    wanted, sealed = wanted_of(visit.request.query_params)
    news: set[str] = set()

    def look(batch: Batch, after: str) -> tuple[queue.Listed, list[CaseLine]]:
        step = msgspec.structs.replace(wanted, after=after)
        found = queue.listed(batch, step, account, now, clinic)
        return found, case_lines(batch, found.rows, contents, account, sealed)

    def start(
        batch: Batch,
    ) -> tuple[queue.Counts, list[Choice], tuple[queue.Listed, list[CaseLine]]]:
        news.update(catch_up(batch, clinic))
        counts = queue.counts(batch, account, now, clinic)
        known = choices(batch, form, wanted, sealed, SIGNS)
        return counts, known, look(batch, wanted.after)

    counts, filters, (found, lines) = await visit.read(start)  # one trip to the store, mostly
    if news:
        visit.house.live.tell(news)  # read here, so that the loop that tells of it will not see it
    opened = len(found.rows)
    while found.next and len(lines) < queue.PAGE and opened < MOST_OPENED:
        found, more = await visit.read(lambda batch, after=found.next: look(batch, after))  # type: ignore[misc]  # (bound at once)
        lines += more
        opened += len(found.rows)
    after, has_more = found.next, bool(found.next)
    return visit.page(
        "queue.html",
        lines=lines,
        next=query(wanted, sealed, after=after) if has_more else "",
        is_cut=has_more and len(lines) < queue.PAGE,
        opened=opened,
        wanted=wanted,
        views=queue.VIEWS,
        links={
            each: query(msgspec.structs.replace(wanted, view=each), sealed) for each in queue.View
        },
        such=query(wanted, sealed, view=str(wanted.view)),
        counts=counts,
        many=queue.MANY,
        filters=filters,
        is_filtered=any(each.chosen for each in filters),
    )


async def search(visit: Visit) -> Response:
    """Keep what is searched for out of the address, where names do not belong."""
    asked = visit.form if visit.request.method == "POST" else visit.request.query_params
    wanted = Search(
        words=" ".join(asked.get("q", "").split())[:100],
        since=asked.get("from", ""),
        until=asked.get("to", ""),
    )
    number = visit.house.searches.keep(visit.me.id, wanted)
    visit.line.is_kept = True  # nothing is read yet: the page that shows the cases is on record
    return RedirectResponse(f"/search?s={number}", status_code=303)


async def search_page(visit: Visit) -> Response:
    """Search by code, or by words in contact details and messages within a span of days."""
    if visit.asked("q"):
        return await search(visit)  # typed into the address by hand: it does not stay there
    wanted = visit.house.searches.found(visit.me.id, visit.asked("s"))
    words = wanted.words
    code = words.upper()
    if CODE.match(code):
        code = code if "-" in code else f"{code[:4]}-{code[4:]}"
        if await visit.read(lambda batch: case_row(batch, code)) is not None:
            return visit.go(f"/cases/{code}")
    since = _day(wanted.since) or (visit.now - timedelta(days=30)).date()
    until = _day(wanted.until) or (visit.now + timedelta(days=1)).date()
    lines: list[CaseLine] = []
    read, is_cut = 0, False
    if len(words) >= SHORTEST:
        lines, read, is_cut = await _found(visit, Words.of(words), since, until)
        visit.line.detail = f"{len(lines)} found, {since} to {until}"
    return visit.page(
        "search.html", q=words, since=since, until=until, lines=lines, read=read, is_cut=is_cut
    )


def _day(text: str) -> date | None:
    try:
        return min(max(date.fromisoformat(text[:10]), EARLIEST), LATEST)
    except ValueError:
        return None


async def _found(
    visit: Visit, words: Words, since: date, until: date
) -> tuple[list[CaseLine], int, bool]:
    """Open the cases of these days, newest first, some at a time, and look for the words."""
    contents, account = visit.house.contents, visit.me.account
    first, last = (
        (each - date(1970, 1, 1)).days * 24 for each in (since, until + timedelta(days=1))
    )
    codes = await visit.read(
        lambda batch: [
            str(row.case_code)
            for row in batch.rows(
                select(cases.c.case_code)
                .where(cases.c.filed_hour >= first, cases.c.filed_hour < last)
                .order_by(cases.c.filed_hour.desc())
                .limit(MOST_READ + 1)
            )
        ]
    )
    lines: list[CaseLine] = []
    read = 0
    for start in range(0, min(len(codes), MOST_READ), AT_ONCE):
        some = codes[start : start + AT_ONCE]

        def job(batch: Batch) -> list[CaseLine]:
            rows = batch.rows(select(cases).where(cases.c.case_code.in_(some)))  # noqa: B023 (run at once)
            return case_lines(batch, holding(batch, rows, words), contents, account)

        lines += await visit.read(job)
        read += len(some)
        if len(lines) >= MOST_FOUND:
            break
    is_cut = read < len(codes)
    newest_first = sorted(lines, key=lambda each: each.filed_at, reverse=True)
    return newest_first[:MOST_FOUND], read, is_cut
