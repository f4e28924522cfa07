"""Debian's Chromium on a console that is really served; skipped where there is none."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from clinic import PASSWORD, Clinic, Colleague
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from bot.console.accounts import Role
from bot.console.app import serve

CHROMIUM = Path("/usr/bin/chromium")
needs_chromium = pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"no {CHROMIUM}: apt-get install chromium"
)
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


@asynccontextmanager
async def served(clinic: Clinic) -> AsyncIterator[tuple[Browser, str]]:
    """The console at an address, and a browser."""
    address, stop = free_address(), asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(serve(clinic.console, address, stop))
        async with async_playwright() as play:
            browser = await play.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
            try:
                yield browser, f"http://{address}"
            finally:
                await browser.close()
                stop.set()


@asynccontextmanager
async def watched_browser() -> AsyncIterator[tuple[Browser, list[str]]]:
    """A browser, and what its pages complain of."""
    complaints: list[str] = []

    def watch(context: BrowserContext) -> None:
        context.on(
            "console",
            lambda said: complaints.append(said.text) if said.type == "error" else None,
        )
        context.on("weberror", lambda error: complaints.append(str(error.error)))

    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        browser.on("context", watch)
        try:
            yield browser, complaints
        finally:
            await browser.close()


class Watched:
    """A page whose every complaint is kept."""

    def __init__(self, page: Page, complaints: list[str]) -> None:
        self.page = page
        self.complaints = complaints


async def signed_in(
    browser: Browser, address: str, somebody: Colleague, **options: object
) -> Watched:
    """A browser in which that colleague has signed in, as they would."""
    context: BrowserContext = await browser.new_context(**options)  # type: ignore[arg-type]  # (whatever a test varies)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: None if request.url.startswith(address) else complaints.append(request.url),
    )
    await page.goto(f"{address}/sign-in")
    await page.get_by_label("Name").fill(somebody.login)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_label("Code").fill(somebody.code)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/people" if somebody.role is Role.ADMIN else "**/queue")
    return Watched(page, complaints)


async def busy(clinic: Clinic) -> dict[str, str]:
    """A morning's clients; their case codes by what they came with."""
    hard = {"past month, which": "Thought of a way"}
    codes: dict[str, str] = {}
    people: dict[str, dict[str, str]] = {
        "calm": {"low mood": "Some days"},
        "iop": hard | {"low mood": "Nearly all", "place where you live": "Others use"},
        "skips": {
            "past month, which": "Prefer not",
            "low mood": "Prefer not",
            "hurting": "Prefer not",
        },
        "minor": {"How old": "13 to 17", "low mood": "Most days"},
        "unseen": {"ever tried": "no care yet", "stay safe": "someone stays close"},
        "loved": {"low mood": "Most days", "Who are": "someone I care about"},
    }
    for number, (name, picks) in enumerate(people.items(), start=1):
        client = clinic.client(f"telegram:{number}")
        if name == "iop":
            await client.chats("/screening", "[Yes, start]", "[For me]", "can i bring my dog?")
            await client.chats("[No, nothing like this]", "[Mood", "[← Back]", "[Both of these]")
            await client.chats("how long does it take?")
            await client.chats("/cancel")
        await client.screens(picks)
        if name == "iop":
            await client.chats("Rosalind", "555-0142")
        codes[name] = await clinic.case_of(f"telegram:{number}")
        clinic.clock.passes(minutes=47)
    await clinic.client("telegram:99").chats("how much is it", "i am going to kill myself tonight")
    codes["danger"] = await clinic.case_of("telegram:99")
    clinic.clock.passes(minutes=3)
    return codes
