"""Every text that clients can read, with its file and line: what the check and the preview go over."""

from collections.abc import Iterator
from enum import StrEnum

from bot.core.checked_yaml import line_of
from bot.core.content import Content
from bot.core.content.clinic import Clinic
from bot.core.content.faq import Faq
from bot.core.content.parts import Parts
from bot.core.content.safety import SafetyFile
from bot.core.content.safety_replies import Replies
from bot.core.content.wording import Wording, sentences
from bot.core.model import Frozen
from bot.core.screening_form import Form, Text


class Kind(StrEnum):
    """What a text is, which decides how it is checked."""

    MESSAGE = "message"
    LABEL = "label"  # on a button
    ANSWER = "answer"  # of the FAQ
    CRISIS = "crisis"
    REASON = "reason"  # a heading, or part of a sentence
    FACT = "fact"  # what an answer is filled in with
    TOAST = "toast"
    COMMAND = "command"  # beside a command in Telegram's menu
    ABOUT = "about"  # what Telegram shows before the first message
    SHORT_ABOUT = "short-about"


class ClientText(Frozen, frozen=True):
    """A text as it stands in its file; {places} in it are filled in later."""

    file: str
    line: int
    text: str
    kind: Kind
    name: str
    language: str = "en"


def client_texts(content: Content | Parts) -> Iterator[ClientText]:
    """All of them, file by file."""
    parts = content.parts if isinstance(content, Content) else content
    if parts.screening is not None:
        yield from _screening(parts.screening)
    if parts.clinic is not None:
        yield from _clinic(parts.clinic)
    if parts.faq is not None:
        yield from _faq(parts.faq)
    if parts.safety is not None:
        yield from _safety(parts.safety)
    if parts.wording is not None:
        yield from _wording(parts.wording)
    for reply in parts.console.replies if parts.console is not None else ():
        yield _text("console.yaml", reply.text, Kind.MESSAGE, f"reply {reply.id}")


def _text(file: str, text: str, kind: Kind, name: str, language: str = "en") -> ClientText:
    return ClientText(
        file=file, line=line_of(text), text=str(text), kind=kind, name=name, language=language
    )


def _both(text: Text, name: str) -> Iterator[ClientText]:
    yield _text("screening.yaml", text.self_, Kind.MESSAGE, f"{name} (self)")
    if text.loved_one != text.self_:
        yield _text("screening.yaml", text.loved_one, Kind.MESSAGE, f"{name} (loved one)")


def _screening(form: Form) -> Iterator[ClientText]:
    file = "screening.yaml"
    for question in form.questions:
        yield from _both(question.text, f"question {question.id}")
        if question.why:
            yield _text(file, question.why, Kind.MESSAGE, f"why {question.id}")
        for option in question.options:
            name = f"option {question.id} {option.id}"
            for label in filter(None, (option.label, option.loved_one)):
                yield _text(file, label, Kind.LABEL, name)
            if option.because:
                yield _text(file, option.because, Kind.REASON, name)
    for outcome in form.outcomes:
        yield _text(file, outcome.title, Kind.REASON, f"title {outcome.id}")
        yield from _both(outcome.text, f"outcome {outcome.id}")
        yield from _both(outcome.explains, f"meaning {outcome.id}")
    for urgency in form.urgencies:
        yield from _both(urgency.text, f"urgency {urgency.id}")
    yield from _both(form.skips.text, "staff call")
    yield _text(file, form.skips.loved_one_label, Kind.LABEL, "skip")
    yield from _both(form.minors.note, "minors")
    for notify, text in form.minors.notify.items():
        yield from _both(text, f"minors notify {notify}")
    yield from _both(form.minors.not_served, "not served")
    yield _text(file, form.proxy_note, Kind.MESSAGE, "proxy note")


def _clinic(clinic: Clinic) -> Iterator[ClientText]:
    yield _text("clinic.yaml", clinic.name, Kind.REASON, "name of the clinic")
    for name, fact in clinic.facts.items():
        yield _text("clinic.yaml", fact, Kind.FACT, f"fact {name}")


