"""Looking on in a file in which something could not be read: which mistakes are still sure.

What could not be read has a stand-in, of which nothing may be told; a name that is missing may stand
in what was not understood.
"""

import re
from collections.abc import Collection, Iterable
from typing import TypeVar

from bot.core.checked_yaml import Mistake, Part

T = TypeVar("T")


def sure(part: Part[T], found: Iterable[Mistake], codes: Collection[str]) -> list[Mistake]:
    """All mistakes of the file's shape, and of those `found` later the ones that are sure."""
    if not part.mistakes:
        return sorted(found)
    lines = {each.line for each in part.mistakes}
    kept = [
        each
        for each in found
        if each.code in codes
        and not names_any(each, part.unread)
        and not (each.code == "empty" and each.line in lines)
    ]
    return sorted({*part.mistakes, *kept})


def names_any(mistake: Mistake, unread: Collection[str]) -> bool:
    """Whether the name that a mistake is about stands in what could not be read."""
    named = re.search(r"'([^']*)'(?= stands|$)", mistake.message)
    return named is not None and (not named[1] or named[1] in unread)
