from datetime import timedelta

from answers import BEGIN, MILD, SUBMIT, goes_through, reviews
from chat import Chat

PLAIN = "I want to kill myself"


def test_danger_while_browsing_shows_the_card_and_alerts_staff(chat: Chat) -> None:
    chat.follows("""
        client: I want to kill myself
        bot: 988
        buttons: I'm with someone | I'm safe now
        alert: emergency now
        filed: emergency now
    """)


def test_the_client_is_told_of_the_alert_only_when_it_was_sent(chat: Chat) -> None:
    chat.writes(PLAIN)
    assert not any("alerted" in each for each in chat.unread)
    chat.unread.clear()
    chat.follows("""
        alert arrives
        bot: Our staff have been alerted
        alert arrives
    """)


def test_danger_in_mid_screening_parks_the_question(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:2])
    chat.follows("""
        client: i'm going to kill myself tonight
        bot: 988
        client: [I'm safe now]
        bot: glad
        bot: How old are you?
        client: [18 to 64]
        bot: which is closest to what you have had?
    """)


def test_an_emergency_answer_stops_at_once(chat: Chat) -> None:
    goes_through(chat, *BEGIN)
    chat.follows("""
        client: [About to hurt self, or just did]
        bot: 988
        alert: emergency now
        filed: emergency now emergency
    """)


def test_an_overdose_answer_tells_what_to_do_first(chat: Chat) -> None:
    goes_through(chat, *BEGIN)
    chat.writes("[Took too much, or can't be woken]")
    assert "911" in chat.unread[0]
    assert "naloxone" in chat.unread[0].casefold()


def test_the_crisis_lasts_until_a_person_clears_it(chat: Chat) -> None:
    chat.writes(PLAIN)
    chat.unread.clear()
    chat.waits(timedelta(days=2))
    chat.writes("hello")
    assert any("988" in each for each in chat.unread)


def test_a_question_during_a_crisis_is_answered_and_help_stays_in_reach(chat: Chat) -> None:
    goes_through(chat, PLAIN)
    chat.writes("how long does the program last?")
    assert "weeks" in chat.unread[0]
    assert "988" in chat.unread[-1]


def test_with_someone_keeps_the_card_in_reach(chat: Chat) -> None:
    goes_through(chat, PLAIN)
    chat.writes("[I'm with someone]")
    assert chat.unread
    assert "I'm safe now" in chat.labels()


def test_urgency_stays_now_on_record_after_i_am_safe(chat: Chat) -> None:
    goes_through(chat, PLAIN, "[I'm safe now]")
    reviews(chat)
    chat.follows("""
        client: [Looks right – send to staff]
        bot: outpatient
        bot: don't wait alone
        bot: optional
        filed: completed now outpatient
    """)


def test_danger_in_an_edited_message_is_seen(chat: Chat) -> None:
    chat.follows("""
        client: (edits) I want to kill myself
        bot: 988
        alert: emergency now
    """)


def test_danger_in_a_caption_is_seen(chat: Chat) -> None:
    chat.follows("""
        client: (photo) goodbye everyone, I'm going to kill myself
        bot: 988
        alert: emergency now
    """)


def test_danger_typed_as_a_name_is_seen(chat: Chat) -> None:
    reviews(chat)
    goes_through(chat, SUBMIT)
    chat.follows("""
        client: I am going to kill myself
        bot: 988
        alert: emergency now
    """)


def test_danger_is_answered_while_staff_write(chat: Chat) -> None:
    chat.staff_event("Ana", "takes over")
    chat.unread.clear()
    chat.follows("""
        client: I want to kill myself
        bot: 988
        alert: emergency now
    """)


def test_danger_for_somebody_else_is_answered_as_such(chat: Chat) -> None:
    chat.writes("my son took a whole bottle of pills and won't wake up")
    assert "911" in chat.unread[0]


def test_a_concern_is_answered_kindly_and_the_person_goes_on(chat: Chat) -> None:
    chat.writes("sometimes I feel like everyone would be better off without me")
    assert chat.unread
    assert "988" in chat.unread[0]


def test_delete_during_a_crisis_is_possible(chat: Chat) -> None:
    goes_through(chat, PLAIN)
    chat.follows("""
        client: /delete
        bot: can't be undone
        client: [No, keep it]
        bot: nothing was erased
        bot: 988
    """)
