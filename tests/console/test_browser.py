"""The console in a real browser: live, by keyboard, small, dark, on paper, and under attack."""

import re

import pytest
from browser import busy, needs_chromium, served, signed_in
from clinic import PASSWORD, Clinic

from bot.console.accounts import Role

pytestmark = needs_chromium

# What axe would look for first, by hand: names, labels, landmarks, ids, contrast comes apart.
AUDIT = """() => {
  const found = [];
  const seen = new Set();
  for (const each of document.querySelectorAll('[id]')) {
    if (seen.has(each.id)) found.push('id twice: ' + each.id);
    seen.add(each.id);
  }
  for (const each of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
    if (!each.labels.length && !each.getAttribute('aria-label')) found.push('no label: ' + each.name);
  }
  for (const each of document.querySelectorAll('a, button, summary')) {
    if (!each.textContent.trim()) found.push('no name: ' + each.outerHTML);
  }
  if (document.querySelectorAll('h1').length !== 1) found.push('not one h1');
  if (document.querySelectorAll('main').length !== 1) found.push('not one main');
  if (!document.documentElement.lang) found.push('no language');
  let last = 1;
  for (const each of document.querySelectorAll('h1, h2, h3')) {
    const level = Number(each.tagName[1]);
    if (level > last + 1) found.push('heading skips: ' + each.textContent);
    last = level;
  }
  const light = (color) => {
    const [r, g, b] = color.map((each) => each / 255)
      .map((each) => each <= .03928 ? each / 12.92 : ((each + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const over = (colors) => {
    canvas.fillStyle = '#fff'; canvas.fillRect(0, 0, 1, 1);
    for (const each of colors) { canvas.fillStyle = each; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  for (const each of document.querySelectorAll('body *')) {
    const own = [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !each.checkVisibility() || each.closest('.hide, .skip')) continue;
    const backs = [];
    for (let up = each; up; up = up.parentElement) backs.unshift(getComputedStyle(up).backgroundColor);
    const back = over(backs), front = over([...backs, getComputedStyle(each).color]);
    const [high, low] = [light(back), light(front)].sort((a, b) => b - a);
    const ratio = (high + .05) / (low + .05);
    if (ratio < 4.5) found.push(`contrast ${ratio.toFixed(2)}: ${each.textContent.trim().slice(0, 40)}`);
  }
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) found.push('wider than the window by ' + wide);
  return found;
}"""


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


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 320)])
async def test_every_page_is_readable_labelled_and_fits(
    clinic: Clinic, scheme: str, width: int
) -> None:
    codes = await busy(clinic)
    ana = await clinic.colleague("Ana", Role.LEAD)
    admin = await clinic.colleague("Root", Role.ADMIN)
    view = {"width": width, "height": 800}
    paths = [
        "/queue",
        *(f"/cases/{codes[name]}" for name in ("iop", "skips", "danger")),
        "/search?q=rosalind",
        "/insight",
        "/account",
        "/confirm",
    ]
    async with served(clinic) as (browser, address):
        for somebody, pages in ((ana, paths), (admin, ["/people", "/log", "/account"])):
            watched = await signed_in(
                browser, address, somebody, color_scheme=scheme, viewport=view
            )
            for path in pages:
                await watched.page.goto(f"{address}{path}")
                assert await watched.page.evaluate(AUDIT) == [], f"{path} {scheme} {width}"
            assert watched.complaints == []


async def test_what_clients_write_runs_nowhere(clinic: Clinic) -> None:
    attack = "<img src=x onerror=\"document.title='x'\"><script>document.title='x'</script>"
    client = clinic.client()
    await client.screens({"past month": "Thought of a way"})
    await client.chats(attack, attack)
    ana = await clinic.colleague("Ana", Role.LEAD)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/note", text=attack)
    async with served(clinic) as (browser, address):
        watched = await signed_in(browser, address, ana)
        for path in (f"/cases/{case}", "/queue", "/search?q=%3Cimg src"):
            await watched.page.goto(f"{address}{path}")
            assert await watched.page.title() != "x"
            assert await watched.page.locator("img").count() == 0
        await watched.page.goto(f"{address}/cases/{case}")
        await client.chats(attack)
        await watched.page.wait_for_timeout(2500)
        assert await watched.page.title() != "x"
        assert watched.complaints == []
