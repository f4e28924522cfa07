"""Copies of the records, and the way back; each proves itself by opening every seal in it.

Data and keys are copied to different places on purpose: the copies of the data may be many and old,
of the keys there is one, always the newest. So a chat that is erased, and with it its key, is erased in
all older copies of the data as well.
"""

import sqlite3
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, select

from bot.checksum import forget_sum
from bot.core.model import Frozen
from bot.keyfile import VaultError
from bot.store.database import StoreDownError, database_path, open_engine, quick_check
from bot.store.tables import tables
from bot.vault import SealBrokenError, Vault

SEALED = {
    "sessions": ("sealed", "ref"),
    "turns": ("sealed", "id"),
    "intakes": ("sealed", "id"),
    "alerts": ("sealed", "id"),
    "misses": ("sealed", "id"),
    "feedback": ("sealed", "id"),
    "dead_letters": ("sealed", "id"),
    "outgoing": ("body", "id"),
    "cases": ("sealed", "case_code"),
    "notes": ("sealed", "id"),
    "decisions": ("sealed", "id"),
}


class Proof(Frozen):
    """What a look at every seal found. `orphaned`: of chats without a key, erased since the copy."""

    chats: int
    opened: int
    orphaned: int
    broken: tuple[str, ...]


def proof(engine: Engine, vault: Vault, most: int | None = None) -> Proof:
    """Open every seal, or the newest `most` of each table."""
    opened = orphaned = 0
    broken: list[str] = []
    known = vault.refs()
    with engine.connect() as connection:
        chats = len(connection.execute(select(tables.tables["sessions"].c.ref)).all())
        for name, (column, key) in SEALED.items():
            table = tables.tables[name]
            statement = (
                select(table.c.ref, table.c[key], table.c[column])
                .where(table.c[column].is_not(None))
                .order_by(table.c[key].desc())
                .limit(most)
            )
            for ref, row, sealed in connection.execute(statement):
                if ref not in known:
                    orphaned += 1
                    continue
                try:
                    vault.unseal(ref, f"{name}.{column}", row, sealed)
                    opened += 1
                except SealBrokenError:
                    broken.append(f"{name} {row if key != 'ref' else ''}".strip())
    return Proof(chats=chats, opened=opened, orphaned=orphaned, broken=tuple(broken))


def copy_database(source: Path, target: Path) -> None:
    """A consistent copy, also while the assistant writes (SQLite's online backup)."""
    beside = target.with_name(target.name + ".part")
    beside.unlink(missing_ok=True)
    beside.touch(mode=0o600)
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=rw", uri=True, timeout=10)) as old,
            closing(sqlite3.connect(beside)) as new,
        ):
            old.backup(new)
    except sqlite3.Error as error:
        beside.unlink(missing_ok=True)
        raise StoreDownError(f"{source} cannot be copied to {target}: {error}") from error
    beside.replace(target)


def back_up(
    data_dir: Path, key_file: Path, to: Path, keys_to: Path, at: datetime
) -> tuple[Path, Proof]:
    """Copy the data to a new file in `to`, the keys over the one in `keys_to`, and prove both.

    Raises:
        StoreDownError: it cannot be written, or what was written does not open.

    """
    if to.resolve() == keys_to.resolve():
        raise StoreDownError("the keys must not lie beside the data: name two different folders.")
    for folder in (to, keys_to):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = to / f"bot-{at:%Y%m%dT%H%M%S}.db"
    copy_database(database_path(data_dir), target)  # data first: its newest chat then has its key
    copy_database(data_dir / "keys.db", keys_to / "keys.db")
    return target, proof_of_copy(target, keys_to / "keys.db", key_file)


def proof_of_copy(data: Path, keys: Path, key_file: Path) -> Proof:
    """Restore two copies into a scratch folder and open every seal.

    Raises:
        StoreDownError: the copies are damaged, or do not belong to each other or to the key file.

    """
    with tempfile.TemporaryDirectory(prefix="bot-proof-") as folder:
        scratch = Path(folder)
        copy_database(data, database_path(scratch))
        copy_database(keys, scratch / "keys.db")
        if problems := quick_check(database_path(scratch)):
            raise StoreDownError(f"{data} is damaged: {problems[0]}")
        try:
            vault = Vault.open(scratch, key_file, read_only=True)
        except VaultError as error:
            raise StoreDownError(f"{keys}: {error}") from error
        engine = open_engine(f"sqlite:///{database_path(scratch)}", read_only=True)
        try:
            found = proof(engine, vault)
        finally:
            engine.dispose()
            vault.close()
    if found.broken:
        raise StoreDownError(
            f"{len(found.broken)} fields of {data} do not open: {', '.join(found.broken[:5])}"
        )
    return found


def bring_back(
    data_dir: Path, key_file: Path, data: Path, keys: Path | None, at: datetime
) -> Proof:
    """Put copies in the place of the records, after proving them; the old files stay beside.

    Without `keys` the keys in use stay, which is right unless they are lost: they know what has been
    erased since the copy was made. The caller holds the lock, and opens the store afterwards.

    Raises:
        StoreDownError: the copies do not open; nothing was changed.

    """
    used = data_dir / "keys.db"
    if keys is None and not used.exists():
        raise StoreDownError(f"{used} is missing: name the copy of it as well, with --keys.")
    found = proof_of_copy(data, keys or used, key_file)
    stamp = f"replaced-{at:%Y%m%dT%H%M%S}"
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    copies = [(data, database_path(data_dir))] + ([(keys, used)] if keys else [])
    for source, target in copies:
        fresh = target.with_name(f"{target.name}.restoring")
        copy_database(source, fresh)
        for suffix in ("-journal", "-wal", "-shm"):
            beside = target.with_name(target.name + suffix)
            if beside.exists():
                beside.rename(beside.with_name(f"{beside.name}.{stamp}"))
        forget_sum(target)
        if target.exists():
            target.rename(target.with_name(f"{target.name}.{stamp}"))
        fresh.rename(target)
    return found
