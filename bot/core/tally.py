"""How many ways through a screening there are, and where they end."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.census import States, census
from bot.core.decisions import LEVELS, URGENCIES, Decisions
from bot.core.model import Answers, Level, Urgency
from bot.core.paths import ANSWER, Ways, blocks
from bot.core.screening_form import Form, Option, Question
from bot.core.upsets import UpSet

NO_ANSWER = Ways(1, 0, 0, ({},))


Ends = dict[tuple[Level, Urgency], States]


@dataclass(frozen=True, slots=True)
class Tally:
    """The ways to the last question, and those that end early, by what they come to; emergencies."""

    whole: Ends
    early: Ends
    emergencies: Ways

    @property
    def ends(self) -> Ends:
        """All ways but the emergencies, from the least to the most."""
        joined = dict(self.whole)
        for key, states in self.early.items():
            joined[key] = joined[key] | states if key in joined else states
        return dict(sorted(joined.items(), key=lambda item: rank(item[0])))

    @property
    def states(self) -> int:
        """How many rating states are reached."""
        return sum(each.states for each in self.ends.values())

    @property
    def ways(self) -> int:
        """How many ways there are, with those that end in an emergency."""
        return sum(each.ways.count for each in self.ends.values()) + self.emergencies.count

    @property
    def lengths(self) -> tuple[int, int]:
        """The number of questions on the shortest and the longest way to the last question."""
        ways = [each.ways for each in self.whole.values()] or [NO_ANSWER]
        return min(each.shortest for each in ways), max(each.longest for each in ways)


def rank(end: tuple[Level, Urgency]) -> tuple[int, int]:
    """Where an outcome and an urgency stand among all."""
    level, urgency = end
    return LEVELS.index(level), URGENCIES.index(urgency)


def tally(decisions: Decisions) -> Tally:
    """Count every way."""
    form = decisions.form
    whole: Ends = {}
    early: Ends = {}
    for truths, states in _counted(decisions, form.questions, decisions.decisive):
        if not truths[-1]:
            _add(whole, decisions.read(truths), states)
    for place, question in enumerate(form.questions):
        if question.end_if is not None:
            before = decisions.ended(form.questions[:place]) | decisions.alarm
            sets = (*decisions.decisive[:-1], decisions.path(question.end_if), before)
            for truths, states in _counted(decisions, form.questions[: place + 1], sets):
                if truths[-2] and not truths[-1]:
                    _add(early, decisions.read(truths), states)
    return Tally(whole, early, _emergencies(decisions))


def _add(found: Ends, key: tuple[Level, Urgency], states: States) -> None:
    found[key] = found[key] | states if key in found else states


def _counted(
    decisions: Decisions, questions: tuple[Question, ...], sets: tuple[UpSet, ...]
) -> Iterator[tuple[tuple[bool, ...], States]]:
    """What is true after these questions, and in how many states."""
    if not questions:
        yield tuple(frozenset() in each.needs for each in sets), States(1, NO_ANSWER)
        return
    yield from census(blocks([decisions.lane(sets, questions)]), sets).items()


def _emergencies(decisions: Decisions) -> Ways:
    """The ways that end in an emergency: by an answer, or by a rule that looks at several."""
    form = decisions.form
    found = list(_alarms(decisions, form))
    for question, dangers, ways in before_dangers(decisions):
        answer: tuple[Answers, ...] = ({question.id: (dangers[0].id,)},)
        found.append(ways.then(Ways(len(dangers), ANSWER, 1, answer)))
    joined = Ways(0, ANSWER * len(form.questions), 0, ({},))
    for ways in found:
        joined = joined | ways
    return joined


def before_dangers(decisions: Decisions) -> Iterator[tuple[Question, list[Option], Ways]]:
    """Each question with its emergency answers, and the ways to it; none where it is never asked."""
    form = decisions.form
    for place, question in enumerate(form.questions):
        dangers = [option for option in question.options if option.emergency]
        if not dangers:
            continue
        asked = form.questions[:place]
        over = decisions.ended(asked) | decisions.alarm
        for truths, states in _counted(decisions, asked, (decisions.path(question.ask_if), over)):
            if truths == (True, False):
                yield question, dangers, states.ways


def _alarms(decisions: Decisions, form: Form) -> Iterator[Ways]:
    names = {feature.name for need in decisions.alarm.needs for feature, _ in need}
    places = [place for place, each in enumerate(form.questions) if each.id in names]
    if places:
        asked = form.questions[: places[-1] + 1]
        sets = (decisions.alarm, decisions.ended(asked))
        for truths, states in _counted(decisions, asked, sets):
            if truths == (True, False):
                yield states.ways
