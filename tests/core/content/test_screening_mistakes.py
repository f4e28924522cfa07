"""Each mistake that an author can make in content/screening.yaml is told with its line."""

from collections.abc import Iterator

import pytest
from screenings import PATH

from bot.core.checked_yaml import Mistake
from bot.core.content.screening import read_screening

REAL = PATH.read_text(encoding="utf-8")


def mistakes(*changes: tuple[str, str]) -> list[Mistake]:
    """What is told when the real file has these first places changed."""
    text = REAL
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    form, found = read_screening(text, "content/screening.yaml")
    assert (form is None) == bool(found)
    return found


def line_with(text: str, of: str = REAL) -> int:
    return 1 + of[: of.index(text)].count("\n")


def test_the_real_screening_has_no_mistake() -> None:
    assert mistakes() == []


def test_a_misspelled_question_gets_a_hint_with_file_and_line() -> None:
    place = "{question: withdrawal-history, in: [seizure-dts]}"
    found = mistakes((place, "{question: withdrawl-history, in: [seizure-dts]}"))
    assert str(found[0]) == (
        f"content/screening.yaml:{line_with(place)}: no question 'withdrawl-history';"
        " did you mean 'withdrawal-history'? [unknown-question]"
    )


CASES = [
    ("unknown-option", "in: [just-stopped]}", "in: [just-stoped]}"),
    ("unknown-dimension", "{dimension: wd, at_least: 3}", "{dimension: wdd, at_least: 3}"),
    ("unknown-dimension", "rate: {functioning: 4}", "rate: {functionin: 4}"),
    ("unknown-flag", "flags: [residential-review]", "flags: [residental-review]"),
    ("unknown-flag", "flags: [perinatal], because", "flags: [perinatel], because"),
    ("unknown-source", "source: attempts", "source: atempts"),
    ("unknown-option", "worse_than: [weekly]", "worse_than: [weekli]"),
    ("unknown-rule", "outcome: outpatient, urgency: routine}", "rule: O9, urgency: routine}"),
    ("unknown-question", "too_little: [who-for", "too_little: [who"),
    ("duplicate-id", "  - id: home\n    source: locus", "  - id: support\n    source: locus"),
    ("duplicate-id", "{id: strained, label", "{id: stable, label"),
    ("duplicate-id", "  - id: I9\n", "  - id: I8\n"),
    ("label-long", '"Safe, but stressful"', '"Safe, but stressful nearly all of the time"'),
    ("label-twice", '"Safe, but stressful"', '"Safe and supportive"'),
    ("usual-twice", "{id: 65-plus, ", "{id: 65-plus, usual: true, "),
    ("alone", "{id: fine, ", "{id: fine, alone: true, "),
    (
        "asked-later",
        "ask_if: {question: age-band, in: [under-13",
        "ask_if: {question: home, in: [home",
    ),
    ("dimension-order", "max: [use, treat]", "max: [use, environment]"),
    ("dimension-unused", "- {id: home, ", "- {id: cash, source: locus}\n  - {id: home, "),
    ("table", "[0, 1, 1, 1, 2, 3, 3, 3, 3, 3]", "[0, 1, 1, 1, 2, 3, 3, 3, 3]"),
    ("table", "column_order: [stopped-month, stopped-weeks", "column_order: [stopped-month"),
    ("table", "            mild:          [0, 1, 1, 1, 1, 1, 2, 2, 2, 2]\n", ""),
    ("never-reached", "    when: {dimension: wd, at_least: 3}\n", ""),
    (
        "not-total",
        "id: N1\n    outcome: info",
        "id: N1\n    when: {answered: skip}\n    outcome: info",
    ),
    ("condition", "{dimension: harm, at_least: 4}", "{dimension: harm}"),
    (
        "condition",
        "{dimension: harm, at_least: 4}",
        "{dimension: harm, at_least: 4, answered: skip}",
    ),
    ("condition", "needed: 3}", "needed: 6}"),
    ("condition", "{dimension: harm, at_least: 4}", "{outcome: [iop]}"),
    ("condition", "in: [seizure-dts]}", "at_least: 1}"),
    (
        "condition",
        "ask_if: {question: age-band, in: [under-13, 13-17]}",
        "ask_if: {answered: skip}",
    ),
    ("operator", "{dimension: harm, at_least: 4}", "{dimension: harm, below: 4}"),
    ("operator", "{dimension: harm, at_least: 4}", "{not: {dimension: harm, at_least: 4}}"),
    ("operator", "{dimension: harm, at_least: 4}", '{dimension: harm, "==": 4}'),
    ("operator", "{dimension: harm, at_least: 4}", '{dimension: harm, "<": 4}'),
    ("unknown-key", "{dimension: harm, at_least: 4}", "{dimension: harm, at_lest: 4}"),
    ("order", "  - id: routine\n", "  - id: two-days\n"),
    ("order", "  - id: info\n    label", "  - id: iop\n    label"),
    ("placeholder", "{urgency}", "{urgancy}"),
    ("example", "{answers: {functioning: slipping}}", "{answers: {functioning: [slipping, fine]}}"),
    ("example", "{answers: {medical: stable}}", "{answers: {medical: [none, pregnant]}}"),
    ("value", "rate: {functioning: 4}", "rate: {functioning: 5}"),
    ("missing-key", 'text: {self: "How old are you?", loved-one', "text: {loved-one"),
    ("anchor", "    source: model\n    text", "    source: &m model\n    text"),
]


@pytest.mark.parametrize(("code", "old", "new"), CASES)
def test_a_mistake_is_told_by_its_code_and_line(code: str, old: str, new: str) -> None:
    found = mistakes((old, new))
    assert code in {each.code for each in found}
    assert all(each.line > 0 for each in found)


def test_all_mistakes_are_told_at_once() -> None:
    def codes() -> Iterator[str]:
        for each in mistakes(
            ("{dimension: wd, at_least: 3}", "{dimension: wdd, at_least: 3}"),
            ("in: [just-stopped]}", "in: [just-stoped]}"),
            ("needed: 3}", "needed: 6}"),
        ):
            yield each.code

    assert sorted(codes()) == ["condition", "unknown-dimension", "unknown-option"]


def test_yes_and_no_stay_words() -> None:
    form, _ = read_screening(REAL.replace('"no", label: "No"', 'no, label: "No"'), "s.yaml")
    assert form is not None
    question = form.question("overdose")
    assert question is not None
    assert question.options[0].id == "no"
