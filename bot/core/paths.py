"""All the ways through a screening, kept apart only as far as outcomes can tell them apart.

Questions that nothing ties together are independent: each such `Block` is walked on its own, and two
ways through it count as one when they leave the same `Mark`, the numbers that conditions look at. A
walk can follow several lanes at once: two versions of a form, or one form with one answer changed.
Paths that end in an emergency are left out, unless a lane follows `dangers`. Counterparts: `walker`
goes one lane's way, `census` joins the blocks.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from bot.core.model import Answers, QuestionId
from bot.core.upsets import Feature
from bot.core.walker import Chosen, Lane, Mark, Memory, Walker, choices, looked_at, table_questions

ANSWER = 1000
Forced = Mapping[QuestionId, Sequence[tuple[Chosen, ...]]]  # what the lanes answer, each its own


@dataclass(frozen=True, slots=True)
class Ways:
    """How many ways lead somewhere, how long they are, and an example that costs least.

    An answer costs `ANSWER`; of ways of one length, those that skip and tick less are better read.
    """

    count: int
    cost: int
    longest: int
    example: tuple[Answers, ...]  # for each lane

    @property
    def shortest(self) -> int:
        """The number of answers on the shortest way."""
        return self.cost // ANSWER

    def __or__(self, other: "Ways") -> "Ways":
        return Ways(
            self.count + other.count,
            min(self.cost, other.cost),
            max(self.longest, other.longest),
            self.example if self.cost <= other.cost else other.example,
        )

    def then(self, other: "Ways") -> "Ways":
        """These ways followed by those."""
        pairs = zip(self.example, other.example, strict=True)
        return Ways(
            self.count * other.count,
            self.cost + other.cost,
            self.longest + other.longest,
            tuple({**mine, **more} for mine, more in pairs),
        )


@dataclass(frozen=True, slots=True)
class Block:
    """Questions that depend on each other, and the ways through them by the mark they leave."""

    questions: tuple[QuestionId, ...]
    features: tuple[Feature, ...]
    ways: dict[Mark, Ways]


def blocks(
    lanes: Sequence[Lane], forced: Forced | None = None, *, skips: bool = True
) -> list[Block]:
    """Walk every block, along all lanes at once."""
    order = _merged(lanes)
    return [
        _walked(lanes, [each for each in order if each in group], forced or {}, skips=skips)
        for group in _groups(lanes, order)
    ]


def _merged(lanes: Sequence[Lane]) -> list[QuestionId]:
    """The questions of all lanes, each lane's own order kept as far as they agree."""
    order: list[QuestionId] = []
    for lane in lanes:
        place = 0
        for question in lane.questions:
            if question.id in order:
                place = order.index(question.id) + 1
            else:
                order.insert(place, question.id)
                place += 1
    return order


def _groups(lanes: Sequence[Lane], order: Sequence[QuestionId]) -> list[set[QuestionId]]:
    """The questions that must be walked together, in the order of their first one."""
    groups = [{each} for each in order]
    for tied in chain.from_iterable(map(_ties, lanes)):
        joined = [group for group in groups if group & tied]
        groups = [group for group in groups if not group & tied]
        groups.append(set().union(*joined))
    return sorted(filter(None, groups), key=lambda group: min(map(order.index, group)))


def _ties(lane: Lane) -> Iterator[set[QuestionId]]:
    """Sets of questions whose marks cannot be told one by one."""
    asked = {question.id for question in lane.questions}
    for question in lane.questions:
        yield {question.id, *looked_at(question.ask_if)} & asked
    for dimension in lane.form.dimensions:
        rating = {
            question.id
            for question in lane.questions
            if any(dimension.id in option.rate for option in question.options)
        }
        yield (rating | set(table_questions(dimension))) & asked


Trail = tuple["Trail", QuestionId, tuple[Chosen | None, ...]] | None  # one way, its end first
State = tuple[tuple[Memory, Mark], ...]  # for each lane
Answered = tuple[Chosen | None, ...]  # what each lane heard


@dataclass(slots=True)
class _Count:
    count: int
    cost: int
    longest: int
    trail: Trail

    def add(self, other: "_Count") -> None:
        """Count those ways too."""
        self.count += other.count
        self.longest = max(self.longest, other.longest)
        if other.cost < self.cost:
            self.cost, self.trail = other.cost, other.trail


