"""A file's sum, kept beside it while nobody uses it, so that damage at rest is found at the next start.

SQLite and the seals find most damage themselves; this finds every flipped bit, also in columns that
stand in clear. After a crash there is no sum, and only those two look. A sum that cannot be written or
read whole says nothing: it must never keep sound records shut.
"""

import os
import re
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from bot.ownership import hand_over

MOST = 512 * 1024 * 1024  # bytes; a larger file would make the start wait
CHUNK = 1 << 20
_SUM = re.compile(r"[0-9a-f]{32}\n")


def note_sum(path: Path) -> None:
    """The program lets go of the file: remember what is in it, where there is room to."""
    beside = _beside(path)
    fresh = beside.with_name(beside.name + ".part")
    try:
        if not path.exists() or path.stat().st_size > MOST:
            return
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{_sum(path)}\n")
            file.flush()
            os.fsync(file.fileno())
        hand_over(fresh)
        fresh.replace(beside)
    except OSError:  # a full disk, most likely
        for left in (fresh, beside):
            with suppress(OSError):
                left.unlink(missing_ok=True)


def is_as_left(path: Path) -> bool:
    """Whether the file is what `note_sum` saw; True where there is no sum, or a part of one."""
    try:
        noted = _beside(path).read_text(errors="replace")
        return not _SUM.fullmatch(noted) or noted.strip() == _sum(path)
    except OSError:
        return True


def forget_sum(path: Path) -> None:
    """The file is about to change."""
    _beside(path).unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".sum")


def _sum(path: Path) -> str:
    digest = blake2b(digest_size=16)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
