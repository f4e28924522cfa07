"""What authors are told about texts: words, length, grade, sources; each code by a broken text."""

import copy
import inspect
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from broken import form_of
from msgspec.structs import replace

from bot.core.checked_yaml import Mistake
from bot.core.client_texts import client_texts
from bot.core.content import Content
from bot.core.content.banned import Banned, read_banned
from bot.core.content.safety import read_safety
from bot.core.examples import failing_examples, failing_phrases
from bot.core.lint import lint, stale_hotlines
from bot.core.reading import grade

FOLDER = Path(__file__).parents[2] / "content"


@pytest.fixture(scope="module", name="banned")
def _banned() -> Banned:
    """The list as it ships."""
    banned, mistakes = read_banned(
        (FOLDER / "banned.yaml").read_text(encoding="utf-8"), "content/banned.yaml"
    )
    assert banned is not None, mistakes
    return banned


def changed(content: Content, **parts: object) -> Content:
    """The content with some parts in place of its own."""
    other = copy.copy(content)
    for name, part in parts.items():
        setattr(other, name, part)
    return other


@pytest.fixture(name="told")
def _told(request: pytest.FixtureRequest, content: Content, banned: Banned) -> list[str]:
    """What is told of the small screening with the test's docstring in it."""
    test: Callable[..., object] = request.function
    form, places = form_of(inspect.getdoc(test) or "")
    found = lint(changed(content, screening=form), banned, "content")
    return [
        f"{places[each.line]}: {'warning: ' if each.warning else ''}"
        f"{each.message}; {each.hint} [{each.code}]"
        for each in found
        if each.path == "content/screening.yaml" and places[each.line]
    ]


def test_the_content_as_it_ships_has_no_error(content: Content, banned: Banned) -> None:
    assert [str(each) for each in lint(content, banned, "content") if not each.warning] == []


def test_a_question_that_does_not_say_why(told: list[str]) -> None:
    """
    questions:
      - id: last
        source: m
        no_skip: "a test"
        text: {self: "Are you there?", loved-one: "Are they there?"}
        options:
          - {id: "no", label: "No"}
          - {id: "yes", label: "Yes"}
    """
    assert told == ["2: 'last' does not say why it is asked; add why: one kind sentence [no-why]"]


def test_a_question_that_cannot_be_skipped(told: list[str]) -> None:
    """
    questions:
      - id: last
        source: m
        why: "So that I know."
        text: {self: "Are you there?", loved-one: "Are they there?"}
        options:
          - {id: "no", label: "No"}
          - {id: "yes", label: "Yes"}
    """
    assert told == [
        (
            "2: 'last' cannot be skipped;"
            " give an option skip: counted, or say why not with no_skip: [no-skip]"
        )
    ]


def test_an_answer_that_counts_and_gives_no_reason(told: list[str]) -> None:
    """
    questions:
      - id: last
        source: m
        why: "So that I know."
        no_skip: "a test"
        text: {self: "Are you there?", loved-one: "Are they there?"}
        options:
          - {id: "no", label: "No", rate: {mood: 1}}
          - {id: "yes", label: "Yes"}
    """
    assert told == [
        (
            "8: 'no' of 'last' rates something and has no 'because';"
            " say in a few words what was told [no-because]"
        )
    ]


def test_words_that_clients_must_not_read(told: list[str]) -> None:
    """
    questions:
      - id: last
        source: m
        why: "This is confidential, and it is not your fault."
        no_skip: "a test"
        text: {self: "Do you have a disorder?", loved-one: "Are they an addict?"}
        options:
          - {id: "no", label: "No"}
          - {id: "yes", label: "Yes, I am bipolar"}
    """
    assert [each.split(";")[0] for each in told] == [
        "4: clients must not read 'confidential' (why last)",
        "6: clients must not read 'addict' (question last (loved one))",
        "6: clients must not read 'disorder' (question last (self))",
        "9: clients must not read 'bipolar' (option last yes)",
    ]
    assert all(each.endswith("[banned-word]") for each in told)


def test_a_question_that_is_too_hard_to_read(told: list[str]) -> None:
    """
    questions:
      - id: last
        source: m
        no_skip: "a test"
        why: "Understanding environmental circumstances facilitates individualized recommendations."
        text:
          self: "Which of the following difficulties are affecting your everyday activities today?"
          loved-one: "Are they there?"
        options:
          - {id: "no", label: "No"}
          - {id: "yes", label: "Yes"}
    """
    assert len(told) == 2
    assert told[0].startswith("5: why last reads at grade ")
    assert told[0].endswith(", over 8; use shorter sentences and shorter words [grade]")


