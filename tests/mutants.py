"""A screening with one thing wrong in it: each rule, threshold, rating and condition in turn."""

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from bot.core.model import Level
from bot.core.screening_form import (
    Condition,
    Dimension,
    Form,
    Option,
    Question,
    Rule,
    Table,
    UrgencyRule,
)

LEVELS = list(Level)


@dataclass(frozen=True)
class Mutant:
    """What was done to the form, of which sort it is, and the form."""

    sort: str
    what: str
    form: Form


def mutants(form: Form) -> Iterator[Mutant]:
    """All of them, one change each."""
    yield from _rules(form)
    yield from _urgency_rules(form)
    yield from _ratings(form)
    yield from _options(form)
    yield from _paths(form)
    yield from _dimensions(form)


def _rules(form: Form) -> Iterator[Mutant]:
    for place, rule in enumerate(form.rules[:-1]):
        rest = (*form.rules[:place], *form.rules[place + 1 :])
        yield Mutant("rule deleted", rule.id, replace(form, rules=rest))
        lower = LEVELS[LEVELS.index(rule.outcome) - 1]
        yield _with_rule(form, place, replace(rule, outcome=lower), "outcome lowered")
        for sort, changed in conditions(rule.when):
            yield _with_rule(form, place, replace(rule, when=changed), sort)


def _with_rule(form: Form, place: int, rule: Rule, sort: str) -> Mutant:
    rules = (*form.rules[:place], rule, *form.rules[place + 1 :])
    return Mutant(sort, f"{rule.id}: {rule.outcome} {_said(rule.when)}", replace(form, rules=rules))


def _urgency_rules(form: Form) -> Iterator[Mutant]:
    rules = form.urgency_rules

    def with_rule(place: int, changed: tuple[UrgencyRule, ...], sort: str, what: str) -> Mutant:
        every = (*rules[:place], *changed, *rules[place + 1 :])
        return Mutant(sort, what, replace(form, urgency_rules=every))

    for place, rule in enumerate(rules):
        yield with_rule(place, (), "rule deleted", rule.id)
        flipped = replace(rule, known_only=not rule.known_only)
        yield with_rule(place, (flipped,), "known_only flipped", rule.id)
        for sort, changed in conditions(rule.when):
            if changed is not None:
                what = f"{rule.id}: {_said(changed)}"
                yield with_rule(place, (replace(rule, when=changed),), sort, what)


def conditions(condition: Condition | None) -> Iterator[tuple[str, Condition | None]]:
    """The condition with one threshold moved, or one part left out."""
    if condition is None:
        return
    if condition.at_least is not None:
        for other in (condition.at_least - 1, condition.at_least + 1):
            if 1 <= other <= 4:
                yield "threshold moved", replace(condition, at_least=other)
    if condition.count:
        for needed in (condition.needed - 1, condition.needed + 1):
            yield "count moved", replace(condition, needed=needed)
        for name in condition.count:
            rest = tuple(each for each in condition.count if each != name)
            yield "part left out", replace(condition, count=rest)
    if len(condition.in_) > 1:
        for option in condition.in_:
            rest_options = tuple(each for each in condition.in_ if each != option)
            yield "part left out", replace(condition, in_=rest_options)
    for name_of, parts in (("any_of", condition.any_of), ("all_of", condition.all_of)):
        for place, part in enumerate(parts):
            rest_parts = (*parts[:place], *parts[place + 1 :])
            yield "part left out", _with(condition, name_of, rest_parts)
            for sort, changed in conditions(part):
                if changed is not None:
                    changed_parts = (*parts[:place], changed, *parts[place + 1 :])
                    yield sort, _with(condition, name_of, changed_parts)


def _with(condition: Condition, name: str, parts: tuple[Condition, ...]) -> Condition:
    if name == "any_of":
        return replace(condition, any_of=parts)
    return replace(condition, all_of=parts)


def _ratings(form: Form) -> Iterator[Mutant]:
    for question in form.questions:
        for option in question.options:
            for name, rating in option.rate.items():
                for other in (rating - 1, rating + 1, None):
                    if other is not None and not 0 <= other <= 4:
                        continue
                    rate = {each: n for each, n in option.rate.items() if each != name}
                    if other is not None:
                        rate[name] = other
                    what = f"{question.id} {option.id}: {name} {other}"
                    sort = "rating deleted" if other is None else "rating moved"
                    yield _with_option(
                        form, question, option, replace(option, rate=rate), sort, what
                    )


def _with_option(  # noqa: PLR0917 (a row of what changes)
    form: Form, question: Question, old: Option, new: Option | None, sort: str, what: str
) -> Mutant:
    options = tuple(
        new if each is old else each for each in question.options if each is not old or new
    )
    kept = tuple(each for each in options if each is not None)
    changed = replace(question, options=kept)
    questions = tuple(changed if each is question else each for each in form.questions)
    return Mutant(sort, what, replace(form, questions=questions))


