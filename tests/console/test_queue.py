"""Finding cases: views, filters and search, and what a line of the queue says."""

import re
from pathlib import Path

from alembic import command
from clinic import Clinic
from sqlalchemy import select

from bot.console import queue
from bot.console.accounts import Role
from bot.store.batch import Batch
from bot.store.database import alembic_config, open_engine
from bot.store.staff_tables import cases

HARD = {"past month": "Thought of a way"}


def listed(html: str) -> list[str]:
    return re.findall(r'data-case="([^"]+)"', html)


async def test_the_queue_is_filtered_by_what_stands_in_the_records(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    await clinic.client("telegram:1").screens(HARD)
    await clinic.client("telegram:2").screens({"How old": "13 to 17", "low mood": "Most days"})
    await clinic.client("telegram:3").screens({"Who are": "someone I care about"})
    one, two, three = [await clinic.case_of(f"telegram:{number}") for number in (1, 2, 3)]
    await ana.opens(f"/cases/{three}")
    await ana.posts(f"/cases/{three}/assign", assignee="1")
    assert listed((await ana.opens("/queue?setting=iop")).html) == [one]
    assert listed((await ana.opens("/queue?flag=minor")).html) == [two]
    assert listed((await ana.opens("/queue?perspective=loved-one")).html) == [three]
    assert listed((await ana.opens("/queue?colleague=1")).html) == [three]
    assert listed((await ana.opens("/queue?perspective=loved-one&setting=iop")).html) == []
    page = await ana.opens("/queue?flag=minor&view=unassigned")
    assert 'href="/queue?view=mine&amp;flag=minor"' in page.html, "a view keeps the filter"
    assert (await ana.opens("/queue?flag=x&colleague=999999999999&setting=%00")).status == 200


async def test_a_filtered_queue_is_paged_without_losing_a_case(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    for number in range(queue.PAGE + 4):
        await clinic.client(f"telegram:{number}").chats("/human")
        if number % 2:
            await clinic.client(f"telegram:{number}").screens({"Who are": "someone I care about"})
    seen: list[str] = []
    path = "/queue?perspective=loved-one"
    while path:
        page = await ana.opens(path)
        seen += listed(page.html)
        following = re.search(r'href="([^"]+)">Next page', page.html)
        path = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == queue.PAGE // 2 + 2


async def test_next_page_is_part_of_what_is_renewed(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.VIEWER)
    for number in range(queue.PAGE + 1):
        await clinic.client(f"telegram:{number}").chats("/human")
    page = await ana.opens("/queue")
    renewed = page.html.split('data-live="queue"')[1]
    assert "Next page" in renewed


async def test_the_queue_says_that_a_person_was_asked_for(clinic: Clinic) -> None:
    await clinic.client().chats("/human")
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    assert "Asked for a person" in (await ana.opens("/queue")).text
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/take-over")
    assert "Asked for a person" not in (await ana.opens("/queue")).text


async def test_search_finds_a_number_however_it_is_written(clinic: Clinic) -> None:
    client = clinic.client()
    await client.screens(HARD)
    await client.chats("Rosalind Example", "(555) 010-4242")
    await clinic.client("telegram:2").screens()
    ana = await clinic.colleague("Ana", Role.VIEWER)
    case = await clinic.case_of()
    for asked in ("5550104242", "555-010-4242", "010 4242", "%2B555 010"):
        assert listed((await ana.opens(f"/search?q={asked}")).html) == [case], asked


async def test_search_takes_words_in_any_order_and_looks_into_notes(clinic: Clinic) -> None:
    client = clinic.client()
    await client.screens(HARD)
    await client.chats("Rosalind Example")
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/note", text="Prefers evenings, has a dog.")
    assert listed((await ana.opens("/search?q=example rosalind")).html) == [case]
    assert listed((await ana.opens("/search?q=dog rosalind")).html) == [case]
    assert listed((await ana.opens("/search?q=rosalind zebra")).html) == []


async def test_a_search_over_all_time_is_no_error(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.VIEWER)
    for span in ("from=0001-01-01&to=9999-12-31", "from=x&to=2026-02-30", "to=0001-01-01"):
        assert (await ana.opens(f"/search?q=rosalind&{span}")).status == 200


async def test_a_follow_up_is_late_when_that_office_day_is_over(clinic: Clinic) -> None:
    await clinic.client().screens(HARD)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/status", state="contacted", follow_up="2026-03-04")
    clinic.clock.passes(days=1, hours=9)  # the evening before, where the clinic is
    await ana.signs_in()
    assert listed((await ana.opens("/queue?view=overdue")).html) == []
    clinic.clock.passes(hours=14)  # during that day
    await ana.signs_in()
    assert listed((await ana.opens("/queue?view=overdue")).html) == []
    clinic.clock.passes(hours=14)
    await ana.signs_in()
    assert listed((await ana.opens("/queue?view=overdue")).html) == [case]


async def test_only_who_can_act_is_offered_a_case(clinic: Clinic) -> None:
    await clinic.client().screens(HARD)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    await clinic.colleague("Victor", Role.VIEWER)
    case = await clinic.case_of()
    page = await ana.opens(f"/cases/{case}")
    assert ">Ana</option>" in page.html
    assert "Victor" not in page.text
    assert (await ana.posts(f"/cases/{case}/assign", assignee="2")).status == 422


async def test_of_a_rule_only_the_part_that_held_is_told(clinic: Clinic) -> None:
    await clinic.client().screens(HARD)
    ana = await clinic.colleague("Ana", Role.VIEWER)
    page = await ana.opens(f"/cases/{await clinic.case_of()}")
    assert "Rule P1 – Risk of harm at 3 or more." in page.text
    assert "Risk of harm 3" in page.text, "a rating has its name"
    assert "Leave a message" not in page.text, "nobody asked"


async def test_the_order_is_the_same_whether_few_or_many_are_late(clinic: Clinic) -> None:
    for number in range(5):
        await clinic.client(f"telegram:{number}").screens(HARD)
        clinic.clock.passes(hours=3)
    clinic.clock.passes(days=2)
    await clinic.client("telegram:9").screens(HARD)
    ana = await clinic.colleague("Ana", Role.VIEWER)
    few = listed((await ana.opens("/queue")).html)
    many, queue.MANY = queue.MANY, 3
    try:
        assert listed((await ana.opens("/queue")).html) == few
        assert "2+" in (await ana.opens("/queue")).text
    finally:
        queue.MANY = many
    assert few == [await clinic.case_of(f"telegram:{number}") for number in (0, 1, 2, 3, 4, 9)]


async def test_no_view_of_the_queue_reads_all_cases(clinic: Clinic) -> None:
    """SQLite says how it would find them: never by scanning, always by an index of the view."""
    statements: list[str] = []

    def job(batch: Batch) -> None:
        kept = batch.rows

        def rows(statement: object, values: dict[str, object] | None = None) -> object:
            text = str(
                statement.compile(  # type: ignore[attr-defined]  # (whatever is executed)
                    dialect=batch.connection.dialect, compile_kwargs={"literal_binds": True}
                )
            )
            statements.append(text)
            return kept(statement, values)  # type: ignore[arg-type]  # (as it came)

        batch.rows = rows  # type: ignore[method-assign, assignment]  # (listens)
        content = clinic.console.house.contents.newest
        for view in queue.View:
            wanted = queue.Wanted(view=view, colleague=3)
            queue.listed(batch, wanted, 1, clinic.clock(), content.clinic)
            queue.listed(batch, queue.Wanted(view=view), 1, clinic.clock(), content.clinic)
        queue.counts(batch, 1, clinic.clock(), content.clinic)
        batch.rows = kept  # type: ignore[method-assign]  # (ends listening)
        for text in statements:
            plan = batch.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()
            found = [each[3] for each in plan]
            assert any("USING" in each for each in found), text
            assert not any(each.startswith("SCAN cases") for each in found), (text, found)

    await clinic.desk.store.run(job)
    assert len(statements) > len(queue.View)


def test_the_indexes_are_made_for_cases_that_are_there(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'bot.db'}")
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0002")
        connection.exec_driver_sql(
            "INSERT INTO sessions VALUES ('r', 'AAAA-BBB', 'chat-only', '', 1, 'v', 1, x'00')"
        )
        connection.exec_driver_sql(
            "INSERT INTO cases VALUES"
            " ('AAAA-BBB', 'r', 1, 'completed', 'now', 0, 0, 1, 1, 'new', 0, 0, 0, '', 0, x'00')"
        )
        command.upgrade(alembic_config(connection), "head")
    with engine.connect() as connection:
        assert connection.execute(select(cases.c.case_code)).scalars().all() == ["AAAA-BBB"]
    engine.dispose()
