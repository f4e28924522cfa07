"""What is done without anybody's asking: errands of commands, and at night retention.

Counterparts: `reception`, whose clock drives this; `commands.records`, which leaves the errands.
"""

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select

from bot import figures
from bot.console import access_log
from bot.console.accounts import Account, invite_admin
from bot.core.model import ChatId
from bot.core.post import OutgoingKind
from bot.outbox import Outbox
from bot.store.backups import proof
from bot.store.batch import Batch
from bot.store.contents import Contents
from bot.store.database import StoreDownError
from bot.store.erasure import Erased, erase_case
from bot.store.facts import (
    ALIVE,
    HELD_BACK,
    KEYS_COPY,
    PAUSED_UNTIL,
    RETENTION,
    fact,
    hour_fact,
    note_fact,
)
from bot.store.post import post
from bot.store.records import Body, Posted
from bot.store.retention import DAY, Retention, drop_farewell_keys, retain
from bot.store.staff_posts import farewells, ref_of_case
from bot.store.tables import errands
from bot.store.writer import Store
from bot.vault import SealBrokenError

NIGHT = 3  # the clinic's own hour in which retention runs
JUMP = 30 * DAY  # hours that the clock may stand ahead of what was seen before it is doubted
NOT_FOUND = "not found"
FAILED = "failed: "
ERASE = "erase"
ROTATE = "rotate"
INVITE_ADMIN = "invite-admin"
ERASED_NOTED = timedelta(days=400)  # no backup is older
LOOKED_AT = 500  # seals of each kind, the newest, at each start
log = structlog.get_logger()


