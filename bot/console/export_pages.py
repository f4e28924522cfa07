"""Taking a case out of the house, or off the record: a lead, a code, and a line in the log."""

import secrets
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from starlette.responses import Response

from bot.console.cases import case_row, newest_intake
from bot.console.visit import RefusedError, Visit
from bot.core.model import Intake
from bot.exports.fhir import as_fhir
from bot.exports.record import as_json
from bot.exports.table import as_csv
from bot.housekeeping import ERASE
from bot.store.batch import Batch, hour_of
from bot.store.staff_tables import cases
from bot.store.tables import errands
from bot.vault import SealBrokenError

KINDS = {
    "csv": "CSV, for a spreadsheet",
    "json": "JSON, everything as it is kept",
    "fhir": "FHIR R4, for another health record",
}
TYPES = {"csv": "text/csv", "json": "application/json", "fhir": "application/fhir+json"}
AT_ONCE = 200
MOST = 5_000
NO_CASE = "There is no such case. It may have been erased."


def _file(kind: str, name: str, text: str) -> Response:
    ending = "json" if kind == "fhir" else kind
    return Response(
        text.encode(),
        media_type=TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}.{ending}"'},
    )


async def export_page(visit: Visit) -> Response:
    """One case: as what to take it out, and erasing it."""
    if await visit.read(lambda batch: case_row(batch, visit.case)) is None:
        raise RefusedError(NO_CASE, 404)
    return visit.page(
        "export.html", code=visit.case, kinds=KINDS, part_2=visit.content.wording.staff.part_2
    )


async def export(visit: Visit) -> Response:
    """The file."""
    kind = visit.form.get("kind", "")
    if kind not in KINDS:
        raise RefusedError("Please pick a kind of file.", 422)

    def job(batch: Batch) -> Intake:
        row = case_row(batch, visit.case)
        if row is None:
            raise RefusedError(NO_CASE, 404)
        return newest_intake(batch, row)

    intake = await visit.read(job)
    content = await visit.read(
        lambda batch: visit.house.contents.version(batch, intake.content_version)
    )
    notice = visit.content.wording.staff.part_2
    base = f"{visit.house.public_url}/fhir"
    match kind:
        case "csv":
            text = as_csv([intake], content.screening, notice)
        case "json":
            text = as_json([intake], notice)
        case _:
            text = as_fhir(intake, content.screening, base, notice)
    return _file(kind, f"case-{intake.case}", text)


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

    await visit.read(job)
    return visit.go("/queue", done="erased")


async def set_page(visit: Visit) -> Response:
    """Many cases: which days, and as what."""
    today = visit.now.astimezone(visit.zone).date()
    return visit.page("export_set.html", since=today - timedelta(days=30), until=today, most=MOST)


async def export_set(visit: Visit) -> Response:
    """The cases that came in these days, read some at a time."""
    kind = visit.form.get("kind", "")
    if kind not in {"csv", "json"}:
        raise RefusedError("Please pick a kind of file.", 422)
    try:
        first = date.fromisoformat(visit.form.get("from", ""))
        last = date.fromisoformat(visit.form.get("to", ""))
    except ValueError:
        raise RefusedError("Please give dates like 2026-01-31.", 422) from None
    start = hour_of(datetime(first.year, first.month, first.day, tzinfo=UTC))
    end = hour_of(datetime(last.year, last.month, last.day, tzinfo=UTC)) + 24
    codes = await visit.read(
        lambda batch: [
            str(row.case_code)
            for row in batch.rows(
                select(cases.c.case_code)
                .where(cases.c.filed_hour >= start, cases.c.filed_hour < end)
                .order_by(cases.c.filed_hour)
                .limit(MOST + 1)
            )
        ]
    )
    if len(codes) > MOST:
        raise RefusedError(f"More than {MOST} cases: please choose fewer days.", 422)
    intakes: list[Intake] = []
    for begin in range(0, len(codes), AT_ONCE):
        some = codes[begin : begin + AT_ONCE]
        intakes += await visit.read(lambda batch, some=some: _intakes(batch, some))  # type: ignore[misc]  # (bound at once)
    notice = visit.content.wording.staff.part_2
    if kind == "csv":
        text = as_csv(intakes, visit.content.screening, notice)
    else:
        text = as_json(intakes, notice)
    return _file(kind, f"cases-{first}-{last}", text)


def _intakes(batch: Batch, codes: list[str]) -> list[Intake]:
    found = []
    for row in batch.rows(select(cases).where(cases.c.case_code.in_(codes))):
        try:
            found.append(newest_intake(batch, row))
        except SealBrokenError:
            continue  # a damaged record must not keep the others in
    return sorted(found, key=lambda each: each.filed_at)
