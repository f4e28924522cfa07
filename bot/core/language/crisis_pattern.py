"""Patterns of danger as rows of words, and how they are found: in time linear in the message.

A pattern is a line of elements: `word`, `begin*`, `{slot}`, `(one|or two|{slot})`, each may end in
`?` (may be missing); `..` is up to two words, `...` up to six, none of which may cross a sentence;
`^` begins a sentence and `$` ends one. Every element moves a set of positions (the bits of one
integer) forward, so nothing can blow up, whatever the message. Counterpart: `content.safety`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from bot.core.language.normalise import SENTENCE_ENDS
from bot.core.model import Frozen

_GAPS = {"..": 2, "...": 6}
_ELEMENT = re.compile(r"\([^()]*\)\??|\{[a-z0-9-]+\}\??|[^\s(){}|]+")
_WORD = re.compile(r"[a-z0-9_]+\*?")
_MOST_SPANS = 8
_EDGE = -1  # in a way: the edge of a sentence

Phrase = tuple[str, ...]


class PatternError(ValueError):
    """The pattern cannot be read; `slot` is the name of a slot that is not there."""

    def __init__(self, message: str, slot: str = "") -> None:
        super().__init__(message)
        self.slot = slot


class Element(Frozen):
    """One step of a pattern: atoms one of which must stand here, or a gap, or an edge.

    `ways` are alternatives, each a row of atoms (indexes into the lexicon).
    """

    ways: tuple[tuple[int, ...], ...] = ()
    gap: int = 0
    edge: str = ""
    optional: bool = False


class Span(Frozen):
    """Where a pattern was found: words `start` up to, not including, `end`."""

    start: int
    end: int


class Lexicon:
    """All words and slots that patterns are made of; finds them all in one pass over a message."""

    def __init__(self, slots: Mapping[str, Sequence[str]]) -> None:
        self._slots = slots
        self._atoms: dict[str, int] = {}
        self._trie: dict[str, object] = {}
        self._beginnings: set[str] = set()
        self._lengths: tuple[int, ...] = ()

    def atom(self, name: str) -> int:
        """The number of a word or `{slot}`; a new one is put into the index."""
        if name in self._atoms:
            return self._atoms[name]
        number = self._atoms[name] = len(self._atoms)
        for phrase in self.phrases(name):
            self._enter(phrase, number)
        self._lengths = tuple(sorted({len(each) for each in self._beginnings}))
        return number

    def phrases(self, name: str, within: tuple[str, ...] = ()) -> list[Phrase]:
        """The phrases that a word or `{slot}` stands for; a slot may name other slots."""
        if not name.startswith("{"):
            if not all(_WORD.fullmatch(each) for each in name.split()) or not name:
                raise PatternError(f"'{name}' has more than plain words (a-z, no accents)")
            return [tuple(name.split())]
        slot = name[1:-1]
        if slot in within:
            raise PatternError(f"slot '{slot}' names itself")
        if slot not in self._slots:
            raise PatternError(f"no slot '{slot}'", slot)
        found: list[Phrase] = []
        for phrase in self._slots[slot]:
            if phrase.startswith("{"):
                found += self.phrases(phrase, (*within, slot))
            elif not all(_WORD.fullmatch(each) for each in phrase.split()):
                raise PatternError(f"'{phrase}' has more than plain words (a-z, no accents)")
            else:
                found.append(tuple(phrase.split()))
        return found

    def _enter(self, phrase: Phrase, number: int) -> None:
        node: dict[str, object] = self._trie
        for word in phrase:
            if word.endswith("*"):
                self._beginnings.add(word[:-1])
            child = node.setdefault(word, {})
            assert isinstance(child, dict)  # noqa: S101 (only "" holds anything else)
            node = child
        ends = node.setdefault("", [])
        assert isinstance(ends, list)  # noqa: S101 (only "" holds a list)
        ends.append(number)

    def occurrences(self, words: Sequence[str]) -> dict[int, list[tuple[int, int]]]:
        """For each atom found, its places as (start, end)."""
        symbols = [self._symbols(word) for word in words]
        found: dict[int, list[tuple[int, int]]] = {}
        for start in range(len(symbols)):
            nodes: list[dict[str, object]] = [self._trie]
            at = start
            while nodes and at < len(symbols):
                nodes = [
                    child
                    for node in nodes
                    for symbol in symbols[at]
                    if isinstance(child := node.get(symbol), dict)
                ]
                at += 1
                for node in nodes:
                    ends = node.get("")
                    if isinstance(ends, list):
                        for number in ends:
                            found.setdefault(number, []).append((start, at))
        return found

    def _symbols(self, word: str) -> list[str]:
        """The word itself, and each beginning of it that patterns ask for."""
        beginnings = (word[:length] for length in self._lengths if length <= len(word))
        return [word, *(f"{each}*" for each in beginnings if each in self._beginnings)]


class Compiled:
    """A pattern ready to be found."""

    __slots__ = ("elements", "needed")

    def __init__(self, elements: tuple[Element, ...]) -> None:
        self.elements = elements
        needed = [
            frozenset(way[0] for way in element.ways)
            for element in elements
            if element.ways
            and not element.optional
            and all(way[0] != _EDGE for way in element.ways)
        ]
        if not needed:
            raise PatternError("at least one word must be needed")
        self.needed = tuple(needed)

    def may_stand_in(self, atoms: Iterable[int]) -> bool:
        """Whether every needed element has some word in the message: a quick first look."""
        present = atoms if isinstance(atoms, set | frozenset | dict) else set(atoms)
        return all(any(each in present for each in needed) for needed in self.needed)


def compiled(pattern: str, lexicon: Lexicon) -> Compiled:
    """Read a pattern; raises `PatternError` telling what is wrong."""
    if _ELEMENT.sub("", pattern).strip():
        raise PatternError(f"cannot read '{_ELEMENT.sub('', pattern).strip()}'")
    elements = []
    for text in _ELEMENT.findall(pattern):
        if text in _GAPS:
            elements.append(Element(gap=_GAPS[text]))
            continue
        if text in ("^", "$"):
            elements.append(Element(edge=text))
            continue
        optional = text.endswith("?")
        body = text[:-1] if optional else text
        ways = (
            [tuple(way.split()) for way in body[1:-1].split("|")]
            if body.startswith("(")
            else [(body,)]
        )
        elements.append(
            Element(
                ways=tuple(
                    tuple(_EDGE if each in ("^", "$") else lexicon.atom(each) for each in way)
                    for way in ways
                    if way
                ),
                optional=optional or not all(ways),
            )
        )
    return Compiled(tuple(elements))


class Sentences:
    """A message with the places of all atoms, against which patterns are run.

    Bit p of a set stands for the place before word p.
    """

    def __init__(self, words: Sequence[str], lexicon: Lexicon) -> None:
        self.words = words
        self.found = lexicon.occurrences(words)
        size = len(words)
        self._ends = sum(1 << p for p, word in enumerate(words) if word in SENTENCE_ENDS)
        self._edges = self._ends | self._ends << 1 | 1 | 1 << size
        self._all = (1 << (size + 1)) - 1

    def spans(self, pattern: Compiled) -> list[Span]:
        """Where the pattern stands; the first few places are enough for anyone."""
        if not pattern.may_stand_in(self.found):
            return []
        reached = self._run(pattern.elements, self._all, forward=True)
        spans: list[Span] = []
        while reached and len(spans) < _MOST_SPANS:
            end = (reached & -reached).bit_length() - 1
            reached &= reached - 1
            starts = self._run(pattern.elements[::-1], 1 << end, forward=False)
            if starts:
                spans.append(Span(start=starts.bit_length() - 1, end=end))
        return spans

    def _run(self, elements: Sequence[Element], at: int, *, forward: bool) -> int:
        for element in elements:
            if element.gap:
                at = self._over_gap(at, element.gap, forward=forward)
            elif element.edge:
                at &= self._edges
            else:
                moved = at if element.optional else 0
                for way in element.ways:
                    there = at
                    for atom in way if forward else way[::-1]:
                        there = self._over_atom(there, atom, forward=forward)
                        if not there:
                            break
                    moved |= there
                at = moved
            if not at:
                return 0
        return at

    def _over_atom(self, at: int, atom: int, *, forward: bool) -> int:
        if atom == _EDGE:
            return at & self._edges
        moved = 0
        for start, end in self.found.get(atom, ()):
            if forward:
                if at >> start & 1:
                    moved |= 1 << end
            elif at >> end & 1:
                moved |= 1 << start
        return moved

    def _over_gap(self, at: int, most: int, *, forward: bool) -> int:
        """Over up to `most` words without leaving the sentence."""
        moved = step = at
        for _ in range(most):
            left = step & ~(self._ends if forward else self._ends << 1)
            step = left << 1 & self._all if forward else left >> 1
            moved |= step
        return moved

    def sentence(self, position: int) -> tuple[int, int]:
        """The sentence around a place, as the range of its words; `end` is where its mark stands."""
        begin = end = position
        while begin > 0 and self.words[begin - 1] not in SENTENCE_ENDS:
            begin -= 1
        while end < len(self.words) and self.words[end] not in SENTENCE_ENDS:
            end += 1
        return begin, end