class Housekeeping:
    """`tick` it every few seconds."""

    def __init__(
        self, store: Store, contents: Contents, clock: Callable[[], datetime], outbox: Outbox
    ) -> None:
        self._store = store
        self._contents = contents
        self._clock = clock
        self._outbox = outbox
        self._seen_hour: int | None = None
        self._has_looked = False

    async def tick(self) -> None:
        """Do what is due."""
        if not self._has_looked:
            self._has_looked = True
            await self._look()
        for name in await self._store.run(open_errands):
            try:
                erased, posted = await self._store.run(partial(run_errand, name=name))
            except (StoreDownError, SealBrokenError) as error:
                log.warning("errand.failed", error=type(error).__name__)
                await self._store.run(partial(give_up, name=name, why=str(error)))
                continue
            if erased is not None and erased.chat_id is not None:
                self._outbox.forget(erased.chat_id)
            self._outbox.offer(posted)
            await self._store.run(scrub_copy)
        now = self._clock()
        hour = int(now.timestamp() // 3600)
        if hour != self._seen_hour:
            self._seen_hour = hour
            await self._store.run(note_alive)
            if now.astimezone(ZoneInfo(self._contents.newest.clinic.timezone)).hour == NIGHT:
                await self._night()

    async def _look(self) -> None:
        """Open the newest seals once after each start: a crash leaves no sum of the file."""
        try:
            found = await self._store.run(
                lambda batch: proof(batch.connection, batch.vault, most=LOOKED_AT)
            )
            damaged = await self._store.run(lambda batch: batch.vault.damaged())
        except SealBrokenError:
            return
        figures.broken_seals.set(len(found.broken) + damaged)
        if found.broken or damaged:
            log.error("seals.broken", count=len(found.broken) + damaged)

    async def _night(self) -> None:
        clinic = self._contents.newest.clinic
        done = await self._store.run(
            lambda batch: nightly(batch, clinic.keep_days, clinic.keep_open_days)
        )
        if done is not None:
            self._outbox.offer(done.posted)
            log.info("retention", due=done.due, erased=len(done.erased), chats=done.chats)
            await self._store.run(sweep_keys)


def open_errands(batch: Batch) -> list[str]:
    """The errands that nobody has run."""
    return [row.id for row in batch.rows(select(errands.c.id).where(errands.c.outcome.is_(None)))]


def run_errand(batch: Batch, name: str) -> tuple[Erased | None, list[Posted]]:
    """Run one. Its outcome is in numbers: of messages being deleted, of keys wrapped anew and not."""
    [row] = batch.rows(select(errands).where(errands.c.id == name))
    erased: Erased | None = None
    posted: list[Posted] = []
    outcome = NOT_FOUND
    if row.errand == ERASE:
        erased, posted = erase_with_farewell(batch, row.argument)
        outcome = str(len(erased.messages)) if erased else NOT_FOUND
    elif row.errand == ROTATE:
        done = batch.vault.rotate()
        outcome = f"{done.moved} {done.left}"
    elif row.errand == INVITE_ADMIN:
        outcome = "done" if run_invite_admin(batch, row.argument) else NOT_FOUND
    batch.update(errands, "id", name, outcome=outcome)
    return erased, posted


def run_invite_admin(batch: Batch, argument: str) -> Account | None:
    """A link for an admin, asked for on the machine itself: "account:digest of the secret"."""
    number, _, digest = argument.partition(":")
    who = invite_admin(batch, int(number), digest)
    if who is not None:
        access_log.append(batch, 0, "invite-admin!", detail=f"account {who.id}")
    return who


def give_up(batch: Batch, name: str, why: str) -> None:
    """An errand that cannot be run is not tried for ever."""
    batch.update(errands, "id", name, outcome=f"{FAILED}{why}")


def erase_with_farewell(batch: Batch, case: str) -> tuple[Erased | None, list[Posted]]:
    """Erase a case's chat, and have the bot's own messages deleted that still can be."""
    ref = ref_of_case(batch, case)
    in_group = farewells(batch, ref) if ref else []
    erased = erase_case(batch, case)
    if erased is None:
        return None, []
    chat_id = erased.chat_id or ChatId("")
    bodies = [
        Body(chat_id=chat_id, kind=OutgoingKind.DELETE, edits=message)
        for message in (erased.messages if erased.chat_id else ())
    ]
    return erased, [post(batch, body) for body in (*bodies, *in_group)]


def note_alive(batch: Batch) -> None:
    """Remember this hour; after a jump of the clock retention waits a day, for somebody to see it."""
    before = hour_fact(batch, ALIVE)
    if before and not -1 <= batch.hour - before <= JUMP:
        note_fact(batch, PAUSED_UNTIL, batch.hour + DAY)
        log.warning("clock.jumped", hours=batch.hour - before)
    note_fact(batch, ALIVE, batch.hour)


def nightly(batch: Batch, keep_days: dict[str, int], open_days: int) -> Retention | None:
    """Tonight's retention; None when it has run or must wait.

    Hours that only a clock that was ahead can have noted count for nothing.
    """
    is_paused = batch.hour < hour_fact(batch, PAUSED_UNTIL) <= batch.hour + DAY
    if is_paused or 0 <= batch.hour - hour_fact(batch, RETENTION) < DAY // 2:
        return None
    done = retain(batch, keep_days, open_days=open_days)
    note_fact(batch, RETENTION, batch.hour)
    note_fact(batch, HELD_BACK, done.held_back)
    return done


def sweep_keys(batch: Batch) -> None:
    """Drop keys that nothing needs."""
    drop_farewell_keys(batch)
    batch.vault.forget_erased_before(batch.at - ERASED_NOTED)
    scrub_copy(batch)


def scrub_copy(batch: Batch) -> None:
    """Take the keys of erased chats out of the copies of keys.db that we know of.

    They are the one that `backup` made, if it is there, and those that a restore has put aside. Comes
    after the erasure is committed. `doctor` tells of a copy that could not be reached.
    """
    copies = map(Path, fact(batch, KEYS_COPY).splitlines())
    for path in (*batch.vault.replaced, *copies):
        try:
            if path.is_file():
                batch.vault.scrub(path)
        except (sqlite3.Error, OSError) as error:
            log.warning("backup.keys_not_scrubbed", error=type(error).__name__)
