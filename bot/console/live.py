"""Pages that are open learn what has changed: case codes, nothing else, as server-sent events.

One loop looks for everybody. It also hands chats back that staff have forgotten.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from bot.console.cases import catch_up, kept_case
from bot.console.queue import Counts, counts
from bot.core.content.clinic import Clinic
from bot.core.model import ChatId, EventId, StaffHandedBack
from bot.core.post import Delivery
from bot.reception import Reception
from bot.store.batch import Batch
from bot.store.contents import Contents
from bot.store.database import StoreDownError
from bot.store.records import KeptSession
from bot.store.staff_tables import cases
from bot.store.tables import sessions
from bot.store.writer import Store

EVERY = timedelta(seconds=1)
HAND_BACK_EVERY = timedelta(seconds=30)
COUNTED_EVERY = timedelta(seconds=5)
MOST_PAGES = 500
log = structlog.get_logger()


class Live:
    """`run` it in a task group; pages `listen`."""

    def __init__(
        self,
        store: Store,
        contents: Contents,
        reception: Reception,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._contents = contents
        self._reception = reception
        self._clock = clock
        self._pages: set[asyncio.Queue[str]] = set()
        self._handed_back_at: datetime | None = None
        self._counts: dict[int, tuple[datetime, Counts]] = {}
        self.stopping = asyncio.Event()

    @contextmanager
    def listen(self) -> Iterator[asyncio.Queue[str]]:
        """A queue of codes of cases that change, for as long as a page is open."""
        queue: asyncio.Queue[str] = asyncio.Queue(maxsize=100)
        self._pages.add(queue)
        try:
            yield queue
        finally:
            self._pages.discard(queue)

    @property
    def is_full(self) -> bool:
        """Whether no more pages can listen."""
        return len(self._pages) >= MOST_PAGES

    def counts(self, batch: Batch, account: int, now: datetime, clinic: Clinic) -> Counts:
        """How many cases wait, counted again after a change and every few seconds."""
        at, known = self._counts.get(account, (now, None))
        if known is None or abs(now - at) >= COUNTED_EVERY:
            known = counts(batch, account, now, clinic)
            self._counts[account] = (now, known)
        return known

    def tell(self, codes: set[str]) -> None:
        """These cases have changed."""
        self._counts.clear()
        for queue in self._pages:
            for code in codes:
                with suppress(asyncio.QueueFull):
                    queue.put_nowait(code)

    async def run(self) -> None:
        """Look every second, until `stop`."""
        while not self.stopping.is_set():
            try:
                await self.look()
            except StoreDownError:
                log.warning("console.store_down")
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY.total_seconds()):
                    await self.stopping.wait()

    def stop(self) -> None:
        """Have `run` return, and open pages let go."""
        self.stopping.set()
        self.tell({""})

    async def look(self) -> None:
        """Tell what has changed, and hand back what staff have left."""
        clinic = self._contents.newest.clinic
        changed = await self._store.run(lambda batch: catch_up(batch, clinic))
        if changed:
            self.tell(changed)
        now = self._clock()
        if self._handed_back_at is None or abs(now - self._handed_back_at) >= HAND_BACK_EVERY:
            self._handed_back_at = now
            for delivery in await self._store.run(self._forgotten):
                await self._reception.receive(delivery)

    def _forgotten(self, batch: Batch) -> list[Delivery]:
        """Chats in which staff have not written for the time that content allows."""
        after = timedelta(minutes=self._contents.newest.console.hand_back_minutes)
        found = []
        for row in batch.rows(select(cases).where(cases.c.taken == 1)):
            kept = kept_case(batch, row)
            wrote_at = kept.staff_wrote_at
            if wrote_at is None or batch.at - wrote_at < after:
                continue
            name = f"hand-back:{row.case_code}:{wrote_at.isoformat()}"
            event = StaffHandedBack(
                event_id=EventId(name),
                chat_id=chat_of(batch, row.ref),
                at=batch.at,
                staff=kept.taken_by,
            )
            found.append(Delivery(update_id=name, received_at=batch.at, event=event))
        return found


def kept_session(batch: Batch, ref: str) -> KeptSession:
    """The session of a chat, by its sealed name."""
    rows = batch.rows(select(sessions.c.sealed).where(sessions.c.ref == ref))
    return batch.unseal(ref, sessions.c.sealed, ref, rows[0].sealed, KeptSession)


def chat_of(batch: Batch, ref: str) -> ChatId:
    """The chat's id."""
    return kept_session(batch, ref).session.chat_id
