"""What comes after a sign of danger: replies, company, the record, and who is told how soon."""

from datetime import timedelta

from answers import BEGIN, MILD, NO_CONTACT, SUBMIT, finishes, goes_through, reviews
from chat import Chat

from bot.core.model import FileIntake, InCrisis, NoteMiss, Screening

PLAIN = "I want to kill myself"
HOPELESS = "there is no point in living anymore"
RISKY = (
    *BEGIN,
    "[No, nothing like this]",
    "[Mood, worry, trauma or stress]",
    "[18 to 64]",
    "[Thought of a way, would not do it]",
)


def filed(chat: Chat) -> list[str]:
    """What went on record so far, in order."""
    return [
        f"{each.intake.status.value} {each.intake.urgency.value}"
        for each in chat.effects
        if isinstance(each, FileIntake)
    ]


def test_what_was_said_in_danger_stands_beside_the_question_it_interrupted(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:2], PLAIN, "my mom is here", "[I'm safe now]")
    said = [(turn.question, turn.digression) for turn in chat.turns[-3:]]
    assert said == [("age-band", True)] * 3


def test_a_second_concern_is_heard_too_and_never_answered_as_a_question(chat: Chat) -> None:
    chat.follows("""
        client: there is no point in living anymore
        bot: are you thinking about killing yourself?
        client: everyone would be better off without me
        bot: I hear you
        client: i feel hopeless
        bot: I hear you
    """)
    assert not any(isinstance(each, NoteMiss) for each in chat.effects)


def test_a_concern_and_a_question_in_one_message_are_both_answered(chat: Chat) -> None:
    chat.follows("""
        client: my ex used to hit me. how much does the program cost?
        bot: No one should be treated like that
        bot: insurance
    """)


def test_no_to_the_direct_question_is_acknowledged(chat: Chat) -> None:
    chat.follows("""
        client: there is no point in living anymore
        bot: are you thinking about killing yourself?
        client: no
        bot: I'm glad you're safe
    """)


def test_not_safe_is_danger_whatever_the_direct_question_was(chat: Chat) -> None:
    chat.follows("""
        client: there is no point in living anymore
        bot: are you thinking about killing yourself?
        client: no im not safe
        bot: 988
        alert: emergency now
    """)


def test_somebody_who_types_gets_out_of_the_crisis_as_well(chat: Chat) -> None:
    goes_through(chat, *BEGIN, PLAIN)
    chat.follows("""
        client: no one is here
        bot: please don't stay alone
        client: my mom is here
        bot: I'm glad someone is with you
        client: im safe now
        bot: I'm glad you're safe
        bot: Is anything like this happening right now?
    """)


def test_the_label_of_a_button_may_be_typed_under_the_card(chat: Chat) -> None:
    goes_through(chat, PLAIN)
    chat.follows("""
        client: I'm with someone
        bot: I'm glad someone is with you
        client: I'm safe now
        bot: I'm glad you're safe
    """)


def test_after_a_danger_one_may_leave_a_way_to_be_reached(chat: Chat) -> None:
    goes_through(chat, PLAIN, "[I'm safe now]")
    chat.follows("""
        client: [Leave a way to reach you]
        bot: How can staff reach you?
        client: 555-010-0199
        bot: good time
    """)
    assert filed(chat)[-1] == "emergency now"


def test_typed_and_pressed_no_to_the_safety_question_get_the_same_card(chat: Chat) -> None:
    other = Chat(chat.content)
    for phone, reply in ((chat, "no"), (other, "[No]")):
        phone.writes("he hits me")
        assert "safe right now" in phone.unread[-1]
        phone.unread.clear()
        phone.writes(reply)
    assert chat.unread == other.unread
    assert len(chat.unread) == 1
    assert isinstance(chat.session.stage, InCrisis)


def test_the_urgency_on_record_never_falls(chat: Chat) -> None:
    goes_through(chat, *RISKY, "[No, never]", "[Yes, if someone stays close]", *MILD[5:], SUBMIT)
    assert filed(chat) == ["completed same-day"]
    goes_through(chat, NO_CONTACT, "/screening", "[Change my answers]")
    chat.writes("[5. Thought of a way, would not do it]")
    goes_through(chat, "[No thoughts of dying or suicide]", SUBMIT)
    assert filed(chat)[-1] == "amended same-day"


def test_a_milder_change_that_was_never_sent_changes_nothing_on_record(chat: Chat) -> None:
    finishes(chat)
    before = filed(chat)
    goes_through(chat, "/screening", "[Change my answers]")
    chat.waits(timedelta(hours=1))
    assert filed(chat) == before


def test_a_worse_change_that_was_never_sent_reaches_staff(chat: Chat) -> None:
    finishes(chat)
    goes_through(chat, "/screening", "[Change my answers]", "[7. No]")
    goes_through(chat, "[Hurt or threatened someone lately]")
    chat.waits(timedelta(hours=1))
    assert filed(chat)[-1] == "amended same-day"


def test_answers_of_risk_reach_staff_although_the_person_cancels(chat: Chat) -> None:
    goes_through(chat, *RISKY, "[No, never]", "[Yes, if someone stays close]")
    chat.follows("""
        client: /cancel
        bot: Your answers so far are kept
        alert: result same-day
        filed: incomplete same-day iop
    """)


def test_answers_reach_staff_although_the_question_about_erasing_stays_open(chat: Chat) -> None:
    goes_through(chat, *RISKY, "/delete")
    chat.waits(timedelta(hours=1))
    assert filed(chat) == ["incomplete same-day"]


def test_the_result_says_how_soon_as_it_stands_on_record(chat: Chat) -> None:
    goes_through(chat, *BEGIN, PLAIN, "[I'm safe now]", *MILD)
    chat.writes(SUBMIT)
    assert "at once" in chat.unread[0]


def test_what_cannot_wait_shows_whom_to_call_while_nobody_is_there(chat: Chat) -> None:
    goes_through(chat, *RISKY, "[Attempt in past 3 months, no care yet]", "[Yes]", *MILD[5:])
    chat.writes(SUBMIT)
    assert "988" in chat.unread[1]
    assert "Until our team is there" in chat.unread[1]


def test_what_can_wait_shows_no_card(chat: Chat) -> None:
    reviews(chat)
    chat.writes(SUBMIT)
    assert not any("Until our team is there" in each for each in chat.unread)


def test_no_setting_is_named_to_a_child_when_asked_what_it_means(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:2], "[Under 13]", "[Yes]", *MILD[3:8])
    goes_through(chat, "[Missing work or school, falling behind]", *MILD[9:], SUBMIT)
    chat.writes("[What does this mean?]")
    assert "IOP" not in chat.unread[0]
    assert "outpatient" not in chat.unread[0]


def test_a_concern_in_mid_screening_keeps_the_question_open(chat: Chat) -> None:
    goes_through(chat, *BEGIN)
    chat.writes(HOPELESS)
    assert "988" in chat.unread[0]
    assert isinstance(chat.session.stage, Screening)


def test_what_is_no_question_gets_no_lecture_under_the_card(chat: Chat) -> None:
    goes_through(chat, PLAIN)
    chat.follows("""
        client: my job is very hard
        bot: I'm still here
        client: how long does the program last?
        bot: weeks
        bot: I'm still here
    """)
