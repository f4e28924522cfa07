"""Chats whose time has come: what asked to be woken by now.

Counterparts: `reception`, whose clock drives this; `effects`, which keeps what asks to be woken.
"""

from hashlib import sha256

import structlog
from sqlalchemy import select

from bot.core.model import EventId, Wake, WokeUp
from bot.core.post import Delivery
from bot.store.batch import Batch
from bot.store.records import KeptWake
from bot.store.tables import wakes
from bot.vault import SealBrokenError

AGAIN = 24  # hours until one that does not open is looked at again: its key may be mended
log = structlog.get_logger()


def due_wakes(batch: Batch) -> list[Delivery]:
    """The events that wake them. One that does not open must not keep the others asleep."""
    due = []
    for row in batch.rows(select(wakes).where(wakes.c.due_hour <= batch.hour)):
        cell = f"{row.ref}:{row.reason}"
        try:
            wake = batch.unseal(row.ref, wakes.c.sealed, cell, row.sealed, KeptWake)
        except SealBrokenError:
            log.warning("record.damaged", place="wakes.sealed", chat=row.ref[:8])
            here = (wakes.c.ref == row.ref) & (wakes.c.reason == row.reason)
            batch.change(wakes.update().where(here).values(due_hour=batch.hour + AGAIN))
            continue
        if wake.due_at <= batch.at:
            name = EventId(f"wake:{_digest(cell, wake.due_at.isoformat())}")
            event = WokeUp(
                event_id=name, chat_id=wake.chat_id, at=batch.at, reason=Wake(row.reason)
            )
            due.append(Delivery(update_id=name, received_at=batch.at, event=event))
    return due


def _digest(*names: str) -> str:
    """A name for an event of our own that says neither when nor for whom."""
    return sha256("\0".join(names).encode()).hexdigest()[:32]
