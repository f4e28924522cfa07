"""Single values that outlive a restart: when things were last done, for `doctor` and for the night."""

from sqlalchemy import select

from bot.store.batch import Batch
from bot.store.tables import facts

ALIVE = "alive-hour"  # the last hour in which the bot was running
RETENTION = "retention-hour"  # the last run of retention
HELD_BACK = "retention-held-back"  # how many were due then and stayed
PAUSED_UNTIL = "retention-paused-until-hour"
BACKUP = "backup-hour"
CONTENT = "content-checked"  # the version that last passed the whole check
KEYS_COPY = (
    "keys-copy"  # where the one copy of keys.db lies; with the one before until it is replaced
)


def fact(batch: Batch, name: str) -> str:
    """The value of that name, or ""."""
    rows = batch.rows(select(facts.c.fact).where(facts.c.name == name))
    return str(rows[0].fact) if rows else ""


def hour_fact(batch: Batch, name: str) -> int:
    """The hour of that name, or 0."""
    text = fact(batch, name)
    return int(text) if text.isdecimal() else 0


def note_fact(batch: Batch, name: str, value: str | int) -> None:
    """Keep a value under that name."""
    batch.put(facts, {"name": name, "fact": str(value)})
