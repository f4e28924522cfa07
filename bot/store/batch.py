"""One transaction of the store: reads see what was written, writes go out together at the end.

Rows are gathered and sent with one statement a table: a statement a row is what makes a store slow.
Counterpart: `writer`, which opens a batch, runs jobs in it, and commits.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Executable,
    Row,
    Table,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.core.checked_yaml import unlined
from bot.core.model import ChatId
from bot.store.records import KeptSession
from bot.store.tables import numbers, sessions, tables, updates
from bot.vault import SealBrokenError, Vault

S = TypeVar("S", bound=msgspec.Struct)
SOME = 400  # names in one `IN (...)`
AHEAD = 1_000  # numbers that are written down at a time before they are given
_encode = msgspec.json.Encoder(enc_hook=unlined).encode
_decoders: dict[type[msgspec.Struct], msgspec.json.Decoder[Any]] = {}


def hour_of(at: datetime) -> int:
    """Hours since 1970: the only times that stand in clear."""
    return int(at.timestamp() // 3600)


class Ids:
    """Numbers for new rows, counted in memory: there is one writer. A gap means nothing.

    No number is given twice, not even when its row was erased and the program started again: what may
    have been given stands in `numbers`, written some way ahead.
    """

    def __init__(self, connection: Connection) -> None:
        kept = {row.name: int(row.highest) for row in connection.execute(select(numbers))}
        self._kept: dict[str, int] = {}
        self._given: dict[str, int] = {}
        for table in tables.sorted_tables:
            if "id" in table.c and table.c.id.type.python_type is int:
                newest = connection.execute(select(func.max(table.c.id))).scalar()
                self._kept[table.name] = kept.get(table.name, 0)
                self._given[table.name] = max(newest or 0, self._kept[table.name])

    def next(self, table: Table) -> int:
        """The number of the next row of `table`."""
        self._given[table.name] += 1
        return self._given[table.name]

    def marks(self) -> dict[str, int]:
        """What has to be written down, together with the rows whose numbers have passed it."""
        return {
            name: given + AHEAD for name, given in self._given.items() if given > self._kept[name]
        }

    def note(self, marks: dict[str, int]) -> None:
        """They are written down."""
        self._kept.update(marks)


class Batch:
    """What jobs of one transaction read and write."""

    def __init__(self, connection: Connection, vault: Vault, ids: Ids, at: datetime) -> None:
        self.connection = connection
        self.vault = vault
        self.at = at
        self.hour = hour_of(at)
        self._ids = ids
        self._inserts: dict[str, list[dict[str, object]]] = {}
        self._puts: dict[str, list[dict[str, object]]] = {}
        self._updates: dict[tuple[str, str, tuple[str, ...]], list[dict[str, object]]] = {}
        self._known: dict[str, bool] = {}
        self._rows: dict[str, Row[Any] | None] = {}  # of sessions, as they were before
        self._sessions: dict[str, KeptSession | None] = {}
        self._changed: dict[str, dict[str, object]] = {}
        self._codes: set[str] = set()  # of sessions that this batch keeps

    # --- reading -------------------------------------------------------------------------------

    def rows(
        self, statement: Executable, values: dict[str, object] | None = None
    ) -> Sequence[Row[Any]]:
        """The rows of a SELECT, which sees what this batch has written so far."""
        self.flush()
        return self.connection.execute(statement, values or {}).all()

    def expect(self, update_ids: Iterable[str], chat_ids: Iterable[ChatId]) -> None:
        """Read in few statements what jobs are going to ask for."""
        names = [name for name in dict.fromkeys(update_ids) if name not in self._known]
        for some in _split(names):
            known = self.connection.execute(_KNOWN, {"names": some}).scalars()
            self._known.update(dict.fromkeys(some, False), **dict.fromkeys(known, True))
        refs = [self.vault.ref(chat_id) for chat_id in dict.fromkeys(chat_ids)]
        refs = [ref for ref in refs if ref not in self._rows]
        self.vault.load(refs)
        for some in _split(refs):
            self._rows.update(dict.fromkeys(some))
            found = self.connection.execute(_SESSIONS, {"names": some})
            self._rows.update({row.ref: row for row in found})

    def is_known(self, update_id: str) -> bool:
        """Whether an update of this name was kept before."""
        if update_id not in self._known:
            self.expect([update_id], [])
        return self._known[update_id]

    def session(self, chat_id: ChatId) -> KeptSession | None:
        """The chat's session as this batch has left it so far; None for a new chat.

        Raises:
            SealBrokenError: it is there and does not open.

        """
        ref = self.vault.ref(chat_id)
        if ref not in self._sessions:
            self.expect([], [chat_id])
            row = self._rows[ref]
            self._sessions[ref] = row and self.unseal(
                ref, sessions.c.sealed, ref, row.sealed, KeptSession
            )
        return self._sessions[ref]

    def is_code_taken(self, code: str) -> bool:
        """Whether a chat has that case code, or had it and was erased."""
        if code in self._codes or self.vault.is_erased(code):
            return True
        return self.connection.execute(_CODE, {"code": code}).first() is not None

    # --- writing -------------------------------------------------------------------------------

    def remember(self, update_id: str) -> None:
        """From now on an update of this name is known."""
        self._known[update_id] = True
        self.insert(updates, {"update_id": update_id, "hour": self.hour})

    def next_id(self, table: Table) -> int:
        """A number for a new row, which its seal is bound to."""
        return self._ids.next(table)

    def keep_numbers(self) -> dict[str, int]:
        """Write down how far numbers have been given, if that is further than what stands there."""
        marks = self._ids.marks()
        for name, highest in marks.items():
            self.put(numbers, {"name": name, "highest": highest})
        return marks

    def insert(self, table: Table, row: dict[str, object]) -> None:
        """Add a row when the batch ends. All rows of one table name the same columns."""
        self._inserts.setdefault(table.name, []).append(row)

    def put(self, table: Table, row: dict[str, object]) -> None:
        """Add a row when the batch ends, or replace the one of the same primary key."""
        self._puts.setdefault(table.name, []).append(row)

    def update(self, table: Table, key: str, name: str | int, **values: object) -> None:
        """Change the row whose column `key` is `name` when the batch ends, after all inserts."""
        group = (table.name, key, tuple(values))
        self._updates.setdefault(group, []).append(
            {"of_row": name} | {f"to_{column}": value for column, value in values.items()}
        )

    def change(self, statement: Executable) -> int:
        """Run an UPDATE or DELETE at once; how many rows it touched."""
        self.flush()
        return int(self.connection.execute(statement).rowcount)

    def is_reachable(self, chat_id: ChatId) -> bool:
        """Whether the chat took messages before this batch."""
        row = self._rows.get(self.vault.ref(chat_id))
        return row is None or bool(row.reachable)

    def keep_session(self, kept: KeptSession, **columns: object) -> None:
        """Write the session when the batch ends; `columns` are those of its row in clear."""
        ref = self.vault.ref(kept.session.chat_id)
        self._sessions[ref] = kept
        self._changed[ref] = columns
        self._codes.add(kept.session.case_code)

    def forget_session(self, ref: str) -> None:
        """As far as the rest of this batch goes, the chat is a new one."""
        self._rows[ref] = self._sessions[ref] = None
        self._changed.pop(ref, None)

    def flush(self) -> None:
        """Send what was gathered, parents before children."""
        changed, self._changed = self._changed, {}
        for ref, columns in changed.items():
            kept = self._sessions[ref]
            if kept is not None:
                sealed = self.seal(ref, sessions.c.sealed, ref, kept)
                self.put(sessions, {"ref": ref, **columns, "sealed": sealed})
        puts, self._puts = self._puts, {}
        for table in _parents_first():
            if table.name in puts:
                dialect = self.connection.dialect.name
                self.connection.execute(_upsert(table, dialect), puts[table.name])
            if table.name in self._inserts:
                self.connection.execute(_insert(table), self._inserts.pop(table.name))
        changes, self._updates = self._updates, {}
        for group, rows in changes.items():
            self.connection.execute(_change(*group), rows)

    # --- seals -----------------------------------------------------------------------------------

    def seal(self, ref: str, column: Column[Any], row: str | int, value: msgspec.Struct) -> bytes:
        """`value` as JSON, locked for that cell."""
        return self.vault.seal(ref, f"{column.table.name}.{column.name}", row, _encode(value))

    def unseal(
        self, ref: str, column: Column[Any], row: str | int, sealed: bytes, shape: type[S]
    ) -> S:
        """What was sealed in that cell.

        Raises:
            SealBrokenError: damaged, moved, erased, or not a `shape` as this version knows it.

        """
        place = f"{column.table.name}.{column.name}"
        plain = self.vault.unseal(ref, place, row, sealed)
        if shape not in _decoders:
            _decoders[shape] = msgspec.json.Decoder(shape)
        with suppress(msgspec.MsgspecError):  # its text may quote the field
            value: S = _decoders[shape].decode(plain)
            return value
        raise SealBrokenError(f"{place}: not what this version writes")


def _split(names: list[str]) -> Iterable[list[str]]:
    return (names[start : start + SOME] for start in range(0, len(names), SOME))


# Statements are made once: to build one costs more than to run it.
_KNOWN = select(updates.c.update_id).where(
    updates.c.update_id.in_(bindparam("names", expanding=True))
)
_CODE = select(sessions.c.ref).where(sessions.c.case_code == bindparam("code"))
_SESSIONS = select(sessions).where(sessions.c.ref.in_(bindparam("names", expanding=True)))


@cache
def _parents_first() -> list[Table]:
    return tables.sorted_tables


@cache
def _insert(table: Table) -> Executable:
    return table.insert()


@cache
def _change(name: str, key: str, columns: tuple[str, ...]) -> Executable:
    table = tables.tables[name]
    new: dict[str, Any] = {column: bindparam(f"to_{column}") for column in columns}
    return table.update().where(table.c[key] == bindparam("of_row")).values(new)


@cache
def _upsert(table: Table, dialect: str) -> Executable:
    # Two dialects with one way to say it, and no common type for it.
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement: Any = insert(table)
    keys = list(table.primary_key.columns)
    upsert: Executable = statement.on_conflict_do_update(
        index_elements=keys,
        set_={each.name: statement.excluded[each.name] for each in table.c if each not in keys},
    )
    return upsert