def _faq(faq: Faq) -> Iterator[ClientText]:
    for topic in faq.topics:
        yield _text("faq.yaml", topic.title, Kind.LABEL, f"topic {topic.id}")
        yield _text("faq.yaml", topic.answer, Kind.ANSWER, f"topic {topic.id}")
        for detail in topic.details:
            for told in filter(None, (detail.known, detail.unknown)):
                yield _text("faq.yaml", told, Kind.ANSWER, f"topic {topic.id} {detail.fact}")


def _safety(safety: SafetyFile) -> Iterator[ClientText]:
    for language, replies in safety.replies.items():
        yield from _replies(replies, str(language))
    for code, country in safety.countries.items():
        for name, line in sentences(country, f"country {code}"):
            if line and name.endswith((".say", ".say_es", ".label", ".label_es")):
                kind = Kind.LABEL if ".label" in name else Kind.REASON
                language = "es" if name.endswith("_es") else "en"
                yield _text("safety.yaml", line, kind, name, language)


_CRISIS_REPLIES = (
    *("told", "said_safe", "said_safe_told", "with_someone", "alone", "again", "until_then"),
    *("still_here", "footer", "last_resort"),
)


def _replies(replies: Replies, language: str) -> Iterator[ClientText]:
    for card in replies.cards:
        yield _text("safety.yaml", card.text, Kind.CRISIS, f"{card.tier} card", language)
        if card.ask:
            yield _text("safety.yaml", card.ask, Kind.CRISIS, f"{card.tier} card", language)
    for name, text in sentences(replies.buttons):
        yield _text("safety.yaml", text, Kind.LABEL, name, language)
    for name in _CRISIS_REPLIES:
        yield _text("safety.yaml", getattr(replies, name), Kind.CRISIS, name, language)


# What is not said by the assistant, and what is not a message.
_TYPED = (
    *("words.", "question.typed_words", "result.meaning_phrases", "result.disagree_phrases"),
    "erase.typed_yes",
)
_STAFF = ("staff.",)
_NO_TEXT = ("consent.version",)
_TOASTS = ("question.stay", "question.pick_one_first", "other.stale_plain", "other.forged")
_LABELS = (
    *("menu.", "consent.yes", "consent.no", "question.picked", "question.done", "question.back"),
    *("question.why", "question.guess_yes", "question.guess_no", "resume.continue", "resume.over"),
    *("resume.delete", "review.row", "review.submit", "review.next", "review.previous"),
    *("again.change", "again.fresh", "result.meaning_button", "result.disagree_button"),
    *("result.human_button", "contact.skip", "faq.helpful", "faq.unhelpful", "faq.none_of_these"),
    *("erase.yes", "erase.no", "record.you", "record.bot", "record.title", "record.file"),
    *("record.chat", "record.times", "record.result", "record.taken_back", "record.statuses"),
    "record.contact",
)


def _wording(wording: Wording) -> Iterator[ClientText]:
    for name, text in sentences(wording):
        if not text or name.startswith((*_TYPED, *_STAFF, *_NO_TEXT)):
            continue
        if name.endswith(".id") or ".for." in name or ".also." in name:
            continue
        yield _text(
            "wording.yaml",
            text,
            _wording_kind(name),
            name,
            "es" if name == "faq.spanish" else "en",
        )


def _wording_kind(name: str) -> Kind:
    if name.startswith("telegram.commands"):
        return Kind.COMMAND
    if name == "telegram.description":
        return Kind.ABOUT
    if name == "telegram.short_description":
        return Kind.SHORT_ABOUT
    if name in _TOASTS:
        return Kind.TOAST
    if (
        name == "consent.privacy"
        or name.endswith((".label", ".toggle"))
        or name.startswith(_LABELS)
    ):
        return Kind.LABEL
    return Kind.MESSAGE
