"""Taking cases out, and erasing them: a lead, with a code, on record."""

import json

import pytest
from clinic import Clinic

from bot.console.access_log import newest_rows
from bot.console.accounts import Role
from bot.console.case_files import case_files
from bot.console.cases import case_row


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


async def test_json_holds_the_chat_and_what_staff_made_of_a_case(clinic: Clinic) -> None:
    await clinic.client().chats("/screening", "[Yes, start]", "can i bring my dog?", "/cancel")
    await clinic.client().screens({"past month": "Thought of a way"})
    lead = await clinic.colleague("Ana", Role.LEAD)
    case = await clinic.case_of()
    await lead.opens("/queue")
    page = await lead.opens(f"/cases/{case}")
    at = f"/cases/{case}"
    await lead.posts_again(page, f"{at}/note", text="called, no answer")
    reason = clinic.console.house.contents.newest.console.override_reasons[0].id
    form = {"decision": "override", "level": "info", "reason": reason, "text": "knows him"}
    await lead.posts_again(page, f"{at}/decide", **form)
    await lead.posts_again(page, f"{at}/assign", assignee="1")
    await lead.posts_again(page, f"{at}/status", state="scheduled", follow_up="2026-03-09")
    await lead.confirms(f"{at}/export")
    [kept] = json.loads((await lead.posts(f"{at}/export", kind="json")).html)["cases"]
    assert [each["text"] for each in kept["notes"]] == ["called, no answer"]
    said = [(each["who"], each["text"]) for each in kept["chat"]]
    assert ("client", "can i bring my dog?") in said
    [aside] = [each for each in kept["chat"] if each["text"] == "can i bring my dog?"]
    assert aside["aside"]
    assert "asking for" in aside["question"]
    assert [each["text"] for each in kept["decisions"]] == ["knows him"]
    assert (kept["state"], kept["assignee"], kept["follow_up"]) == (
        "scheduled",
        "Ana",
        "2026-03-09",
    )


async def flags_of(clinic: Clinic, code: str) -> tuple[str, ...]:
    [found] = await clinic.desk.store.run(lambda batch: case_files(batch, [code]))
    assert found.intake.result is not None
    return tuple(found.intake.result.flags)


async def test_a_filtered_set_holds_what_was_chosen_and_says_so_in_the_log(
    clinic: Clinic,
) -> None:
    calm, worse = {"low mood": "Some days"}, {"past month": "Thought of a way"}
    await clinic.client("telegram:1").screens(calm)
    await clinic.client("telegram:2").screens(worse)
    await clinic.client("telegram:3").screens(worse | {"Who are": "someone I care about"})
    codes = [await clinic.case_of(f"telegram:{number}") for number in (1, 2, 3)]
    lead = await clinic.colleague("Ana", Role.LEAD)
    await lead.opens("/queue")
    page = await lead.confirms("/export?perspective=self")
    assert '<option value="self" selected>' in page.html
    days = {"from": "2026-03-01", "to": "2026-03-03"}

    async def exported(kind: str, **chosen: str) -> list[bool]:
        answer = await lead.posts_again(page, "/export", kind=kind, **days, **chosen)
        assert answer.status == 200, answer.text
        return [code in answer.html for code in codes]

    assert await exported("csv") == [True, True, True]
    assert await exported("json", perspective="self") == [True, True, False]
    assert await exported("fhir", perspective="loved-one") == [False, False, True]
    assert await exported("fhir") == [True, True, True]
    row = await clinic.desk.store.run(lambda batch: case_row(batch, codes[0]))
    assert row is not None
    assert (await exported("csv", urgency=row.urgency))[0]
    assert not any(await exported("csv", state="closed"))
    assert not any(await exported("csv", view="closed"))
    await lead.opens(f"/cases/{codes[1]}")
    await lead.posts(f"/cases/{codes[1]}/assign", assignee="1")
    assert await exported("csv", view="mine") == [False, True, False]
    assert await exported("json", colleague="1") == [False, True, False]
    assert await exported("csv", view="unassigned") == [True, False, True]
    [flag] = await flags_of(clinic, codes[1])
    assert await exported("csv", flag=flag) == [False, True, True]
    queue = await lead.opens(f"/queue?view=mine&flag={flag}")
    assert f'href="/export?view=mine&amp;flag={flag}"' in queue.html
    for wrong in ({"urgency": "soon"}, {"from": "0001-01-01"}, {"to": "9999-12-31"}):
        answer = await lead.posts_again(page, "/export", kind="csv", **(days | wrong))
        assert answer.status == 422, wrong
    log = await clinic.desk.store.run(newest_rows)
    details = [row.detail for row in log if row.action == "export-set!"]
    assert "json, 2026-03-01 to 2026-03-03, 2 cases self" in details


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
