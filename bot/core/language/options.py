"""Which option of a question a typed answer means: "2", "pretty much every day", "idk", "both".

A guess is certain only when all that was said is accounted for and nothing else fits; of two near
ones the later, which is the worse, is offered: a milder answer than meant could cost somebody care.
What is particular to a question stands in its content, as further phrases for an option.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from math import log2

from rapidfuzz import fuzz, process

from bot.core.language.amounts import Amount, amounts, bare_number, plain_ranges, spelled_out
from bot.core.language.sayings import (
    FILLERS,
    after_contrast,
    is_asking,
    is_denial,
    is_hedged,
    said_plainly,
    tokens,
)
from bot.core.language.words import folded
from bot.core.model import Frozen, OptionId

_POSITION = re.compile(
    r"(?:(?:i|id|i'd|ill|i'll)\s+)?(?:pick|choose|say|take)?\s*(?:option|number|answer|nr\.?|opcion|"
    r"numero|la|el|the)?\s*#?\s*(\d{1,2})(?:[.)]|st|nd|rd|th)?(?:\s+(?:one|option|opcion))?"
)
_POSITIONS = re.compile(r"\d{1,2}(?:(?:\s*(?:,|and|y|&|\+|/|-)\s*|\s+)\d{1,2})+")
_ORDINALS = {
    word: place
    for place, group in enumerate(
        ("first primero primera", "second segundo segunda", "third tercero tercera"), 1
    )
    for word in group.split()
} | {"fourth": 4, "cuarta": 4, "fifth": 5, "quinta": 5, "sixth": 6, "seventh": 7}
_ORDINAL = re.compile(rf"(?:the |la |el |lo )?({'|'.join(_ORDINALS)})(?: (?:one|option|opcion))?")

_FILLER = 0.12  # the weight of "I", "the", "really"
_NOT = 0.3
_COMMON = 0.5
_AMOUNT = 1.5  # the weight of a length of time
_NEAR = 82  # a word spelled as like as this (of 100) may be the same word
_SHORT = 4  # letters; shorter words must be spelled right
_GUESS = 0.5
_CERTAIN = 0.88
_CLEAR = 0.12
_TIE = 0.08
_WHOLE = 0.85  # of a phrase's weight, found in the message
_MOST = 3  # words; a phrase of fillers needs nearly the whole message


class OptionMatch(Frozen):
    """The options that were meant, best first; `certain` when no confirmation is needed."""

    options: tuple[OptionId, ...] = ()
    certain: bool = False


class _Phrase(Frozen):
    """A label or synonym as its words and amounts of time."""

    words: frozenset[str]
    amounts: tuple[Amount, ...]
    is_filler: bool


class _Reading(Frozen):
    """What one option accounts for in a message."""

    place: int
    score: float
    covered: frozenset[str]


class _Choices(Frozen):
    """The options of one question, ready to be compared with many messages."""

    phrases: tuple[tuple[_Phrase, ...], ...]
    weights: dict[str, float]
    ages: dict[int, tuple[float, float]]
    has_amounts: bool
    words: tuple[str, ...]


def match_option(
    labels: Sequence[tuple[OptionId, str]],
    text: str,
    aliases: Mapping[OptionId, Sequence[str]] | None = None,
    *,
    several: bool = False,
) -> OptionMatch:
    """The option that `text` names, or all of them with `several`; labels in the order shown."""
    said = folded(text).strip(" .!\n\t\"'")
    if not said or not labels:
        return OptionMatch()
    also = aliases or {}
    choices = _choices(
        tuple((label, *also.get(option, ())) for option, label in labels),
    )
    if choices.ages:
        places, certain = _by_number(choices, said)
    else:
        places, certain = _by_position(len(labels), said, several=several)
        certain = certain and not choices.has_amounts
    if places is None:
        places, certain = _by_words(choices, said, several=several)
    return OptionMatch(options=tuple(labels[place][0] for place in places), certain=certain)


@lru_cache(maxsize=128)
def _choices(phrases: tuple[tuple[str, ...], ...]) -> _Choices:
    """Read the phrases of all options once; a word that many options share says less."""
    read = tuple(tuple(map(_phrase, each)) for each in phrases)
    spread: dict[str, int] = {}
    for option in read:
        for word in frozenset[str]().union(*(each.words for each in option)):
            spread[word] = spread.get(word, 0) + 1
    weights = {
        word: _weight(word) / (1 + 0.5 * log2(count))
        if word.lstrip("-") not in FILLERS
        else _FILLER
        for word, count in spread.items()
    }
    return _Choices(
        phrases=read,
        weights=weights,
        ages=plain_ranges([each[0] for each in phrases]),
        has_amounts=any(phrase.amounts for option in read for phrase in option),
        words=tuple({word.lstrip("-") for word in spread if len(word.lstrip("-")) >= _SHORT}),
    )


def _phrase(text: str) -> _Phrase:
    found, rest = amounts(spelled_out(said_plainly(folded(text))))
    words = frozenset(tokens(rest))
    return _Phrase(
        words=words,
        amounts=found,
        is_filler=not found and all(each.lstrip("-") in FILLERS for each in words),
    )


def _weight(word: str) -> float:
    return _NOT if word == "not" else _FILLER if word.lstrip("-") in FILLERS else 1.0


def _by_number(choices: _Choices, said: str) -> tuple[tuple[int, ...] | None, bool]:
    """For a question about a number, such as an age: the ranges that it lies in."""
    if is_asking(said):
        return None, False
    number = bare_number(spelled_out(said))
    if number is None:
        return None, False
    low, high, is_exact = number
    inside = [
        place
        for place, (least, most) in choices.ages.items()
        if least <= high and low <= most + 0.5
    ]
    if not inside:
        return (), False
    # So small a number may be the place of an option.
    is_certain = len(inside) == 1 and is_exact and low > len(choices.phrases)
    return tuple(sorted(inside, reverse=True)), is_certain


def _by_position(count: int, said: str, *, several: bool) -> tuple[tuple[int, ...] | None, bool]:
    """For "2", "the second one" and, of several, "1 and 3": the places, counted from zero."""
    if match := _ORDINAL.fullmatch(said):
        numbers = [_ORDINALS[match[1]]]
    elif match := _POSITION.fullmatch(said):
        numbers = [int(match[1])]
    elif several and _POSITIONS.fullmatch(said):
        numbers = sorted({int(each) for each in re.findall(r"\d+", said)})
    else:
        return None, False
    if not all(1 <= each <= count for each in numbers):
        return (), False
    return tuple(each - 1 for each in numbers), True


def _by_words(choices: _Choices, said: str, *, several: bool) -> tuple[tuple[int, ...], bool]:
    """By the words and amounts of time in the message."""
    plain = said_plainly(said)
    found: tuple[Amount, ...] = ()
    rest = spelled_out(plain)
    if choices.has_amounts:
        found, rest = amounts(rest)
    heard = _heard(choices, tokens(rest))
    readings = [
        reading
        for place, phrases in enumerate(choices.phrases)
        if (reading := _reading(choices, place, phrases, heard, found)) is not None
    ]
    readings = _without_denials(choices, readings, after_contrast(rest))
    if not several:
        readings = _without_bare_denials(choices, readings, heard)
    if not readings:
        return (), False
    unsure = is_hedged(plain) or is_asking(said)
    if several:
        places, is_certain = _several(choices, readings, heard)
    else:
        places, is_certain = _one(readings)
    if is_asking(said) and max(each.score for each in readings) < _CERTAIN:
        return (), False
    return places, is_certain and not unsure


def _without_denials(choices: _Choices, readings: Sequence[_Reading], rest: str) -> list[_Reading]:
    """Without options that only heard the "no" of "no, but ...", when more was said after it."""
    after = {meant for meant, _ in _heard(choices, tokens(rest)).values()}
    told = {each for each in after if _weight(each) >= 1}
    return [
        each
        for each in readings
        if not is_denial(each.covered) or (each.covered & told) or not told
    ]


def _without_bare_denials(
    choices: _Choices, readings: Sequence[_Reading], heard: Mapping[str, tuple[str, float]]
) -> list[_Reading]:
    """Without a "no" that leaves out what was said beside it: "i think about it but would never"."""
    told = {meant for meant, _ in heard.values() if _weight(meant) >= 1 and not is_denial((meant,))}
    told = {each for each in told if each in choices.weights and not each.startswith("-")}
    return [each for each in readings if not is_denial(each.covered) or not told - each.covered]


def _heard(choices: _Choices, said: Sequence[str]) -> dict[str, tuple[str, float]]:
    """Each word that was said with the question's word for it, and how sure that is."""
    heard: dict[str, tuple[str, float]] = {}
    for word in said:
        bare = word.lstrip("-")
        sign = word[: len(word) - len(bare)]
        if word in choices.weights or bare in FILLERS or len(bare) < _SHORT:
            heard[word] = word, 1.0
            continue
        near = process.extractOne(bare, choices.words, scorer=fuzz.ratio, score_cutoff=_NEAR)
        if near is None or near[0][0] != bare[0]:
            heard[word] = word, 1.0
        else:
            heard[word] = sign + near[0], 1.0 if near[0] == bare else 0.95
    return heard


