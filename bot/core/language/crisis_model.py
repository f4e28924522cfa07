"""The fitted part of reading signs of crisis: how like a message is to messages of known danger.

Each head (danger at all, acute, each kind, self or other) is a weighted sum, over the messages it was
fitted on, of (offset + likeness) squared: linear in n-grams and in pairs of n-grams. Likeness is the
cosine of weighted features. Counterparts: `crisis_fit` makes the bytes, `crisis_features` the features.
"""

import math
from collections.abc import Callable, Sequence
from itertools import chain

import msgspec
import numpy as np
from numpy.typing import NDArray

from bot.core.language.crisis_features import BLOCKS, Concepts, Features
from bot.core.model import Frozen

MAGIC = b"signs-of-crisis-1\n"
IDF_UNIT = 4_096
_MOST_FEATURES = 65_536
_MOST_TIMES = 3
_TINY = 1e-12


class ModelError(ValueError):
    """The model's bytes cannot be used: they are cut off, or of another version."""


class Head(Frozen):
    """What a sum of weights tells; `slope` and `shift` turn it into a probability."""

    name: str
    unit: float
    slope: float
    shift: float


class Header(Frozen):
    """The sizes and settings at the front of the file."""

    rows: int
    features: int
    entries: int
    offset: float
    scales: tuple[float, ...]
    heads: tuple[Head, ...]
    concepts: dict[str, tuple[str, ...]]


class Scores:
    """What the heads say of a message, each as a probability from 0 to 1."""

    __slots__ = ("_heads", "_strongest")

    def __init__(self, heads: dict[str, float], strongest: Callable[[], tuple[str, ...]]) -> None:
        self._heads = heads
        self._strongest = strongest

    def __getitem__(self, head: str) -> float:
        """The probability of a head; 0 when the model has none of that name."""
        return self._heads.get(head, 0.0)

    def because(self) -> tuple[str, ...]:
        """The three n-grams and concepts that speak most for the acute."""
        return self._strongest()


class Vector(Frozen):
    """A message as weighted features: places in the vocabulary, and weights of length 1."""

    places: NDArray[np.int64]
    weights: NDArray[np.float64]


class Vocabulary:
    """The features that count, with how rare each is; `numbers` ascend."""

    def __init__(
        self,
        numbers: NDArray[np.uint32],
        blocks: NDArray[np.uint8],
        idf: NDArray[np.uint16],
        scales: Sequence[float],
    ) -> None:
        self.numbers = numbers
        self.blocks = blocks
        self.idf = idf
        self.scales = scales
        self._idf = idf.astype(np.float64) / IDF_UNIT

    def counted(self, numbers: Sequence[Sequence[int]]) -> dict[int, int]:
        """How often each known feature stands in a message, at most thrice."""
        if not self.numbers.size:
            return {}
        wanted = np.fromiter(chain.from_iterable(numbers), dtype=np.uint32)
        places = np.searchsorted(self.numbers, wanted)
        places[places == self.numbers.size] = 0
        found, times = np.unique(places[self.numbers[places] == wanted], return_counts=True)
        return dict(zip(found.tolist(), np.minimum(times, _MOST_TIMES).tolist(), strict=True))

    def weighed(self, counts: dict[int, int]) -> Vector:
        """The vector of a message: each block of length its scale, the whole of length 1."""
        places = np.fromiter(counts, dtype=np.int64, count=len(counts))
        times = np.fromiter(counts.values(), dtype=np.int64, count=len(counts))
        weights = _TIMES[times] * self._idf[places]
        blocks = self.blocks[places]
        total = 0.0
        for block, scale in enumerate(self.scales):
            inside = blocks == block
            length = math.sqrt(math.fsum((weights[inside] ** 2).tolist()))
            if length:
                weights[inside] *= scale / length
                total += scale * scale
        return Vector(places=places, weights=weights / math.sqrt(total or 1.0))

    def weighed_all(
        self,
        rows: NDArray[np.uint16],
        places: NDArray[np.uint16],
        times: NDArray[np.uint8],
        messages: int,
    ) -> NDArray[np.float32]:
        """The weights of many messages at once; `rows` says to which one each place belongs."""
        weights = (_TIMES[times] * self._idf[places]).astype(np.float32)
        blocks = self.blocks[places]
        total = np.zeros(messages)
        for block, scale in enumerate(self.scales):
            inside = blocks == block
            squares = np.bincount(rows[inside], weights[inside] ** 2, minlength=messages)
            lengths = np.sqrt(squares)
            weights[inside] *= (scale / np.maximum(lengths, _TINY))[rows[inside]]
            total += np.where(lengths > 0, scale * scale, 0.0)
        weights /= np.sqrt(np.where(total > 0, total, 1.0))[rows]
        return weights


_TIMES = np.array([0.0, *(1.0 + math.log(each) for each in range(1, _MOST_TIMES + 1))])


class Messages(Frozen):
    """The messages of the fit: `entries` are their features, message after message.

    `ends` is where each message ends in `entries`; `times` how often each feature stands in it;
    `weights` has a row for each message and a column for each head.
    """

    ends: NDArray[np.int64]
    entries: NDArray[np.uint16]
    times: NDArray[np.uint8]
    weights: NDArray[np.int16]


