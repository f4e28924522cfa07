"""The topics that the assistant can answer: what content/faq.yaml may say, and what is wrong in it.

An answer may hold only what the clinic has said somewhere: each names its source, and facts that
differ between clinics come from clinic.yaml. Counterpart: `bot.core.language.faq`, which finds topics.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated

import yaml
from msgspec import Meta, Struct, ValidationError, convert

from bot.core.checked_yaml import Mistake, Part, did_you_mean, line_of, load_part
from bot.core.content.blank import blanks
from bot.core.content.places import unfilled
from bot.core.content.sure import sure
from bot.core.content.wording import fill
from bot.core.model import Frozen, TopicId

_ID = Annotated[
    TopicId,
    Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,29}$", description="must be up to 30 of a-z, 0-9 and -"),
]
_Share = Annotated[float, Meta(ge=0.0, le=1.0)]
LABEL_LENGTH = 40
MOST_PHRASINGS = 20_000


class Detail(Frozen):
    """A fact that differs between clinics: what to say when clinic.yaml has it, and when not."""

    fact: str
    known: Annotated[str, Meta(min_length=1)]
    unknown: str = ""
    line: int = 0


class Topic(Frozen):
    """One thing that people ask about. `title` is its button; `examples` must find it."""

    id: _ID
    title: Annotated[str, Meta(min_length=1, max_length=LABEL_LENGTH)]
    answer: Annotated[str, Meta(min_length=1)]
    source: Annotated[str, Meta(min_length=1)]
    reviewed_on: date
    phrasings: Annotated[tuple[str, ...], Meta(min_length=1)]
    reviewed_by: str = "nobody yet"
    details: tuple[Detail, ...] = ()
    related: tuple[TopicId, ...] = ()
    examples: tuple[str, ...] = ()
    line: int = 0


class Aims(Frozen):
    """How sure to be, as error rates; at load they become thresholds that fit the phrasings.

    Of the FAQ's own phrasings, each left out in turn, at most `answered_wrong` may be answered with
    a wrong topic; of `not_ours`, at most `not_ours_answered` may be answered at all, and at most
    `not_ours_offered` may lead to a "did you mean". `chosen` says how these rates were chosen.
    """

    answered_wrong: _Share = 0.06
    not_ours_answered: _Share = 0.08
    not_ours_offered: _Share = 0.25
    chosen: str = ""


class Faq(Frozen):
    """content/faq.yaml. `not_ours` are messages that no topic answers; `synonyms` mean the same."""

    topics: Annotated[tuple[Topic, ...], Meta(min_length=1)]
    not_ours: tuple[str, ...] = ()
    synonyms: tuple[tuple[str, ...], ...] = ()
    aims: Aims = Aims()

    def topic(self, topic_id: str) -> Topic:
        """The topic with that id; LookupError when there is none."""
        return next(each for each in self.topics if each.id == topic_id)


def answer_text(topic: Topic, facts: Mapping[str, str]) -> str:
    """The whole answer: the clinic's facts filled in, or who will tell when they are not known."""
    known = [
        fill(detail.known, **{detail.fact: facts[detail.fact]})
        for detail in topic.details
        if facts.get(detail.fact)
    ]
    unknown = [each.unknown for each in topic.details if each.unknown and not facts.get(each.fact)]
    parts = (topic.answer.strip(), "\n".join(known), " ".join(unknown))
    return "\n\n".join(part for part in parts if part)


def facts_used(faq: Faq) -> frozenset[str]:
    """The names of facts that some answer can tell; any other in clinic.yaml is a slip."""
    return frozenset(detail.fact for topic in faq.topics for detail in topic.details)


def read_faq(text: str, path: str) -> tuple[Faq | None, list[Mistake]]:
    """The FAQ, or every mistake in its file."""
    return faq_part(text, path).whole


# What is still sure when other parts of the file could not be read.
SURE = frozenset(
    {"duplicate-topic", "duplicate-title", "no-topic", "related-self", "placeholder", "bold"}
    | {"empty-phrasing", "duplicate-phrasing", "example-phrasing", "empty"}
)


def faq_part(text: str, path: str) -> Part[Faq]:
    """The FAQ as far as it can be read, and every mistake in its file."""
    part = load_part(text, path, Faq)
    if part.value is None:
        return part
    found = blanks(part.value, path) + [
        Mistake(path=path, line=line, code=code, message=message, hint=hint)
        for check in (_ids, _details, _texts, _phrasings)
        for line, code, message, hint in check(part.value)
    ]
    for topic in part.value.topics:
        for words in (topic.title, topic.answer):
            found += unfilled(words, (), path)
        for detail in topic.details:
            found += [*unfilled(detail.known, (detail.fact,), path)]
            found += [*unfilled(detail.unknown, (), path)]
    return part._replace(mistakes=sure(part, found, SURE))


Found = Iterator[tuple[int, str, str, str]]


