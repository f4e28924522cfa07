"""What people hear while nothing can be kept: danger first, once each, and until it has arrived."""

from datetime import timedelta
from pathlib import Path

import pytest
from desk import Channel, desk

from bot.core.content import Content
from bot.core.model import AnyEvent, TextReceived
from bot.core.post import TryLater
from bot.floor import Floor


async def test_an_update_that_comes_again_and_again_is_answered_once(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content) as here:
        update = here.said("help me")
        for _ in range(3):
            await here.reception.answer_from_memory([update])
        assert here.channel.texts("telegram:1") == ["sorry: TextReceived"]


async def test_an_answer_that_did_not_arrive_is_tried_again(
    tmp_path: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.floor.FIRST_BACK_OFF", timedelta(0))
    channel = Channel()
    channel.outcomes = [TryLater(after=timedelta(0), why="502"), ValueError("of ours")]
    async with desk(tmp_path / "data", content, channel=channel) as here:
        update = here.said("help me")
        for _ in range(4):
            await here.reception.answer_from_memory([update])
        assert channel.texts("telegram:1") == ["sorry: TextReceived"]


async def test_the_wait_that_the_channel_asks_for_is_kept(tmp_path: Path, content: Content) -> None:
    channel = Channel()
    channel.outcomes = [TryLater(after=timedelta(hours=1), why="429")]
    async with desk(tmp_path / "data", content, channel=channel) as here:
        update = here.said("help me")
        for _ in range(3):
            await here.reception.answer_from_memory([update])
        assert channel.texts("telegram:1") == []


async def test_whoever_is_in_danger_is_answered_first(tmp_path: Path, content: Content) -> None:
    def is_danger(event: AnyEvent) -> bool:
        return isinstance(event, TextReceived) and "danger" in event.text

    async with desk(tmp_path / "data", content, is_danger=is_danger) as here:
        updates = [here.said("hello", chat=f"telegram:{number}") for number in range(5)]
        updates.append(here.said("danger", chat="telegram:9"))
        await here.reception.answer_from_memory(updates)
        assert here.channel.done[0].chat_id == "telegram:9"
        assert len(here.channel.done) == 6


async def test_the_memory_of_who_was_answered_outlives_a_reception(
    tmp_path: Path, content: Content
) -> None:
    floor, channel = Floor(), Channel()
    async with desk(tmp_path / "data", content, channel=channel, floor=floor) as here:
        update = here.said("help me")
        await here.reception.answer_from_memory([update])
    async with desk(tmp_path / "data", content, channel=channel, floor=floor) as here:
        await here.reception.answer_from_memory([update])
    assert channel.texts("telegram:1") == ["sorry: TextReceived"]


async def test_staff_that_cannot_be_told_stop_nothing(tmp_path: Path, content: Content) -> None:
    from bot.store.database import StoreDownError  # noqa: PLC0415 (only here)

    async with desk(tmp_path / "data", content) as here:

        async def down(_job: object) -> None:
            raise StoreDownError("disk full")

        run = here.store.run
        here.store.run = down  # type: ignore[assignment, method-assign] # (a disk that is full)
        await here.reception.tell_staff("the content was refused")
        here.store.run = run  # type: ignore[method-assign] # (as above)
