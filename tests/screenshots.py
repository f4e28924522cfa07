"""Makes the pictures of the console in docs/: `.venv/bin/python tests/screenshots.py`.

A morning's made-up clients chat with the real assistant; Chromium takes the pictures.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browser import busy, served, signed_in  # noqa: E402 (the path comes first)
from clinic import clinic_in  # noqa: E402 (as above)

from bot.console.accounts import Role  # noqa: E402 (as above)
from bot.content_folder import read_folder  # noqa: E402 (as above)

VIEW = {"width": 1280, "height": 860}


async def main(folder: Path) -> None:
    """Take them all, light and dark."""
    content, mistakes = read_folder(ROOT / "content")
    if content is None:
        sys.exit("\n".join(map(str, mistakes)))
    with tempfile.TemporaryDirectory() as data:
        async with clinic_in(Path(data) / "data", content) as clinic:
            codes = await busy(clinic)
            ana = await clinic.colleague("Ana", Role.LEAD)
            case = f"/cases/{codes['iop']}"
            await ana.opens(case)
            await ana.posts(f"{case}/note", text="Called at 11. Wants evenings.")
            await ana.posts(f"{case}/assign", assignee="1")
            pages = {"queue": "/queue", "case": case, "insight": "/insight", "search": "/search"}
            async with served(clinic) as (browser, address):
                for scheme in ("light", "dark"):
                    page = (
                        await signed_in(browser, address, ana, color_scheme=scheme, viewport=VIEW)
                    ).page
                    for name, path in pages.items():
                        await page.goto(f"{address}{path}")
                        await page.screenshot(path=folder / f"console-{name}-{scheme}.png")


if __name__ == "__main__":
    (ROOT / "docs").mkdir(exist_ok=True)
    asyncio.run(main(ROOT / "docs"))