def _reading(
    choices: _Choices,
    place: int,
    phrases: Sequence[_Phrase],
    heard: Mapping[str, tuple[str, float]],
    found: Sequence[Amount],
) -> _Reading | None:
    """How well an option fits: the best phrase, and how much of the message its phrases explain."""
    known = dict(heard.values())
    total = sum(choices.weights.get(meant, _weight(meant)) for meant, _ in heard.values())
    total += _AMOUNT * len(found)
    is_denied = any(is_denial((each,)) and each not in FILLERS for each in known)
    best = 0.0
    covered: set[str] = set()
    partly: set[str] = set()
    for phrase in phrases:
        shared = phrase.words & known.keys()
        times = {
            place
            for place, said in enumerate(found)
            if any(amount.allows(said) for amount in phrase.amounts)
        }
        if not shared and not times:
            continue
        weight = _weighed(choices, phrase.words) + _AMOUNT * len(phrase.amounts)
        share = (
            sum(choices.weights[each] * known[each] for each in shared)
            + _AMOUNT * min(1, len(times))
        ) / weight
        if phrase.amounts and not times and found:
            share = 0.0
        explained = {*shared, *(f"#{each}" for each in times)}
        if phrase.is_filler and (share < 1 or len(heard) > _MOST + len(phrase.words) or is_denied):
            continue
        if share >= _WHOLE:
            covered |= explained
        if share > best:
            best, partly = share, explained
    if best >= _WHOLE:
        partly = covered
    explained_weight = sum(
        _AMOUNT if each.startswith("#") else choices.weights[each] for each in partly
    )
    precision = min(1.0, explained_weight / total) if total else 0.0
    score = best * (0.6 + 0.4 * precision)
    if score < _GUESS:
        return None
    return _Reading(place=place, score=score, covered=frozenset(partly))


