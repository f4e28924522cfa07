"""Answers typed at an open question: plain ones, guesses that grow old, a bare yes, a keyword."""

import pytest
from answers import BEGIN, MILD, goes_through
from chat import Chat
from msgspec.structs import replace

from bot.core.model import (
    AwaitingConsent,
    Browsing,
    CheckingSafety,
    Consent,
    InCrisis,
    LeavingContact,
    Perspective,
    QuestionId,
    Screening,
)


def asked(chat: Chat, question: str, perspective: Perspective = Perspective.SELF) -> None:
    """One question is open, however it came to that."""
    chat.session = replace(
        chat.session,
        stage=Screening(question=QuestionId(question)),
        perspective=perspective,
        consent=Consent(version=chat.content.wording.consent.version, at=chat.at),
    )


def standing(chat: Chat) -> dict[str, tuple[str, ...]]:
    return {
        str(each.question): each.options
        for each in chat.session.answers
        if each.retracted_at is None
    }


# --- plain answers are no danger


@pytest.mark.parametrize("age", range(10, 90))
def test_a_bare_age_is_never_taken_for_danger(chat: Chat, age: int) -> None:
    for text in (f"hes {age}", f"she is {age} years old", f"{age}"):
        asked(chat, "age-band", Perspective.LOVED_ONE)
        turn = chat.writes(text)
        assert not [each for each in turn.because if each.startswith("crisis")], text
        assert not isinstance(chat.session.stage, InCrisis | CheckingSafety)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("control", "i cant"),
        ("control", "I can't stop"),
        ("control", "a week"),
        ("use-pattern", "every day"),
        ("support", "nobody"),
        ("substances", "heroin and xanax"),
    ],
)
def test_an_option_by_its_very_words_is_never_taken_for_danger(
    chat: Chat, question: str, text: str
) -> None:
    asked(chat, question)
    turn = chat.writes(text)
    assert not [each for each in turn.because if each.startswith("crisis")]


def test_a_time_to_be_called_is_never_taken_for_danger(chat: Chat) -> None:
    chat.session = replace(chat.session, stage=LeavingContact(step="time"))
    chat.follows("""
        client: tonight after 8
        bot: insurance
    """)
    assert chat.session.contact.best_time == "tonight after 8"


def test_a_refused_consent_is_never_taken_for_danger(chat: Chat) -> None:
    chat.session = replace(chat.session, stage=AwaitingConsent())
    chat.follows("""
        client: not right now
        bot: You can ask me anything
    """)
    assert isinstance(chat.session.stage, Browsing)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("age-band", "hes 42 and wants to kill himself"),
        ("age-band", "i am 42 and i want to die"),
        ("control", "i cant go on i want to kill myself"),
        ("suicide-thoughts", "better off dead"),
        ("use-pattern", "every day and i want to die"),
    ],
)
def test_danger_beside_an_answer_is_still_heard(chat: Chat, question: str, text: str) -> None:
    asked(chat, question)
    turn = chat.writes(text)
    assert [each for each in turn.because if each.startswith("crisis")]


# --- guesses


def test_a_yes_after_a_question_off_to_the_side_is_no_yes_to_the_guess_before(chat: Chat) -> None:
    asked(chat, "support")
    chat.follows("""
        client: live alone mostly
        bot: Did you mean: No one?
        client: can i bring my dog?
        bot: pet
        bot: evenings and nights
        client: yes
        bot: Noted: Yes, every day
    """)
    assert standing(chat)["support"] == ("daily",)


@pytest.mark.parametrize("aside", ["/status", "/why", "/faq", "thanks", "how much does it cost?"])
def test_a_guess_does_not_outlive_what_is_shown_after_it(chat: Chat, aside: str) -> None:
    asked(chat, "support")
    goes_through(chat, "live alone mostly", aside)
    assert isinstance(chat.session.stage, Screening)
    assert chat.session.stage.guess == ()


def test_a_no_after_a_question_off_to_the_side_is_an_answer(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:3], "[Wished to be dead or not wake up]", "[No, never]")
    stage = chat.session.stage
    assert isinstance(stage, Screening)
    assert stage.question == "suicide-safe"
    chat.session = replace(chat.session, stage=replace(stage, guess=("yes",)))
    goes_through(chat, "how much does it cost?", "no")
    assert isinstance(chat.session.stage, InCrisis)
    assert standing(chat)["suicide-safe"] == ("no",)


