"""Each law of a screening, broken by what stands in the docstring, and what the author is told."""

import inspect
from collections.abc import Callable

import pytest
from broken import told


@pytest.fixture(name="broken")
def _broken(request: pytest.FixtureRequest) -> list[str]:
    """What is told of the small screening with the test's docstring in it."""
    test: Callable[..., object] = request.function
    return told(inspect.getdoc(test) or "")


def test_the_small_screening_breaks_no_law() -> None:
    assert told("") == []


def test_a_rule_above_one_with_more_care(broken: list[str]) -> None:
    """
    rules: # instead
      - {id: E1, outcome: emergency, when: {answered: emergency}, source: m, flags: [crisis]}
      - {id: O1, outcome: outpatient, when: {dimension: mood, at_least: 1}, source: m}
      - {id: I1, outcome: inpatient, when: {dimension: wd, at_least: 3}, source: m}
      - {id: N1, outcome: info, source: m}
    """
    assert broken == [
        (
            "3: rule 'O1' (outpatient) stands above 'I1' (inpatient), so a worse answer could lead to"
            " less care; move it below [rule-order]"
        )
    ]


def test_an_urgency_rule_that_leaves_out_more_care(broken: list[str]) -> None:
    """
    urgency_rules:
      - {id: U3, urgency: two-days, when: {outcome: [iop]}, source: m}
    """
    assert broken == [
        (
            "2: urgency rule 'U3' leaves out outcomes with more care: inpatient, emergency;"
            " name them too [outcome-gap]"
        )
    ]


def test_an_answer_said_to_be_worse_that_rates_less(broken: list[str]) -> None:
    """
    questions:
      - id: mood
        source: m
        text: {self: "How is your mood?", loved-one: "How is their mood?"}
        why: "It helps to know."
        options:
          - {id: fine, label: "Fine"}
          - {id: low, label: "Low", rate: {mood: 2}, because: "mood is low"}
          - {id: bad, label: "Bad", rate: {mood: 1}, because: "mood is bad", worse_than: [low]}
    """
    assert broken == [
        (
            "9: in 'mood', 'bad' can lead to less than 'low'; look at its ratings and at the table, or"
            " take out 'worse_than' [not-monotone]"
        )
    ]


def test_a_table_that_falls_where_it_should_rise(broken: list[str]) -> None:
    """
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
              cells: {"no": [0, 1, 1, 1], "yes": [1, 0, 3, 3], skip: [1, 2, 2, 3]}
            - id: weak
              cells: {"no": [0, 0, 1, 1], "yes": [0, 2, 3, 3], skip: [0, 1, 2, 2]}
    """
    assert [each for each in broken if "'daily' can lead to less than 'rarely'" in each]
    assert [each for each in broken if "'yes' can lead to less than 'no'" in each]
    assert [each for each in broken if "'beer+liquor' can lead to less than 'beer'" in each]
    assert {each.rsplit("[", 1)[1] for each in broken} == {"not-monotone]"}


def test_an_answer_said_to_be_worse_that_a_rule_stops_for_less(broken: list[str]) -> None:
    """
    questions:
      - id: often
        source: m
        ask_if: {question: drinks, in: [beer, liquor, skip]}
        text: {self: "How often?", loved-one: "How often?"}
        why: "How often matters."
        options:
          - {id: rarely, label: "Rarely"}
          - {id: stopped, label: "Just stopped", because: "drinking just stopped"}
          - {id: daily, label: "Daily", because: "there is daily drinking", worse_than: [stopped]}
          - {id: skip, label: "Rather not say", skip: counted, because: "you skipped this"}
    dimensions:
      - id: wd
        label: "Withdrawal"
        source: m
        table:
          rows: {question: shakes, otherwise: "no"}
          columns: {question: often, otherwise: rarely}
          column_order: [rarely, stopped, daily, skip]
          classes:
            - id: strong
              when: {question: drinks, in: [liquor, skip]}
              cells: {"no": [0, 1, 1, 1], "yes": [1, 3, 3, 3], skip: [1, 2, 2, 3]}
            - id: weak
              cells: {"no": [0, 0, 0, 1], "yes": [0, 2, 2, 3], skip: [0, 1, 1, 2]}
    """
    assert broken == [
        (
            "10: in 'often', 'daily' can lead to less than 'stopped'; look at its ratings and at the"
            " table, or take out 'worse_than' [not-monotone]"
        )
    ]


def test_an_emergency_that_no_rule_looks_at(broken: list[str]) -> None:
    """
    rules: # instead
      - {id: I1, outcome: inpatient, when: {dimension: wd, at_least: 3}, source: m, flags: [crisis]}
      - {id: P1, outcome: iop, when: {count: [harm, mood, wd, home], at_least: 2, needed: 2}, source: m}
      - {id: P2, outcome: iop, when: {answered: safety-skip}, source: m}
      - {id: O1, outcome: outpatient, when: {dimension: life, at_least: 1}, source: m}
      - {id: N1, outcome: info, source: m}
    """
    assert broken == [
        (
            "2: no rule makes every emergency answer an emergency;"
            " add a rule at the top: when: {answered: emergency} [emergency-lost]"
        )
    ]


