"""The tables of `keys.db`, and how a copy of it forgets what the one in use has dropped.

`data_keys` holds the wrapped keys. `gone` holds serials of keys that were dropped, `erased` the case
codes of erasures, `farewells` the chats whose key was made to say goodbye. Counterpart: `vault`.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

SERIAL = 8  # random bytes that name a data key for ever, also when it is wrapped anew
_TABLES = """
CREATE TABLE IF NOT EXISTS data_keys (
    ref TEXT PRIMARY KEY, kek TEXT NOT NULL, wrapped BLOB NOT NULL, serial BLOB
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS erased (case_code TEXT NOT NULL, erased_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS gone (serial BLOB PRIMARY KEY, gone_at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS farewells (ref TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, fact BLOB) WITHOUT ROWID;
"""


def connected(path: Path, mode: str) -> sqlite3.Connection:
    """`keys.db`, or a copy of it. A file that is not there is made only in mode "rwc"."""
    address = f"{path.absolute().as_uri()}?mode={mode}"
    keys = sqlite3.connect(
        address, uri=True, isolation_level=None, check_same_thread=False, timeout=5
    )
    try:
        # A rollback journal that is truncated leaves no old page behind; see `store.database`.
        for pragma in ("journal_mode=TRUNCATE", "synchronous=EXTRA", "secure_delete=ON"):
            keys.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        keys.close()
        raise
    return keys


def make_tables(keys: sqlite3.Connection) -> None:
    """Make what is missing, also in a file of an older version."""
    keys.executescript(_TABLES)
    if "serial" not in {row[1] for row in keys.execute("PRAGMA table_info(data_keys)")}:
        keys.execute("ALTER TABLE data_keys ADD COLUMN serial BLOB")
        keys.execute("UPDATE data_keys SET serial = randomblob(?)", (SERIAL,))


def scrub(keys: sqlite3.Connection, copy: Path) -> int:
    """Take what `keys` has dropped out of a copy, and note erasures there; how many keys went."""
    gone = keys.execute("SELECT serial, gone_at FROM gone").fetchall()
    erased = keys.execute("SELECT case_code, erased_at FROM erased").fetchall()
    with closing(connected(copy, "rw")) as other, other:
        other.execute("BEGIN IMMEDIATE")
        known = set(other.execute("SELECT case_code, erased_at FROM erased"))
        other.executemany(
            "INSERT INTO erased (case_code, erased_at) VALUES (?, ?)",
            [row for row in erased if row not in known],
        )
        other.executemany("INSERT OR IGNORE INTO gone (serial, gone_at) VALUES (?, ?)", gone)
        return other.execute(
            "DELETE FROM data_keys WHERE serial IN (SELECT serial FROM gone)"
        ).rowcount


def still_in(keys: sqlite3.Connection, copy: Path) -> int:
    """How many keys that `keys` has dropped stand in a copy."""
    gone = {serial for (serial,) in keys.execute("SELECT serial FROM gone")}
    with closing(connected(copy, "ro")) as other:
        return sum(serial in gone for (serial,) in other.execute("SELECT serial FROM data_keys"))
