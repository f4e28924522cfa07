"""Why an outcome: the answers that made its rule hold, worst first.

A reason always stands on an answer that was given; where a rule looks at a rating, on the answers
that brought it there.
"""

from collections.abc import Iterator

from bot.core.model import Reason
from bot.core.screening_form import Condition, Dimension, Form, Option, Question, Table
from bot.core.screening_rules import Given, chosen, holds, kinds_of, looked_up

Said = list[tuple[Question, Option]]  # what was chosen, in the order of the form
Cause = tuple[Question, Option, int]  # an answer and how much it weighs
EMERGENCY_WEIGHT = 9


def reasons(form: Form, condition: Condition | None, given: Given) -> tuple[Reason, ...]:
    """At most `most_reasons` answers that make the condition hold; none is said twice."""
    weights: dict[tuple[str, str], tuple[int, int, Option, Question]] = {}
    said = chosen(form, given.answers)
    order = {question.id: place for place, question in enumerate(form.questions)}
    for question, option, weight in _causes(form, condition, given, said):
        key = (question.id, option.id)
        if option.because and (key not in weights or -weights[key][0] < weight):
            weights[key] = (-weight, order[question.id], option, question)
    worst_first = sorted(weights.values(), key=lambda each: each[:2])
    found: dict[str, Reason] = {}
    for _, _, option, question in worst_first:
        reason = Reason(question=question.id, option=option.id, text=str(option.because))
        found.setdefault(reason.text, reason)
    return tuple(found.values())[: form.most_reasons]


def _causes(form: Form, condition: Condition | None, given: Given, said: Said) -> Iterator[Cause]:
    if condition is None or not holds(condition, given):
        return
    for dimension in (condition.dimension, *condition.count):
        at_least = condition.at_least or 1
        if dimension is not None and given.rated(dimension, at_least):
            yield from _raters(form, dimension, at_least, given, said)
    for question, option in said:
        is_named = question.id == condition.question and option.id in condition.in_
        if is_named or condition.answered in kinds_of(option):
            yield question, option, _weight(option)
    for each in condition.any_of or condition.all_of:
        yield from _causes(form, each, given, said)


def _weight(option: Option) -> int:
    return EMERGENCY_WEIGHT if option.emergency else max(option.rate.values(), default=0)


def _raters(form: Form, name: str, at_least: int, given: Given, said: Said) -> Iterator[Cause]:
    """The answers that bring a dimension to that rating."""
    for question, option in said:
        if option.rate.get(name, 0) >= at_least:
            yield question, option, option.rate[name]
    dimension = next(each for each in form.dimensions if each.id == name)
    for part in dimension.max:
        if given.rated(part, at_least):
            yield from _raters(form, part, at_least, given, said)
    yield from _bumpers(form, dimension, at_least, given, said)
    if dimension.table is not None and given.rated(name, at_least):
        yield from _table_causes(form, dimension.table, at_least, given, said)


def _bumpers(
    form: Form, dimension: Dimension, at_least: int, given: Given, said: Said
) -> Iterator[Cause]:
    highest = max((given.ratings[part] for part in dimension.max), default=0)
    if dimension.bump is not None and highest < at_least:
        yield from _causes(form, dimension.bump.when, given, said)


def _table_causes(
    form: Form, table: Table, at_least: int, given: Given, said: Said
) -> Iterator[Cause]:
    value = looked_up(table, given)
    raised = [each for each in table.raises if each.to >= at_least and holds(each.when, given)]
    for each in raised:
        for question, option, _ in _causes(form, each.when, given, said):
            yield question, option, value
    otherwise = {axis.question: axis.otherwise for axis in (table.rows, table.columns)}
    for question, option in said:
        if question.id in otherwise and option.id != otherwise[question.id]:
            yield question, option, value
