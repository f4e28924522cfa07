"""The screening, one question at a time: pressed or typed, back, why, and off to the side.

Counterpart: `screening` says which question is next and what the answers mean; nothing clinical here.
"""

from msgspec.structs import replace

from bot.core.content.wording import fill
from bot.core.dialogue import crisis, erasure, faq, review
from bot.core.dialogue.draft import Draft
from bot.core.dialogue.press import Press, screen_button
from bot.core.language.options import match_option
from bot.core.model import (
    Answer,
    AwaitingConsent,
    Browsing,
    Button,
    Consent,
    Contact,
    OptionId,
    Perspective,
    QuestionId,
    Reviewing,
    Screening,
)
from bot.core.screening import emergency, next_question, outcome, progress, reachable
from bot.core.screening_form import Option, Question, stem

A_KEYWORD = 3  # words; so few that name a topic ask about it


def begin(draft: Draft, perspective: Perspective | None = None) -> None:
    """Ask for consent, unless this text of it was agreed to already; then the first question."""
    consent = draft.session.consent
    if consent is None or consent.version != draft.content.wording.consent.version:
        draft.become(AwaitingConsent(perspective=perspective))
        show_consent(draft)
        return
    start(draft, perspective)


def show_consent(draft: Draft) -> None:
    """What is kept, who reads it, and that this is not for emergencies; nothing is asked before."""
    words = draft.content.wording.consent
    draft.reply(draft.content.spoken(words.text), _consent_rows(draft))


def ask_consent_again(draft: Draft) -> None:
    """The short question after something else was said."""
    draft.reply(draft.content.wording.consent.ask_again, _consent_rows(draft))


def _consent_rows(draft: Draft) -> list[tuple[Button, ...]]:
    words = draft.content.wording.consent
    return [
        (screen_button(words.yes, draft.session, "consent", "yes"),),
        (screen_button(words.privacy, draft.session, "consent", "privacy"),),
        (screen_button(words.no, draft.session, "consent", "no"),),
    ]


def consented(draft: Draft) -> None:
    """Keep the consent with its version, and ask the first question."""
    stage = draft.session.stage
    words = draft.content.wording.consent
    draft.note(f"consent {words.version}")
    draft.receipt(f"✓ {words.yes}")
    draft.change(consent=Consent(version=words.version, at=draft.event.at))
    start(draft, stage.perspective if isinstance(stage, AwaitingConsent) else None)


def start(draft: Draft, perspective: Perspective | None) -> None:
    """Begin the questions from the first, or from the second when it is known who they are for."""
    form = draft.content.screening
    draft.change(
        started_at=draft.event.at, perspective=perspective or Perspective.SELF, result=None
    )
    first = next_question(form, draft.answers)
    if (
        first is not None
        and perspective is not None
        and first.id == draft.content.perspective_question
    ):
        _record(draft, first.id, (OptionId(perspective.value),), typed=False)
    go_on(draft)


def go_on(draft: Draft, lead: str = "") -> None:
    """Ask the next open question, or show everything for a last look."""
    question = next_question(draft.content.screening, draft.answers)
    if question is None:
        draft.become(Reviewing())
        review.show(draft, lead=lead)
        return
    draft.become(Screening(question=question.id))
    show(draft, lead=lead)


def open_question(draft: Draft) -> Question | None:
    """The question that is open, None when the content no longer has it."""
    stage = draft.session.stage
    if not isinstance(stage, Screening):
        return None
    return draft.content.screening.question(stage.question)


