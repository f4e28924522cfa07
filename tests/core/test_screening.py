"""The screening, row by row as its model is written (rules, special paths, skips, urgency)."""

import pytest
from screenings import answers, option_of, result, the_form

from bot.core.model import Answers, Level, OptionId, Perspective, QuestionId, Urgency
from bot.core.screening import emergency, next_question, outcome, progress
from bot.core.screening_form import (
    Example,
    all_examples,
    full_answers,
    label,
    stem,
)

# Withdrawal risk as the model prints it: history (rows) by pattern (columns).
PATTERNS = (
    "stopped-month stopped-weeks detoxed few-times weekly most-days daily daily-heavy just-stopped"
)
TABLE_A = """
    none 0 0 0 0 0 1 1 2 2
    mild 0 1 1 1 1 1 2 2 2
    never-stopped 0 1 1 1 1 2 2 3 3
    shakes 0 1 1 1 2 3 3 3 3
    seizure-dts 1 2 2 2 3 4 4 4 4
"""
TABLE_B = """
    none 0 0 0 0 0 1 1 1 1
    mild 0 0 0 1 1 1 1 2 2
    never-stopped 0 0 0 1 1 2 2 2 2
    shakes 0 1 1 1 1 2 2 2 2
    seizure-dts 1 2 2 2 3 3 3 3 3
"""
TABLE_C = """
    none 0 0 0 0 0 0 0 0 0
    mild 0 0 0 0 0 1 1 1 1
    never-stopped 0 0 0 0 0 1 1 1 1
    shakes 0 0 0 1 1 1 1 2 2
    seizure-dts 1 1 1 1 2 3 3 3 3
"""


def cells(table: str) -> list[tuple[str, str, int]]:
    rows = [line.split() for line in table.split("\n") if line.strip()]
    return [
        (row[0], pattern, int(value))
        for row in rows
        for pattern, value in zip(PATTERNS.split(), row[1:], strict=True)
    ]


@pytest.mark.parametrize(
    ("substances", "table"),
    [
        (("alcohol",), TABLE_A),
        (("benzo",), TABLE_A),
        (("opioid",), TABLE_B),
        (("opioid", "stimulant"), TABLE_B),
        (("stimulant",), TABLE_C),
        (("cannabis-other",), TABLE_C),
    ],
)
def test_withdrawal_risk_is_read_from_the_table(substances: tuple[str, ...], table: str) -> None:
    for history, pattern, expected in cells(table):
        found = result(
            main_concern="substance",
            substances=substances,
            use_pattern=pattern,
            withdrawal_history=history,
        )
        assert found.ratings_known["wd"] == expected, (history, pattern)


def test_several_sedatives_every_day_raise_the_withdrawal_risk() -> None:
    for pattern in ("daily", "daily-heavy", "just-stopped"):
        for substances in (("alcohol", "benzo"), ("alcohol", "opioid"), ("benzo", "opioid")):
            found = result(main_concern="substance", substances=substances, use_pattern=pattern)
            assert found.ratings_known["wd"] == 3
    found = result(
        main_concern="substance", substances=("alcohol", "benzo"), use_pattern="most-days"
    )
    assert found.ratings_known["wd"] == 1
    found = result(
        main_concern="substance", substances=("alcohol", "stimulant"), use_pattern="daily"
    )
    assert found.ratings_known["wd"] == 1


def test_pregnancy_with_a_sedative_every_week_raises_the_withdrawal_risk() -> None:
    for substance in ("alcohol", "benzo", "opioid"):
        for pattern in ("weekly", "most-days", "daily", "daily-heavy", "just-stopped"):
            found = result(
                main_concern="substance",
                substances=substance,
                use_pattern=pattern,
                medical="pregnant",
            )
            assert found.ratings_known["wd"] == 3
    found = result(
        main_concern="substance",
        substances="alcohol",
        use_pattern="few-times",
        medical="pregnant",
    )
    assert found.ratings_known["wd"] == 0
    assert found.urgency is Urgency.SAME_DAY