def test_a_question_that_is_somewhat_hard_to_read(told: list[str]) -> None:
    """
    questions:
      - id: last
        source: m
        no_skip: "a test"
        why: "Sometimes worries at home make it harder to get better after a visit."
        text: {self: "Were you in a hospital this month?", loved-one: "Were they there?"}
        options:
          - {id: "no", label: "No"}
          - {id: "yes", label: "Yes"}
    """
    assert all(": warning: " in each and each.endswith("[grade]") for each in told)
    assert told


def test_an_id_that_does_not_fit_on_a_button(told: list[str]) -> None:
    """
    questions:
      - id: this-question-has-a-very-long-id
        source: m
        no_skip: "a test"
        why: "So that I know."
        text: {self: "Are you there?", loved-one: "Are they there?"}
        options:
          - {id: "no", label: "No"}
          - {id: yes-and-a-long-id-too, label: "Yes"}
    """
    assert told == [
        (
            "9: the button of 'this-question-has-a-very-long-id yes-and-a-long-id-too' carries"
            " 71 bytes; at most 52 fit: shorten the ids [button-long]"
        )
    ]


def test_an_emergency_without_a_crisis_card(told: list[str]) -> None:
    """
    questions:
      - id: last
        source: m
        no_skip: "a test"
        why: "So that I know."
        text: {self: "Are you there?", loved-one: "Are they there?"}
        options:
          - {id: "no", label: "No"}
          - {id: "yes", label: "Yes", emergency: fire, because: "there is a fire"}
    """
    assert told == [
        (
            "9: there is no crisis card for 'fire'; one of: suicide, self_harm, overdose,"
            " withdrawal, violence, psychosis, abuse, medical [unknown-kind]"
        )
    ]


def test_a_text_over_the_limits_of_telegram(content: Content, banned: Banned) -> None:
    topic = content.faq.topics[0]
    long = replace(topic, answer="It is long. " * 400)
    faq = replace(content.faq, topics=(long, *content.faq.topics[1:]))
    found = lint(changed(content, faq=faq), banned, "content")
    assert ("too-long", "topic what-is-iop has 4800 characters, at most 4096 fit") in {
        (each.code, each.message) for each in found
    }


def test_a_topic_without_a_source(content: Content, banned: Banned) -> None:
    bare = replace(content.faq.topics[0], source=" ")
    faq = replace(content.faq, topics=(bare, *content.faq.topics[1:]))
    found = lint(changed(content, faq=faq), banned, "content")
    assert "topic-source" in {each.code for each in found}


def codes(mistakes: list[Mistake]) -> set[str]:
    return {each.code for each in mistakes}


def test_a_hotline_that_nobody_verified() -> None:
    text = (FOLDER / "safety.yaml").read_text(encoding="utf-8")
    for field in ("verified_on: 2026-11-24, ", 'source: "public pages of the service", '):
        assert field in text
        safety, mistakes = read_safety(text.replace(field, "", 1), "content/safety.yaml")
        assert safety is None
        assert codes(mistakes) == {"missing-key"}
        assert f"'{field.split(':')[0]}' is missing here" in {each.message for each in mistakes}


def test_a_hotline_that_is_verified_on_a_day_to_come(content: Content) -> None:
    found = list(stale_hotlines(content.safety, date(2026, 11, 1), "content"))
    assert codes(found) == {"hotline-future"}
    assert not any(each.warning for each in found)


def test_a_hotline_that_was_verified_long_ago(content: Content) -> None:
    year, month, day = 2026, 11, 24
    assert list(stale_hotlines(content.safety, date(year, month, day), "content")) == []
    found = list(stale_hotlines(content.safety, date(year + 1, month + 1, day), "content"))
    assert codes(found) == {"hotline-stale"}
    assert all(each.warning and each.line for each in found)


def test_an_example_that_comes_out_otherwise() -> None:
    form, _ = form_of("""
        examples:
          - {answers: {mood: bad}, outcome: iop, urgency: routine, flags: [day]}
          - {answers: {mood: bad}, outcome: outpatient, ratings: {mood: 2}, not_asked: [drinks]}
    """)
    (finding,) = failing_examples(form)
    assert finding.code == "example-fails"
    assert finding.message == (
        "this example comes out otherwise: outcome is outpatient, not iop; flag 'day' is missing"
    )


def test_a_phrase_that_finds_another_topic(content: Content) -> None:
    topic = replace(content.faq.topics[0], examples=("can i bring my dog",))
    faq = replace(content.faq, topics=(topic, *content.faq.topics[1:]))
    (finding,) = (each for each in failing_phrases(faq, content.search) if "dog" in each.message)
    assert finding.message == "'can i bring my dog' finds pet-friendly, not 'what-is-iop'"


