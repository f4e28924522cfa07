"""The console in a real browser: live, by keyboard, on paper, and under attack."""

import re
from urllib.parse import quote

from browser import busy, needs_chromium, served, signed_in
from clinic import PASSWORD, Clinic

from bot.console.accounts import Role

pytestmark = needs_chromium


async def test_a_new_case_appears_without_a_reload_and_is_answered(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.LEAD)
    async with served(clinic) as (browser, address):
        watched = await signed_in(browser, address, ana)
        page = watched.page
        await page.get_by_text("Nobody waits here").wait_for()
        await page.evaluate("window.same = true")
        client = clinic.client()
        await client.screens({"past month": "Thought of a way"})
        case = await clinic.case_of()
        await page.get_by_role("link", name=case).wait_for(timeout=8000)
        assert await page.evaluate("window.same"), "the page was not loaded again"
        await page.get_by_role("link", name=case).click()
        await page.get_by_role("button", name="Take over").click()
        await page.get_by_label("Message to the client").fill("Is 3 pm good?")
        await page.get_by_role("button", name="Send to the client").click()
        await page.get_by_text("Your message is on its way").wait_for()
        assert "Is 3 pm good?" in client.shown[-1]
        await client.chats("yes, 3 pm")
        await page.get_by_text("yes, 3 pm").wait_for(timeout=8000)
        assert len(await page.pdf()) > 10_000
        assert watched.complaints == []


async def test_the_whole_way_works_without_script(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.LEAD)
    client = clinic.client()
    await client.screens({"past month": "Thought of a way"})
    async with served(clinic) as (browser, address):
        watched = await signed_in(browser, address, ana, java_script_enabled=False)
        page = watched.page
        await page.get_by_role("link", name=await clinic.case_of()).click()
        await page.get_by_role("button", name="Take over").click()
        await page.get_by_text("Ready-made replies").click()
        await page.get_by_role("button", name="Send this : Hello").click()
        await page.get_by_text("Your message is on its way").wait_for()
        assert "this is Ana from the team" in client.shown[-1]


async def test_a_page_warns_before_the_session_ends_and_keeps_what_was_written(
    clinic: Clinic,
) -> None:
    ana = await clinic.colleague("Ana", Role.LEAD)
    await clinic.client().screens({"past month": "Thought of a way"})
    case = await clinic.case_of()
    looks = "document.dispatchEvent(new Event('visibilitychange'))"
    async with served(clinic) as (browser, address):
        watched = await signed_in(browser, address, ana)
        page = watched.page
        await page.goto(f"{address}/cases/{case}")
        note = page.get_by_label("New private note")
        await note.fill("ten minutes of writing")
        clinic.clock.passes(minutes=13, seconds=30)
        await page.evaluate(looks)
        await page.get_by_role("button", name="Stay signed in").click()
        await page.get_by_text("signed out within").wait_for(state="detached")
        clinic.clock.passes(minutes=16)
        await page.evaluate(looks)
        await page.get_by_text("What you were writing is kept").wait_for()
        assert not await note.is_visible(), "nobody who passes by can read it"
        async with page.context.expect_page() as opened:
            await page.get_by_role("link", name="Sign in again").click()
        tab = await opened.value
        await tab.get_by_label("Name").fill(ana.login)
        await tab.get_by_label("Password").fill(PASSWORD)
        await tab.get_by_label("Code").fill(ana.code)
        await tab.get_by_role("button", name="Sign in").click()
        await tab.wait_for_url("**/queue")
        await page.get_by_role("button", name="I have signed in again").click()
        await page.get_by_role("button", name="Keep").click()
        await page.get_by_text("The note is kept").wait_for()
        assert await page.get_by_text("ten minutes of writing").count()
        clinic.clock.passes(minutes=16)
        await page.evaluate(looks)
        await page.wait_for_url(re.compile(r"/sign-in\?next="))


async def test_by_keyboard_alone(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.LEAD)
    await clinic.client().screens({"past month": "Thought of a way"})
    case = await clinic.case_of()
    async with served(clinic) as (browser, address):
        page = (await signed_in(browser, address, ana)).page
        await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/cases/{case}")
        await page.keyboard.press("n")
        await page.keyboard.type("kept by keys")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.get_by_text("The note is kept").wait_for()
        await page.keyboard.press("q")
        await page.wait_for_url("**/queue")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.textContent") == "Skip to the content"


