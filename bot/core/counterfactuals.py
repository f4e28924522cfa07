"""Which single answer, had it been different, would have led to another outcome; for staff only."""

from collections.abc import Iterator

from bot.core.model import Answers, Frozen, Level, OptionId, Perspective, QuestionId, Result
from bot.core.screening import level, next_question
from bot.core.screening_form import Form, Question, label, stem
from bot.core.walker import Chosen

LEVELS = tuple(Level)


class Counterfactual(Frozen, frozen=True):
    """The outcome would be `outcome` if this question had been answered so."""

    question: QuestionId
    options: tuple[OptionId, ...]
    outcome: Level


def counterfactuals(form: Form, answers: Answers, result: Result) -> tuple[Counterfactual, ...]:
    """For each question and each other outcome, the answer nearest to the one given.

    What a changed answer opens gets its usual answer. There are none for someone who left, nor in
    an emergency: there the rest was never asked.
    """
    if result.missing or form.texts(result.level).stops:
        return ()
    found: list[Counterfactual] = []
    for question in form.questions:
        # where the screening may end early, another answer would tell of another purpose
        if question.id in result.asked and question.end_if is None:
            found += _of(form, answers, question, result.level)
    return tuple(sorted(found, key=lambda each: LEVELS.index(each.outcome)))


def _of(form: Form, answers: Answers, question: Question, now: Level) -> Iterator[Counterfactual]:
    """The answers to one question that change the outcome, one for each outcome."""
    order = [option.id for option in question.options]
    given = answers[question.id]
    place = max(map(order.index, given))
    nearest: dict[Level, tuple[int, Chosen]] = {}
    for other in _others(question, given):
        changed = {**answers, question.id: other}
        while (opened := next_question(form, changed)) is not None:
            changed[opened.id] = (opened.usual.id,)
        outcome = level(form, changed)
        distance = abs(max(map(order.index, other)) - place)
        if outcome is not now and (outcome not in nearest or distance < nearest[outcome][0]):
            nearest[outcome] = (distance, other)
    for outcome, (_, other) in nearest.items():
        yield Counterfactual(question=question.id, options=other, outcome=outcome)


def _others(question: Question, given: Chosen) -> Iterator[Chosen]:
    """The answers one step away: another option, or one tick more or less. No skip, no danger."""
    for option in question.options:
        if option.skip or option.emergency:
            continue
        if not question.multi or option.alone:
            other: Chosen = (option.id,)
        else:
            kept = {each.id for each in question.options if each.id in given and not each.alone}
            ticked = kept ^ {option.id}
            other = tuple(each.id for each in question.options if each.id in ticked)
        if other and other != given:
            yield other


def sentence(form: Form, each: Counterfactual) -> str:
    """In words: "would be Outpatient if 'How are work ...' were 'Managing most things'"."""
    question = form.question(each.question)
    if question is None:
        return ""
    labels = [
        label(form, option, Perspective.SELF)
        for option in question.options
        if option.id in each.options
    ]
    name = form.texts(each.outcome).label
    return f"would be {name} if '{stem(question, Perspective.SELF)}' were '{', '.join(labels)}'"
