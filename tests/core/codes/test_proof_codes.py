"""What speaks against the proof, beside what `test_laws_broken` shows. Each docstring is the file."""

import inspect
from collections.abc import Callable

import pytest
from checking import told


@pytest.fixture(name="errors")
def _errors(request: pytest.FixtureRequest) -> list[str]:
    """What is told of the test's docstring."""
    test: Callable[..., object] = request.function
    return told(inspect.getdoc(test) or "")


def test_an_early_end_with_something_rated(errors: list[str]) -> None:
    """
    # screening.yaml
    questions:
      - id: mood
        source: m
        end_if: {question: mood, in: [bad]}
        why: "It helps."
        no_skip: "a test"
        text: {self: "How is your mood?", loved-one: "How is their mood?"}
        options:
          - {id: fine, label: "Fine"}
          - {id: bad, label: "Bad", rate: {mood: 2}, because: "mood is bad"}
    """
    assert errors == [
        (
            "screening.yaml:0: the screening can end early with 'iop', same-day; end_if must only"
            " hold where nothing was rated [early-end]"
        ),
        (
            "screening.yaml:0: the screening can end early with 'outpatient', routine; end_if "
            "must only hold where nothing was rated [early-end]"
        ),
        (
            "screening.yaml:3: in 'mood', 'bad' can lead to less than 'fine'; look at its ratings"
            " and at the table, or take out 'worse_than' [not-monotone]"
        ),
        (
            "screening.yaml:0: a part of rule 'I1' changes nothing: it never holds, or others "
            "beside it do too; change it, or take it out [part-never]"
        ),
        "screening.yaml:0: the flag 'day' is never set; set it, or take it out [flag-never]",
    ]


def test_an_outcome_without_a_reason(errors: list[str]) -> None:
    """
    # screening.yaml
    questions:
      - id: danger
        source: m
        why: "It helps."
        text: {self: "Is there danger?", loved-one: "Is there danger?"}
        options:
          - {id: none, label: "No"}
          - {id: now, label: "Yes", emergency: medical}
          - {id: unsure, label: "Not sure", skip: safety, rate: {harm: 2}, because: "you were not sure"}
    """
    assert errors == [
        (
            "screening.yaml:9: the emergency 'now' of 'danger' has no 'because'; say what was "
            "told [no-reason]"
        ),
    ]


def test_an_urgency_rule_that_another_always_forestalls(errors: list[str]) -> None:
    """
    # screening.yaml
    urgency_rules:
      - {id: U4, urgency: two-days, when: {dimension: wd, at_least: 3}, source: m}
    """
    assert errors == [
        (
            "screening.yaml:3: urgency rule 'U4' never decides: another is as urgent where it "
            "holds; make it say more, or take it out [rule-shadowed]"
        ),
    ]


def test_a_part_of_a_rule_that_changes_nothing(errors: list[str]) -> None:
    """
    # screening.yaml
    rules:
      - id: O1
        outcome: outpatient
        source: m
        when:
          any:
            - {dimension: life, at_least: 1}
            - {dimension: life, at_least: 2}
            - {dimension: wd, at_least: 1}
            - {dimension: harm, at_least: 4}
    """
    assert errors == [
        (
            "screening.yaml:9: a part of rule 'O1' changes nothing: it never holds, or others "
            "beside it do too; change it, or take it out [part-never]"
        ),
        (
            "screening.yaml:11: a part of rule 'O1' changes nothing: it never holds, or others "
            "beside it do too; change it, or take it out [part-never]"
        ),
    ]


def test_classes_and_raises_of_a_table_that_never_matter(errors: list[str]) -> None:
    """
    # screening.yaml
    dimensions:
      - id: wd
        label: "Withdrawal"
        source: m
        table:
          rows: {question: shakes, otherwise: "no"}
          columns: {question: often, otherwise: rarely}
          column_order: [rarely, daily, stopped, skip]
          classes:
            - id: strong
              when: {question: drinks, in: [liquor, skip]}
              cells: {"no": [0, 1, 1, 1], "yes": [1, 3, 3, 3], skip: [1, 2, 2, 3]}
            - id: liquor
              when: {question: drinks, in: [liquor]}
              cells: {"no": [0, 1, 1, 1], "yes": [1, 3, 3, 3], skip: [1, 2, 2, 3]}
            - id: weak
              cells: {"no": [0, 0, 1, 1], "yes": [0, 2, 3, 3], skip: [0, 1, 2, 2]}
          raises: # of which the second one comes too late
            - to: 1
              when: {all: [{question: shakes, in: ["yes"]}, {question: often, in: [stopped]}]}
    """
    assert errors == [
        (
            "screening.yaml:14: the class 'liquor' is never used: one above holds whenever it "
            "does; change it, or take it out [never-reached]"
        ),
        (
            "screening.yaml:20: a raise to 1 of 'wd' never lifts anything; change it, or take it "
            "out [never-reached]"
        ),
    ]


def test_a_question_that_counts_and_is_free_to_skip(errors: list[str]) -> None:
    """
    # screening.yaml
    questions:
      - id: last
        source: m
        why: "So that I know."
        no_skip: "a test"
        text: {self: "Are you there?", loved-one: "Are they there?"}
        options:
          - {id: "no", label: "No"}
          - {id: "yes", label: "Yes", rate: {mood: 1}, because: "yes"}
          - {id: skip, label: "Skip", skip: free}
    """
    assert errors == [
        (
            "screening.yaml:11: 'last' counts, so leaving it open cannot be free; say skip: "
            "counted, or skip: safety [skip-free]"
        ),
    ]
