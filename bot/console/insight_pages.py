"""The charts as a page, and each as CSV."""

import csv
import io

from starlette.responses import Response

from bot.console.insight import Chart, charts
from bot.console.visit import RefusedError, Visit
from bot.exports.table import cell

DAYS = {7: "7 days", 30: "30 days", 90: "90 days"}


def _days(visit: Visit) -> int:
    wanted = visit.asked("days")
    return int(wanted) if wanted in map(str, DAYS) else 30


async def _charts(visit: Visit) -> list[Chart]:
    house = visit.house
    return await charts(house.store, visit.content, visit.now, _days(visit), house.memory)


async def insight_page(visit: Visit) -> Response:
    """All charts with their tables."""
    return visit.page("insight.html", charts=await _charts(visit), days=_days(visit), spans=DAYS)


async def insight_csv(visit: Visit) -> Response:
    """One of them for a spreadsheet."""
    wanted = visit.request.path_params["chart"]
    chart = next((each for each in await _charts(visit) if each.id == wanted), None)
    if chart is None:
        raise RefusedError("There is no such chart.", 404)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["", chart.unit, ""])
    for bar in chart.bars:
        count = "under 5" if bar.count is None else str(bar.count)
        writer.writerow([cell(bar.label), count, bar.note])
    return Response(
        f"\ufeff{out.getvalue()}".encode(),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{chart.id}.csv"'},
    )
