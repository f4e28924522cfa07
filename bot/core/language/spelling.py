"""Mending slips of the finger toward words that the phrasings use.

Only toward known words, and only when one letter (two in long words) is missing, added, wrong or
swapped, in words of four letters left out or swapped only: another word is no typo.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

_LEAST_LENGTH = 4
_SHORT = 4  # so short a word is only mended when letters are swapped, or one is left out
_LONG = 9
_MOST_REPAIRS = 8


class Spelling:
    """Knows the words of the phrasings."""

    def __init__(self, said: Iterable[Sequence[str]]) -> None:
        counts = Counter(word for each in said for word in each)
        self._known = frozenset(counts)
        # The most frequent first: among equally near words it wins.
        self._targets = [word for word, _ in counts.most_common() if len(word) >= _LEAST_LENGTH]

    def mended(self, said: Sequence[str]) -> list[str]:
        """The words, unknown ones replaced by the nearest known word where one is near enough."""
        mended = list(said)
        repairs = 0
        for place, word in enumerate(said):
            if word in self._known or len(word) < _LEAST_LENGTH or word[0].isdigit():
                continue
            repairs += 1
            if repairs > _MOST_REPAIRS:
                break
            most = 2 if len(word) >= _LONG else 1
            best = process.extractOne(word, self._targets, scorer=OSA.distance, score_cutoff=most)
            if best is None or (len(word) <= _SHORT and not _slipped(word, best[0])):
                continue
            mended[place] = best[0]
        return mended


def _slipped(word: str, known: str) -> bool:
    """Whether a short word is a known one with letters swapped or one left out."""
    return len(known) > len(word) or sorted(known) == sorted(word)
