"""What the fitted model sees of a message: pieces of words, rows of words, and concepts.

Four blocks: letters within words, one to three words in a row, concepts (words that mean the same for
danger, in both languages), and pairs of concepts near each other. Counterpart: `crisis_model`.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from zlib import crc32

from bot.core.language.normalise import SENTENCE_ENDS
from bot.core.model import Frozen

LETTERS, WORDS, CONCEPTS, PAIRS = range(4)
BLOCKS = ("letters", "words", "concepts", "pairs")
_SHORTEST, _LONGEST = 3, 5
_MOST_WORDS_IN_A_ROW = 3
_NEAR = 10
_MOST_LETTERS_OF_A_WORD = 40


class Feature(Frozen):
    """One feature of a message: its number, its block, and how it is shown in an explanation."""

    number: int
    block: int
    shown: str


@lru_cache(maxsize=20_000)
def letters_of(word: str) -> tuple[int, ...]:
    """The numbers of all pieces of three to five letters of a word, its edges included."""
    padded = f" {word[:_MOST_LETTERS_OF_A_WORD]} "
    return tuple(
        crc32(f"l{padded[at : at + size]}".encode())
        for size in range(_SHORTEST, _LONGEST + 1)
        for at in range(max(1, len(padded) - size + 1))
        if at == 0 or at + size <= len(padded)
    )


class Concepts:
    """Words and phrases by the concept that they stand for."""

    def __init__(self, concepts: Mapping[str, Sequence[str]]) -> None:
        self.phrases = {name: tuple(phrases) for name, phrases in concepts.items()}
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name, phrases in sorted(self.phrases.items()):
            for phrase in phrases:
                first, *rest = phrase.split()
                self._by_first.setdefault(first, []).append((tuple(rest), name))

    def found(self, words: Sequence[str]) -> Iterator[tuple[int, str]]:
        """Each place where a concept's phrase begins, with the concept."""
        for at, word in enumerate(words):
            for rest, name in self._by_first.get(word, ()):
                if not rest or tuple(words[at + 1 : at + 1 + len(rest)]) == rest:
                    yield at, name


class Features:
    """Turns the words of a message into features."""

    def __init__(self, concepts: Concepts) -> None:
        self.concepts = concepts

    def numbers(self, words: Sequence[str]) -> tuple[list[int], list[int], list[int], list[int]]:
        """The numbers of all features of a message, by block; what stands twice is there twice."""
        letters = [
            number for word in words if word not in SENTENCE_ENDS for number in letters_of(word)
        ]
        rows = [crc32(f"w{shown}".encode()) for shown in _rows(words)]
        concepts, pairs = self._concepts(words)
        return (
            letters,
            rows,
            [crc32(f"c{shown}".encode()) for shown in concepts],
            [crc32(f"p{shown}".encode()) for shown in pairs],
        )

    def shown(self, words: Sequence[str]) -> list[Feature]:
        """The features that can be shown to a reader: rows of words and concepts, each once."""
        concepts, pairs = self._concepts(words)
        blocks = ((WORDS, "w", _rows(words)), (CONCEPTS, "c", concepts), (PAIRS, "p", pairs))
        return [
            Feature(number=crc32(f"{letter}{shown}".encode()), block=block, shown=shown)
            for block, letter, all_shown in blocks
            for shown in dict.fromkeys(all_shown)
        ]

    def _concepts(self, words: Sequence[str]) -> tuple[list[str], list[str]]:
        found = list(self.concepts.found(words))
        pairs: dict[str, None] = {}
        for index, (at, name) in enumerate(found):
            for later, other in found[index + 1 :]:
                if later - at > _NEAR:
                    break
                if other != name:
                    pairs[f"{name} > {other}"] = None
        return list(dict.fromkeys(name for _, name in found)), list(pairs)


def _rows(words: Sequence[str]) -> list[str]:
    return [
        " ".join(words[at : at + size])
        for size in range(1, _MOST_WORDS_IN_A_ROW + 1)
        for at in range(len(words) - size + 1)
    ]
