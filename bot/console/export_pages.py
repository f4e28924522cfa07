"""Taking cases out of the house, or off the record: a lead, a code, and a line in the log."""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from starlette.responses import Response

from bot.console import queue, queue_pages
from bot.console.case_files import case_files
from bot.console.cases import case_row
from bot.console.filters import Sealed, choices
from bot.console.visit import RefusedError, Visit
from bot.core.content import Content
from bot.core.model import Frozen
from bot.exports.fhir import as_fhir
from bot.exports.record import CaseFile, as_json
from bot.exports.table import as_csv
from bot.housekeeping import ERASE
from bot.store.batch import Batch, hour_of
from bot.store.staff_tables import cases
from bot.store.tables import errands

KINDS = {
    "csv": "CSV, for a spreadsheet: the answers as they stand",
    "json": "JSON, everything: also the chat, earlier answers, decisions, notes and status",
    "fhir": "FHIR R4, for another health record: the questions and the answers",
}
TYPES = {"csv": "text/csv", "json": "application/json", "fhir": "application/fhir+json"}
LABELS = {"view": "View", "perspective": "Who it is for", "setting": "Suggested setting"}
LABELS |= {"urgency": "Urgency", "state": "Status", "flag": "Flag", "colleague": "With"}
AT_ONCE = 100  # cases read in one go: clients' messages wait meanwhile
CHATS_AT_ONCE = 10
MOST = 5_000
FIRST_DAY, LAST_DAY = date(1971, 1, 1), date(9998, 12, 31)  # beyond, hours cannot be counted
NO_CASE = "There is no such case. It may have been erased."
DAMAGED = "This record does not open. A backup may still hold it."


class Chosen(Frozen):
    """Which cases of the days are wanted; "" is for all."""

    urgency: str = ""
    state: str = ""
    perspective: str = ""
    setting: str = ""
    flag: str = ""
    colleague: str = ""
    view: str = ""

    def holds(self, case: CaseFile) -> bool:
        """Whether what lies sealed fits; the rest is asked of the table."""
        result = case.intake.result
        level = result.level.value if result else "none"
        return (
            self.perspective in {"", case.intake.perspective.value}
            and self.setting in {"", level}
            and (not self.flag or (result is not None and self.flag in result.flags))
        )

    def in_words(self) -> str:
        """The ids that were chosen, for the log."""
        with_ = f"account {self.colleague}" if self.colleague else ""
        who = (self.perspective, self.setting, with_, self.flag)
        named = (self.view, self.urgency, self.state, *who)
        return " ".join(each for each in named if each)


async def _file(visit: Visit, kind: str, name: str, found: Sequence[CaseFile]) -> Response:
    """The file, made beside the event loop: a client's message must not wait for 5,000 cases."""
    versions = {each.intake.content_version for each in found} if kind == "fhir" else set()
    forms = await visit.read(
        lambda batch: {each: visit.house.contents.version(batch, each) for each in versions}
    )
    text = await asyncio.to_thread(_text, visit, kind, found, forms)
    ending = "json" if kind == "fhir" else kind
    return Response(
        text.encode(),
        media_type=TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}.{ending}"'},
    )


def _text(visit: Visit, kind: str, found: Sequence[CaseFile], forms: dict[str, Content]) -> str:
    notice = visit.content.wording.staff.part_2
    match kind:
        case "csv":
            return as_csv([each.intake for each in found], visit.content.screening, notice)
        case "json":
            return as_json(found, notice)
        case _:
            asked = [(each.intake, forms[each.intake.content_version].screening) for each in found]
            return as_fhir(asked, visit.house.fhir_base, notice)


def _kind(visit: Visit) -> str:
    kind = visit.form.get("kind", "")
    if kind not in KINDS:
        raise RefusedError("Please pick a kind of file.", 422)
    return kind


async def export_page(visit: Visit) -> Response:
    """One case: as what to take it out, and erasing it."""
    if await visit.read(lambda batch: case_row(batch, visit.case)) is None:
        raise RefusedError(NO_CASE, 404)
    return visit.page(
        "export.html", code=visit.case, kinds=KINDS, part_2=visit.content.wording.staff.part_2
    )


async def export(visit: Visit) -> Response:
    """The file."""
    kind = _kind(visit)

    def job(batch: Batch) -> list[CaseFile]:
        if case_row(batch, visit.case) is None:
            raise RefusedError(NO_CASE, 404)
        found = case_files(batch, [visit.case], visit.house.contents if kind == "json" else None)
        if not found:
            raise RefusedError(DAMAGED, 409)
        return found

    found = await visit.act(job, kind)
    return await _file(visit, kind, f"case-{visit.case}", found)