def test_an_emergency_that_is_not_told_at_once(broken: list[str]) -> None:
    """
    urgency_rules:
      - {id: U1, urgency: now, when: {dimension: wd, at_least: 3}, source: m}
    """
    assert broken == ["2: no urgency rule makes every emergency 'now'; add one [emergency-late]"]


def test_an_emergency_rule_that_does_not_say_its_kind(broken: list[str]) -> None:
    """
    rules:
      - {id: E2, outcome: emergency, when: {question: shakes, in: ["yes"]}, source: m}
    """
    assert (
        "2: rule 'E2' means an emergency, but does not stop the screening;"
        " say which kind it is: emergency: medical, for instance [emergency-unsaid]"
    ) in broken


def test_a_rule_that_stops_without_an_emergency(broken: list[str]) -> None:
    """
    rules:
      - {id: P2, outcome: iop, emergency: medical, when: {question: home, in: [hard]}, source: m}
    """
    assert (
        "2: rule 'P2' stops the screening, but 'iop' is no emergency;"
        " give it the outcome emergency [emergency-unsaid]"
    ) in broken


def test_a_skip_that_asks_less_than_the_mildest_answer(broken: list[str]) -> None:
    """
    questions:
      - id: often
        source: m
        ask_if: {question: mood, in: [fine, low, bad]}
        text: {self: "How often?", loved-one: "How often?"}
        options:
          - {id: stopped, label: "Stopped", rate: {mood: 2}, because: "mood is low"}
          - {id: daily, label: "Daily", rate: {mood: 2}, because: "there is drinking every day"}
          - {id: rarely, label: "Rarely", rate: {mood: 2}, because: "there is drinking"}
          - {id: skip, label: "Skip", skip: counted}
    """
    assert (
        "10: in 'often', skipping can lead to less than 'rarely';"
        " let the skip rate and open at least as much [skip-lower]"
    ) in broken


def test_a_question_that_nobody_can_leave(broken: list[str]) -> None:
    """
    questions:
      - id: last
        source: m
        text: {self: "Are you safe?", loved-one: "Are they safe?"}
        options:
          - {id: "no", label: "No", emergency: medical, because: "it is not safe"}
          - {id: unsure, label: "Not sure", emergency: medical, because: "it may not be safe"}
    """
    assert "2: 'last' has no answer to go on with; add one [cannot-leave]" in broken


def test_an_early_end_with_something_rated(broken: list[str]) -> None:
    """
    questions:
      - id: mood
        source: m
        end_if: {question: mood, in: [bad]}
        text: {self: "How is your mood?", loved-one: "How is their mood?"}
        options:
          - {id: fine, label: "Fine"}
          - {id: bad, label: "Bad", rate: {mood: 2}, because: "mood is bad"}
    """
    assert any("the screening can end early with 'outpatient'" in each for each in broken)
    assert any(each.endswith("[early-end]") for each in broken)


def test_a_rule_without_a_reason_to_show(broken: list[str]) -> None:
    """
    questions:
      - id: home
        source: m
        text: {self: "Is home safe?", loved-one: "Is their home safe?"}
        options:
          - {id: safe, label: "Safe"}
          - {id: hard, label: "Hard", rate: {home: 2}}
    """
    assert any("rule 'O1' can hold without a reason to show" in each for each in broken)
    assert {each.rsplit("[", 1)[1] for each in broken} == {"no-reason]"}


def test_a_question_that_is_never_asked(broken: list[str]) -> None:
    """
    questions:
      - id: last
        source: m
        ask_if: {all: [{question: topic, in: [mood]}, {question: topic, in: [drink]}]}
        text: {self: "Still there?", loved-one: "Still there?"}
        options:
          - {id: "no", label: "No"}
          - {id: "yes", label: "Yes"}
    """
    assert broken == ["2: 'last' is never asked; change its ask_if [question-never]"]


def test_a_rule_that_can_never_hold(broken: list[str]) -> None:
    """
    rules: # instead
      - {id: E1, outcome: emergency, when: {answered: emergency}, source: m, flags: [crisis]}
      - {id: I1, outcome: inpatient, when: {dimension: wd, at_least: 3}, source: m}
      - {id: I2, outcome: inpatient, when: {dimension: harm, at_least: 4}, source: m}
      - {id: P2, outcome: iop, when: {answered: safety-skip}, source: m}
      - {id: O1, outcome: outpatient, when: {dimension: life, at_least: 1}, source: m}
      - {id: N1, outcome: info, source: m}
    """
    assert broken == ["4: rule 'I2' can never hold; change its 'when', or take it out [rule-never]"]


