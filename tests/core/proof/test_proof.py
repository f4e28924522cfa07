"""The proof against the screening itself: every way of a small form, and many of the real one."""

from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest
from broken import SMALL
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from screenings import conversations, the_form

from bot.core.content.screening import read_screening
from bot.core.decisions import Decisions
from bot.core.finding import chat
from bot.core.model import Answers, Result
from bot.core.proof import Proof, prove
from bot.core.screening import next_question, outcome
from bot.core.screening_form import Form
from bot.core.screening_rules import Given, chosen, kinds_of, looked_up
from bot.core.upsets import Feature
from bot.core.walker import both, choices


def small() -> Form:
    """The small screening."""
    form, mistakes = read_screening(SMALL, "small.yaml")
    assert form is not None, mistakes
    return form


@cache
def the_proof() -> Proof:
    """What is proved of the real screening."""
    return prove(the_form())


def every_way(form: Form, answers: Answers) -> Iterator[Result]:
    """The result of each way through, one after another."""
    question = next_question(form, answers)
    if question is None:
        yield outcome(form, answers)
        return
    dangers = [(each.id,) for each in question.options if each.emergency]
    for answer in (*choices(question), *dangers):
        yield from every_way(form, {**answers, question.id: answer})


def test_the_counts_are_those_of_walking_every_way_one_by_one() -> None:
    form = small()
    results = list(every_way(form, {}))
    walked = Counter((result.level, result.urgency) for result in results)
    tally = prove(form).tally
    assert tally is not None
    counted = Counter({end: states.ways.count for end, states in tally.ends.items()})
    emergencies = Counter({end: n for end, n in walked.items() if end[0] == "emergency"})
    assert walked - emergencies == counted
    assert emergencies.total() == tally.emergencies.count
    assert len(results) == tally.ways
    whole = [result for result in results if result.level != "emergency" and len(result.asked) > 2]
    lengths = [len(result.asked) for result in whole]
    assert tally.lengths == (min(lengths), max(lengths))


def test_each_counted_example_comes_to_what_it_stands_for() -> None:
    for form, proof in ((small(), prove(small())), (the_form(), the_proof())):
        assert proof.tally is not None
        for (level, urgency), states in proof.tally.ends.items():
            result = outcome(form, states.ways.example[0])
            assert (result.level, result.urgency) == (level, urgency)
            assert result.missing == ()


def test_every_law_holds_for_the_real_screening() -> None:
    assert the_proof().broken == ()


def test_the_model_s_own_numbers_come_out() -> None:
    tally = the_proof().tally
    assert tally is not None
    assert tally.lengths == (15, 22)
    assert [states.ways.shortest for states in tally.early.values()] == [3]
    assert tally.emergencies.shortest == 2


def state_of(form: Form, answers: Answers) -> dict[str, Given]:
    """The answers as facts with plain ratings, as known and as assumed."""
    found = {}
    for mode, given_answers in zip(("known 0", "assumed 0"), both(form, answers), strict=True):
        options = [option for _, option in chosen(form, given_answers)]
        rated = {dimension.id: 0 for dimension in form.dimensions}
        for option in options:
            for name, rating in option.rate.items():
                rated[name] = max(rated[name], rating)
        for dimension in form.dimensions:
            if dimension.table is not None:
                value = looked_up(dimension.table, Given(given_answers))
                rated[dimension.id] = max(rated[dimension.id], value)
        kinds = {kind for option in options for kind in kinds_of(option)}
        found[mode] = Given(given_answers, rated, kinds)
    return found


def number(state: dict[str, Given], feature: Feature) -> int:
    """How much of a feature the state has."""
    facts = state[feature.mode]
    if feature.about == "rate":
        return facts.ratings.get(feature.name, 0)
    if feature.about == "kind":
        return int(feature.name in facts.kinds)
    return int(facts.chose(feature.name, feature.options, feature.needed))  # type: ignore[arg-type] # an id


@cache
def decisions_of(form: Form) -> Decisions:
    return Decisions(form)


@settings(max_examples=150, deadline=None)
@given(st.one_of(conversations(danger=False)))
def test_the_sets_of_states_decide_as_the_screening_does(answers: Answers) -> None:
    form = the_form()
    result = outcome(form, answers)
    decisions = decisions_of(form)
    state = state_of(form, {each: answers[each] for each in result.asked})
    truths = tuple((lambda feature: number(state, feature)) in each for each in decisions.decisive)
    if result.level == "emergency" or len(result.asked) == 3:
        assert truths[-1]
    else:
        assert (result.level, result.urgency) == decisions.read(truths)


def test_a_counterexample_is_a_chat_that_shows_it() -> None:
    form = small()
    mood = form.question("mood")
    assert mood is not None
    fine, low, bad, skip = mood.options
    swapped = (fine, replace(low, rate={"mood": 2}), replace(bad, rate={"mood": 1}), skip)
    questions = tuple(
        replace(each, options=swapped) if each is mood else each for each in form.questions
    )
    broken = prove(replace(form, questions=questions)).broken
    (finding,) = [each for each in broken if each.code == "not-monotone"]
    better, worse = (chat(replace(form, questions=questions), each) for each in finding.chats)
    assert "client: [Low]" in better
    assert "client: [Bad]" in worse
    assert better.splitlines()[-1] != worse.splitlines()[-1]


@pytest.mark.parametrize("question_id", ["drinks", "often", "shakes"])
def test_leaving_out_a_question_keeps_the_rest_provable(question_id: str) -> None:
    form = small()
    question = form.question(question_id)
    assert question is not None
    always = replace(question, ask_if=None)
    questions = tuple(always if each is question else each for each in form.questions)
    changed = replace(form, questions=questions)
    walked = Counter(result.level for result in every_way(changed, {}))
    tally = prove(changed).tally
    assert tally is not None
    assert tally.ways == walked.total()
