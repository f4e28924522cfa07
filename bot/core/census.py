"""Counts the states of a screening by what is true of them, without visiting them one by one.

The blocks are joined one after another; what matters of those joined so far is only which needs of
the up-sets can still be met, and states that agree in that are counted together. So the counts are
exact though the states are many. Counterparts: `paths` makes the blocks, `upsets` the up-sets.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from bot.core.paths import Block, Ways
from bot.core.upsets import Feature, Need, UpSet
from bot.core.walker import Mark

Truths = tuple[bool, ...]  # of each up-set


@dataclass(frozen=True, slots=True)
class States:
    """Rating states for which the same is true, and the ways that lead to them."""

    states: int
    ways: Ways

    def __or__(self, other: "States") -> "States":
        return States(self.states + other.states, self.ways | other.ways)

    def then(self, other: "States") -> "States":
        """Each of these states with each of those."""
        return States(self.states * other.states, self.ways.then(other.ways))


def census(blocks: Sequence[Block], sets: Sequence[UpSet]) -> dict[Truths, States]:
    """How many states there are for each combination of what is true."""
    needs, owners = _needs(blocks, sets)
    classes = [_classes(block, needs) for block in blocks]
    order = sorted(range(len(blocks)), key=lambda place: len(classes[place]))
    lasts = [_last(need, [blocks[place] for place in order]) for need in needs]
    lanes = len(next(iter(blocks[0].ways.values())).example)
    start = States(1, Ways(1, 0, 0, tuple({} for _ in range(lanes))))
    tracker = _Tracker(owners, len(needs))
    reached = {tracker.settled((1 << len(needs)) - 1, _bits(lasts, -1)): start}
    for spot, place in enumerate(order):
        done = _bits(lasts, spot)
        after: dict[int, States] = {}
        for state, so_far in reached.items():
            for met, more in classes[place].items():
                key = tracker.settled(state & (met | tracker.marks), done)
                joined = so_far.then(more)
                after[key] = after[key] | joined if key in after else joined
        reached = after
    found: dict[Truths, States] = {}
    for state, so_far in reached.items():
        truths = tracker.truths(state)
        found[truths] = found[truths] | so_far if truths in found else so_far
    return found


def _needs(blocks: Sequence[Block], sets: Sequence[UpSet]) -> tuple[list[Need], list[int]]:
    """Every need that can be met at all, and for each set the bits of its needs."""
    features = {feature for block in blocks for feature in block.features}
    needs: list[Need] = []
    owners = [0] * len(sets)
    for place, each in enumerate(sets):
        for need in _spread(each, blocks):
            if all(feature in features for feature, _ in need):
                owners[place] |= 1 << len(needs)
                needs.append(need)
    return needs, owners


def _last(need: Need, blocks: Sequence[Block]) -> int:
    """Where the last block stands that the need looks at; -1 when it looks at none."""
    features = {feature for feature, _ in need}
    spots = [spot for spot, block in enumerate(blocks) if features & set(block.features)]
    return max(spots, default=-1)


def _bits(lasts: Sequence[int], spot: int) -> int:
    return sum(1 << bit for bit, last in enumerate(lasts) if last <= spot)


class _Tracker:
    """A state as one number: a bit for each need that can still be met, then one for each truth."""

    def __init__(self, owners: Sequence[int], needs: int) -> None:
        self.owners = [(owner, 1 << (needs + place)) for place, owner in enumerate(owners)]
        self.marks = ((1 << len(owners)) - 1) << needs

    def settled(self, state: int, done: int) -> int:
        """The state with the truth marked of each set that is sure, and its needs forgotten."""
        for owner, mark in self.owners:
            if state & mark or state & owner & done:
                state = (state & ~owner) | mark
        return state & (~done | self.marks)

    def truths(self, state: int) -> Truths:
        """What is true in the end."""
        return tuple(bool(state & mark) for _, mark in self.owners)


def _spread(found: UpSet, blocks: Sequence[Block]) -> Iterator[Need]:
    """The needs with "some skipped answer" spelt out: one in this block, or in that one."""
    for need in found.needs:
        spread = []
        for feature, least in need:
            spots = [feature]
            if feature.about == "kind":
                all_features = (each for block in blocks for each in block.features)
                spots = [each for each in all_features if each._replace(place="") == feature]
            spread.append([(each, least) for each in spots])
        yield from map(frozenset, product(*spread))


def _classes(block: Block, needs: Sequence[Need]) -> dict[int, States]:
    """The block's marks by the needs that they leave open, a bit for each."""
    found: dict[int, States] = {}
    for mark, met in _masks(block, needs).items():
        states = States(1, block.ways[mark])
        found[met] = found[met] | states if met in found else states
    return found


