"""A code once more, before what leaves the house or cannot be undone; nothing posted is lost."""

from clinic import PASSWORD, Clinic

from bot.console.accounts import Role, all_accounts


async def test_a_form_sent_too_late_goes_on_with_the_code(clinic: Clinic) -> None:
    admin = await clinic.colleague("Root", Role.ADMIN)
    await admin.confirms("/people/invite")
    clinic.clock.passes(minutes=6)
    page = await admin.posts("/people/invite", name="Ben <b>", login="ben", role="lead")
    assert "not done yet" in page.text
    page = await admin.posts("/confirm", code="000000")
    assert "did not work" in page.text
    page = await admin.posts("/confirm", code=admin.code)
    assert "The link for Ben <b>" in page.text
    people = await clinic.desk.store.run(all_accounts)
    assert [each.kept.name for each in people] == ["Root", "Ben <b>"]


async def test_erasing_goes_on_with_the_code_and_not_now_leads_back(clinic: Clinic) -> None:
    await clinic.client().screens({"past month": "Thought of a way"})
    lead = await clinic.colleague("Ana", Role.LEAD)
    case = await clinic.case_of()
    await lead.opens("/queue")
    await lead.confirms(f"/cases/{case}/export")
    clinic.clock.passes(minutes=6)
    page = await lead.posts(f"/cases/{case}/erase", case=case)
    assert f'href="/cases/{case}/export">Not now' in page.html
    assert (await lead.opens(f"/cases/{case}")).status == 200
    lead.last = page
    page = await lead.posts("/confirm", code=lead.code)
    assert "The record is being erased" in page.text
    await clinic.desk.ticks()
    assert (await lead.opens(f"/cases/{case}")).status == 404


async def test_a_file_comes_with_the_code(clinic: Clinic) -> None:
    await clinic.client().screens({"past month": "Thought of a way"})
    lead = await clinic.colleague("Ana", Role.LEAD)
    case = await clinic.case_of()
    await lead.opens("/queue")
    await lead.confirms(f"/cases/{case}/export")
    clinic.clock.passes(minutes=6)
    await lead.posts(f"/cases/{case}/export", kind="csv")
    page = await lead.posts("/confirm", code=lead.code)
    assert "attachment" in page.headers["content-disposition"]


async def test_the_address_of_a_form_alone_leads_to_the_form(clinic: Clinic) -> None:
    await clinic.client().screens({"past month": "Thought of a way"})
    lead = await clinic.colleague("Ana", Role.LEAD)
    case = await clinic.case_of()
    await lead.opens("/queue")
    page = await lead.confirms(f"/cases/{case}/erase")
    assert page.path == f"/cases/{case}/export"
    assert page.status == 200


async def test_what_was_sent_too_late_is_kept_until_somebody_has_signed_in(clinic: Clinic) -> None:
    client = clinic.client()
    await client.screens({"past month": "Thought of a way"})
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    await ana.opens("/queue")
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/take-over")
    clinic.clock.passes(minutes=20)
    page = await ana.posts(f"/cases/{case}/reply", text='A long & "careful" answer <3')
    assert page.status == 401
    assert "kept on this page" in page.text
    form = {"login": "ana", "password": PASSWORD, "code": "000000"}
    page = await ana.posts("/sign-in", form)
    assert "did not work" in page.text
    page = await ana.posts("/sign-in", form | {"code": ana.code})
    assert 'A long & "careful" answer <3' in page.text
    assert "careful" not in client.shown[-1], "nothing is sent by signing in"
    page = await ana.posts(f"/cases/{case}/reply")
    assert "on its way" in page.text
    assert 'A long & "careful" answer <3' in client.shown[-1]


async def test_a_page_asks_how_long_the_session_lasts_and_can_keep_it(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    await ana.opens("/queue")
    live = {"X-Live": "1"}
    clinic.clock.passes(minutes=13)
    assert (await ana.http.get("/account/left", headers=live)).text == "120"
    clinic.clock.passes(minutes=1)
    assert (await ana.http.get("/account/left", headers=live)).text == "60"
    assert (await ana.http.get("/account/stay", headers=live)).text == "900"
    clinic.clock.passes(minutes=14)
    assert (await ana.http.get("/account/left", headers=live)).text == "60"
    clinic.clock.passes(minutes=2)
    assert (await ana.http.get("/account/left", headers=live)).status_code == 401
