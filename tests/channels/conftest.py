"""The rehearsal's Telegram, and somebody in it."""

from collections.abc import AsyncIterator

import pytest

from bot.rehearsal.people import Person
from bot.rehearsal.telegram_server import TelegramServer


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as telegram:
        yield telegram


@pytest.fixture
async def ann(server: TelegramServer) -> Person:
    return server.person(42)