def show(draft: Draft, lead: str = "", *, in_place: bool = False) -> None:
    """The open question with its buttons; somebody back after long is asked whether to go on."""
    stage = draft.session.stage
    question = open_question(draft)
    if question is None or not isinstance(stage, Screening):
        go_on(draft, lead)
        return
    words = draft.content.wording.question
    perspective = draft.session.perspective
    number, total = progress(draft.content.screening, draft.answers, question.id)
    parts = [
        lead,
        f"**{fill(words.progress, number=number, total=total)}**",
        stem(question, perspective),
        words.pick_several if question.multi else "",
    ]
    ticked = stage.chosen if question.multi else draft.answers.get(question.id, ())
    rows = [
        (_option_button(draft, question, option, is_ticked=option.id in ticked),)
        for option in question.options
    ]
    back_button = screen_button(words.back, draft.session, "back", question.id)
    why_button = screen_button(words.why, draft.session, "why", question.id)
    navigation = (back_button, why_button) if number > 1 else (why_button,)
    if question.multi:
        rows.append((screen_button(words.done, draft.session, "done", question.id),))
    draft.reply("\n".join(filter(None, parts)), [*rows, navigation], in_place=in_place)


def _option_button(draft: Draft, question: Question, option: Option, *, is_ticked: bool) -> Button:
    label = draft.label(option)
    if is_ticked:
        label = fill(draft.content.wording.question.picked, label=label)
    verb = "pick" if not question.multi else "off" if is_ticked else "on"
    return screen_button(label, draft.session, verb, question.id, option.id)


def offer_to_go_on(draft: Draft, lead: str = "", perspective: Perspective | None = None) -> None:
    """For somebody who comes back: where they were, and what they may do; over for whom, if known."""
    words = draft.content.wording.resume
    stage = draft.session.stage
    text = words.review
    if isinstance(stage, Screening):
        number, total = place(draft)
        text = fill(words.text, number=number, total=total)
    rows = [
        (screen_button(words.continue_, draft.session, "resume", "continue"),),
        (screen_button(words.over, draft.session, "resume", "over", perspective or ""),),
        (screen_button(words.delete, draft.session, "resume", "delete"),),
    ]
    draft.reply("\n\n".join(filter(None, (lead, text))), rows)


def place(draft: Draft) -> tuple[int, int]:
    """The number of the open question and of about how many."""
    stage = draft.session.stage
    if not isinstance(stage, Screening):
        return 0, 0
    return progress(draft.content.screening, draft.answers, stage.question)


def go_on_later(draft: Draft, perspective: Perspective | None = None) -> None:
    """Somebody with unfinished answers asks for the questions again: where they were."""
    question = next_question(draft.content.screening, draft.answers)
    draft.become(Reviewing() if question is None else Screening(question=question.id))
    offer_to_go_on(draft, perspective=perspective)


def resumed(draft: Draft, choice: str, perspective: Perspective | None = None) -> None:
    """What somebody who came back chose to do."""
    words = draft.content.wording.resume
    if choice == "over":
        draft.receipt(f"✓ {words.over}")
        start_over(draft, perspective)
    elif choice == "delete":
        erasure.ask(draft)
    else:
        draft.receipt(f"✓ {words.continue_}")
        draft.is_back = False
        if isinstance(draft.session.stage, Reviewing):
            review.show(draft)
        else:
            show(draft)


def start_over(draft: Draft, perspective: Perspective | None = None) -> None:
    """Begin again; the answers so far stay on record, struck through."""
    draft.note("start-over")
    _retract(draft, {answer.question for answer in draft.session.answers})
    draft.change(result=None)
    start(draft, perspective)


def start_fresh(draft: Draft, perspective: Perspective | None = None) -> None:
    """A new intake in the same chat, for instance for somebody else; the old one stays on record."""
    draft.note("start-fresh")
    draft.change(
        intake_number=draft.session.intake_number + 1,
        answers=(),
        result=None,
        contact=Contact(),
        filed=None,
        crisis_at=None,
        human_asked_at=None,
        started_at=None,
    )
    draft.become(Browsing())
    begin(draft, perspective)


def pressed(draft: Draft, press: Press) -> None:
    """A fresh button of the open question."""
    question = open_question(draft)
    stage = draft.session.stage
    if question is None or not isinstance(stage, Screening) or press.argument(2) != question.id:
        show(draft)
        return
    option = question.option(OptionId(press.argument(3)))
    if press.verb == "pick" and option is not None:
        answered(draft, question, (option.id,), typed=False)
    elif press.verb in ("on", "off") and option is not None:
        chosen = ticked(question, stage.chosen, option, is_on=press.verb == "on")
        draft.change(stage=replace(stage, chosen=chosen))
        draft.note(f"tick {question.id}")
        show(draft, in_place=True)
    elif press.verb == "done":
        done(draft, question)
    elif press.verb == "back":
        back(draft)
    elif press.verb == "why":
        why(draft, question)
    elif press.verb == "guess":
        guessed(draft, question, is_right=press.argument(3) == "yes")
    else:
        show(draft)


