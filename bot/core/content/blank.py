"""Texts that say nothing: a text that a file must hold is never empty or only spaces."""

from collections.abc import Iterator

import msgspec

from bot.core.checked_yaml import Mistake, line_of


def blanks(value: object, path: str) -> list[Mistake]:
    """A mistake for each text in a tree of structs that must be there and says nothing."""
    return [
        Mistake(
            path=path,
            line=line_of(text),
            code="empty",
            message=f"{name} is empty",
            hint="write what it should say",
        )
        for name, text in _texts(value, "")
        if not text.strip()
    ]


def _texts(value: object, name: str) -> Iterator[tuple[str, str]]:
    """Every text that must be there, with its dotted name; what may be left out may be empty."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, msgspec.Struct):
        for each in msgspec.structs.fields(value):
            inner = getattr(value, each.name)
            if each.required or not isinstance(inner, str):
                yield from _texts(inner, f"{name}.{each.encode_name}".strip("."))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, f"{name}.{key}".strip("."))
    elif isinstance(value, tuple):
        for number, inner in enumerate(value, start=1):
            yield from _texts(inner, f"{name}.{number}".strip("."))
