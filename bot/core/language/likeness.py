"""How alike a message is to each known phrasing, between 0 and 1.

A text becomes words (without endings), pairs of neighboring words, meanings (groups of synonyms) and
pieces of words; rare ones count more. What no phrasing has still counts in the length of a message,
so that one shared word in a message about something else stays a weak likeness.
Counterpart: `topic_model`, which learns from these likenesses.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bot.core.language.spelling import Spelling
from bot.core.language.words import stem, words

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

# Shares of the two views in the likeness, chosen on writers left out and on CLINC150's training part.
WORDS_SHARE = 0.6
PIECES_SHARE = 0.4
_PIECES = np.uint64(1 << 32)  # set in the key of a piece of a word; the rest of a key is a checksum


class Vector:
    """A text among the known features: which of them it has, and how strongly (length at most 1)."""

    __slots__ = ("features", "known", "weights")

    def __init__(self, features: Ints, weights: Floats, known: float) -> None:
        self.features = features
        self.weights = weights
        self.known = known  # the share of the text's length that known features make up


class Likeness:
    """The phrasings, ready to be compared with. `rows` are in the order given."""

    def __init__(self, texts: Sequence[str], synonyms: Iterable[Sequence[str]] = ()) -> None:
        self.size = len(texts)
        self._meanings = _meanings(synonyms)
        self._pieces: dict[str, list[int]] | None = {}
        self._stems: dict[str, str] | None = {}
        said = [words(text) for text in texts]
        self.spelling = Spelling(said)
        word_keys = [np.array(self._word_keys(each), np.uint64) for each in said]
        piece_keys = [np.array(self._piece_keys(each), np.uint64) for each in said]
        self._pieces = self._stems = None  # caches for building only
        rows, keys, counts = _counted(word_keys, piece_keys)
        self._vocabulary, features, frequency = np.unique(
            keys, return_inverse=True, return_counts=True
        )
        self._rarity = (np.log((1 + self.size) / (1 + frequency)) + 1).astype(np.float32)
        self._unknown = np.float32(np.log(1 + self.size) + 1)
        weights: NDArray[np.float64] = (1 + np.log(counts)) * self._rarity[features]
        is_piece = keys >= _PIECES
        for view, share in ((~is_piece, WORDS_SHARE), (is_piece, PIECES_SHARE)):
            length = np.sqrt(np.bincount(rows[view], weights[view] ** 2, minlength=self.size))
            weights[view] *= share**0.5 / np.maximum(length, 1e-9)[rows[view]]
        self.starts: Ints = np.searchsorted(rows, np.arange(self.size + 1))
        self.features = features.astype(np.int32)
        self.weights = weights.astype(np.float32)
        order = np.argsort(features, kind="stable")
        small = np.uint16 if self.size <= np.iinfo(np.uint16).max else np.uint32
        self._owners = rows[order].astype(small)
        self._strengths = self.weights[order]
        self._postings: Ints = np.concatenate(([0], np.cumsum(frequency)))

    @property
    def dimensions(self) -> int:
        """How many features are known."""
        return len(self._vocabulary)

    def forget_rows(self) -> None:
        """Drop what only learning needs."""
        self.features = np.empty(0, np.int32)
        self.weights = np.empty(0, np.float32)

    def row(self, number: int) -> Vector:
        """A phrasing as a vector; `known` is what others share of it. Not after `forget_rows`."""
        span = slice(self.starts[number], self.starts[number + 1])
        features, weights = self.features[span].astype(np.int64), self.weights[span]
        shared = weights[self._postings[features + 1] - self._postings[features] > 1]
        return Vector(features, weights, float(shared @ shared))

    def vector(self, said: Sequence[str]) -> Vector:
        """The words of a message as a vector."""
        found: list[Ints] = []
        strengths: list[Floats] = []
        known = 0.0
        for keys, share in (
            (np.array(self._word_keys(said), np.uint64), WORDS_SHARE),
            (np.array(self._piece_keys(said), np.uint64) | _PIECES, PIECES_SHARE),
        ):
            distinct, counts = np.unique(keys, return_counts=True)
            places: Ints = np.array(np.searchsorted(self._vocabulary, distinct), np.int64)
            places[places == len(self._vocabulary)] = 0
            is_known = self._vocabulary[places] == distinct
            rarity = np.where(is_known, self._rarity[places], self._unknown)
            weights = ((1 + np.log(counts)) * rarity).astype(np.float32)
            length = float(np.sqrt(weights @ weights)) or 1.0
            kept = weights[is_known] * np.float32(share**0.5 / length)
            known += float(kept @ kept)
            found.append(places[is_known])
            strengths.append(kept)
        return Vector(np.concatenate(found), np.concatenate(strengths), known)

    def to_all(self, vector: Vector) -> Floats:
        """The likeness of a vector to each phrasing."""
        starts = self._postings[vector.features]
        lengths = self._postings[vector.features + 1] - starts
        ends = np.cumsum(lengths)
        total = int(ends[-1]) if len(ends) else 0
        places = np.repeat(starts - ends + lengths, lengths) + np.arange(total)
        strengths = self._strengths[places] * np.repeat(vector.weights, lengths)
        return np.bincount(self._owners[places], strengths, minlength=self.size).astype(np.float32)

    def _word_keys(self, said: Sequence[str]) -> list[int]:
        stems = [self._stem(word) for word in said]
        keys = [crc32(each.encode()) for each in stems]
        pairs = [f"{a} {b}" for a, b in pairwise(["^", *stems, "$"])] if stems else []
        keys += [crc32(pair.encode()) for pair in pairs]
        for each in (*stems, *pairs):
            keys += self._meanings.get(each, ())
        return keys

    def _stem(self, word: str) -> str:
        known = None if self._stems is None else self._stems.get(word)
        if known is None:
            known = stem(word)
            if self._stems is not None:
                self._stems[word] = known
        return known

    def _piece_keys(self, said: Sequence[str]) -> list[int]:
        cache = self._pieces
        if cache is None:
            return [key for word in said for key in _pieces(word)]
        keys: list[int] = []
        for word in said:
            pieces = cache.get(word)
            if pieces is None:
                pieces = cache[word] = _pieces(word)
            keys += pieces
        return keys


def _pieces(word: str) -> list[int]:
    """Checksums of the three- and four-letter pieces of a word, its ends marked by spaces."""
    padded = f" {word} ".encode()
    if len(padded) <= 3:  # noqa: PLR2004 (one letter)
        return [crc32(padded)]
    pieces = [crc32(padded[i : i + 3]) for i in range(len(padded) - 2)]
    return pieces + [crc32(padded[i : i + 4]) for i in range(len(padded) - 3)]


def _meanings(synonyms: Iterable[Sequence[str]]) -> Mapping[str, list[int]]:
    """For each word or pair of words in a group, the key of its meaning."""
    meanings: dict[str, list[int]] = {}
    for group in synonyms:
        if not group:
            continue
        key = crc32(f"= {group[0]}".encode())
        for each in group:
            name = " ".join(stem(word) for word in words(each.replace("-", " ")))
            keys = meanings.setdefault(name, [])
            if key not in keys:
                keys.append(key)
    return meanings


def _counted(
    word_keys: Sequence[NDArray[np.uint64]], piece_keys: Sequence[NDArray[np.uint64]]
) -> tuple[Ints, NDArray[np.uint64], Ints]:
    """Each distinct pair of row and key with its count, ordered by row."""
    rows = np.concatenate(
        [
            np.repeat(np.arange(len(each)), [len(keys) for keys in each])
            for each in (word_keys, piece_keys)
        ]
    )
    none = np.empty(0, np.uint64)
    of_words = np.concatenate([none, *word_keys])
    of_pieces = np.concatenate([none, *piece_keys])
    keys = np.concatenate([of_words, of_pieces | _PIECES])
    order = np.lexsort((keys, rows))
    rows, keys = rows[order], keys[order]
    new = np.ones(len(rows), bool)
    new[1:] = (rows[1:] != rows[:-1]) | (keys[1:] != keys[:-1])
    firsts = np.flatnonzero(new)
    counts = np.diff(np.append(firsts, len(rows)))
    return rows[firsts], keys[firsts], counts