def ticked(
    question: Question, chosen: tuple[OptionId, ...], option: Option, *, is_on: bool
) -> tuple[OptionId, ...]:
    """The ticks after one more press; "none of these" and its like clear the others, and reverse."""
    if not is_on:
        return tuple(each for each in chosen if each != option.id)
    alone = {each.id for each in question.options if each.alone}
    kept = () if option.alone else tuple(each for each in chosen if each not in alone)
    order = [each.id for each in question.options]
    return tuple(sorted({*kept, option.id}, key=order.index))


def done(draft: Draft, question: Question) -> None:
    """The ticks of a multi-select are complete."""
    stage = draft.session.stage
    if isinstance(stage, Screening) and stage.chosen:
        answered(draft, question, stage.chosen, typed=False)
    else:
        draft.toast(draft.content.wording.question.pick_one_first)
        show(draft, lead=draft.content.wording.question.pick_one_first)


def answered(
    draft: Draft, question: Question, options: tuple[OptionId, ...], *, typed: bool
) -> None:
    """Keep the answer and go on; an answer that means danger stops everything."""
    stage = draft.session.stage
    labels = ", ".join(draft.label(each) for each in question.options if each.id in options)
    draft.note(f"answer {question.id}")
    draft.receipt(f"{stem(question, draft.session.perspective)}\n✓ {labels}")
    _record(draft, question.id, options, typed=typed)
    danger = emergency(draft.content.screening, draft.answers)
    if danger is not None:
        result = outcome(draft.content.screening, draft.answers)
        draft.note(f"rule {result.rule}")
        draft.change(result=result)
        subject = "self" if draft.session.perspective is Perspective.SELF else "other"
        draft.become(Screening(question=question.id))
        crisis.enter(draft, danger, subject, draft.session.language)
        return
    noted = fill(draft.content.wording.question.noted, label=labels) if typed else ""
    warned = draft.content.guardian_warning({question.id: options}, draft.session.perspective)
    lead = "\n\n".join(filter(None, (noted, warned)))
    from_review = isinstance(stage, Screening) and stage.from_review
    if from_review and next_question(draft.content.screening, draft.answers) is None:
        draft.become(Reviewing())
        review.show(draft, lead=lead)
        return
    go_on(draft, lead)


def _record(
    draft: Draft, question: QuestionId, options: tuple[OptionId, ...], *, typed: bool
) -> None:
    """Keep an answer; what it replaces or makes unreachable is retracted, never dropped."""
    form = draft.content.screening
    _retract(draft, {question})
    answer = Answer(question=question, options=options, at=draft.event.at, typed=typed)
    draft.change(answers=(*draft.session.answers, answer))
    asked = {each.id for each in reachable(form, draft.answers)}
    _retract(draft, {each for each in draft.answers if each not in asked})
    if question == draft.content.perspective_question and str(options[0]) in set(Perspective):
        draft.change(perspective=Perspective(options[0]))


def _retract(draft: Draft, questions: set[QuestionId]) -> None:
    draft.change(
        answers=tuple(
            replace(each, retracted_at=draft.event.at)
            if each.question in questions and each.retracted_at is None
            else each
            for each in draft.session.answers
        )
    )


def back(draft: Draft) -> None:
    """The question before; the answer given stands until another one is given."""
    stage = draft.session.stage
    if not isinstance(stage, Screening):
        return
    draft.note("back")
    path = [each.id for each in reachable(draft.content.screening, draft.answers)]
    place = path.index(stage.question) if stage.question in path else len(path)
    if place == 0:
        draft.toast(draft.content.wording.question.stay)
        show(draft, lead=draft.content.wording.question.stay)
        return
    previous = path[place - 1]
    question = draft.content.screening.question(previous)
    chosen = draft.answers.get(previous, ()) if question is not None and question.multi else ()
    draft.become(Screening(question=previous, chosen=chosen, from_review=stage.from_review))
    show(draft)


