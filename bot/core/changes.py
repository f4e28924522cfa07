"""What is different between two versions of the content, in words and in outcomes."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from bot.core.census import States, census
from bot.core.client_texts import client_texts
from bot.core.content import Content
from bot.core.decisions import Decisions
from bot.core.model import Answers
from bot.core.paths import blocks
from bot.core.screening_form import Condition, Form
from bot.core.upsets import UpSet

End = tuple[str, str]  # outcome and urgency


@dataclass(frozen=True, slots=True)
class Change:
    """Something that stands otherwise; `old` or `new` is empty where it was added or taken out."""

    where: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Shift:
    """Rating states that come to something else, and the answers that lead to one of them."""

    old: End
    new: End
    states: int
    ways: int
    example: Answers


def changed_texts(old: Content, new: Content) -> Iterator[Change]:
    """Every text for clients that was added, taken out, or worded differently."""
    before, after = _texts(old), _texts(new)
    for where in [*before, *(each for each in after if each not in before)]:
        if before.get(where) != after.get(where):
            yield Change(where, before.get(where, ""), after.get(where, ""))


def _texts(content: Content) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in client_texts(content):
        where, number = f"{each.file} {each.name} ({each.kind})", 2
        while where in found:
            where, number = f"{each.file} {each.name} ({each.kind} {number})", number + 1
        found[where] = each.text
    return found


def changed_decisions(old: Form, new: Form) -> Iterator[Change]:
    """Every part of the screening that outcomes depend on and that stands otherwise."""
    before, after = _parts(old), _parts(new)
    for where in [*before, *(each for each in after if each not in before)]:
        if before.get(where) != after.get(where):
            yield Change(where, before.get(where, ""), after.get(where, ""))
    if list(before) != list(after) and set(before) == set(after):
        yield Change("order", "the order of questions, options or rules has changed", "")


def _parts(form: Form) -> dict[str, str]:
    """The decisive parts, each small enough to be read in a few lines."""
    parts: dict[str, str] = {}
    for question in form.questions:
        about = {
            "ask_if": question.ask_if,
            "end_if": question.end_if,
            "multi": question.multi,
        }
        parts[f"question {question.id}"] = _plain(about)
        for option in question.options:
            decisive = {
                "rate": option.rate,
                "skip": option.skip,
                "emergency": option.emergency,
                "flags": option.flags,
                "alone": option.alone,
                "worse_than": option.worse_than,
            }
            parts[f"option {question.id} {option.id}"] = _plain(decisive)
    for dimension in form.dimensions:
        table = dimension.table
        parts[f"dimension {dimension.id}"] = _plain({"max": dimension.max, "bump": dimension.bump})
        if table is None:
            continue
        about_table = {"rows": table.rows, "columns": table.columns, "raises": table.raises}
        parts[f"table {dimension.id}"] = _plain(about_table)
        for sheet in table.classes:
            parts[f"table {dimension.id} {sheet.id}"] = _plain({"when": sheet.when})
            for row, cells in sheet.cells.items():
                for column, cell in zip(table.column_order, cells, strict=True):
                    parts[f"table {dimension.id} {sheet.id}: {row}, {column}"] = str(cell)
    for rule in form.rules:
        decisive_rule = {
            "outcome": rule.outcome,
            "when": rule.when,
            "flags": rule.flags,
            "emergency": rule.emergency,
        }
        parts[f"rule {rule.id}"] = _plain(decisive_rule)
    for urgent in (*form.urgency_rules, *form.incomplete.rules):
        about_urgency = {
            "urgency": urgent.urgency,
            "when": urgent.when,
            "known_only": urgent.known_only,
        }
        parts[f"rule {urgent.id}"] = _plain(about_urgency)
    for flag in form.flags:
        parts[f"flag {flag.id}"] = _plain({"when": flag.when})
    parts["skips"] = _plain({"cap": form.skips.cap})
    about_incomplete = {
        "urgency": form.incomplete.urgency,
        "too_little": form.incomplete.too_little,
    }
    parts["incomplete"] = _plain(about_incomplete)
    parts["minors"] = _plain({"flag": form.minors.flag, "too_young": form.minors.too_young})
    return parts


def _plain(parts: Mapping[str, object]) -> str:
    """A line for each part that says something; of a condition, one for each way that it can hold."""
    lines = []
    for name, value in parts.items():
        ways = value.any_of if isinstance(value, Condition) and value.any_of else (value,)
        for each in ways:
            kept = _without_lines(msgspec.to_builtins(each, enc_hook=str))
            if kept not in (None, "", [], {}, False):
                said = kept if isinstance(kept, str) else json.dumps(kept, ensure_ascii=False)
                lines.append(f"{name}: {said.replace(chr(34), '')}")
    return "\n".join(lines) or "(nothing)"


def _without_lines(value: object) -> object:
    """Without line numbers and without what is empty."""
    if isinstance(value, dict):
        kept = {key: _without_lines(each) for key, each in value.items() if key != "line"}
        if "question" in kept or "count" in kept:
            return {
                key: each for key, each in kept.items() if each and (key, each) != ("needed", 1)
            }
        kept.pop("needed", None)
        return {key: each for key, each in kept.items() if each not in (None, "", [], {}, False)}
    if isinstance(value, list | tuple):
        return [_without_lines(each) for each in value]
    return value


def only_in_one(old: Form, new: Form) -> Iterator[str]:
    """Answers that one version takes and the other does not: whoever gives them is not compared."""
    for one, other, said in ((old, new, "taken out"), (new, old, "added")):
        for question in one.questions:
            asked = other.question(question.id)
            for option in question.options if asked is not None else ():
                if asked is not None and asked.option(option.id) is None:
                    yield f"{question.id} {option.id}: {said}"


def shifts(old: Form, new: Form) -> list[Shift]:
    """How many rating states come to something else, most of them first.

    Compared are the ways that both versions ask: the same answers, and any to what only one asks.
    An emergency stands with all that might have followed it, so that both sides are counted alike.
    """
    one, other = Decisions(old, 0), Decisions(new, 1)
    sets = (*_sets(one), *_sets(other))
    lanes = [each.lane(_sets(each), dangers=True) for each in (one, other)]
    walked = blocks(lanes)
    found: dict[tuple[End, End], States] = {}
    middle = len(_sets(one))
    for truths, states in census(walked, sets).items():
        ends = _end(one, truths[:middle]), _end(other, truths[middle:])
        if ends[0] != ends[1]:
            found[ends] = found[ends] | states if ends in found else states
    return [
        Shift(before, after, states.states, states.ways.count, states.ways.example[1])
        for (before, after), states in sorted(
            found.items(), key=lambda item: item[1].states, reverse=True
        )
    ]


def _sets(decisions: Decisions) -> tuple[UpSet, ...]:
    ended = decisions.ended(decisions.form.questions)
    return (*decisions.levels, *decisions.urgencies, ended, decisions.alarm, *decisions.dangers)


def _end(decisions: Decisions, truths: tuple[bool, ...]) -> End:
    *_, is_ended, is_alarm, is_danger, is_late_danger = truths
    if is_alarm or is_danger or (is_late_danger and not is_ended):
        return "emergency", "now"
    if is_ended:
        return "ends early", ""
    level, urgency = decisions.read(truths)
    return str(level.value), str(urgency.value)
