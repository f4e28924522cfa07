"""Fits the model that reads signs of crisis: the same messages give the same bytes, on any machine.

Likeness is counted in whole numbers, so that no order of adding matters; the rest is plain arithmetic
in a fixed order (dual coordinate descent on the squared hinge loss), without any linear-algebra
library. Counterpart: `crisis_model` uses the bytes.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bot.core.language.crisis_features import LETTERS, Concepts, Features
from bot.core.language.crisis_model import (
    IDF_UNIT,
    Head,
    Header,
    Messages,
    Vector,
    Vocabulary,
    written,
)
from bot.core.language.crisis_rows import KINDS
from bot.core.model import Frozen, Tier

SCALES = (1.0, 1.0, 0.6, 0.3)
OFFSET = 0.2
COST = 2.0
ROUNDS = 6
LEAST_MESSAGES = 2
MOST_FEATURES = 65_000
# Pieces of words that stand in more messages than this tell little and cost the most to score.
MOST_COMMON_LETTERS = 0.06
UNIT = 4_096
_WEIGHT_UNITS = 32_000


class Message(Frozen):
    """A labelled message; `words` as `normalise.words_of` gives them."""

    words: tuple[str, ...]
    tier: Tier
    kind: str
    subject: str
    writer: str


class Fitted(Frozen):
    """A model's bytes, and the scores of messages by writers left out of the fitting."""

    model: bytes
    danger: tuple[float, ...]
    acute: tuple[float, ...]


def fit(
    messages: Sequence[Message], concepts: Mapping[str, Sequence[str]], left_out: Sequence[str]
) -> Fitted:
    """Fit all heads; `left_out` are the writers whose scores calibrate the probabilities."""
    features = Features(Concepts(concepts))
    numbers = [features.numbers(each.words) for each in messages]
    vocabulary = _vocabulary(numbers)
    counts = [vocabulary.counted(each) for each in numbers]
    vectors = [vocabulary.weighed(each) for each in counts]
    near = _nearness(vectors, vocabulary.numbers.size)
    tiers = np.array([each.tier for each in messages])
    writers = np.array([each.writer for each in messages])
    everyone = np.arange(len(messages))
    dangerous = everyone[tiers != Tier.NONE]
    targets: list[tuple[str, NDArray[np.bool_], NDArray[np.int64]]] = [
        ("acute", tiers == Tier.ACUTE, everyone),
        ("danger", tiers != Tier.NONE, everyone),
        *((kind, np.array([each.kind == kind for each in messages]), dangerous) for kind in KINDS),
        ("other", np.array([each.subject == "other" for each in messages]), dangerous),
    ]
    known = np.isin(writers, list(left_out))
    fitted = {}
    for name, target, among in targets:
        weights = np.zeros(len(messages))
        weights[among] = descended(near[np.ix_(among, among)], target[among])
        fitted[name] = weights
    held_out = {
        name: _left_out_scores(near, target, writers, left_out) for name, target, _ in targets[:2]
    }
    # A concern is hard to tell from the acute, and telling them apart blunts the eye for what is
    # neither: both questions together find more of the acute at the same false alarms.
    share = _spread(held_out["acute"][known]) / _spread(held_out["danger"][known])
    fitted["acute"] = fitted["acute"] + share * fitted["danger"]
    held_out["acute"] = held_out["acute"] + share * held_out["danger"]
    heads: list[Head] = []
    columns: list[NDArray[np.int16]] = []
    for name, target, _ in targets:
        weights = fitted[name]
        unit = float(np.abs(weights).max()) / _WEIGHT_UNITS or 1.0
        slope, shift = 1.0, 0.0  # of a kind only the order matters, of the subject only the sign
        if name in held_out:
            slope, shift = _calibrated(held_out[name][known], target[known])
        heads.append(Head(name=name, unit=unit, slope=slope, shift=shift))
        columns.append(np.rint(weights / unit).astype(np.int16))
    stacked = np.stack(columns, axis=1)
    used = np.flatnonzero(np.abs(stacked).max(axis=1))
    entries = [sorted(counts[row].items()) for row in used.tolist()]
    header = Header(
        rows=len(entries),
        features=vocabulary.numbers.size,
        entries=sum(map(len, entries)),
        offset=OFFSET,
        scales=SCALES,
        heads=tuple(heads),
        concepts={name: tuple(phrases) for name, phrases in concepts.items()},
    )
    kept = Messages(
        ends=np.cumsum([len(each) for each in entries]),
        entries=np.array([place for each in entries for place, _ in each], dtype=np.uint16),
        times=np.array([times for each in entries for _, times in each], dtype=np.uint8),
        weights=stacked[used],
    )
    model = written(header, vocabulary, kept)
    return Fitted(
        model=model,
        danger=tuple(_probabilities(held_out["danger"], heads[1])),
        acute=tuple(_probabilities(held_out["acute"], heads[0])),
    )


