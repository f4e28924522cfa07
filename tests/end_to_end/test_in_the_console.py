"""The whole program: a client's phone on one side, a colleague's browser on the other."""

import asyncio
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pyotp
from browser import needs_chromium, watched_browser
from clinic import PASSWORD
from playwright.async_api import Page

from bot.rehearsal.bot_process import BotProcess
from bot.rehearsal.people import Person
from bot.rehearsal.telegram_server import TelegramServer
from bot.rehearsal.trial import seasoned

pytestmark = needs_chromium
PICKS = {"How old": "18 to 64", "past month, which": "Thought of a way"}


async def screens(client: Person) -> None:
    """Answer everything, as a person with a phone does."""
    await client.write("/screening")
    await client.expects("Is it OK to start?")
    await client.press("Yes, start")
    for number in range(1, 40):
        asked = re.compile(rf"\W*(Question {number} of|Please look)")
        is_shown = client.world.until(lambda p=asked: any(map(p.match, open_texts(client))), 15)  # type: ignore[misc]  # (a lambda's default has no type)
        assert await is_shown, client.picture()
        text = open_texts(client)[-1]
        if "Please look" in text:
            await client.press("Looks right")
            return
        first = client.screen()[-1].rows[0][0]["text"]
        await client.press(next((pick for words, pick in PICKS.items() if words in text), first))
        if "Pick all" in text:
            await client.world.until(lambda: "✓" in str(client.buttons()), 15)
            await client.press("Done")
    raise AssertionError(client.picture())


def open_texts(client: Person) -> list[str]:
    """The messages that can be answered by a button."""
    return [each.text for each in client.screen() if each.is_from_bot and each.rows]


def code(key: str, later: int = 0) -> str:
    """What an authenticator app shows, now or in half a minute: each code works once."""
    now = int(datetime.now(UTC).timestamp())  # noqa: TID251 (the program in the test has the real clock, too)
    return pyotp.TOTP(key).at(now + 30 * later)


async def joins(page: Page, link: str) -> str:
    """Make the account; the key of the authenticator app."""
    await page.goto(link)
    await page.get_by_text("I can’t scan it").click()
    key = (await page.locator("details code").inner_text()).replace(" ", "")
    await page.get_by_label("Code that your phone shows").fill(code(key))
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_label("The same again").fill(PASSWORD)
    await page.get_by_role("button", name="Make my account").click()
    return key


async def test_from_the_phone_to_the_decision_and_the_export(tmp_path: Path) -> None:
    async with (
        TelegramServer() as server,
        BotProcess(server, seasoned(tmp_path)) as bot,
        watched_browser() as (browser, complaints),
    ):
        link = re.search(r"make the first account here: (\S+)", bot.output)
        assert link, bot.output
        address = link[1].partition("/join")[0]
        admin = await (await browser.new_context()).new_page()
        key = await joins(admin, link[1])
        await admin.get_by_role("link", name="Invite somebody").click()
        await admin.get_by_label("Code from your phone").fill(code(key, later=1))
        await admin.get_by_role("button", name="Go on").click()
        await admin.get_by_label("First name").fill("Ana")
        await admin.get_by_label("Name to sign in with").fill("ana")
        await admin.locator('input[value="lead"]').check()
        await admin.get_by_role("button", name="Make the link").click()
        page = await (await browser.new_context(accept_downloads=True)).new_page()
        key = await joins(page, await admin.locator("code.link").inner_text())

        await page.get_by_text("Nobody waits here").wait_for()
        await page.evaluate("window.same = true")
        client = server.person(7788001, "Rosalind")
        await screens(client)
        case = page.locator(".case .code a").first
        await case.wait_for(timeout=15_000)
        assert await page.evaluate("window.same"), "the page was not loaded again"
        name = await case.inner_text()
        await case.click()
        await page.get_by_role("heading", name=f"Case {name}").wait_for()
        await page.get_by_text("Decide otherwise").click()
        await page.get_by_label("Setting", exact=True).select_option("outpatient")
        await page.get_by_label("Reason", exact=True).select_option("more-known")
        await page.get_by_label("In your words").fill("Spoke on the phone.")
        await page.get_by_role("button", name="Decide", exact=True).click()
        await page.get_by_text("The decision is on record").wait_for()
        await page.get_by_role("button", name="Take over").click()
        await client.expects("Ana from our team is here")
        await page.get_by_label("Message to the client").fill("Is 3 pm good?")
        await page.get_by_role("button", name="Send to the client").click()
        await client.expects("Is 3 pm good?")
        await client.write("yes, 3 pm")
        await page.get_by_text("yes, 3 pm").wait_for(timeout=15_000)
        paper = await page.pdf()
        assert paper.startswith(b"%PDF")
        await page.goto(f"{address}/cases/{name}/export")
        await page.get_by_label("Code from your phone").fill(code(key, later=1))
        await page.get_by_role("button", name="Go on").click()
        async with page.expect_download() as download:
            await page.get_by_role("button", name="JSON").click()
        await (await download.value).save_as(tmp_path / "case.json")
        told = json.loads(await asyncio.to_thread((tmp_path / "case.json").read_text))
        assert name in json.dumps(told)
        assert complaints == []
        assert await bot.stop() == 0
