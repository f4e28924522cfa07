"""A stored case run again on its stored answers gives the stored result, whatever changed since."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import select, update
from test_versions import ANA, BEN, Clinic, changes

from bot.case_page import case_page
from bot.content_folder import folder_texts, read_folder
from bot.core.content import Content
from bot.core.model import CaseCode, ChatId, Intake
from bot.core.screening import outcome
from bot.store.batch import Batch
from bot.store.cases import case_record, newest_intakes
from bot.store.contents import Contents
from bot.store.tables import intakes

CAM = ChatId("test:cam")
DAN = ChatId("test:dan")
BEGIN = ("/screening", "yes", "for me", "no, nothing like this", "Mood, worry, trauma or stress")
FIRST = (*BEGIN, "18 to 64", "No thoughts of dying or suicide", "No, never", "No", "None of these")
SECOND = (
    "Some days",
    "Missing work or school, falling behind",
    "No",
    "None",
    "Safe and supportive",
)
LAST = ("Yes, every day", "None of these", "done", "Looks right – send to staff")


@pytest.fixture(name="clinic")
def _clinic(tmp_path: Path) -> Iterator[Clinic]:
    clinic = Clinic(tmp_path)
    yield clinic
    clinic.store.close_now()


def edited(clinic: Clinic, old: str, new: str) -> None:
    """The content changes while people are under way."""
    changes(clinic.folder, "screening.yaml", old, new)
    content, mistakes = read_folder(clinic.folder)
    assert content is not None, mistakes
    clinic.contents.adopt(content, folder_texts(clinic.folder)[0])


def stored(clinic: Clinic) -> list[Intake]:
    return clinic.store.run_now(newest_intakes)


def version_of(clinic: Clinic, intake: Intake, batch: Batch) -> Content:
    return clinic.contents.version(batch, intake.content_version)


def page(clinic: Clinic, case: CaseCode, *, is_lost: bool = False) -> str:
    """What `python -m bot transcript` prints, with contents read anew from the store."""
    contents = Contents(clinic.store, read=lambda texts: None if is_lost else clinic.read(texts))
    contents.newest = clinic.contents.newest

    def of(batch: Batch) -> str:
        record = case_record(batch, case)
        assert record is not None
        assert record.intake is not None
        return case_page(record, contents.version(batch, record.intake.content_version))

    return clinic.store.run_now(of)


async def test_cases_of_several_versions_come_to_what_they_came_to(clinic: Clinic) -> None:
    await clinic.hears(ANA, *FIRST, *SECOND, *LAST)
    await clinic.hears(BEN, *FIRST)  # and finishes on the old version
    edited(clinic, "rate: {functioning: 2}", "rate: {functioning: 0}")
    await clinic.hears(BEN, *SECOND, *LAST)
    await clinic.hears(CAM, *FIRST, *SECOND, *LAST)
    edited(clinic, "What would you like help with most?", "What should we help with most?")
    await clinic.hears(DAN, *BEGIN, "18 to 64", "A plan and intention to do it")
    found = stored(clinic)
    assert len({each.content_version for each in found}) == 3
    assert len(found) == 4
    for intake in found:
        content = clinic.store.run_now(partial(version_of, clinic, intake))
        answers = {
            each.question: each.options for each in intake.answers if each.retracted_at is None
        }
        assert outcome(content.screening, answers) == intake.result
        assert "Run again on the stored answers: the same result." in page(clinic, intake.case)
    rated = [each.result.ratings_known["functioning"] for each in found if each.result is not None]
    assert sorted(rated) == [0, 0, 2, 2]  # the same answers: who had begun kept the old rating


async def test_a_result_that_no_longer_comes_out_is_told(clinic: Clinic) -> None:
    await clinic.hears(ANA, *FIRST, *SECOND, *LAST)
    [intake] = stored(clinic)
    edited(clinic, "rate: {functioning: 2}", "rate: {functioning: 0}")
    newest = clinic.contents.newest.version

    def moved(batch: Batch) -> None:
        """As if the case had been made with the new version."""
        [row] = batch.rows(select(intakes))
        kept = batch.unseal(row.ref, intakes.c.sealed, row.id, row.sealed, Intake)
        changed = replace(kept, content_version=newest)
        sealed = batch.seal(row.ref, intakes.c.sealed, row.id, changed)
        batch.change(update(intakes).values(sealed=sealed))

    clinic.store.run_now(moved)
    assert "RUN AGAIN ON THE STORED ANSWERS, IT COMES OUT OTHERWISE" in page(clinic, intake.case)


async def test_a_version_that_is_lost_is_told(clinic: Clinic) -> None:
    await clinic.hears(ANA, *FIRST, *SECOND, *LAST)
    [intake] = stored(clinic)
    edited(clinic, "What would you like help with most?", "What should we help with most?")
    assert "Not run again: content" in page(clinic, intake.case, is_lost=True)
