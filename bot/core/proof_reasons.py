"""Whether every outcome above the least has a reason to show, in every state where it is reached.

A state that meets a rule meets one of its needs; so it is enough that in each need there is some
number that can only come from answers with a `because`.
"""

from collections.abc import Iterator
from itertools import product

from bot.core.census import find
from bot.core.decisions import LEVELS, Decisions
from bot.core.finding import Finding
from bot.core.model import Answers, QuestionId
from bot.core.paths import blocks
from bot.core.screening_form import Condition, Dimension, Form, Option, Rule, Table
from bot.core.screening_reasons import reasons
from bot.core.screening_rules import Given, kinds_of, looked_up
from bot.core.upsets import Conditions, Feature, Need, UpSet
from bot.core.walker import Chosen, choices, table_axis, table_questions


def unreasoned(form: Form) -> Iterator[Finding]:
    """Rules that can hold without any reason to show."""
    decisions = Decisions(form)
    told = _Told(form)
    for rule in form.rules:
        if rule.outcome is LEVELS[0]:
            continue
        for conditions in (decisions.known, decisions.assumed):
            for need in decisions.rule(rule, conditions).needs:
                if not any(told.always(feature, least) for feature, least in need):
                    yield Finding(
                        rule.line,
                        "no-reason",
                        f"rule '{rule.id}' can hold without a reason to show: {_plain(need)}",
                        "give the answers that lead there a 'because'",
                        _shown(decisions, rule, conditions, need),
                    )
    for question in form.questions:
        for option in question.options:
            if option.emergency and not option.because:
                message = f"the emergency '{option.id}' of '{question.id}' has no 'because'"
                yield Finding(option.line, "no-reason", message, "say what was told")


def _shown(
    decisions: Decisions, rule: Rule, conditions: Conditions, need: Need
) -> tuple[Answers, ...]:
    """A shortest chat in which the rule decides by what it needs here, where there is one."""
    inside, outside = UpSet([need]), decisions.over | decisions.before(rule, conditions)
    way = find(blocks([decisions.lane((inside, outside))]), inside, outside)
    return way.example if way is not None else ()


def _plain(need: Need) -> str:
    return ", ".join(sorted(f"{feature.name} >= {least}" for feature, least in need)) or "always"


class _Told:
    """Knows which numbers always come with a reason."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self._known: dict[tuple[Feature, int], bool] = {}
        self._untold: dict[str, int] = {}

    def always(self, feature: Feature, least: int) -> bool:
        """Whether every answer that brings the number there has a reason."""
        key = (feature, least)
        if key not in self._known:
            self._known[key] = self._is_always(feature, least)
        return self._known[key]

    def _is_always(self, feature: Feature, least: int) -> bool:
        options = [
            option
            for question in self.form.questions
            for option in question.options
            if self._brings(question.id, option, feature, least)
        ]
        if not all(option.because for option in options):
            return False
        tables = [each for each in self.form.dimensions if each.id == feature.name and each.table]
        return feature.about != "rate" or all(self._table_tells(each, least) for each in tables)

    def _brings(self, question: str, option: Option, feature: Feature, least: int) -> bool:
        if feature.about == "rate":
            return option.rate.get(feature.name, 0) >= least
        if feature.about == "kind":
            return feature.name in kinds_of(option)
        return feature.name == question and option.id in feature.options

    def _table_tells(self, dimension: Dimension, least: int) -> bool:
        """Whether the table never comes to the rating without a reason among its answers."""
        if dimension.id not in self._untold:
            self._untold[dimension.id] = max(self._untold_values(dimension), default=0)
        return self._untold[dimension.id] < least

    def _untold_values(self, dimension: Dimension) -> Iterator[int]:
        """The ratings that the table comes to without a reason."""
        table = dimension.table
        if table is None:
            return
        names = table_questions(dimension)
        for picked in product(*(self._answers(table, name) for name in names)):
            answers = {name: each for name, each in zip(names, picked, strict=True) if each}
            value = looked_up(table, Given(answers))
            given = Given(answers, {dimension.id: value})
            condition = Condition(dimension=dimension.id, at_least=value)
            if value and not reasons(self.form, condition, given):
                yield value

    def _answers(self, table: Table, name: QuestionId) -> list[Chosen | None]:
        """The answers that make a difference to the table, and each option by itself."""
        question = self.form.question(name)
        singles = [each for each in choices(question) if len(each) == 1] if question else []
        return list(dict.fromkeys((*table_axis(self.form, table, name).kinds, *singles)))
