"""The way through the questions, drawn: one box a question, indented where it is not always asked."""

from dataclasses import dataclass

from bot.core.screening_form import Condition, Form, Question
from bot.core.walker import looked_at

WIDTH, BOX, INDENT = 340, 38, 26
GAP, TOP = 18, 8
LONGEST = 44  # characters that fit on a line of a box


@dataclass(frozen=True, slots=True)
class Step:
    """A question's box: where it stands, what it says, when it is asked, where it may end."""

    x: int
    y: int
    width: int
    height: int
    name: str
    asked_if: tuple[str, ...]
    dangers: int
    ends_if: str


@dataclass(frozen=True, slots=True)
class Flow:
    """All boxes with the size of the drawing, and what comes after the last one."""

    steps: tuple[Step, ...]
    width: int
    height: int
    outcomes: tuple[str, ...]


def flow(form: Form) -> Flow:
    """The drawing of a form, from top to bottom."""
    steps: list[Step] = []
    y = TOP
    for number, question in enumerate(form.questions, start=1):
        lines = _wrapped(said(question.ask_if)) if question.ask_if else ()
        indent = INDENT if lines else 0
        height = BOX + 13 * len(lines) - (8 if not lines else 4)
        steps.append(
            Step(
                x=4 + indent,
                y=y,
                width=WIDTH - 74 - indent,
                height=height,
                name=f"{number}. {question.id}",
                asked_if=lines,
                dangers=_dangers(form, question),
                ends_if=said(question.end_if) if question.end_if else "",
            )
        )
        y += height + GAP
    outcomes = tuple(each.title for each in reversed(form.outcomes))
    return Flow(tuple(steps), WIDTH, y + 20 * len(outcomes) + 24, outcomes)


def _dangers(form: Form, question: Question) -> int:
    """How many answers stop at once, by themselves or together with earlier ones."""
    alarms = [looked_at(rule.when) for rule in form.rules if rule.emergency]
    order = [each.id for each in form.questions]
    together = sum(
        max(filter(order.__contains__, names), key=order.index) == question.id for names in alarms
    )
    return sum(bool(option.emergency) for option in question.options) + together


def said(condition: Condition | None) -> str:
    """A condition in a few words."""
    if condition is None:
        return "always"
    if condition.any_of:
        return " or ".join(said(each) for each in condition.any_of)
    if condition.all_of:
        return " and ".join(said(each) for each in condition.all_of)
    return f"{condition.question} is {', '.join(condition.in_)}"


def _wrapped(text: str) -> tuple[str, ...]:
    lines, line = [], "if"
    for word in text.split():
        if len(line) + len(word) + 1 > LONGEST:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}"
    return (*lines, line)
