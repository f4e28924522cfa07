"""What the conditions of a screening mean, and the ratings that they look at.

`holds` is the only place that gives conditions a meaning. It works on anything that answers the
questions of `Facts`: the screening asks about one person's answers, the proof about all at once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Protocol, TypeVar

from bot.core.model import Answers, Level, OptionId, QuestionId
from bot.core.screening_form import Condition, Dimension, Form, Kind, Option, Question, Table

Truth = TypeVar("Truth")
Truth_co = TypeVar("Truth_co", covariant=True)


class Facts(Protocol[Truth_co]):
    """What conditions ask. The answers may be plain truths, or the sets of states where it is so."""

    def rated(self, dimension: str, at_least: int) -> Truth_co:
        """Whether the dimension reaches that rating."""

    def chose(self, question: QuestionId, options: frozenset[OptionId], needed: int) -> Truth_co:
        """Whether so many of the options were chosen."""

    def answered(self, kind: Kind) -> Truth_co:
        """Whether some option of that kind was chosen."""

    def came_to(self, levels: tuple[Level, ...]) -> Truth_co:
        """Whether the outcome is one of these."""

    def at_least(self, needed: int, tests: "Sequence[Test]") -> Truth_co:
        """Whether so many of the tests are true."""


class Test(Protocol):
    """A condition made ready to be asked."""

    def __call__(self, facts: Facts[Truth], /) -> Truth:
        """Whether it is true of the facts."""


def holds(condition: Condition | None, facts: Facts[Truth]) -> Truth:
    """Whether a condition is true of the facts; no condition always is."""
    return meaning(condition)(facts)


@lru_cache(maxsize=4096)
def meaning(condition: Condition | None) -> Test:
    """The test that a condition stands for."""
    if condition is None:
        return _enough(0, ())
    if condition.dimension is not None:
        return _reaches(condition.dimension, condition.at_least or 1)
    if condition.question is not None:
        return _choice(condition.question, frozenset(condition.in_), condition.needed)
    if condition.any_of:
        return _enough(1, [meaning(each) for each in condition.any_of])
    if condition.all_of:
        return _enough(len(condition.all_of), [meaning(each) for each in condition.all_of])
    if condition.count:
        reached = [_reaches(each, condition.at_least or 1) for each in condition.count]
        return _enough(condition.needed, reached)
    if condition.answered is not None:
        return _kind(condition.answered)
    return _outcome(condition.outcome)


def _reaches(dimension: str, rating: int) -> Test:
    def test(facts: Facts[Truth]) -> Truth:
        return facts.rated(dimension, rating)

    return test


def _choice(question: QuestionId, options: frozenset[OptionId], needed: int) -> Test:
    def test(facts: Facts[Truth]) -> Truth:
        return facts.chose(question, options, needed)

    return test


def _kind(kind: Kind) -> Test:
    def test(facts: Facts[Truth]) -> Truth:
        return facts.answered(kind)

    return test


def _outcome(levels: tuple[Level, ...]) -> Test:
    def test(facts: Facts[Truth]) -> Truth:
        return facts.came_to(levels)

    return test


def _enough(needed: int, tests: Sequence[Test]) -> Test:
    def test(facts: Facts[Truth]) -> Truth:
        return facts.at_least(needed, tests)

    return test


class Given:
    """One person's answers as facts. `ratings` may still lack what is not worked out yet."""

    __slots__ = ("answers", "kinds", "level", "ratings")

    def __init__(
        self,
        answers: Answers,
        ratings: Mapping[str, int] = MappingProxyType({}),
        kinds: Collection[str] = (),
        level: Level | None = None,
    ) -> None:
        self.answers = answers
        self.ratings = ratings
        self.kinds = kinds
        self.level = level

    def rated(self, dimension: str, at_least: int) -> bool:
        """Whether the dimension reaches that rating."""
        return self.ratings.get(dimension, 0) >= at_least

    def chose(self, question: QuestionId, options: frozenset[OptionId], needed: int) -> bool:
        """Whether so many of the options were chosen."""
        chosen = self.answers.get(question)
        if not chosen:
            return False
        if len(chosen) == 1:
            return needed == 1 and chosen[0] in options
        return sum(each in options for each in chosen) >= needed

    def answered(self, kind: Kind) -> bool:
        """Whether some option of that kind was chosen."""
        return kind in self.kinds

    def came_to(self, levels: tuple[Level, ...]) -> bool:
        """Whether the outcome is one of these."""
        return self.level in levels

    def at_least(self, needed: int, tests: Sequence[Test]) -> bool:
        """Whether so many of the tests are true; asks no more of them than it must."""
        found = 0
        for may_fail, test in enumerate(tests, start=needed - len(tests)):
            found += test(self)
            if found >= needed or found < may_fail:
                break
        return found >= needed


