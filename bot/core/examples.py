"""Tries the examples that stand in the content beside what they exemplify."""

from collections.abc import Callable, Iterator

from bot.core.content.faq import Faq
from bot.core.finding import Finding
from bot.core.language.faq import Found
from bot.core.model import Answers, Flag, Level, OptionId, QuestionId, Result, RuleId, Urgency
from bot.core.screening import outcome
from bot.core.screening_form import Example, Form, full_answers


def failing_examples(form: Form) -> Iterator[Finding]:
    """Every example of the screening that does not come out as it says."""
    for rule in form.rules:
        for example in rule.examples:
            yield from _tried(form, example, outcome_=rule.outcome, rule=rule.id)
    for urgent in (*form.urgency_rules, *form.incomplete.rules):
        for example in urgent.examples:
            yield from _tried(form, example, urgency=urgent.urgency)
    for flag in form.flags:
        for example in flag.examples:
            yield from _tried(form, example, flag=flag.id)
    for example in form.examples:
        yield from _tried(form, example)


def _tried(
    form: Form,
    example: Example,
    *,
    outcome_: Level | None = None,
    rule: RuleId | None = None,
    urgency: Urgency | None = None,
    flag: Flag | None = None,
) -> Iterator[Finding]:
    """What came out otherwise than the example says, or than the place where it stands.

    Of the cases that an example has by `each`, the shortest chat is told, and how many more there are.
    """
    found: list[tuple[int, str, Answers]] = []
    for answers in full_answers(form, example):
        result = outcome(form, answers)
        wanted: dict[str, tuple[object, object]] = {
            "outcome": (example.outcome or outcome_, result.level),
            "rule": (example.rule or rule, result.rule),
            "urgency": (example.urgency or urgency, result.urgency),
            "staff_call": (example.staff_call, result.staff_call),
        }
        for name, rating in example.ratings.items():
            wanted[name] = (rating, result.ratings_assumed[name])
        wrong = [
            f"{name} is {found}, not {expected}"
            for name, (expected, found) in wanted.items()
            if expected is not None and expected != found
        ]
        wrong += [f"{each} is not asked" for each in example.asked if each not in result.asked]
        wrong += [f"{each} is asked" for each in example.not_asked if each in result.asked]
        wrong += _wrong_flags(example, result, flag)
        if wrong:
            unusual = sum(answers[each] != (_usual(form, each),) for each in result.asked)
            found.append((unusual, "; ".join(wrong), answers))
    if found:
        _, told, shown = min(found, key=lambda each: each[0])
        more = f", and {len(found) - 1} more of its cases do" if len(found) > 1 else ""
        message = f"this example comes out otherwise: {told}{more}"
        hint = "change the example if the new result is right"
        yield Finding(example.line, "example-fails", message, hint, (shown,), is_brief=True)


def _usual(form: Form, question_id: QuestionId) -> OptionId | None:
    question = form.question(question_id)
    return question.usual.id if question is not None else None


def _wrong_flags(example: Example, result: Result, flag: Flag | None) -> Iterator[str]:
    for each in (*example.flags, *([flag] if flag else [])):
        if each not in result.flags:
            yield f"flag '{each}' is missing"
    for each in example.no_flags:
        if each in result.flags:
            yield f"flag '{each}' is set"


def failing_phrases(faq: Faq, search: Callable[[str], Found]) -> Iterator[Finding]:
    """Every example of a topic that is not answered with it, or at least offers it."""
    for topic in faq.topics:
        for example in topic.examples:
            found = search(example)
            if topic.id not in found.topics:
                told = ", ".join(found.topics) or "nothing"
                message = f"'{example}' finds {told}, not '{topic.id}'"
                line = getattr(example, "line", topic.line)
                yield Finding(line, "example-fails", message, "add phrasings like it")