async def test_a_seventh_tab_opens_as_the_first_did_and_all_are_told(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    async with served(clinic) as (browser, address):
        first = (await signed_in(browser, address, ana)).page
        tabs = [first]
        for _ in range(8):
            tabs.append(await first.context.new_page())
            await tabs[-1].goto(f"{address}/queue", timeout=5000)
        await clinic.client().screens({"past month": "Thought of a way"})
        case = await clinic.case_of()
        for tab in tabs:
            await tab.locator(f'[data-case="{case}"]').wait_for(state="attached", timeout=8000)
        await first.close()  # whoever listened for the others
        await clinic.client("telegram:2").screens({"past month": "Thought of a way"})
        other = await clinic.case_of("telegram:2")
        await tabs[-1].locator(f'[data-case="{other}"]').wait_for(state="attached", timeout=8000)


async def test_news_is_spoken_and_what_was_opened_stays_open(clinic: Clinic) -> None:
    client = clinic.client()
    await client.screens({"past month": "Thought of a way"})
    case = await clinic.case_of()
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/take-over")
    async with served(clinic) as (browser, address):
        page = (await signed_in(browser, address, ana)).page
        await page.goto(f"{address}/cases/{case}")
        await page.locator(".run summary").first.click()
        await page.get_by_label("Message to the client").fill("half a sen")
        await client.chats("are you there?")
        await page.get_by_text("The client has written.").wait_for(state="attached", timeout=8000)
        assert await page.locator(".run details[open]").count() == 1
        assert await page.get_by_label("Message to the client").input_value() == "half a sen"


async def test_a_case_leads_back_to_the_view_and_on_to_the_next(clinic: Clinic) -> None:
    for number in (1, 2, 3):
        await clinic.client(f"telegram:{number}").screens()
        clinic.clock.passes(hours=1)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    async with served(clinic) as (browser, address):
        page = (await signed_in(browser, address, ana)).page
        await page.goto(f"{address}/queue?view=unassigned")
        await page.get_by_role("link", name=await clinic.case_of("telegram:2")).click()
        await page.wait_for_url(f"**/cases/{await clinic.case_of('telegram:2')}")
        await page.keyboard.press("j")
        await page.wait_for_url(f"**/cases/{await clinic.case_of('telegram:3')}")
        await page.get_by_role("link", name="Previous case").click()
        await page.wait_for_url(f"**/cases/{await clinic.case_of('telegram:2')}")
        await page.locator("[data-back]").click()
        await page.wait_for_url("**/queue?view=unassigned")


async def test_paper_has_the_date_the_case_and_who_printed_it(clinic: Clinic) -> None:
    await clinic.client().screens({"past month": "Thought of a way"})
    case = await clinic.case_of()
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    async with served(clinic) as (browser, address):
        page = (await signed_in(browser, address, ana)).page
        await page.goto(f"{address}/cases/{case}")
        await page.emulate_media(media="print")
        text = await page.locator("main").inner_text()
        assert f"Case {case}" in text
        assert "Printed by Ana, 2 Mar 2026" in text
        assert re.search(r"Came\s+2 Mar 2026, \d\d:\d\d", text), text[:400]
        assert "[For me]" in text, "what is folded away on the screen is printed"
        assert text.count("42 CFR part 2") == 1
        assert await page.locator(".scroller").evaluate("e => e.scrollHeight <= e.clientHeight")


ATTACK = "<img src=x onerror=\"document.title='x'\"><script>document.title='x'</script>"


async def test_what_clients_and_staff_write_runs_nowhere(clinic: Clinic) -> None:
    client = clinic.client()
    await client.chats(f"/start {ATTACK}")
    await client.screens({"past month": "Thought of a way"})
    await client.chats(ATTACK, ATTACK, f"do you have a swimming pool {ATTACK}")
    ana = await clinic.colleague("Ana", Role.LEAD)
    admin = await clinic.colleague("Root", Role.ADMIN)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/note", text=ATTACK)
    await ana.opens(f"/cases/{case}")
    form = {"decision": "override", "level": "info", "reason": "wish", "text": ATTACK}
    await ana.posts(f"/cases/{case}/decide", form)
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/take-over")
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/reply", text=ATTACK)
    await admin.confirms("/people/invite")
    await admin.posts("/people/invite", name=ATTACK[:40], login=ATTACK[:40], role="lead")
    said = quote(ATTACK[:60])
    paths = [
        f"/cases/{case}",
        "/queue",
        f"/queue?flag={said}&after={said}&state={said}",
        f"/search?q={said}&from={said}",
        "/insight",
        "/unanswered",
        f"/sign-in?next={said}",
        f"/confirm?next={said}",
        f"/{said}",
    ]
    async with served(clinic) as (browser, address):
        for somebody, pages in ((ana, paths), (admin, ["/people", f"/log?case={said}"])):
            watched = await signed_in(browser, address, somebody)
            for path in pages:
                await watched.page.goto(f"{address}{path}")
                assert await watched.page.title() != "x", path
                assert await watched.page.locator("img").count() == 0, path
            assert [each for each in watched.complaints if "status of 4" not in each] == []
            if somebody is ana:
                await watched.page.goto(f"{address}/cases/{case}")
                await client.chats(ATTACK)
                await watched.page.get_by_text("The client has written.").wait_for(
                    state="attached", timeout=8000
                )
                assert await watched.page.title() != "x"


READ = """() => {
  const words = (part) => document.querySelector(part)?.innerText.trim().split(/\\s+/).length ?? 0;
  const asked = [...document.querySelectorAll('.answers .q')].map((each) => each.innerText).join(' ');
  const parts = ['.chips', '.case-head .facts', '.flag-list', '.first .user', '.setting'];
  return {
    all: words('.case-head') + words('.reading'),
    asked: asked.split(/\\s+/).length,
    lowest: Math.max(...[...parts, '[aria-labelledby=suggested] ul'].map(
      (part) => document.querySelector(part).getBoundingClientRect().bottom)),
    lowestOnPhone: Math.max(...parts.map(
      (part) => document.querySelector(part).getBoundingClientRect().bottom)),
  };
}"""


async def test_a_case_is_read_in_ninety_seconds_and_begins_with_what_matters(
    clinic: Clinic,
) -> None:
    codes = await busy(clinic)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    async with served(clinic) as (browser, address):
        page = (
            await signed_in(browser, address, ana, viewport={"width": 1280, "height": 800})
        ).page
        await page.goto(f"{address}/cases/{codes['iop']}")
        read = await page.evaluate(READ)
        assert read["lowest"] <= 800, "urgency, flags, contact, setting and reasons at one look"
        # at 200 words a minute; the questions are always the same ones, and their answers stand out
        assert read["all"] - read["asked"] <= 300
        await page.set_viewport_size({"width": 390, "height": 844})
        assert (await page.evaluate(READ))["lowestOnPhone"] <= 844
        await page.goto(f"{address}/cases/{codes['danger']}")
        danger = page.locator("section[aria-labelledby=danger]")
        assert "kill myself tonight" in await danger.inner_text()
        box = await danger.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 844
