"""Mistakes in the conditions of a screening: each part says one thing, in words the language has."""

import re
from collections.abc import Callable, Collection

from msgspec.structs import replace

from bot.core.checked_yaml import Mistake, did_you_mean, line_of
from bot.core.screening_form import Condition, Form

Tell = Callable[[int, str, str, str], None]  # line, code, message, hint

# Words of other rule languages: a worse answer could make a condition with one of them false.
OTHER_OPERATORS = re.compile(
    r"not|no|none_of|unless|below|less(_than)?|lt|max|min|at_most|most|under|over|above|exactly|eq"
    r"|more(_than)?|gt|ge|le|ne|equals?|is(_not)?|[=!<>]=?=?|between|if|x?or|and|nor",
    re.IGNORECASE,
)
MOST_NAMED = 8  # of the names that are known, in a hint
OPERATOR_HINT = "conditions know only in, at_least, count with needed, any, all, answered, outcome"


def operator_mistake(mistake: Mistake) -> Mistake:
    """An unknown key that is an operator of another language is told as one."""
    unknown = re.match(r"unknown key '(.*)'$", mistake.message)
    if mistake.code != "unknown-key" or not unknown or not OTHER_OPERATORS.fullmatch(unknown[1]):
        return mistake
    message = f"'{unknown[1]}' is no word for conditions"
    return replace(mistake, code="operator", message=message, hint=OPERATOR_HINT)


def is_known(tell: Tell, kind: str, name: str, known: Collection[str]) -> bool:
    """Whether the name is known; tells, with the nearest known one, if it is not."""
    if name in known:
        return True
    code = f"unknown-{kind.split(maxsplit=1)[0]}"
    hint = did_you_mean(name, known)
    if not hint:
        few = [*known][:MOST_NAMED]
        hint = f"one of: {', '.join(few)}{', ...' if len(few) < len(known) else ''}"
    tell(line_of(name), code, f"no {kind} '{name}'", hint)
    return False


def check_condition(
    form: Form, condition: Condition | None, tell: Tell, *, only_answers: str = ""
) -> None:
    """Tell everything that is wrong with a condition.

    `only_answers` says what it decides where it may look at answers only, not at ratings.
    """
    if condition is None:
        return
    _check_parts(condition, tell, only_answers)
    _check_numbers(condition, tell)
    if condition.question is not None:
        is_known(tell, "question", condition.question, [each.id for each in form.questions])
        question = form.question(condition.question)
        for option in condition.in_ if question is not None else ():
            ids = [each.id for each in question.options] if question is not None else []
            is_known(tell, f"option of '{condition.question}'", option, ids)
    for dimension in (condition.dimension, *condition.count):
        if dimension is not None:
            is_known(tell, "dimension", dimension, [each.id for each in form.dimensions])
    for each in (*condition.any_of, *condition.all_of):
        check_condition(form, each, tell, only_answers=only_answers)


def _check_parts(condition: Condition, tell: Tell, only_answers: str) -> None:
    parts = {
        "question": condition.question is not None,
        "dimension": condition.dimension is not None,
        "count": bool(condition.count),
        "answered": condition.answered is not None,
        "outcome": bool(condition.outcome),
        "any": bool(condition.any_of),
        "all": bool(condition.all_of),
    }
    named = [name for name, is_there in parts.items() if is_there]
    if len(named) != 1:
        message = f"a condition says one thing, and this one {', '.join(named) or 'nothing'}"
        tell(condition.line, "condition", message, "put several conditions under any: or all:")
    elif only_answers and named[0] not in ("question", "any", "all"):
        message = f"'{named[0]}' cannot decide {only_answers}"
        tell(condition.line, "condition", message, "use question: and in: here")


def _check_numbers(condition: Condition, tell: Tell) -> None:
    if bool(condition.in_) != (condition.question is not None):
        tell(condition.line, "condition", "'question' and 'in' go together", "give both")
    is_rated = condition.dimension is not None or bool(condition.count)
    if is_rated != (condition.at_least is not None):
        message = "'at_least' goes together with 'dimension' or 'count'"
        tell(condition.line, "condition", message, "say which rating must be reached")
    most = max(1, len(condition.in_), len(condition.count))
    if condition.needed > most:
        message = f"'needed: {condition.needed}' of {most} can never hold"
        tell(condition.line, "condition", message, "lower it")
