"""Makes the pictures of the console in docs/: `.venv/bin/python tests/screenshots.py [FOLDER]`.

A morning's made-up clients chat with the real assistant; Chromium takes a picture of every page: all
in light, the main ones in dark and on a phone of 320 pixels too.
"""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browser import busy, served, signed_in  # noqa: E402 (the path comes first)
from clinic import Clinic, clinic_in  # noqa: E402 (as above)
from PIL import Image  # noqa: E402 (as above)
from playwright.async_api import Page, ViewportSize  # noqa: E402 (as above)

from bot.console.account_pages import first_link  # noqa: E402 (as above)
from bot.console.accounts import Role, invite  # noqa: E402 (as above)
from bot.content_folder import read_folder  # noqa: E402 (as above)

WIDE: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 320, "height": 700}
LOOKS = {"light": ("light", WIDE), "dark": ("dark", WIDE), "phone": ("light", PHONE)}
IN_ALL_LOOKS = {"queue", "case", "insight", "unanswered"}
ASKED = ("do you have a swimming pool", "is there a pool", "is there a swimming pool there")


async def worked(clinic: Clinic) -> dict[str, str]:
    """A morning, and what a colleague made of it."""
    codes = await busy(clinic)
    for number, asked in enumerate((*ASKED, "do you teach the violin"), start=200):
        await clinic.client(f"telegram:{number}").chats(asked)
    for number in range(300, 320):
        await clinic.client(f"telegram:{number}").chats("how much is it", "how long does it take?")
    await clinic.client("telegram:321").chats("/screening", "[Yes, start]", "[For me]", "/human")
    return codes


def made_small(picture: Path) -> None:
    """Keep 128 colors: a third of the size, and the eye sees no difference."""
    with Image.open(picture) as shown:
        shown.convert("RGB").quantize(128).save(picture, optimize=True)


async def pictured(
    page: Page, address: str, folder: Path, look: str, pages: dict[str, str]
) -> None:
    """Each of the pages as a small file."""
    for name, path in pages.items():
        if look == "light" or name in IN_ALL_LOOKS:
            await page.goto(f"{address}{path}")
            path_of = folder / f"console-{name}-{look}.png"
            await page.screenshot(path=path_of)
            await asyncio.to_thread(made_small, path_of)


async def main(folder: Path) -> None:
    """Take them all."""
    content, mistakes = read_folder(ROOT / "content")
    if content is None:
        sys.exit("\n".join(map(str, mistakes)))
    with tempfile.TemporaryDirectory() as data:
        shutil.copytree(ROOT / "content", Path(data) / "content")
        async with clinic_in(
            Path(data) / "data", content, content_dir=Path(data) / "content"
        ) as clinic:
            codes = await worked(clinic)
            link = await clinic.desk.store.run(first_link)
            ana = await clinic.colleague("Ana", Role.LEAD)
            root = await clinic.colleague("Robin", Role.ADMIN)
            await clinic.desk.store.run(lambda batch: invite(batch, "Ben", "ben", Role.VIEWER))
            case = f"/cases/{codes['iop']}"
            await ana.opens(case)
            await ana.posts(f"{case}/note", text="Called at 11. Wants evenings.")
            await ana.posts(f"{case}/assign", assignee="2")
            await ana.opens(case)
            await ana.posts(f"{case}/take-over")
            await ana.opens(case)
            await ana.posts(f"{case}/reply", text="Hi Rosalind, is 3 pm a good time to call?")
            asked = (await ana.opens("/unanswered")).html
            cluster = asked.split('href="/unanswered/')[1].split('"')[0]
            await ana.confirms("/export")
            await root.confirms("/people/invite")
            pages = {
                "queue": "/queue",
                "filter": "/queue?urgency=same-day",
                "case": case,
                "emergency": f"/cases/{codes['danger']}",
                "write": f"{case}#write",
                "search": "/search?q=rosalind",
                "insight": "/insight",
                "unanswered": "/unanswered",
                "phrasing": f"/unanswered/{cluster}",
                "account": "/account",
                "code": "/confirm",
            }
            admins = {"people": "/people", "log": "/log"}
            confirmed = {"invite": "/people/invite", "person": "/people/2"}
            async with served(clinic) as (browser, address):
                for look, (scheme, view) in LOOKS.items():
                    page = (
                        await signed_in(browser, address, ana, color_scheme=scheme, viewport=view)
                    ).page
                    await pictured(page, address, folder, look, pages)
                await _confirm(page, address, "/export", ana.code)
                await page.set_viewport_size(WIDE)
                leads = {"export": "/export", "export-case": f"{case}/export"}
                await pictured(page, address, folder, "light", leads)
                page = (
                    await signed_in(browser, address, root, color_scheme="light", viewport=WIDE)
                ).page
                await pictured(page, address, folder, "light", admins)
                await _confirm(page, address, "/people/invite", root.code)
                await pictured(page, address, folder, "light", confirmed)
                page = await browser.new_page(viewport=WIDE)
                outside = {"sign-in": "/sign-in", "join": link or "/", "not-found": "/no-such-page"}
                await pictured(page, address, folder, "light", outside)


async def _confirm(page: Page, address: str, path: str, code: str) -> None:
    await page.goto(f"{address}{path}")
    await page.get_by_label("Code").fill(code)
    await page.get_by_role("button", name="Go on").click()
    await page.wait_for_url(f"**{path}")


if __name__ == "__main__":
    wanted = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs"
    wanted.mkdir(exist_ok=True)
    asyncio.run(main(wanted))
