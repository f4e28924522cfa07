"""What is kept stays kept: through errors in a batch, crashes, and second programs."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from desk import Clock, desk
from sqlalchemy import delete, select, text

from bot.checksum import forget_sum
from bot.core.content import Content
from bot.store.batch import Batch
from bot.store.database import (
    NEWEST,
    StoreDownError,
    database_path,
    migrate,
    open_engine,
    wal_is_safe,
)
from bot.store.lock import AlreadyRunningError, Lock, running
from bot.store.tables import dead_letters, facts, tables, updates
from bot.store.writer import Store
from bot.vault import Vault, VaultError

ROOT = Path(__file__).parents[2]


def opened(folder: Path) -> tuple[Vault, Store]:
    vault = Vault.open(folder, folder.with_name("bot.key"))
    return vault, Store.open(folder, vault, Clock())


async def test_a_client_stands_behind_one_page_of_staff_at_most_and_staff_are_not_starved(
    tmp_path: Path,
) -> None:
    _, store = opened(tmp_path / "data")
    done: list[str] = []

    def note(name: str) -> Callable[[Batch], None]:
        return lambda _batch: done.append(name)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(5):
            tasks.create_task(store.run(note("page"), can_wait=True))
        await asyncio.sleep(0)
        await asyncio.gather(*(store.run(note("client")) for _ in range(20)))
        assert done.index("client") <= 1
        assert done[:21].count("page") == 1
        while done.count("page") < 5:
            await store.run(note("client"))
        assert len(done) < 100, "eight others at most go before each of them"
    await store.close()


async def test_one_spoiled_job_spoils_none_of_the_others(tmp_path: Path) -> None:
    _, store = opened(tmp_path / "data")

    def keep(name: str) -> Callable[[Batch], None]:
        return lambda batch: batch.insert(facts, {"name": name, "fact": "1"})

    results = await asyncio.gather(
        *(store.run(keep(name)) for name in ("a", "b", "a", "c")), return_exceptions=True
    )
    assert [type(each).__name__ for each in results] == [
        "NoneType",
        "NoneType",
        "IntegrityError",
        "NoneType",
    ]
    rows = await store.run(lambda batch: batch.rows(select(facts.c.name).order_by(facts.c.name)))
    assert [row.name for row in rows] == ["a", "b", "c"]
    await store.close()


def test_the_tables_are_what_the_migrations_make(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'bot.db'}")
    assert migrate(engine, tmp_path, Clock()()) is None
    with engine.connect() as connection:
        found = MigrationContext.configure(connection)
        assert compare_metadata(found, tables) == []
    last = max((ROOT / "bot/store/migrations/versions").glob("v*.py"))
    assert last.name.startswith(f"v{NEWEST}_")


def test_a_migration_makes_a_backup_first(tmp_path: Path) -> None:
    from alembic import command  # noqa: PLC0415 (as slow as it is in the program)

    from bot.store.database import alembic_config  # noqa: PLC0415 (as above)

    engine = open_engine(f"sqlite:///{tmp_path / 'bot.db'}")
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0001")
        connection.execute(updates.insert(), {"update_id": "telegram:1", "hour": 1})
    backup = migrate(engine, tmp_path, Clock()())
    assert backup is not None
    old = open_engine(f"sqlite:///{backup}", read_only=True)
    with old.connect() as connection:
        assert connection.execute(select(updates.c.update_id)).scalar() == "telegram:1"


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    _, store = opened(tmp_path / "data")
    store.close_now()
    engine = open_engine(f"sqlite:///{database_path(tmp_path / 'data')}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StoreDownError, match="newer version"):
        opened(tmp_path / "data")


def test_a_damaged_database_is_found_at_start(tmp_path: Path) -> None:
    _, store = opened(tmp_path / "data")
    store.close_now()
    path = database_path(tmp_path / "data")
    damaged = bytearray(path.read_bytes())
    damaged[5000:9000] = os.urandom(4000)
    path.write_bytes(damaged)
    with pytest.raises(StoreDownError, match="damaged"):
        opened(tmp_path / "data")


@pytest.mark.parametrize("bit", [0, 3000 * 8 + 1, 20_000 * 8 + 5])
def test_one_flipped_bit_is_found_at_the_next_start(tmp_path: Path, bit: int) -> None:
    vault, store = opened(tmp_path / "data")
    store.close_now()
    vault.close()
    for name, error in (("keys.db", VaultError), ("bot.db", StoreDownError)):
        path = tmp_path / "data" / name
        whole = path.read_bytes()
        damaged = bytearray(whole)
        place = bit // 8 % len(damaged)
        damaged[place] ^= 1 << bit % 8
        path.write_bytes(damaged)
        with pytest.raises(error):
            opened(tmp_path / "data")
        path.write_bytes(whole)


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 6), True),
        ((3, 44, 5), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
    ],
)
def test_a_write_ahead_log_is_used_only_where_it_is_safe(
    version: tuple[int, ...], *, safe: bool
) -> None:
    assert wal_is_safe(version) is safe


def test_a_second_program_is_told_which_one_runs(tmp_path: Path) -> None:
    with Lock(tmp_path):
        assert running(tmp_path)
        with pytest.raises(AlreadyRunningError, match=f"process {os.getpid()}"), Lock(tmp_path):
            pass
    assert not running(tmp_path)
    with Lock(tmp_path):
        pass


CRASHING = """
import asyncio, os, sys
from pathlib import Path
sys.path[:0] = [{root!r}, {tests!r}]
from desk import desk
from bot.content_folder import read_folder

