"""A case as PDF."""

import re
import zlib

import pytest
from clinic import Clinic, clinic_in

from bot.console.accounts import Role

pytest.importorskip("fpdf")

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bot.core.content import Content
from bot.exports.paper import printable


@pytest_asyncio.fixture
async def clinic(tmp_path: Path, content: Content) -> AsyncIterator[Clinic]:
    async with clinic_in(tmp_path / "data", content) as opened:
        yield opened


async def test_a_lead_takes_a_case_out_as_pdf_after_a_code(clinic: Clinic) -> None:
    client = clinic.client()
    await client.screens({"past month": "Thought of a way"})
    await client.chats("Rosalind Привет 😀", "555-0142")
    case = await clinic.case_of()
    ana = await clinic.colleague("Ana", Role.LEAD)
    assert (await ana.opens(f"/cases/{case}/pdf")).path == "/confirm"
    page = await ana.posts("/confirm", code=ana.code)
    assert page.headers["content-type"] == "application/pdf"
    assert page.content.startswith(b"%PDF-")
    assert case in page.headers["content-disposition"]
    assert len(re.findall(rb"/Type /Page\n", page.content)) > 1
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", page.content, flags=re.DOTALL)
    assert any(zlib.decompress(each) for each in streams if each[:1] == b"x")


def test_what_the_font_lacks_is_named() -> None:
    assert printable("fine 😀 Привет\u200b") == "fine [grinning face] Привет"
