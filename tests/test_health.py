"""What whoever watches the program sees."""

from pathlib import Path

import httpx
from desk import Clock, desk
from starlette.applications import Starlette

from bot.core.content import Content
from bot.health import health_routes
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
