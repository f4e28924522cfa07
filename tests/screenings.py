"""The real screening for tests, and ways to answer it."""

from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from bot.core.content.screening import read_screening
from bot.core.model import Answers, OptionId, QuestionId, Result
from bot.core.screening import next_question, outcome
from bot.core.screening_form import Form, Option, Question

PATH = Path(__file__).resolve().parents[1] / "content" / "screening.yaml"


@cache
def the_form() -> Form:
    """The screening as clinicians wrote it."""
    form, mistakes = read_screening(PATH.read_text(encoding="utf-8"), "content/screening.yaml")
    assert form is not None, "\n".join(map(str, mistakes))
    return form


def answers(**given: str | tuple[str, ...]) -> Answers:
    """Everything answered as usual, except what is given (`use_pattern` for `use-pattern`)."""
    full: Answers = {question.id: (question.usual.id,) for question in the_form().questions}
    for name, chosen in given.items():
        question_id = QuestionId(name.replace("_", "-"))
        assert question_id in full, question_id
        options = (chosen,) if isinstance(chosen, str) else chosen
        full[question_id] = tuple(OptionId(each) for each in options)
    return full


def result(**given: str | tuple[str, ...]) -> Result:
    """What it comes to when everything else is answered as usual."""
    return outcome(the_form(), answers(**given))


def choices(question: Question, *, skips: bool = True) -> st.SearchStrategy[tuple[OptionId, ...]]:
    """Any answer that the question takes."""
    options = [each for each in question.options if skips or not each.skip]
    single = st.sampled_from(options).map(lambda option: (option.id,))
    if not question.multi:
        return single
    together = [option.id for option in options if not option.alone]
    several = st.sets(st.sampled_from(together), min_size=1).map(
        lambda ids: tuple(each for each in together if each in ids)
    )
    return st.one_of(single, several)


@st.composite
def conversations(draw: st.DrawFn, *, skips: bool = True, danger: bool = True) -> Answers:
    """Answers to a whole path, question by question, as a person gives them."""
    form = the_form()
    given: Answers = {}
    while (question := next_question(form, given)) is not None:
        chosen = draw(choices(question, skips=skips))
        options = [option for option in question.options if option.id in chosen]
        if not danger and any(option.emergency for option in options):
            chosen = (question.usual.id,)
        given[question.id] = chosen
    return given


def option_of(question_id: str, option_id: str) -> Option:
    """An option by its ids."""
    question = the_form().question(question_id)
    assert question is not None
    option = question.option(option_id)
    assert option is not None
    return option
