"""Mistakes in the shape of a file, whichever it is. Each docstring is the file."""

import inspect
from collections.abc import Callable

import pytest
from checking import told


@pytest.fixture(name="errors")
def _errors(request: pytest.FixtureRequest) -> list[str]:
    """What is told of the test's docstring."""
    test: Callable[..., object] = request.function
    return told(inspect.getdoc(test) or "")


def test_text_that_is_not_yaml(errors: list[str]) -> None:
    """
    # console.yaml
    replies:
      - {id: hello, title: "Hello, text: "Hi"}
    """
    assert errors == [
        (
            "console.yaml:3: this is not YAML: did not find expected ',' or '}'; check the "
            "indentation, and put text with ': ' or ' #' in it in quotes [yaml]"
        ),
    ]


def test_an_anchor(errors: list[str]) -> None:
    """
    # clinic.yaml
    name: &name "Our clinic"
    """
    assert errors == [
        (
            "clinic.yaml:2: anchors and aliases (& and *) are not allowed; write the text out "
            "where it is used [anchor]"
        ),
    ]


def test_lists_within_lists_without_end(errors: list[str]) -> None:
    """
    # clinic.yaml
    facts: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
    """
    assert errors == [
        "clinic.yaml:2: lists are nested too deep; look for stray [ [too-deep]",
    ]


def test_a_key_that_nobody_knows(errors: list[str]) -> None:
    """
    # clinic.yaml
    resume_after_hour: 6
    """
    assert errors == [
        (
            "clinic.yaml:2: unknown key 'resume_after_hour'; did you mean 'resume_after_hours'? "
            "[unknown-key]"
        ),
    ]


def test_a_key_written_twice(errors: list[str]) -> None:
    """
    # clinic.yaml
    minor: {notify: never, notify: always}
    """
    assert errors == [
        (
            "clinic.yaml:2: 'notify' stands here a second time (first on line 11); keep one of "
            "them [duplicate-key]"
        ),
    ]


def test_a_key_that_is_missing(errors: list[str]) -> None:
    """
    # console.yaml
    replies:
      - {id: hello, text: "Hi"}
    """
    assert errors == [
        "console.yaml:3: 'title' is missing here; add title: [missing-key]",
    ]


def test_a_list_that_is_none(errors: list[str]) -> None:
    """
    # console.yaml
    replies: "Hi"
    """
    assert errors == [
        "console.yaml:2: expected a list here; start each item with '- ' [shape]",
    ]


def test_a_single_value_where_names_are_needed(errors: list[str]) -> None:
    """
    # clinic.yaml
    minor: never
    """
    assert errors == [
        (
            "clinic.yaml:2: expected named values here (notify, line); write 'name: value' lines,"
            " or {name: value} [shape]"
        ),
    ]


def test_a_list_where_a_single_value_is_needed(errors: list[str]) -> None:
    """
    # clinic.yaml
    country: [US]
    """
    assert errors == [
        "clinic.yaml:2: expected a single value here; put it in quotes [shape]",
    ]


def test_a_list_that_needs_more(errors: list[str]) -> None:
    """
    # console.yaml
    override_reasons: []
    """
    assert errors == [
        "console.yaml:2: at least 1 needed here; add to the list [too-few]",
    ]


def test_a_number_in_words(errors: list[str]) -> None:
    """
    # console.yaml
    hand_back_minutes: an hour
    """
    assert errors == [
        (
            "console.yaml:2: 'an hour' must be a whole number; write it without quotes or units "
            "[type]"
        ),
    ]


def test_a_number_that_is_none(errors: list[str]) -> None:
    """
    # safety.yaml
    thresholds:
      acute: nan
    """
    assert errors == [
        "safety.yaml:3: 'nan' must be a number; write it without quotes or units [type]",
    ]


def test_a_word_that_is_not_among_those_known(errors: list[str]) -> None:
    """
    # clinic.yaml
    human_urgency: today
    """
    assert errors == [
        "clinic.yaml:2: 'today' is not known here; did you mean 'two-days'? [choice]",
    ]


def test_an_id_with_capitals(errors: list[str]) -> None:
    """
    # console.yaml
    override_reasons: # instead
      - {id: More, label: "We learned more"}
    """
    assert errors == [
        "console.yaml:3: 'More' must be small-letters-with-hyphens; change it [value]",
    ]


def test_a_text_that_says_nothing(errors: list[str]) -> None:
    """
    # wording.yaml
    welcome_back: "  "
    """
    assert errors == [
        "wording.yaml:2: welcome_back is empty; write what it should say [empty]",
    ]
