"""What one form must remember on a way through some of its questions, and the mark it leaves.

Little is remembered: answers that a later question or table still asks for, and of a table whose
last inputs are near only the few ratings that it can still come to. Counterpart: `paths`, which
leads the walkers.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations, product

from bot.core.model import Answers, OptionId, QuestionId
from bot.core.screening_form import Condition, Dimension, Form, Question, Table
from bot.core.screening_rules import (
    Given,
    chosen,
    holds,
    kinds_of,
    leaves,
    looked_up,
    without_skips,
)
from bot.core.upsets import Feature

Chosen = tuple[OptionId, ...]
Mark = tuple[int, ...]  # one number for each feature of the block
Values = tuple[tuple[int, int], ...]  # what a table may come to, as known and as assumed

MOST_TICKS = 10  # options that can be ticked together; more make too many sets
DANGERS = ("emergency", "emergency-late")
MOST_LEFT_OPEN = 16  # ways that a table may still go when its answers are forgotten


@dataclass(frozen=True, slots=True)
class Lane:
    """A form, or its first questions only, and the features that must be told apart.

    `known` and `assumed` are the modes of its features; two lanes have different ones. `dangers`
    also walks on after emergency answers, and marks them by `danger_kind`.
    """

    form: Form
    questions: tuple[Question, ...]
    features: frozenset[Feature]
    known: str = "known"
    assumed: str = "assumed"
    dangers: bool = False

    def danger_kind(self, question: QuestionId) -> str:
        """What an emergency answer counts as: told while the screening may end early, or later."""
        order = [each.id for each in self.form.questions]
        ends = [each.id for each in self.form.questions if each.end_if is not None]
        is_late = bool(ends) and order.index(question) > order.index(ends[-1])
        return DANGERS[is_late]


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered: answers still asked for, and the values of tables still open."""

    answers: tuple[tuple[QuestionId, Chosen], ...] = ()
    tables: tuple[tuple[str, Values], ...] = ()


def choices(question: Question, *, skips: bool = True, dangers: bool = False) -> list[Chosen]:
    """Every answer that the question takes, the mildest first; emergencies only with `dangers`."""
    options = [
        each
        for each in question.options
        if (dangers or not each.emergency) and (skips or not each.skip)
    ]
    if not question.multi:
        return [(option.id,) for option in options]
    together = [option.id for option in options if not option.alone][:MOST_TICKS]
    alone = [(option.id,) for option in options if option.alone]
    sets = chain.from_iterable(combinations(together, n) for n in range(1, len(together) + 1))
    return [*sets, *alone]


def both(form: Form, answers: Answers) -> tuple[Answers, Answers]:
    """The answers as known and as assumed."""
    return without_skips(chosen(form, answers)), answers


def looked_at(condition: Condition | None) -> list[QuestionId]:
    """The questions that a condition asks about."""
    return [leaf.question for leaf in leaves(condition) if leaf.question is not None]


def table_conditions(table: Table) -> list[Condition | None]:
    """The conditions that pick a table's sheet or raise its rating."""
    return [*(each.when for each in table.classes), *(each.when for each in table.raises)]


def table_questions(dimension: Dimension) -> list[QuestionId]:
    """The questions that a dimension's table is looked up from."""
    if dimension.table is None:
        return []
    found = [dimension.table.rows.question, dimension.table.columns.question]
    found += chain.from_iterable(map(looked_at, table_conditions(dimension.table)))
    return list(dict.fromkeys(found))


@dataclass(slots=True)
class Axis:
    """The answers to one of a table's questions that the table can tell apart; None: not asked."""

    question: QuestionId
    kinds: list[Chosen | None] = field(default_factory=list)  # one answer of each kind
    kind_of: dict[Chosen | None, int] = field(default_factory=dict)


def table_axis(form: Form, table: Table, question_id: QuestionId, *, dangers: bool = False) -> Axis:
    """The kinds of answer to a question, as far as the table can tell."""
    axis = Axis(question_id)
    found: dict[Hashable, int] = {}
    question = form.question(question_id)
    taken = choices(question, dangers=dangers) if question is not None else ()
    for each in [None, *taken]:
        bits = tuple(
            chain.from_iterable(
                _seen_by(table, question_id, given)
                for given in both(form, {question_id: each} if each else {})
            )
        )
        if bits not in found:
            found[bits] = len(axis.kinds)
            axis.kinds.append(each)
        axis.kind_of[each] = found[bits]
    return axis


def _seen_by(table: Table, question: QuestionId, given: Answers) -> Iterator[Hashable]:
    for axis in (table.rows, table.columns):
        if axis.question == question:
            yield given.get(question, (axis.otherwise,))
    for leaf in chain.from_iterable(map(leaves, table_conditions(table))):
        if leaf.question == question:
            yield holds(leaf, Given(given))


