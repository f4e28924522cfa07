"""What is wrong with the content as people will read it: wording, length, sources, safety.

The files have been read without error by then; here each text is held against what a phone can
show, what is easy to read, and what must not be said. Counterparts: `client_texts`, `proof`.
"""

from collections.abc import Collection, Iterator
from datetime import date

from bot.core.checked_yaml import Mistake, line_of
from bot.core.client_texts import ClientText, Kind, client_texts
from bot.core.content import Content
from bot.core.content.banned import Banned
from bot.core.content.faq import Faq
from bot.core.content.parts import Parts
from bot.core.content.safety import Safety, SafetyFile
from bot.core.content.screening import perspective_question
from bot.core.content.wording import Wording
from bot.core.dialogue.press import MAX_BYTES, button
from bot.core.language.crisis_rows import KINDS
from bot.core.model import Perspective
from bot.core.reading import grade
from bot.core.screening_form import Form

HARD_GRADE, HIGH_GRADE = 8.0, 6.0  # an error, a warning
HIGH_CRISIS_GRADE = 5.0
LONGEST = {  # characters, as Telegram allows them
    Kind.MESSAGE: 4096,
    Kind.ANSWER: 4096,
    Kind.CRISIS: 4096,
    Kind.REASON: 200,
    Kind.FACT: 1000,
    Kind.LABEL: 40,  # what a phone shows of a button
    Kind.TOAST: 200,
    Kind.COMMAND: 256,
    Kind.ABOUT: 512,
    Kind.SHORT_ABOUT: 120,
}
GRADED = (Kind.MESSAGE, Kind.ANSWER, Kind.CRISIS, Kind.ABOUT, Kind.SHORT_ABOUT)
REFERENCE = "ABCD99|9999"  # the longest name of an intake and its revision that a button carries


class Linter:
    """Collects mistakes. `folder` stands before the names of files."""

    def __init__(self, parts: Parts, banned: Banned | None, folder: str) -> None:
        self.parts = parts
        self.banned = banned
        self.folder = folder
        self.mistakes: list[Mistake] = []

    def tell(
        self,
        file: str,
        line: int,
        code: str,
        message: str,
        hint: str = "",
        *,
        warning: bool = False,
    ) -> None:
        """Note a mistake."""
        path = f"{self.folder}/{file}"
        self.mistakes.append(
            Mistake(path=path, line=line, code=code, message=message, hint=hint, warning=warning)
        )


# What is sure of a file in which something could not be read.
SURE = frozenset({"banned-word", "too-long", "grade", "topic-source", "hotline-source"})


def lint(
    content: Content | Parts,
    banned: Banned | None,
    folder: str,
    sound: Collection[str] = Parts._fields,
) -> list[Mistake]:
    """Every mistake and warning about the texts; `sound` are the files that could be read."""
    parts = content.parts if isinstance(content, Content) else content
    linter = Linter(parts, banned, folder)
    for text in client_texts(parts):
        _check_words(linter, text)
        _check_length(linter, text)
        _check_grade(linter, text)
    if parts.screening is not None:
        _check_questions(linter, parts.screening)
        _check_perspectives(linter, parts.screening)
        _check_kinds(linter, parts.screening)
        _check_buttons(linter, "screening.yaml", _picked(parts.screening))
    if parts.wording is not None:
        _check_contact(linter, parts.wording)
        _check_buttons(linter, "wording.yaml", _given(parts.wording))
    if parts.safety is not None:
        _check_hotlines(linter, parts.safety)
    if parts.faq is not None:
        _check_sources(linter, parts.faq)
        topics: list[Carried] = [
            (topic.line, "topic", (str(topic.id),)) for topic in parts.faq.topics
        ]
        _check_buttons(linter, "faq.yaml", topics)
    files = {f"{folder}/{name}.yaml" for name in sound}
    return sorted({each for each in linter.mistakes if each.path in files or each.code in SURE})


def _check_words(linter: Linter, text: ClientText) -> None:
    for word, why in linter.banned.found(text.text) if linter.banned is not None else ():
        message = f"clients must not read '{word}' ({text.name})"
        linter.tell(text.file, text.line, "banned-word", message, why)


def _check_length(linter: Linter, text: ClientText) -> None:
    most = LONGEST[text.kind]
    length = len(text.text.encode("utf-16-le")) // 2  # Telegram counts UTF-16 units
    if length > most:
        message = f"{text.name} has {length} characters, at most {most} fit"
        linter.tell(text.file, text.line, "too-long", message, "shorten it")


def _check_grade(linter: Linter, text: ClientText) -> None:
    if text.language != "en" or text.kind not in GRADED:
        return
    found = grade(text.text)
    if found is None:
        return
    high = HIGH_CRISIS_GRADE if text.kind is Kind.CRISIS else HIGH_GRADE
    hint = "use shorter sentences and shorter words"
    if found > HARD_GRADE:
        message = f"{text.name} reads at grade {found:.1f}, over {HARD_GRADE:g}"
        linter.tell(text.file, text.line, "grade", message, hint)
    elif found > high:
        message = f"{text.name} reads at grade {found:.1f}, over {high:g}"
        linter.tell(text.file, text.line, "grade", message, hint, warning=True)


