"""A file's sum, kept beside it while nobody uses it, so that damage at rest is found at the next start.

SQLite and the seals find most damage themselves; this finds every flipped bit, also in columns that
stand in clear. After a crash there is no sum, and only those two look.
"""

import os
from hashlib import blake2b
from pathlib import Path

MOST = 512 * 1024 * 1024  # bytes; a larger file would make the start wait
CHUNK = 1 << 20


def note_sum(path: Path) -> None:
    """The program lets go of the file: remember what is in it."""
    if not path.exists() or path.stat().st_size > MOST:
        return
    beside = _beside(path)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{_sum(path)}\n")


def is_as_left(path: Path) -> bool:
    """Whether the file is what `note_sum` saw; True where there is no sum."""
    beside = _beside(path)
    if not beside.exists():
        return True
    return beside.read_text(errors="replace").strip() == _sum(path)


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
