"""The server itself: who it believes, and how fast it answers."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from bot.http_server import HttpServer, listening


@asynccontextmanager
async def served(proxy: str = "") -> AsyncIterator[httpx.AsyncClient]:
    """A server that answers with where it thinks that a request comes from."""

    async def app(scope: dict[str, object], receive: object, send: object) -> None:
        request = Request(scope)
        where = request.client.host if request.client else ""
        await PlainTextResponse(f"{where} {request.url.scheme}")(scope, receive, send)  # type: ignore[arg-type]  # (as Starlette names them)

    server = HttpServer(app, proxy=proxy)  # type: ignore[arg-type]  # (as above)
    with closing(listening("127.0.0.1:0")) as bound:
        address = f"http://127.0.0.1:{bound.getsockname()[1]}"
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve(sockets=[bound]))
            await server.has_started.wait()
            async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
                yield client
            server.leave()


FORGED = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}


async def test_nobody_can_say_that_they_come_from_elsewhere() -> None:
    async with served() as client:
        assert (await client.get("/", headers=FORGED)).text == "127.0.0.1 http"


@pytest.mark.parametrize(
    ("proxy", "told"), [("127.0.0.1", "203.0.113.9 https"), ("192.0.2.1", "127.0.0.1 http")]
)
async def test_only_the_server_that_was_named_says_where_staff_come_from(
    proxy: str, told: str
) -> None:
    async with served(proxy) as client:
        assert (await client.get("/", headers=FORGED)).text == told


def test_answers_on_an_open_connection_do_not_wait_for_acknowledgements() -> None:
    with closing(listening("127.0.0.1:0")) as bound:
        there = socket.create_connection(bound.getsockname())
        here, _ = bound.accept()
        with there, here:
            assert here.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