def _meets(mark: Mark, test: Sequence[tuple[int, int]]) -> bool:
    return all(mark[place] >= least for place, least in test)


def find(blocks: Sequence[Block], inside: UpSet, outside: UpSet) -> Ways | None:
    """A shortest way to a state that is in one set and not in the other; None when there is none."""
    found = _found(blocks, inside, outside)
    return min(found, key=lambda ways: ways.cost, default=None)


def find_any(blocks: Sequence[Block], inside: UpSet, outside: UpSet) -> Ways | None:
    """Some way to such a state, sooner found."""
    return next(_found(blocks, inside, outside), None)


def _found(blocks: Sequence[Block], inside: UpSet, outside: UpSet) -> Iterator[Ways]:
    """A way for each need of `inside` that can be met without `outside`.

    Of the marks that meet a need, only those that do least for `outside` are tried: as both are
    up-sets, a state that does more could only be worse. So nothing found is a proof.
    """
    asked = {feature for each in (inside, outside) for need in each.needs for feature, _ in need}
    few = [_projected(block, asked) for block in blocks]
    needs, _ = _needs(few, [outside])
    if any(not need for need in needs):
        return
    lasts = [_last(need, few) for need in needs]
    dones = [_bits(lasts, spot) for spot in range(len(few))]
    masks = [_masks(block, needs) for block in few]
    for need in _spread(inside, few):
        ways = _cheapest(few, need, masks, dones, len(needs))
        if ways is not None:
            yield ways


def _projected(block: Block, asked: set[Feature]) -> Block:
    """The block with only the features that are asked about; kinds of answer are always kept."""
    kept = [
        place
        for place, feature in enumerate(block.features)
        if feature in asked or feature._replace(place="") in asked
    ]
    ways: dict[Mark, Ways] = {}
    for mark, found in block.ways.items():
        few = tuple(mark[place] for place in kept)
        ways[few] = ways[few] | found if few in ways else found
    return Block(block.questions, tuple(block.features[place] for place in kept), ways)


def _tests(block: Block, need: Need) -> list[tuple[int, int]]:
    return [(block.features.index(f), least) for f, least in need if f in block.features]


def _masks(block: Block, needs: Sequence[Need]) -> dict[Mark, int]:
    """For each mark, a bit for each need that it leaves open."""
    failing: dict[tuple[int, int], int] = {}
    for bit, need in enumerate(needs):
        for test in _tests(block, need):
            failing[test] = failing.get(test, 0) | 1 << bit
    every = (1 << len(needs)) - 1
    masks = {}
    for mark in block.ways:
        failed = 0
        for (place, least), bits in failing.items():
            if mark[place] < least:
                failed |= bits
        masks[mark] = every & ~failed
    return masks


def _cheapest(
    blocks: Sequence[Block],
    need: Need,
    masks: Sequence[dict[Mark, int]],
    dones: Sequence[int],
    width: int,
) -> Ways | None:
    """A way that meets the need and leaves every other one unmet."""
    if any(all(feature not in block.features for block in blocks) for feature, _ in need):
        return None
    lanes = len(next(iter(blocks[0].ways.values())).example)
    reached = {(1 << width) - 1: Ways(1, 0, 0, tuple({} for _ in range(lanes)))}
    for block, mask, done in zip(blocks, masks, dones, strict=True):
        test = _tests(block, need)
        least: dict[int, Ways] = {}
        for mark, ways in block.ways.items():
            met = mask[mark]
            known = least.get(met)
            if _meets(mark, test) and (known is None or ways.cost < known.cost):
                least[met] = ways
        after: dict[int, Ways] = {}
        for state, so_far in reached.items():
            for met, ways in _lowest(least):
                key = state & met
                if key & done:
                    continue
                joined = so_far.then(ways)
                if key not in after or joined.cost < after[key].cost:
                    after[key] = joined
        reached = dict(_lowest(after))
    return min(reached.values(), key=lambda ways: ways.cost, default=None)


def _lowest(found: dict[int, Ways]) -> list[tuple[int, Ways]]:
    """Those that leave least open; one that leaves more open, at no less cost, is of no use."""
    kept: list[tuple[int, Ways]] = []
    for bits, ways in sorted(found.items(), key=lambda item: item[0].bit_count()):
        if not any(other & bits == other and less.cost <= ways.cost for other, less in kept):
            kept.append((bits, ways))
    return kept