def _weighed(choices: _Choices, words: Collection[str]) -> float:
    return sum(choices.weights[each] for each in words)


def _one(readings: Sequence[_Reading]) -> tuple[tuple[int, ...], bool]:
    """The best option; of near ones the later, which is the worse."""
    ranked = sorted(readings, key=lambda each: (each.score, each.place), reverse=True)
    best = ranked[0]
    near = [each for each in ranked if best.score - each.score <= _TIE]
    if len(near) > 1:
        best = max(near, key=lambda each: each.place)
    rest = [each for each in ranked if each is not best]
    is_clear = all(
        best.score - each.score >= _CLEAR and each.covered <= best.covered for each in rest
    )
    return (best.place, *(each.place for each in rest)), best.score >= _CERTAIN and is_clear


def _several(
    choices: _Choices, readings: Sequence[_Reading], heard: Mapping[str, tuple[str, float]]
) -> tuple[tuple[int, ...], bool]:
    """All options that are named; one whose words are all part of another's is not meant."""
    kept = [
        each
        for each in readings
        if not any(each.covered < other.covered for other in readings if other is not each)
    ]
    if len(kept) > 1:
        kept = [each for each in kept if not is_denial(each.covered)] or kept
    explained = frozenset[str]().union(*(each.covered for each in kept))
    total = sum(choices.weights.get(meant, _weight(meant)) for meant, _ in heard.values())
    share = (
        _weighed(choices, {each for each in explained if each in choices.weights}) / total
        if total
        else 0
    )
    overlap = sum(len(each.covered) for each in kept) > len(explained)
    places = tuple(sorted(each.place for each in kept))
    return places, share >= 0.75 and not overlap  # noqa: PLR2004 (most of what was said)
