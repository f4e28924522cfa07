"""A rule of the screening as a sentence for staff.

Counterpart: `core.screening_rules`, which gives the same conditions their meaning.
"""

from collections.abc import Iterable

import msgspec

from bot.core.model import Answer, Answers, Result
from bot.core.screening_form import Condition, Form, Rule
from bot.core.screening_rules import Given, chosen, holds, kinds_of

KINDS = {
    "emergency": "an answer that tells of an emergency",
    "skip": "a skipped question",
    "safety-skip": "a skipped question about safety",
}


def rule_words(form: Form, rule_id: str) -> str:
    """What makes that rule hold, such as "risk of harm at 3 or more"."""
    rule = next((each for each in form.rules if each.id == rule_id), None)
    if rule is None:
        return "This rule is not in the content any more."
    return _sentence(form, rule)


def held_words(form: Form, result: Result, answers: Iterable[Answer]) -> str:
    """What made the rule of that result hold: of all that could, only what did."""
    rule = next((each for each in form.rules if each.id == result.rule), None)
    if rule is None or rule.when is None:
        return rule_words(form, result.rule)
    given: Answers = {
        each.question: each.options
        for each in answers
        if each.retracted_at is None and each.question in result.asked
    }
    kinds = {kind for _, option in chosen(form, given) for kind in kinds_of(option)}
    facts = Given(given, result.ratings_assumed, kinds, result.level)
    held = _held(rule.when, facts)
    return _sentence(form, msgspec.structs.replace(rule, when=held) if held else rule)


def _held(condition: Condition, facts: Given) -> Condition | None:
    """The part of a condition that is true of the facts; None where none is."""
    if condition.any_of:
        parts = tuple(part for each in condition.any_of if (part := _held(each, facts)))
        if len(parts) <= 1:
            return parts[0] if parts else None
        return msgspec.structs.replace(condition, any_of=parts)
    if condition.all_of:
        parts = tuple(part for each in condition.all_of if (part := _held(each, facts)))
        is_whole = len(parts) == len(condition.all_of)
        return msgspec.structs.replace(condition, all_of=parts) if is_whole else None
    if not holds(condition, facts):
        return None
    if condition.count:
        reached = tuple(
            each for each in condition.count if facts.rated(each, condition.at_least or 1)
        )
        return msgspec.structs.replace(condition, count=reached)
    return condition


def _sentence(form: Form, rule: Rule) -> str:
    if rule.when is None:
        return "None of the other rules holds."
    words = condition_words(form, rule.when)
    return f"{words[:1].upper()}{words[1:]}."


def condition_words(form: Form, condition: Condition) -> str:
    """A condition in words."""
    if condition.any_of:
        return _joined((condition_words(form, each) for each in condition.any_of), "or")
    if condition.all_of:
        return _joined((_grouped(form, each) for each in condition.all_of), "and")
    if condition.dimension is not None:
        return f"{_dimension(form, condition.dimension)} at {condition.at_least} or more"
    if condition.count:
        these = _joined((_dimension(form, each) for each in condition.count), "and")
        return f"at least {condition.needed} of {these} at {condition.at_least} or more"
    if condition.question is not None:
        return _answer(form, condition)
    if condition.answered is not None:
        return KINDS[condition.answered]
    levels = (str(form.texts(each).label) for each in condition.outcome)
    return f"the outcome is {_joined(levels, 'or')}"


def _grouped(form: Form, condition: Condition) -> str:
    words = condition_words(form, condition)
    return f"({words})" if len(condition.any_of) > 1 else words


def _answer(form: Form, condition: Condition) -> str:
    question = form.question(condition.question or "")
    if question is None:
        return f"{condition.question} answered so"
    labels = [f"“{option.label}”" for option in question.options if option.id in condition.in_]
    needed = f"at least {condition.needed} of " if condition.needed > 1 else ""
    return f"{question.id.replace('-', ' ')} is {needed}{_joined(labels, 'or')}"


def _dimension(form: Form, dimension_id: str) -> str:
    found = next((each for each in form.dimensions if each.id == dimension_id), None)
    if found is None or not found.label:
        return dimension_id
    return str(found.label)[:1].lower() + str(found.label)[1:]


def _joined(words: Iterable[str], word: str) -> str:
    *before, last = list(words) or [""]
    return f"{', '.join(before)} {word} {last}" if before else last
