"""Opens the records for a command, whether or not the assistant runs beside it.

While it runs, it alone writes: a command reads, and leaves what is to be changed as an errand. While
it does not, the command takes its lock and is the one writer.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select

from bot.settings import Settings
from bot.store.batch import hour_of
from bot.store.database import StoreDownError, database_path, open_engine
from bot.store.lock import AlreadyRunningError, Lock
from bot.store.tables import errands
from bot.store.writer import Store
from bot.vault import Vault

POLL = 0.2
PATIENCE = 150  # polls, half a minute in all


@contextmanager
def opened(
    settings: Settings, clock: Callable[[], datetime], *, looks: bool = False
) -> Iterator[tuple[Store, bool]]:
    """The store, and whether it is for reading only because the assistant runs.

    Who only `looks` changes nothing, not even a lock: neither file nor owner.

    Raises:
        StoreDownError: nothing is kept there, or it cannot be opened.
        VaultError: the keys are missing or wrong.

    """
    if not database_path(settings.data_dir).exists():
        raise StoreDownError(f"nothing is kept in {settings.data_dir} yet.")
    with ExitStack() as stack:
        is_running = looks
        if not looks:
            try:
                stack.enter_context(Lock(settings.data_dir))
            except AlreadyRunningError:
                is_running = True
        vault = Vault.open(settings.data_dir, settings.key_file, read_only=is_running)
        stack.callback(vault.close)
        store = Store.open(settings.data_dir, vault, clock, read_only=is_running)
        stack.callback(store.close_now)
        yield store, is_running


def outcome_of_errand(
    settings: Settings, clock: Callable[[], datetime], errand: str, argument: str
) -> str | None:
    """What the running assistant made of an errand; None when it did not answer in time."""
    engine = open_engine(f"sqlite:///{database_path(settings.data_dir)}")
    name = str(uuid4())
    row = {"id": name, "errand": errand, "argument": argument, "hour": hour_of(clock())}
    try:
        with engine.begin() as connection:
            connection.execute(errands.insert(), row)
        for _ in range(PATIENCE):
            time.sleep(POLL)
            with engine.connect() as connection:
                found = connection.execute(select(errands.c.outcome).where(errands.c.id == name))
                outcome = found.scalar()
            if outcome is not None:
                return str(outcome)
    finally:
        engine.dispose()
    return None
