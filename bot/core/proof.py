"""What holds over every way through a screening: exact, over all rating states, not sampled.

`prove` states each law, says how much was looked at, and gives a shortest counterexample where one
fails. Counterparts: `decisions` and `census` for the states, `severity` for what is worse.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.census import find
from bot.core.dead_parts import dead_parts
from bot.core.decisions import LEVELS, URGENCIES, Decisions
from bot.core.finding import Finding
from bot.core.model import Answers
from bot.core.paths import blocks
from bot.core.proof_reasons import unreasoned
from bot.core.reach import Reach
from bot.core.screening import outcome
from bot.core.screening_form import Form, Option, Question
from bot.core.screening_rules import holds, leaves
from bot.core.severity import KNOWN, Pair, Severity
from bot.core.tally import Tally, before_dangers, tally
from bot.core.upsets import EVERY_STATE, NO_STATE
from bot.core.walker import Chosen


@dataclass(frozen=True, slots=True)
class Law:
    """Something that must hold for every way through the screening."""

    id: str
    says: str
    looked_at: str
    broken: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """What was shown of a form. `tally` is None when the rules are not even in order."""

    laws: tuple[Law, ...]
    tally: Tally | None

    @property
    def broken(self) -> tuple[Finding, ...]:
        """All that speaks against some law."""
        return tuple(each for law in self.laws for each in law.broken)


def prove(form: Form) -> Proof:
    """Show every law for the form, or why it fails."""
    order = _ordered(form)
    if order.broken:
        return Proof((order,), None)
    decisions = Decisions(form)
    severity = Severity(form, decisions.weighed)
    counted = tally(decisions)
    laws = (
        order,
        _ended(decisions, counted),
        _left(decisions),
        _monotone(decisions, severity),
        _stopped(decisions),
        _skipped(decisions, severity),
        _unfinished(form),
        _reasoned(form),
        _reached(decisions, counted),
    )
    return Proof(laws, counted)


def _ordered(form: Form) -> Law:
    """Whether the first rule that holds is always the one with the most care."""
    return Law(
        "order",
        "Rules stand from the most to the least care, in words that a worse answer cannot undo.",
        f"{len(form.rules)} rules, {len(form.urgency_rules)} urgency rules",
        tuple(_disordered(form)),
    )


def _disordered(form: Form) -> Iterator[Finding]:
    for above, below in zip(form.rules, form.rules[1:], strict=False):
        if LEVELS.index(above.outcome) < LEVELS.index(below.outcome):
            message = (
                f"rule '{above.id}' ({above.outcome}) stands above '{below.id}' ({below.outcome}),"
                " so a worse answer could lead to less care"
            )
            yield Finding(above.line, "rule-order", message, "move it below")
    for rule in (*form.urgency_rules, *form.incomplete.rules):
        for leaf in leaves(rule.when):
            least = min(map(LEVELS.index, leaf.outcome), default=0)
            if leaf.outcome and set(LEVELS[least:]) != set(leaf.outcome):
                missing = ", ".join(each for each in LEVELS[least:] if each not in leaf.outcome)
                message = f"urgency rule '{rule.id}' leaves out outcomes with more care: {missing}"
                yield Finding(leaf.line, "outcome-gap", message, "name them too")


def _ended(decisions: Decisions, counted: Tally) -> Law:
    """Whether every way ends once; that it ends at all follows from asking each question once."""
    least = (decisions.ranked[0], URGENCIES[0])
    broken = tuple(
        Finding(
            decisions.form.line,
            "early-end",
            f"the screening can end early with '{key[0]}', {key[1]}",
            "end_if must only hold where nothing was rated",
            states.ways.example,
        )
        for key, states in counted.early.items()
        if key != least
    )
    says = "Every way through ends in exactly one outcome, and early only with the least one."
    return Law("total", says, f"{counted.ways:,} ways, {counted.states:,} rating states", broken)


def _left(decisions: Decisions) -> Law:
    """Whether every question has an answer with which one can go on."""
    form = decisions.form
    stuck = [each for each in form.questions if all(option.emergency for option in each.options)]
    told = _told_dangers(decisions) if stuck else []
    broken = tuple(
        Finding(
            each.line,
            "cannot-leave",
            f"'{each.id}' has no answer to go on with",
            "add one",
            tuple(answers for answers in told if [*answers][-1] == each.id)[:1],
        )
        for each in stuck
    )
    says = "Every question can be left: it has an answer that is no emergency."
    return Law("leave", says, f"{len(form.questions)} questions", broken)


def _told_dangers(decisions: Decisions) -> list[Answers]:
    """A shortest chat for each emergency answer that can be given, the shortest of all first."""
    found = [
        (ways.cost, {**ways.example[0], question.id: (option.id,)})
        for question, dangers, ways in before_dangers(decisions)
        for option in dangers
    ]
    return [answers for _, answers in sorted(found, key=lambda each: each[0])]


def _monotone(decisions: Decisions, severity: Severity) -> Law:
    """Whether a worse answer never leads to less care or less haste, for every pair and state."""
    pairs = [pair for question in decisions.form.questions for pair in severity.pairs(question)]
    broken = []
    for pair in pairs:
        # where no number of the state can get lower, no outcome can: conditions are up-sets
        if not severity.never_less(pair.question, pair.better, pair.worse):
            is_said = pair.said_by is not None
            chats = _lowered(decisions.form, pair.question, pair.better, pair.worse, alarms=is_said)
            if chats is not None:
                broken.append(_less(pair, chats))
    says = "A worse answer never lowers the outcome or the urgency."
    looked_at = f"{len(pairs)} pairs of answers, each in every state"
    return Law("monotone", says, looked_at, tuple(broken))


def _less(pair: Pair, chats: tuple[Answers, ...]) -> Finding:
    low, high = ("+".join(each) for each in (pair.better, pair.worse))
    message = f"in '{pair.question.id}', '{high}' can lead to less than '{low}'"
    line = pair.said_by.line if pair.said_by else pair.question.line
    hint = "look at its ratings and at the table, or take out 'worse_than'"
    return Finding(line, "not-monotone", message, hint, chats)


def _lowered(
    form: Form, question: Question, low: Chosen, high: Chosen, *, alarms: bool = False
) -> tuple[Answers, ...] | None:
    """Two chats that differ in this answer, of which the second comes to less; None: there are none.

    `alarms`: also where the first is stopped as an emergency by a rule, and the second is not. By
    rating alone that is no order: who has just stopped is in danger that heavy use rates higher than.
    """
    one, other = Decisions(form, 0), Decisions(form, 1)
    lanes = [one.lane(one.decisive), other.lane(other.decisive)]
    walked = blocks(lanes, {question.id: [(low, high)]})
    best = None
    for mine, theirs in zip(one.decisive[:-1], other.decisive[:-1], strict=True):
        for inside, outside in (
            (mine, theirs | one.over | other.over),
            (mine & other.ended(form.questions), one.over | other.alarm),
        ):
            found = find(walked, inside, outside)
            if found is not None and (best is None or found.cost < best.cost):
                best = found
    if alarms and best is None:
        best = find(walked, one.alarm, other.alarm)
    return best.example if best is not None else None


def _stopped(decisions: Decisions) -> Law:
    """Whether an emergency wins whatever else is said, and nothing else stops a screening."""
    form = decisions.form
    dangers = [
        (question, option)
        for question in form.questions
        for option in question.options
        if option.emergency
    ]
    says = "An emergency answer stops at once and is told at once, whatever else was said."
    looked_at = f"{len(dangers)} emergency answers, {_alarm_count(form)} rules that stop"
    return Law("emergency", says, looked_at, tuple(_unstopped(decisions, dangers)))


def _alarm_count(form: Form) -> int:
    return sum(bool(rule.emergency) for rule in form.rules)


def _unstopped(decisions: Decisions, dangers: list[tuple[Question, Option]]) -> Iterator[Finding]:
    form = decisions.form
    stops = [rule for rule in form.rules if form.texts(rule.outcome).stops]
    is_won = any(holds(rule.when, decisions.danger).needs == EVERY_STATE.needs for rule in stops)
    told = [] if is_won else _told_dangers(decisions)
    if dangers and not is_won:
        message = "no rule makes every emergency answer an emergency"
        hint = "add a rule at the top: when: {answered: emergency}"
        lost = [each for each in told if not form.texts(outcome(form, each).level).stops]
        yield Finding(form.rules[0].line, "emergency-lost", message, hint, tuple(lost[:1]))
    hurried = NO_STATE
    for each in form.urgency_rules:
        if each.urgency is URGENCIES[-1]:
            hurried |= holds(each.when, decisions.danger)
    if dangers and hurried.needs != EVERY_STATE.needs:
        message = f"no urgency rule makes every emergency '{URGENCIES[-1]}'"
        told = told or _told_dangers(decisions)
        late = [each for each in told if outcome(form, each).urgency is not URGENCIES[-1]]
        line = form.urgency_rules[0].line if form.urgency_rules else form.line
        yield Finding(line, "emergency-late", message, "add one", tuple(late[:1]))
    for rule in form.rules:
        reached = decisions.rule(rule, decisions.known) | decisions.rule(rule, decisions.assumed)
        if rule in stops and not rule.emergency and reached:
            message = f"rule '{rule.id}' means an emergency, but does not stop the screening"
            hint = "say which kind it is: emergency: medical, for instance"
            way = find(blocks([decisions.lane((reached,))]), reached, NO_STATE)
            yield Finding(rule.line, "emergency-unsaid", message, hint, way.example if way else ())
        if rule not in stops and rule.emergency:
            message = f"rule '{rule.id}' stops the screening, but '{rule.outcome}' is no emergency"
            hint = "give it the outcome emergency"
            yield Finding(rule.line, "emergency-unsaid", message, hint)


def _skipped(decisions: Decisions, severity: Severity) -> Law:
    """Whether skipping never leads to less than the mildest answer, and always to a call."""
    form = decisions.form
    skips = [
        (question, option)
        for question in form.questions
        for option in question.options
        if option.skip in ("counted", "safety") and not option.emergency
    ]
    says = "A skipped answer never leads to less than the mildest one, and staff always call."
    looked_at = f"{len(skips)} skips, each in every state"
    broken = [
        found
        for question, option in skips
        for found in _quieter(decisions, severity, question, option)
    ]
    return Law("skip", says, looked_at, tuple(broken))


def _quieter(
    decisions: Decisions, severity: Severity, question: Question, option: Option
) -> Iterator[Finding]:
    form = decisions.form
    mild, skip = severity.mildest(question), (option.id,)
    # known ratings alone decide the outcome above the cap, so looking at them is enough
    if not severity.opens_as_much(question, mild, skip) or not severity.marks_as_much(
        question, mild, skip, KNOWN
    ):
        chats = _lowered(form, question, mild, skip)
        if chats is not None:
            message = f"in '{question.id}', skipping can lead to less than '{'+'.join(mild)}'"
            hint = "let the skip rate and open at least as much"
            yield Finding(option.line, "skip-lower", message, hint, chats)
    answers: Answers = {each.id: (each.usual.id,) for each in form.questions}
    answers[question.id] = skip
    result = outcome(form, answers)
    if question.id in result.asked and not result.staff_call:
        message = f"skipping '{question.id}' does not call staff"
        yield Finding(option.line, "skip-uncalled", message, "say skip: counted", (answers,))


def _unfinished(form: Form) -> Law:
    """Whether leaving half way is heeded: what was said counts, and at least somebody calls."""
    says = (
        f"Whoever leaves half way is called, '{form.incomplete.urgency}' at the least, and as soon as"
        " the answers so far ask for."
    )
    looked_at = f"{len(form.incomplete.rules)} rules for it"
    return Law("incomplete", says, looked_at, tuple(_unheeded(form)))


def _unheeded(form: Form) -> Iterator[Finding]:
    left = form.incomplete
    least = URGENCIES.index(left.urgency)
    if left.urgency is URGENCIES[0]:
        message = f"whoever leaves half way is called no sooner than '{left.urgency}'"
        yield Finding(
            left.line, "incomplete-late", message, f"say urgency: {URGENCIES[1]}, or more"
        )
    for rule in left.rules:
        if URGENCIES.index(rule.urgency) <= least:
            message = f"rule '{rule.id}' never makes it more urgent than '{left.urgency}'"
            yield Finding(rule.line, "rule-never", message, "raise its urgency, or take it out")


def _reasoned(form: Form) -> Law:
    says = (
        "Every outcome above the least shows reasons, and each reason is an answer that was given."
    )
    return Law("reasons", says, f"{len(form.rules)} rules", tuple(unreasoned(form)))


def _reached(decisions: Decisions, counted: Tally) -> Law:
    form = decisions.form
    says = "Every question, rule, outcome, urgency and flag is reached by some way, and no part is idle."
    looked_at = (
        f"{len(form.questions)} questions, {len(form.rules) + len(form.urgency_rules)} rules,"
        f" {len(form.outcomes)} outcomes, {len(form.urgencies)} urgencies, {len(form.flags)} flags"
    )
    reach = Reach(decisions, counted)
    return Law("reach", says, looked_at, (*reach.unreached(), *dead_parts(reach)))
