"""Somebody who sends too much is asked to wait once, and nobody else notices."""

from pathlib import Path

from desk import Clock, desk

from bot.core.content import Content
from bot.core.model import TextReceived
from bot.core.post import OutgoingKind


async def test_the_twenty_first_message_of_a_minute_gets_one_notice_and_then_silence(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content) as here:
        for n in range(30):
            await here.hears(f"m{n}", chat="telegram:1")
        texts = here.channel.texts("telegram:1")
        assert texts[:20] == [f"{n + 1}: m{n}" for n in range(20)]
        assert len(texts) == 21
        assert "911" in texts[20]
        assert await here.hears("hello", chat="telegram:2") == ["1: hello"]


async def test_after_a_minute_the_person_is_heard_again(tmp_path: Path, content: Content) -> None:
    clock = Clock()
    async with desk(tmp_path / "data", content, clock=clock) as here:
        for n in range(25):
            await here.hears(f"m{n}")
        clock.passes(seconds=61)
        assert await here.hears("again") == ["21: again"]


async def test_signs_of_danger_are_answered_in_any_flood(tmp_path: Path, content: Content) -> None:
    async with desk(
        tmp_path / "data",
        content,
        is_danger=lambda event: isinstance(event, TextReceived) and "kill" in event.text,
    ) as here:
        for n in range(25):
            await here.hears(f"m{n}")
        assert await here.hears("i want to kill myself") == ["21: i want to kill myself"]
        assert await here.hears("and more") == []


async def test_a_backlog_after_an_outage_is_no_flood(tmp_path: Path, content: Content) -> None:
    clock = Clock()
    async with desk(tmp_path / "data", content, clock=clock) as here:
        backlog = []
        for n in range(60):
            backlog.append(here.said(f"m{n}"))
            clock.passes(seconds=10)
        await here.reception.receive_all(backlog)
        await here.settles()
        assert len(here.channel.texts("telegram:1")) == 60


async def test_the_same_messages_again_while_the_store_is_down_are_no_flood(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content) as here:
        some = [here.said(f"m{n}") for n in range(10)]
        for _ in range(5):
            await here.reception.receive_all(some)
        await here.settles()
        assert await here.hears("new") == ["11: new"]


async def test_a_pressed_button_stops_spinning_in_a_flood_too(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content) as here:
        for _ in range(70):
            await here.reception.receive(here.pressed("quiet", message="1"))
        await here.settles()
        assert len(here.channel.of(OutgoingKind.TOAST)) == 70
