"""Whatever a clinician changes in the content folder is told by a diff."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from enum import Enum
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from bot.core.changes import changed_decisions, changed_texts
from bot.core.content import Content
from bot.core.other_changes import IGNORED, other_changes

PARTS = ("clinic", "console", "faq", "safety", "screening", "wording")
Place = tuple[str | int, ...]


def told(old: Content, new: Content) -> list[str]:
    """Where something changed, by any of the three lists."""
    return [
        each.where
        for changes in (
            changed_texts(old, new),
            changed_decisions(old.screening, new.screening),
            other_changes(old, new),
        )
        for each in changes
    ]


def places(value: Any, place: Place, seen: set[tuple[type, str]]) -> Iterator[tuple[Place, str]]:  # noqa: ANN401 (any part of the content)
    """The first place of each field of each type that has a value."""
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            found = getattr(value, name)
            if name in IGNORED or found is None or found in ((), {}):
                continue
            if isinstance(found, msgspec.Struct | Mapping) or _has_rows(found):
                yield from places(found, (*place, name), seen)
            elif (type(value), name) not in seen:
                seen.add((type(value), name))
                yield (*place, name), f"{type(value).__name__}.{name}"
    elif isinstance(value, Mapping):
        for key, each in value.items():
            if not each and each != 0:
                continue
            if isinstance(each, msgspec.Struct | Mapping) or _has_rows(each):
                yield from places(each, (*place, key), seen)
            else:
                yield (*place, key), f"{'.'.join(map(str, place))}.{key}"
                return
    else:
        for number, each in enumerate(value):
            yield from places(each, (*place, number), seen)


def _has_rows(value: object) -> bool:
    return isinstance(value, tuple) and any(isinstance(each, msgspec.Struct) for each in value)


def altered(value: Any, place: Place) -> Any:  # noqa: ANN401 (any part of the content)
    """The value with something else at a place in it."""
    if not place:
        return _other(value)
    first, rest = place[0], place[1:]
    if isinstance(value, msgspec.Struct):
        return replace(value, **{str(first): altered(getattr(value, str(first)), rest)})
    if isinstance(value, Mapping):
        return {key: altered(each, rest) if key == first else each for key, each in value.items()}
    return tuple(altered(each, rest) if n == first else each for n, each in enumerate(value))


def _other(value: object) -> object:
    match value:
        case bool():
            return not value
        case Enum():
            return next(each for each in type(value) if each != value)
        case int() | float():
            return value + 1
        case date():
            return value + timedelta(days=1)
        case str():
            return f"{value} otherwise"
        case tuple():
            last = () if isinstance(value[-1], tuple) else (_other(value[-1]),)
            return (*value[:-1], *last)
        case _:
            raise AssertionError(value)


def with_part(content: Content, name: str, part: object) -> Content:
    """The content with one of its files otherwise."""
    new = object.__new__(Content)
    new.__dict__.update(content.__dict__)
    if name == "safety":
        safety = object.__new__(type(content.safety))
        safety.__dict__.update(content.safety.__dict__)
        safety.__dict__.update(file=part, countries=getattr(part, "countries", {}))
        part = safety
    setattr(new, name, part)
    return new


@pytest.mark.parametrize("name", PARTS)
def test_a_change_of_any_field_of_any_file_is_told(content: Content, name: str) -> None:
    part = content.safety.file if name == "safety" else getattr(content, name)
    silent = []
    tried = 0
    for place, field in places(part, (), set()):
        tried += 1
        if not told(content, with_part(content, name, altered(part, place))):
            silent.append(field)
    assert tried >= (4 if name == "console" else 10)
    assert silent == []


def test_nothing_is_told_where_nothing_changed(content: Content) -> None:
    assert told(content, content) == []


def test_of_a_list_only_what_came_and_went_is_told(content: Content) -> None:
    first, *rest = content.faq.topics
    changed = replace(first, phrasings=(*first.phrasings[1:], "is it far"))
    new = with_part(content, "faq", replace(content.faq, topics=(changed, *rest)))
    (change,) = other_changes(content, new)
    assert change.where == f"faq.yaml topics {first.id} phrasings"
    assert (change.old, change.new) == (first.phrasings[0], "is it far")


def test_another_order_of_topics_is_told(content: Content) -> None:
    topics = tuple(reversed(content.faq.topics))
    new = with_part(content, "faq", replace(content.faq, topics=topics))
    (change,) = other_changes(content, new)
    assert change.where == "faq.yaml topics (all)"
    assert change.new.startswith(f"in this order: {topics[0].id}, ")