def chosen(form: Form, answers: Answers) -> list[tuple[Question, Option]]:
    """Every option that was chosen, in the order of the form."""
    found = []
    for question, options in _by_id(form):
        ids = answers.get(question.id)
        if ids is None:
            continue
        if len(ids) == 1:
            if ids[0] in options:
                found.append((question, options[ids[0]]))
        else:
            found += [(question, option) for option in question.options if option.id in ids]
    return found


@lru_cache(maxsize=16)
def _by_id(form: Form) -> list[tuple[Question, dict[OptionId, Option]]]:
    return [
        (question, {option.id: option for option in question.options})
        for question in form.questions
    ]


@lru_cache(maxsize=4096)
def kinds_of(option: Option) -> frozenset[str]:
    """What kinds of answer an option counts as in `answered:`."""
    kinds = {"emergency"} if option.emergency else set()
    if option.skip in ("counted", "safety"):
        kinds.add("skip")
    if option.skip == "safety":
        kinds.add("safety-skip")
    return frozenset(kinds)


def without_skips(said: Iterable[tuple[Question, Option]]) -> Answers:
    """Only what was really told: counted skips are taken out."""
    known: Answers = {}
    for question, option in said:
        if "skip" not in kinds_of(option):
            known[question.id] = (*known.get(question.id, ()), option.id)
    return known


def ratings(form: Form, options: Iterable[Option], answers: Answers) -> dict[str, int]:
    """Every dimension's rating; each is the highest of what feeds it."""
    rated = {dimension.id: 0 for dimension in form.dimensions}
    for option in options:
        for dimension, rating in option.rate.items():
            rated[dimension] = max(rated[dimension], rating)
    for each in form.dimensions:
        if each.max or each.table is not None:
            rated[each.id] = max(rated[each.id], derived(each, rated, answers))
    return rated


def derived(dimension: Dimension, rated: Mapping[str, int], answers: Answers) -> int:
    """The rating that follows from other dimensions, or from a table."""
    value = max([rated[each] for each in dimension.max], default=0)
    given = Given(answers, rated)
    if dimension.table is not None:
        value = max(value, looked_up(dimension.table, given))
    bump = dimension.bump
    if bump is not None and value < bump.cap and holds(bump.when, given):
        value = min(bump.cap, value + bump.add)
    return value


def looked_up(table: Table, given: Given) -> int:
    """A table's rating: the sheet, then line and column, then what raises it."""
    sheet = next(each for each in table.classes if holds(each.when, given))
    row = given.answers.get(table.rows.question, (table.rows.otherwise,))[0]
    column = given.answers.get(table.columns.question, (table.columns.otherwise,))[0]
    value = sheet.cells[row][table.column_order.index(column)]
    for each in table.raises:
        if value < each.to and holds(each.when, given):
            value = each.to
    return value


def leaves(condition: Condition | None) -> Iterable[Condition]:
    """The conditions within a condition that ask something themselves."""
    if condition is None:
        return
    inner = condition.any_of or condition.all_of
    if not inner:
        yield condition
    for each in inner:
        yield from leaves(each)
