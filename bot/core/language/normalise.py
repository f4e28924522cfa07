"""A message as the words a reader would hear in it, whatever tricks, slips or symbols spell them.

Nothing is lost that could matter for danger: what is not understood stays as it is. The words that
slips and masks may turn into come from content (`Spelling`); counterpart: `crisis_pattern`.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

MOST_CHARACTERS = 4_096
MOST_WORDS = 1_024
_LEAST_TYPO = 5
_LEAST_SPACED = 3
_SHORTEST_MASKED = 3

_QUOTES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\uff07`\u00b4", "'") | {"\u2026": "..."})
# Letters of other alphabets that look like Latin ones: a way round filters.
_LOOK_ALIKES = str.maketrans("аеорсухкіјѕԁɡοαεικνρτυ", "aeopcyxkijsdgoaeiknptu")
_LEET = str.maketrans("013457@$!|+", "oieastasiit")
_EMOJI = {
    **dict.fromkeys("🔫", "emoji_gun"),
    **dict.fromkeys("🔪🗡", "emoji_knife"),
    **dict.fromkeys("💊", "emoji_pills"),
    **dict.fromkeys("🩸", "emoji_blood"),
    **dict.fromkeys("☠💀⚰🪦⚱", "emoji_dead"),
    **dict.fromkeys("😂🤣😆😹😝😜🙃", "emoji_laugh"),
    **dict.fromkeys("😭😢💔😞😔🥺", "emoji_sad"),
    **dict.fromkeys("👋🕊", "emoji_bye"),
    **dict.fromkeys("🪢", "emoji_rope"),
}
_WORD = re.compile(r"emoji_[a-z]+|[a-z0-9]+(?:[@$!|*+][a-z0-9*]+)*|[.?!;]+|\n+")
_REPEATED = re.compile(r"(.)\1{2,}")
_SPACED = re.compile(r"(?<![a-z0-9'])[a-z](?:[ .\-_*~]{1,2}[a-z](?![a-z0-9'])){2,40}")
_WILL = re.compile(r"(?<=[a-z])'ll\b")
_JOINTS = re.compile(r"[ .\-_*~]+")
SENTENCE_ENDS = (".", "?")


class Spelling:
    """Which words slips and masks may stand for, and what slang means.

    `words` are words that tell of danger; `kept` are real words one slip away from them, never
    changed; `slang` maps a word to the words it stands for.
    """

    def __init__(
        self, words: Iterable[str], kept: Iterable[str], slang: Mapping[str, Sequence[str]]
    ) -> None:
        self.words = frozenset(words)
        self.kept = frozenset(kept)
        self.slang = {word: tuple(meaning) for word, meaning in slang.items()}
        self._by_length: dict[int, list[str]] = {}
        for word in sorted(self.words):
            self._by_length.setdefault(len(word), []).append(word)
        self.mended = lru_cache(maxsize=4_096)(self._mended)

    def _mended(self, word: str) -> str:
        """The word that a masked, stretched or mistyped one stands for; itself when unknown."""
        if word in self.words or word in self.kept or word in self.slang:
            return word
        plain = word
        if not plain.isalpha() and not plain.isdigit():
            plain = word.translate(_LEET)
            if plain in self.words or plain in self.slang:
                return plain
            if "*" in word and len(word) >= _SHORTEST_MASKED:
                return self._unmasked(word)
        if _REPEATED.search(plain):
            for short in (_REPEATED.sub(r"\1", plain), _REPEATED.sub(r"\1\1", plain)):
                if short in self.words or short in self.slang:
                    return short
            return _REPEATED.sub(r"\1\1", word)
        return self._corrected(word)

    def _unmasked(self, word: str) -> str:
        """`k*ll` as `kill`: stars stand for one letter each, and the first letter shows."""
        if word[0] == "*":
            return word
        for known in self._by_length.get(len(word), ()):
            if all(a in ("*", b) for a, b in zip(word, known, strict=True)):
                return known
        return word

    def _corrected(self, word: str) -> str:
        """A word of danger one slip away that begins alike, when there is one."""
        if len(word) < _LEAST_TYPO - 1 or not word.isalpha():
            return word
        for length in (len(word), len(word) + 1, len(word) - 1):
            for known in self._by_length.get(length, ()):
                if (
                    len(known) >= _LEAST_TYPO
                    and known[0] == word[0]
                    and OSA.distance(word, known, score_cutoff=1) <= 1
                ):
                    return known
        return word


NO_SPELLING = Spelling((), (), {})


def normalise(text: str) -> str:
    """Lower case without accents, invisible or look-alike characters; at most 4,096 characters.

    Apostrophes are dropped ("don't" is "dont"), letters written apart are joined, emoji that matter
    become words, and stretched letters stand at most twice.
    """
    text = unicodedata.normalize("NFKC", text[:MOST_CHARACTERS])[:MOST_CHARACTERS]
    text = text.translate(_QUOTES).casefold()
    pieces = []
    for each in unicodedata.normalize("NFKD", text):
        category = unicodedata.category(each)
        if category in ("Mn", "Me", "Cf", "Cs", "Cn", "Co"):
            continue
        if each in _EMOJI:
            pieces.append(f" {_EMOJI[each]} ")
        elif category == "Cc" and each != "\n":
            pieces.append(" ")
        else:
            pieces.append(each)
    text = "".join(pieces).translate(_LOOK_ALIKES)
    text = _WILL.sub(" will", text).replace("od'd", "oded").replace("'", "")
    text = _SPACED.sub(lambda match: _JOINTS.sub("", match[0]), text)
    return _REPEATED.sub(r"\1\1", text)[: 2 * MOST_CHARACTERS]


def words_of(normal: str, spelling: Spelling = NO_SPELLING) -> list[str]:
    """The words of a normalised text, slips mended and slang spelled out; at most 1,024.

    The ends of sentences stand among them as "." or "?"; dots that only trail off do not.
    """
    words: list[str] = []
    for found in _WORD.findall(normal):
        if found[0] == "\n":
            continue
        if found[0] in ".?!;":
            if not found.startswith("..") and words and words[-1] not in SENTENCE_ENDS:
                words.append("?" if "?" in found else ".")
            continue
        word = spelling.mended(found)
        words.extend(spelling.slang.get(word, (word,)))
        if len(words) >= MOST_WORDS:
            return words[:MOST_WORDS]
    return words