def test_a_rule_that_one_above_always_forestalls(broken: list[str]) -> None:
    """
    rules: # instead
      - {id: E1, outcome: emergency, when: {answered: emergency}, source: m, flags: [crisis]}
      - {id: I1, outcome: inpatient, when: {dimension: wd, at_least: 3}, source: m}
      - {id: P2, outcome: iop, when: {answered: safety-skip}, source: m}
      - {id: O1, outcome: outpatient, when: {dimension: life, at_least: 1}, source: m}
      - {id: O2, outcome: outpatient, when: {dimension: mood, at_least: 2}, source: m}
      - {id: N1, outcome: info, source: m}
    """
    assert broken == [
        (
            "6: rule 'O2' never decides: whenever it holds, one above it does too;"
            " as here rule 'O1'; make it say more, or take it out [rule-shadowed]"
        )
    ]


def test_an_urgency_rule_that_can_never_hold(broken: list[str]) -> None:
    """
    urgency_rules:
      - {id: U4, urgency: now, when: {dimension: harm, at_least: 3}, source: m}
    """
    assert broken == [
        "2: urgency rule 'U4' can never hold; change its 'when', or take it out [rule-never]"
    ]


def test_an_outcome_that_no_way_ends_in(broken: list[str]) -> None:
    """
    rules: # instead
      - {id: E1, outcome: emergency, when: {answered: emergency}, source: m, flags: [crisis]}
      - {id: I1, outcome: inpatient, when: {dimension: wd, at_least: 3}, source: m}
      - {id: P2, outcome: iop, when: {answered: safety-skip}, source: m}
      - {id: N1, outcome: info, source: m}
    """
    assert broken == [
        "0: no way ends in the outcome 'outpatient'; give a rule for it [outcome-never]"
    ]


def test_an_urgency_that_nothing_has(broken: list[str]) -> None:
    """
    urgency_rules: # instead
      - {id: U1, urgency: now, when: {outcome: [emergency]}, source: m}
      - {id: U2, urgency: same-day, when: {outcome: [iop, inpatient, emergency]}, source: m}
    """
    assert broken == [
        "0: nothing is ever as urgent as 'two-days'; give an urgency rule for it [urgency-never]"
    ]


def test_a_flag_that_is_never_set(broken: list[str]) -> None:
    """
    flags:
      - {id: lost, label: "Never", source: m}
      - id: low
        label: "Never"
        when: {all: [{outcome: [info]}, {dimension: mood, at_least: 2}]}
        source: m
    """
    assert broken == [
        "2: the flag 'lost' is never set; set it, or take it out [flag-never]",
        "3: the flag 'low' is never set; set it, or take it out [flag-never]",
    ]


def test_a_mistake_in_the_file_itself(broken: list[str]) -> None:
    """
    rules:
      - {id: I1, outcome: inpatient, when: {not: {dimension: wd, at_least: 3}}, source: m}
    """
    assert broken == [
        (
            "2: 'not' is no word for conditions; conditions know only in, at_least, count with needed,"
            " any, all, answered, outcome [operator]"
        )
    ]


def test_an_answer_rated_higher_that_opens_less(broken: list[str]) -> None:
    """
    questions:
      - id: mood
        source: m
        text: {self: "How is your mood?", loved-one: "How is their mood?"}
        options:
          - {id: fine, label: "Fine"}
          - {id: low, label: "Low", rate: {mood: 1}, because: "mood is low"}
          - {id: bad, label: "Bad", rate: {mood: 2}, because: "mood is bad"}
          - {id: skip, label: "Skip", skip: counted, rate: {mood: 1}, because: "you skipped this"}
      - id: last
        source: m
        ask_if: {question: mood, in: [low, skip]}
        text: {self: "Are you safe?", loved-one: "Are they safe?"}
        options:
          - {id: "yes", label: "Yes"}
          - {id: "no", label: "No", rate: {mood: 2, harm: 2}, because: "it is not safe"}
          - {id: skip, label: "Skip", skip: counted, rate: {mood: 1}, because: "you skipped this"}
    """
    assert broken == [
        (
            "2: in 'mood', 'bad' can lead to less than 'low'; look at its ratings and at the table, or"
            " take out 'worse_than' [not-monotone]"
        )
    ]


def test_whoever_leaves_half_way_is_called_late(broken: list[str]) -> None:
    """
    incomplete:
      urgency: routine
      source: m
      rules:
        - {id: L1, urgency: routine, when: {dimension: harm, at_least: 2}, source: m}
    """
    assert broken == [
        (
            "2: whoever leaves half way is called no sooner than 'routine';"
            " say urgency: two-days, or more [incomplete-late]"
        ),
        (
            "5: rule 'L1' never makes it more urgent than 'routine';"
            " raise its urgency, or take it out [rule-never]"
        ),
    ]