def _ids(faq: Faq) -> Found:
    seen: dict[str, Topic] = {}
    titles: dict[str, Topic] = {}
    for topic in faq.topics:
        if topic.id in seen:
            first = line_of(seen[topic.id].id)
            yield (
                line_of(topic.id),
                "duplicate-topic",
                f"topic '{topic.id}' stands here a second time (first on line {first})",
                "keep one of them",
            )
        if topic.title.lower() in titles:
            first = line_of(titles[topic.title.lower()].title)
            yield (
                line_of(topic.title),
                "duplicate-title",
                f"the title '{topic.title}' is taken (line {first})",
                "buttons must differ",
            )
        seen.setdefault(topic.id, topic)
        titles.setdefault(topic.title.lower(), topic)
    for topic in faq.topics:
        for related in topic.related:
            if related not in seen:
                yield (
                    line_of(related),
                    "no-topic",
                    f"no topic '{related}'",
                    did_you_mean(related, seen) or "name a topic by its id",
                )
            elif related == topic.id:
                yield (
                    line_of(related),
                    "related-self",
                    f"'{related}' is related to itself",
                    "take it out",
                )


def _details(faq: Faq) -> Found:
    for topic in faq.topics:
        for detail in topic.details:
            if f"{{{detail.fact}}}" not in detail.known:
                message = f"'known' does not say {{{detail.fact}}}"
                yield line_of(detail.known), "fact-unsaid", message, "put it where the fact belongs"


def _texts(faq: Faq) -> Found:
    for topic in faq.topics:
        for text in (
            topic.answer,
            *(d.known for d in topic.details),
            *(d.unknown for d in topic.details),
        ):
            if text.count("**") % 2:
                yield (
                    line_of(text),
                    "bold",
                    "a ** is opened and not closed",
                    "close it, or take it out",
                )
    for group in faq.synonyms:
        if len(group) < 2:  # noqa: PLR2004 (a word is no synonym of itself)
            yield (
                line_of(group[0]) if group else 0,
                "synonym",
                "a group needs two words or more",
                "add another word, or take it out",
            )


def _phrasings(faq: Faq) -> Found:
    total = sum(len(topic.phrasings) for topic in faq.topics) + len(faq.not_ours)
    if total > MOST_PHRASINGS:
        yield (
            faq.topics[0].line,
            "too-many",
            f"over {MOST_PHRASINGS} phrasings in all",
            "take some out",
        )
    seen: dict[str, tuple[str, str]] = {}
    lists = [(str(topic.id), topic.phrasings) for topic in faq.topics] + [
        ("not_ours", faq.not_ours)
    ]
    for owner, phrasings in lists:
        for phrasing in phrasings:
            key = " ".join(re.findall(r"\w+", phrasing.lower()))
            if not key:
                yield (
                    line_of(phrasing),
                    "empty-phrasing",
                    "a phrasing without a word",
                    "take it out",
                )
            elif key in seen:
                first_owner, first = seen[key]
                where = f"line {line_of(first)}" + (
                    f", in {first_owner}" if first_owner != owner else ""
                )
                yield (
                    line_of(phrasing),
                    "duplicate-phrasing",
                    f"'{phrasing[:60]}' stands twice (first on {where})",
                    "keep it where it fits best",
                )
            else:
                seen[key] = (owner, phrasing)
    for topic in faq.topics:
        for example in topic.examples:
            key = " ".join(re.findall(r"\w+", example.lower()))
            if key in seen:
                yield (
                    line_of(example),
                    "example-phrasing",
                    f"the example '{example[:60]}' is a phrasing too",
                    "an example shows that other words find the topic",
                )


class _LooseTopic(Struct):
    id: str
    phrasings: list[str]
    title: str = ""


class _LooseFaq(Struct):
    topics: list[_LooseTopic]
    not_ours: list[str] = []
    synonyms: list[list[str]] = []
    aims: Aims = Aims()


def read_foreign_faq(text: str, path: str) -> tuple[Faq | None, list[Mistake]]:
    """A FAQ of somebody else's, for `ask --faq`: only ids and phrasings are needed.

    What does not matter for finding topics is ignored: other keys, missing answers, repeated
    phrasings, ids in capitals.
    """
    faq, mistakes = read_faq(text, path)
    if faq is not None:
        return faq, []
    if any(mistake.code in ("yaml", "too-large", "anchor", "too-deep") for mistake in mistakes):
        return None, mistakes
    try:
        loose = convert(yaml.load(text, Loader=yaml.CBaseLoader), _LooseFaq, strict=False)  # noqa: S506 (the base loader makes text only)
    except ValidationError as error:
        hint = "the least is `topics: [{id: ..., phrasings: [...]}]`"
        return None, [Mistake(path=path, line=1, code="shape", message=str(error), hint=hint)]
    topics = {topic.id: topic for topic in reversed(loose.topics) if topic.phrasings}
    if not topics:
        return None, [Mistake(path=path, line=1, code="empty", message="no topic has a phrasing")]
    return Faq(
        topics=tuple(
            Topic(
                id=TopicId(topic.id),
                title=topic.title or topic.id,
                answer=topic.title or topic.id,
                source=path,
                reviewed_on=date.min,
                phrasings=tuple(dict.fromkeys(topic.phrasings)),
            )
            for topic in reversed(topics.values())
        ),
        not_ours=tuple(dict.fromkeys(loose.not_ours)),
        synonyms=tuple(tuple(group) for group in loose.synonyms if group),
        aims=loose.aims,
    ), []
