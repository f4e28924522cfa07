"""The screening, one question at a time: shown, pressed, answered, back, why and skip.

Counterparts: `beginning` comes before and around, `typed_answer` reads what is typed; `screening` says
which question is next and what the answers mean. Nothing clinical here.
"""

from msgspec.structs import replace

from bot.core.content.wording import fill
from bot.core.dialogue import beginning, crisis, review
from bot.core.dialogue.draft import Draft
from bot.core.dialogue.press import Press, screen_button
from bot.core.model import (
    Answer,
    Button,
    OptionId,
    Perspective,
    QuestionId,
    Reviewing,
    Screening,
)
from bot.core.screening import emergency, next_question, outcome, progress, reachable
from bot.core.screening_form import Option, Question, stem


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
    forget_guess(draft)
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


def forget_guess(draft: Draft) -> None:
    """Something else is shown now: a "yes" that comes next is no longer said to what was guessed."""
    stage = draft.session.stage
    if isinstance(stage, Screening):
        draft.change(stage=replace(stage, guess=(), offered=False))
    elif isinstance(stage, Reviewing):
        draft.change(stage=replace(stage, offered=False))


def _option_button(draft: Draft, question: Question, option: Option, *, is_ticked: bool) -> Button:
    label = draft.label(option)
    if is_ticked:
        label = fill(draft.content.wording.question.picked, label=label)
    verb = "pick" if not question.multi else "off" if is_ticked else "on"
    return screen_button(label, draft.session, verb, question.id, option.id)


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
    record(draft, question.id, options, typed=typed)
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


def record(
    draft: Draft, question: QuestionId, options: tuple[OptionId, ...], *, typed: bool
) -> None:
    """Keep an answer; what it replaces or makes unreachable is retracted, never dropped."""
    form = draft.content.screening
    retract(draft, {question})
    answer = Answer(question=question, options=options, at=draft.event.at, typed=typed)
    draft.change(answers=(*draft.session.answers, answer))
    asked = {each.id for each in reachable(form, draft.answers)}
    retract(draft, {each for each in draft.answers if each not in asked})
    if question == draft.content.perspective_question and str(options[0]) in set(Perspective):
        draft.change(perspective=Perspective(options[0]))


def retract(draft: Draft, questions: set[QuestionId]) -> None:
    """Strike answers through; they stay on record."""
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
        draft.toast(draft.content.wording.other.stale)
        show(draft)
    elif is_right:
        answered(draft, question, stage.guess, typed=True)
    else:
        draft.become(replace(stage, guess=()))
        show(draft)


def return_to(draft: Draft) -> None:
    """Back to the open question after something else; long away, the offer to go on instead."""
    if draft.is_back:
        beginning.offer_to_go_on(draft)
    else:
        show(draft)


def skip(draft: Draft, question: Question) -> None:
    """Take the option that skips; a question without one says so."""
    option = question.skip
    if option is None:
        show(draft, lead=draft.content.wording.question.cannot_skip)
    else:
        answered(draft, question, (option.id,), typed=True)
