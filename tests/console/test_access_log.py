"""The log of who read and did what, and what happens to somebody who changes it."""

import sqlite3
from pathlib import Path

import pytest
from clinic import Clinic

from bot.console.access_log import newest_rows, verified
from bot.console.access_words import words_of
from bot.console.accounts import Role
from bot.console.app import PAGES
from bot.core.post import Delivery


async def test_reads_and_writes_are_on_record_without_anybodys_words(clinic: Clinic) -> None:
    await clinic.client().screens({"past month": "Thought of a way"})
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/note", text="secret words")
    await ana.opens("/search?q=rosalind")
    await ana.opens("/people")
    rows = await clinic.desk.store.run(newest_rows)
    done = [(row.action, row.case) for row in reversed(rows)]
    assert ("case", case) in done
    assert ("note!", case) in done
    assert ("people-refused", "") in done
    assert "secret" not in str(rows)
    assert "rosalind" not in str(rows)


async def test_the_chain_is_whole_and_its_head_grows(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    first = await clinic.desk.store.run(verified)
    assert first.broken_at is None
    await ana.opens("/queue")
    head = f"{first.rows}:{first.head[:16]}"
    later = await clinic.desk.store.run(lambda batch: verified(batch, told=head))
    assert later.broken_at is None
    assert later.holds_told
    assert later.rows == first.rows + 1
    assert later.head != first.head


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE access_log SET case_code = 'XXXX-XXX' WHERE id = 3",
        "UPDATE access_log SET account = 9 WHERE id = 3",
        "UPDATE access_log SET sealed = (SELECT sealed FROM access_log WHERE id = 2) WHERE id = 3",
        "DELETE FROM access_log WHERE id = 3",
        "DELETE FROM access_log WHERE id < 3",
    ],
)
async def test_whoever_changes_a_row_breaks_the_chain(
    clinic: Clinic, tmp_path: Path, change: str
) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    for _ in range(4):
        await ana.opens("/queue")
    with sqlite3.connect(tmp_path / "data" / "bot.db") as database:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute(change)
        database.execute("DROP TRIGGER access_log_no_update")
        database.execute("DROP TRIGGER access_log_no_delete")
        database.execute(change)
    database.close()
    found = await clinic.desk.store.run(verified)
    assert found.broken_at is not None


async def test_rows_cut_off_at_the_end_are_missed_by_a_head_that_was_told(
    clinic: Clinic, tmp_path: Path
) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    await ana.opens("/queue")
    told = await clinic.desk.store.run(verified)
    with sqlite3.connect(tmp_path / "data" / "bot.db") as database:
        database.execute("DROP TRIGGER access_log_no_delete")
        database.execute("DELETE FROM access_log WHERE id = (SELECT max(id) FROM access_log)")
    database.close()
    head = f"{told.rows}:{told.head}"
    found = await clinic.desk.store.run(lambda batch: verified(batch, told=head))
    assert found.broken_at is None
    assert not found.holds_told


async def done(clinic: Clinic) -> list[tuple[str, str]]:
    """What the log holds, oldest first, but signing up."""
    rows = reversed(await clinic.desk.store.run(newest_rows))
    return [(row.action, row.detail) for row in rows if row.action not in {"join!", "sign-in"}]


async def test_a_header_hides_no_export_and_no_first_look(clinic: Clinic) -> None:
    await clinic.client().screens({"past month": "Thought of a way"})
    lead = await clinic.colleague("Ana", Role.LEAD)
    case = await clinic.case_of()
    lead.http.headers["X-Live"] = "1"
    await lead.opens("/queue")
    await lead.opens(f"/cases/{case}")
    await lead.opens(f"/cases/{case}")
    await lead.confirms(f"/cases/{case}/export")
    await lead.posts(f"/cases/{case}/export", kind="csv")
    actions = [action for action, _ in await done(clinic)]
    assert actions.count("case") == 1, "the page that loads itself again is on record once"
    assert actions.count("queue") == 1
    assert "export!" in actions


async def test_an_action_is_on_record_as_what_came_of_it(clinic: Clinic) -> None:
    await clinic.client().screens({"past month": "Thought of a way"})
    lead = await clinic.colleague("Ana", Role.LEAD)
    case = await clinic.case_of()
    await lead.opens("/queue")
    page = await lead.opens(f"/cases/{case}")
    at = f"/cases/{case}"
    await lead.posts(f"{at}/status", state="contacted", follow_up="2026-03-09")
    await lead.posts_again(page, f"{at}/status", state="nonsense")
    await lead.posts_again(page, f"{at}/assign", assignee="1")
    await lead.posts_again(page, f"{at}/decide", decision="agree")
    await lead.posts_again(page, f"{at}/take-over")
    await lead.posts_again(page, f"{at}/take-over")
    await lead.posts_again(page, f"{at}/reply", text="  ")
    await lead.posts_again(page, f"{at}/note", csrf="0" * 64, text="hello")
    await lead.confirms(f"{at}/export")
    await lead.posts(f"{at}/export", kind="nonsense")
    assert (await done(clinic))[3:] == [
        ("status!", "contacted, follow-up 2026-03-09"),
        ("case", ""),  # where the form leads back to
        ("status-refused!", "422"),
        ("assign!", "account 1"),
        ("case", ""),
        ("decide!", "agree"),
        ("case", ""),
        ("take-over!", ""),
        ("case", ""),
        ("take-over!", "nothing changed"),  # sent twice, done once
        ("case", ""),
        ("reply!", "nothing changed"),
        ("case", ""),
        ("note-refused!", "403"),
        ("confirm", ""),
        ("export", ""),
        ("export-refused!", "422"),
    ]


async def test_taking_a_case_in_telegram_is_on_record(clinic: Clinic) -> None:
    await clinic.client().screens({"past month": "Thought of a way"})
    case = await clinic.case_of()
    delivery = Delivery(
        update_id="telegram:ack",
        received_at=clinic.clock(),
        callback_id="cb",
        acknowledges=case,
        staff="Ben",
    )
    await clinic.desk.reception.receive(delivery)
    await clinic.desk.reception.receive(delivery)
    rows = await clinic.desk.store.run(newest_rows)
    assert [(row.action, row.case, row.detail) for row in rows] == [
        ("acknowledge!", case, "in Telegram: Ben")
    ]
    admin = await clinic.colleague("Root", Role.ADMIN)
    page = await admin.opens("/log")
    assert "took the case: its alerts stop (in Telegram: Ben)" in page.text
    assert f"{clinic.clock():%Y-%m-%d}" in page.text


async def test_the_log_speaks_plainly_of_every_page() -> None:
    for page in PAGES:
        for method in page.methods:
            action = f"{page.name}!" if method == "POST" else page.name
            logged = page.logs and page.roles and page.name != "sign-out"
            assert not logged or words_of(action) != action, f"no words for {action}"
