"""Rows of content that tell danger, with the scopes that take the danger out of a match.

"I want to kill myself" is danger; in "I never want to kill myself", in a song, or years ago it is
not, or less. Counterparts: `crisis_pattern` finds a row's words, `content.safety` holds the rows.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from bot.core.language.crisis_pattern import Compiled, Lexicon, Sentences, Span
from bot.core.model import Frozen, Tier

Kind = Literal[
    "suicide", "self_harm", "overdose", "withdrawal", "violence", "psychosis", "abuse", "medical"
]
KINDS: tuple[Kind, ...] = (
    "suicide",
    "self_harm",
    "overdose",
    "withdrawal",
    "violence",
    "psychosis",
    "abuse",
    "medical",
)
Language = Literal["en", "es"]
Subject = Literal["self", "other"]
RANK = {Tier.NONE: 0, Tier.CONCERN: 1, Tier.ACUTE: 2}


class Scope(Frozen):
    """Words around a match that take the danger out of it, or part of it.

    `where`: within so many words before or after the match, or before its last word and inside it
    (`inside`), or anywhere in its sentence or message;
    `asks` and `begins` are the words with which a sentence that asks, or any sentence, begins.
    `makes` is the tier that is left.
    """

    id: str
    where: Literal["before", "after", "inside", "sentence", "message", "begins", "asks"]
    words: tuple[str, ...]
    within: int = 4
    makes: Tier = Tier.NONE
    line: int = 0


class Pattern(Frozen):
    """A row that tells danger: see `crisis_pattern` for how each line of `match` is read.

    `unless` names scopes, instead of those that count by default. `certain: false` asks before it
    alarms. `subject` says whom the words are about when they tell.
    """

    id: str
    tier: Literal["acute", "concern"]
    kind: Kind
    lang: Language
    match: tuple[str, ...]
    example: str
    near_miss: str
    subject: Subject | None = None
    certain: bool = True
    unless: tuple[str, ...] | None = None
    line: int = 0


class Hit(Frozen):
    """A row found in a message, with the tier that its scopes leave it."""

    pattern: Pattern
    tier: Tier
    span: Span


class Row:
    """A pattern ready to be found."""

    __slots__ = ("pattern", "scopes", "ways")

    def __init__(
        self, pattern: Pattern, ways: tuple[Compiled, ...], scopes: tuple[Scope, ...]
    ) -> None:
        self.pattern = pattern
        self.ways = ways
        self.scopes = scopes


class Rows:
    """All rows, and the numbers of their scopes' words in the lexicon."""

    def __init__(self, rows: Iterable[Row], scopes: Iterable[Scope], lexicon: Lexicon) -> None:
        self.rows = tuple(rows)
        self._atoms = {
            scope.id: tuple(lexicon.atom(each) for each in scope.words) for scope in scopes
        }
        self._by_word: dict[int, list[tuple[Row, Compiled]]] = {}
        for row in self.rows:
            for way in row.ways:
                rarest = min(way.needed, key=len)
                for atom in rarest:
                    self._by_word.setdefault(atom, []).append((row, way))

    def hits(self, sentences: Sentences) -> list[Hit]:
        """Every row found, the gravest first; a row counts once, where it is gravest."""
        best: dict[str, Hit] = {}
        tried: set[int] = set()
        for atom in sentences.found:
            for row, way in self._by_word.get(atom, ()):
                if id(way) in tried:
                    continue
                tried.add(id(way))
                for span in sentences.spans(way):
                    tier = self._left(row, span, sentences)
                    known = best.get(row.pattern.id)
                    if known is None or RANK[tier] > RANK[known.tier]:
                        best[row.pattern.id] = Hit(pattern=row.pattern, tier=tier, span=span)
        found = [hit for hit in best.values() if hit.tier is not Tier.NONE]
        return sorted(
            found, key=lambda hit: (-RANK[hit.tier], not hit.pattern.certain, hit.pattern.id)
        )

    def _left(self, row: Row, span: Span, sentences: Sentences) -> Tier:
        """The tier that the scopes around a match leave it."""
        tier = Tier(row.pattern.tier)
        for scope in row.scopes:
            if RANK[scope.makes] < RANK[tier] and self._covers(scope, span, sentences):
                tier = scope.makes
        return tier

    def _covers(self, scope: Scope, span: Span, sentences: Sentences) -> bool:
        begin, end = sentences.sentence(span.start)
        if scope.where == "message":
            begin, end = 0, len(sentences.words)
        elif scope.where == "before":
            begin, end = max(begin, span.start - scope.within), span.start
        elif scope.where == "inside":
            begin, end = max(span.start, span.end - 1 - scope.within), span.end - 1
        elif scope.where == "after":
            begin, end = span.end, min(end, span.end + scope.within)
        elif scope.where == "asks" and sentences.words[end : end + 1] != ["?"]:
            return False
        for atom in self._atoms[scope.id]:
            for start, stop in sentences.found.get(atom, ()):
                if scope.where in ("begins", "asks"):
                    if begin <= start <= begin + 1 and stop <= end:
                        return True
                elif begin <= start and stop <= end:
                    return True
        return False


def scopes_of(
    pattern: Pattern, by_default: Iterable[str], scopes: Mapping[str, Scope]
) -> tuple[Scope, ...]:
    """The scopes that count for a pattern."""
    names = by_default if pattern.unless is None else pattern.unless
    return tuple(scopes[each] for each in names if each in scopes)
