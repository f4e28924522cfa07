"""Changed content is taken up while the bot runs, but only if it passes the check.

Whoever is in the middle of a screening finishes on the content they began with (`store.contents`);
crisis texts are always the newest. Content with mistakes changes nothing, and staff are told once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from bot.content_folder import folder_texts, read_folder
from bot.core.content import FILES, MODEL
from bot.store.contents import Contents

EVERY = 5.0  # seconds between looks at the folder
Stamp = tuple[tuple[str, int, int], ...]
log = structlog.get_logger()


def stamp(folder: Path) -> Stamp:
    """What tells a changed folder from the same one: names, sizes and times of change."""
    found = []
    for name in (*FILES, MODEL):
        try:
            about = (folder / name).stat()
        except OSError:
            continue
        found.append((name, about.st_size, about.st_mtime_ns))
    return tuple(found)


class Reload:
    """`run` looks at the folder until `stop`; `tell_staff` gets the newest content's own words."""

    def __init__(
        self, folder: Path, contents: Contents, tell_staff: Callable[[str], Awaitable[None]]
    ) -> None:
        self._folder = folder
        self._contents = contents
        self._tell_staff = tell_staff
        self._seen = stamp(folder)
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """End `run` soon."""
        self._stopped.set()

    async def run(self) -> None:
        """Take up each change, or keep the last good content."""
        while not self._stopped.is_set():
            try:
                async with asyncio.timeout(EVERY):
                    await self._stopped.wait()
            except TimeoutError:
                await self.look()

    async def look(self) -> bool:
        """Whether a change was found and taken up."""
        now = stamp(self._folder)
        if now == self._seen:
            return False
        self._seen = now
        content, mistakes = await asyncio.to_thread(read_folder, self._folder)
        errors = [each for each in mistakes if not each.warning]
        if content is None or errors:
            log.error("content.refused", mistakes=len(errors))
            await self._tell_staff(self._contents.newest.wording.staff.content_refused)
            return False
        texts, _ = await asyncio.to_thread(folder_texts, self._folder)
        await asyncio.to_thread(self._contents.adopt, content, texts)
        log.info("content.reloaded", content_version=content.version)
        return True
