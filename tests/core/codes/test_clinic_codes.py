"""Mistakes in clinic.yaml. Each docstring is the file."""

import inspect
from collections.abc import Callable

import pytest
from checking import told


@pytest.fixture(name="errors")
def _errors(request: pytest.FixtureRequest) -> list[str]:
    """What is told of the test's docstring."""
    test: Callable[..., object] = request.function
    return told(inspect.getdoc(test) or "")


def test_a_time_zone_that_does_not_exist(errors: list[str]) -> None:
    """
    # clinic.yaml
    timezone: America/Nowhere
    """
    assert errors == [
        (
            "clinic.yaml:2: no time zone 'America/Nowhere'; use a name like America/New_York "
            "[timezone]"
        ),
    ]


def test_office_hours_that_end_before_they_start(errors: list[str]) -> None:
    """
    # clinic.yaml
    office_hours:
      mon: ["18:00-08:00"]
      tue: ["08:00-12:00", "11:00-18:00"]
    """
    assert errors == [
        (
            "clinic.yaml:3: '18:00-08:00' ends before it starts; split a shift over midnight into"
            " two days, up to 24:00 and from 00:00 [office-hours]"
        ),
        (
            "clinic.yaml:4: '11:00-18:00' begins before the last span ends; give the spans of a "
            "day in order, each after the one before [office-hours]"
        ),
    ]


def test_office_hours_that_no_clock_shows(errors: list[str]) -> None:
    """
    # clinic.yaml
    office_hours:
      mon: ["08:00-18:60", "24:30-25:00"]
    """
    assert errors == [
        (
            "clinic.yaml:3: '08:00-18:60' must look like 08:00-18:00, from 00:00 to 24:00; change"
            " it [value]"
        ),
        (
            "clinic.yaml:3: '24:30-25:00' must look like 08:00-18:00, from 00:00 to 24:00; change"
            " it [value]"
        ),
    ]


def test_somebody_whom_telegram_cannot_call(errors: list[str]) -> None:
    """
    # clinic.yaml
    escalation:
      mention:
        next: ["ana"]
    """
    assert errors == [
        (
            "clinic.yaml:4: 'ana' is no user name of Telegram; write it with its @ and in quotes,"
            ' as in "@ana_clinic" [user-name]'
        ),
    ]


def test_terms_of_keeping(errors: list[str]) -> None:
    """
    # clinic.yaml
    keep_days: {in-progress: 14, incomplete: 14, completed: 0, amended: 9999, emergency: 9, done: 9}
    """
    assert errors == [
        (
            "clinic.yaml:2: 'amended' is kept for 9999 days, which is not from 1 to 3650; see "
            "PRIVACY.md for what people are told [keep-days]"
        ),
        (
            "clinic.yaml:2: 'completed' is kept for 0 days, which is not from 1 to 3650; see "
            "PRIVACY.md for what people are told [keep-days]"
        ),
        (
            "clinic.yaml:2: keep_days does not say how long for chat-only; what is not named "
            "would be kept for ever [keep-days]"
        ),
        (
            "clinic.yaml:2: there is no status 'done'; they are chat-only, in-progress, "
            "incomplete, completed, amended, emergency [keep-days]"
        ),
    ]


def test_a_fact_with_a_name_that_no_answer_can_hold(errors: list[str]) -> None:
    """
    # clinic.yaml
    facts: {Phone-number: "555-0100"}
    """
    assert errors == [
        (
            "clinic.yaml:2: 'Phone-number' must be lower case words with _ between them; as in "
            "payment_plans [fact-name]"
        ),
    ]


def test_a_fact_that_no_answer_uses(errors: list[str]) -> None:
    """
    # clinic.yaml
    facts: {price: "$10"}
    # faq.yaml
    """
    assert errors == [
        (
            "clinic.yaml:2: no answer in faq.yaml uses the fact 'price'; did you mean 'prices'? "
            "[fact-unused]"
        ),
    ]


def test_a_fact_with_a_place_in_it(errors: list[str]) -> None:
    """
    # clinic.yaml
    facts: {prices: "From {least}"}
    """
    assert errors == [
        (
            "clinic.yaml:2: nothing fills {least}; no place is filled in this text: write the "
            "words themselves [placeholder]"
        ),
    ]


def test_a_country_without_numbers(errors: list[str]) -> None:
    """
    # clinic.yaml
    country: FR
    # safety.yaml
    """
    assert errors == [
        (
            "clinic.yaml:2: safety.yaml has no emergency number for the country 'FR'; use one of "
            "US, or add it there [no-hotlines]"
        ),
    ]


def test_a_policy_for_minors_without_words(errors: list[str]) -> None:
    """
    # clinic.yaml
    minor: {notify: always}
    # screening.yaml
    """
    assert errors == [
        (
            "clinic.yaml:2: screening.yaml has no words for minor: {notify: always}; under "
            "minors, add them to notify, and notify_staff [no-notice]"
        ),
    ]


def test_numbers_out_of_bounds(errors: list[str]) -> None:
    """
    # clinic.yaml
    alert_again_minutes: {now: 0}
    keep_open_days: 0
    resume_after_hours: -6
    silence_minutes: 100000
    """
    assert errors == [
        "clinic.yaml:2: '0' must be at least 1; change it [value]",
        "clinic.yaml:3: '0' must be at least 1; change it [value]",
        "clinic.yaml:4: '-6' must be at least 1; change it [value]",
        "clinic.yaml:5: '100000' must be at most 1440; change it [value]",
    ]
