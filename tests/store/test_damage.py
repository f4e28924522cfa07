"""What is damaged is found, is named, and holds up nobody else."""

from functools import partial
from pathlib import Path

import pytest
from clinic import Clinic, clinic_in
from desk import Clock, Desk, desk
from sqlalchemy import Table, select, text, update

from bot.console.accounts import Role, all_accounts
from bot.core.content import Content
from bot.core.content.clinic import STATUSES, read_clinic
from bot.core.model import ChatId, IntakeStatus
from bot.core.post import Delivery
from bot.effects import CHAT_ONLY
from bot.store.backups import UNSEALED, sealed_columns
from bot.store.batch import Batch
from bot.store.staff_tables import STAFF, accounts, staff_facts
from bot.store.tables import dead_letters, errands, facts, sessions, tables, wakes
from bot.vault import Vault

ROOT = Path(__file__).parents[2]


async def flip(here: Desk, table: Table, column: str = "sealed") -> int:
    """Damage every seal in a column; how many."""
    noise = b"\x01" + b"noise" * 20
    filled = update(table).where(table.c[column].is_not(None))
    return await here.store.run(lambda batch: batch.change(filled.values({column: noise})))


async def test_the_proof_looks_at_every_column_of_seals(tmp_path: Path, content: Content) -> None:
    named = {(table.name, column.name) for table, column in sealed_columns()}
    bytes_ = {
        (table.name, column.name)
        for table in tables.sorted_tables
        for column in table.c
        if column.type.python_type is bytes
    }
    assert named == {(table, column) for table, column in bytes_ if column not in UNSEALED}
    async with clinic_in(tmp_path / "data", content) as clinic:
        await clinic.colleague("Ana", Role.LEAD)
        await clinic.client("telegram:1").chats("/screening", "[Yes, start]", "[For me]", "moon?")
        await clinic.client("telegram:1").chats("i want to kill myself")
        here = clinic.desk
        assert here.store.proof().broken == ()
        for change in ("update", "delete"):
            drop = text(f"DROP TRIGGER access_log_no_{change}")
            await here.store.run(partial(Batch.change, statement=drop))
        for name, column in sorted(named):
            if await flip(here, tables.tables[name], column):
                broken = here.store.proof().broken
                assert any(each.split()[0] == name for each in broken), (name, column)


async def test_a_damaged_wake_waits_a_day_and_wakes_nobody_else_late(
    tmp_path: Path, content: Content
) -> None:
    clock = Clock()
    async with desk(tmp_path / "data", content, clock=clock) as here:
        await here.hears("wake", chat="telegram:1")
        await here.hears("wake", chat="telegram:2")
        ref = here.vault.ref(ChatId("telegram:1"))
        await here.store.run(
            lambda batch: batch.change(
                update(wakes).where(wakes.c.ref == ref).values(sealed=b"noise")
            )
        )
        clock.passes(hours=2)
        await here.ticks()
        assert here.channel.texts("telegram:2")[-1] == "2: woken"
        [left] = await here.store.run(lambda batch: batch.rows(select(wakes)))
        assert left.due_hour > clock().timestamp() // 3600


async def test_damaged_accounts_shut_out_nobody_else_and_let_nobody_in(
    tmp_path: Path, content: Content
) -> None:
    async with clinic_in(tmp_path / "data", content) as clinic:
        await clinic.colleague("Ana", Role.ADMIN)
        ben = await clinic.colleague("Ben", Role.LEAD)
        await clinic.desk.store.run(
            lambda batch: batch.change(
                update(accounts).where(accounts.c.role == "admin").values(sealed=b"noise")
            )
        )
        assert (await ben.opens("/queue")).status == 200
        assert [each.kept.name for each in await clinic.desk.store.run(all_accounts)] == ["Ben"]
        from bot.console.account_pages import first_link  # noqa: PLC0415 (for this test alone)

        await flip(clinic.desk, accounts)
        assert await clinic.desk.store.run(first_link) is None