async def main():
    content, _ = read_folder(Path({root!r}) / "content")
    async with desk(Path({folder!r}), content, runs=False) as here:
        for number in range(10_000):
            await here.reception.receive(here.said(f"m{{number}}", update=f"telegram:{{number}}"))
            print(number, flush=True)

asyncio.run(main())
"""


async def test_whatever_was_acknowledged_is_there_after_kill_9(
    tmp_path: Path, content: Content
) -> None:
    folder = tmp_path / "data"
    script = CRASHING.format(root=str(ROOT), tests=str(ROOT / "tests"), folder=str(folder))
    acknowledged = -1
    for _ in range(2):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        seen = 0
        async for line in process.stdout:
            if line.strip().isdigit():
                acknowledged = max(acknowledged, int(line))
                seen += 1
            if seen == 15:
                process.kill()
        await process.wait()
    async with desk(folder, content, runs=False) as here:
        rows = await here.store.run(lambda batch: batch.rows(select(updates.c.update_id)))
        kept = {row.update_id for row in rows}
        assert {f"telegram:{number}" for number in range(acknowledged + 1)} <= kept
        assert here.store.proof().broken == ()


def test_a_crash_in_the_middle_of_a_commit_is_rolled_back_not_taken_for_damage(
    tmp_path: Path,
) -> None:
    vault, store = opened(tmp_path / "data")
    store.close_now()
    vault.close()
    path = database_path(tmp_path / "data")
    crash = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('PRAGMA cache_size=1')\n"
        "c.execute('BEGIN IMMEDIATE')\n"
        "c.executemany('INSERT INTO updates VALUES (?, 1)', [(f'u{n}',) for n in range(20000)])\n"
        "os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", crash, path], check=False)
    assert path.with_name("bot.db-journal").stat().st_size > 0
    forget_sum(path)
    vault, store = opened(tmp_path / "data")
    assert store.run_now(lambda batch: batch.rows(select(updates))) == []
    store.close_now()
    vault.close()


async def test_no_number_is_given_twice_also_after_an_erasure_and_a_restart(
    tmp_path: Path,
) -> None:
    def adds(batch: Batch) -> int:
        number = batch.next_id(dead_letters)
        row = {"id": number, "ref": "r", "kind": "failed", "hour": 0, "sealed": b"x"}
        batch.insert(dead_letters, row)
        return number

    def fails(batch: Batch) -> None:
        adds(batch)
        raise ZeroDivisionError

    given: list[int] = []
    for _ in range(3):
        vault, store = opened(tmp_path / "data")
        given += [await store.run(adds) for _ in range(3)]
        with pytest.raises(ZeroDivisionError):
            await store.run(fails)
        given.append(await store.run(adds))
        await store.run(lambda batch: batch.change(delete(dead_letters)))
        await store.close()
        vault.close()
    assert len(set(given)) == len(given)
    assert given == sorted(given)
