"""Words that clients must not read: content/banned.yaml. Looked for by the check, never at run time."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated

from msgspec import Meta

from bot.core.checked_yaml import Mistake, load
from bot.core.model import Frozen

DASHES = re.compile(r"[\u2010-\u2015\u2212]")
Phrase = Annotated[str, Meta(min_length=2)]


class BannedGroup(Frozen, frozen=True):
    """Words banned for one reason. `allow`: longer phrases in which they are fine."""

    why: Annotated[str, Meta(min_length=1)]
    words: Annotated[tuple[Phrase, ...], Meta(min_length=1)]
    allow: tuple[Phrase, ...] = ()
    line: int = 0


class BannedFile(Frozen, frozen=True):
    """content/banned.yaml."""

    groups: Annotated[tuple[BannedGroup, ...], Meta(min_length=1)]


class Banned:
    """All banned words, ready to look for."""

    def __init__(self, groups: tuple[BannedGroup, ...]) -> None:
        self.groups = groups

    @cached_property
    def _patterns(self) -> list[tuple[BannedGroup, re.Pattern[str], re.Pattern[str] | None]]:
        return [
            (group, _pattern(group.words), _pattern(group.allow) if group.allow else None)
            for group in self.groups
        ]

    def found(self, text: str) -> Iterator[tuple[str, str]]:
        """Each banned word in a text, and why it is banned."""
        plain = " ".join(_visible(text).split())
        for group, banned, allowed in self._patterns:
            fine = [match.span() for match in allowed.finditer(plain)] if allowed else []
            for match in banned.finditer(plain):
                if not any(start <= match.start() and match.end() <= end for start, end in fine):
                    yield match[0], str(group.why)


def _visible(text: str) -> str:
    """The text as it is read: marks that show nothing taken out, look-alikes made plain."""
    shown = "".join(
        each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each) != "Cf"
    )
    return DASHES.sub("-", shown).replace("**", "").replace("’", "'")


def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=len, reverse=True)
    words = "|".join(re.escape(each).replace(r"\*", r"\w*") for each in longest_first)
    return re.compile(rf"(?<![\w])(?:{words})(?![\w])", re.IGNORECASE)


def read_banned(text: str, path: str) -> tuple[Banned | None, list[Mistake]]:
    """The banned words, or every mistake in their file."""
    file, mistakes = load(text, path, BannedFile)
    return (None, mistakes) if file is None else (Banned(file.groups), [])
