"""All that clinicians write, read and checked: `read_content` gives a `Content` or every mistake.

Each file has a module here. A `Content` never changes; its `version` is the hash of its texts, so
that a chat can finish on the content it began with.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property

from msgspec.structs import replace

from bot.core.checked_yaml import Mistake
from bot.core.content.clinic import Clinic
from bot.core.content.console import ConsoleWords
from bot.core.content.faq import Faq, Topic, answer_text
from bot.core.content.parts import Parts, Read, read_parts
from bot.core.content.safety import Safety
from bot.core.content.screening import perspective_question
from bot.core.content.wording import ContactStep, Wording, fill
from bot.core.crisis_card import footer, hotlines
from bot.core.language.faq import FaqIndex, Found, faq_index
from bot.core.language.plain_answer import plain_words
from bot.core.model import Answers, Intake, Notify, Perspective, QuestionId, TopicId, Urgency
from bot.core.screening_form import Form
from bot.core.screening_texts import guardian_notice

FILES = ("clinic.yaml", "console.yaml", "faq.yaml", "safety.yaml", "screening.yaml", "wording.yaml")
MODEL = "safety_model.bin"
LEAST_PHRASE = 4  # letters; a shorter phrase for a choice must be all that was typed


class Content:
    """Everything that is said and decided by content, for one version of it."""

    def __init__(
        self,
        *,
        clinic: Clinic,
        faq: Faq,
        safety: Safety,
        screening: Form,
        wording: Wording,
        console: ConsoleWords,
        version: str,
    ) -> None:
        self.clinic = clinic
        self.faq = faq
        self.safety = safety
        self.screening = screening
        self.wording = wording
        self.console = console
        self.version = version
        self.asked = self  # whose index of the FAQ is searched: that of the newest
        self._topics = {topic.id: topic for topic in faq.topics}

    def with_newest(self, newest: "Content") -> "Content":
        """The same questions and fixed sentences with all else of `newest`.

        Crisis texts, signs, numbers and answers of the FAQ are never old. Whether minors are served
        stays, as results depend on it.
        """
        mixed = object.__new__(Content)
        mixed.__dict__.update(newest.__dict__)
        mixed.clinic = replace(newest.clinic, serves_minors=self.clinic.serves_minors)
        mixed.screening = self.screening
        mixed.wording = self.wording
        mixed.version = self.version
        mixed.asked = newest.asked
        return mixed

    @property
    def parts(self) -> Parts:
        """The same, file by file."""
        return Parts(
            clinic=self.clinic,
            faq=self.faq,
            safety=self.safety.file,
            screening=self.screening,
            wording=self.wording,
            console=self.console,
        )

    def topic(self, topic_id: TopicId) -> Topic | None:
        """The FAQ topic of that id."""
        return self._topics.get(topic_id)

    @cached_property
    def index(self) -> FaqIndex:
        """Fitted at the first search, as that takes seconds; a service searches once at its start."""
        return faq_index(self.faq)

    def search(self, text: str) -> Found:
        """The topics that a message asks about."""
        return self.asked.index.search(text)

    def answer_text(self, topic: Topic) -> str:
        """A topic's answer with the clinic's facts filled in."""
        return answer_text(topic, self.clinic.facts)

    @property
    def perspective_question(self) -> QuestionId | None:
        """The question that tells whom the person chats for: its options are the perspectives."""
        return perspective_question(self.screening)

    def is_minor(self, answers: Answers) -> bool:
        """Whether an answer carries the flag that the content gives to minors."""
        flag = self.screening.minors.flag
        return any(
            flag in option.flags
            for question in self.screening.questions
            for option in question.options
            if option.id in answers.get(question.id, ())
        )

    def guardian_warning(self, answers: Answers, perspective: Perspective) -> str:
        """That staff tell a parent or guardian, said once an age tells of a minor; or nothing."""
        notify = self.clinic.minor.notify
        if notify is Notify.NEVER or not self.is_minor(answers):
            return ""
        return guardian_notice(self.screening, notify, perspective)

    def tells_guardian(self, intake: Intake) -> bool:
        """Whether the clinic's policy has staff tell a parent or guardian because of this intake."""
        notify = self.clinic.minor.notify
        if notify is Notify.NEVER or (notify is Notify.IN_DANGER and intake.urgency != Urgency.NOW):
            return False
        return self.is_minor(
            {each.question: each.options for each in intake.answers if each.retracted_at is None}
        )

    def spoken(self, text: str) -> str:
        """A sentence with the clinic's name, the numbers for danger, and the terms of keeping."""
        lines = hotlines(self.safety, self.clinic.country)
        keep = self.clinic.keep_days
        return fill(
            text,
            clinic=self.clinic.name,
            emergency=lines.emergency,
            crisis_line=lines.crisis_line,
            questions=len(self.screening.questions),
            keep_days=max(keep.values(), default=90),
            keep_days_unfinished=keep.get("incomplete", 14),
            keep_days_open=max(self.clinic.keep_open_days, *keep.values(), 1),
        )

    def footer(self) -> str:
        """The one line of help that stands under answers."""
        return footer(self.safety, self.clinic.country, "en")

    def is_staffed(self, at: datetime) -> bool:
        """Whether staff are there now, as far as the clinic's hours tell."""
        return self.clinic.staff_there_at(at) == at

    def hours(self, at: datetime) -> str:
        """When staff are there, seen from `at`."""
        words = self.wording.result
        there = self.clinic.staff_there_at(at)
        if there is None:
            return words.hours_unknown
        if there == at:
            return words.hours_now
        return fill(words.hours_later, when=f"{there:%A, %B} {there.day}, {there:%H:%M}")

    def yes_or_no(self, text: str) -> bool | None:
        """What a short typed reply says; None when it is neither."""
        words = self.wording.words
        if self.says(text, words.affirm):
            return True
        if self.says(text, words.deny):
            return False
        return None

    def says(self, text: str, phrases: Iterable[str]) -> bool:
        """Whether a message is one of these phrases, whatever its case, accents and marks."""
        said = plain_words(text)
        return bool(said) and said in map(plain_words, phrases)

    def asks_for_person(self, text: str) -> bool:
        """Whether a message only asks to talk with a person; polite words around it do not count."""
        said = f" {plain_words(text)} "
        words = self.wording.words
        polite = sorted((f" {plain_words(each)} " for each in words.polite), key=len, reverse=True)
        while cut := next((each for each in polite if said.startswith(each)), ""):
            said = said[len(cut) - 1 :]
        while cut := next((each for each in polite if said.endswith(each)), ""):
            said = said[: 1 - len(cut)]
        return self.says(said, (*words.person, self.wording.menu.human))

    def is_question(self, text: str) -> bool:
        """Whether a message asks something, rather than answers."""
        said = text.strip().casefold()
        if "?" in said or "¿" in said:
            return True
        return any(said.startswith(f"{word} ") for word in self.wording.words.ask)

    def is_greeting(self, text: str) -> bool:
        """Whether a message only says hello."""
        return self.says(text, self.wording.words.greet)

    def choice(self, step: ContactStep, text: str) -> str:
        """The id of the contact step's choice that was typed, or nothing.

        Where only choices are asked for, a phrase of one may stand among other words, if no phrase of
        another does.
        """
        for each in step.choices:
            if self.says(text, (each.id, each.label, *each.also)):
                return each.id
        if step.free:
            return ""
        said = f" {plain_words(text)} "
        phrases = {
            f" {plain_words(phrase)} ": each.id
            for each in step.choices
            for phrase in (each.label, *each.also)
            if len(phrase) >= LEAST_PHRASE
        }
        inside = [phrase for phrase in phrases if phrase in said]
        named = {
            phrases[phrase]
            for phrase in inside
            if not any(phrase != other and phrase in other for other in inside)
        }
        return named.pop() if len(named) == 1 else ""