def why(draft: Draft, question: Question) -> None:
    """Why this is asked, and then the same question again."""
    draft.note(f"why {question.id}")
    draft.digression = True
    draft.reply(question.why)
    show(draft)


def guessed(draft: Draft, question: Question, *, is_right: bool) -> None:
    """The person said whether the guess at a typed answer was right."""
    stage = draft.session.stage
    if not isinstance(stage, Screening) or not stage.guess:
        show(draft)
    elif is_right:
        answered(draft, question, stage.guess, typed=True)
    else:
        draft.become(replace(stage, guess=()))
        show(draft)


def typed(draft: Draft, text: str) -> None:
    """A typed message while a question is open: an answer, or a question off to the side."""
    question = open_question(draft)
    stage = draft.session.stage
    if question is None or not isinstance(stage, Screening):
        go_on(draft)
        return
    if _typed_word(draft, question, text):
        return
    if draft.content.is_greeting(text):
        draft.digression = True
        return_to(draft)
        return
    words = draft.content.wording
    said = draft.content.yes_or_no(text)
    if stage.guess and said is not None:
        guessed(draft, question, is_right=said)
        return
    match = match_option(
        [(each.id, draft.label(each)) for each in question.options],
        text,
        {each.id: each.also for each in question.options},
        several=question.multi,
    )
    options = match.options if question.multi else match.options[:1]
    found = draft.content.search(text)
    is_question = draft.content.is_question(text)
    if match.certain and options and not (is_question and found.decision == "answer"):
        answered(draft, question, options, typed=True)
        return
    draft.digression = True
    is_keyword = len(text.split()) <= A_KEYWORD and not options
    if found.decision == "answer" and (is_question or is_keyword):
        faq.give(draft, text, found)
        return_to(draft)
    elif options:
        _guess(draft, question, options)
    elif found.decision == "suggest" and is_question:
        faq.give(draft, text, found)
        return_to(draft)
    elif is_question:
        faq.miss(draft, text, found)
        draft.reply(words.faq.not_known, faq.menu(draft)[2:])
        return_to(draft)
    elif draft.is_back:
        offer_to_go_on(draft)
    else:
        draft.note("answer not-understood")
        show(draft, lead=words.question.not_understood)


def return_to(draft: Draft) -> None:
    """Back to the open question after something else; long away, the offer to go on instead."""
    if draft.is_back:
        offer_to_go_on(draft)
    else:
        show(draft)


def _guess(draft: Draft, question: Question, options: tuple[OptionId, ...]) -> None:
    stage = draft.session.stage
    if not isinstance(stage, Screening):
        return
    draft.digression = False
    draft.note(f"guess {question.id}")
    words = draft.content.wording.question
    labels = ", ".join(draft.label(each) for each in question.options if each.id in options)
    draft.become(replace(stage, guess=options))
    rows = [
        (screen_button(words.guess_yes, draft.session, "guess", question.id, "yes"),),
        (screen_button(words.guess_no, draft.session, "guess", question.id, "no"),),
    ]
    draft.reply(fill(words.guess, label=labels), rows)


def _typed_word(draft: Draft, question: Question, text: str) -> bool:
    """Act on a word that stands for a button; False when it is none."""
    words = draft.content.wording.question
    said = text.strip().casefold().rstrip(".!?")
    if said in words.typed_words.back:
        back(draft)
    elif said in words.typed_words.why:
        why(draft, question)
    elif said in words.typed_words.done and question.multi:
        done(draft, question)
    elif said in words.typed_words.skip:
        skip(draft, question)
    else:
        return False
    return True


def skip(draft: Draft, question: Question) -> None:
    """Take the option that skips; a question without one says so."""
    option = question.skip
    if option is None:
        show(draft, lead=draft.content.wording.question.cannot_skip)
    else:
        answered(draft, question, (option.id,), typed=True)
