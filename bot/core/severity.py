"""Which answer to a question is worse than which, and whether that can ever lower a rating.

An answer is worse than another when it rates at least as high in every dimension, tables included,
and either higher in one, whatever it opens, or with at least the same conditions met and the same
questions opened; or when the form says so (`worse_than`), or when it ticks more. Counterpart:
`proof`, which shows that worse never means less.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, product

from bot.core.model import Answers, QuestionId
from bot.core.screening_form import Condition, Dimension, Form, Option, Question
from bot.core.screening_rules import Given, chosen, holds, leaves, looked_up
from bot.core.upsets import Feature
from bot.core.walker import Axis, Chosen, both, choices, table_axis, table_questions

KNOWN, ASSUMED = 0, 1  # the two ways in which answers are rated


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers to a question, of which `worse` must never lead to less."""

    question: Question
    better: Chosen
    worse: Chosen
    said_by: Option | None = None  # whose `worse_than` says so


@dataclass(frozen=True, slots=True)
class TableMap:
    """All that a table can come to: a rating as known and as assumed for each kind of answers."""

    axes: tuple[Axis, ...]
    values: dict[tuple[int, ...], tuple[int, int]]

    def is_less(self, spot: int, low: int, high: int, opened: frozenset[int], mode: int) -> bool:
        """Whether one kind of answer at `spot` never comes to more than the other.

        The worse answer may open other questions: so each of their answers is also compared with
        not having been asked.
        """
        for kinds, values in self.values.items():
            if kinds[spot] == high:
                same = (*kinds[:spot], low, *kinds[spot + 1 :])
                fewer = tuple(
                    self.axes[place].kind_of[None] if place in opened else kind
                    for place, kind in enumerate(same)
                )
                if max(self.values[same][mode], self.values[fewer][mode]) > values[mode]:
                    return False
        return True


class Severity:
    """Compares the answers of a form by the features that its decisions look at."""

    def __init__(self, form: Form, features: frozenset[Feature]) -> None:
        self.form = form
        self.features = features
        self._tables = [_table_map(form, each) for each in form.dimensions if each.table]

    def pairs(self, question: Question) -> Iterator[Pair]:
        """Every pair of answers of which one is worse: as the form says, by ticks, by rating."""
        said = set()
        for option in question.options:
            for better in option.worse_than:
                if not option.emergency:
                    said.add((better, option.id))
                    yield Pair(question, (better,), (option.id,), option)
        skips = {option.id for option in question.options if option.skip}
        alone = {option.id for option in question.options if option.alone}
        for low, high in product(choices(question), choices(question, skips=False)):
            if low == high or skips & set(high):
                continue
            if len(low) > 1 or len(high) > 1:
                has_one_more = set(low) < set(high) and len(high) == len(low) + 1
                if has_one_more and not alone & set(low):
                    yield Pair(question, low, high)
            elif (low[0], high[0]) not in said and (
                self.never_less(question, low, high)
                or (low[0] not in skips and self.rates_higher(question, low, high))
            ):
                yield Pair(question, low, high)

    def mildest(self, question: Question) -> Chosen:
        """The answer that no other is milder than; the first, where there is none."""
        singles = [each for each in choices(question, skips=False) if len(each) == 1]
        for each in singles:
            if all(each == other or self.never_less(question, each, other) for other in singles):
                return each
        return singles[0] if singles else (question.options[0].id,)

    def never_less(self, question: Question, low: Chosen, high: Chosen) -> bool:
        """Whether no number can get lower by the worse answer, whatever else is answered."""
        return self.opens_as_much(question, low, high) and all(
            self.marks_as_much(question, low, high, mode) for mode in (KNOWN, ASSUMED)
        )

    def rates_higher(self, question: Question, low: Chosen, high: Chosen) -> bool:
        """Whether one answer rates as much as the other in every dimension, and more in one.

        A tick names a thing, not how much of it: what only a table makes of it is no order of ticks.
        """
        modes = (KNOWN, ASSUMED)
        if not all(self._rates_as_much(question, low, high, mode) for mode in modes):
            return False
        less, more = self._rated({question.id: low}), self._rated({question.id: high})
        return less != more or not (
            question.multi or all(self._rates_as_much(question, high, low, mode) for mode in modes)
        )

    def opens_as_much(self, question: Question, low: Chosen, high: Chosen) -> bool:
        """Whether all that is asked after one answer is asked after the other."""
        asks = chain.from_iterable(leaves(each.ask_if) for each in self.form.questions)
        ends = chain.from_iterable(leaves(each.end_if) for each in self.form.questions)
        return all(_implies(leaf, question.id, low, high) for leaf in asks) and all(
            _implies(leaf, question.id, high, low) for leaf in ends
        )

    def marks_as_much(self, question: Question, low: Chosen, high: Chosen, mode: int) -> bool:
        """Whether one answer marks at most as much as the other, as known or as assumed."""
        less = both(self.form, {question.id: low})[mode]
        more = both(self.form, {question.id: high})[mode]
        for feature in self.features:
            if _is_chosen(feature, less) and not _is_chosen(feature, more):
                return False
        return self._rates_as_much(question, low, high, mode)

    def _rates_as_much(self, question: Question, low: Chosen, high: Chosen, mode: int) -> bool:
        rated = self._rated(both(self.form, {question.id: high})[mode])
        less = self._rated(both(self.form, {question.id: low})[mode])
        if any(rating > rated.get(name, 0) for name, rating in less.items()):
            return False
        for table in self._tables:
            opened = frozenset(
                place
                for place, axis in enumerate(table.axes)
                if self._is_opened(axis.question, question.id, low)
            )
            for spot, axis in enumerate(table.axes):
                if axis.question == question.id and not table.is_less(
                    spot, axis.kind_of[low], axis.kind_of[high], opened, mode
                ):
                    return False
        return True

    def _rated(self, answers: Answers) -> dict[str, int]:
        rated: dict[str, int] = {}
        for _, option in chosen(self.form, answers):
            for name, rating in option.rate.items():
                rated[name] = max(rating, rated.get(name, 0))
        return rated

    def _is_opened(self, name: QuestionId, question: QuestionId, answer: Chosen) -> bool:
        """Whether a question asks about that one, and is not asked after this answer to it."""
        asked = self.form.question(name)
        return (
            asked is not None
            and any(leaf.question == question for leaf in leaves(asked.ask_if))
            and not holds(asked.ask_if, Given({question: answer}))
        )


def _implies(leaf: Condition, question: QuestionId, one: Chosen, other: Chosen) -> bool:
    """Whether a condition on this question that holds for one answer holds for the other too."""
    if leaf.question != question or not holds(leaf, Given({question: one})):
        return True
    return holds(leaf, Given({question: other}))


def _is_chosen(feature: Feature, answers: Answers) -> bool:
    return feature.about == "chose" and any(
        feature.name == question and Given(answers).chose(question, feature.options, feature.needed)
        for question in answers
    )


def _table_map(form: Form, dimension: Dimension) -> TableMap:
    table = dimension.table
    if table is None:
        raise ValueError(f"'{dimension.id}' has no table")
    axes = tuple(table_axis(form, table, each) for each in table_questions(dimension))
    values = {}
    for kinds in product(*(range(len(axis.kinds)) for axis in axes)):
        answers: Answers = {}
        for axis, kind in zip(axes, kinds, strict=True):
            answer = axis.kinds[kind]
            if answer is not None:
                answers[axis.question] = answer
        known, assumed = both(form, answers)
        values[kinds] = looked_up(table, Given(known)), looked_up(table, Given(assumed))
    return TableMap(axes, values)