def test_a_yes_after_a_question_off_to_the_side_is_no_emergency(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:3], "[Wished to be dead or not wake up]", "[No, never]")
    stage = chat.session.stage
    assert isinstance(stage, Screening)
    assert stage.question == "suicide-safe"
    chat.session = replace(chat.session, stage=replace(stage, guess=("not-sure",)))
    goes_through(chat, "how much does it cost?", "yes")
    assert not isinstance(chat.session.stage, InCrisis)
    assert standing(chat)["suicide-safe"] == ("yes",)


def test_an_old_button_of_a_guess_changes_nothing_and_says_so(chat: Chat) -> None:
    asked(chat, "support")
    chat.writes("live alone mostly")
    old = next(each.data for _, each in chat.visible() if each.label == "Yes, that's it")
    goes_through(chat, "how much does it cost?")
    chat.presses_data(old)
    assert "earlier message" in chat.toasts[-1]
    assert "support" not in standing(chat)


def test_the_labels_of_a_guess_may_be_typed(chat: Chat) -> None:
    asked(chat, "support")
    chat.writes("live alone mostly")
    chat.writes("no, show me the choices")
    assert "support" not in standing(chat)
    chat.writes("live alone mostly")
    chat.writes("Yes, that's it")
    assert standing(chat)["support"] == ("none",)


def test_thoughts_with_a_never_are_not_taken_for_no_thoughts(chat: Chat) -> None:
    asked(chat, "suicide-thoughts")
    chat.writes("i think about it but would never do it")
    assert isinstance(chat.session.stage, Screening)
    assert chat.session.stage.guess in ((), ("thoughts",), ("method",))
    assert "suicide-thoughts" not in standing(chat)


def test_what_nobody_does_is_not_taken_for_being_done(chat: Chat) -> None:
    for text in ("no one is hurt", "nobody got hurt", "no one is about to hurt anyone"):
        asked(chat, "danger-now")
        chat.writes(text)
        stage = chat.session.stage
        assert isinstance(stage, Screening)
        assert stage.guess in ((), ("none",)), text


# --- a bare yes


@pytest.mark.parametrize("text", ["yes", "yeah", "Yes, right now", "si"])
def test_a_yes_to_danger_now_opens_the_question_about_safety(chat: Chat, text: str) -> None:
    goes_through(chat, *BEGIN)
    chat.writes(text)
    assert isinstance(chat.session.stage, CheckingSafety)
    assert "911" in chat.unread[0]
    chat.unread.clear()
    chat.writes("no")
    assert isinstance(chat.session.stage, InCrisis)


def test_who_is_safe_after_a_yes_comes_back_to_the_question(chat: Chat) -> None:
    goes_through(chat, *BEGIN, "yes")
    chat.writes("[Yes]")
    assert "Is anything like this" in chat.unread[-1]
    assert "danger-now" not in standing(chat)


def test_a_yes_about_somebody_else_asks_about_them(chat: Chat) -> None:
    asked(chat, "danger-now", Perspective.LOVED_ONE)
    chat.writes("yes")
    assert "Are they safe" in chat.unread[0]


@pytest.mark.parametrize(
    "question", ["suicide-thoughts", "attempt-history", "harm-others", "reality", "overdose"]
)
def test_a_bare_yes_is_thanked_and_asked_which_is_closest(chat: Chat, question: str) -> None:
    asked(chat, question)
    chat.writes("yes")
    assert chat.unread[0].startswith("Thank you for telling me. Which of these is closest?")
    assert question not in standing(chat)


# --- a keyword


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("suicide-safe", "i guess"),
        ("main-concern", "i dont know"),
        ("main-concern", "nothing"),
        ("main-concern", "once"),
        ("use-pattern", "last year"),
        ("use-pattern", "almost"),
        ("functioning", "not good"),
        ("treatment", "i live alone"),
        ("treatment", "3 days"),
    ],
)
def test_a_short_answer_is_not_taken_for_a_question(chat: Chat, question: str, text: str) -> None:
    asked(chat, question)
    turn = chat.writes(text)
    assert not [each for each in turn.because if each.startswith("faq")]


@pytest.mark.parametrize("text", ["insurance", "cost", "telehealth", "medication"])
def test_a_topic_by_its_own_word_is_answered_in_mid_screening(chat: Chat, text: str) -> None:
    goes_through(chat, *BEGIN, *MILD[:2])
    turn = chat.writes(text)
    assert [each for each in turn.because if each.startswith("faq")]
    assert "How old are you?" in chat.unread[-1]