def test_a_mistake_in_the_list_of_banned_words() -> None:
    banned, mistakes = read_banned("groups:\n  - {why: because, word: [x]}\n", "banned.yaml")
    assert banned is None
    assert codes(mistakes) >= {"unknown-key", "missing-key"}


def test_a_banned_word_is_fine_in_an_allowed_phrase(banned: Banned) -> None:
    assert [
        word for word, _ in banned.found("This is not a **diagnosis**. I can't diagnose.")
    ] == []
    assert [word for word, _ in banned.found("Your diagnosis is clear")] == ["diagnosis"]
    assert [word for word, _ in banned.found("She died after she committed suicide.")] == [
        "committed suicide"
    ]


def test_every_text_for_clients_knows_its_line(content: Content) -> None:
    texts = list(client_texts(content))
    assert {each.file for each in texts} == {
        "clinic.yaml",
        "screening.yaml",
        "faq.yaml",
        "safety.yaml",
        "wording.yaml",
        "console.yaml",
    }
    assert all(each.line > 0 for each in texts)


def test_a_grade_takes_list_marks_and_places_for_what_they_are() -> None:
    assert grade("Too short") is None
    easy = grade("We go for a walk. The sun is out. It is a good day.")
    hard = grade("Comprehensive multidisciplinary interventions necessitate organization.")
    assert easy is not None
    assert easy < 3
    assert hard is None or hard > 12


def with_wording(content: Content, name: str, **parts: object) -> Content:
    """The content with some sentences of a section of the wording in place of its own."""
    wording = content.wording
    return changed(
        content, wording=replace(wording, **{name: replace(getattr(wording, name), **parts)})
    )


def test_words_are_banned_in_names_facts_and_ticks_and_however_they_are_spelt(
    content: Content, banned: Banned
) -> None:
    clinic = replace(content.clinic, name="Anonymous Care", facts={"phone": "no guaran\u00adtees"})
    steps = content.wording.contact.steps
    steps = tuple(replace(each, toggle="It's confi\u200bdential") for each in steps[:1])
    other = with_wording(content, "contact", steps=steps)
    other = with_wording(other, "record", file="non\u2011compliant.txt")
    first, *rest = content.console.replies
    console = replace(content.console, replies=(replace(first, text="It is cured."), *rest))
    found = lint(changed(other, clinic=clinic, console=console), banned, "content")
    assert [each.message for each in found if each.code == "banned-word"] == [
        "clients must not read 'Anonymous' (name of the clinic)",
        "clients must not read 'guarantees' (fact phone)",
        "clients must not read 'cured' (reply hello)",
        "clients must not read 'confidential' (contact.steps.0.toggle)",
        "clients must not read 'non-compliant' (record.file)",
    ]


@pytest.mark.parametrize("text", ["I can diagnose you", "This is a diagnosis", "We diagnose you"])
def test_what_only_sounds_like_an_allowed_phrase_is_banned(banned: Banned, text: str) -> None:
    assert list(banned.found(text))


def test_without_a_question_of_whom_one_asks_for_the_wording_would_be_lost(
    content: Content, banned: Banned
) -> None:
    question = content.screening.questions[0]
    me, someone, *rest = question.options
    options = (me, replace(someone, id="family"), *rest)
    form = content.screening
    form = replace(form, questions=(replace(question, options=options), *form.questions[1:]))
    assert "perspectives" in codes(lint(changed(content, screening=form), banned, "content"))
    assert "perspectives" not in codes(lint(content, banned, "content"))


def test_buttons_outside_the_questions_fit_and_differ(content: Content, banned: Banned) -> None:
    step = content.wording.contact.steps[1]
    first = step.choices[0]
    same = replace(first, id="x" * 60, label=first.label.upper())
    other = with_wording(content, "contact", steps=(replace(step, choices=(first, same)),))
    assert {"label-twice", "button-long"} <= codes(lint(other, banned, "content"))
    other = with_wording(content, "menu", human="Talk to somebody from our team on the phone")
    assert {"too-long"} <= codes(lint(other, banned, "content"))


def test_what_telegram_shows_of_the_bot_is_easy_to_read(content: Content, banned: Banned) -> None:
    hard = "Understanding environmental circumstances facilitates individualized recommendations."
    other = with_wording(content, "telegram", description=hard)
    assert any(
        each.code == "grade" and "telegram.description" in each.message
        for each in lint(other, banned, "content")
    )
