"""What whoever watches the program sees."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from desk import Clock, desk
from starlette.applications import Starlette

from bot.core.content import Content
from bot.health import health_routes
from bot.http_server import HttpServer, listening
from bot.store.down import DownStore


async def test_a_program_that_can_keep_things_is_ready_and_counts_without_names(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content) as here:
        await here.hears("kanarienvogel", chat="telegram:778899")
        app = Starlette(routes=health_routes(here.store))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
            assert (await browser.get("/healthz")).status_code == 200
            assert (await browser.get("/readyz")).status_code == 200
            figures = (await browser.get("/metrics")).text
    assert 'bot_turns_total{event_type="TextReceived"}' in figures
    assert "bot_unsent_messages 0.0" in figures
    assert "kanarienvogel" not in figures
    assert "778899" not in figures


async def test_a_program_that_can_keep_nothing_says_so() -> None:
    app = Starlette(routes=health_routes(DownStore("the disk is full", Clock())))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
        assert (await browser.get("/healthz")).status_code == 200
        assert (await browser.get("/readyz")).status_code == 503
        assert "bot_unsent_messages -1.0" in (await browser.get("/metrics")).text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8080", "", "[", "x@y"])
async def test_a_strange_name_for_this_machine_sees_nothing(host: str) -> None:
    app = Starlette(routes=health_routes(DownStore("the disk is full", Clock())))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
        for path in ("/healthz", "/readyz", "/metrics"):
            answer = await browser.get(path, headers={"host": host})
            assert answer.status_code == 421


async def test_a_disk_that_can_be_read_but_not_written_is_not_ready(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content) as here:
        app = Starlette(routes=health_routes(here.store))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
            with closing(sqlite3.connect(tmp_path / "data" / "bot.db")) as other:
                assert (await browser.get("/readyz")).status_code == 200
                [[said]] = other.execute("SELECT fact FROM facts WHERE name = 'ready-at'")
        assert said.startswith("2026-")


async def test_whoever_connects_and_asks_for_nothing_is_hung_up_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.http_server.HEADERS_WITHIN", 0.2)
    app = Starlette(routes=health_routes(DownStore("the disk is full", Clock())))
    server = HttpServer(app)
    with closing(listening("127.0.0.1:0")) as socket:
        host, port = socket.getsockname()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve(sockets=[socket]))
            await server.has_started.wait()
            for begun in (b"", b"POST /telegram HTTP/1.1\r\nx-half:"):
                reader, writer = await asyncio.open_connection(host, port)
                writer.write(begun)
                async with asyncio.timeout(3):
                    assert await reader.read() == b""
                writer.close()
            async with httpx.AsyncClient(trust_env=False) as browser:
                answer = await browser.get(f"http://127.0.0.1:{port}/healthz")
                assert answer.status_code == 200
                await asyncio.sleep(0.4)
                answer = await browser.get(f"http://127.0.0.1:{port}/healthz")
                assert answer.status_code == 200
            server.leave()
