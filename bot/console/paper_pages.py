"""A case as PDF. It leaves the house, so it is held to what an export is: a lead, a code, the log."""

import asyncio

from starlette.responses import Response

from bot.console.case_view import case_page
from bot.console.cases import STATES
from bot.console.queue_pages import SIGNS
from bot.console.visit import RefusedError, Visit
from bot.core.model import Urgency
from bot.exports.paper import Paper, as_pdf

NO_CASE = "There is no such case. It may have been erased."


async def case_pdf(visit: Visit) -> Response:
    """The file, made beside the event loop."""
    contents, code = visit.house.contents, visit.case
    case = await visit.read(lambda batch: case_page(batch, code, contents))
    if case is None:
        raise RefusedError(NO_CASE, 404)
    content = visit.content
    paper = Paper(
        clinic=content.clinic.name,
        printed_by=visit.me.name,
        printed_at=visit.now,
        zone=visit.zone,
        notice=content.wording.staff.part_2,
        urgency="Emergency" if case.row.danger else SIGNS[Urgency(case.row.urgency)],
        state=STATES[case.row.state],
        levels={each.id.value: str(each.label) for each in content.screening.outcomes},
        reasons={each.id: each.label for each in content.console.override_reasons},
    )
    made = await asyncio.to_thread(as_pdf, case, paper)
    return Response(
        made,
        media_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="case-{code}.pdf"'},
    )
