"""Answers to show results with: found among the content's own examples."""

from collections.abc import Callable, Iterator

from bot.core.model import Answers, Level, Perspective, QuestionId, Result
from bot.core.screening import next_question, outcome
from bot.core.screening_form import Form, all_examples, full_answers

Sample = tuple[Answers, Result]


def usual_way(form: Form) -> Answers:
    """The usual answer to everything that is then asked."""
    given: Answers = {}
    while (question := next_question(form, given)) is not None:
        given[question.id] = (question.usual.id,)
    return given


def way_to(form: Form, question: QuestionId) -> Answers:
    """The answers before a question: usual ones, or those of an example in which it is asked."""
    way = usual_way(form)
    if question not in way:
        way = next((answers for answers, _ in _all(form) if question in answers), {})
    before = list(way)[: list(way).index(question)] if question in way else []
    return {name: way[name] for name in before}


def sample(form: Form, level: Level) -> Sample | None:
    """Answers that come to `level` and nothing besides: of an adult, who skipped nothing."""
    return _best(
        form,
        lambda result: (
            result.level is level and not result.staff_call and form.minors.flag not in result.flags
        ),
    )


def skipped_sample(form: Form) -> Sample | None:
    """Answers of an adult with some left out, so that staff talk with the person before any level."""
    return _best(
        form,
        lambda result: (
            result.staff_call
            and not form.texts(result.level).stops
            and form.minors.flag not in result.flags
        ),
    )


def stopped_sample(form: Form) -> Sample | None:
    """Answers that stop the questions."""
    return _best(form, lambda result: form.texts(result.level).stops)


def minor_sample(form: Form) -> Sample | None:
    """Answers of somebody under age that come to a level."""
    return _best(
        form,
        lambda result: (
            form.minors.flag in result.flags
            and not result.staff_call
            and not form.texts(result.level).stops
        ),
    )


def _best(form: Form, fits: Callable[[Result], bool]) -> Sample | None:
    """Of the examples that fit the one with the most reasons, the first of these."""
    found = [each for each in _all(form) if fits(each[1])]
    return max(found, key=lambda each: len(each[1].reasons), default=None)


def _all(form: Form) -> Iterator[Sample]:
    """Every example that is answered to the end, with what it comes to."""
    for example in all_examples(form):
        answers = next(full_answers(form, example))
        result = outcome(form, answers)
        if not result.missing:
            yield {name: answers[name] for name in result.asked}, result


def for_whom(form: Form, answers: Answers, perspective: Perspective) -> Answers:
    """The same answers, given for somebody else: where an option is named like the perspective."""
    changed = dict(answers)
    for question in form.questions:
        option = question.option(perspective.value)
        if option is not None and question.id in changed:
            changed[question.id] = (option.id,)
    return changed