async def erase(visit: Visit) -> Response:
    """Have the whole chat erased, key first; the client is told by their own /delete only."""
    if visit.form.get("case", "").strip().upper() != visit.case:
        raise RefusedError("To erase, please type the code of the case.", 422)

    def job(batch: Batch) -> None:
        row = case_row(batch, visit.case)
        if row is None:
            raise RefusedError(NO_CASE, 404)
        name = secrets.token_hex(16)
        code = visit.case[:8]  # a second intake has the code of its chat, and a number after it
        values = {"id": name, "errand": ERASE, "argument": code, "hour": batch.hour}
        batch.insert(errands, {**values, "outcome": None})

    await visit.act(job)
    return visit.go("/queue", done="erased")


async def set_page(visit: Visit) -> Response:
    """Many cases: which days, which of them, and as what."""
    today = visit.now.astimezone(visit.zone).date()
    known = await _choices(visit)
    return visit.page(
        "export_set.html",
        since=today - timedelta(days=30),
        until=today,
        most=MOST,
        kinds=KINDS,
        choices=known,
        labels=LABELS,
        wanted={name: visit.asked(name) for name in known},
        part_2=visit.content.wording.staff.part_2,
    )


async def _choices(visit: Visit) -> dict[str, dict[str, str]]:
    """What cases can be chosen by, with the words for it: as in the queue."""
    form = visit.content.screening
    found = await visit.read(
        lambda batch: choices(batch, form, queue.Wanted(), Sealed(), queue_pages.SIGNS)
    )
    known = {each.name: dict(each.options) for each in found}
    known["setting"]["none"] = "No result"
    return {"view": {each.value: words for each, words in queue.VIEWS.items()}, **known}


async def _chosen(visit: Visit) -> Chosen:
    known = await _choices(visit)
    for name, options in known.items():
        if visit.form.get(name, "") not in {"", *options}:
            raise RefusedError(
                "This choice is not known any more. Please open the page again.", 422
            )
    return Chosen(**{name: visit.form.get(name, "") for name in known})


def _day(visit: Visit, name: str) -> datetime:
    """Midnight of a day in the clinic's zone."""
    try:
        day = date.fromisoformat(visit.form.get(name, ""))
    except ValueError:
        day = date.min
    if not FIRST_DAY <= day <= LAST_DAY:
        raise RefusedError("Please give dates like 2026-01-31.", 422)
    return datetime(day.year, day.month, day.day, tzinfo=visit.zone)


async def export_set(visit: Visit) -> Response:
    """The cases that came in these days, read some at a time."""
    kind, chosen = _kind(visit), await _chosen(visit)
    first, last = _day(visit, "from"), _day(visit, "to")
    wanted = (
        select(cases.c.case_code)
        .where(
            cases.c.filed_hour >= hour_of(first.astimezone(UTC)),
            cases.c.filed_hour < hour_of((last + timedelta(days=1)).astimezone(UTC)),
        )
        .order_by(cases.c.filed_hour)
        .limit(MOST + 1)
    )
    filters = queue.Wanted(
        urgency=chosen.urgency, state=chosen.state, colleague=int(chosen.colleague or 0)
    )
    wanted = wanted.where(queue.of_filters(filters))
    if chosen.view:
        clinic, account = visit.content.clinic, visit.me.account
        view = queue.of_view(queue.View(chosen.view), account, visit.now, clinic)
        wanted = wanted.where(view)
    codes = await visit.read(lambda batch: [str(row.case_code) for row in batch.rows(wanted)])
    if len(codes) > MOST:
        raise RefusedError(f"More than {MOST} cases: please choose fewer days.", 422)
    found: list[CaseFile] = []
    chats, step = (visit.house.contents, CHATS_AT_ONCE) if kind == "json" else (None, AT_ONCE)
    for begin in range(0, len(codes), step):
        some = codes[begin : begin + step]
        found += await visit.read(lambda batch, some=some: case_files(batch, some, chats))  # type: ignore[misc]  # (bound at once)
    found = [each for each in found if chosen.holds(each)]
    days = f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
    detail = f"{kind}, {days}, {len(found)} cases {chosen.in_words()}".strip()
    await visit.act(lambda _batch: None, detail)
    return await _file(visit, kind, f"cases-{first:%Y-%m-%d}-{last:%Y-%m-%d}", found)
