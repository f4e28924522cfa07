"""What speaks against a law is shown by a shortest chat: no other way is shorter that shows it."""

import inspect
from collections.abc import Callable, Iterator

import pytest
from broken import form_of

from bot.core.examples import failing_examples
from bot.core.finding import Finding, chat
from bot.core.model import Answers, Result
from bot.core.proof import prove
from bot.core.screening import next_question, outcome
from bot.core.screening_form import Form
from bot.core.walker import choices


@pytest.fixture(name="form")
def _form(request: pytest.FixtureRequest) -> Form:
    """The small screening with the test's docstring in it."""
    test: Callable[..., object] = request.function
    return form_of(inspect.getdoc(test) or "")[0]


def every_way(form: Form, answers: Answers) -> Iterator[tuple[Answers, Result]]:
    """Each way through, with what it comes to."""
    question = next_question(form, answers)
    if question is None:
        yield answers, outcome(form, answers)
        return
    for answer in choices(question, dangers=True):
        yield from every_way(form, {**answers, question.id: answer})


def shown(form: Form, code: str) -> Answers:
    """The first chat that shows it."""
    findings: list[Finding] = [each for each in prove(form).broken if each.code == code]
    return findings[0].chats[0]


def test_an_emergency_that_is_lost_at_the_second_question(form: Form) -> None:
    """
    rules:
      - {id: E1, outcome: emergency, when: {question: danger, in: [now]}, source: m}
    questions:
      - id: often
        source: m
        ask_if: {question: drinks, in: [beer, liquor, skip]}
        text: {self: "How often?", loved-one: "How often?"}
        options:
          - {id: rarely, label: "Rarely"}
          - {id: daily, label: "Daily", emergency: overdose, because: "there is drinking"}
          - {id: stopped, label: "Stopped", emergency: overdose, because: "drinking just stopped"}
          - {id: skip, label: "Rather not say", skip: counted, because: "you skipped this"}
    """
    lost = [
        answers
        for answers, result in every_way(form, {})
        if ("daily",) in answers.values() and result.level != "emergency"
    ]
    told = shown(form, "emergency-lost")
    assert told in lost
    assert len(told) == min(map(len, lost))


def test_an_outcome_that_has_nothing_to_say_for_itself(form: Form) -> None:
    """
    questions:
      - id: home
        source: m
        text: {self: "Is home safe?", loved-one: "Is their home safe?"}
        options:
          - {id: safe, label: "Safe"}
          - {id: hard, label: "Hard", rate: {home: 2}}
    """
    told = shown(form, "no-reason")
    result = outcome(form, told)
    assert result.reasons == ()
    bare = [
        len(answers)
        for answers, each in every_way(form, {})
        if (each.rule, each.reasons) == (result.rule, ())
    ]
    assert len(told) == min(bare)


def test_a_question_that_nobody_can_leave(form: Form) -> None:
    """
    questions:
      - id: often
        source: m
        ask_if: {question: drinks, in: [beer]}
        text: {self: "Are you safe?", loved-one: "Are they safe?"}
        options:
          - {id: rarely, label: "No", emergency: medical, because: "it is not safe"}
          - {id: daily, label: "Not sure", emergency: medical, because: "it may not be safe"}
          - {id: stopped, label: "Not sure, but ill", emergency: medical, because: "it is not safe"}
          - {id: skip, label: "Not at all", emergency: medical, because: "it may not be safe"}
    """
    told = shown(form, "cannot-leave")
    assert [*told][-1] == "often"
    assert {*told} == {"danger", "topic", "mood", "drinks", "often"}
    assert {*outcome(form, told).asked} == {*told}


def test_an_example_is_shown_once_by_what_is_unusual_in_it(form: Form) -> None:
    """
    examples: # instead
      - {answers: {topic: drink}, each: {mood: [low, bad, skip], home: [hard, safe]}, outcome: info}
    """
    (finding,) = failing_examples(form)
    assert finding.message == (
        "this example comes out otherwise: outcome is outpatient, not info,"
        " and 5 more of its cases do"
    )
    assert chat(form, finding.chats[0], is_brief=finding.is_brief).splitlines() == [
        "bot: What is it about?",
        "client: [Drinking]",
        "bot: How is your mood?",
        "client: [Low]",
        "(and 6 other questions, each answered as usual)",
        "=> OP (outpatient, rule O1, routine)",
    ]