def _walked(
    lanes: Sequence[Lane], questions: Sequence[QuestionId], forced: Forced, *, skips: bool
) -> Block:
    walkers = [Walker(lane, questions) for lane in lanes]
    start: State = tuple((Memory(), walker.start) for walker in walkers)
    states = {start: _Count(1, 0, 0, None)}
    for place, question in enumerate(questions):
        moves = _Moves(walkers, question, forced.get(question), skips=skips)
        after: dict[State, _Count] = {}
        for state, ways in states.items():
            asked = tuple(
                walker.asks(place, memory)
                for walker, (memory, _) in zip(walkers, state, strict=True)
            )
            for answered, count, cost in moves.of(asked):
                key = tuple(
                    walker.after(place, memory, mark, answer)
                    for walker, (memory, mark), answer in zip(walkers, state, answered, strict=True)
                )
                trail = (ways.trail, question, answered)
                length = ways.longest + int(any(asked))
                more = _Count(ways.count * count, ways.cost + cost, length, trail)
                if key in after:
                    after[key].add(more)
                else:
                    after[key] = more
        states = after
    found: dict[Mark, Ways] = {}
    for state, ways in states.items():
        mark = tuple(chain.from_iterable(mark for _, mark in state))
        example = _example(ways.trail, len(lanes))
        more_ways = Ways(ways.count, ways.cost, ways.longest, example)
        found[mark] = found[mark] | more_ways if mark in found else more_ways
    features = tuple(chain.from_iterable(walker.features for walker in walkers))
    return Block(tuple(questions), features, found)


def _example(trail: Trail, lanes: int) -> tuple[Answers, ...]:
    found: list[list[tuple[QuestionId, Chosen]]] = [[] for _ in range(lanes)]
    while trail is not None:
        trail, question, answered = trail
        for lane, answer in zip(found, answered, strict=True):
            if answer is not None:
                lane.append((question, answer))
    return tuple(dict(reversed(lane)) for lane in found)


class _Moves:
    """The answers to one question; those that make no difference in any lane count as one."""

    def __init__(
        self,
        walkers: Sequence[Walker],
        question: QuestionId,
        forced: Sequence[tuple[Chosen, ...]] | None,
        *,
        skips: bool,
    ) -> None:
        self.walkers = walkers
        self.question = question
        self.forced = forced
        self.skips = skips
        self._found: dict[tuple[bool, ...], list[tuple[Answered, int, int]]] = {}

    def of(self, asked: tuple[bool, ...]) -> list[tuple[Answered, int, int]]:
        """What the lanes that ask may hear, with how many answers are like it, and the cost."""
        if asked not in self._found:
            merged: dict[Hashable, tuple[Answered, int]] = {}
            for answered in self._all(asked):
                profile = tuple(
                    None if each is None else walker.profile(self.question, each)
                    for walker, each in zip(self.walkers, answered, strict=True)
                )
                first, count = merged.get(profile, (answered, 0))
                merged[profile] = (first, count + 1)
            self._found[asked] = [
                (answered, count, self._cost(answered)) for answered, count in merged.values()
            ]
        return self._found[asked]

    def _cost(self, answered: Answered) -> int:
        costs = [
            ANSWER + len(each) + 10 * any(option in walker.skips for option in each)
            for walker, each in zip(self.walkers, answered, strict=True)
            if each is not None
        ]
        return max(costs, default=0)

    def _all(self, asked: tuple[bool, ...]) -> Iterable[Answered]:
        asking = [walker for walker, asks in zip(self.walkers, asked, strict=True) if asks]
        if not asking:
            return [tuple(None for _ in asked)]
        if self.forced is not None:
            return [
                tuple(each if asks else None for each, asks in zip(pair, asked, strict=True))
                for pair in self.forced
            ]
        taken = [
            choices(walker.questions[self.question], skips=self.skips, dangers=walker.lane.dangers)
            for walker in asking
        ]
        common = [each for each in taken[0] if all(each in others for others in taken[1:])]
        return [tuple(each if asks else None for asks in asked) for each in common]
