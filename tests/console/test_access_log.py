"""The log of who read and did what, and what happens to somebody who changes it."""

import sqlite3
from pathlib import Path

import pytest
from clinic import Clinic

from bot.console.access_log import newest_rows, verified
from bot.console.accounts import Role


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
