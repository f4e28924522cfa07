"""Places in texts, such as {clinic}, that nothing would fill: a client would see them as they are."""

import re
from collections.abc import Collection, Iterator

from bot.core.checked_yaml import Mistake, did_you_mean, line_of

_PLACE = re.compile(r"\{([^{}]*)\}")
_BRACE = re.compile(r"[{}]")


def unfilled(text: str, known: Collection[str], path: str) -> Iterator[Mistake]:
    """A mistake for each place in a text that is not among the known ones, and for a lone brace."""
    hint = f"only {', '.join(f'{{{each}}}' for each in sorted(known))} can stand here"
    if not known:
        hint = "no place is filled in this text: write the words themselves"
    for place in dict.fromkeys(_PLACE.findall(text)):
        if place not in known:
            nearest = did_you_mean(place, known) if place else ""
            yield _mistake(text, path, f"nothing fills {{{place}}}", nearest or hint)
    if _BRACE.search(_PLACE.sub("", text)):
        yield _mistake(text, path, "a brace stands alone", "write {name}, or take it out")


def _mistake(text: str, path: str, message: str, hint: str) -> Mistake:
    return Mistake(path=path, line=line_of(text), code="placeholder", message=message, hint=hint)
