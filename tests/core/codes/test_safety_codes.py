"""Mistakes in safety.yaml and in the fitted model beside it. Each docstring is the file."""

import inspect
from collections.abc import Callable

import pytest
from checking import told


@pytest.fixture(name="errors")
def _errors(request: pytest.FixtureRequest) -> list[str]:
    """What is told of the test's docstring."""
    test: Callable[..., object] = request.function
    return told(inspect.getdoc(test) or "")


def test_a_pattern_that_cannot_be_read(errors: list[str]) -> None:
    """
    # safety.yaml
    patterns:
      - id: kill-myself
        tier: acute
        kind: suicide
        lang: en
        match: ["{wnt} kill myself", "Kill!"]
        example: "I want to kill myself"
        near_miss: "I dont want to kill myself"
    """
    assert errors == [
        (
            "safety.yaml:7: 'Kill!': 'Kill!' has more than plain words (a-z, no accents); write "
            "plain words, {slots}, and (one|or two) [pattern]"
        ),
        "safety.yaml:7: '{wnt} kill myself': no slot 'wnt'; did you mean 'want'? [pattern]",
    ]


def test_a_pattern_that_misses_its_example_and_finds_its_near_miss(errors: list[str]) -> None:
    """
    # safety.yaml
    patterns:
      - id: kill-myself
        tier: acute
        kind: suicide
        lang: en
        match: ["{want} kill myself"]
        example: "I want to go home"
        near_miss: "I want to kill myself"
    """
    assert errors == [
        (
            "safety.yaml:8: pattern 'kill-myself' misses its example; widen the pattern, or "
            "change the example [example]"
        ),
        (
            "safety.yaml:9: pattern 'kill-myself' finds its near miss; narrow the pattern, or "
            "change the near miss [near-miss]"
        ),
    ]


def test_a_scope_that_does_not_exist(errors: list[str]) -> None:
    """
    # safety.yaml
    scopes_by_default: [negate]
    """
    assert errors == [
        "safety.yaml:2: no scope 'negate'; did you mean 'negated'? [no-scope]",
    ]


def test_an_id_that_stands_twice(errors: list[str]) -> None:
    """
    # safety.yaml
    scopes: # instead
      - {id: negated, where: before, words: [not]}
      - {id: negated, where: before, words: [dont]}
    """
    assert errors == [
        (
            "safety.yaml:4: the id 'negated' stands on line 16 too; give one of them another id "
            "[twice]"
        ),
    ]


def test_a_language_that_is_missing(errors: list[str]) -> None:
    """
    # safety.yaml
    replies:
      es: # gone
    """
    assert errors == [
        (
            "safety.yaml:0: replies in 'es' are missing; write them, as in the other language "
            "[language]"
        ),
    ]


def test_a_question_that_nobody_asks(errors: list[str]) -> None:
    """
    # safety.yaml
    replies:
      en:
        still_here_asks: safe-nw
    """
    assert errors == [
        "safety.yaml:4: no direct question 'safe-nw'; did you mean 'safe-now'? [asks]",
    ]


def test_cards_that_are_missing_or_link_nowhere(errors: list[str]) -> None:
    """
    # safety.yaml
    replies:
      en:
        cards: # instead
          - {tier: acute, text: "Please {call_emergncy}.", links: [crisis_lin]}
          - {tier: question, text: "Are you safe?"}
    """
    assert errors == [
        (
            "safety.yaml:0: a card for concern without kind and subject is missing; add one at "
            "the end of the cards [card]"
        ),
        "safety.yaml:5: no line of help 'crisis_lin'; did you mean 'crisis_line'? [link]",
        (
            "safety.yaml:5: nothing fills {call_emergncy}; did you mean 'call_emergency'? "
            "[placeholder]"
        ),
    ]


def test_hotlines_that_say_another_number_or_lead_nowhere_safe(errors: list[str]) -> None:
    """
    # safety.yaml
    countries:
      US:
        emergency: # instead
          {name: E, number: "911", say: "call **912**", say_es: "llama al **911**", url: "http://x.org",
           label: "X", source: " ", verified_on: 2026-11-24, call_tested: false}
    """
    assert errors == [
        (
            "safety.yaml:5: emergency of US has no source; say which page or letter tells the "
            "number [hotline-source]"
        ),
        (
            "safety.yaml:5: emergency of US says 'call **912**', and its number is 911; say the "
            "number itself [number-unsaid]"
        ),
        (
            "safety.yaml:5: 'http://x.org' must begin with https://; give the page's whole "
            "address [url]"
        ),
        ("safety.yaml:6: countries.US.emergency.source is empty; write what it should say [empty]"),
    ]


def test_hotlines_verified_long_ago_or_on_a_day_to_come(errors: list[str]) -> None:
    """
    # safety.yaml
    countries:
      US:
        emergency: # instead
          {name: E, number: "911", say: "call **911**", say_es: "llama al **911**", source: "x",
           verified_on: 2027-01-01, call_tested: false}
        crisis_line: # instead
          {name: L, number: "988", say: "call **988**", say_es: "llama al **988**", source: "x",
           verified_on: 2024-01-01, call_tested: false}
    """
    assert errors == [
        (
            "safety.yaml:5: emergency of US is verified on 2027-01-01, which is to come; set the "
            "day on which somebody looked [hotline-future]"
        ),
        (
            "safety.yaml:8: warning: crisis_line of US was last verified on 2024-01-01; call it, "
            "and set verified_on anew [hotline-stale]"
        ),
    ]


def test_a_model_that_is_none(errors: list[str]) -> None:
    """
    # safety.yaml
    # safety_model.bin
    this is no model
    """
    assert errors == [
        (
            "safety.yaml:0: the fitted model cannot be read: the fitted model is of another "
            "version; build it with: python -m bot fit-safety [model]"
        ),
    ]
