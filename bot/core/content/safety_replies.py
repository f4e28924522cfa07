"""What is said to danger and whom to call: the replies and hotlines of content/safety.yaml."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal

import msgspec

from bot.core.checked_yaml import Mistake, line_of
from bot.core.language.crisis_rows import Kind, Subject
from bot.core.model import Frozen

LINES = (
    "emergency",
    "crisis_line",
    "text_line",
    "poison",
    "domestic_violence",
    "child",
    "treatment",
)
SLOTS = frozenset((*LINES, *(f"call_{each}" for each in LINES)))
SLOT = re.compile(r"\{(\w+)\}")


class Hotline(Frozen):
    """One line of help. `say` completes "Please ..."; `url` is an https page to chat or to look.

    `call_tested` is false until somebody has called the number.
    """

    name: str
    number: str
    say: str
    say_es: str
    source: str
    verified_on: date
    call_tested: bool
    url: str = ""
    label: str = ""
    label_es: str = ""


class Country(Frozen):
    """Whom to call in one country; a line that is missing is replaced by the emergency number."""

    name: str
    emergency: Hotline
    crisis_line: Hotline
    text_line: Hotline | None = None
    poison: Hotline | None = None
    domestic_violence: Hotline | None = None
    child: Hotline | None = None
    treatment: Hotline | None = None


class CardText(Frozen):
    """A reply to danger. The first that fits is used; without `kind` or `subject` any fits."""

    tier: Literal["acute", "concern", "question"]
    text: str
    kind: tuple[Kind, ...] = ()
    subject: Subject | None = None
    asks: str = ""
    ask: str = ""
    links: tuple[str, ...] = ()
    line: int = 0


class Buttons(Frozen):
    """Labels under the card and under the direct question."""

    with_someone: str
    safe_now: str
    reach: str
    yes: str
    no: str
    not_sure: str


class Replies(Frozen):
    """Everything said about danger in one language."""

    cards: tuple[CardText, ...]
    told: str
    said_safe: str
    said_safe_told: str
    with_someone: str
    alone: str
    still_here: str
    still_here_asks: str
    again: str
    until_then: str
    footer: str
    last_resort: str
    buttons: Buttons


def texts_of(value: object) -> Iterator[str]:
    """Every text in a value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from texts_of(getattr(value, name))
    elif isinstance(value, tuple):
        for each in value:
            yield from texts_of(each)


def unsaid_numbers(countries: Mapping[str, Country], path: str) -> Iterator[Mistake]:
    """Lines whose sentence tells another number than theirs, and links without a label."""
    for code, country in countries.items():
        for name in LINES:
            line: Hotline | None = getattr(country, name)
            if line is None:
                continue
            for said in (line.say, line.say_es):
                if not any(_digits(each) in _digits(said) for each in line.number.split(" or ")):
                    message = f"{name} of {code} says '{said}', and its number is {line.number}"
                    hint = "say the number itself"
                    yield _mistake(path, said, "number-unsaid", message, hint)
            if line.url and not line.label.strip():
                message = f"{name} of {code} has a link without a label"
                yield _mistake(path, line.url, "empty", message, "write what the button should say")


def _digits(text: str) -> str:
    """Its digits alone, or all of it where there are none."""
    return re.sub(r"\D", "", text) or text


def _mistake(path: str, at: object, code: str, message: str, hint: str) -> Mistake:
    return Mistake(path=path, line=line_of(at), code=code, message=message, hint=hint)
