"""What becomes of messages when the channel is slow, closed, or strange."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from desk import START, Channel, Clock, desk
from sqlalchemy import select

from bot.core.content import Content
from bot.core.model import ChatId, Reply
from bot.core.post import Outcome, Outgoing, Refused, TryLater, Unreachable
from bot.outbox import Outbox
from bot.pace import Bucket, Pace
from bot.store.tables import dead_letters, outgoing, sessions


async def test_one_stalled_chat_holds_up_nobody_else(tmp_path: Path, content: Content) -> None:
    channel = Channel()
    async with desk(tmp_path / "data", content, channel=channel) as here:
        channel.outcomes = [TryLater(after=timedelta(hours=1), why="429")]
        assert await here.hears("one", chat="telegram:1") == []
        assert await here.hears("two", chat="telegram:2") == ["1: two"]


async def test_order_in_a_chat_holds_over_errors(tmp_path: Path, content: Content) -> None:
    channel = Channel()
    later = TryLater(after=timedelta(milliseconds=20), why="502")
    async with desk(tmp_path / "data", content, channel=channel) as here:
        channel.outcomes = [later, later, later]
        await here.reception.receive_all([here.said(f"m{n}") for n in range(5)])
        await asyncio.sleep(0.3)
        await here.settles()
        assert channel.texts("telegram:1") == [f"{n + 1}: m{n}" for n in range(5)]


async def test_a_wait_that_the_channel_asked_for_outlives_a_restart(
    tmp_path: Path, content: Content
) -> None:
    channel, clock = Channel(), Clock()
    async with desk(tmp_path / "data", content, channel=channel, clock=clock) as here:
        channel.outcomes = [TryLater(after=timedelta(minutes=5), why="429")]
        await here.hears("one")
    async with desk(tmp_path / "data", content, channel=channel, clock=clock) as here:
        await asyncio.sleep(0.05)
        await here.settles()
        assert channel.texts("telegram:1") == []
    clock.passes(minutes=6)
    async with desk(tmp_path / "data", content, channel=channel, clock=clock) as here:
        await asyncio.sleep(0.05)
        await here.settles()
        assert channel.texts("telegram:1") == ["1: one"]


async def test_a_long_wait_that_the_channel_asked_for_is_kept_over_a_restart_in_full(
    tmp_path: Path, content: Content
) -> None:
    channel, clock = Channel(), Clock()
    async with desk(tmp_path / "data", content, channel=channel, clock=clock) as here:
        channel.outcomes = [TryLater(after=timedelta(hours=3), why="429")]
        await here.hears("one")
    clock.passes(minutes=1)
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0 if seconds < 60 else 60)

    async with desk(tmp_path / "data", content, channel=channel, clock=clock, runs=False) as here:
        outbox = Outbox(here.store, {"telegram": channel.deliver}, clock, sleep=sleep)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(outbox.run())
            await asyncio.sleep(0.2)
            await outbox.stop()
    assert slept == [timedelta(hours=3, minutes=-1).total_seconds()]
    assert channel.texts("telegram:1") == []


async def test_what_was_not_sent_before_a_stop_is_sent_at_the_next_start(
    tmp_path: Path, content: Content
) -> None:
    channel = Channel()
    async with desk(tmp_path / "data", content, channel=channel, runs=False) as here:
        await here.reception.receive_all([here.said("one"), here.said("two")])
    async with desk(tmp_path / "data", content, channel=channel) as here:
        await asyncio.sleep(0.05)
        await here.settles()
        assert channel.texts("telegram:1") == ["1: one", "2: two"]


async def test_a_message_that_was_being_sent_at_a_crash_is_sent_again(
    tmp_path: Path, content: Content
) -> None:
    class Dying(Channel):
        async def deliver(self, outgoing: Outgoing) -> Outcome:
            await super().deliver(outgoing)
            await asyncio.Event().wait()  # sent, but the answer never comes
            raise AssertionError

    channel = Dying()
    with suppress(ExceptionGroup):
        async with desk(tmp_path / "data", content, channel=channel) as here:
            await here.reception.receive(here.said("one"))
            await asyncio.sleep(0.05)
            raise OSError("the machine stops")
    assert channel.texts("telegram:1") == ["1: one"]
    again = Channel()
    async with desk(tmp_path / "data", content, channel=again) as here:
        await asyncio.sleep(0.05)
        await here.settles()
        assert again.texts("telegram:1") == ["1: one"]


async def test_a_person_who_blocked_the_bot_is_not_tried_again_until_they_write(
    tmp_path: Path, content: Content
) -> None:
    channel = Channel()
    async with desk(tmp_path / "data", content, channel=channel) as here:
        channel.outcomes = [Unreachable(why="403")]
        await here.reception.receive_all([here.said("one"), here.said("two")])
        await here.settles()
        assert channel.texts("telegram:1") == []
        marked = await here.store.run(lambda batch: batch.rows(select(sessions.c.reachable)))
        assert [row.reachable for row in marked] == [0]
        assert await here.hears("three") == ["3: three"]


async def test_a_message_that_is_refused_is_kept_for_the_operator_and_the_next_goes_on(
    tmp_path: Path, content: Content
) -> None:
    channel = Channel()
    async with desk(tmp_path / "data", content, channel=channel) as here:
        channel.outcomes = [Refused(why="400")]
        await here.reception.receive_all([here.said("one"), here.said("two")])
        await here.settles()
        assert channel.texts("telegram:1") == ["2: two"]
        letters = await here.store.run(lambda batch: batch.rows(select(dead_letters)))
        assert [row.kind for row in letters] == ["refused"]


async def test_a_mistake_in_the_channel_is_tried_again_and_then_given_up(
    tmp_path: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.outbox.FIRST_BACK_OFF", timedelta(milliseconds=1))
    channel = Channel()
    async with desk(tmp_path / "data", content, channel=channel) as here:
        channel.outcomes = [ValueError("a mistake of ours")] * 4
        await here.reception.receive_all([here.said("one"), here.said("two")])
        await asyncio.sleep(0.3)
        await here.settles()
        assert channel.texts("telegram:1") == ["2: two"]


async def test_sent_words_do_not_stay_in_the_outbox(tmp_path: Path, content: Content) -> None:
    async with desk(tmp_path / "data", content) as here:
        await here.hears("one")
        rows = await here.store.run(lambda batch: batch.rows(select(outgoing)))
        assert [(row.state, row.body) for row in rows] == [("sent", None)]


async def test_the_safety_floor_speaks_past_the_store(tmp_path: Path, content: Content) -> None:
    channel = Channel()
    async with desk(tmp_path / "data", content, channel=channel) as here:
        await here.outbox.say_now(ChatId("telegram:1"), Reply(text="call 911"))
        assert channel.texts("telegram:1") == ["call 911"]


async def test_a_crisis_card_may_follow_right_behind_other_messages(
    tmp_path: Path, content: Content
) -> None:
    channel = Channel()
    async with desk(tmp_path / "data", content, channel=channel, pace=Pace()) as here:
        async with asyncio.timeout(1):
            await here.reception.receive_all([here.said(f"m{n}") for n in range(5)])
            await here.settles()
        assert len(channel.texts("telegram:1")) == 5


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    bucket = Bucket(rate=1.0, size=3)
    waits = [bucket.take(START).total_seconds() for _ in range(5)]
    assert waits == [0, 0, 0, 1, 2]
    assert bucket.take(START + timedelta(seconds=10)).total_seconds() == 0


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(days=400)])
def test_a_clock_that_jumps_does_not_stop_a_bucket(jump: timedelta) -> None:
    bucket = Bucket(rate=1.0, size=3)
    moment: datetime = START
    for _ in range(3):
        bucket.take(moment)
    moment += jump
    assert bucket.take(moment) <= timedelta(seconds=1)
    assert bucket.take(moment) <= timedelta(seconds=2)


def test_a_staff_group_gets_twenty_a_minute_at_most() -> None:
    bucket = Pace().chat_bucket(ChatId("telegram:-1005"))
    assert sum(bucket.take(START).total_seconds() < 60 for _ in range(60)) <= 25
