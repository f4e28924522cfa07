"""How likely the best topic is right, and from where on to answer, to offer, or to admit not knowing.

Fitted at load on the phrasings themselves, each left out in turn, so that it carries over to any
FAQ: content says which error rates are aimed at, never which scores. Counterpart: `topic_model`.
"""

import numpy as np
from numpy.typing import NDArray

from bot.core.content.faq import Aims
from bot.core.language.likeness import Floats

_RIDGE = 1.0
_ROUNDS = 25
_STRANGERS_SHARE = 0.35  # of all weight in the fit goes to messages that no topic answers
_TINY = 1e-6
# A small FAQ has too few phrasings left out to learn from: never be surer than this allows.
_LEAST_TO_ANSWER = 0.35
_LEAST_TO_OFFER = 0.1
Doubles = NDArray[np.float64]


# Without examples of strangers the evidence for "this is ours" counts like this, in standard
# deviations (chosen on CLINC150's and BANKING77's training parts); with them it is fitted.
_BY_DEFAULT = np.array([1.0, 1.0, 0.0, 0.3, 1.0, 0.0])
WIDTH = len(_BY_DEFAULT)
ENOUGH_STRANGERS = 20


def evidence(
    chances: Floats, learned: Floats, nearest: Floats, known: float, topics: int
) -> list[float]:
    """What speaks for the best topic; `chances` after the first `topics` are of no topic."""
    best = int(np.argmax(chances[:topics]))
    second = float(np.delete(chances[:topics], best).max()) if topics > 1 else 0.0
    return [
        float(learned[best]),
        float(np.log(chances[best] + _TINY)),
        float(np.log(chances[best] + _TINY) - np.log(second + _TINY)),
        float(nearest[best]),
        known,
        float(chances[topics:].sum()),
    ]


class Sureness:
    """Turns evidence into the chance of being right."""

    def __init__(self, right: Doubles, wrong: Doubles, strangers: Doubles, *, real: bool) -> None:
        """Evidence of messages whose best topic is right or wrong, and of ones without a topic.

        `real` strangers are examples from content; others are phrasings whose topic was hidden.
        """
        rows = np.concatenate([right, wrong, strangers])
        truth = np.repeat([1.0, 0.0], [len(right), len(rows) - len(right)])
        weight = np.ones(len(rows))
        ours = len(right) + len(wrong)
        if len(strangers):
            weight[ours:] = ours * _STRANGERS_SHARE / (1 - _STRANGERS_SHARE) / len(strangers)
        typical = rows[:ours] if ours else rows
        self._middle = typical.mean(axis=0)
        self._spread = typical.std(axis=0) + _TINY
        scaled = (rows - self._middle) / self._spread
        if real:
            weights = _logistic(scaled, truth, weight)
            self._weights, self._bias = weights[:-1], weights[-1]
        else:
            slope, self._bias = _logistic((scaled @ _BY_DEFAULT)[:, None], truth, weight)
            self._weights = slope * _BY_DEFAULT

    def of(self, rows: Doubles) -> Doubles:
        """The chance of being right, for each row of evidence."""
        scaled = (np.atleast_2d(rows) - self._middle) / self._spread
        return np.asarray(1 / (1 + np.exp(-np.clip(scaled @ self._weights + self._bias, -30, 30))))


def _logistic(rows: Doubles, truth: Doubles, weight: Doubles) -> Doubles:
    """Weights of a logistic regression, the bias last, by Newton's method with a small ridge."""
    rows = np.hstack([rows, np.ones((len(rows), 1))])
    weights = np.zeros(rows.shape[1])
    ridge = _RIDGE * np.eye(rows.shape[1])
    for _ in range(_ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (weight * (chance - truth)) + ridge @ weights
        curve = (rows * (weight * chance * (1 - chance))[:, None]).T @ rows + ridge
        step = np.linalg.solve(curve, slope)
        weights -= step
        if float(np.abs(step).max()) < _TINY:
            break
    return weights


def least_to_answer(right: Doubles, wrong: Doubles, strangers: Doubles, aims: Aims) -> float:
    """The lowest sureness at which the aims for answering are met."""
    return max(
        _LEAST_TO_ANSWER,
        _least(wrong, aims.answered_wrong * (len(right) + len(wrong))),
        _least(strangers, aims.not_ours_answered * len(strangers)),
    )


def least_to_offer(strangers: Doubles, aims: Aims) -> float:
    """The lowest sureness at which a "did you mean" may be shown."""
    return max(_LEAST_TO_OFFER, _least(strangers, aims.not_ours_offered * len(strangers)))


def _least(sureness: Doubles, allowed: float) -> float:
    """The lowest threshold that at most `allowed` of these reach."""
    ordered = np.sort(sureness)[::-1]
    place = int(allowed)
    return float(ordered[place]) + _TINY if place < len(ordered) else 0.0
