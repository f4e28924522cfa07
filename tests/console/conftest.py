"""A clinic with clients who chat, and colleagues who work in the console."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from clinic import Clinic, clinic_in

from bot.core.content import Content


@pytest_asyncio.fixture
async def clinic(tmp_path: Path, content: Content) -> AsyncIterator[Clinic]:
    """A clinic that is open, with nobody in it."""
    async with clinic_in(tmp_path / "data", content) as opened:
        yield opened
