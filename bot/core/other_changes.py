"""What else stands otherwise between two versions: all of the content that is no text or decision.

Every field of every file is compared, so that a field that is new to the program is never overlooked;
`TOLD` names those that `changes` tells already. Counterpart: `changes`.
"""

from collections.abc import Iterator, Mapping
from datetime import date

import msgspec

from bot.core.changes import Change
from bot.core.content import Content
from bot.core.content.clinic import Clinic
from bot.core.content.console import CannedReply
from bot.core.content.faq import Detail, Topic
from bot.core.content.safety_replies import Buttons, CardText, Hotline, Replies
from bot.core.content.wording import Choice, ContactStep, Wording, sentences
from bot.core.model import Frozen
from bot.core.screening_form import (
    Dimension,
    FlagRule,
    Form,
    Incomplete,
    Minors,
    Option,
    OutcomeTexts,
    Question,
    Rule,
    Skips,
    UrgencyRule,
    UrgencyTexts,
)

NAMES = ("id", "tier", "kind", "subject", "says", "to")  # what tells one row of a list from another
IGNORED = frozenset(
    {"id", "line", "examples", "example", "near_miss"}
)  # names, and what is for the check
_RULE = frozenset({"when", "outcome", "flags", "emergency", "urgency", "known_only"})
TOLD: Mapping[type, frozenset[str]] = {
    Question: frozenset({"text", "why", "ask_if", "end_if", "multi"}),
    Option: frozenset("label loved_one because rate skip emergency flags alone worse_than".split()),
    Dimension: frozenset({"max", "bump", "table"}),
    Rule: _RULE,
    UrgencyRule: _RULE,
    FlagRule: frozenset({"when"}),
    OutcomeTexts: frozenset({"title", "text", "explains"}),
    UrgencyTexts: frozenset({"text"}),
    Skips: frozenset({"cap", "text", "loved_one_label"}),
    Incomplete: frozenset({"urgency", "too_little"}),
    Minors: frozenset({"note", "too_young", "not_served", "notify", "flag"}),
    Form: frozenset({"proxy_note"}),
    Clinic: frozenset({"name", "facts"}),
    Topic: frozenset({"title", "answer"}),
    Detail: frozenset({"known", "unknown"}),
    CardText: frozenset({"text", "ask"}),
    Hotline: frozenset({"say", "say_es", "label", "label_es"}),
    Replies: frozenset(
        "told said_safe said_safe_told with_someone alone still_here again until_then footer"
        " last_resort".split()
    ),
    Buttons: frozenset(Buttons.__struct_fields__),
    CannedReply: frozenset({"text"}),
    ContactStep: frozenset({"text", "why", "again", "minor_text", "toggle"}),
    Choice: frozenset({"label"}),
}
# Of wording only what is not said to clients is left: words that they type, and words for staff.
_WORDING = ("words", "staff", "question.typed_words", "erase.typed_yes", "consent.version")
_PHRASES = ("result.meaning_phrases", "result.disagree_phrases")


def other_changes(old: Content, new: Content) -> Iterator[Change]:
    """Each thing that was added, taken out, or stands otherwise, by its place in its file."""
    before, after = _places(old), _places(new)
    places = [*before, *(each for each in after if each not in before)]
    for where in sorted(places, key=lambda place: place.split(" ")[0]):
        one, other = before.get(where), after.get(where)
        if one != other:
            yield _change(where, one or (), other or ())


def _change(where: str, old: tuple[str, ...], new: tuple[str, ...]) -> Change:
    """Of two lists, what only one of them has; of two orders of the same, both."""
    gone = [each for each in old if each not in set(new)]
    come = [each for each in new if each not in set(old)]
    if not gone and not come:
        return Change(where, "in this order: " + ", ".join(old), "in this order: " + ", ".join(new))
    return Change(where, "\n".join(gone), "\n".join(come))


def _places(content: Content) -> dict[str, tuple[str, ...]]:
    parts = {
        "clinic.yaml": content.clinic,
        "console.yaml": content.console,
        "faq.yaml": content.faq,
        "safety.yaml": content.safety.file,
        "screening.yaml": content.screening,
        "wording.yaml": content.wording,
    }
    places: dict[str, tuple[str, ...]] = {}
    for file, part in parts.items():
        for where, values in _leaves(part):
            places[f"{file} {where}".strip()] = values
    return places


def _leaves(value: object, where: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every value below `value` with its place; a list of plain words is one value."""
    if isinstance(value, Wording):
        yield from _wording(value)
    elif isinstance(value, msgspec.Struct):
        told = IGNORED | TOLD.get(type(value), frozenset())
        for field in msgspec.structs.fields(value):
            found = getattr(value, field.name)
            is_unsaid = found is False and field.default is False  # nobody wrote that
            if field.name not in told and not is_unsaid:
                yield from _leaves(found, f"{where} {field.encode_name}")
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _leaves(each, f"{where} {name}")
    elif isinstance(value, tuple) and any(isinstance(each, Frozen | tuple) for each in value):
        yield from _rows(value, where)
    elif isinstance(value, tuple):
        if value:
            yield where.strip(), tuple(map(str, value))
    elif value not in (None, ""):
        yield where.strip(), (_said(value),)


def _rows(rows: tuple[object, ...], where: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The rows of a list by what names them, and their order."""
    names: list[str] = []
    for row in rows:
        name = _name(row)
        while name in names:
            name = f"{name} (again)"
        names.append(name)
        yield from _leaves(row, f"{where} {name}")
    yield f"{where} (all)".strip(), tuple(names)


def _name(row: object) -> str:
    """What tells a row from the others; a list of words goes by its first one."""
    if isinstance(row, tuple):
        return str(row[0]) if row else "-"
    found = [getattr(row, each, None) for each in (*NAMES, "fact")]
    named = [
        ", ".join(map(str, each)) if isinstance(each, tuple) else str(each)
        for each in found
        if each
    ]
    return named[0] if getattr(row, "id", "") else " ".join(named) or "-"


def _wording(wording: Wording) -> Iterator[tuple[str, tuple[str, ...]]]:
    listed: dict[str, list[str]] = {}
    for name, text in sentences(wording):
        if name.startswith((*_WORDING, *_PHRASES)) or ".also." in name or ".for." in name:
            stem, _, last = name.rpartition(".")
            listed.setdefault(stem if last.isdecimal() else name, []).append(text)
    for name, texts in listed.items():
        yield name, tuple(texts)
    for step in wording.contact.steps:
        yield f"contact.steps {step.id} free", (_said(step.free),)
        for choice in step.choices:
            yield f"contact.steps {step.id} {choice.id}", ("a choice",)
    yield "contact.steps (all)", tuple(step.id for step in wording.contact.steps)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
