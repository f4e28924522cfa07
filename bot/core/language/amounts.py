"""How often, how long and how old: amounts of time in labels and in typed answers, as ranges.

Counterpart: `options` asks whether what was typed lies within what a label allows.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from bot.core.model import Frozen

Kind = Literal["span", "rate"]

_ENDLESS = 40_000.0
_WEEKS_IN_A_MONTH = 4.35
_OLDEST = 110
_ADULT_ORDER = 2  # so many labels that are plain ranges make a question about a number
_UNITS = {"day": 1.0, "night": 1.0, "week": 7.0, "month": 30.0, "year": 365.0, "hour": 1 / 24}
_SPANISH_UNITS = {"dia": "day", "semana": "week", "mes": "month", "ano": "year", "hora": "hour"}
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SPANISH = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez".split()
)  # "once" is English here
_NUMBERS = {
    **{word: value for value, word in enumerate(_SMALL)},
    **{word: 10 * value for value, word in enumerate(_TENS, 2)},
    **{word: value for value, word in enumerate(_SPANISH)},
}
_SPELLED = re.compile(
    rf"\b(?:({'|'.join(_TENS)})[ -])?({'|'.join(sorted(_NUMBERS, key=len, reverse=True))})\b"
)
_DECADE = re.compile(
    r"\b([2-9])0'?s\b|\b(twenti|thirti|forti|fifti|sixti|seventi|eighti|nineti)es\b"
)
_AGE = re.compile(r"(?<![\d.,$])(\d{1,3})(?![\d.,%]*\d)(?:\s*(\w+))?")
_NOT_YEARS = frozenset(
    "days day weeks week months month hours hour times x pounds lbs kids children dollars sober "
    "mg beers drinks percent people dias semanas meses am pm".split()
)
_PLAIN_RANGE = re.compile(
    r"(?:(under|below) (\d+)|(\d+)\s*(?:to|-|–)\s*(\d+)|(\d+) (?:or (?:older|over|more)|and (?:over|up))"
    r"|(?:over|above) (\d+))"
)
_COUNT = r"(\d+(?:\.\d+)?|a couple(?: of)?|couple(?: of)?|a few|few|several|an?|un[oa]?s?|half an?)"
_UNIT = r"(hour|hr|day|night|week|wk|month|year|yr|dia|semana|mes|ano|hora)(?:e?s)?"
_AMOUNT = re.compile(
    r"\b(?:(more than|over|at least|mas de|less than|under|in the past|in past|past|within|"
    r"in the last|the last|last)\s+)?"
    rf"(?:(\d+|one)\s*(?:to|-|or)\s*)?{_COUNT}\s*{_UNIT}\b(\s*(?:ago|back|now)\b)?"
)
_RATE = re.compile(
    rf"\b(?:(\d+)\s*(?:to|-|or)\s*)?{_COUNT}\s*(?:times|time|x|days|day|nights|night|veces|dias)?\s*"
    r"(?:out of|a|per|each|every|in a|in the|of the|por|a la|al)\s*(week|month|semana|mes|7)\b"
)
_TIMES = {"once": "1 times", "twice": "2 times", "una vez": "1 times"}
_SPOKEN = (
    (re.compile(r"\b(?:today|tonight|this morning|hoy)\b"), 0.0, 1.0),
    (re.compile(r"\b(?:yesterday|last night|ayer|anoche)\b"), 1.0, 1.0),
    (
        re.compile(r"\b(?:(?:on|since|last|this) )?(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"),
        1.0,
        5.0,
    ),
    (re.compile(r"\b(?:last week|la semana pasada)\b"), 7.0, 13.0),
    (re.compile(r"\bthis week\b"), 1.0, 5.0),
    (re.compile(r"\b(?:last month|el mes pasado)\b"), 20.0, 60.0),
    (re.compile(r"\bthis month\b"), 1.0, 27.0),
    (
        re.compile(r"\b(?:(?:many |hace )?(?:years|anos)(?: and years)? (?:ago|back)|hace anos)\b"),
        730.0,
        _ENDLESS,
    ),
)


class Amount(Frozen):
    """Days (a span) or days in a week (a rate), from `low` to `high`."""

    kind: Kind
    low: float
    high: float

    def allows(self, said: "Amount") -> bool:
        """Whether `said`, by its middle, lies within this amount."""
        middle = said.low if said.high >= _ENDLESS else (said.low + said.high) / 2
        return self.kind == said.kind and self.low <= middle <= self.high


def spelled_out(text: str) -> str:
    """Number words as digits: "sixty seven" is "67"."""
    return _SPELLED.sub(_digits, text)


def _digits(match: re.Match[str]) -> str:
    if match[1] and 1 <= _NUMBERS[match[2]] <= 9:  # noqa: PLR2004 (units after tens)
        return str(_NUMBERS[match[1]] + _NUMBERS[match[2]])
    return f"{match[1]} {_NUMBERS[match[2]]}" if match[1] else str(_NUMBERS[match[2]])


def amounts(text: str) -> tuple[tuple[Amount, ...], str]:
    """The amounts of time in a folded text, and the text without them."""
    found: list[Amount] = []
    for word, digits in _TIMES.items():
        text = re.sub(rf"\b{word}(?= (?:or|a|per|every|each|in|por|al)\b)", digits, text)
    text = re.sub(r"(\d) times or (\d) times", r"\1 or \2 times", text)

    def rate(match: re.Match[str]) -> str:
        low, high = _counted(match[2])
        low = float(match[1]) if match[1] else low
        share = _WEEKS_IN_A_MONTH if match[3] in ("month", "mes") else 1.0
        found.append(Amount(kind="rate", low=low / share, high=high / share))
        return " "

    def span(match: re.Match[str]) -> str:
        if match[3] == "a" and match[4] in ("day", "night") and not match[5]:
            return match[0]  # "a bottle a day"
        name = {"hr": "hour", "wk": "week", "yr": "year"}.get(match[4], match[4])
        days = _UNITS[_SPANISH_UNITS.get(name, name)]
        low, high = _counted(match[3])
        low = float(1 if match[2] == "one" else match[2]) if match[2] else low
        bound = match[1] or ""
        if bound in ("more than", "over", "at least", "mas de"):
            found.append(Amount(kind="span", low=high * days + 0.5, high=_ENDLESS))
        elif bound:
            found.append(Amount(kind="span", low=0.0, high=high * days))
        else:
            found.append(Amount(kind="span", low=low * days, high=high * days))
        return " "

    text = _RATE.sub(rate, text)
    for spoken, low, high in _SPOKEN:
        if spoken.search(text):
            found.append(Amount(kind="span", low=low, high=high))
            text = spoken.sub(" ", text)
    text = _AMOUNT.sub(span, text)
    return tuple(found), text


def _counted(words: str) -> tuple[float, float]:
    if words[0].isdigit():
        return float(words), float(words)
    if "couple" in words:
        return 2.0, 2.0
    if "half" in words:
        return 0.5, 0.5
    if "few" in words or words in ("several", "unos", "unas"):
        return 2.0, 4.0
    return 1.0, 1.0


def plain_ranges(labels: Sequence[str]) -> dict[int, tuple[float, float]]:
    """Ranges of a bare number ("13 to 17") by place, when the labels ask for one; else empty."""
    ranges: dict[int, tuple[float, float]] = {}
    for place, label in enumerate(labels):
        if match := _PLAIN_RANGE.fullmatch(label.casefold().strip()):
            if match[2]:
                ranges[place] = 0.0, float(match[2]) - 1
            elif match[3]:
                ranges[place] = float(match[3]), float(match[4])
            else:
                ranges[place] = float(match[5] or match[6]), float(_OLDEST)
    return ranges if len(ranges) >= _ADULT_ORDER else {}


def bare_number(text: str) -> tuple[float, float, bool] | None:
    """The one number that is said of a person, as a range, and whether it was said exactly."""
    if decades := list(_DECADE.finditer(text)):
        first = decades[0]
        names = [each[:-1] + "i" for each in _TENS]
        start = 10.0 * (int(first[1]) if first[1] else names.index(first[2]) + 2)
        if re.search(r"\bearly\b", text):
            return start, start + 3, len(decades) == 1
        if re.search(r"\blate\b", text):
            return start + 6, start + 9, len(decades) == 1
        return start, start + 9, len(decades) == 1
    numbers = [
        float(match[1])
        for match in _AGE.finditer(text)
        if (match[2] or "") not in _NOT_YEARS and int(match[1]) <= _OLDEST
    ]
    if not numbers or any(one != other for one, other in pairwise(numbers)):
        return None
    number = numbers[0]
    if re.search(r"\b(?:almost|nearly|under|below|about to (?:turn|be)|turning|yet|casi)\b", text):
        return number - 1, number - 1, False
    return number, number, True
