"""The one writer: jobs wait in a queue, and all that wait share a transaction (group commit).

Those that can wait (the pages of staff) go one by one and last: a client's message stands behind one
of them at most.

A job is a function of a `Batch`. It may be run twice (a batch that fails is retried job by job), so
it must do nothing but read and write there. All runs in one thread of its own: a whole batch costs
the event loop one hop, where aiosqlite takes one for every statement.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from bot import figures
from bot.checksum import forget_sum, is_as_left, note_sum
from bot.core.model import ChatId
from bot.sqlite_errors import is_locked, out_of_reach
from bot.store import staff_tables  # noqa: F401 (an import makes its tables known)
from bot.store.backups import Proof, proof
from bot.store.batch import SOME, Batch, Ids
from bot.store.database import (
    NEWEST,
    StoreDownError,
    StoreLockedError,
    database_path,
    migrate,
    open_engine,
    quick_check,
    version_of,
)
from bot.store.erasure import drop_rows
from bot.store.tables import sessions
from bot.vault import Vault, VaultError

T = TypeVar("T")
Job = Callable[[Batch], T]
MOST = 500  # jobs in one transaction
MOST_PASSED = 8  # transactions that go before a job that can wait
_OURS = (IntegrityError, ProgrammingError)  # a mistake of the program, not of the disk


class _Waiting(Generic[T]):
    """A job with what it will ask for, and whoever awaits it."""

    __slots__ = ("chats", "done", "job", "updates")

    def __init__(
        self, job: Job[T], chats: Iterable[ChatId], updates: Iterable[str], done: asyncio.Future[T]
    ) -> None:
        self.job = job
        self.chats = chats
        self.updates = updates
        self.done = done


class Store:
    """Open with `Store.open`; await `run` from one event loop."""

    def __init__(
        self,
        engine: Engine,
        vault: Vault,
        clock: Callable[[], datetime],
        path: Path | None = None,
    ) -> None:
        self.vault = vault
        self.clock = clock
        self._engine = engine
        self._path = path
        with engine.connect() as connection:
            self._ids = Ids(connection)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._waiting: deque[_Waiting[Any]] = deque()
        self._patient: deque[_Waiting[Any]] = deque()
        self._passed = 0  # batches since a patient job was let in
        self._alone: deque[_Waiting[Any]] = deque()
        self._busy = False

    @classmethod
    def open(
        cls,
        data_dir: Path,
        vault: Vault,
        clock: Callable[[], datetime],
        *,
        url: str | None = None,
        read_only: bool = False,
    ) -> Self:
        """Check the database, bring its tables up to date, and open it.

        Raises:
            StoreDownError: it is damaged, of a newer version, or cannot be opened.

        """
        path = database_path(data_dir)
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        is_there = path.exists() and path.stat().st_size > 0
        if url is None and not is_there and (chats := vault.count()):
            raise StoreDownError(
                f"{path} is missing, but there are {chats} keys to records in it. Put back its newest"
                " copy: python -m bot restore --help. To begin anew without those records, move"
                f" {path.with_name('keys.db')} away."
            )
        if url is None and path.exists():
            problems = quick_check(path)
            if not read_only and not is_as_left(path):
                problems.append("it is not as the assistant left it")
            if problems:
                raise StoreDownError(
                    f"{path} is damaged ({problems[0]}). Nothing was changed."
                    " Restore the newest backup: python -m bot restore"
                )
            if not read_only:
                forget_sum(path)
        engine = open_engine(url or f"sqlite:///{path}", read_only=read_only)
        try:
            if read_only:
                with engine.connect() as connection:
                    version = version_of(connection)
                if version is None:
                    raise StoreDownError(f"nothing is kept in {data_dir} yet.")
                if version != NEWEST:
                    raise StoreDownError(
                        f"{path} stands at schema {version}, this version at {NEWEST}: the next start"
                        " of the assistant brings it up to date."
                    )
            else:
                migrate(engine, data_dir, clock())
            is_file = url is None and not read_only
            store = cls(engine, vault, clock, path if is_file else None)
        except (DBAPIError, sqlite3.Error) as error:
            engine.dispose()
            cause = _cause(error)
            why = out_of_reach(path, cause) or f"{path} cannot be opened: {cause}"
            raise StoreDownError(why, why="not opened") from error
        if not read_only:
            try:
                store.run_now(_drop_erased)
            except BaseException:
                store.close_now()
                raise
        return store

    async def run(
        self,
        job: Job[T],
        *,
        chats: Iterable[ChatId] = (),
        updates: Iterable[str] = (),
        can_wait: bool = False,
    ) -> T:
        """What `job` returns, after it has been committed. `can_wait`: others go first.

        Raises:
            StoreDownError: the disk, the database or the keys failed; nothing of the job was kept.

        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(job, chats, updates, loop.create_future())
        (self._patient if can_wait else self._waiting).append(waiting)
        if not self._busy:
            self._start(loop)
        result: T = await waiting.done
        return result

    def run_now(self, job: Job[T]) -> T:
        """The same for a program without an event loop."""
        done: list[T] = []
        self._thread.submit(
            self._committed, [_Alone(lambda batch: done.append(job(batch)))]
        ).result()
        return done[0]

    @property
    def is_idle(self) -> bool:
        """Whether no job waits or runs."""
        return not self._busy and not self._waiting and not self._patient

    def proof(self, most: int | None = None) -> Proof:
        """What opening every seal finds, or the newest `most` of each column."""
        return self.run_now(lambda batch: proof(batch.connection, self.vault, most))

    async def close(self) -> None:
        """Finish what waits, then close; also when nothing can be kept any more."""
        with suppress(StoreDownError):
            await self.run(lambda _batch: None, can_wait=True)  # the last in the queue
        self.close_now()

    def close_now(self) -> None:
        """Close when nothing waits."""
        self._thread.shutdown(wait=True)
        self._engine.dispose()
        if self._path is not None:
            note_sum(self._path)

    # --- in the event loop -----------------------------------------------------------------------

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._alone:
            jobs = [self._alone.popleft()]
        else:
            jobs = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
            self._passed += 1
            if self._patient and (not jobs or self._passed > MOST_PASSED):
                jobs.append(self._patient.popleft())
                self._passed = 0
        self._busy = bool(jobs)
        if jobs:
            running: Future[list[Any]] = self._thread.submit(self._committed, jobs)
            running.add_done_callback(
                lambda ended: loop.call_soon_threadsafe(self._finished, loop, jobs, ended)
            )

    def _finished(
        self,
        loop: asyncio.AbstractEventLoop,
        jobs: list[_Waiting[Any]],
        ended: "Future[list[Any]]",
    ) -> None:
        error = ended.exception()
        if error is None:
            for waiting, result in zip(jobs, ended.result(), strict=True):
                if not waiting.done.done():
                    waiting.done.set_result(result)
        elif len(jobs) > 1 and not isinstance(error, StoreLockedError):
            self._alone.extend(jobs)  # one of them spoiled it for all
        else:
            for waiting in jobs:
                if not waiting.done.done():
                    waiting.done.set_exception(error)
        self._start(loop)

    # --- in the thread ---------------------------------------------------------------------------

    def _committed(self, jobs: Sequence["_Waiting[Any] | _Alone[Any]"]) -> list[Any]:
        figures.jobs.inc(len(jobs))
        try:
            with (
                figures.commits.time(),
                self._engine.connect() as connection,
                connection.begin(),
            ):
                batch = Batch(connection, self.vault, self._ids, self.clock())
                batch.expect(
                    (name for each in jobs for name in each.updates),
                    (chat for each in jobs for chat in each.chats),
                )
                results = [each.job(batch) for each in jobs]
                marks = batch.keep_numbers()
                batch.flush()
                self.vault.keep()
        except (DBAPIError, sqlite3.Error, OSError, VaultError) as error:
            if isinstance(error, _OURS):
                raise
            kind = StoreLockedError if is_locked(_cause(error)) else StoreDownError
            raise kind(_without_values(error)) from None
        finally:
            self.vault.forget()
        self._ids.note(marks)
        return results


class _Alone(Generic[T]):
    """A job that nobody awaits in an event loop."""

    chats: tuple[ChatId, ...] = ()
    updates: tuple[str, ...] = ()

    def __init__(self, job: Job[T]) -> None:
        self.job = job


def _without_values(error: Exception) -> str:
    """What went wrong, without the statement and its values, which SQLAlchemy adds."""
    cause = _cause(error)
    return f"{type(cause).__name__}: {cause}"


def _cause(error: Exception) -> BaseException | None:
    return error.orig if isinstance(error, DBAPIError) else error


def _drop_erased(batch: Batch) -> int:
    """Finish erasures that a crash interrupted, and those that a restored backup undid."""
    dropped = 0
    codes = batch.vault.erased()
    for start in range(0, len(codes), SOME):
        some = codes[start : start + SOME]
        found = batch.rows(select(sessions.c.ref).where(sessions.c.case_code.in_(some)))
        drop_rows(batch, [row.ref for row in found])
        dropped += len(found)
    return dropped