class Model:
    """A fitted model, ready to score messages."""

    def __init__(self, header: Header, vocabulary: Vocabulary, messages: Messages) -> None:
        ends, entries = messages.ends, messages.entries
        self.header = header
        self.vocabulary = vocabulary
        self.features = Features(Concepts(header.concepts))
        self._weights = messages.weights.astype(np.float64) * [head.unit for head in header.heads]
        rows = np.repeat(np.arange(header.rows, dtype=np.uint16), np.diff(ends, prepend=0))
        values = vocabulary.weighed_all(rows, entries, messages.times, header.rows)
        order = np.argsort(entries, kind="stable")
        self._rows = rows[order]
        self._values = values[order]
        self._bounds = np.searchsorted(entries[order], np.arange(header.features + 1))

    def scores(self, words: Sequence[str]) -> Scores:
        """What the heads say of the words of a message."""
        vector = self.vocabulary.weighed(self.vocabulary.counted(self.features.numbers(words)))
        begins, ends = self._bounds[vector.places], self._bounds[vector.places + 1]
        lengths = ends - begins
        at = np.repeat(begins - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
        at = at + np.arange(at.size)
        rows, values = self._rows[at], self._values[at]
        likeness = np.bincount(
            rows, np.repeat(vector.weights, lengths) * values, minlength=self.header.rows
        )
        near = likeness + self.header.offset
        sums = (near * near) @ self._weights
        heads = {
            head.name: _probability(head.slope * float(total) + head.shift)
            for head, total in zip(self.header.heads, sums, strict=True)
        }

        def strongest() -> tuple[str, ...]:
            pull = 2 * near * self._weights[:, 0]
            shares = vector.weights * np.bincount(
                np.repeat(np.arange(lengths.size), lengths),
                pull[rows] * values,
                minlength=lengths.size,
            )
            return self._strongest(words, vector, shares)

        return Scores(heads, strongest)

    def _strongest(
        self, words: Sequence[str], vector: Vector, shares: NDArray[np.float64]
    ) -> tuple[str, ...]:
        numbers = self.vocabulary.numbers[vector.places].tolist()
        by_number = dict(zip(numbers, shares.tolist(), strict=True))
        strong = sorted(
            (
                (-by_number[each.number], each)
                for each in self.features.shown(words)
                if by_number.get(each.number, 0.0) > 0
            ),
            key=lambda pair: (pair[0], pair[1].shown),
        )
        return tuple(f"{BLOCKS[each.block]} '{each.shown}'" for _, each in strong[:3])

    @classmethod
    def read(cls, model: bytes) -> "Model":
        """Read a model from its bytes; raises `ModelError`."""
        try:
            return _read(cls, model)
        except (ValueError, IndexError, msgspec.DecodeError) as error:
            raise ModelError(f"the fitted model cannot be read: {error}") from error


def written(header: Header, vocabulary: Vocabulary, messages: Messages) -> bytes:
    """The bytes of a model: the same parts always give the same bytes."""
    head = msgspec.json.encode(header, order="deterministic")
    return b"".join(
        (
            MAGIC,
            len(head).to_bytes(4, "little"),
            head,
            vocabulary.numbers.astype("<u4").tobytes(),
            vocabulary.blocks.astype("<u1").tobytes(),
            vocabulary.idf.astype("<u2").tobytes(),
            messages.ends.astype("<u4").tobytes(),
            messages.entries.astype("<u2").tobytes(),
            messages.weights.astype("<i2").tobytes(),
            _packed(messages.times),
        )
    )


def _packed(times: NDArray[np.uint8]) -> bytes:
    """Counts of one to three in two bits each."""
    padded = np.concatenate((times, np.zeros(-times.size % 4, dtype=np.uint8))).reshape(-1, 4)
    return (padded @ np.array([1, 4, 16, 64], dtype=np.uint8)).astype("<u1").tobytes()


def _unpacked(packed: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    shifted = packed[:, None] >> np.array([0, 2, 4, 6], dtype=np.uint8)
    return (shifted & np.uint8(3)).astype(np.uint8).ravel()[:size]


def _read(kind: type[Model], model: bytes) -> Model:
    if not model.startswith(MAGIC):
        raise ModelError("the fitted model is of another version")
    at = len(MAGIC) + 4
    size = int.from_bytes(model[len(MAGIC) : at], "little")
    header = msgspec.json.decode(model[at : at + size], type=Header)
    at += size

    def part(dtype: str, count: int) -> NDArray[np.generic]:
        nonlocal at
        values = np.frombuffer(model, dtype=dtype, count=count, offset=at)
        at += values.nbytes
        return values

    numbers = part("<u4", header.features).astype(np.uint32)
    blocks = part("<u1", header.features).astype(np.uint8)
    idf = part("<u2", header.features).astype(np.uint16)
    ends = part("<u4", header.rows).astype(np.int64)
    entries = part("<u2", header.entries).astype(np.uint16)
    weights = part("<i2", header.rows * len(header.heads)).astype(np.int16)
    times = _unpacked(part("<u1", -(-header.entries // 4)).astype(np.uint8), header.entries)
    if at != len(model):
        raise ModelError("the fitted model has another length than it says")
    vocabulary = Vocabulary(numbers, blocks, idf, header.scales)
    weights = weights.reshape(header.rows, len(header.heads))
    messages = Messages(ends=ends, entries=entries, times=times, weights=weights)
    return kind(header, vocabulary, messages)


def _probability(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))