def read_content(
    texts: Mapping[str, str], model: bytes, folder: str = "content"
) -> tuple[Content | None, list[Mistake]]:
    """The content in the files' `texts` (by file name), or every mistake in all of them."""
    missing = [
        Mistake(
            path=f"{folder}/{name}",
            line=1,
            code="no-file",
            message="this file is missing",
            hint="BOT_CONTENT_DIR names the folder",
        )
        for name in FILES
        if name not in texts
    ]
    read = read_parts(texts, model, folder)
    return content_of(read, texts), sorted((*missing, *read.mistakes))


def content_of(read: Read, texts: Mapping[str, str]) -> Content | None:
    """The whole, if every file is there and without a mistake."""
    parts = read.parts
    if any(not each.warning for each in read.mistakes):
        return None
    if parts.clinic is None or parts.faq is None or parts.screening is None:
        return None
    if read.safety is None or parts.wording is None or parts.console is None:
        return None
    return Content(
        clinic=parts.clinic,
        faq=parts.faq,
        safety=read.safety,
        screening=parts.screening,
        wording=parts.wording,
        console=parts.console,
        version=content_version(texts),
    )


def content_version(texts: Mapping[str, str]) -> str:
    """A short hash of all files, the same wherever it is worked out."""
    digest = hashlib.sha256()
    for name in FILES:
        digest.update(f"{name}\0{texts[name]}\0".encode())
    return digest.hexdigest()[:16]
