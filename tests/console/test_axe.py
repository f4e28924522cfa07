"""Every page of the console as axe sees it, for every role: light, dark, zoomed and on a phone.

The pages come from the table of pages, so that a new one is looked at too. axe is told nothing to
leave out; what it cannot see (a page wider than its window) is looked for beside it.
"""

from pathlib import Path

import axe_playwright_python
import pytest
from browser import busy, needs_chromium, served, signed_in
from clinic import PASSWORD, Clinic, Colleague
from playwright.async_api import Browser, Page

from bot.console.account_pages import first_link
from bot.console.accounts import Role, invite
from bot.console.app import PAGES

pytestmark = needs_chromium

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
ALL = """async () => {
  const found = await axe.run(document, {rules: {'target-size': {enabled: true}}});
  const said = found.violations.flatMap((rule) => rule.nodes.map(
    (node) => `${rule.id} ${node.target}: ${node.failureSummary} ${node.html.slice(0, 200)}`));
  const wide = document.documentElement.scrollWidth - innerWidth;
  return wide > 0 ? [...said, `wider than the window by ${wide}`] : said;
}"""
ZOOMED = 640  # CSS pixels of a window of 1280 at 200 % zoom
LOOKS = [("light", 1280), ("dark", 1280), ("light", 320), ("dark", ZOOMED)]
NO_PAGES = {"home", "live", "left", "stay", "insight-csv", "pdf", "sign-in", "join"}


class Eyes:
    """Somebody who opens pages in a browser of one look, and what axe says of them."""

    def __init__(self, browser: Browser, address: str, scheme: str, width: int) -> None:
        self.browser = browser
        self.address = address
        self.look: dict[str, object] = {
            "color_scheme": scheme,
            "viewport": {"width": width, "height": 400 if width == ZOOMED else 800},
            "device_scale_factor": 2 if width == ZOOMED else 1,
            "bypass_csp": True,  # axe is not one of our scripts
        }
        self.found: list[str] = []

    async def of(self, somebody: Colleague) -> Page:
        """Their browser, signed in."""
        return (await signed_in(self.browser, self.address, somebody, **self.look)).page

    async def opens(self, page: Page, *paths: str) -> None:
        """Look at each of these pages."""
        for path in paths:
            await page.goto(f"{self.address}{path}")
            await self.looks(page, path)

    async def looks(self, page: Page, name: str) -> None:
        """Look at the page that is open."""
        await page.evaluate(AXE)
        self.found += [f"{name} {each}" for each in await page.evaluate(ALL)]

    async def confirms(self, page: Page, path: str, somebody: Colleague) -> None:
        """Give the code that a page asks for; the question is looked at too."""
        await self.opens(page, path)
        await page.get_by_label("Code").fill(somebody.code)
        await page.get_by_role("button", name="Go on").click()
        await page.wait_for_url(f"**{path}")


def paths_for(role: Role, code: str, cluster: str) -> list[str]:
    """Every page that the role may open."""
    return [
        page.path.format(case=code, person=2, cluster=cluster)
        for page in PAGES
        if role in page.roles and page.name not in NO_PAGES and "GET" in page.methods
    ]


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
async def test_axe_finds_nothing_on_any_page(clinic: Clinic, scheme: str, width: int) -> None:
    link = await clinic.desk.store.run(first_link)
    _, secret = await clinic.desk.store.run(lambda one: invite(one, "New", "new", Role.VIEWER))
    codes = await busy(clinic)
    await clinic.client("telegram:77").chats("do you have a swimming pool")
    ana = await clinic.colleague("Ana", Role.LEAD)
    ben = await clinic.colleague("Ben", Role.REVIEWER)
    vera = await clinic.colleague("Vera", Role.VIEWER)
    root = await clinic.colleague("Root", Role.ADMIN)
    cluster = (await ana.opens("/unanswered")).html.split('href="/unanswered/')[1].split('"')[0]
    written, danger = f"/cases/{codes['iop']}", f"/cases/{codes['danger']}"
    for case in (written, danger):
        await ana.opens(case)
        await ana.posts(f"{case}/take-over")
        await ana.posts(f"{case}/reply", text="Is 3 pm good?")
        await ana.posts(f"{case}/note", text="Called at 11.")
        form = {"decision": "override", "level": "info", "reason": "wish", "text": "x"}
        await ana.posts(f"{case}/decide", form)
    async with served(clinic) as (browser, address):
        eyes = Eyes(browser, address, scheme, width)
        stranger = await browser.new_page(**eyes.look)  # type: ignore[arg-type]  # (as above)
        await eyes.opens(stranger, link or "", f"/join/{secret}", "/join/no-such-link")
        await eyes.opens(stranger, "/no-such-page", "/sign-in?next=/queue")
        await _signs_in_wrongly(stranger)
        await eyes.looks(stranger, "wrong sign-in")
        page = await eyes.of(ana)
        await eyes.confirms(page, "/export", ana)
        await eyes.opens(page, *paths_for(Role.LEAD, codes["iop"], cluster))
        await eyes.opens(page, *(f"/cases/{codes[name]}" for name in ("skips", "danger", "loved")))
        await eyes.opens(page, "/queue?view=mine&flag=minor&setting=iop", "/queue?view=closed")
        await eyes.opens(page, "/search?q=rosalind", "/search?q=nobody", "/cases/XXXX-XXX")
        await eyes.opens(page, written)
        await page.evaluate("document.querySelectorAll('details').forEach((e) => e.open = true)")
        await eyes.looks(page, "case, all opened")
        await eyes.opens(await eyes.of(ben), written, danger, "/account")
        await eyes.opens(
            await eyes.of(vera),
            *paths_for(Role.VIEWER, codes["iop"], cluster),
            "/export",
        )
        page = await eyes.of(root)
        await eyes.confirms(page, "/people/invite", root)
        await eyes.opens(page, *paths_for(Role.ADMIN, codes["iop"], cluster))
    assert eyes.found == []


async def test_axe_finds_nothing_where_nobody_waits(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.LEAD)
    async with served(clinic) as (browser, address):
        eyes = Eyes(browser, address, "light", 1280)
        await eyes.opens(await eyes.of(ana), "/queue", "/insight", "/unanswered", "/search")
    assert eyes.found == []


async def _signs_in_wrongly(page: Page) -> None:
    await page.get_by_label("Name").fill("ana")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_label("Code").fill("000000")
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("alert").wait_for()
