"""A screening as it goes: what is asked next, and what the answers come to.

Rules see only answers to questions that the present path asks; others are ignored. Skipped answers
are rated twice, as nothing (`known`) and as the form prints them (`assumed`); the assumed rating
raises the outcome to the form's cap at most. Counterparts: `screening_form` is the language,
`screening_rules` its meaning, `screening_texts` the words shown.
"""

from dataclasses import dataclass
from functools import lru_cache

from msgspec.structs import replace

from bot.core.model import Answers, Flag, Level, QuestionId, Result, Urgency
from bot.core.screening_form import Form, Option, Question, Rule
from bot.core.screening_reasons import reasons
from bot.core.screening_rules import (
    Given,
    chosen,
    holds,
    kinds_of,
    leaves,
    ratings,
    without_skips,
)

LEVELS = tuple(Level)
URGENCIES = tuple(Urgency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The answers rated once, as known or as assumed; `level` is what `rated` is within the cap.

    `flags` are those of the rule that holds, and of the one that is shown for it within the cap.
    """

    given: Given
    rule: Rule
    flags: frozenset[Flag]
    rated: Level
    level: Level
    urgency: Urgency


def next_question(form: Form, answers: Answers) -> Question | None:
    """The first open question of the path; None when all is answered, or danger ends it."""
    return next((each for each in reachable(form, answers) if each.id not in answers), None)


def reachable(form: Form, answers: Answers) -> tuple[Question, ...]:
    """The questions of the present path, answered or not, in asking order."""
    path: list[Question] = []
    seen: Answers = {}
    facts = Given(seen)
    stops = _stops(form)
    for question in form.questions:
        if question.ask_if is not None and not holds(question.ask_if, facts):
            continue
        path.append(question)
        ids = answers.get(question.id)
        if not ids:
            continue
        seen[question.id] = ids
        if question.id in stops and _is_over(form, question, seen):
            break
    return tuple(path)


def emergency(form: Form, answers: Answers) -> str | None:
    """The kind of danger that the answers tell of, None when they tell of none."""
    given = {each.id: answers[each.id] for each in reachable(form, answers) if each.id in answers}
    for _, option in chosen(form, given):
        if option.emergency:
            return str(option.emergency)
    rule = _alarm(form, given)
    return str(rule.emergency) if rule is not None else None


def progress(form: Form, answers: Answers, question_id: QuestionId) -> tuple[int, int]:
    """The number of the question, and of about how many if the usual answers follow."""
    expected = dict(answers)
    while (question := next_question(form, expected)) is not None:
        expected[question.id] = (question.usual.id,)
    path = [question.id for question in reachable(form, expected)]
    number = path.index(question_id) + 1 if question_id in path else len(path)
    return number, len(path)


def outcome(form: Form, answers: Answers) -> Result:
    """What the answers come to.

    Someone may have left half way: then the open questions of the path are `missing`, the safety
    questions among them count as skipped, and staff should call. How soon goes by what was said.
    """
    path = reachable(form, answers)
    given = {question.id: answers[question.id] for question in path if answers.get(question.id)}
    missing = tuple(question for question in path if question.id not in given)
    result = _result(form, given)
    if not missing:
        return result
    presumed = _result(form, _presumed(path, given))
    so_far = _runs(form, given, chosen(form, given))[0].given
    urgencies = [result.urgency, form.incomplete.urgency]
    urgencies += [each.urgency for each in form.incomplete.rules if holds(each.when, so_far)]
    return replace(
        presumed,
        staff_call=True,
        urgency=max(urgencies, key=URGENCIES.index),
        reasons=tuple(each for each in presumed.reasons if each.question in given),
        asked=tuple(given),
        missing=tuple(question.id for question in missing),
    )


def level(form: Form, answers: Answers) -> Level:
    """The outcome of a whole path alone, in less time."""
    path = reachable(form, answers)
    given = {question.id: answers[question.id] for question in path if answers.get(question.id)}
    runs = _runs(form, given, chosen(form, given))
    return max((run.level for run in runs), key=LEVELS.index)


def _presumed(path: tuple[Question, ...], given: Answers) -> Answers:
    """The answers, with every open safety question skipped where skipping is no emergency."""
    presumed: Answers = {}
    for question in path:
        skip = question.skip
        if question.id in given:
            presumed[question.id] = given[question.id]
        elif question.is_safety and skip is not None and not skip.emergency:
            presumed[question.id] = (skip.id,)
    return presumed


def _result(form: Form, given: Answers) -> Result:
    said = chosen(form, given)
    assumed, known = _runs(form, given, said)
    winner = max(known, assumed, key=lambda run: LEVELS.index(run.level))
    return Result(
        level=winner.level,
        rule=winner.rule.id,
        staff_call="skip" in assumed.given.kinds,
        urgency=max(known.urgency, assumed.urgency, key=URGENCIES.index),
        flags=_flags(form, said, assumed, winner),
        reasons=reasons(form, winner.rule.when, winner.given),
        ratings_known=dict(known.given.ratings),
        ratings_assumed=dict(assumed.given.ratings),
        level_known=known.rated,
        level_assumed=assumed.rated,
        asked=tuple(given),
        missing=(),
        version=str(form.version),
    )


def _runs(form: Form, given: Answers, said: list[tuple[Question, Option]]) -> tuple[Run, Run]:
    """The answers rated as assumed and as known; the same run when nothing was skipped."""
    is_skipped = any("skip" in kinds_of(option) for _, option in said)
    options = [option for _, option in said]
    assumed = _run(form, given, options, is_known=not is_skipped)
    if not is_skipped:
        return assumed, assumed
    if form.texts(assumed.rated).stops:  # danger is never a guess
        assumed = _run(form, given, options, is_known=True)
    answered = [option for option in options if "skip" not in kinds_of(option)]
    return assumed, _run(form, without_skips(said), answered, is_known=True)


def _run(form: Form, answers: Answers, options: list[Option], *, is_known: bool) -> Run:
    """Rate the answers, and find the first rule that holds and all that makes it urgent."""
    kinds = {kind for option in options for kind in kinds_of(option)}
    given = Given(answers, ratings(form, options, answers), kinds)
    rule = next(rule for rule in form.rules if holds(rule.when, given))
    level = rated = rule.outcome
    flags = set(rule.flags)
    cap = form.skips.cap
    if not is_known and LEVELS.index(rated) > LEVELS.index(cap) and not form.texts(rated).stops:
        level = cap
        # what is shown is the reason for the cap's own outcome, where there is one
        within = (each for each in form.rules if each.outcome is cap and holds(each.when, given))
        rule = next(within, rule)
        flags.update(rule.flags)
    given.level = level
    urgency = URGENCIES[0]
    for each in form.urgency_rules:
        if (
            (is_known or not each.known_only)
            and URGENCIES.index(each.urgency) > URGENCIES.index(urgency)
            and holds(each.when, given)
        ):
            urgency = each.urgency
    return Run(
        given=given, rule=rule, flags=frozenset(flags), rated=rated, level=level, urgency=urgency
    )


def _flags(
    form: Form, said: list[tuple[Question, Option]], assumed: Run, winner: Run
) -> tuple[Flag, ...]:
    """All marks, in the order of the form; also what is only assumed is marked for staff."""
    given = assumed.given
    marks = {*winner.flags, *assumed.flags}
    for _, option in said:
        marks.update(option.flags)
    decided = Given(given.answers, given.ratings, given.kinds, winner.level)
    return tuple(
        each.id
        for each in form.flags
        if each.id in marks or (each.when is not None and holds(each.when, decided))
    )


@lru_cache(maxsize=16)
def _stops(form: Form) -> frozenset[QuestionId]:
    """The questions after whose answer a screening may be over."""
    alarming = {
        leaf.question for rule in _alarms(form) for leaf in leaves(rule.when) if leaf.question
    }
    return frozenset(
        question.id
        for question in form.questions
        if question.end_if is not None
        or question.id in alarming
        or any(option.emergency for option in question.options)
    )


def _is_over(form: Form, question: Question, seen: Answers) -> bool:
    """Whether the answer to this question ends the screening."""
    if any(option.emergency and option.id in seen[question.id] for option in question.options):
        return True
    if question.end_if is not None and holds(question.end_if, Given(seen)):
        return True
    return _alarm(form, seen) is not None


@lru_cache(maxsize=16)
def _alarms(form: Form) -> tuple[Rule, ...]:
    """The rules, beside emergency options, that stop a screening at once."""
    return tuple(rule for rule in form.rules if rule.emergency)


def _alarm(form: Form, given: Answers) -> Rule | None:
    facts = Given(given)
    return next((rule for rule in _alarms(form) if holds(rule.when, facts)), None)
