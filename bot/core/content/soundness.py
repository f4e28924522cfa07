"""What the proof of a screening relies on, and what no result may lack: looked at in the whole file.

The proof follows answers through tables and bumps only as far as these may go; a file that goes
further is refused here, so that nothing is ever called proved that was not looked at.
"""

from collections.abc import Iterator

from bot.core.checked_yaml import line_of
from bot.core.content.condition import Tell
from bot.core.model import Level
from bot.core.screening_form import Condition, Dimension, Form, Option, Question, Text
from bot.core.screening_rules import leaves
from bot.core.walker import MOST_TICKS, looked_at, table_conditions, table_questions


def check_soundness(form: Form, tell: Tell) -> None:
    """Tell everything that the proof could not look at, and each result that says too little."""
    for question in form.questions:
        _check_ticks(question, tell)
        _check_promises(question, tell)
    _check_free_skips(form, tell)
    _check_bumps(form, tell)
    _check_needed(form, tell)
    _check_results(form, tell)


def _check_ticks(question: Question, tell: Tell) -> None:
    """A tick can be taken back and is sent at the end: danger cannot wait for that."""
    if not question.multi:
        return
    for option in question.options:
        if option.emergency:
            message = (
                f"'{option.id}' of '{question.id}' is an emergency, and a tick is not sent at once"
            )
            hint = "ask for it in a question that takes one answer"
            tell(option.line, "emergency-tick", message, hint)
    ticks = [option for option in question.options if not option.alone]
    if len(ticks) > MOST_TICKS:
        message = f"'{question.id}' has {len(ticks)} options that can be ticked together"
        hint = f"at most {MOST_TICKS} can be proved: join some, or split the question"
        tell(ticks[MOST_TICKS].line, "many-ticks", message, hint)


def _check_promises(question: Question, tell: Tell) -> None:
    dangers = {option.id for option in question.options if option.emergency}
    for option in question.options:
        for worse in option.worse_than:
            if worse in dangers and not option.emergency:
                message = f"'{option.id}' of '{question.id}' cannot be worse than an emergency"
                tell(option.line, "worse-than-emergency", message, f"take '{worse}' out")


def _check_free_skips(form: Form, tell: Tell) -> None:
    """Of a question that counts, staff must learn that it was left open."""
    decisive = {name for each in _deciding(form) for name in looked_at(each)}
    for dimension in form.dimensions:
        decisive.update(table_questions(dimension))
    for question in form.questions:
        counts = question.id in decisive or any(map(_counts, question.options))
        for option in question.options if counts else ():
            if option.skip == "free":
                message = f"'{question.id}' counts, so leaving it open cannot be free"
                tell(option.line, "skip-free", message, "say skip: counted, or skip: safety")


def _counts(option: Option) -> bool:
    return bool(option.rate or option.emergency)


def _deciding(form: Form) -> Iterator[Condition | None]:
    """The conditions that outcome, urgency or the path depend on; marks for staff do not count."""
    for question in form.questions:
        yield from (question.ask_if, question.end_if)
    yield from (rule.when for rule in form.rules)
    yield from (rule.when for rule in (*form.urgency_rules, *form.incomplete.rules))
    for dimension in form.dimensions:
        if dimension.bump is not None:
            yield dimension.bump.when


def _check_bumps(form: Form, tell: Tell) -> None:
    """A bump looks at answers, and at ratings that are worked out before it."""
    earlier: set[str] = set()
    for dimension in form.dimensions:
        if dimension.bump is not None:
            _check_bump(dimension, earlier, tell)
        earlier.add(dimension.id)


def _check_bump(dimension: Dimension, earlier: set[str], tell: Tell) -> None:
    bump = dimension.bump
    if bump is None:
        return
    if not dimension.max or dimension.table is not None:
        message = f"'{dimension.id}' has a bump, which adds to a maximum of other dimensions only"
        tell(bump.line, "bump", message, "give it max: and no table")
    for leaf in leaves(bump.when):
        if leaf.dimension is not None and leaf.dimension not in earlier:
            message = f"the bump of '{dimension.id}' looks at '{leaf.dimension}', which comes later"
            tell(
                leaf.line, "dimension-order", message, f"look at dimensions above '{dimension.id}'"
            )
        elif leaf.dimension is None and leaf.question is None:
            message = f"the bump of '{dimension.id}' can look at answers and dimensions only"
            tell(leaf.line, "bump", message, "use question: and in:, or dimension: and at_least:")


def _check_needed(form: Form, tell: Tell) -> None:
    """Of a question that takes one answer, two are never chosen."""
    single = {question.id for question in form.questions if not question.multi}
    for condition in (*_deciding(form), *_others(form)):
        for leaf in leaves(condition):
            if leaf.question in single and leaf.needed > 1:
                message = (
                    f"'{leaf.question}' takes one answer, so 'needed: {leaf.needed}' never holds"
                )
                tell(leaf.line, "condition", message, "take 'needed' out")


def _others(form: Form) -> Iterator[Condition | None]:
    yield form.minors.too_young
    for flag in form.flags:
        yield flag.when
    for dimension in form.dimensions:
        if dimension.table is not None:
            yield from table_conditions(dimension.table)


def _check_results(form: Form, tell: Tell) -> None:
    """Each result says how soon somebody calls, and one that names a setting says why."""
    for outcome in form.outcomes:
        needed: tuple[str, ...]
        if outcome.stops:
            needed = ("urgency",)
        elif outcome.id is Level.INFO:
            needed = ("urgency", "note")
        else:
            needed = ("reasons", "urgency", "note")
        _check_places(outcome.text, f"the text of '{outcome.id}'", needed, tell)
    _check_places(form.skips.text, "the text after skipped answers", ("urgency", "note"), tell)
    _check_places(form.minors.not_served, "'not_served'", ("urgency",), tell)


def _check_places(text: Text, name: str, needed: tuple[str, ...], tell: Tell) -> None:
    told: set[int] = set()
    for wording in (text.self_, text.loved_one):
        missing = [f"{{{place}}}" for place in needed if f"{{{place}}}" not in wording]
        line = line_of(wording)
        if missing and line not in told:
            told.add(line)
            tell(
                line,
                "no-place",
                f"{name} does not say {', '.join(missing)}",
                "put it on its own line",
            )
