"""From a question in the chat to a phrasing in the FAQ, in the console."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from clinic import Clinic, Colleague, Page, clinic_in

from bot.console.accounts import Role
from bot.core.content import Content

ROOT = Path(__file__).resolve().parents[2]
POOL = "do you have a swimming pool"


@pytest_asyncio.fixture
async def clinic(tmp_path: Path, content: Content) -> AsyncIterator[Clinic]:
    shutil.copytree(ROOT / "content", tmp_path / "content")
    async with clinic_in(tmp_path / "data", content, content_dir=tmp_path / "content") as opened:
        yield opened


async def cluster(somebody: Colleague) -> str:
    page = await somebody.opens("/unanswered")
    return page.html.split('href="/unanswered/')[1].split('"')[0]


async def test_like_questions_stand_together_and_a_viewer_only_reads(clinic: Clinic) -> None:
    ben = await clinic.colleague("Ben", Role.VIEWER)
    assert "has found an answer" in (await ben.opens("/unanswered")).text
    await clinic.client("telegram:1").chats(POOL)
    await clinic.client("telegram:2").chats("is there a swimming pool there")
    page = await ben.opens("/unanswered")
    assert POOL in page.text
    assert "2 times" in page.text
    assert "Add as phrasing" not in page.text


async def test_what_a_phrasing_would_do_is_shown_before_it_is_written(
    clinic: Clinic, tmp_path: Path
) -> None:
    for number, asked in enumerate((POOL, "is there a swimming pool there"), start=1):
        await clinic.client(f"telegram:{number}").chats(asked)
    ana = await clinic.colleague("Ana", Role.LEAD)
    path = f"/unanswered/{await cluster(ana)}"
    faq = tmp_path / "content" / "faq.yaml"
    before = faq.read_text(encoding="utf-8")
    await ana.opens(path)
    form = {"topic": "why-us", "phrasing": "is there a swimming pool"}
    page: Page = await ana.posts(path, form)
    assert "2 of the last 2" in page.text, page.text
    assert "0 of the last 0" in page.text
    assert faq.read_text(encoding="utf-8") == before, "nothing is written by trying"
    base = page.html.split('name="base" value="')[1].split('"')[0]
    page = await ana.posts(path, form, does="save", base=base)
    assert "Written into the FAQ" in page.text, page.text
    after = faq.read_text(encoding="utf-8")
    assert after.replace('      - "is there a swimming pool"\n', "") == before


async def test_a_phrasing_that_spoils_the_content_is_not_written(
    clinic: Clinic, tmp_path: Path
) -> None:
    await clinic.client().chats(POOL)
    ana = await clinic.colleague("Ana", Role.LEAD)
    path = f"/unanswered/{await cluster(ana)}"
    faq = tmp_path / "content" / "faq.yaml"
    before = faq.read_text(encoding="utf-8")
    known = str(clinic.console.house.contents.newest.faq.topics[1].phrasings[0])
    first = str(clinic.console.house.contents.newest.faq.topics[0].id)
    await ana.opens(path)
    page = await ana.posts(path, topic=first, phrasing=known, does="save", base="x")
    assert "can’t be written" in page.text, page.text
    assert faq.read_text(encoding="utf-8") == before
    await ana.opens(path)
    assert (await ana.posts(path, topic="no-such", phrasing="x")).status == 422
