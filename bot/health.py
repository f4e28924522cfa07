"""/healthz, /readyz and /metrics, for whoever watches the program; on loopback, with no names in them.

`healthz`: the program is alive. `readyz`: what comes in can be kept. Counterpart: `figures`.
"""

import asyncio

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.figures import registry, unsent
from bot.store.database import StoreDownError
from bot.store.post import unsent_count
from bot.store.writer import Store

PATIENCE = 5.0  # seconds for the store to answer


def health_routes(store: Store) -> list[Route]:
    """The three routes, for the application that listens on loopback."""

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def readyz(_request: Request) -> Response:
        try:
            async with asyncio.timeout(PATIENCE):
                await store.run(unsent_count)
        except (StoreDownError, TimeoutError):
            return PlainTextResponse("nothing can be kept\n", status_code=503)
        return PlainTextResponse("ready\n")

    async def metrics(_request: Request) -> Response:
        try:
            async with asyncio.timeout(PATIENCE):
                unsent.set(await store.run(unsent_count))
        except (StoreDownError, TimeoutError):
            unsent.set(-1)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", metrics),
    ]
