"""The stream that open pages listen to: codes of cases that have changed, and a beat."""

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from bot.console.visit import RefusedError, Visit

BEAT = 20.0  # seconds; also how long a session that has ended may go on listening


async def live_page(visit: Visit) -> Response:
    """Server-sent events, until the page is left or the session ends."""
    if visit.house.live.is_full:
        raise RefusedError("Too many pages are open.", 503)
    return StreamingResponse(
        _events(visit), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


async def _events(visit: Visit) -> AsyncIterator[str]:
    secret = visit.request.cookies.get(visit.house.cookie, "")
    live = visit.house.live
    with live.listen() as changes:
        yield "retry: 3000\n\n"
        while not live.stopping.is_set():
            codes: set[str] = set()
            try:
                async with asyncio.timeout(BEAT):
                    codes.add(await changes.get())
                while not changes.empty():
                    codes.add(changes.get_nowait())
            except TimeoutError:
                pass
            if await visit.house.doorkeeper.session(secret, looks=False) is None:
                yield "event: over\ndata: \n\n"
                return
            if live.stopping.is_set():
                return
            yield f"data: {' '.join(sorted(codes))}\n\n" if codes else ": beat\n\n"
