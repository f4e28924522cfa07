"""Answers so plain that nothing is hidden in them: an option by its very words, an age, a time.

What a fitted model makes of so few words is chance: "hes 42" once looked like a violent partner. The
rows for danger still read them. Counterparts: `options` says what is meant, `crisis` reads danger.
"""

import re
from collections.abc import Collection, Iterable, Sequence

from bot.core.language.amounts import amounts, plain_ranges, spelled_out
from bot.core.language.words import folded

_APART = re.compile(r"[^a-z0-9]+")
_JOINTS = re.compile(r"\s*(?:,|;|&|\+|/|\band\b|\by\b)\s*")
_SPEAKER = re.compile(r"^(?:i|he|she|they|we) ")  # "i cant" says what "can't" says
_NUMBER = re.compile(r"\d{1,4}")
_OLDEST = 110
_OF_AGE = frozenset(
    "i im ive am he hes is she shes was they theyre are we were it its my his her their age aged "
    "about around almost nearly just turned turning will be soon early mid late in years year old "
    "yrs yr yo y o now only son daughter mom dad mother father husband wife partner brother sister "
    "friend kid child tengo tiene anos el ella mi hijo hija de".split()
)
_UNITS = frozenset(
    "hour hours hr hrs minute minutes min mins day days night nights week weeks weekend weekends "
    "weekday weekdays month months year years yr yrs wk wks morning mornings noon midday lunch "
    "lunchtime afternoon afternoons evening evenings midnight today tonight tomorrow yesterday "
    "monday mondays tuesday tuesdays wednesday wednesdays thursday thursdays friday fridays "
    "saturday saturdays sunday sundays mon tue tues wed thu thur thurs fri sat sun january february "
    "march april may june july august september october november december spring summer fall autumn "
    "winter am pm oclock daily weekly monthly once twice times anytime always hoy ayer manana noche "
    "tarde dia dias semana semanas mes meses ano anos hora horas lunes martes miercoles jueves "
    "viernes sabado domingo".split()
)
_AROUND_TIME = frozenset(
    "a an the in on at of or to by and about around almost nearly approximately maybe like roughly "
    "every each per any all most some few several couple half other next this last past first "
    "second late early more less than over under least most within since for from until till before "
    "after between ago back been its only just time usually mostly work school x de la las los el "
    "un una hace por cada en".split()
)


def is_plain(phrases: Sequence[Collection[str]], text: str, *, several: bool = False) -> bool:
    """Whether `text` is an option's label or other phrase, word for word, or an age or time asked for.

    `phrases` are each option's, its label first; with `several`, more than one may be named.
    """
    if is_option(phrases, text, several=several):
        return True
    labels = [next(iter(option), "") for option in phrases]
    if plain_ranges(labels):
        return is_bare_age(text)
    return asks_for_time(phrases) and is_bare_time(text)


def is_option(phrases: Iterable[Collection[str]], text: str, *, several: bool = False) -> bool:
    """Whether `text` is one of the phrases, word for word but for an "i" before it."""
    known = {plain_words(each) for option in phrases for each in option}
    known |= {_SPEAKER.sub("", each) for each in known}
    parts = _JOINTS.split(folded(text).strip(" .!")) if several else [text]
    return all(_SPEAKER.sub("", plain_words(each)) in known for each in parts) or (
        plain_words(text) in known
    )


def asks_for_time(phrases: Iterable[Collection[str]]) -> bool:
    """Whether a question's answers are lengths of time, or how often."""
    return any(amounts(folded(each))[0] for option in phrases for each in option)


def is_bare_age(text: str) -> bool:
    """Whether a message tells an age and nothing else: "hes 42", "almost sixteen"."""
    words = plain_words(spelled_out(folded(text))).split()
    words = [re.sub(r"^(\d0)s$", r"\1", each) for each in words]
    numbers = [each for each in words if each.isdigit()]
    return (
        len(numbers) == 1
        and int(numbers[0][:4]) <= _OLDEST
        and all(each.isdigit() or each in _OF_AGE for each in words)
    )


def is_bare_time(text: str) -> bool:
    """Whether a message tells a time or a length of it and nothing else: "tonight after 8"."""
    words = _time_words(text)
    return any(each in _UNITS or _NUMBER.fullmatch(each) for each in words) and all(
        each in _UNITS or each in _AROUND_TIME or _NUMBER.fullmatch(each) for each in words
    )


def names_time(text: str) -> bool:
    """Whether a message holds a number or a word of time."""
    return any(each in _UNITS or _NUMBER.fullmatch(each) for each in _time_words(text))


def _time_words(text: str) -> list[str]:
    words = plain_words(spelled_out(folded(text))).replace("o clock", "oclock")
    return re.sub(r"(\d)(?=[a-z])", r"\1 ", words).split()


def plain_words(text: str) -> str:
    """Small letters and digits in single spaces; apostrophes join what they stand in."""
    return _APART.sub(" ", folded(text).replace("'", "")).strip()
