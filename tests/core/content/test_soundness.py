"""What the proof could not look at is refused: each by what stands in the docstring."""

import inspect
from collections.abc import Callable

import pytest
from broken import told


@pytest.fixture(name="refused")
def _refused(request: pytest.FixtureRequest) -> list[str]:
    """What is told of the small screening with the test's docstring in it."""
    test: Callable[..., object] = request.function
    return told(inspect.getdoc(test) or "")


def test_a_table_cannot_look_at_ratings(refused: list[str]) -> None:
    """
    dimensions:
      - id: wd
        label: "Withdrawal"
        source: m
        table:
          rows: {question: shakes, otherwise: "no"}
          columns: {question: often, otherwise: rarely}
          column_order: [rarely, daily, stopped, skip]
          raises: [{to: 3, when: {answered: skip}}]
          classes:
            - id: strong
              when: {dimension: mood, at_least: 2}
              cells: {"no": [0, 1, 1, 1], "yes": [1, 3, 3, 3], skip: [1, 2, 2, 3]}
            - id: weak
              cells: {"no": [0, 0, 1, 1], "yes": [0, 2, 3, 3], skip: [0, 1, 2, 2]}
    """
    assert sorted(refused, key=len) == [
        "9: 'answered' cannot decide what a table says; use question: and in: here [condition]",
        "12: 'dimension' cannot decide what a table says; use question: and in: here [condition]",
    ]


def test_a_table_cannot_be_raised_to_nothing(refused: list[str]) -> None:
    """
    dimensions:
      - id: wd
        source: m
        table:
          rows: {question: shakes, otherwise: "no"}
          columns: {question: often, otherwise: rarely}
          column_order: [rarely, daily, stopped, skip]
          raises: [{to: 0, when: {question: health, in: ["yes"]}}]
          classes:
            - id: weak
              cells: {"no": [0, 0, 1, 1], "yes": [0, 2, 3, 3], skip: [0, 1, 2, 2]}
    """
    assert [each.rpartition(" ")[2] for each in refused] == ["[value]"]
    assert refused[0].startswith("8: ")


def test_a_bump_cannot_look_at_what_comes_of_it(refused: list[str]) -> None:
    """
    dimensions:
      - id: life
        source: m
        max: [mood, home]
        bump:
          when:
            any:
              - {dimension: life, at_least: 2}
              - {dimension: after, at_least: 2}
              - {answered: skip}
              - {outcome: [iop, inpatient, emergency]}
              - {question: topic, in: [drink]}
          add: 1
          cap: 3
      - {id: after, source: m, max: [mood]}
    """
    assert refused == [
        (
            "8: the bump of 'life' looks at 'life', which comes later;"
            " look at dimensions above 'life' [dimension-order]"
        ),
        (
            "9: the bump of 'life' looks at 'after', which comes later;"
            " look at dimensions above 'life' [dimension-order]"
        ),
        (
            "10: the bump of 'life' can look at answers and dimensions only;"
            " use question: and in:, or dimension: and at_least: [bump]"
        ),
        (
            "11: the bump of 'life' can look at answers and dimensions only;"
            " use question: and in:, or dimension: and at_least: [bump]"
        ),
    ]


def test_a_bump_adds_to_a_maximum_only(refused: list[str]) -> None:
    """
    dimensions:
      - {id: mood, source: m, bump: {when: {question: health, in: ["yes"]}, add: 1, cap: 3}}
    """
    assert refused == [
        (
            "2: 'mood' has a bump, which adds to a maximum of other dimensions only;"
            " give it max: and no table [bump]"
        )
    ]


def test_an_emergency_cannot_be_a_tick(refused: list[str]) -> None:
    """
    questions:
      - id: drinks
        source: m
        multi: true
        ask_if: {question: topic, in: [drink]}
        text: {self: "What do you drink?", loved-one: "What do they drink?"}
        why: "Some is not safe to stop."
        options:
          - {id: beer, label: "Beer"}
          - {id: liquor, label: "Liquor"}
          - {id: poison, label: "Something from under the sink", emergency: overdose, because: "b"}
          - {id: skip, label: "Rather not say", alone: true, skip: counted, because: "you skipped"}
    """
    assert refused == [
        (
            "11: 'poison' of 'drinks' is an emergency, and a tick is not sent at once;"
            " ask for it in a question that takes one answer [emergency-tick]"
        )
    ]


