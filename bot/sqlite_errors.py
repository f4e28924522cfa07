"""What an error of SQLite says of the file: damaged, or sound and out of reach at the moment.

Counterparts: `vault` and `store.database`, which open files and say what an operator can do.
"""

import sqlite3
from pathlib import Path

_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_OUT_OF_REACH = _LOCKED | {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
}


def is_locked(error: BaseException | None) -> bool:
    """Whether SQLite waited in vain for another program."""
    return _code(error) in _LOCKED


def out_of_reach(path: Path, error: BaseException | None) -> str | None:
    """Why a file that may be sound does not open; None when the file itself is damaged."""
    if is_locked(error):
        return f"{path} is locked by another program: close what has it open."
    if _code(error) in _OUT_OF_REACH:
        return f"{path} cannot be opened: {error}."
    return None


def _code(error: BaseException | None) -> int:
    """The primary code; 0 for what is no error of SQLite's."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
