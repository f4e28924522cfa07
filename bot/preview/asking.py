"""The parts of the page about the screening: its questions, what stands around them, its results."""

from collections.abc import Iterator

from bot.core.content import Content
from bot.core.content.wording import ContactStep, fill
from bot.core.dialogue import beginning, commands, contact, crisis, questions, result, review
from bot.core.model import (
    Contact,
    IntakeStatus,
    LeavingContact,
    Notify,
    Perspective,
    Reviewing,
    Screening,
)
from bot.core.screening_form import Form, OutcomeTexts, Question, label
from bot.core.screening_texts import result_text
from bot.preview.bubble import HEARD, PERSPECTIVES, Bubble, Group, Section, shown
from bot.preview.samples import (
    Sample,
    for_whom,
    minor_sample,
    sample,
    skipped_sample,
    stopped_sample,
    usual_way,
    way_to,
)


def questions_asked(content: Content) -> Section:
    """Every question to the person and about a loved one, and why it is asked."""
    return Section(
        "questions",
        "Questions",
        "In both wordings, and what is said to “Why do you ask?”.",
        [
            (f"{number}. {question.id}", list(_question(content, question)))
            for number, question in enumerate(content.screening.questions, start=1)
        ],
    )


def _question(content: Content, question: Question) -> Iterator[Bubble]:
    form = content.screening
    stage = Screening(question=question.id)
    for perspective in PERSPECTIVES:
        notes = _option_notes(question) if perspective is Perspective.SELF else ()
        yield from shown(
            content,
            questions.show,
            HEARD[perspective],
            *notes,
            answers=for_whom(form, way_to(form, question.id), perspective),
            perspective=perspective,
            stage=stage,
        )
    if question.why:
        yield Bubble(question.why, notes=(content.wording.question.why,))


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