async def test_the_queue_finds_its_place_again(tmp_path: Path, content: Content) -> None:
    async with clinic_in(tmp_path / "data", content) as clinic:
        await clinic.client("telegram:1").chats("i want to kill myself")
        await _looks(clinic)
        await flip(clinic.desk, staff_facts)
        await _looks(clinic)


async def _looks(clinic: Clinic) -> None:
    await clinic.console.live.look()


async def test_a_damaged_key_of_staff_holds_up_no_client(tmp_path: Path, content: Content) -> None:
    async with clinic_in(tmp_path / "data", content) as clinic:
        await clinic.colleague("Ana", Role.LEAD)
        vault: Vault = clinic.desk.vault
        vault._keys.execute(  # noqa: SLF001 (the disk, not our code)
            "UPDATE data_keys SET wrapped = zeroblob(60) WHERE ref = ?", (vault.ref(STAFF),)
        )
        vault._open.clear()  # noqa: SLF001 (as after a restart)
        await clinic.client("telegram:1").chats("i want to kill myself")
        await clinic.desk.ticks()
        assert vault.damaged() == 1


async def test_a_rotation_that_fails_is_told_and_is_not_tried_for_ever(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content) as here:
        await here.hears("hello")
        (tmp_path / "data.key.new").mkdir()  # the key file cannot be written
        row = {"id": "e1", "errand": "rotate", "argument": "", "hour": 0, "outcome": None}
        await here.store.run(lambda batch: batch.insert(errands, row))
        await here.ticks()
        [found] = await here.store.run(lambda batch: batch.rows(select(errands.c.outcome)))
        assert found.outcome.startswith("failed: ")
        assert await here.hears("hello") == ["2: hello"]


async def test_words_of_an_update_that_could_not_be_read_go_with_their_chat(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content) as here:
        await here.hears("hello")
        bad = Delivery(
            update_id="telegram:bad",
            received_at=here.clock(),
            raw=b"words",
            problem="of the wrong shape",
            of_chat=ChatId("telegram:1"),
        )
        await here.reception.receive(bad)
        letters = await here.store.run(lambda batch: batch.rows(select(dead_letters)))
        assert len(letters) == 1
        await here.hears("erase")
        assert await here.store.run(lambda batch: batch.rows(select(dead_letters))) == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{completed: 90}", "does not say how long for"),
        ("{complete: 90}", "no status 'complete'"),
        ("{in-progress: 14, incomplete: 0}", "not from 1 to 3650"),
        ("{in-progress: -1}", "not from 1 to 3650"),
    ],
)
def test_terms_of_keeping_are_whole_and_sane(line: str, told: str) -> None:
    written = (ROOT / "content/clinic.yaml").read_text().splitlines()
    changed = [f"keep_days: {line}" if each.startswith("keep_days") else each for each in written]
    clinic, mistakes = read_clinic("\n".join(changed), "clinic.yaml")
    assert clinic is None
    assert any(told in each.message for each in mistakes)


def test_every_status_has_terms() -> None:
    assert set(STATUSES) == {CHAT_ONLY, *(each.value for each in IntakeStatus)}


async def test_no_key_no_row_and_no_fact_tells_when_staff_were_there(
    tmp_path: Path, content: Content
) -> None:
    async with clinic_in(tmp_path / "data", content) as clinic:
        await clinic.colleague("Ana", Role.LEAD)

        def numbers(batch: Batch) -> set[object]:
            return {
                value
                for table in tables.sorted_tables
                if table.name not in {facts.name, sessions.name}
                for row in batch.rows(select(table))
                for value in row
                if isinstance(value, int)
            }

        second = int(clinic.clock().timestamp())
        found = await clinic.desk.store.run(numbers)
        assert not any(isinstance(each, int) and abs(each - second) < 86_400 for each in found)
