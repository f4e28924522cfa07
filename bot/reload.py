"""Changed content is taken up while the bot runs, but only if it passes the whole check.

The check takes seconds of a processor, so it is done by a process of its own on a copy of the files:
what was checked is what is taken up. Whoever is in the middle of a screening finishes on the
questions they began with (`store.contents`); crisis texts are always the newest. Content with
mistakes changes nothing, and staff are told once.
"""

import asyncio
import ctypes
import gc
import shutil
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import structlog

from bot.content_check import BANNED
from bot.content_folder import folder_texts, read_folder
from bot.core.content import FILES, MODEL, Content, content_version
from bot.store.contents import Contents
from bot.store.database import StoreDownError

EVERY = 5.0  # seconds between looks at the folder
PATIENCE = 300.0  # seconds for a check; on a busy machine it takes a while
POLL = 0.2
HOME = Path(__file__).parents[1]  # where `python -m bot` is found
Stamp = tuple[tuple[str, int, int], ...]
log = structlog.get_logger()


class ContentBrokenError(Exception):
    """The content has mistakes; the message lists them all."""


class Judged(NamedTuple):
    """What a look at the folder found. `version` is "" where it cannot even be read."""

    stamp: Stamp
    version: str
    texts: Mapping[str, str]
    content: Content | None  # only when it is fit to go live


def stamp(folder: Path) -> Stamp:
    """What tells a changed folder from the same one: names, sizes and times of change."""
    found = []
    for name in (*FILES, BANNED, MODEL):
        try:
            about = (folder / name).stat()
        except OSError:
            continue
        found.append((name, about.st_size, about.st_mtime_ns))
    return tuple(found)


def begin(folder: Path, contents: Contents) -> Stamp | None:
    """Begin with content at once; the stamp of a folder that has still to be checked by `Reload`.

    That is the folder's if it was checked before, else the last that was, so that nobody in danger
    waits for a check; only where none ever was, the folder's, unchecked.

    Raises:
        ContentBrokenError: the folder cannot be read, and there is nothing to fall back on.

    """
    now = stamp(folder)
    content, mistakes = read_folder(folder)
    texts, _ = folder_texts(folder)
    checked = contents.checked_version()
    if content is not None and content.version == checked:
        contents.adopt(content, texts)
        return None
    good = contents.last_good() if checked or content is None else None
    if good is not None:
        log.warning("content.last_good", content_version=good.version)
        contents.newest = good
    elif content is not None:
        contents.adopt(content, texts, is_checked=False)
    else:
        raise ContentBrokenError("\n".join(str(each) for each in mistakes if not each.warning))
    return now


class Reload:
    """`run` looks at the folder until `stop`; `tell_staff` gets the newest content's own words."""

    def __init__(
        self,
        folder: Path,
        contents: Contents,
        tell_staff: Callable[[str], Awaitable[None]],
        *,
        unchecked: Stamp | None = None,
    ) -> None:
        self._folder = folder
        self._contents = contents
        self._tell_staff = tell_staff
        self._seen = None if unchecked else stamp(folder)
        self._unchecked = unchecked
        self._judged: Judged | None = None
        self._told_lost: set[str] = set()
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """End `run` soon."""
        self._stopped.set()

    async def run(self) -> None:
        """Take up each change, or keep the last good content."""
        await _fitted(self._contents.newest)
        while not self._stopped.is_set():
            try:
                async with asyncio.timeout(EVERY):
                    await self._stopped.wait()
            except TimeoutError:
                await self.look()

    async def look(self) -> bool:
        """Whether a change was found and taken up. What cannot be done now is tried again."""
        try:
            await self._tell_lost()
            return await self._looked()
        except (OSError, StoreDownError) as error:
            log.warning("content.later", error=type(error).__name__)
            return False

    async def _looked(self) -> bool:
        now = stamp(self._folder)
        if now == self._seen:
            return False
        if self._judged is None or self._judged.stamp != now:
            self._judged = await self._judge(now)
        judged = self._judged
        if judged is None:
            return False
        if judged.content is None:
            log.error("content.refused", content_version=judged.version)
            words = self._contents.newest.wording.staff
            is_good = await asyncio.to_thread(self._contents.checked_version)
            await self._tell_staff(words.content_refused if is_good else words.content_unfit)
        else:
            await _fitted(judged.content)
            await asyncio.to_thread(self._contents.adopt, judged.content, judged.texts)
            log.info("content.reloaded", content_version=judged.version)
        self._seen = now
        return judged.content is not None

    async def _judge(self, now: Stamp) -> Judged | None:
        """Read and check a copy of the folder; None when stopped meanwhile."""
        with TemporaryDirectory(prefix="content-") as name:
            copy = Path(name)
            await asyncio.to_thread(_copied, self._folder, copy)
            texts, _ = await asyncio.to_thread(folder_texts, copy)
            newest = self._contents.newest
            if now == self._unchecked and newest.version == content_version(texts):
                content: Content | None = newest
            else:
                content, _ = await asyncio.to_thread(read_folder, copy)
            if content is None:
                return Judged(now, "", texts, None)
            is_fit = await self._is_fit(copy)
            if is_fit is None:
                return None
            return Judged(now, content.version, texts, content if is_fit else None)

    async def _is_fit(self, copy: Path) -> bool | None:
        """Whether `check` finds no error there; None when stopped meanwhile."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "check", "--quiet", "--gently", str(copy)),
            cwd=HOME,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                while process.returncode is None and not self._stopped.is_set():
                    try:
                        async with asyncio.timeout(POLL):
                            await process.wait()
                    except TimeoutError:
                        continue
        except TimeoutError:
            log.warning("content.check_too_long", seconds=PATIENCE)
            return False
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return None if self._stopped.is_set() else process.returncode == 0

    async def _tell_lost(self) -> None:
        """Tell staff, once, that somebody's questions changed under them."""
        if lost := self._contents.lost - self._told_lost:
            await self._tell_staff(self._contents.newest.wording.staff.content_lost)
            self._told_lost |= lost


async def _fitted(content: Content) -> None:
    """Have the search of the FAQ fitted, so that nobody's question waits seconds for it.

    What reading and fitting used goes back to the machine; glibc by itself would keep it.
    """
    await asyncio.to_thread(content.search, content.version)
    gc.collect()
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def _copied(folder: Path, copy: Path) -> None:
    for name in (*FILES, BANNED, MODEL):
        if (folder / name).is_file():
            shutil.copyfile(folder / name, copy / name)
