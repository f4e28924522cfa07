"""A damaged cell costs its own line, never the queue, and never the assistant."""

import asyncio
from pathlib import Path

import pytest
from clinic import Clinic, clinic_in
from sqlalchemy import Table, select, update

from bot.console.accounts import Role
from bot.console.arrivals import catch_up
from bot.core.content import Content
from bot.core.model import ChatId
from bot.store.batch import Batch
from bot.store.staff_tables import cases, notes, staff_facts
from bot.store.tables import intakes, sessions, turns

HARD = {"past month": "Thought of a way"}


async def damages(clinic: Clinic, *tables: Table, chat: str = "telegram:1") -> None:
    """Spoil every sealed cell of a chat in these tables."""
    ref = clinic.desk.vault.ref(ChatId(chat))

    def job(batch: Batch) -> None:
        for table in tables:
            batch.change(update(table).where(table.c.ref == ref).values(sealed=b"spoilt"))

    await clinic.desk.store.run(job)


@pytest.mark.parametrize("table", [intakes, turns, cases, sessions], ids=lambda each: each.name)
async def test_one_damaged_record_keeps_no_other_case_out_of_the_queue(
    clinic: Clinic, table: Table
) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    await clinic.client("telegram:1").screens(HARD)
    await clinic.client("telegram:2").screens(HARD)
    if table is cases:
        await ana.opens("/queue")
    await damages(clinic, table)
    await clinic.console.live.look()
    await clinic.client("telegram:1").chats("/human")
    await clinic.client("telegram:2").chats("hello?")
    await clinic.console.live.look()
    page = await ana.opens("/queue")
    assert page.status == 200
    for number in (1, 2):
        assert await clinic.case_of(f"telegram:{number}") in page.text
    assert (await ana.opens(f"/cases/{await clinic.case_of('telegram:2')}")).status == 200


async def test_a_damaged_emergency_is_still_an_emergency(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    await clinic.client().chats("i am going to kill myself tonight")
    await damages(clinic, intakes)
    page = await ana.opens("/queue")
    assert "Emergency" in page.text
    assert "This record does not open" in page.text
    page = await ana.opens(f"/cases/{await clinic.case_of()}")
    assert page.status == 409
    assert "python -m bot doctor" in page.text


async def test_a_case_shows_what_opens_and_says_what_does_not(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    await clinic.client().screens(HARD)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/note", text="will be spoilt")
    await damages(clinic, turns, notes, sessions)
    page = await ana.opens(f"/cases/{case}")
    assert page.status == 200
    assert "Thought of a way, would not do it" in page.text
    assert "records of this case do not open" in page.text
    assert (await ana.posts(f"/cases/{case}/take-over")).status == 409
    await clinic.client().chats("hello")
    await ana.opens(f"/cases/{case}")
    assert (await ana.posts(f"/cases/{case}/take-over")).status == 200


async def test_a_damaged_mark_of_what_was_read_files_nothing_twice(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    await clinic.client().chats("i am going to kill myself tonight")
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/clear", sure="yes")
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/status", state="closed", follow_up="")
    await clinic.desk.store.run(
        lambda batch: batch.change(update(staff_facts).values(sealed=b"spoilt"))
    )
    await clinic.client("telegram:2").screens(HARD)
    clinic.console.live.tell(
        await clinic.desk.store.run(
            lambda batch: catch_up(batch, clinic.console.house.contents.newest.clinic)
        )
    )
    rows = await clinic.desk.store.run(
        lambda batch: batch.rows(select(cases).order_by(cases.c.number))
    )
    assert [(row.case_code, row.closed) for row in rows] == [
        (case, 1),
        (await clinic.case_of("telegram:2"), 0),
    ]


async def test_the_loop_of_the_console_goes_on_whatever_goes_wrong(clinic: Clinic) -> None:
    """A damaged key of the staff's own seals spoils every look; the loop has to outlive it."""
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    await ana.opens("/queue")
    live = clinic.console.live
    await clinic.desk.store.run(
        lambda batch: batch.connection.exec_driver_sql("ALTER TABLE cases RENAME TO lost")
    )
    loop = asyncio.create_task(live.run())  # noqa: TID251 (a test may end it as it likes)
    await asyncio.sleep(0.1)
    await clinic.client().chats("hello")
    assert not loop.done()
    live.stop()
    await loop


async def test_after_an_erasure_and_a_restart_new_cases_still_come(
    tmp_path: Path, content: Content
) -> None:
    async with clinic_in(tmp_path / "data", content) as clinic:
        ana = await clinic.colleague("Ana", Role.REVIEWER)
        await clinic.client("telegram:1").screens(HARD)
        await clinic.client("telegram:2").chats("i am going to kill myself tonight")
        assert await clinic.case_of("telegram:2") in (await ana.opens("/queue")).text
        await clinic.client("telegram:2").chats("/delete", "[Yes, erase everything]")
        await clinic.client("telegram:1").chats("/delete", "[Yes, erase everything]")
    async with clinic_in(tmp_path / "data", content) as clinic:
        await clinic.client("telegram:3").chats("i am going to kill myself tonight")
        ben = await clinic.colleague("Ben", Role.REVIEWER)
        page = await ben.opens("/queue")
        assert await clinic.case_of("telegram:3") in page.text
        assert "Emergency" in page.text
        case = await clinic.case_of("telegram:3")
        await ben.opens(f"/cases/{case}")
        await clinic.client("telegram:3").chats("are you there?")
        assert "1 new" in (await ben.opens("/queue")).text
