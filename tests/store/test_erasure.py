"""What is erased is gone, in every file and every copy, and nothing else is."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from desk import STAFF, Clock, Desk, desk
from sqlalchemy import select, update

from bot.checksum import forget_sum
from bot.console.arrivals import catch_up
from bot.core.content import Content
from bot.core.model import ChatId
from bot.core.post import OutgoingKind
from bot.housekeeping import erase_with_farewell, nightly, note_alive, scrub_copy
from bot.store.backups import back_up, bring_back
from bot.store.batch import Batch
from bot.store.cases import case_record, newest_intakes
from bot.store.database import StoreDownError, database_path
from bot.store.erasure import erase_case
from bot.store.facts import KEYS_COPY, note_fact
from bot.store.records import KeptTurn
from bot.store.retention import retain
from bot.store.staff_tables import cases
from bot.store.tables import errands, outgoing, sessions, turns
from bot.vault import SealBrokenError

KEEP = {"chat-only": 14, "in-progress": 14, "completed": 90}


def files(folder: Path) -> Iterator[bytes]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.read_bytes()


async def codes(here: Desk) -> dict[str, str]:
    """Case codes by chat ref."""
    rows = await here.store.run(lambda batch: batch.rows(select(sessions)))
    return {row.ref: row.case_code for row in rows}


async def test_no_word_and_no_name_stands_in_any_file(tmp_path: Path, content: Content) -> None:
    canaries = ["kanarienvogel", "telegram:778899", "wellensittich"]
    async with desk(tmp_path / "data", content) as here:
        await here.hears("alert file miss thumb wake kanarienvogel", chat="telegram:778899")
        await here.hears("record wellensittich", chat="telegram:778899")
        await here.hears("crash kanarienvogel", chat="telegram:778899")
        await here.ticks()
        for each in files(tmp_path / "data"):
            for canary in canaries:
                assert canary.encode() not in each


async def test_an_erased_case_is_readable_nowhere_also_not_in_older_copies(
    tmp_path: Path, content: Content
) -> None:
    clock, count = Clock(), 60
    async with desk(tmp_path / "data", content, clock=clock, runs=False) as here:
        await here.reception.receive_all(
            [here.said(f"file canary-{n}-words", chat=f"telegram:{n}") for n in range(count)]
        )
        by_ref = await codes(here)
        names = {n: by_ref[here.vault.ref(ChatId(f"telegram:{n}"))] for n in range(count)}
        copies = []
        for _ in range(3):
            clock.passes(hours=1)
            key_file = (tmp_path / "data").with_name("data.key")
            copy, _found = back_up(
                tmp_path / "data", key_file, tmp_path / "copies", tmp_path / "keys", clock()
            )
            copies.append(copy)
        await here.store.run(
            lambda batch: note_fact(batch, KEYS_COPY, str(tmp_path / "keys" / "keys.db"))
        )
        gone = range(5, count, 6)
        for n in gone:
            erased, _ = await here.store.run(partial(erase_with_farewell, case=names[n]))
            assert erased is not None
        await here.store.run(scrub_copy)
    for keys in (tmp_path / "data" / "keys.db", tmp_path / "keys" / "keys.db"):
        with closing(sqlite3.connect(keys)) as connection:
            assert connection.execute("SELECT count(*) FROM data_keys").fetchone()[0] == count - 10
    for copy in copies:
        bring_back(tmp_path / "data", tmp_path / "data.key", copy, None, clock())
        async with desk(tmp_path / "data", content, clock=clock, runs=False) as here:
            for n in range(count):
                found = await here.store.run(partial(case_record, case=names[n]))
                assert (found is None) == (n in gone)
            assert here.store.proof().orphaned == 0


async def test_an_erasure_broken_off_between_key_and_data_is_finished_at_the_next_start(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content, runs=False) as here:
        await here.reception.receive(here.said("hello"))
        shutil.copy(database_path(tmp_path / "data"), tmp_path / "before.db")
        [code] = (await codes(here)).values()
        await here.store.run(lambda batch: erase_case(batch, code))
    shutil.copy(tmp_path / "before.db", database_path(tmp_path / "data"))  # no COMMIT came
    forget_sum(database_path(tmp_path / "data"))
    async with desk(tmp_path / "data", content) as here:
        assert await codes(here) == {}
        assert await here.hears("hello") == ["1: hello"]


async def test_a_row_moved_to_another_chat_or_place_does_not_open(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content, runs=False) as here:
        await here.reception.receive_all([here.said("one"), here.said("two")])

        def swap(batch: Batch) -> None:
            first, second = batch.rows(select(turns).order_by(turns.c.id))
            batch.change(update(turns).where(turns.c.id == first.id).values(sealed=second.sealed))

        def read(batch: Batch) -> KeptTurn:
            row = batch.rows(select(turns).order_by(turns.c.id))[0]
            return batch.unseal(row.ref, turns.c.sealed, row.id, row.sealed, KeptTurn)

        await here.store.run(swap)
        with pytest.raises(SealBrokenError):
            await here.store.run(read)
        assert len(here.store.proof().broken) == 1


async def test_records_rest_only_as_long_as_the_clinic_says(
    tmp_path: Path, content: Content
) -> None:
    clock = Clock()
    async with desk(tmp_path / "data", content, clock=clock, runs=False) as here:
        await here.reception.receive(here.said("file", chat="telegram:1"))
        await here.reception.receive(here.said("hello", chat="telegram:2"))
        clock.passes(days=15)
        done = await here.store.run(lambda batch: retain(batch, KEEP, dry_run=True))
        assert (done.due, len(done.erased)) == (1, 1)
        assert len(await codes(here)) == 2
        await here.store.run(lambda batch: retain(batch, KEEP))
        assert len(await codes(here)) == 1
        assert len(await here.store.run(newest_intakes)) == 1
        clock.passes(days=80)
        await here.store.run(lambda batch: retain(batch, KEEP))
        assert await codes(here) == {}


@pytest.mark.parametrize(
    "work",
    [
        {"state": "contacted"},
        {"assignee": 3},
        {"danger": 1},
        {"taken": 1},
        {"closed": 1, "state": "referred", "follow_up": 200_000},
    ],
    ids=lambda each: next(iter(each)),
)
async def test_a_case_that_staff_work_on_is_not_at_rest_up_to_a_limit(
    tmp_path: Path, content: Content, work: dict[str, object]
) -> None:
    clock = Clock()
    async with desk(tmp_path / "data", content, clock=clock, runs=False) as here:
        await here.reception.receive(here.said("file", chat="telegram:1"))
        await here.reception.receive(here.said("file", chat="telegram:2"))
        await here.store.run(lambda batch: catch_up(batch, content.clinic))
        ref = here.vault.ref(ChatId("telegram:1"))
        await here.store.run(
            lambda batch: batch.change(update(cases).where(cases.c.ref == ref).values(**work))
        )
        clock.passes(days=100)
        done = await here.store.run(lambda batch: retain(batch, KEEP, open_days=180, force=True))
        assert done.due == 1
        assert list(await codes(here)) == [ref]
        clock.passes(days=90)
        await here.store.run(lambda batch: retain(batch, KEEP, open_days=180))
        assert await codes(here) == {}


async def test_a_closed_case_is_at_rest(tmp_path: Path, content: Content) -> None:
    clock = Clock()
    async with desk(tmp_path / "data", content, clock=clock, runs=False) as here:
        await here.reception.receive(here.said("file", chat="telegram:1"))
        await here.store.run(lambda batch: catch_up(batch, content.clinic))
        work = {"closed": 1, "state": "referred", "assignee": 3}
        await here.store.run(lambda batch: batch.change(update(cases).values(**work)))
        clock.passes(days=100)
        await here.store.run(lambda batch: retain(batch, KEEP, open_days=180))
        assert await codes(here) == {}


async def test_never_more_than_five_percent_go_at_once(tmp_path: Path, content: Content) -> None:
    clock = Clock()
    async with desk(tmp_path / "data", content, clock=clock, runs=False) as here:
        await here.reception.receive_all(
            [here.said("hello", chat=f"telegram:{n}") for n in range(100)]
        )
        clock.passes(days=400)
        done = await here.store.run(lambda batch: retain(batch, KEEP))
        assert (len(done.erased), done.held_back) == (5, 95)
        done = await here.store.run(lambda batch: retain(batch, KEEP, force=True))
        assert done.held_back == 0
        assert await codes(here) == {}


async def test_of_fewer_than_twenty_chats_one_goes_a_night(
    tmp_path: Path, content: Content
) -> None:
    clock = Clock()
    async with desk(tmp_path / "data", content, clock=clock, runs=False) as here:
        await here.reception.receive_all(
            [here.said("hello", chat=f"telegram:{n}") for n in range(3)]
        )
        clock.passes(days=30)
        for left in (2, 1, 0):
            await here.store.run(note_alive)
            clock.passes(days=1)
            await here.store.run(note_alive)
            done = await here.store.run(lambda batch: nightly(batch, KEEP, 180))
            assert done is not None
            assert done.held_back == left
            assert await here.store.run(lambda batch: nightly(batch, KEEP, 180)) is None


async def test_after_a_jump_of_the_clock_nothing_is_erased_for_a_day(
    tmp_path: Path, content: Content
) -> None:
    clock = Clock()
    async with desk(tmp_path / "data", content, clock=clock, runs=False) as here:
        await here.reception.receive(here.said("hello"))
        await here.store.run(note_alive)
        clock.passes(days=400)
        await here.store.run(note_alive)
        assert await here.store.run(lambda batch: nightly(batch, KEEP, 180)) is None
        clock.passes(hours=25)
        await here.store.run(note_alive)
        done = await here.store.run(lambda batch: nightly(batch, KEEP, 180))
        assert done is not None
        assert len(done.erased) == 1


async def test_a_name_of_a_sent_message_is_forgotten_after_three_days(
    tmp_path: Path, content: Content
) -> None:
    clock = Clock()
    async with desk(tmp_path / "data", content, clock=clock) as here:
        await here.hears("hello")
        clock.passes(days=4)
        await here.store.run(lambda batch: retain(batch, KEEP))
        assert await here.store.run(lambda batch: len(batch.rows(select(outgoing)))) == 0


async def test_a_backup_beside_its_keys_is_refused(tmp_path: Path, content: Content) -> None:
    async with desk(tmp_path / "data", content, runs=False):
        with pytest.raises(StoreDownError, match="two different folders"):
            back_up(
                tmp_path / "data", tmp_path / "data.key", tmp_path / "x", tmp_path / "x", Clock()()
            )


async def test_a_damaged_copy_is_refused_and_the_records_stay(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content, runs=False) as here:
        await here.reception.receive_all([here.said(f"m{n}") for n in range(50)])
        copy, _ = back_up(
            tmp_path / "data", tmp_path / "data.key", tmp_path / "a", tmp_path / "b", Clock()()
        )
    before = database_path(tmp_path / "data").read_bytes()
    damaged = bytearray(copy.read_bytes())
    with closing(sqlite3.connect(copy)) as connection:
        [(sealed,)] = connection.execute("SELECT sealed FROM turns LIMIT 1").fetchall()
    damaged[damaged.index(sealed[40:60]) + 5] ^= 1
    copy.write_bytes(damaged)
    with pytest.raises(StoreDownError, match="do not open"):
        bring_back(tmp_path / "data", tmp_path / "data.key", copy, None, Clock()())
    assert database_path(tmp_path / "data").read_bytes() == before


async def test_an_operator_erases_while_the_assistant_runs(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content) as here:
        await here.hears("hello")
        [code] = (await codes(here)).values()
        row = {"id": "e1", "errand": "erase", "argument": code, "hour": 0, "outcome": None}
        await here.store.run(lambda batch: batch.insert(errands, row))
        await here.ticks()
        assert await codes(here) == {}
        outcome = await here.store.run(lambda batch: batch.rows(select(errands.c.outcome)))
        assert outcome[0].outcome == "1"


async def test_what_waits_for_staff_is_not_sent_once_its_case_is_erased(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content, runs=False) as here:
        await here.reception.receive(here.said("alert"))
        [code] = (await codes(here)).values()
        await here.store.run(partial(erase_with_farewell, case=code))
    async with desk(tmp_path / "data", content) as here:
        await here.hears("hello", "telegram:2")
        assert here.channel.texts(STAFF) == []


async def test_retention_takes_what_it_erases_out_of_the_staff_group(
    tmp_path: Path, content: Content
) -> None:
    clock = Clock()
    async with desk(tmp_path / "data", content, clock=clock) as here:
        await here.hears("alert")
        assert len(here.channel.texts(STAFF)) == 1
        clock.passes(days=15)
        done = await here.store.run(lambda batch: retain(batch, KEEP))
        here.outbox.offer(done.posted)
        await here.settles()
        assert [each.chat_id for each in here.channel.of(OutgoingKind.DELETE)] == [STAFF]
