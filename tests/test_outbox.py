"""What becomes of messages when the channel is slow, closed, or strange."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from desk import START, Channel, Clock, Desk, desk
from sqlalchemy import select

from bot.core.content import Content
from bot.core.model import ChatId, MessageId, Reply
from bot.core.post import (
    Delivery,
    Outcome,
    Outgoing,
    OutgoingKind,
    Refused,
    TryLater,
    Unreachable,
)
from bot.housekeeping import sweep_keys
from bot.outbox import Outbox
from bot.pace import Bucket, Pace
from bot.store.erasure import erase_case
from bot.store.retention import retain
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


class Slow(Channel):
    """A channel whose messages are under way for as long as the test wants."""

    def __init__(self) -> None:
        super().__init__()
        self.called = asyncio.Event()
        self.goes_on = asyncio.Event()

    async def deliver(self, outgoing: Outgoing) -> Outcome:
        if outgoing.text == "1: one":
            self.called.set()
            await self.goes_on.wait()
        return await super().deliver(outgoing)


async def no_key_is_left(here: Desk) -> None:
    """Once the names of sent messages are of no use any more."""
    here.clock.passes(days=4)
    await here.store.run(lambda batch: retain(batch, {"chat-only": 99}))
    await here.store.run(sweep_keys)
    assert here.vault.count() == 0


async def test_what_arrives_while_its_chat_is_erased_is_deleted_again(
    tmp_path: Path, content: Content
) -> None:
    channel = Slow()
    async with desk(tmp_path / "data", content, channel=channel) as here:
        await here.reception.receive(here.said("one"))
        await channel.called.wait()
        await here.reception.receive(here.said("two"))  # waits behind it
        await here.reception.receive(here.said("erase"))
        channel.goes_on.set()
        await asyncio.sleep(0.1)
        await here.settles()
        assert channel.texts("telegram:1") == ["1: one", "3: erase"]
        assert [each.edits for each in channel.of(OutgoingKind.DELETE)] == ["1"]
        await no_key_is_left(here)


async def test_what_arrives_between_an_erasure_and_its_notice_is_deleted_again(
    tmp_path: Path, content: Content
) -> None:
    channel = Slow()
    async with desk(tmp_path / "data", content, channel=channel) as here:
        await here.reception.receive(here.said("one"))
        await channel.called.wait()
        [row] = await here.store.run(lambda batch: batch.rows(select(sessions)))
        await here.store.run(lambda batch: erase_case(batch, row.case_code))
        channel.goes_on.set()
        await asyncio.sleep(0.1)
        await here.settles()
        assert [each.edits for each in channel.of(OutgoingKind.DELETE)] == ["1"]
        await no_key_is_left(here)


async def test_what_waits_for_a_chat_that_retention_erases_is_not_sent(
    tmp_path: Path, content: Content
) -> None:
    channel = Channel()
    later = TryLater(after=timedelta(milliseconds=50), why="429")
    async with desk(tmp_path / "data", content, channel=channel) as here:
        channel.outcomes = [later]
        await here.reception.receive(here.said("one"))
        await here.outbox.idle()
        [row] = await here.store.run(lambda batch: batch.rows(select(sessions)))
        await here.store.run(lambda batch: erase_case(batch, row.case_code))
        await asyncio.sleep(0.2)
        await here.settles()
        assert channel.done == []
        assert here.vault.count() == 0
        assert await here.hears("hello") == ["1: hello"]


async def test_what_arrives_as_the_bot_is_blocked_can_be_deleted_later(
    tmp_path: Path, content: Content
) -> None:
    channel = Slow()
    async with desk(tmp_path / "data", content, channel=channel) as here:
        await here.reception.receive(here.said("one"))
        await channel.called.wait()
        blocked = Delivery(update_id="b", received_at=START, blocked=ChatId("telegram:1"))
        await here.reception.receive(blocked)
        channel.goes_on.set()
        await asyncio.sleep(0.1)
        assert channel.of(OutgoingKind.DELETE) == []
        await here.hears("erase")
        assert [each.edits for each in channel.of(OutgoingKind.DELETE)] == ["1"]


async def test_pieces_of_a_text_that_waits_are_deleted_with_its_chat(
    tmp_path: Path, content: Content
) -> None:
    channel = Channel()
    some = (MessageId("701"), MessageId("702"))
    async with desk(tmp_path / "data", content, channel=channel) as here:
        channel.outcomes = [TryLater(after=timedelta(milliseconds=50), why="429", before=some)]
        await here.reception.receive(here.said("one"))
        await here.outbox.idle()
        await here.reception.receive(here.said("erase"))
        await asyncio.sleep(0.2)
        await here.settles()
        assert channel.texts("telegram:1") == ["2: erase"]
        assert {each.edits for each in channel.of(OutgoingKind.DELETE)} == set(some)


async def test_pieces_sent_while_their_chat_is_erased_are_deleted_again(
    tmp_path: Path, content: Content
) -> None:
    some = (MessageId("701"),)

    class Halfway(Slow):
        async def deliver(self, outgoing: Outgoing) -> Outcome:
            done = await super().deliver(outgoing)
            if outgoing.text == "1: one":
                return TryLater(after=timedelta(0), why="502", before=some)
            return done

    channel = Halfway()
    async with desk(tmp_path / "data", content, channel=channel) as here:
        await here.reception.receive(here.said("one"))
        await channel.called.wait()
        await here.reception.receive(here.said("erase"))
        channel.goes_on.set()
        await asyncio.sleep(0.1)
        await here.settles()
        assert [each.edits for each in channel.of(OutgoingKind.DELETE)] == ["701"]
