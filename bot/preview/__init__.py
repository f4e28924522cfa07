"""One page that shows every message as clients will see it: for authors, on screen and on paper.

The page stands alone: no script, no font, no picture from elsewhere. `page.html` is its template.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import jinja2
import markupsafe

from bot.core.client_texts import Kind, client_texts
from bot.core.content import Content
from bot.core.crisis_card import concern_reply, crisis_card, safety_question
from bot.core.model import Level, Perspective, Result
from bot.core.reading import grade
from bot.core.screening import outcome
from bot.core.screening_form import Form, Question, full_answers, label, stem
from bot.core.screening_texts import guardian_notice, result_text
from bot.preview.flow import flow

PERSPECTIVES = (Perspective.SELF, Perspective.LOVED_ONE)
HEARD = {Perspective.SELF: "about oneself", Perspective.LOVED_ONE: "about someone else"}
_BOLD = re.compile(r"\*\*(.+?)\*\*")


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message: its text, the rows of buttons under it, and notes for the author beside it."""

    text: str
    buttons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    is_english: bool = True

    @property
    def html(self) -> markupsafe.Markup:
        """The text with bold words and line ends, everything else escaped."""
        escaped = str(markupsafe.escape(self.text))
        return markupsafe.Markup(_BOLD.sub(r"<b>\1</b>", escaped))  # noqa: S704 (escaped above)

    @property
    def grade(self) -> float | None:
        """Its reading grade; there is none for Spanish."""
        return grade(self.text) if self.is_english else None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page."""

    id: str
    title: str
    groups: list[tuple[str, list[Bubble]]] = field(default_factory=list)


def page(content: Content) -> str:
    """The whole page as HTML."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("bot.preview", "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    sections = [
        _welcome(content),
        *_screening(content),
        _crisis(content),
        _faq(content),
        _others(content),
    ]
    return environment.get_template("page.html").render(
        content=content,
        flow=flow(content.screening),
        sections=sections,
        hardest=_hardest(sections),
    )


def _hardest(sections: list[Section]) -> list[tuple[float, str]]:
    """The ten messages that are hardest to read."""
    graded = [
        (found, f"{section.title}: {name}")
        for section in sections
        for name, bubbles in section.groups
        for bubble in bubbles
        if (found := bubble.grade) is not None
    ]
    return sorted(set(graded), reverse=True)[:10]


def _welcome(content: Content) -> Section:
    words = content.wording
    menu = words.menu
    return Section(
        "start",
        "Before the questions",
        [
            (
                "Welcome",
                [
                    Bubble(
                        content.spoken(words.welcome),
                        (menu.screening, menu.screening_loved_one, menu.topics, menu.human),
                    )
                ],
            ),
            (
                "Consent",
                [
                    Bubble(
                        content.spoken(words.consent.text),
                        (words.consent.yes, words.consent.privacy, words.consent.no),
                    )
                ],
            ),
            ("Privacy", [Bubble(content.spoken(words.privacy))]),
            ("Help", [Bubble(content.spoken(words.help))]),
        ],
    )


def _screening(content: Content) -> Iterator[Section]:
    form = content.screening
    questions = [
        (f"{number}. {question.id}", list(_question(content, question)))
        for number, question in enumerate(form.questions, start=1)
    ]
    yield Section("questions", "Questions", questions)
    yield Section("results", "Results", list(_results(content)))


def _question(content: Content, question: Question) -> Iterator[Bubble]:
    """The question to the person and about a loved one, and why it is asked."""
    form, words = content.screening, content.wording.question
    for perspective in PERSPECTIVES:
        text = stem(question, perspective)
        if question.multi:
            text = f"{text}\n{words.pick_several}"
        labels = [label(form, option, perspective) for option in question.options]
        rows = (*labels, *([words.done] if question.multi else []), f"{words.back} · {words.why}")
        notes = _option_notes(question) if perspective is Perspective.SELF else ()
        yield Bubble(text, rows, (HEARD[perspective], *notes))
    if question.why:
        yield Bubble(question.why, notes=(words.why,))


