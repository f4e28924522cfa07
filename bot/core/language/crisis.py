"""Whether a message tells of danger: patterns and a fitted model together, and why.

A pattern that clinicians wrote decides; the model may raise a tier and never lowers one. The tier
picks a reply and is never a score of a person. Counterparts: `content.safety`, `crisis_card`.
"""

import re
from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from bot.core.content.safety import Safety
from bot.core.language.crisis_model import Scores
from bot.core.language.crisis_rows import KINDS, RANK, Hit
from bot.core.language.normalise import normalise
from bot.core.model import Frozen, Tier

Said = Literal["yes", "no", "unsure"]
_MOST_WORDS_OF_A_REPLY = 8
_EVEN = 0.5
LEAST_WORDS = 2  # of one word alone the patterns know more than the model
_SPANISH = frozenset(
    "el la los las un una unos de del que y no en es por para con me mi mis tu te se su lo le les ya"
    " mas esta estoy estas este esto muy pero como hay si yo quiero tengo puedo soy ser cuando donde"
    " hace porque nada todo todos hijo hija mama papa esposo esposa marido ella ellos nos ayuda hola"
    " gracias cuanto cuantos cuesta puede pueden tiene tienen aceptan ustedes usted programa dias"
    " horas al o sin vida morir matar morirme matarme quitarme anoche noche hoy ahora ayer"
    " siento".split()
)
_ENGLISH = frozenset(
    "the a an and i my me you your is are was were to of in on it that this for with have has had do"
    " does did not dont can cant what how when where who he she they his her him we our be been will"
    " would just so but if at or from about there im no as".split()
)
_LETTERS = re.compile(r"[a-z]+")


class Reading(Frozen):
    """What a message tells. With ACUTE and not `certain`, ask one gentle direct question first.

    `by_reply` says that it was a short reply to the open direct question that told.
    `because` holds pattern ids ("pattern want-to-die") and strongest n-grams ("words 'wake up'").
    """

    tier: Tier
    kind: str = "none"
    subject: str = "self"
    certain: bool = True
    language: str = "en"
    by_reply: bool = False
    because: tuple[str, ...] = ()


def read(safety: Safety, text: str, asked: str = "") -> Reading:
    """Read one message; `asked` is the id of the direct question that is open, if any."""
    sentences = safety.sentences(text)
    language = language_of(text)
    hits = safety.hits(sentences)
    is_decided = bool(hits) and hits[0].tier is Tier.ACUTE and hits[0].pattern.certain
    scores = None
    if safety.model is not None and not (is_decided and hits[0].pattern.subject):
        scores = safety.model.scores(sentences.words)
    by_rows = _by_rows(hits, scores, sentences.words, language)
    if is_decided and by_rows is not None:
        return by_rows
    by_reply = _by_reply(safety, asked, text, language)
    by_model = _by_model(safety, scores, sentences.words, language)
    return _gravest(by_rows, by_reply, by_model) or Reading(tier=Tier.NONE, language=language)


def _by_rows(
    hits: Sequence[Hit], scores: Scores | None, words: Sequence[str], language: str
) -> Reading | None:
    """What the rows of content say."""
    if not hits:
        return None
    first = hits[0].pattern
    return Reading(
        tier=hits[0].tier,
        kind=first.kind,
        subject=first.subject or _subject(scores, words),
        certain=hits[0].tier is not Tier.ACUTE or first.certain,
        language=language,
        because=tuple(f"pattern {hit.pattern.id}" for hit in hits[:4]),
    )


def _by_reply(safety: Safety, asked: str, text: str, language: str) -> Reading | None:
    """What a short reply to the open direct question says."""
    said = read_reply(safety, asked, text)
    if said is None:
        return None
    question = safety.asked[asked]
    tier = {"yes": question.yes, "no": question.no, "unsure": question.unsure}[said]
    if tier is Tier.NONE:
        return None
    return Reading(
        tier=tier,
        kind=question.kind,
        certain=said != "unsure",
        language=language,
        by_reply=True,
        because=(f"reply {asked} {said}",),
    )


def _by_model(
    safety: Safety, scores: Scores | None, words: Sequence[str], language: str
) -> Reading | None:
    """What the fitted model says; None without one, or when it sees no danger."""
    if scores is None or len(words) < LEAST_WORDS:
        return None
    limits = safety.thresholds
    is_acute = scores["acute"] >= limits.acute
    if not is_acute and scores["danger"] < limits.concern:
        return None
    return Reading(
        tier=Tier.ACUTE if is_acute else Tier.CONCERN,
        kind=max(KINDS, key=lambda kind: scores[kind]),
        subject=_subject(scores, words),
        certain=not is_acute or scores["acute"] >= limits.certain,
        language=language,
        because=(
            f"model danger {scores['danger']:.2f} acute {scores['acute']:.2f}",
            *scores.because(),
        ),
    )


def _gravest(*readings: Reading | None) -> Reading | None:
    """The gravest reading, with the reasons of all; the first of equals says which kind it is."""
    found = [each for each in readings if each is not None]
    if not found:
        return None
    first = max(found, key=lambda each: (RANK[each.tier], each.tier is Tier.ACUTE and each.certain))
    kind = next(each.kind for each in found if each.tier is first.tier)
    because = tuple(why for each in found for why in each.because)
    return replace(first, kind=kind, because=because)


def read_reply(safety: Safety, asked: str, text: str, *, only_named: bool = False) -> Said | None:
    """What a short message says to the open direct question; None when it is no reply to it.

    With `only_named`, words that would answer any question ("yes") do not count.
    """
    sentences = safety.sentences(text)
    if asked not in safety.asked or len(sentences.words) > _MOST_WORDS_OF_A_REPLY:
        return None
    for reply, ways in safety.short:
        if asked not in reply.to and (reply.to or only_named):
            continue
        if any(sentences.spans(way) for way in ways):
            return reply.says
    return None


def language_of(text: str) -> str:
    """The language whose small words stand in the message: "es" for Spanish, else "en"."""
    words = _LETTERS.findall(normalise(text[:600]))
    spanish = sum(word in _SPANISH for word in words)
    english = sum(word in _ENGLISH for word in words)
    if "¿" in text or "¡" in text or "ñ" in text:
        spanish += 1
    return "es" if spanish > english else "en"


def _subject(scores: Scores | None, words: Sequence[str]) -> Literal["self", "other"]:
    """Whom the words are about: the model's guess, or a rough one without a model."""
    if scores is not None:
        return "other" if scores["other"] >= _EVEN else "self"
    return "other" if {"he", "she", "hes", "shes", "son", "daughter"} & set(words) else "self"
