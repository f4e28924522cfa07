"""How the database is opened: pragmas, the version check, the health check, migrations.

SQLite 3.7.0 to 3.51.2 can corrupt a write-ahead log that two connections use (fixed in 3.51.3, and
in 3.44.6 and 3.50.7), see https://sqlite.org/wal.html. There we keep a rollback journal with
`synchronous=EXTRA`; it also lets a command in another process read while the bot writes.
"""

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, inspect

from bot.checksum import forget_sum
from bot.ownership import hand_over
from bot.sqlite_errors import out_of_reach

if TYPE_CHECKING:
    from alembic.config import Config

NEWEST = "0007"  # the newest migration; a test keeps it equal to the last file
FIXED = {(3, 44): (3, 44, 6), (3, 50): (3, 50, 7)}
FIXED_FOR_ALL = (3, 51, 3)
PRAGMAS = (
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "secure_delete=ON",
    "busy_timeout=5000",
    "cell_size_check=ON",
    "temp_store=MEMORY",
)


class StoreDownError(Exception):
    """Nothing can be kept or read now; the message says why, and what to do. `why` is for the log."""

    def __init__(self, message: str, *, why: str = "") -> None:
        super().__init__(message)
        self.why = why or message.rpartition(": ")[2]


class StoreLockedError(StoreDownError):
    """Another program has the database for itself: no job of this moment can be kept."""


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite may use a write-ahead log."""
    return version >= FIXED_FOR_ALL or version >= FIXED.get((version[0], version[1]), FIXED_FOR_ALL)


def database_path(data_dir: Path) -> Path:
    """Where the SQLite database of that folder lies."""
    return data_dir / "bot.db"


def open_engine(url: str, *, read_only: bool = False) -> Engine:
    """An engine with one connection on SQLite, as `url` says on any other database."""
    if not url.startswith("sqlite"):
        return create_engine(url)
    path = url.partition(":///")[2]
    if read_only:
        address = f"sqlite:///file:{path}?mode=ro&uri=true"
    else:
        address = url
        Path(path).touch(mode=0o600)
        hand_over(Path(path))
        forget_sum(Path(path))
    engine = create_engine(
        address, poolclass=StaticPool, connect_args={"check_same_thread": False, "timeout": 5}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        if read_only:
            connection.execute("PRAGMA query_only=ON")
        elif wal_is_safe(sqlite3.sqlite_version_info):
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
        else:
            connection.execute("PRAGMA journal_mode=TRUNCATE")
            connection.execute("PRAGMA synchronous=EXTRA")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # At once the writer: a read that becomes a write later may fail as locked, without a wait.
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def quick_check(path: Path) -> list[str]:
    """What SQLite finds wrong with the file of a database; empty when it is sound.

    Raises:
        StoreDownError: it cannot be looked at now, as it is locked or the disk is full.

    """
    try:
        # Not read-only: after a crash it has to roll back what was not committed.
        connection = sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=5)
        try:
            rows = connection.execute("PRAGMA quick_check(20)").fetchall()
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        if why := out_of_reach(path, error):
            raise StoreDownError(why) from error
        return [str(error)]
    return [text for (text,) in rows if text != "ok"]


def version_of(connection: Connection) -> str | None:
    """The migration that the database stands at; None for a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
    return str(row[0]) if row else None


def migrate(engine: Engine, data_dir: Path, at: datetime) -> str | None:
    """Bring the tables to `NEWEST`; the path of the backup made before, if there was data.

    Raises:
        StoreDownError: the database was made by a newer version of the assistant.

    """
    with engine.connect() as connection:
        version = version_of(connection)
    if version == NEWEST:
        return None
    if version is not None and version > NEWEST:
        raise StoreDownError(
            f"the database was made by a newer version of the assistant (schema {version},"
            f" this one knows {NEWEST}). Run that version, or restore an older backup."
        )
    kept = None
    if version is not None and engine.dialect.name == "sqlite":
        kept = data_dir / f"bot.db.before-{NEWEST}-{at:%Y%m%dT%H%M%S}"
        with engine.connect() as connection, sqlite3.connect(kept) as copy:
            driver = connection.connection.driver_connection
            if not isinstance(driver, sqlite3.Connection):
                raise TypeError("SQLite is driven by sqlite3")
            driver.backup(copy)
        kept.chmod(0o600)
        hand_over(kept)
    from alembic import command  # noqa: PLC0415 (0.2 s that only a migration should cost)

    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "head")
    return str(kept) if kept else None


def alembic_config(connection: Connection) -> "Config":
    """Alembic's configuration, without a file."""
    from alembic.config import Config  # noqa: PLC0415 (as above)

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