class Walker:
    """One lane on its way through a block of questions."""

    def __init__(self, lane: Lane, order: Sequence[QuestionId]) -> None:
        self.lane = lane
        self.order = list(order)
        self.questions = {each.id: each for each in lane.questions if each.id in order}
        self._tables = {
            each.id: each.table
            for each in lane.form.dimensions
            if each.table is not None and set(table_questions(each)) & set(order)
        }
        self._axes = {
            each.id: [
                table_axis(lane.form, each.table, question, dangers=lane.dangers)
                for question in order
                if each.table is not None and question in table_questions(each)
            ]
            for each in lane.form.dimensions
            if each.id in self._tables
        }
        self.skips = {
            option.id for each in lane.questions for option in each.options if option.skip
        }
        self.features = tuple(self._all_features())
        self.start: Mark = (0,) * len(self.features)
        self._place = {feature: place for place, feature in enumerate(self.features)}
        self._routes = [
            leaf
            for question in self.questions.values()
            for leaf in leaves(question.ask_if)
            if leaf.question is not None
        ]
        self._gains: dict[tuple[QuestionId, Chosen], Mark] = {}
        self._asks: dict[tuple[int, Memory], bool] = {}
        self._after: dict[tuple[int, Memory, Chosen | None], tuple[Memory, Mark]] = {}

    def _all_features(self) -> Iterator[Feature]:
        rated = {
            name
            for question in self.questions.values()
            for option in question.options
            for name in option.rate
        }
        for mode in (self.lane.known, self.lane.assumed):
            for name in sorted({*rated, *self._tables}):
                yield Feature(mode, "rate", name)
            for kind in ("skip", "safety-skip", *(DANGERS if self.lane.dangers else ())):
                yield Feature(mode, "kind", kind, place=self.order[0])
        for each in self.lane.features:
            if each.about == "chose" and each.name in self.questions:
                yield each

    def asks(self, place: int, memory: Memory) -> bool:
        """Whether the question at that place is asked."""
        key = (place, memory)
        if key not in self._asks:
            question = self.questions.get(self.order[place])
            given = Given(dict(memory.answers))
            self._asks[key] = question is not None and (
                question.ask_if is None or holds(question.ask_if, given)
            )
        return self._asks[key]

    def profile(self, question: QuestionId, answer: Chosen) -> Hashable:
        """All that this answer can ever make a difference to."""
        given = Given({question: answer})
        routes = tuple(holds(leaf, given) for leaf in self._routes if leaf.question == question)
        kinds = tuple(
            axis.kind_of[answer]
            for axis in chain.from_iterable(self._axes.values())
            if axis.question == question
        )
        return self._gained(question, answer), routes, kinds

    def _gained(self, question: QuestionId, answer: Chosen) -> Mark:
        """What an answer adds to the mark, tables aside."""
        key = (question, answer)
        if key not in self._gains:
            gains = list(self.start)
            modes = (self.lane.known, self.lane.assumed)
            given_by_mode = both(self.lane.form, {question: answer})
            for mode, given in zip(modes, given_by_mode, strict=True):
                for feature, value in self._marks(mode, question, given):
                    place = self._place[feature]
                    gains[place] = max(gains[place], value)
            self._gains[key] = tuple(gains)
        return self._gains[key]

    def _marks(
        self, mode: str, question: QuestionId, given: Answers
    ) -> Iterator[tuple[Feature, int]]:
        for _, option in chosen(self.lane.form, given):
            for name, rating in option.rate.items():
                yield Feature(mode, "rate", name), rating
            for kind in kinds_of(option):
                name = self.lane.danger_kind(question) if kind == "emergency" else kind
                yield Feature(mode, "kind", name, place=self.order[0]), 1
        for each in self.features:
            if (each.mode, each.about, each.name) == (mode, "chose", question):
                yield each, int(Given(given).chose(question, each.options, each.needed))

    def after(
        self, place: int, memory: Memory, mark: Mark, answer: Chosen | None
    ) -> tuple[Memory, Mark]:
        """What is remembered, and the mark, once the question was answered or passed by."""
        key = (place, memory, answer)
        if key not in self._after:
            self._after[key] = self._step(place, memory, answer)
        kept, gains = self._after[key]
        return kept, tuple(map(max, mark, gains))

    def _step(self, place: int, memory: Memory, answer: Chosen | None) -> tuple[Memory, Mark]:
        question = self.order[place]
        gains = list(self.start if answer is None else self._gained(question, answer))
        answers = dict(memory.answers)
        if answer is not None:
            answers[question] = answer
        still_asked = {
            name
            for each in self.order[place + 1 :]
            if each in self.questions
            for name in looked_at(self.questions[each].ask_if)
        }
        tables: list[tuple[str, Values]] = []
        known = dict(memory.tables)
        for name, axes in self._axes.items():
            left = [axis for axis in axes if self.order.index(axis.question) > place]
            if name in known:
                values = self._narrowed(known[name], axes, question, answer)
            elif _ways(left) <= MOST_LEFT_OPEN:
                values = tuple(self._values(self._tables[name], axes, answers, left))
            else:
                still_asked.update(axis.question for axis in axes)
                continue
            if left:
                tables.append((name, values))
                continue
            for mode, value in zip((self.lane.known, self.lane.assumed), values[0], strict=True):
                spot = self._place[Feature(mode, "rate", name)]
                gains[spot] = max(gains[spot], value)
        kept = tuple((name, value) for name, value in answers.items() if name in still_asked)
        return Memory(kept, tuple(tables)), tuple(gains)

    def _narrowed(
        self, values: Values, axes: Sequence[Axis], question: QuestionId, answer: Chosen | None
    ) -> Values:
        """The values that are still open after one more answer."""
        for axis in axes:
            if axis.question == question:
                width = len(values) // len(axis.kinds)
                first = axis.kind_of[answer] * width
                return values[first : first + width]
        return values

    def _values(
        self,
        table: Table,
        axes: Sequence[Axis],
        answers: Mapping[QuestionId, Chosen],
        left: Sequence[Axis],
    ) -> Iterator[tuple[int, int]]:
        """The table's value as known and as assumed, for each way in which the rest may go."""
        given = {axis.question: answers[axis.question] for axis in axes if axis.question in answers}
        for rest in product(*(axis.kinds for axis in left)):
            more = {
                axis.question: answer
                for axis, answer in zip(left, rest, strict=True)
                if answer is not None
            }
            known, assumed = both(self.lane.form, {**given, **more})
            yield looked_up(table, Given(known)), looked_up(table, Given(assumed))


def _ways(axes: Sequence[Axis]) -> int:
    ways = 1
    for axis in axes:
        ways *= len(axis.kinds)
    return ways