def test_nothing_used_in_the_past_month_asks_no_more_and_rates_no_withdrawal() -> None:
    found = result(main_concern="substance", substances="none-now", withdrawal_history="shakes")
    assert found.ratings_known["wd"] == 0
    assert "use-pattern" not in found.asked
    assert "withdrawal-history" not in found.asked
    assert found.level is Level.INFO


EXAMPLES = [
    pytest.param(example, id=f"line {example.line}") for example in all_examples(the_form())
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_in_the_content_is_a_whole_path_or_says_where_it_was_left(
    example: Example,
) -> None:
    for given_answers in full_answers(the_form(), example):
        missing = outcome(the_form(), given_answers).missing
        assert (missing[0] if missing else None) == example.unanswered


@pytest.mark.parametrize(
    ("given", "level", "rule"),
    [
        ({"attempt_history": "recent-unseen"}, "inpatient", "I1"),
        ({"reality": "often"}, "inpatient", "I2"),
        ({"functioning": "not-basic"}, "inpatient", "I3"),
        ({"medical": "fainting-eating"}, "inpatient", "I4"),
        ({"suicide_thoughts": "method", "functioning": "barely"}, "inpatient", "I6"),
        ({"suicide_thoughts": "method", "home": "unsafe"}, "inpatient", "I6"),
        ({"distress": "unbearable", "functioning": "barely", "home": "no-home"}, "inpatient", "I7"),
        ({"suicide_thoughts": "method"}, "iop", "P1"),
        ({"distress": "unbearable"}, "iop", "P1"),
        ({"functioning": "barely"}, "iop", "P1"),
        ({"treatment": "program-not-enough"}, "iop", "P1"),
        ({"home": "triggers", "support": "none"}, "iop", "P1"),
        ({"medical": "unstable"}, "iop", "P1"),
        ({"distress": "most-days", "functioning": "missing", "home": "triggers"}, "iop", "P3"),
        ({"functioning": "missing", "treatment": "weekly-not-enough"}, "iop", "P4"),
        ({"functioning": "missing", "attempt_history": "past-year"}, "iop", "P4"),
        ({"treatment": "step-down"}, "iop", "P6"),
        ({"functioning": "missing"}, "outpatient", "O1"),
        ({"home": "triggers", "distress": "most-days"}, "outpatient", "O1"),
        ({"support": "some"}, "outpatient", "O1"),
        ({}, "info", "N1"),
    ],
)
def test_the_first_rule_that_holds_gives_the_outcome(
    given: dict[str, str], level: str, rule: str
) -> None:
    found = result(**given)
    assert (found.level, found.rule) == (level, rule)


EMERGENCIES = [
    pytest.param(question.id, option.id, id=f"{question.id} {option.id}")
    for question in the_form().questions
    for option in question.options
    if option.emergency
]


@pytest.mark.parametrize(("question_id", "option_id"), EMERGENCIES)
def test_an_emergency_stops_everything_at_once(
    question_id: QuestionId, option_id: OptionId
) -> None:
    form = the_form()
    given: Answers = {}
    opening = {"suicide-safe": {"suicide-thoughts": "wish-dead"}}.get(question_id, {})
    while (question := next_question(form, given)) is not None and question.id != question_id:
        given[question.id] = (OptionId(opening.get(question.id, question.usual.id)),)
    given[QuestionId(question_id)] = (option_id,)
    assert next_question(form, given) is None
    assert emergency(form, given) == option_of(question_id, option_id).emergency
    found = outcome(form, given)
    assert (found.level, found.rule, found.urgency) == ("emergency", "E1", "now")
    assert found.asked[-1] == question_id
    assert found.reasons[0].option == option_id
    assert "crisis" in found.flags


@pytest.mark.parametrize("substance", ["alcohol", "benzo", "prefer-not"])
def test_stopping_alone_after_a_withdrawal_seizure_is_an_emergency(substance: str) -> None:
    form = the_form()
    given = answers(
        main_concern="substance",
        substances=substance,
        use_pattern="just-stopped",
        withdrawal_history="seizure-dts",
    )
    found = outcome(form, given)
    assert (found.level, found.rule, found.urgency) == ("emergency", "E2", "now")
    assert emergency(form, given) == "withdrawal"
    assert found.asked[-1] == "withdrawal-history"
    assert {"crisis", "withdrawal-medical-review"} <= set(found.flags)


def test_with_opioids_alone_the_same_answers_are_no_emergency() -> None:
    found = result(
        main_concern="substance",
        substances="opioid",
        use_pattern="just-stopped",
        withdrawal_history="seizure-dts",
    )
    assert (found.level, found.rule) == ("inpatient", "I5")


@pytest.mark.parametrize(
    ("given", "flag"),
    [
        ({"who_for": "loved-one"}, "proxy"),
        ({"who_for": "professional"}, "proxy"),
        ({"who_for": "professional"}, "referrer"),
        ({"age_band": "13-17"}, "minor"),
        ({"age_band": "under-13"}, "minor"),
        ({"age_band": "13-17", "guardian": "no"}, "guardian-unaware"),
        ({"age_band": "13-17", "guardian": "prefer-not"}, "guardian-unaware"),
        ({"age_band": "prefer-not"}, "age-unknown"),
        ({"age_band": "65-plus"}, "older-adult"),
        ({"medical": "pregnant"}, "perinatal"),
        ({"home": "unsafe"}, "home-safety"),
        ({"home": "no-home"}, "housing"),
        ({"medical": "unstable"}, "medical-review"),
        ({"main_concern": "both", "substances": "opioid", "use_pattern": "weekly"}, "moud"),
        ({"main_concern": "both", "substances": "opioid"}, "naloxone"),
        ({"main_concern": "both", "substances": "stimulant", "overdose": "past-year"}, "naloxone"),
        ({"attempt_history": "recent-unseen"}, "inconsistent"),
        (
            {"main_concern": "both", "use_pattern": "stopped-month", "control": "cannot"},
            "inconsistent",
        ),
        ({"suicide_thoughts": "method"}, "php-review"),
        ({"distress": "unbearable", "home": "no-home"}, "php-review"),
        ({"treatment": "left-early"}, "php-review"),
        ({"distress": "unbearable", "functioning": "missing"}, "php-review"),
        ({"treatment": "step-down"}, "step-down"),
        ({"harm_others": "prefer-not"}, "insufficient-safety"),
    ],
)
def test_staff_see_marks_that_the_outcome_does_not_tell(given: dict[str, str], flag: str) -> None:
    assert flag in result(**given).flags
    assert flag not in result().flags


@pytest.mark.parametrize(
    ("given", "urgency"),
    [
        ({"attempt_history": "recent-unseen"}, "now"),
        ({"reality": "often"}, "now"),
        (
            {
                "main_concern": "substance",
                "use_pattern": "daily",
                "withdrawal_history": "seizure-dts",
            },
            "now",
        ),
        ({"functioning": "not-basic"}, "same-day"),
        ({"suicide_thoughts": "method"}, "same-day"),
        ({"suicide_thoughts": "prefer-not"}, "same-day"),
        ({"reality": "prefer-not"}, "same-day"),
        (
            {"main_concern": "both", "use_pattern": "weekly", "withdrawal_history": "shakes"},
            "same-day",
        ),
        ({"medical": "unstable"}, "same-day"),
        ({"main_concern": "both", "substances": "stimulant", "overdose": "recent"}, "same-day"),
        ({"home": "unsafe"}, "same-day"),
        ({"treatment": "left-early"}, "same-day"),
        (
            {"main_concern": "both", "substances": "cannabis-other", "medical": "pregnant"},
            "same-day",
        ),
        ({"age_band": "13-17", "harm_others": "thoughts"}, "same-day"),
        ({"treatment": "step-down"}, "two-days"),
        ({"distress": "unbearable"}, "two-days"),
        ({"support": "prefer-not"}, "two-days"),
        ({"age_band": "prefer-not"}, "two-days"),
        ({"age_band": "13-17"}, "two-days"),
        ({"functioning": "missing"}, "routine"),
        ({"medical": "pregnant"}, "routine"),
        ({}, "routine"),
    ],
)
def test_staff_act_as_soon_as_the_answers_ask(given: dict[str, str], urgency: str) -> None:
    assert result(**given).urgency == urgency


def test_someone_looking_for_information_is_asked_three_questions() -> None:
    found = result(main_concern="info-only")
    assert found.asked == ("who-for", "danger-now", "main-concern")
    assert (found.level, found.staff_call) == (Level.INFO, False)


def test_information_only_goes_on_when_it_is_not_sure_that_nobody_is_in_danger() -> None:
    found = result(main_concern="info-only", danger_now="not-sure")
    assert "suicide-safe" in found.asked
    assert "substances" not in found.asked
    assert found.level is Level.IOP


def added() -> int:
    """How many questions for everybody a clinic has added to the 14 of the model."""
    return sum(question.ask_if is None for question in the_form().questions) - 14


def test_the_shortest_full_path_has_15_questions_and_the_longest_22() -> None:
    assert len(result().asked) == 15 + added()
    longest = result(
        main_concern="mood",
        age_band="13-17",
        suicide_thoughts="wish-dead",
        substance_screen="yes",
        substances=("alcohol", "opioid"),
    )
    assert len(longest.asked) == 22 + added()


def test_answers_off_the_path_are_not_looked_at() -> None:
    found = result(substance_screen="no", substances="alcohol", use_pattern="daily-heavy")
    assert found.level is Level.INFO
    assert found.ratings_known["use"] == 0


def test_progress_counts_up_to_its_own_total() -> None:
    form = the_form()
    given: Answers = {}
    usual = answers(main_concern="both")
    seen = []
    while (question := next_question(form, given)) is not None:
        seen.append(progress(form, given, question.id))
        given[question.id] = usual[question.id]
    assert seen[0] == (1, 15 + added())
    assert seen[3] == (4, 18 + added())
    assert seen[-1] == (18 + added(), 18 + added())


def test_someone_who_left_half_way_is_called_and_no_reason_is_made_up() -> None:
    form = the_form()
    given = answers(attempt_history="past-year")
    so_far = {each: given[each] for each in list(given)[:8] if each != "guardian"}
    found = outcome(form, so_far)
    assert found.staff_call
    assert found.level is Level.IOP
    assert found.urgency is Urgency.SAME_DAY
    assert found.missing[0] == "harm-others"
    assert {reason.question for reason in found.reasons} <= set(so_far)


def test_someone_who_left_with_nothing_alarming_is_called_in_two_days() -> None:
    form = the_form()
    given = answers()
    so_far = {each: given[each] for each in list(given)[:7] if each != "guardian"}
    found = outcome(form, so_far)
    assert (found.staff_call, found.urgency) == (True, Urgency.TWO_DAYS)


def test_at_most_five_reasons_worst_first() -> None:
    found = result(
        attempt_history="recent-seen",
        reality="high-energy",
        functioning="barely",
        treatment="left-early",
        home="unsafe",
        harm_others="recent-violence",
    )
    assert found.rule == "I6"
    worst = result(attempt_history="recent-unseen", harm_others="recent-violence")
    assert [reason.option for reason in worst.reasons] == ["recent-unseen"]
    assert len(found.reasons) <= 5
    assert found.reasons[0].question in ("attempt-history", "harm-others")


def test_a_family_member_reads_other_words_with_the_same_ids() -> None:
    form = the_form()
    question = form.question("danger-now")
    assert question is not None
    assert stem(question, Perspective.LOVED_ONE) != stem(question, Perspective.SELF)
    assert label(form, option_of("danger-now", "not-sure"), Perspective.LOVED_ONE) == "I can't tell"
    skip = option_of("distress", "prefer-not")
    assert label(form, skip, Perspective.SELF) == "Prefer not to say"
    assert label(form, skip, Perspective.PROFESSIONAL) == "I don't know / rather not say"
    assert result(who_for="loved-one", functioning="barely").level is Level.IOP
