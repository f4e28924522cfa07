"""Taking cases out, and erasing them: a lead, with a code, on record."""

import pytest
from clinic import Clinic

from bot.console.access_log import newest_rows
from bot.console.accounts import Role


@pytest.mark.parametrize("kind", ["csv", "json", "fhir"])
async def test_a_lead_takes_a_case_out_and_it_is_on_record(clinic: Clinic, kind: str) -> None:
    await clinic.client().screens({"past month": "Thought of a way"})
    lead = await clinic.colleague("Ana", Role.LEAD)
    case = await clinic.case_of()
    assert (await lead.opens("/queue")).status == 200
    assert (await lead.opens(f"/cases/{case}/export")).path == "/confirm"
    await lead.confirms(f"/cases/{case}/export")
    page = await lead.posts(f"/cases/{case}/export", kind=kind)
    assert page.status == 200
    assert "attachment" in page.headers["content-disposition"]
    assert "42 CFR part 2" in page.html
    assert case in page.html
    rows = await clinic.desk.store.run(newest_rows)
    assert ("export!", case) in [(row.action, row.case) for row in rows]


async def test_a_set_of_cases_comes_in_one_file(clinic: Clinic) -> None:
    for number in (1, 2):
        await clinic.client(f"telegram:{number}").screens()
    lead = await clinic.colleague("Ana", Role.LEAD)
    await lead.opens("/queue")
    await lead.confirms("/export")
    form = {"kind": "csv", "from": "2026-03-01", "to": "2026-03-03"}
    page = await lead.posts("/export", form)
    for number in (1, 2):
        assert await clinic.case_of(f"telegram:{number}") in page.html
    await lead.opens("/export")
    page = await lead.posts("/export", form | {"to": "2026-03-01"})
    assert await clinic.case_of("telegram:1") not in page.html


async def test_erasing_asks_for_a_code_and_the_name_of_the_case(clinic: Clinic) -> None:
    await clinic.client().screens({"past month": "Thought of a way"})
    lead = await clinic.colleague("Ana", Role.LEAD)
    case = await clinic.case_of()
    await lead.opens("/queue")
    await lead.confirms(f"/cases/{case}/export")
    page = await lead.posts(f"/cases/{case}/erase", case="WRONG")
    assert page.status == 422
    await lead.opens(f"/cases/{case}/export")
    await lead.posts(f"/cases/{case}/erase", case=case.lower())
    await clinic.desk.ticks()
    assert case not in (await lead.opens("/queue")).text
    assert (await lead.opens(f"/cases/{case}")).status == 404
