"""Mistakes in screening.yaml that only the whole file can show. Each docstring is the file."""

import inspect
from collections.abc import Callable

import pytest
from checking import told


@pytest.fixture(name="errors")
def _errors(request: pytest.FixtureRequest) -> list[str]:
    """What is told of the test's docstring."""
    test: Callable[..., object] = request.function
    return told(inspect.getdoc(test) or "")


def test_names_that_lead_nowhere(errors: list[str]) -> None:
    """
    # screening.yaml
    rules:
      - {id: I1, outcome: inpatient, source: n,
         when: {any: [{dimension: wdd, at_least: 3}, {question: hom, in: [x]}]}}
      - {id: P2, outcome: iop, when: {question: home, in: [hardd]}, source: m, flags: [crises]}
    examples: # instead
      - {answers: {}, rule: O9}
    """
    assert errors == [
        "screening.yaml:3: no source 'n'; one of: m [unknown-source]",
        "screening.yaml:4: no dimension 'wdd'; did you mean 'wd'? [unknown-dimension]",
        "screening.yaml:4: no question 'hom'; did you mean 'home'? [unknown-question]",
        "screening.yaml:5: no flag 'crises'; did you mean 'crisis'? [unknown-flag]",
        "screening.yaml:5: no option of 'home' 'hardd'; did you mean 'hard'? [unknown-option]",
        "screening.yaml:7: no rule 'O9'; one of: E1, E2, I1, P1, P2, O1, N1 [unknown-rule]",
    ]


def test_two_things_of_one_name(errors: list[str]) -> None:
    """
    # screening.yaml
    urgency_rules:
      - {id: O1, urgency: same-day, when: {answered: skip}, source: m}
    """
    assert errors == [
        (
            "screening.yaml:3: the rule 'O1' stands here a second time (first on line 134); give "
            "one of them another id [duplicate-id]"
        ),
    ]


def test_labels_that_are_too_long_or_look_the_same(errors: list[str]) -> None:
    """
    # screening.yaml
    questions:
      - id: last
        source: m
        why: "So that I know."
        no_skip: "a test"
        text: {self: "Are you there?", loved-one: "Are they there?"}
        options:
          - {id: a, label: "Well, that depends on the day and on the hour"}
          - {id: b, label: "Yes"}
          - {id: c, label: "YES"}
    """
    assert errors == [
        (
            "screening.yaml:9: the label 'Well, that depends on the day and on the hour' has 45 "
            "characters; at most 40 fit [label-long]"
        ),
        (
            "screening.yaml:9: option last a has 45 characters, at most 40 fit; shorten it "
            "[too-long]"
        ),
        (
            "screening.yaml:11: the label 'YES' stands twice in 'last'; word one of them "
            "differently [label-twice]"
        ),
    ]


def test_two_answers_that_are_usual(errors: list[str]) -> None:
    """
    # screening.yaml
    questions:
      - id: last
        source: m
        why: "So that I know."
        no_skip: "a test"
        text: {self: "Are you there?", loved-one: "Are they there?"}
        options:
          - {id: a, label: "A", usual: true}
          - {id: b, label: "B", usual: true, alone: true}
    """
    assert errors == [
        (
            "screening.yaml:10: 'alone' means nothing in 'last', which takes one answer; take it "
            "out, or add 'multi: true' [alone]"
        ),
        "screening.yaml:10: 'last' has two usual options; keep one [usual-twice]",
    ]


def test_a_question_that_looks_ahead(errors: list[str]) -> None:
    """
    # screening.yaml
    questions:
      - id: topic
        source: m
        ask_if: {question: home, in: [hard]}
        why: "So that I know."
        end_if: {question: topic, in: ["no"]}
        no_skip: "a test"
        text: {self: "Are you there?", loved-one: "Are they there?"}
        options:
          - {id: "no", label: "No"}
          - {id: "yes", label: "Yes"}
    """
    assert errors == [
        (
            "screening.yaml:5: 'topic' comes before 'home' is answered; move it below, or change "
            "the condition [asked-later]"
        ),
        "screening.yaml:0: no option of 'topic' 'drink'; one of: no, yes [unknown-option]",
        "screening.yaml:0: no option of 'topic' 'nothing'; did you mean 'no'? [unknown-option]",
    ]


def test_dimensions_out_of_order_or_unused(errors: list[str]) -> None:
    """
    # screening.yaml
    dimensions:
      - {id: life, source: m, max: [mood, after]}
      - {id: cash, source: m}
      - {id: after, source: m, max: [home]}
    """
    assert errors == [
        (
            "screening.yaml:3: 'life' is built from 'after', which comes after it; move it below "
            "[dimension-order]"
        ),
        (
            "screening.yaml:4: nothing rates 'cash'; rate it in an option, or take it out "
            "[dimension-unused]"
        ),
    ]


def test_a_table_with_holes(errors: list[str]) -> None:
    """
    # screening.yaml
    dimensions:
      - id: wd
        source: m
        table:
          rows: {question: shakes, otherwise: "no"}
          columns: {question: often, otherwise: rarely}
          column_order: [rarely, daily, stopped]
          classes:
            - id: weak
              cells: {"no": [0, 0, 1], "yes": [0, 2]}
    """
    assert errors == [
        "screening.yaml:6: the column 'skip' is missing; add it to column_order [table]",
        "screening.yaml:10: the row 'skip' is missing in 'weak'; add it [table]",
        (
            "screening.yaml:11: the row 'yes' has 2 ratings for 3 columns; give one for each "
            "column [table]"
        ),
    ]


