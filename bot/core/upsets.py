"""Sets of rating states that hold with each state also every worse one.

A state gives each feature (a dimension, or whether something was chosen) a number. Conditions know
no "not" and no "less", so the states where one holds are such an up-set, and its few least states
(`Need`s) say all about it. `Conditions` asks the same tests that the screening asks of a person.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple

from bot.core.model import Level, OptionId, QuestionId
from bot.core.screening_form import Form, Kind
from bot.core.screening_rules import Test, holds


class Feature(NamedTuple):
    """A number of a state: a rating, or 1 for an answer of a kind or among some options.

    `mode` keeps answers as known and as assumed apart; `place` is the block where an answer of a
    kind was given, and is empty when any will do.
    """

    mode: str
    about: Literal["rate", "chose", "kind"]
    name: str
    options: frozenset[OptionId] = frozenset()
    needed: int = 1
    place: str = ""


Need = frozenset[tuple[Feature, int]]  # the features that a least state needs, and how much of each


class UpSet:
    """The states that meet at least one of the needs. `{}` is no state, `{{}}` is every state."""

    __slots__ = ("needs",)

    def __init__(self, needs: Iterable[Need] = ()) -> None:
        self.needs = _least(needs)

    def __or__(self, other: "UpSet") -> "UpSet":
        return UpSet(self.needs | other.needs)

    def __and__(self, other: "UpSet") -> "UpSet":
        return UpSet(_joined(mine, theirs) for mine in self.needs for theirs in other.needs)

    def __bool__(self) -> bool:
        return bool(self.needs)

    def __contains__(self, state: Callable[[Feature], int]) -> bool:
        return any(all(state(each) >= least for each, least in need) for need in self.needs)


def _joined(mine: Need, theirs: Need) -> Need:
    most = dict(mine)
    for feature, least in theirs:
        most[feature] = max(least, most.get(feature, 0))
    return frozenset(most.items())


def _least(needs: Iterable[Need]) -> frozenset[Need]:
    """Without the needs that another need makes superfluous."""
    kept: list[dict[Feature, int]] = []
    for need in sorted(map(dict, set(needs)), key=_size):
        if not any(all(need.get(f, 0) >= n for f, n in least.items()) for least in kept):
            kept.append(need)
    return frozenset(frozenset(need.items()) for need in kept)


def _size(need: dict[Feature, int]) -> tuple[int, int]:
    return len(need), sum(need.values())


EVERY_STATE = UpSet([frozenset()])
NO_STATE = UpSet()


def enough(needed: int, sets: Sequence[UpSet]) -> UpSet:
    """The states that are in so many of the sets."""
    if needed <= 0:
        return EVERY_STATE
    if needed > len(sets):
        return NO_STATE
    first, rest = sets[0], sets[1:]
    return (first & enough(needed - 1, rest)) | enough(needed, rest)


class Conditions:
    """Answers a condition's questions with the up-set where they are true.

    `mode` keeps the features of answers as known and as assumed apart. `levels` are the up-sets of
    the outcomes so far, for conditions that ask for one; such a list must reach up to the highest.
    """

    def __init__(
        self, form: Form, mode: str, levels: Callable[[Level], UpSet] | None = None
    ) -> None:
        self.form = form
        self.mode = mode
        self.levels = levels
        self._dimensions = {each.id: each for each in form.dimensions}
        self._fed = {
            name for question in form.questions for each in question.options for name in each.rate
        }

    def rated(self, dimension: str, at_least: int) -> UpSet:
        """Where the dimension reaches that rating: by options, a table, its parts, or their bump."""
        each = self._dimensions[dimension]
        found = NO_STATE
        if each.id in self._fed or each.table is not None:
            found = UpSet([frozenset({(Feature(self.mode, "rate", dimension), at_least)})])
        parts = self._of_parts(each.max, at_least)
        if each.bump is not None and at_least <= each.bump.cap:
            lower = self._of_parts(each.max, max(0, at_least - each.bump.add))
            parts |= lower & holds(each.bump.when, self)
        return found | parts

    def _of_parts(self, parts: Sequence[str], at_least: int) -> UpSet:
        if at_least <= 0:
            return EVERY_STATE
        return enough(1, [self.rated(part, at_least) for part in parts])

    def chose(self, question: QuestionId, options: frozenset[OptionId], needed: int) -> UpSet:
        """Where so many of the options were chosen."""
        feature = Feature(self.mode, "chose", question, options, needed)
        return UpSet([frozenset({(feature, 1)})])

    def answered(self, kind: Kind) -> UpSet:
        """Where some option of that kind was chosen; paths with an emergency are looked at apart."""
        if kind == "emergency":
            return NO_STATE
        return UpSet([frozenset({(Feature(self.mode, "kind", kind), 1)})])

    def came_to(self, levels: tuple[Level, ...]) -> UpSet:
        """Where the outcome is one of these, which are the highest ones."""
        if self.levels is None:
            raise ValueError("no outcome is decided yet")
        return self.levels(min(levels, key=[*Level].index))

    def at_least(self, needed: int, tests: Sequence[Test]) -> UpSet:
        """Where so many of the tests are true."""
        return enough(needed, [test(self) for test in tests])


class InDanger(Conditions):
    """Conditions after some emergency answer, whatever else was said: the outcome is the highest."""

    def __init__(self, form: Form, mode: str) -> None:
        super().__init__(form, mode, lambda _: EVERY_STATE)

    def answered(self, kind: Kind) -> UpSet:
        """Where some option of that kind was chosen: an emergency was."""
        return EVERY_STATE if kind == "emergency" else NO_STATE
