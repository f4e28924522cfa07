"""What skipped answers do: rated as nothing and as assumed, and always a call from staff."""

from screenings import result

from bot.core.model import Level


def test_a_skipped_answer_calls_staff_and_raises_to_an_iop_at_most() -> None:
    found = result(
        suicide_thoughts="prefer-not", functioning="prefer-not", home="unsafe", support="none"
    )
    assert found.staff_call
    assert found.level is Level.IOP
    assert found.level_assumed is Level.INPATIENT
    assert found.ratings_known["harm"] == 0
    assert found.ratings_assumed["harm"] == 3


def test_a_withdrawal_risk_that_is_only_assumed_is_marked_for_staff() -> None:
    found = result(
        main_concern="substance",
        substances="alcohol",
        use_pattern="daily-heavy",
        withdrawal_history="prefer-not",
    )
    assert (found.level, found.level_assumed) == (Level.IOP, Level.INPATIENT)
    assert found.ratings_known["wd"] < found.ratings_assumed["wd"] == 3
    assert "withdrawal-medical-review" in found.flags


def test_a_guardian_question_skipped_does_not_call_staff() -> None:
    assert not result(age_band="13-17", guardian="prefer-not").staff_call
    assert result(age_band="prefer-not").staff_call
