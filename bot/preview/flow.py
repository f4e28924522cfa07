"""The way through the questions, drawn: down a line from the first question to the outcomes.

What is not always asked stands beside the line. On the right a second line gathers the answers that
stop at once, on the left one those with which the questions may end early.
"""

from dataclasses import dataclass

from bot.core.screening_form import Condition, Form, OutcomeTexts, Question
from bot.core.walker import looked_at

WIDTH, BOX, LINE = 360, 30, 13
LEFT, SPINE, ALWAYS, ASIDE, RIGHT = 10, 34, 22, 58, 344  # where the lines and the boxes begin
EDGE, LAST_EDGE = 276, 304  # where boxes end; those of the outcomes are wider
GAP, TOP = 16, 8
LONGEST = 36  # characters that fit on a line of a box


@dataclass(frozen=True, slots=True)
class Step:
    """A question's box: where it stands, what it says, when it is asked, how many answers stop."""

    x: int
    y: int
    width: int
    height: int
    name: str
    asked_if: tuple[str, ...]
    dangers: int
    ends_early: bool

    @property
    def middle(self) -> int:
        """How far down its middle is."""
        return self.y + self.height // 2


@dataclass(frozen=True, slots=True)
class End:
    """An outcome's box; `hue` grows with the care, from 0 to 4."""

    y: int
    name: str
    hue: int
    stops: bool
    is_least: bool


@dataclass(frozen=True, slots=True)
class Flow:
    """All boxes with the size of the drawing."""

    steps: tuple[Step, ...]
    rules: int
    rules_y: int
    ends: tuple[End, ...]
    height: int
    width: int = WIDTH
    left: int = LEFT
    spine: int = SPINE
    right: int = RIGHT
    edge: int = LAST_EDGE
    box: int = BOX


def flow(form: Form) -> Flow:
    """The drawing of a form, from top to bottom."""
    steps: list[Step] = []
    y = TOP
    for number, question in enumerate(form.questions, start=1):
        lines = _wrapped(said(question.ask_if)) if question.ask_if else ()
        x = ASIDE if lines else ALWAYS
        height = BOX + LINE * len(lines)
        steps.append(
            Step(
                x=x,
                y=y,
                width=EDGE - x,
                height=height,
                name=f"{number}. {question.id}",
                asked_if=lines,
                dangers=_dangers(form, question),
                ends_early=question.end_if is not None,
            )
        )
        y += height + GAP
    rules_y = y + GAP
    return Flow(tuple(steps), len(form.rules), rules_y, _ends(form, rules_y), rules_y + _tall(form))


def _ends(form: Form, rules_y: int) -> tuple[End, ...]:
    """The outcomes, from the most to the least care."""
    ordered: list[OutcomeTexts] = list(reversed(form.outcomes))
    return tuple(
        End(
            y=rules_y + (place + 1) * (BOX + 8) + GAP,
            name=each.title,
            hue=form.outcomes.index(each),
            stops=each.stops,
            is_least=each is form.outcomes[0],
        )
        for place, each in enumerate(ordered)
    )


def _tall(form: Form) -> int:
    return (len(form.outcomes) + 1) * (BOX + 8) + GAP


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
