"""Parts of rules and tables that change nothing, whatever is answered. Counterpart: `reach`.

A part is one line under `any:`. It is dead when it never holds, or when what stands beside it holds
as well whenever it does.
"""

from collections.abc import Iterable, Iterator
from itertools import product

from bot.core.decisions import URGENCIES
from bot.core.finding import Finding
from bot.core.model import Answers
from bot.core.reach import Reach
from bot.core.screening_form import Condition, Dimension, Form, UrgencyRule
from bot.core.screening_rules import Given, holds
from bot.core.upsets import EVERY_STATE, NO_STATE, Conditions, UpSet
from bot.core.walker import both, table_axis, table_questions

HINT = "change it, or take it out"


def dead_parts(reach: Reach) -> Iterator[Finding]:
    """Everything that stands there and never matters."""
    yield from _urgency_rules(reach)
    form = reach.form
    named = [(f"rule '{each.id}'", each.when) for each in form.rules]
    named += [(f"urgency rule '{each.id}'", each.when) for each in form.urgency_rules]
    named += [(f"the flag '{each.id}'", each.when) for each in form.flags]
    for name, when in named:
        for part, others in _alternatives(when):
            if not _is_heeded(reach, part, others):
                message = (
                    f"a part of {name} changes nothing: it never holds, or others beside it do too"
                )
                yield Finding(part.line, "part-never", message, HINT)
    for dimension in form.dimensions:
        yield from _table(form, dimension)


def _alternatives(
    condition: Condition | None,
) -> Iterator[tuple[Condition, tuple[Condition, ...]]]:
    """Each line under an `any`, with those beside it."""
    if condition is None:
        return
    for part in condition.any_of:
        yield part, tuple(each for each in condition.any_of if each is not part)
    for part in (*condition.any_of, *condition.all_of):
        yield from _alternatives(part)


def _is_heeded(reach: Reach, part: Condition, others: tuple[Condition, ...]) -> bool:
    """Whether the part ever holds where no other does."""
    decisions = reach.decisions
    if _is_only_one(part, others, decisions.danger):
        return True
    for given in reach.givens:
        if holds(part, given) and not any(holds(each, given) for each in others):
            return True
    return any(
        reach.example(holds(part, conditions), _joined(others, conditions)) is not None
        for conditions in (decisions.known, decisions.assumed)
    )


def _joined(parts: Iterable[Condition], conditions: Conditions) -> UpSet:
    found = NO_STATE
    for each in parts:
        found |= holds(each, conditions)
    return found


def _is_only_one(part: Condition, others: Iterable[Condition], danger: Conditions) -> bool:
    """Whether the part holds in every danger, and the others do not."""
    every = EVERY_STATE.needs
    return holds(part, danger).needs == every and _joined(others, danger).needs != every


def _urgency_rules(reach: Reach) -> Iterator[Finding]:
    """Urgency rules that only hold where it is as urgent anyway."""
    rules = reach.form.urgency_rules
    for rule in rules:
        if not reach.is_hurried(rule):
            continue  # told by `reach` already
        rest = [each for each in rules if each is not rule and _is_before(each, rule, rules)]
        if not _is_decisive(reach, rule, rest):
            message = f"urgency rule '{rule.id}' never decides: another is as urgent where it holds"
            hint = "make it say more, or take it out"
            yield Finding(rule.line, "rule-shadowed", message, hint)


def _rank(rule: UrgencyRule) -> int:
    return URGENCIES.index(rule.urgency)


def _is_before(one: UrgencyRule, other: UrgencyRule, rules: tuple[UrgencyRule, ...]) -> bool:
    """Whether a rule is more urgent than the other, or as urgent and above it."""
    return (_rank(one), -rules.index(one)) > (_rank(other), -rules.index(other))


def _is_decisive(reach: Reach, rule: UrgencyRule, others: list[UrgencyRule]) -> bool:
    """Whether the rule ever holds where no other makes it as urgent."""
    decisions = reach.decisions
    whens = [each.when for each in others]
    if _is_only_one(rule.when, whens, decisions.danger):
        return True
    for given in reach.givens:
        if holds(rule.when, given) and not any(holds(each, given) for each in whens):
            return True
    outside = NO_STATE
    for other in others:
        outside |= reach.hurried(other.when, known_only=other.known_only)
    inside = reach.hurried(rule.when, known_only=rule.known_only)
    return reach.example(inside, outside) is not None


def _table(form: Form, dimension: Dimension) -> Iterator[Finding]:
    """Classes of a table that one above always forestalls, and raises that lift nothing."""
    table = dimension.table
    if table is None:
        return
    axes = [table_axis(form, table, each) for each in table_questions(dimension)]
    used, lifting = set(), set()
    for kinds in product(*(axis.kinds for axis in axes)):
        answers: Answers = {
            axis.question: kind for axis, kind in zip(axes, kinds, strict=True) if kind is not None
        }
        for given in map(Given, both(form, answers)):
            sheet = next(each for each in table.classes if holds(each.when, given))
            used.add(sheet.line)
            row = given.answers.get(table.rows.question, (table.rows.otherwise,))[0]
            column = given.answers.get(table.columns.question, (table.columns.otherwise,))[0]
            value = sheet.cells[row][table.column_order.index(column)]
            for each in table.raises:
                if value < each.to and holds(each.when, given):
                    value = each.to
                    lifting.add(each.line)
    for sheet in table.classes:
        if sheet.line not in used:
            message = f"the class '{sheet.id}' is never used: one above holds whenever it does"
            yield Finding(sheet.line, "never-reached", message, HINT)
    for each in table.raises:
        if each.line not in lifting:
            message = f"a raise to {each.to} of '{dimension.id}' never lifts anything"
            yield Finding(each.line, "never-reached", message, HINT)
