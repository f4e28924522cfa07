"""From likenesses to the chance of each topic: a regression fitted at load, in the dual.

Each phrasing gets one number a class; a message's score for a class is the sum of its likenesses
times these numbers, plus a share of its likeness to the nearest phrasing of the class. Leaving a
phrasing out is then cheap: its own likeness is set to 0. Counterparts: `likeness` below,
`sureness` above.
"""

import math

import numpy as np
from numpy.typing import NDArray

from bot.core.language.likeness import Floats, Ints, Likeness

_RATE = 6.0
_MOST_ROUNDS = 8
_LEAST_ROUNDS = 2
_STEPS = 35_000  # about a second
_FIRST_SHARE = 0.65  # of the rounds are made without the phrasings left out
_EVERY = 5  # one phrasing in so many is left out to learn how sure to be
_MOST_LEFT_OUT = 1_200
_AT_ONCE = 64
_SHARES = (0.0, 2.0, 4.0, 8.0, 12.0)
_SCALES = (0.4, 0.55, 0.75, 1.0, 1.35, 1.8)


class Scores:
    """Of one text: its score and its greatest likeness, for each class."""

    __slots__ = ("learned", "nearest")

    def __init__(self, learned: Floats, nearest: Floats) -> None:
        self.learned = learned
        self.nearest = nearest


class LeftOut:
    """What the half-fitted model makes of phrasings that it has not seen yet."""

    def __init__(self, likeness: Likeness, learner: "_Learner", first: Ints) -> None:
        every = _EVERY if likeness.size > _EVERY else 1
        rows = np.arange(every // 2, likeness.size, every)
        seen = np.ones(likeness.size, bool)
        seen[rows] = False
        learner.learn(np.flatnonzero(seen), _RATE, _FIRST_SHARE)
        self.rows = rows[:: len(rows) // _MOST_LEFT_OUT + 1]
        self.truth = learner.classes[self.rows]
        vectors = [likeness.row(int(row)) for row in self.rows]
        self.known = np.array([vector.known for vector in vectors], np.float32)
        learned, nearest = [], []
        for start in range(0, len(vectors), _AT_ONCE):
            near = np.stack([likeness.to_all(each) for each in vectors[start : start + _AT_ONCE]])
            near *= seen
            learned.append(near @ learner.duals)
            nearest.append(np.maximum.reduceat(near, first, axis=1))
        self.learned: Floats = np.concatenate(learned)
        self.nearest: Floats = np.concatenate(nearest)


class TopicModel:
    """Phrasings in the order of their classes: `first[c]` is where class c begins."""

    def __init__(self, likeness: Likeness, first: Ints) -> None:
        self._first = first
        classes = np.repeat(np.arange(len(first)), np.diff(np.append(first, likeness.size)))
        learner = _Learner(likeness, classes, len(first))
        self.left_out = LeftOut(likeness, learner, first)
        self.share, self.scale = _mixed(self.left_out)
        learner.learn(np.arange(likeness.size), _RATE / 2, 1 - _FIRST_SHARE)
        self._duals = learner.duals

    def scores(self, near: Floats) -> Scores:
        """The scores of a text, from its likeness to each phrasing."""
        # Not `@`, here and above: for so small a product its threads cost more than they save.
        learned = np.einsum("p,pc->c", near, self._duals)
        return Scores(learned, np.maximum.reduceat(near, self._first))

    def chances(self, learned: Floats, nearest: Floats) -> Floats:
        """The chance of each class; they add up to 1."""
        return _chances(np.float32(self.scale) * (learned + self.share * nearest))


def _mixed(left_out: LeftOut) -> tuple[float, float]:
    """The share of the nearest phrasing, and how sharp, that fit phrasings left out best."""
    rows = np.arange(len(left_out.rows))
    best = (-math.inf, 0.0, 1.0)
    for share in _SHARES:
        for scale in _SCALES:
            chances = _chances(scale * (left_out.learned + share * left_out.nearest))
            fit = float(np.log(chances[rows, left_out.truth] + 1e-9).mean())
            best = max(best, (fit, share, scale))
    return best[1], best[2]


def _chances(scores: NDArray[np.floating]) -> Floats:
    grown = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=-1, keepdims=True), np.float32)


class _Learner:
    """Stochastic gradient descent in a fixed order; `duals` has a row a phrasing, a column a class.

    No chance: the order steps through the phrasings by the golden ratio, so the same content gives
    the same model. Few rounds at a falling rate are the only regularization.
    """

    def __init__(self, likeness: Likeness, classes: Ints, number_of_classes: int) -> None:
        self.classes = classes
        self.duals = np.zeros((likeness.size, number_of_classes), np.float32)
        self._weights = np.zeros((likeness.dimensions, number_of_classes), np.float32)
        self._likeness = likeness

    def learn(self, rows: Ints, rate: float, share: float) -> None:
        """Learn from `rows`, the rate falling to zero, in a share of all the steps there may be."""
        size = len(rows)
        if size == 0:
            return
        rounds = max(_LEAST_ROUNDS, min(_MOST_ROUNDS, _STEPS // size)) * share
        stride = max(1, int(size * 0.618))
        while math.gcd(stride, size) != 1:
            stride += 1
        starts = self._likeness.starts.tolist()
        features, strengths = self._likeness.features, self._likeness.weights
        labels, numbers = self.classes.tolist(), rows.tolist()
        at, steps = 0, max(1, round(rounds)) * size
        for step in range(steps):
            at = (at + stride) % size
            place = numbers[at]
            span = slice(starts[place], starts[place + 1])
            own, strength = features[span], strengths[span]
            mine = self._weights[own]
            scores = np.einsum("f,fc->c", strength, mine)
            scores -= scores.max()
            chances = np.exp(scores, out=scores)
            chances /= chances.sum()
            chances[labels[place]] -= 1
            chances *= -rate * (1 - step / steps)
            mine += strength[:, None] * chances
            self._weights[own] = mine
            self.duals[place] += chances