def test_more_ticks_than_can_be_proved(refused: list[str]) -> None:
    """
    questions:
      - id: last
        source: m
        multi: true
        text: {self: "Which?", loved-one: "Which?"}
        why: "So that I know."
        options:
          - {id: a, label: "A"}
          - {id: b, label: "B"}
          - {id: c, label: "C"}
          - {id: d, label: "D"}
          - {id: e, label: "E"}
          - {id: f, label: "F"}
          - {id: g, label: "G"}
          - {id: h, label: "H"}
          - {id: i, label: "I"}
          - {id: j, label: "J"}
          - {id: k, label: "K", rate: {harm: 4}, because: "k"}
          - {id: skip, label: "Rather not say", alone: true, skip: counted, because: "you skipped"}
    """
    assert refused == [
        (
            "18: 'last' has 11 options that can be ticked together;"
            " at most 10 can be proved: join some, or split the question [many-ticks]"
        )
    ]


def test_nothing_is_worse_than_an_emergency(refused: list[str]) -> None:
    """
    questions:
      - id: danger
        source: m
        text: {self: "Is there danger?", loved-one: "Is there danger for them?"}
        why: "Safety is first."
        options:
          - {id: none, label: "No"}
          - {id: now, label: "Yes", emergency: medical, because: "there is danger"}
          - {id: lots, label: "A lot", rate: {harm: 2}, because: "b", worse_than: [now]}
          - {id: unsure, label: "Not sure", skip: safety, rate: {harm: 2}, because: "not sure"}
    """
    assert refused == [
        (
            "9: 'lots' of 'danger' cannot be worse than an emergency;"
            " take 'now' out [worse-than-emergency]"
        )
    ]


@pytest.mark.parametrize("rate", ["rate: {mood: 1}, because: b, ", ""])
def test_a_question_that_counts_cannot_be_left_open_for_free(rate: str) -> None:
    refused = told(f"""\
rules:
  - {{id: O1, outcome: outpatient, when: {{question: last, in: [yes]}}, source: m}}
questions:
  - id: last
    source: m
    text: {{self: "Are you there?", loved-one: "Are they there?"}}
    why: "So that I know."
    options:
      - {{id: no, label: "No"}}
      - {{id: yes, label: "Yes", because: "yes"}}
      - {{id: skip, label: "Rather not say", {rate}skip: free}}
""")
    assert refused == [
        (
            "11: 'last' counts, so leaving it open cannot be free;"
            " say skip: counted, or skip: safety [skip-free]"
        )
    ]


def test_two_of_one_answer_are_never_given(refused: list[str]) -> None:
    """
    rules:
      - {id: O1, outcome: outpatient, when: {question: mood, in: [low, bad], needed: 2}, source: m}
    """
    assert refused == [
        "2: 'mood' takes one answer, so 'needed: 2' never holds; take 'needed' out [condition]"
    ]


def test_a_result_that_says_too_little(refused: list[str]) -> None:
    """
    outcomes:
      - id: iop
        label: "IOP"
        title: "IOP"
        source: m
        text:
          self: "Something may fit. {urgency}"
          loved-one: "{reasons} {urgency} {note}"
        explains: {self: "IOP", loved-one: "IOP"}
    skips:
      cap: iop
      source: m
      loved_one_label: "I don't know"
      text: {self: "{urgency} {note}", loved-one: "We call {note}"}
    """
    assert sorted(refused, reverse=True) == [
        "7: the text of 'iop' does not say {reasons}, {note}; put it on its own line [no-place]",
        (
            "14: the text after skipped answers does not say {urgency};"
            " put it on its own line [no-place]"
        ),
    ]