def _check_questions(linter: Linter, form: Form) -> None:
    file = "screening.yaml"
    for question in form.questions:
        if not question.why:
            message = f"'{question.id}' does not say why it is asked"
            linter.tell(file, question.line, "no-why", message, "add why: one kind sentence")
        if question.skip is None and not question.no_skip:
            message = f"'{question.id}' cannot be skipped"
            hint = "give an option skip: counted, or say why not with no_skip:"
            linter.tell(file, question.line, "no-skip", message, hint)
        for option in question.options:
            if option.rate and not option.because:
                message = f"'{option.id}' of '{question.id}' rates something and has no 'because'"
                hint = "say in a few words what was told"
                linter.tell(file, option.line, "no-because", message, hint)


def _check_perspectives(linter: Linter, form: Form) -> None:
    """Without a question of whom the person asks for, all would be worded as for themselves."""
    if perspective_question(form) is None:
        message = f"no question has the options {', '.join(Perspective)}, and no other"
        hint = "the wording about someone else depends on these names"
        linter.tell("screening.yaml", form.line, "perspectives", message, hint)


def _check_contact(linter: Linter, wording: Wording) -> None:
    """Two buttons of a step must not look the same."""
    for step in wording.contact.steps:
        seen: set[str] = set()
        for choice in step.choices:
            if choice.label.casefold() in seen:
                message = f"the label '{choice.label}' stands twice in '{step.id}'"
                hint = "word one of them differently"
                linter.tell("wording.yaml", line_of(choice.label), "label-twice", message, hint)
            seen.add(choice.label.casefold())


Carried = tuple[int, str, tuple[str, ...]]  # the line of a button, its verb and its arguments


def _picked(form: Form) -> list[Carried]:
    return [
        (option.line, "pick", (REFERENCE, question.id, option.id))
        for question in form.questions
        for option in question.options
    ]


def _given(wording: Wording) -> list[Carried]:
    return [
        (step.line, "give", (REFERENCE, step.id, choice.id))
        for step in wording.contact.steps
        for choice in step.choices
    ]


def _check_buttons(linter: Linter, file: str, carried: list[Carried]) -> None:
    """What each button carries back must fit."""
    for line, verb, arguments in carried:
        size = len(button("", verb, *arguments).data.encode())
        if size > MAX_BYTES:
            message = f"the button of '{' '.join(arguments[1:] or arguments)}' carries {size} bytes"
            hint = f"at most {MAX_BYTES} fit: shorten the ids"
            linter.tell(file, line, "button-long", message, hint)


def _check_kinds(linter: Linter, form: Form) -> None:
    """Each kind of emergency has its crisis card."""
    named = [
        (option.line, str(option.emergency))
        for question in form.questions
        for option in question.options
        if option.emergency
    ]
    named += [(rule.line, str(rule.emergency)) for rule in form.rules if rule.emergency]
    for line, kind in named:
        if kind not in KINDS:
            message = f"there is no crisis card for '{kind}'"
            linter.tell(
                "screening.yaml", line, "unknown-kind", message, f"one of: {', '.join(KINDS)}"
            )


def _check_hotlines(linter: Linter, safety: SafetyFile) -> None:
    for code, country in safety.countries.items():
        for name in country.__struct_fields__:
            line = getattr(country, name)
            if line is None or isinstance(line, str):
                continue
            if not line.source.strip():
                message = f"{name} of {code} has no source"
                hint = "say which page or letter tells the number"
                linter.tell("safety.yaml", line_of(line.number), "hotline-source", message, hint)


def _check_sources(linter: Linter, faq: Faq) -> None:
    for topic in faq.topics:
        if not topic.source.strip():
            message = f"topic '{topic.id}' has no source"
            linter.tell(
                "faq.yaml", topic.line, "topic-source", message, "say where the answer is from"
            )


def stale_hotlines(
    safety: Safety | SafetyFile, today: date, folder: str, days: int = 365
) -> Iterator[Mistake]:
    """Warnings about numbers that nobody has looked at for a year; a date to come is an error."""
    for code, country in safety.countries.items():
        for name in country.__struct_fields__:
            line = getattr(country, name)
            if line is None or isinstance(line, str):
                continue
            if (line.verified_on - today).days > 1:  # somewhere it may be tomorrow already
                yield Mistake(
                    path=f"{folder}/safety.yaml",
                    line=line_of(line.number),
                    code="hotline-future",
                    message=f"{name} of {code} is verified on {line.verified_on}, which is to come",
                    hint="set the day on which somebody looked",
                )
            if (today - line.verified_on).days <= days:
                continue
            yield Mistake(
                path=f"{folder}/safety.yaml",
                line=line_of(line.number),
                code="hotline-stale",
                message=f"{name} of {code} was last verified on {line.verified_on}",
                hint="call it, and set verified_on anew",
                warning=True,
            )