def test_lists_that_end_too_soon_or_not_at_all(errors: list[str]) -> None:
    """
    # screening.yaml
    rules: # instead
      - {id: E1, outcome: emergency, source: m, flags: [crisis]}
      - {id: O1, outcome: outpatient, when: {dimension: life, at_least: 1}, source: m}
    """
    assert errors == [
        (
            "screening.yaml:3: a rule without 'when' holds always: those after it are never "
            "looked at; only the last rule has no 'when' [never-reached]"
        ),
        (
            "screening.yaml:4: the last rule must hold for all that is left; take out its 'when' "
            "[not-total]"
        ),
    ]


def test_conditions_that_say_two_things_or_nothing(errors: list[str]) -> None:
    """
    # screening.yaml
    rules:
      - {id: I1, outcome: inpatient, when: {dimension: wd}, source: m}
      - {id: P1, outcome: iop, when: {count: [harm, mood], at_least: 2, needed: 3}, source: m}
      - {id: P2, outcome: iop, when: {}, source: m}
    """
    assert errors == [
        (
            "screening.yaml:3: 'at_least' goes together with 'dimension' or 'count'; say which "
            "rating must be reached [condition]"
        ),
        "screening.yaml:4: 'needed: 3' of 2 can never hold; lower it [condition]",
        (
            "screening.yaml:5: a condition says one thing, and this one nothing; put several "
            "conditions under any: or all: [condition]"
        ),
    ]


def test_outcomes_out_of_order(errors: list[str]) -> None:
    """
    # screening.yaml
    urgencies: # instead
      - {id: now, label: "now", text: {self: "Now.", loved-one: "Now."}}
    """
    assert errors == [
        (
            "screening.yaml:3: the urgencies are not whole or not in order; give each of routine,"
            " two-days, same-day, now once, in this order [order]"
        ),
    ]


def test_places_that_nothing_fills(errors: list[str]) -> None:
    """
    # screening.yaml
    questions:
      - id: last
        source: m
        why: "So that I know."
        no_skip: "a test"
        text: {self: "Are you at {clinic}?", loved-one: "Are they there?"}
        options:
          - {id: a, label: "A {foo}"}
          - {id: "yes", label: "Yes"}
    """
    assert errors == [
        (
            "screening.yaml:7: nothing fills {clinic}; no place is filled in this text: write the"
            " words themselves [placeholder]"
        ),
        (
            "screening.yaml:9: nothing fills {foo}; no place is filled in this text: write the "
            "words themselves [placeholder]"
        ),
    ]


def test_examples_that_nobody_could_answer(errors: list[str]) -> None:
    """
    # screening.yaml
    examples: # instead
      - {answers: {mood: [low, bad]}}
      - {answers: {drinks: [beer, none-now]}}
    """
    assert errors == [
        "screening.yaml:3: 'mood' takes one answer; give one option [example]",
        "screening.yaml:4: 'none-now' of 'drinks' stands alone; take the others out [example]",
    ]


def test_an_example_that_comes_out_otherwise(errors: list[str]) -> None:
    """
    # screening.yaml
    examples: # instead
      - {answers: {mood: bad}, outcome: iop}
    """
    assert errors == [
        (
            "screening.yaml:3: this example comes out otherwise: outcome is outpatient, not iop; "
            "change the example if the new result is right [example-fails]"
        ),
    ]


def test_a_question_that_says_nothing_of_itself(errors: list[str]) -> None:
    """
    # screening.yaml
    questions:
      - id: last
        source: m
        text: {self: "Are you there?", loved-one: "Are they there?"}
        options:
          - {id: "no", label: "No", rate: {mood: 0}}
          - {id: "yes", label: "Yes", emergency: fire, because: "fire"}
    """
    assert errors == [
        (
            "screening.yaml:3: 'last' cannot be skipped; give an option skip: counted, or say why"
            " not with no_skip: [no-skip]"
        ),
        (
            "screening.yaml:3: 'last' does not say why it is asked; add why: one kind sentence "
            "[no-why]"
        ),
        (
            "screening.yaml:7: 'no' of 'last' rates something and has no 'because'; say in a few "
            "words what was told [no-because]"
        ),
        (
            "screening.yaml:8: there is no crisis card for 'fire'; one of: suicide, self_harm, "
            "overdose, withdrawal, violence, psychosis, abuse, medical [unknown-kind]"
        ),
    ]


def test_ids_that_do_not_fit_on_a_button(errors: list[str]) -> None:
    """
    # screening.yaml
    questions:
      - id: this-question-has-a-very-long-id
        source: m
        why: "So that I know."
        no_skip: "a test"
        text: {self: "Are you there?", loved-one: "Are they there?"}
        options:
          - {id: "no", label: "No"}
          - {id: yes-and-a-long-id-too, label: "Yes"}
    """
    assert errors == [
        (
            "screening.yaml:10: the button of 'this-question-has-a-very-long-id "
            "yes-and-a-long-id-too' carries 71 bytes; at most 52 fit: shorten the ids "
            "[button-long]"
        ),
    ]
