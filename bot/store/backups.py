"""Copies of the records, and the way back; each proves itself by opening every seal in it.

Data and keys are copied to different places on purpose: the copies of the data may be many and old,
of the keys there is one, always the newest. So a chat that is erased, and with it its key, is erased in
all older copies of the data as well.
"""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import Column, Connection, LargeBinary, Table, select

from bot.checksum import forget_sum
from bot.core.model import ChatId, Frozen
from bot.keyfile import VaultError
from bot.keys_db import connected, scrub
from bot.ownership import hand_over
from bot.store.database import StoreDownError, database_path, open_engine, quick_check
from bot.store.staff_tables import STAFF
from bot.store.tables import tables
from bot.vault import SealBrokenError, Vault

UNSEALED = {"mac"}  # bytes that stand in clear
UNREADABLE = ChatId("unreadable:")  # the name whose key seals updates that belong to no chat


class Proof(Frozen):
    """What a look at every seal found. `orphaned`: of chats that were erased since the copy."""

    chats: int
    opened: int
    orphaned: int
    broken: tuple[str, ...]


def sealed_columns() -> Iterator[tuple[Table, "Column[bytes]"]]:
    """Every column that holds seals."""
    for table in tables.sorted_tables:
        for column in table.c:
            if isinstance(column.type, LargeBinary) and column.name not in UNSEALED:
                yield table, column


def proof(connection: Connection, vault: Vault, most: int | None = None) -> Proof:
    """Open every seal, or the newest `most` of each column.

    A cell's seal names its row by the primary key. What does not open is no damage where the chat
    was erased: its session's code is noted by the vault, or it is a goodbye, which has no session.
    """
    sessions = tables.tables["sessions"]
    noted = set(vault.erased())
    rows = connection.execute(select(sessions.c.ref, sessions.c.case_code)).all()
    codes = {row.ref: row.case_code for row in rows}
    erased = {ref for ref, code in codes.items() if code in noted}
    staff = vault.ref(STAFF)
    lasting = {staff, vault.ref(UNREADABLE)}
    opened = orphaned = 0
    broken: list[str] = []
    for table, column in sealed_columns():
        keys = list(table.primary_key.columns)
        of_chat = "ref" in table.c
        newest = select(table).where(column.is_not(None)).order_by(*(each.desc() for each in keys))
        for row in connection.execute(newest.limit(most)).mappings():
            ref = row["ref"] if of_chat else staff
            name = ":".join(str(row[each.name]) for each in keys)
            if ref in erased:
                orphaned += 1
                continue
            try:
                vault.unseal(ref, f"{table.name}.{column.name}", name, row[column.name])
                opened += 1
            except SealBrokenError:
                is_alert = row.get("alert") is not None  # of staff's own chat
                if noted and ref not in codes and ref not in lasting and not is_alert:
                    orphaned += 1
                else:
                    told = codes.get(ref) or (name if ref not in name else "")
                    broken.append(f"{table.name} {told}".strip())
    return Proof(chats=len(codes), opened=opened, orphaned=orphaned, broken=tuple(broken))


def copy_database(source: Path, target: Path) -> None:
    """A consistent copy, also while the assistant writes (SQLite's online backup)."""
    beside = target.with_name(target.name + ".part")
    beside.unlink(missing_ok=True)
    beside.touch(mode=0o600)
    try:
        with (
            closing(sqlite3.connect(_address(source), uri=True, timeout=10)) as old,
            closing(sqlite3.connect(beside)) as new,
        ):
            old.backup(new)
    except sqlite3.Error as error:
        beside.unlink(missing_ok=True)
        raise StoreDownError(f"{source} cannot be copied to {target}: {error}") from error
    hand_over(beside)
    beside.replace(target)


def _address(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=rw"


def back_up(
    data_dir: Path, key_file: Path, to: Path, keys_to: Path, at: datetime
) -> tuple[Path, Proof]:
    """Copy the data to a new file in `to`, the keys over the one in `keys_to`, and prove both.

    Raises:
        StoreDownError: it cannot be written, or what was written does not open.

    """
    _refuse_together(data_dir, key_file, to, keys_to)
    for folder in (to, keys_to):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        hand_over(folder)
    target, keys = to / f"bot-{at:%Y%m%dT%H%M%S}.db", keys_to / "keys.db"
    fresh, fresh_keys = (each.with_name(f"{each.name}.unproven") for each in (target, keys))
    try:
        copy_database(
            database_path(data_dir), fresh
        )  # data first: its newest chat has its key then
        copy_database(data_dir / "keys.db", fresh_keys)
        found = proof_of_copy(fresh, fresh_keys, key_file)
        fresh_keys.replace(keys)  # only now: the copy before may be the only good one
        fresh.replace(target)
    finally:
        for each in (fresh, fresh_keys):
            each.unlink(missing_ok=True)
    with closing(connected(data_dir / "keys.db", "ro")) as used:
        scrub(used, keys)  # whoever was erased meanwhile
    return target, found


def _refuse_together(data_dir: Path, key_file: Path, to: Path, keys_to: Path) -> None:
    """Who finds one folder must not find all that opens the records; and no copy over what is used."""
    data_dir, to, keys_to = data_dir.resolve(), to.resolve(), keys_to.resolve()
    if to == keys_to or to in keys_to.parents or keys_to in to.parents:
        raise StoreDownError("the keys must not lie beside the data: name two different folders.")
    if keys_to == data_dir or data_dir in keys_to.parents or keys_to in data_dir.parents:
        raise StoreDownError(f"{keys_to} is where the records in use are: name another folder.")
    if keys_to == key_file.resolve().parent:
        raise StoreDownError(
            f"{keys_to} is where the key file is: with it beside them the keys are open. Name another"
            " folder."
        )
    if to == data_dir or data_dir in to.parents:
        raise StoreDownError(f"{to} would be lost with the records in use: name another folder.")


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
            with engine.connect() as connection:
                found = proof(connection, vault)
            damaged = vault.damaged()
        finally:
            engine.dispose()
            vault.close()
    if found.broken:
        raise StoreDownError(
            f"{len(found.broken)} fields of {data} do not open: {', '.join(found.broken[:5])}"
        )
    if damaged:
        raise StoreDownError(f"{damaged} keys in {keys} are damaged.")
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
        if source == keys and used.exists():
            # whatever was erased since the copy was made stays erased, if this can still be told
            with suppress(sqlite3.Error), closing(connected(used, "ro")) as lost:
                scrub(lost, fresh)
        for suffix in ("-journal", "-wal", "-shm"):
            beside = target.with_name(target.name + suffix)
            if beside.exists():
                beside.rename(beside.with_name(f"{beside.name}.{stamp}"))
        forget_sum(target)
        if target.exists():
            target.rename(target.with_name(f"{target.name}.{stamp}"))
        fresh.rename(target)
    return found
