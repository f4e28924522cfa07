"""Mistakes in wording.yaml and console.yaml. Each docstring is the file."""

import inspect
from collections.abc import Callable

import pytest
from checking import told


@pytest.fixture(name="errors")
def _errors(request: pytest.FixtureRequest) -> list[str]:
    """What is told of the test's docstring."""
    test: Callable[..., object] = request.function
    return told(inspect.getdoc(test) or "")


def test_a_place_that_nothing_fills(errors: list[str]) -> None:
    """
    # wording.yaml
    help: "Ask {clinic}."
    group_reply: "Write to me: {lnk}"
    privacy: "Kept for {} days {"
    """
    assert errors == [
        (
            "wording.yaml:2: nothing fills {clinic}; no place is filled in this text: write the "
            "words themselves [placeholder]"
        ),
        "wording.yaml:3: nothing fills {lnk}; did you mean 'link'? [placeholder]",
        "wording.yaml:4: a brace stands alone; write {name}, or take it out [placeholder]",
        (
            "wording.yaml:4: nothing fills {}; only {clinic}, {crisis_line}, {emergency}, "
            "{keep_days}, {keep_days_open}, {keep_days_unfinished}, {questions} can stand here "
            "[placeholder]"
        ),
    ]


def test_a_contact_step_whose_answer_nobody_keeps(errors: list[str]) -> None:
    """
    # wording.yaml
    contact:
      steps: # instead
        - {id: phone, why: "x", for: [self], text: {self: "Your phone?"}}
        - {id: reach, why: "x", free: true, text: {self: "How?"}, for: [self, loved-one]}
        - {id: reach, why: "x", for: [self], text: {self: "How else?"}}
    """
    assert errors == [
        (
            "wording.yaml:4: nothing keeps what is answered to a step 'phone'; one of: name, "
            "reach, time, insurance, knows [contact-step]"
        ),
        (
            "wording.yaml:5: step 'reach' has no 'again', to ask once more; write it, as other "
            "steps do [contact-text]"
        ),
        (
            "wording.yaml:5: step 'reach' has no text for 'loved-one'; write it, as other steps "
            "do [contact-text]"
        ),
        (
            "wording.yaml:6: the step 'reach' stands here a second time; keep one of them "
            "[duplicate-id]"
        ),
    ]


def test_choices_of_a_contact_step_that_are_taken_for_each_other(errors: list[str]) -> None:
    """
    # wording.yaml
    contact:
      steps: # instead
        - id: knows
          why: "x"
          for: [self]
          text: {self: "Do they know?"}
          choices:
            - {id: "yes", label: "Yes", also: [sure]}
            - {id: "yes", label: "YES"}
            - {id: Maybe, label: "Maybe", also: [sure]}
    """
    assert errors == [
        (
            "wording.yaml:10: the choice 'yes' stands twice in 'knows'; give one of them another "
            "id [duplicate-id]"
        ),
        (
            "wording.yaml:11: 'sure' stands for 'Maybe' and for 'yes'; keep it where it fits best"
            " [phrase]"
        ),
        "wording.yaml:11: 'Maybe' must be small-letters-with-hyphens; change the id [value]",
    ]


def test_a_contact_choice_whose_button_carries_too_much(errors: list[str]) -> None:
    """
    # wording.yaml
    contact:
      steps: # instead
        - id: insurance
          why: "x"
          for: [self]
          text: {self: "Which?"}
          choices:
            - {id: a-kind-of-insurance-with-a-very-long-name, label: "That one"}
    """
    assert errors == [
        (
            "wording.yaml:4: the button of 'insurance a-kind-of-insurance-with-a-very-long-name' "
            "carries 68 bytes; at most 52 fit: shorten the ids [button-long]"
        ),
    ]


def test_a_command_that_does_not_exist(errors: list[str]) -> None:
    """
    # wording.yaml
    telegram:
      commands:
        Screening: "See what may fit"
    """
    assert errors == [
        (
            "wording.yaml:4: there is no command 'Screening'; did you mean 'screening'? "
            "[unknown-command]"
        ),
    ]


def test_a_phrase_that_does_two_things(errors: list[str]) -> None:
    """
    # wording.yaml
    words:
      stop: [stop, delete my data, "?!"]
      erase: [delete my data]
    """
    assert errors == [
        "wording.yaml:3: '?!' holds no word; take it out [phrase]",
        (
            "wording.yaml:4: 'delete my data' stands for 'erase' and for 'stop'; keep it where it"
            " fits best [phrase]"
        ),
    ]


def test_an_alert_that_could_not_be_told(errors: list[str]) -> None:
    """
    # wording.yaml
    staff:
      signs: {same-day: "x", two-days: "y", routine: "z"}
    """
    assert errors == [
        (
            "wording.yaml:3: staff.signs has nothing for now; give each of routine, two-days, "
            "same-day, now [alert-words]"
        ),
    ]


def test_words_that_clients_must_not_read(errors: list[str]) -> None:
    """
    # wording.yaml
    welcome_back: "All you say is confidential."
    """
    assert errors == [
        (
            "wording.yaml:2: clients must not read 'confidential' (welcome_back); it promises "
            "more than a chat can keep [banned-word]"
        ),
    ]


def test_a_button_that_is_too_long(errors: list[str]) -> None:
    """
    # wording.yaml
    menu:
      human: "Talk to somebody from our team on the phone"
    """
    assert errors == [
        "wording.yaml:3: menu.human has 43 characters, at most 40 fit; shorten it [too-long]",
    ]


def test_a_sentence_that_is_hard_to_read(errors: list[str]) -> None:
    """
    # wording.yaml
    welcome_back: "Understanding environmental circumstances facilitates individualized recommendations."
    """
    assert errors == [
        (
            "wording.yaml:2: welcome_back reads at grade 41.8, over 8; use shorter sentences and "
            "shorter words [grade]"
        ),
    ]


def test_a_reply_of_staff_that_is_too_long_or_not_filled(errors: list[str]) -> None:
    """
    # console.yaml
    replies: # instead
      - {id: hello, title: "Hello", text: "Hi, this is {stuff}."}
      - id: hello
        title: "Long"
        text: >-
          Thank you for telling me. We will call you as soon as we can today.
          Thank you for telling me. We will call you as soon as we can today.
          Thank you for telling me. We will call you as soon as we can today.
          Thank you for telling me. We will call you as soon as we can today.
          Thank you for telling me. We will call you as soon as we can today.
          Thank you for telling me. We will call you as soon as we can today.
          Thank you for telling me. We will call you as soon as we can today.
          Thank you for telling me. We will call you as soon as we can today.
          Thank you for telling me. We will call you as soon as we can today.
    """
    assert errors == [
        "console.yaml:3: nothing fills {stuff}; did you mean 'staff'? [placeholder]",
        (
            "console.yaml:4: the id 'hello' stands here twice; give one of them another id "
            "[duplicate-id]"
        ),
        "console.yaml:6: the reply has 611 characters, at most 600 fit; shorten it [long]",
    ]
