"""The outcome and the urgency of a screening, as the sets of states where each is reached.

It says of all states what `screening` says of one person: rated as known and as assumed, the higher
counts, and what is only assumed counts up to the cap. Rules must stand from the most to the least
care, so that the first rule that holds is the one with the most care of all that hold.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property

from bot.core.census import Truths
from bot.core.model import Level, Urgency
from bot.core.screening_form import Condition, Form, Question, Rule
from bot.core.screening_rules import holds
from bot.core.upsets import NO_STATE, Conditions, Feature, InDanger, UpSet
from bot.core.walker import DANGERS, Lane

LEVELS = tuple(Level)
URGENCIES = tuple(Urgency)


class Decisions:
    """What a form decides. `lane` is a number that keeps the features of two forms apart."""

    def __init__(self, form: Form, lane: int = 0) -> None:
        self.form = form
        self._modes = (f"known {lane}", f"assumed {lane}")
        self.known = Conditions(form, self._modes[0], self._known_level)
        self.assumed = Conditions(form, self._modes[1], self._assumed_level)
        self.danger = InDanger(form, self._modes[0])
        self._rules: dict[tuple[str, str], UpSet] = {}

    def rule(self, rule: Rule, conditions: Conditions) -> UpSet:
        """The states where the rule holds, first or not."""
        key = (rule.id, conditions.mode)
        if key not in self._rules:
            self._rules[key] = holds(rule.when, conditions)
        return self._rules[key]

    def _of_rules(self, rules: Iterable[Rule], conditions: Conditions) -> UpSet:
        found = NO_STATE
        for rule in rules:
            found |= self.rule(rule, conditions)
        return found

    def _known_level(self, level: Level) -> UpSet:
        least = LEVELS.index(level)
        rules = (each for each in self.form.rules if LEVELS.index(each.outcome) >= least)
        return self._of_rules(rules, self.known)

    def _assumed_level(self, level: Level) -> UpSet:
        least = LEVELS.index(level)
        if least > LEVELS.index(self.form.skips.cap):
            return NO_STATE
        rules = (each for each in self.form.rules if LEVELS.index(each.outcome) >= least)
        return self._of_rules(rules, self.assumed)

    def before(self, rule: Rule, conditions: Conditions) -> UpSet:
        """The states where a rule above this one holds."""
        place = self.form.rules.index(rule)
        return self._of_rules(self.form.rules[:place], conditions)

    @cached_property
    def levels(self) -> tuple[UpSet, ...]:
        """For each outcome but the least and those that stop: where it or more is reached."""
        return tuple(
            self._known_level(level) | self._assumed_level(level) for level in self.ranked[1:]
        )

    @cached_property
    def ranked(self) -> tuple[Level, ...]:
        """The outcomes that a whole path can come to, from the least care."""
        return tuple(each for each in LEVELS if not self.form.texts(each).stops)

    @cached_property
    def urgencies(self) -> tuple[UpSet, ...]:
        """For each urgency but the least: where it or more is reached."""
        found = []
        for least in range(1, len(URGENCIES)):
            reached = NO_STATE
            for rule in self.form.urgency_rules:
                if URGENCIES.index(rule.urgency) >= least:
                    reached |= holds(rule.when, self.known)
                    if not rule.known_only:
                        reached |= holds(rule.when, self.assumed)
            found.append(reached)
        return tuple(found)

    @cached_property
    def over(self) -> UpSet:
        """Where the screening is over early, without or with an alarm."""
        return self.ended(self.form.questions) | self.alarm

    def ended(self, questions: Sequence[Question]) -> UpSet:
        """Where one of these questions has ended the screening."""
        found = NO_STATE
        for question in questions:
            if question.end_if is not None:
                found |= self.path(question.end_if)
        return found

    @cached_property
    def alarm(self) -> UpSet:
        """Where a rule stops the screening as an emergency."""
        return self._of_rules((each for each in self.form.rules if each.emergency), self.assumed)

    def path(self, condition: Condition | None) -> UpSet:
        """Where a condition about the path holds: it looks at the answers as they were given."""
        return holds(condition, self.assumed)

    @cached_property
    def dangers(self) -> tuple[UpSet, UpSet]:
        """Where an emergency was told while the screening may end early, and later, on such lanes."""
        mode = self._modes[1]
        early, late = (UpSet([frozenset({(Feature(mode, "kind", each), 1)})]) for each in DANGERS)
        return early, late

    def lane(
        self,
        sets: Iterable[UpSet],
        questions: Sequence[Question] | None = None,
        *,
        dangers: bool = False,
    ) -> Lane:
        """The form's way, with all that these sets must tell apart."""
        features: frozenset[Feature] = frozenset(
            feature for each in sets for need in each.needs for feature, _ in need
        )
        asked = self.form.questions if questions is None else tuple(questions)
        return Lane(self.form, asked, features, *self._modes, dangers)

    @property
    def decisive(self) -> tuple[UpSet, ...]:
        """The sets that tell the outcome and the urgency, and whether the path was over early."""
        return (*self.levels, *self.urgencies, self.over)

    @property
    def weighed(self) -> frozenset[Feature]:
        """The features of which more means more care, more haste, or an emergency."""
        return self.lane((*self.levels, *self.urgencies, self.alarm)).features

    def read(self, truths: Truths) -> tuple[Level, Urgency]:
        """The outcome and the urgency where these of the decisive sets hold."""
        levels = truths[: len(self.levels)]
        urgencies = truths[len(self.levels) : len(self.levels) + len(self.urgencies)]
        return self.ranked[sum(levels)], URGENCIES[sum(urgencies)]