def _options(form: Form) -> Iterator[Mutant]:
    for question in form.questions:
        for option in question.options:
            what = f"{question.id} {option.id}"
            if option.emergency:
                calm = replace(option, emergency="")
                yield _with_option(form, question, option, calm, "emergency deleted", what)
            if option.skip in ("counted", "safety"):
                told = replace(option, skip=None)
                yield _with_option(form, question, option, told, "skip deleted", what)
            if option.skip == "safety" and not option.emergency:
                calm = replace(option, skip="counted")
                yield _with_option(form, question, option, calm, "safety skip lowered", what)


def _paths(form: Form) -> Iterator[Mutant]:
    for question in form.questions:
        for name in ("ask_if", "end_if"):
            condition = question.ask_if if name == "ask_if" else question.end_if
            if condition is None:
                continue
            for sort, changed in (("path condition deleted", None), *conditions(condition)):
                new = (
                    replace(question, ask_if=changed)
                    if name == "ask_if"
                    else replace(question, end_if=changed)
                )
                questions = tuple(new if each is question else each for each in form.questions)
                what = f"{question.id} {name} {_said(changed)}"
                yield Mutant(f"path: {sort}", what, replace(form, questions=questions))


def _dimensions(form: Form) -> Iterator[Mutant]:
    for dimension in form.dimensions:
        for part in dimension.max:
            rest = tuple(each for each in dimension.max if each != part)
            yield _with_dimension(form, dimension, replace(dimension, max=rest), "max", part)
        if dimension.bump is not None:
            yield _with_dimension(form, dimension, replace(dimension, bump=None), "bump", "none")
            for sort, changed in conditions(dimension.bump.when):
                if changed is not None:
                    bump = replace(dimension.bump, when=changed)
                    new = replace(dimension, bump=bump)
                    yield _with_dimension(form, dimension, new, sort, f"bump {_said(changed)}")
        if dimension.table is not None:
            for sort, what, table in _tables(dimension.table):
                new = replace(dimension, table=table)
                yield _with_dimension(form, dimension, new, sort, what)


def _with_dimension(form: Form, old: Dimension, new: Dimension, sort: str, what: str) -> Mutant:
    dimensions = tuple(new if each is old else each for each in form.dimensions)
    return Mutant(sort, f"{old.id} {what}", replace(form, dimensions=dimensions))


def _tables(table: Table) -> Iterator[tuple[str, str, Table]]:
    for place, sheet in enumerate(table.classes):
        for row, cells in sheet.cells.items():
            for column, rating in enumerate(cells):
                for other in (rating - 1, rating + 1):
                    if 0 <= other <= 4:
                        changed = (*cells[:column], other, *cells[column + 1 :])
                        new = replace(sheet, cells={**sheet.cells, row: changed})
                        classes = (*table.classes[:place], new, *table.classes[place + 1 :])
                        what = f"{sheet.id} {row} {table.column_order[column]}: {other}"
                        yield f"cell of {sheet.id} moved", what, replace(table, classes=classes)
        for sort, when in conditions(sheet.when):
            if when is not None:
                new = replace(sheet, when=when)
                classes = (*table.classes[:place], new, *table.classes[place + 1 :])
                yield sort, f"class {sheet.id} {_said(when)}", replace(table, classes=classes)
    for place, each in enumerate(table.raises):
        rest = (*table.raises[:place], *table.raises[place + 1 :])
        yield "raise deleted", f"raise {place}", replace(table, raises=rest)
        for to in (each.to - 1, each.to + 1):
            moved = (*table.raises[:place], replace(each, to=to), *table.raises[place + 1 :])
            yield "threshold moved", f"raise {place} to {to}", replace(table, raises=moved)
        for sort, when in conditions(each.when):
            if when is not None:
                new_raise = replace(each, when=when)
                moved = (*table.raises[:place], new_raise, *table.raises[place + 1 :])
                yield sort, f"raise {place} {_said(when)}", replace(table, raises=moved)


def _said(condition: Condition | None) -> str:
    """A condition in one line."""
    if condition is None:
        return "always"
    if condition.any_of or condition.all_of:
        word = " or " if condition.any_of else " and "
        return "(" + word.join(map(_said, condition.any_of or condition.all_of)) + ")"
    if condition.question:
        return f"{condition.question} in {','.join(condition.in_)} needed {condition.needed}"
    if condition.dimension:
        return f"{condition.dimension}>={condition.at_least}"
    if condition.count:
        return f"{condition.needed} of {','.join(condition.count)}>={condition.at_least}"
    return str(condition.answered or condition.outcome)