def _vocabulary(numbers: Sequence[Sequence[Sequence[int]]]) -> Vocabulary:
    """The features that stand in two messages or more, the most common ones first to be kept."""
    spread: Counter[tuple[int, int]] = Counter()
    for message in numbers:
        spread.update({(each, block) for block, found in enumerate(message) for each in found})
    most = MOST_COMMON_LETTERS * len(numbers)
    kept = [
        pair
        for pair, messages in spread.items()
        if messages >= LEAST_MESSAGES and (messages <= most or pair[1] != LETTERS)
    ]
    kept = sorted(kept, key=lambda pair: (-spread[pair], pair))[:MOST_FEATURES]
    kept = sorted({number: (number, block) for number, block in reversed(kept)}.values())
    idf = [
        round(IDF_UNIT * (1 + math.log((1 + len(numbers)) / (1 + spread[pair])))) for pair in kept
    ]
    return Vocabulary(
        np.array([number for number, _ in kept], dtype=np.uint32),
        np.array([block for _, block in kept], dtype=np.uint8),
        np.array(idf, dtype=np.uint16),
        SCALES,
    )


def _nearness(vectors: Sequence[Vector], features: int) -> NDArray[np.float32]:
    """(offset + likeness) squared of every two messages, from likeness counted in whole numbers."""
    whole = [np.rint(each.weights * UNIT) for each in vectors]
    rows = np.repeat(np.arange(len(vectors)), [each.places.size for each in vectors])
    places = np.concatenate([each.places for each in vectors])
    values = np.concatenate(whole)
    order = np.argsort(places, kind="stable")
    rows, values = rows[order], values[order]
    bounds = np.searchsorted(places[order], np.arange(features + 1))
    near = np.empty((len(vectors), len(vectors)), dtype=np.float32)
    for row, vector in enumerate(vectors):
        spans = [slice(bounds[each], bounds[each + 1]) for each in vector.places.tolist()]
        if spans:
            sizes = [span.stop - span.start for span in spans]
            likeness = np.bincount(
                np.concatenate([rows[span] for span in spans]),
                np.concatenate([values[span] for span in spans]) * np.repeat(whole[row], sizes),
                minlength=len(vectors),
            )
            near[row] = (OFFSET + likeness / (UNIT * UNIT)) ** 2
        else:
            near[row] = OFFSET**2
    return near


def descended(near: NDArray[np.float32], target: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weights of messages that tell target from not, both sides counting the same in all."""
    size = target.size
    positive = int(target.sum())
    sign = np.where(target, 1.0, -1.0)
    cost = np.where(
        target, COST * size / (2 * max(positive, 1)), COST * size / (2 * max(size - positive, 1))
    )
    slack = 1 / (2 * cost)
    weights = np.zeros(size)
    sums = np.zeros(size)
    steps = near.diagonal().astype(np.float64) + slack
    for turn in range(ROUNDS):
        order = sorted(range(size), key=lambda row: crc32(f"{turn} {row}".encode()))
        for row in order:
            slope = sign[row] * sums[row] - 1 + slack[row] * weights[row]
            moved = max(0.0, weights[row] - slope / steps[row])
            change = moved - weights[row]
            if change != 0.0:
                weights[row] = moved
                sums += near[row].astype(np.float64) * (change * sign[row])
    return weights * sign


def _spread(scores: NDArray[np.float64]) -> float:
    """How far scores lie from their mean, to five digits: the same on any machine."""
    values = scores.tolist()
    if not values:
        return 1.0
    mean = math.fsum(values) / len(values)
    square = math.fsum((each - mean) ** 2 for each in values) / len(values)
    return float(f"{math.sqrt(square):.5g}") or 1.0


def _left_out_scores(
    near: NDArray[np.float32],
    target: NDArray[np.bool_],
    writers: NDArray[np.str_],
    left_out: Sequence[str],
) -> NDArray[np.float64]:
    """The score of every message by a head fitted without its writer; 0 for other writers."""
    scores = np.zeros(target.size)
    for writer in left_out:
        inside = np.flatnonzero(writers != writer)
        outside = np.flatnonzero(writers == writer)
        weights = descended(near[np.ix_(inside, inside)], target[inside])
        columns = near[np.ix_(outside, inside)].astype(np.float64) * weights
        scores[outside] = [math.fsum(row) for row in columns.tolist()]
    return scores


def _calibrated(scores: NDArray[np.float64], target: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and shift of a logistic curve through the scores, by Newton's method."""
    slope, shift = 2.0, 0.0
    truths = target.astype(np.float64).tolist()
    for _ in range(30):
        g_slope = g_shift = h_slope = h_both = h_shift = 0.0
        for score, truth in zip(scores.tolist(), truths, strict=True):
            guess = 1 / (1 + math.exp(-max(-30.0, min(30.0, slope * score + shift))))
            miss, spread = guess - truth, guess * (1 - guess) + 1e-9
            g_slope += miss * score
            g_shift += miss
            h_slope += spread * score * score
            h_both += spread * score
            h_shift += spread
        bottom = h_slope * h_shift - h_both * h_both
        if bottom <= 0:
            break
        slope -= (h_shift * g_slope - h_both * g_shift) / bottom
        shift -= (h_slope * g_shift - h_both * g_slope) / bottom
    return round(slope, 4), round(shift, 4)


def _probabilities(scores: NDArray[np.float64], head: Head) -> list[float]:
    return [
        1 / (1 + math.exp(-max(-30.0, min(30.0, head.slope * score + head.shift))))
        for score in scores.tolist()
    ]
