"""/healthz, /readyz and /metrics, for whoever watches the program; on loopback, with no names in them.

`healthz`: the program is alive. `readyz`: what comes in can be kept, as a row was just now.
Counterpart: `figures`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing
from urllib.parse import urlsplit

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.figures import registry, unsent
from bot.http_server import HttpServer, listening
from bot.store.batch import Batch
from bot.store.database import StoreDownError
from bot.store.facts import note_fact
from bot.store.post import unsent_count
from bot.store.writer import Store

PATIENCE = 5.0  # seconds for the store to answer
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
READY = "ready-at"  # the fact that /readyz writes

Page = Callable[[Request], Awaitable[Response]]


def health_routes(store: Store, hosts: frozenset[str] = LOOPBACK) -> list[Route]:
    """The three routes, for the application that listens on loopback; `hosts` are its names."""

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def readyz(_request: Request) -> Response:
        try:
            async with asyncio.timeout(PATIENCE):
                await store.run(_kept)
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
        Route("/healthz", _for(healthz, hosts)),
        Route("/readyz", _for(readyz, hosts)),
        Route("/metrics", _for(metrics, hosts)),
    ]


def _for(page: Page, hosts: frozenset[str]) -> Page:
    """The page for those who know its address: no site of a stranger may stand in our name."""

    async def endpoint(request: Request) -> Response:
        host = request.headers.get("host", "")
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            name = None
        if name not in hosts:
            return PlainTextResponse("this address is not known here\n", status_code=421)
        return await page(request)

    return endpoint


def _kept(batch: Batch) -> None:
    """Write: a disk that is full can still be read."""
    note_fact(batch, READY, batch.at.isoformat(timespec="minutes"))


async def serve_health(store: Store, listen: str, stop: asyncio.Event) -> None:
    """The routes alone, until `stop`, for when there is no console.

    Raises:
        OSError: the address is taken, or not of this machine.
        ValueError: it is no address.

    """
    server = HttpServer(Starlette(routes=health_routes(store)))

    async def wait() -> None:
        await stop.wait()
        server.leave()

    with closing(listening(listen)) as socket:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(wait())
            await server.serve(sockets=[socket])
