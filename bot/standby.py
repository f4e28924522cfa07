"""The records, or what still works without them: signs of danger are answered from memory.

Counterparts: `commands.run`, which tries the records again every minute; `floor`, which remembers over
those tries who has been answered.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from datetime import datetime
from typing import NamedTuple

from bot.content_folder import read_folder
from bot.core.dialogue import advance
from bot.core.dialogue.floor import floor, is_danger
from bot.floor import Floor
from bot.keyfile import VaultDamagedError
from bot.outbox import Deliver, Outbox
from bot.pace import Pace
from bot.reception import Reception
from bot.settings import Settings, SettingsError
from bot.store.contents import Contents
from bot.store.database import StoreDownError
from bot.store.down import DownStore
from bot.store.lock import Lock
from bot.store.writer import Store
from bot.vault import Vault


class Standby(NamedTuple):
    """What a channel needs while nothing can be kept."""

    reception: Reception
    outbox: Outbox


@contextmanager
def records(settings: Settings, clock: Callable[[], datetime]) -> Iterator[tuple[Store, Vault]]:
    """The records, locked and open.

    Raises:
        StoreDownError: a disk is full or read-only, or a file is damaged or locked.
        VaultError: the key file is missing, or belongs to other records: nobody may go on.

    """
    with ExitStack() as opened:
        try:
            opened.enter_context(Lock(settings.data_dir))
            vault = Vault.open(settings.data_dir, settings.key_file)
            opened.callback(vault.close)
            store = Store.open(settings.data_dir, vault, clock)
        except VaultDamagedError as error:
            raise StoreDownError(str(error)) from error
        except OSError as error:
            place = error.filename or settings.data_dir
            raise StoreDownError(f"{place} cannot be used: {error.strerror}.") from error
        opened.callback(store.close_now)
        yield store, vault


@asynccontextmanager
async def floor_only(
    settings: Settings,
    clock: Callable[[], datetime],
    channels: Callable[[Vault, Contents], Mapping[str, Deliver]],
    why: str,
    heard: Floor,
) -> AsyncIterator[Standby]:
    """Signs of danger are answered, everything else waits in the channel."""
    content, _ = read_folder(settings.content_dir)
    if content is None:
        raise SettingsError("the content has mistakes; see: python -m bot check")
    store = DownStore(why, clock)
    contents = Contents(store, read=lambda _texts: None)
    contents.newest = content
    over = asyncio.Event()
    with ExitStack() as locked:
        with suppress(StoreDownError):  # nothing is written that a lock would be for
            locked.enter_context(Lock(settings.data_dir))
        outbox = Outbox(store, channels(store.vault, contents), clock, pace=Pace())
        reception = Reception(
            store,
            contents,
            clock,
            outbox=outbox,
            advance=advance,
            last_resort=lambda event: floor(content, event),
            is_danger=lambda event: is_danger(content, event),
            floor=heard,
        )
        async with asyncio.TaskGroup() as tasks:
            if settings.bot_console_listen != "off":
                tasks.create_task(_health(store, settings.bot_console_listen, over))
            try:
                yield Standby(reception, outbox)
            finally:
                over.set()


async def _health(store: Store, listen: str, over: asyncio.Event) -> None:
    """/healthz and the like where the console would be; a taken address stops nothing."""
    from bot.health import serve_health  # noqa: PLC0415 (0.2 s that no terminal should cost)

    with suppress(OSError, ValueError):
        await serve_health(store, listen, over)
