"""What can never happen in a screening: a question never asked, a rule never first, a dead flag.

What an example shows is reached; for the rest all states are searched.
"""

from collections.abc import Iterator
from functools import cached_property

from bot.core.census import find, find_any
from bot.core.decisions import LEVELS, URGENCIES, Decisions
from bot.core.finding import Finding
from bot.core.model import Answers, QuestionId, Result
from bot.core.paths import Block, Ways, blocks
from bot.core.screening import outcome
from bot.core.screening_form import (
    Condition,
    FlagRule,
    Form,
    Question,
    Rule,
    UrgencyRule,
    all_examples,
    full_answers,
)
from bot.core.screening_rules import Given, holds, leaves
from bot.core.tally import Tally
from bot.core.upsets import EVERY_STATE, NO_STATE, Conditions, UpSet


class Reach:
    """Finds what is never reached."""

    def __init__(self, decisions: Decisions, counted: Tally) -> None:
        self.decisions = decisions
        self.form: Form = decisions.form
        self.counted = counted
        given = [
            answers
            for each in all_examples(self.form)
            if each.unanswered is None
            for answers in full_answers(self.form, each)
        ]
        self.shown: list[tuple[Answers, Result]] = [
            (answers, outcome(self.form, answers)) for answers in given
        ]

    @cached_property
    def givens(self) -> list[Given]:
        """The facts of examples in which nothing was skipped, and which are no emergency."""
        return [
            Given(
                {each: answers[each] for each in result.asked},
                result.ratings_known,
                level=result.level,
            )
            for answers, result in self.shown
            if not result.staff_call and not self.form.texts(result.level).stops
        ]

    def unreached(self) -> Iterator[Finding]:
        """Everything that no way through the screening ever comes to."""
        asked = {name for _, result in self.shown for name in result.asked}
        dead = [each for each in self.form.questions if not self._is_asked(each, asked)]
        for question in dead:
            message = f"'{question.id}' is never asked"
            yield Finding(question.line, "question-never", message, "change its ask_if")
        rules = {result.rule for _, result in self.shown}
        for rule in self.form.rules:
            if rule.id not in rules:
                yield from self._rule(rule)
        yield from self._ends()
        yield from self._urgency_rules()
        flags = {flag for _, result in self.shown for flag in result.flags}
        for flag in self.form.flags:
            if flag.id not in flags and not self._is_set(flag, dead):
                message = f"the flag '{flag.id}' is never set"
                yield Finding(flag.line, "flag-never", message, "set it, or take it out")

    def _is_asked(self, question: Question, asked: set[QuestionId]) -> bool:
        if question.id in asked or question.ask_if is None:
            return True
        place = self.form.questions.index(question)
        earlier = self.form.questions[:place]
        inside = self.decisions.path(question.ask_if)
        outside = self.decisions.ended(earlier) | self.decisions.alarm
        walked = blocks([self.decisions.lane((inside, outside), earlier)])
        return find_any(walked, inside, outside) is not None

    @cached_property
    def _blocks(self) -> list[Block]:
        sets = [*self.decisions.decisive]
        for conditions in (self.decisions.known, self.decisions.assumed):
            sets += [self.decisions.rule(rule, conditions) for rule in self.form.rules]
            sets += [holds(each.when, conditions) for each in self.form.urgency_rules]
            sets += [holds(each.when, conditions) for each in self.form.flags]
        return blocks([self.decisions.lane(sets)])

    def example(self, inside: UpSet, outside: UpSet = NO_STATE) -> Answers | None:
        """Some whole way to a state that is in one set and not in the other."""
        found = find_any(self._blocks, inside, outside | self.decisions.over)
        return found.example[0] if found is not None else None

    def _rule(self, rule: Rule) -> Iterator[Finding]:
        """Why a rule without an example never gives the outcome, if so."""
        if rule.emergency or self.form.texts(rule.outcome).stops:
            if not self._is_alarming(rule):
                message = f"rule '{rule.id}' can never hold"
                yield Finding(rule.line, "rule-never", message, "change its 'when'")
            return
        held: Ways | None = None
        for conditions in (self.decisions.known, self.decisions.assumed):
            inside = self.decisions.rule(rule, conditions)
            if self.example(inside, self.decisions.before(rule, conditions)) is not None:
                return
            found = find(self._blocks, inside, self.decisions.over)
            if found is not None and (held is None or found.cost < held.cost):
                held = found
        if held is None:
            message = f"rule '{rule.id}' can never hold"
            yield Finding(rule.line, "rule-never", message, "change its 'when', or take it out")
            return
        shown = held.example[0]
        first = outcome(self.form, shown).rule
        message = f"rule '{rule.id}' never decides: whenever it holds, one above it does too"
        hint = f"as here rule '{first}'; make it say more, or take it out"
        yield Finding(rule.line, "rule-shadowed", message, hint, (shown,))

    def _is_alarming(self, rule: Rule) -> bool:
        if any(leaf.answered == "emergency" for leaf in leaves(rule.when)):
            dangers = (each for question in self.form.questions for each in question.options)
            return any(each.emergency for each in dangers)
        inside = self.decisions.rule(rule, self.decisions.assumed)
        return find_any(self._blocks, inside, self.decisions.ended(self.form.questions)) is not None

    def _ends(self) -> Iterator[Finding]:
        """Outcomes and urgencies that no way ends in."""
        levels = {level for level, _ in self.counted.ends}
        urgencies = {urgency for _, urgency in self.counted.ends}
        if self.counted.emergencies.count:
            levels.update(each for each in LEVELS if self.form.texts(each).stops)
            urgencies.add(URGENCIES[-1])
        for texts in self.form.outcomes:
            if texts.id not in levels:
                message = f"no way ends in the outcome '{texts.id}'"
                yield Finding(texts.line, "outcome-never", message, "give a rule for it")
        for each in self.form.urgencies:
            if each.id not in urgencies:
                message = f"nothing is ever as urgent as '{each.id}'"
                yield Finding(each.line, "urgency-never", message, "give an urgency rule for it")

    def hurried(self, condition: Condition, *, known_only: bool) -> UpSet:
        """Where a condition of an urgency rule holds."""
        inside = holds(condition, self.decisions.known)
        return inside if known_only else inside | holds(condition, self.decisions.assumed)

    def is_hurried(self, rule: UrgencyRule) -> bool:
        """Whether the urgency rule ever holds."""
        if holds(rule.when, self.decisions.danger).needs == EVERY_STATE.needs:
            return True
        if any(holds(rule.when, given) for given in self.givens):
            return True
        return self.example(self.hurried(rule.when, known_only=rule.known_only)) is not None

    def _urgency_rules(self) -> Iterator[Finding]:
        for rule in self.form.urgency_rules:
            if not self.is_hurried(rule):
                message = f"urgency rule '{rule.id}' can never hold"
                yield Finding(rule.line, "rule-never", message, "change its 'when', or take it out")

    def _is_set(self, flag: FlagRule, dead: list[Question]) -> bool:
        """Whether a flag that no example shows is set after all."""
        for question in self.form.questions:
            if question not in dead and any(flag.id in each.flags for each in question.options):
                return True
        if flag.when is None:
            return any(flag.id in rule.flags for rule in self.form.rules)
        above = _above(flag, self.decisions)
        return self.example(holds(flag.when, self.decisions.assumed), above) is not None


def _above(flag: FlagRule, decisions: Decisions) -> UpSet:
    """Where the outcome is more than any that the flag asks for."""
    asked = [level for leaf in leaves(flag.when) for level in leaf.outcome]
    if not asked:
        return NO_STATE
    higher = [
        each for each in decisions.ranked if LEVELS.index(each) > max(map(LEVELS.index, asked))
    ]
    conditions: Conditions = decisions.assumed
    return conditions.came_to((higher[0],)) if higher else NO_STATE