def around_questions(content: Content) -> Section:
    """What is said when an answer was typed, taken back, or left for later."""
    form, words = content.screening, content.wording.question
    first, later = form.questions[0], form.questions[1]
    several = next((each for each in form.questions if each.multi), later)
    way = usual_way(form)
    option = later.usual
    labels = label(form, option, Perspective.SELF)
    at_first, at_later = Screening(question=first.id), Screening(question=later.id)
    picking = Screening(question=several.id, chosen=(several.options[0].id,))

    def leading(text: str) -> list[Bubble]:
        return shown(content, lambda draft: questions.show(draft, lead=text), stage=at_later)

    reviewing: list[Bubble] = []
    for page in range(-(-len(way) // review.ANSWERS_ON_A_PAGE)):
        reviewing += shown(content, review.show, stage=Reviewing(page=page), answers=way)
    return Section(
        "around",
        "Around the questions",
        "When an answer is typed, several are picked, or somebody comes back.",
        [
            ("Several answers", shown(content, questions.show, stage=picking)),
            (
                "“Done” without an answer",
                shown(
                    content,
                    lambda draft: questions.done(draft, several),
                    stage=Screening(question=several.id),
                ),
            ),
            ("“Back” at the first question", shown(content, questions.back, stage=at_first)),
            ("Typed, and understood", leading(fill(words.noted, label=labels))),
            (
                "Typed, and not sure",
                [
                    Bubble(
                        fill(words.guess, label=labels),
                        ((words.guess_yes,), (words.guess_no,)),
                    )
                ],
            ),
            ("Typed, and not understood", leading(words.not_understood)),
            ("Typed something hard, and heard", leading(words.which_closest)),
            ("“Skip” where it cannot be", leading(words.cannot_skip)),
            (
                "Back after a while",
                [
                    *shown(content, beginning.offer_to_go_on, stage=at_later, answers=way),
                    *shown(content, beginning.offer_to_go_on, stage=Reviewing(), answers=way),
                ],
            ),
            ("The last look", reviewing),
            (
                "Asked again when all was answered",
                shown(content, commands.again, filed=IntakeStatus.COMPLETED),
            ),
        ],
    )


def results(content: Content) -> Section:
    """Each outcome for a case among the examples, and all that is said after it."""
    form, words = content.screening, content.wording.result
    section = Section(
        "results",
        "Results",
        "Each for a case among the examples, with its buttons and what they lead to.",
    )
    for texts in form.outcomes:
        if texts.stops:
            section.groups.append((texts.title, _stopped(form, texts)))
        elif (found := sample(form, texts.id)) is not None:
            section.groups.append((texts.title, _result(content, found)))
    if (found := skipped_sample(form)) is not None:
        section.groups.append(("Some answers skipped: staff call first", _result(content, found)))
    section.groups += [
        ("Under 18", list(_minors(content))),
        (
            "How soon",
            [
                Bubble(each.text.to(perspective), notes=(each.label, HEARD[perspective]))
                for each in form.urgencies
                for perspective in PERSPECTIVES
            ],
        ),
        (
            f"“{words.disagree_button}”",
            shown(content, result.disagree),
        ),
        ("When it cannot wait, and nobody is there", shown(content, crisis.show_until_then)),
        *_contact(content),
    ]
    return section


def _result(content: Content, found: Sample) -> list[Bubble]:
    """The first message of a result, and what "What does this mean?" leads to."""
    form = content.screening
    answers, rated = found
    bubbles: list[Bubble] = []
    for perspective in PERSPECTIVES:
        bubbles += shown(
            content,
            result.show,
            HEARD[perspective],
            f"rule {rated.rule}, {rated.urgency}",
            answers=for_whom(form, answers, perspective),
            perspective=perspective,
        )[:1]
    for perspective in PERSPECTIVES:
        bubbles += shown(
            content,
            result.meaning,
            f"“{content.wording.result.meaning_button}”",
            HEARD[perspective],
            answers=answers,
            result=rated,
            perspective=perspective,
        )
    return bubbles


def _stopped(form: Form, texts: OutcomeTexts) -> list[Bubble]:
    """What stands on record when the questions were stopped; the person sees a crisis card."""
    found = stopped_sample(form)
    note = "on record; the person sees a crisis card"
    bubbles = [
        Bubble(result_text(form, found[1], each, {}), notes=(HEARD[each], note))
        for each in PERSPECTIVES
        if found is not None
    ]
    bubbles += [Bubble(texts.explains.to(each), notes=(HEARD[each], note)) for each in PERSPECTIVES]
    return bubbles


def _minors(content: Content) -> Iterator[Bubble]:
    form = content.screening
    found = minor_sample(form)
    if found is None:
        return
    answers, rated = found
    policies = dict.fromkeys((content.clinic.minor.notify, Notify.NEVER, *form.minors.notify))
    for notify in policies:
        is_ours = notify is content.clinic.minor.notify
        for perspective in PERSPECTIVES:
            text = result_text(form, rated, perspective, answers, notify=notify)
            policy = f"minor: notify {notify}{', as in clinic.yaml' if is_ours else ''}"
            yield Bubble(text, notes=(HEARD[perspective], policy))
    for perspective in PERSPECTIVES:
        text = result_text(form, rated, perspective, answers, serves_minors=False)
        yield Bubble(text, notes=(HEARD[perspective], "too young, or minors are not served"))


def _contact(content: Content) -> Iterator[Group]:
    """The screens after a result, for whoever sees them."""
    words = content.wording.contact
    for step in words.steps:
        bubbles: list[Bubble] = []
        for perspective in step.for_:
            bubbles += _step(content, step, perspective, HEARD[perspective])
        if step.minor_text and (young := minor_sample(content.screening)) is not None:
            bubbles += shown(
                content,
                contact.show,
                "under 18",
                stage=LeavingContact(step=step.id),
                answers=young[0],
            )
        if step.again:
            bubbles += _step(content, step, step.for_[0], "not understood", lead=step.again)
        bubbles.append(Bubble(step.why, notes=(content.wording.question.why,)))
        yield f"Contact: {step.id}", bubbles
    first = words.steps[0] if words.steps else None
    if first is not None:
        intro = _step(content, first, first.for_[0], "right after the result", lead=words.intro)
        long = fill(words.too_long, limit=contact.MOST_CHARACTERS)
        yield "Contact: around", [*intro, *_step(content, first, first.for_[0], "", lead=long)]
    yield (
        "Contact: thanks",
        [
            *shown(content, contact.finish, contact=Contact(reach="555-0100")),
            *shown(content, contact.finish, "no way to reach them but this chat"),
        ],
    )


def _step(
    content: Content, step: ContactStep, perspective: Perspective, note: str, lead: str = ""
) -> list[Bubble]:
    return shown(
        content,
        lambda draft: contact.show(draft, lead=lead),
        *filter(None, (note,)),
        stage=LeavingContact(step=step.id),
        perspective=perspective,
    )
