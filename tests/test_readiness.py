"""Right after a start the FAQ's search is fitted: what else may happen meanwhile."""

import asyncio
import threading
from pathlib import Path

import pytest
from desk import desk

from bot.core.content import Content
from bot.core.language.faq import Found
from bot.core.model import TextReceived


async def test_while_the_search_is_fitted_danger_and_buttons_and_the_store_do_not_wait(
    tmp_path: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_fitted = threading.Event()
    real = Content.search

    def search(self: Content, text: str) -> Found:
        is_fitted.wait(10)
        return real(self, text)

    monkeypatch.setattr(Content, "search", search)
    async with desk(
        tmp_path / "data",
        content,
        is_danger=lambda event: isinstance(event, TextReceived) and "pills" in event.text,
    ) as here:
        async with asyncio.TaskGroup() as tasks:
            waiting = tasks.create_task(here.reception.receive(here.said("hello")))
            await asyncio.sleep(0.05)
            assert await here.hears("pills", chat="telegram:2") == ["1: pills"]
            await here.reception.receive(here.pressed("go", "1", chat="telegram:3"))
            await here.settles()
            assert here.channel.texts("telegram:3") == ["1: go"]
            assert not waiting.done()
            is_fitted.set()
        await here.settles()
        assert here.channel.texts("telegram:1") == ["1: hello"]
