"""A phrasing for the FAQ, tried on a copy of the content before it is written into the real one.

Counterparts: `core.language.misses`, which says what it would mend; `content_check`, which says
whether the content stays fit to go live.
"""

import asyncio
import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.content_check import BANNED, check_folder
from bot.core.checked_yaml import Mistake
from bot.core.content import FILES, MODEL
from bot.core.content.faq import Faq, read_faq
from bot.core.content.faq_edit import with_phrasing
from bot.core.language.faq import faq_index
from bot.core.language.misses import Replay, replay
from bot.core.model import Frozen

FAQ = "faq.yaml"
REPLAYED = 40
KINDNESS = 10  # of the child process: clients' messages go first


class Tried(Frozen):
    """What came of it. `text` is the changed file, "" where it must not be written."""

    base: str  # SHA-256 of the file that it was tried on
    text: str
    mistakes: tuple[str, ...]
    replay: Replay | None


def faq_of(folder: Path) -> Faq | None:
    """The FAQ as it stands in the folder."""
    return read_faq((folder / FAQ).read_text(encoding="utf-8"), FAQ)[0]


def tried(folder: Path, topic: str, phrasing: str, misses: list[str], answered: list[str]) -> Tried:
    """Check a copy of the folder with the phrasing in it, and ask it the past questions."""
    before = (folder / FAQ).read_text(encoding="utf-8")
    base = sha256(before.encode()).hexdigest()
    after, mistakes = with_phrasing(before, FAQ, topic, phrasing)
    if after is None:
        return Tried(base=base, text="", mistakes=_told(mistakes), replay=None)
    with TemporaryDirectory(prefix="bot-content-") as copy:
        for name in (*FILES, MODEL, BANNED):
            if (folder / name).is_file():
                shutil.copy2(folder / name, Path(copy) / name)
        (Path(copy) / FAQ).write_text(after, encoding="utf-8")
        checked = check_folder(Path(copy))
    found = None
    old, new = read_faq(before, FAQ)[0], read_faq(after, FAQ)[0]
    if old is not None and new is not None:
        found = replay(faq_index(old), faq_index(new), misses[-REPLAYED:], answered[-REPLAYED:])
    is_fit = checked.is_fit
    return Tried(
        base=base,
        text=after if is_fit else "",
        mistakes=() if is_fit else _told([each for each in checked.mistakes if not each.warning]),
        replay=found,
    )


def _told(mistakes: list[Mistake]) -> tuple[str, ...]:
    return tuple(f"{Path(each.path).name}, line {each.line}: {each.message}" for each in mistakes)


async def tried_aside(
    folder: Path, topic: str, phrasing: str, misses: list[str], answered: list[str]
) -> Tried:
    """The same in a process of its own: it takes seconds, and nobody's message may wait for it."""
    with ProcessPoolExecutor(
        max_workers=1, mp_context=get_context("spawn"), initializer=os.nice, initargs=(KINDNESS,)
    ) as aside:
        return await asyncio.get_running_loop().run_in_executor(
            aside, tried, folder, topic, phrasing, misses, answered
        )


def written(folder: Path, found: Tried) -> bool:
    """Replace the file at once; False when somebody has changed it since the trial."""
    path = folder / FAQ
    if sha256(path.read_bytes()).hexdigest() != found.base or not found.text:
        return False
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(found.text, encoding="utf-8")
    beside.replace(path)
    return True
