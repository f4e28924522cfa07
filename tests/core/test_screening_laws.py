"""Laws of the screening, tried on made-up people; `proof` shows them for every way through."""

from hypothesis import given, settings
from hypothesis import strategies as st
from screenings import choices, conversations, option_of, the_form

from bot.core.model import Answers, Level, OptionId, Urgency
from bot.core.screening import emergency, next_question, outcome, reachable
from bot.core.screening_form import Form, Question

LEVELS = list(Level)
URGENCIES = list(Urgency)


def pointwise(form: Form, question: Question, option_id: OptionId) -> dict[str, int]:
    """What an option rates, with the withdrawal table's place of it."""
    option = question.option(option_id)
    assert option is not None
    rated = {dimension.id: option.rate.get(dimension.id, 0) for dimension in form.dimensions}
    for dimension in form.dimensions:
        table = dimension.table
        if table is None:
            continue
        for sheet in table.classes:
            for row, ratings in sheet.cells.items():
                for column, rating in zip(table.column_order, ratings, strict=True):
                    if table.rows.question == question.id and row == option_id:
                        rated[f"{sheet.id} {column}"] = rating
                    if table.columns.question == question.id and column == option_id:
                        rated[f"{sheet.id} {row}"] = rating
    return rated


# Answers that stand for more than their rating: a rule or an urgency names them.
NAMED = {
    "treatment": {"step-down", "left-early"},
    "home": {"unsafe"},
    "overdose": {"recent"},
    "use-pattern": {"just-stopped"},
}
ROUTING = {"who-for", "main-concern", "age-band", "substance-screen", "substances", "medical"}


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_worse_answer_never_lowers_level_or_urgency(data: st.DataObject) -> None:
    form = the_form()
    before = data.draw(conversations(danger=False))
    question = data.draw(
        st.sampled_from([each for each in reachable(form, before) if each.id not in ROUTING])
    )
    old = before[question.id][0]
    rated = pointwise(form, question, old)
    named = NAMED.get(question.id, set())
    worse = [
        option.id
        for option in question.options
        if option.emergency
        or (
            not option.skip
            and all(pointwise(form, question, option.id)[each] >= rated[each] for each in rated)
            and (old not in named or option.id == old)
        )
    ]
    if question.id == "use-pattern":
        worse = [each for each in worse if each == old or each not in ("detoxed", "stopped-weeks")]
    if not worse or (question.id == "suicide-thoughts" and old != "none"):
        return
    after = {**before, question.id: (data.draw(st.sampled_from(worse)),)}
    while (opened := next_question(form, after)) is not None:
        after[opened.id] = data.draw(choices(opened, skips=False))
    old_result, new_result = outcome(form, before), outcome(form, after)
    assert LEVELS.index(new_result.level) >= LEVELS.index(old_result.level)
    assert URGENCIES.index(new_result.urgency) >= URGENCIES.index(old_result.urgency)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_skip_is_never_quieter_than_the_mildest_answer(data: st.DataObject) -> None:
    form = the_form()
    mild = data.draw(conversations(skips=False, danger=False))
    question = data.draw(
        st.sampled_from([each for each in reachable(form, mild) if each.skip is not None])
    )
    skip = question.skip
    assert skip is not None
    mild[question.id] = (question.options[-2 if question.id == "substances" else 0].id,)
    skipped = {**mild, question.id: (skip.id,)}
    for given_answers in (mild, skipped):
        while (opened := next_question(form, given_answers)) is not None:
            given_answers[opened.id] = (opened.usual.id,)
    if emergency(form, skipped) is not None:
        return
    found = outcome(form, skipped)
    assert LEVELS.index(found.level) >= LEVELS.index(outcome(form, mild).level)
    assert found.staff_call == (skip.skip != "free")


@settings(max_examples=200, deadline=None)
@given(conversations())
def test_every_path_ends_in_one_outcome_with_reasons_that_were_said(given_answers: Answers) -> None:
    form = the_form()
    found = outcome(form, given_answers)
    assert found == outcome(form, dict(given_answers))
    assert found.missing == ()
    assert tuple(given_answers) == found.asked
    assert (found.level is Level.INFO) == (not found.reasons)
    for reason in found.reasons:
        assert reason.option in given_answers[reason.question]
        assert option_of(reason.question, reason.option).because == reason.text
    assert len({reason.text for reason in found.reasons}) == len(found.reasons)
    assert all(0 <= rating <= 4 for rating in found.ratings_assumed.values())
