"""A Telegram that refuses, breaks and goes away for hours: what the outbox makes of it."""

import asyncio
import heapq
import random  # noqa: TID251 (a rehearsal is seeded, so that it can be played again)
import tempfile
from collections import defaultdict
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path

from bot.core.model import ChatId, MessageId
from bot.core.post import Delivered, Outcome, Outgoing, OutgoingKind, TryLater
from bot.outbox import Outbox
from bot.pace import Pace
from bot.rehearsal.trial import START, Row, Scale, records
from bot.store.batch import Batch
from bot.store.post import post, unsent_count
from bot.store.records import Body, Posted
from bot.store.writer import Store

MOST_CHATS = 50
TOO_MANY, BROKEN, LOST = 0.2, 0.1, 0.1
STORE_REST = 0.0005
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 (fast, and gone after)
QUIET = 3  # looks in a row at which nothing moved, before time goes on


class VirtualTime:
    """A clock that jumps to the next sleeper once nobody has anything left to do."""

    def __init__(self) -> None:
        self.now = START
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._order = count()

    def __call__(self) -> datetime:
        """Now."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Until the clock has gone on so far."""
        until = self.now + timedelta(seconds=max(0.0, seconds))
        waker: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (until, next(self._order), waker))
        await waker

    async def flow(self, store: Store, over: asyncio.Event) -> None:
        """Let time go on, whenever the store is at rest, until `over`."""
        quiet = 0
        while not over.is_set():
            await asyncio.sleep(0 if quiet else STORE_REST)
            quiet = quiet + 1 if store.is_idle else 0
            if quiet > QUIET and self._sleepers:
                until, _, waker = heapq.heappop(self._sleepers)
                self.now = max(self.now, until)
                if not waker.done():
                    waker.set_result(None)
                quiet = 0


class Storm:
    """A channel that fails by chance, and wholly during the outage."""

    def __init__(self, time: VirtualTime, outage: timedelta, seed: int) -> None:
        self.got: dict[ChatId, list[str]] = defaultdict(list)
        self.too_soon = 0
        self.calls = 0
        self._time = time
        self._chance = random.Random(seed)  # noqa: S311 (not for secrets)
        self._down = (START + timedelta(seconds=20), START + timedelta(seconds=20) + outage)
        self._not_before: dict[ChatId, datetime] = {}
        self._ids = count(1)

    async def deliver(self, outgoing: Outgoing) -> Outcome:
        """Take a message, or not."""
        self.calls += 1
        chat_id = outgoing.chat_id
        await self._time.sleep(0.05)
        if self._time.now < self._not_before.get(chat_id, START):
            self.too_soon += 1
        if self._down[0] <= self._time.now < self._down[1]:
            return TryLater(after=timedelta(0), why="down")
        draw = self._chance.random()
        if draw < TOO_MANY:
            after = timedelta(seconds=self._chance.randrange(1, 40))
            self._not_before[chat_id] = self._time.now + after
            return TryLater(after=after, why="429")
        if draw < TOO_MANY + BROKEN:
            return TryLater(after=timedelta(0), why="502")
        self.got[chat_id].append(outgoing.text)
        if draw < TOO_MANY + BROKEN + LOST:
            return TryLater(after=timedelta(0), why="timeout")  # though it was delivered
        return Delivered(message=MessageId(str(next(self._ids))))


async def trial(scale: Scale) -> Row:
    """All arrive, in order, and no chat is written to before Telegram allowed it."""
    time = VirtualTime()
    chats = min(MOST_CHATS, scale.stormy_messages // 10)
    storm = Storm(time, scale.outage, scale.stormy_messages)
    over = asyncio.Event()
    with (
        tempfile.TemporaryDirectory(prefix="bot-chaos-", dir=MEMORY) as folder,
        records(Path(folder), time) as store,
    ):
        outbox = Outbox(store, {"telegram": storm.deliver}, time, pace=Pace(), sleep=time.sleep)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(time.flow(store, over))
            tasks.create_task(outbox.run())
            for start in range(0, scale.stormy_messages, chats):
                outbox.offer(await store.run(partial(_round, start=start, chats=chats)))
                await time.sleep(1)
            while await store.run(unsent_count):
                await time.sleep(60)
            await outbox.stop()
            over.set()
    lost = doubled = disordered = 0
    for texts in (storm.got[ChatId(f"telegram:{chat}")] for chat in range(chats)):
        numbers = [int(text) for text in texts]
        once = list(dict.fromkeys(numbers))
        lost += scale.stormy_messages // chats - len(once)
        doubled += len(numbers) - len(once)
        disordered += once != sorted(once)
    hours = (time.now - START) / timedelta(hours=1)
    return Row(
        test=(
            f"Bot API chaos: 20 % 429, 10 % 502, 10 % time out after delivery,"
            f" {scale.outage // timedelta(hours=1)} h outage in virtual time (the outbox alone)"
        ),
        mark="all delivered, order kept, every retry_after respected",
        measured=(
            f"{scale.stormy_messages:,} messages in {hours:.1f} h, {storm.calls:,} calls: {lost} lost,"
            f" {disordered} chats out of order, {storm.too_soon} calls too soon ({doubled} shown twice)"
        ),
        passed=not lost and not disordered and not storm.too_soon,
    )


def _round(batch: Batch, start: int, chats: int) -> list[Posted]:
    """A message to each chat, numbered."""
    return [
        post(
            batch,
            Body(
                chat_id=ChatId(f"telegram:{chat}"),
                kind=OutgoingKind.MESSAGE,
                text=str(start + chat),
            ),
        )
        for chat in range(chats)
    ]
