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
            message = f"nothing fills {{{place}}}"
            yield Mistake(
                path=path,
                line=line_of(text),
                code="placeholder",
                message=message,
                hint=nearest or hint,
            )
    if _BRACE.search(_PLACE.sub("", text)):
        message = "a brace stands alone"
        hint = "write {name}, or take it out"
        yield Mistake(path=path, line=line_of(text), code="placeholder", message=message, hint=hint)
