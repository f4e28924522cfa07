"""Pages that are open learn what has changed: case codes, nothing else, as server-sent events.

One loop looks for everybody. Whatever goes wrong in it is the console's own trouble: it is logged, and
the loop goes on, for the assistant runs in the same process.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from bot.console.arrivals import catch_up
from bot.console.queue import Counts, counts
from bot.core.content.clinic import Clinic
from bot.core.model import ChatId
from bot.store.batch import Batch
from bot.store.contents import Contents
from bot.store.database import StoreDownError
from bot.store.records import KeptSession, KeptTurn
from bot.store.tables import sessions, turns
from bot.store.writer import Store
from bot.vault import SealBrokenError

EVERY = timedelta(seconds=1)
COUNTED_EVERY = timedelta(seconds=5)
MOST_PAGES = 500
NEWEST = 20  # turns that are tried where a session does not open
log = structlog.get_logger()


class Live:
    """`run` it in a task group; pages `listen`."""

    def __init__(self, store: Store, contents: Contents) -> None:
        self._store = store
        self._contents = contents
        self._pages: set[asyncio.Queue[str]] = set()
        self._again: set[str] = set()
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
            except Exception as error:  # noqa: BLE001 (the console must never end the assistant)
                log.error("console.failed", error=type(error).__name__)  # noqa: TRY400 (a traceback may quote a client)
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY.total_seconds()):
                    await self.stopping.wait()

    def stop(self) -> None:
        """Have `run` return, and open pages let go."""
        self.stopping.set()
        self.tell({""})

    async def look(self) -> None:
        """Tell what has changed."""
        clinic = self._contents.newest.clinic
        again, self._again = self._again, set()
        changed = await self._store.run(lambda batch: catch_up(batch, clinic))
        if changed or again:
            self.tell(changed | again)

    def look_again(self, code: str) -> None:
        """Something on that case's page will soon be different, such as whether a message was sent."""
        self._again.add(code)


def kept_session(batch: Batch, ref: str) -> KeptSession:
    """The session of a chat, by its sealed name."""
    rows = batch.rows(select(sessions.c.sealed).where(sessions.c.ref == ref))
    return batch.unseal(ref, sessions.c.sealed, ref, rows[0].sealed, KeptSession)


def chat_of(batch: Batch, ref: str) -> ChatId:
    """The chat's id; where its session does not open, from what was last said in it.

    Raises:
        SealBrokenError: nothing of the chat opens.

    """
    try:
        return kept_session(batch, ref).session.chat_id
    except SealBrokenError:
        found = batch.rows(
            select(turns.c.id, turns.c.sealed)
            .where(turns.c.ref == ref)
            .order_by(turns.c.id.desc())
            .limit(NEWEST)
        )
        for row in found:
            with suppress(SealBrokenError):
                kept = batch.unseal(ref, turns.c.sealed, row.id, row.sealed, KeptTurn)
                return kept.event.chat_id
        raise