def _option_notes(question: Question) -> tuple[str, ...]:
    notes = []
    for option in question.options:
        told = [f"{name} {rating}" for name, rating in option.rate.items()]
        told += [f"emergency: {option.emergency}"] if option.emergency else []
        told += [f"skip: {option.skip}"] if option.skip else []
        told += [f"flag {flag}" for flag in option.flags]
        told += [f"because {option.because}"] if option.because else []
        if told:
            notes.append(f"{option.label}: {', '.join(told)}")
    return tuple(notes)


def _results(content: Content) -> Iterator[tuple[str, list[Bubble]]]:
    """Each outcome as it looks for a case among the examples."""
    form = content.screening
    for texts in form.outcomes:
        found = _sample(form, texts.id)
        if found is None:
            continue
        bubbles = []
        for perspective in PERSPECTIVES:
            text = result_text(form, found, perspective, {}, serves_minors=True)
            notes = (HEARD[perspective], f"rule {found.rule}, {found.urgency}")
            bubbles.append(Bubble(text, notes=notes))
        bubbles.append(Bubble(texts.explains.to(Perspective.SELF), notes=("what does this mean?",)))
        yield texts.title, bubbles
    skipped = _sample(form, None)
    if skipped is not None:
        yield (
            "Some answers skipped",
            [Bubble(result_text(form, skipped, each, {})) for each in PERSPECTIVES],
        )
    notify = content.clinic.minor.notify
    young = [
        Bubble(" ".join((form.minors.note.to(each), guardian_notice(form, notify, each))).rstrip())
        for each in PERSPECTIVES
    ]
    young += [Bubble(form.minors.not_served.to(each)) for each in PERSPECTIVES]
    yield "Under 18", young
    yield (
        "How soon",
        [Bubble(each.text.to(Perspective.SELF), notes=(each.label,)) for each in form.urgencies],
    )


def _sample(form: Form, level: Level | None) -> Result | None:
    """An example's result with that outcome; for None, one where answers were skipped."""
    best: Result | None = None
    for rule in form.rules:
        for example in rule.examples:
            result = outcome(form, next(full_answers(form, example)))
            fits = result.staff_call if level is None else result.level is level
            if fits and result.staff_call == (level is None) and result.flags != ():
                return result
            if fits and best is None:
                best = result
    return best


def _crisis(content: Content) -> Section:
    """Every crisis card of the clinic's country, each once."""
    safety, country = content.safety, content.clinic.country
    section = Section("crisis", f"Crisis cards ({country})")
    for language, replies in safety.file.replies.items():
        for card in replies.cards:
            kinds = card.kind or ("suicide",)
            subject = card.subject or "self"
            bubbles = []
            for kind in kinds[:1]:
                if card.tier == "acute":
                    shown = crisis_card(safety, country, kind, subject, language, told=True)
                elif card.tier == "concern":
                    shown = concern_reply(safety, country, kind, subject, language, ask=True)
                else:
                    shown = safety_question(safety, country, kind, subject, language)
                labels = tuple(each for each, _ in shown.links)
                bubbles.append(Bubble(shown.text, labels, is_english=language == "en"))
            name = f"{card.tier}: {', '.join(card.kind) or 'any'}, {card.subject or 'any'} ({language})"
            section.groups.append((name, bubbles))
    return section


def _faq(content: Content) -> Section:
    section = Section("faq", "Answers")
    words = content.wording.faq
    for topic in content.faq.topics:
        text = content.answer_text(topic)
        notes = (f"source: {topic.source}", f"reviewed: {topic.reviewed_on}, {topic.reviewed_by}")
        bubble = Bubble(text, (f"{words.helpful}  {words.unhelpful}",), notes)
        section.groups.append((topic.title, [bubble]))
    return section


def _others(content: Content) -> Section:
    """All that is said around the questions, and what staff pick from."""
    section = Section("others", "Everything else")
    for text in client_texts(content):
        is_shown = text.kind in (Kind.MESSAGE, Kind.TOAST, Kind.ABOUT, Kind.SHORT_ABOUT)
        if text.file in ("wording.yaml", "console.yaml") and is_shown:
            bubble = Bubble(content.spoken(text.text), is_english=text.language == "en")
            section.groups.append((text.name, [bubble]))
    return section
