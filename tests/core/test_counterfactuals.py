"""What staff read about answers that would have changed the outcome."""

from hypothesis import given, settings
from screenings import answers, conversations, the_form

from bot.core.counterfactuals import counterfactuals, sentence
from bot.core.model import Answers
from bot.core.screening import next_question, outcome


def test_the_nearest_answer_for_each_other_outcome_is_named() -> None:
    form = the_form()
    given_answers = answers(functioning="missing", treatment="weekly-not-enough")
    found = counterfactuals(form, given_answers, outcome(form, given_answers))
    told = [sentence(form, each) for each in found]
    assert (
        "would be Outpatient if 'How are work, school, home and looking after yourself going?'"
        " were 'Managing, but it takes more effort'"
    ) in told
    assert [each.options for each in found if each.question == "functioning"] == [
        ("slipping",),
        ("not-basic",),
    ]


def test_an_emergency_has_none_and_neither_has_someone_who_left() -> None:
    form = the_form()
    stopped = answers(danger_now="overdose")
    assert counterfactuals(form, stopped, outcome(form, stopped)) == ()
    left = {each: stopped[each] for each in list(stopped)[:1]}
    assert counterfactuals(form, left, outcome(form, left)) == ()


@settings(max_examples=25, deadline=None)
@given(conversations(danger=False))
def test_each_one_named_comes_out_as_said(given_answers: Answers) -> None:
    form = the_form()
    now = outcome(form, given_answers)
    for each in counterfactuals(form, given_answers, now):
        changed = {**given_answers, each.question: each.options}
        while (opened := next_question(form, changed)) is not None:
            changed[opened.id] = (opened.usual.id,)
        assert outcome(form, changed).level is each.outcome
        assert each.outcome is not now.level
