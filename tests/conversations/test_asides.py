"""Questions about the program: on their own, and in the middle of something else."""

from answers import BEGIN, MILD, goes_through, reviews
from chat import Chat

from bot.core.model import NoteMiss


def test_a_clear_question_is_answered_with_thumbs(chat: Chat) -> None:
    chat.follows("""
        client: how long does the program last?
        bot: weeks
        buttons: 👍 | 👎
    """)


def test_a_question_in_mid_screening_is_answered_and_the_screening_goes_on(chat: Chat) -> None:
    chat.follows("""
        client: /screening
        bot: Is it OK
        client: yes
        bot: Who are you asking for?
        client: can i bring my dog?
        bot: pets
        bot: Who are you asking for?
        client: [For me]
        bot: Is anything like this happening right now?
    """)
    turn = chat.turns[-2]
    assert turn.digression
    assert turn.question == "who-for"


def test_human_in_mid_screening_is_asked_for_and_the_question_comes_back(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:2])
    chat.follows("""
        client: /human
        bot: asked our team
        bot: How old are you?
        alert: human same-day
    """)


def test_out_of_hours_the_client_learns_when_somebody_is_there(chat: Chat) -> None:
    chat.follows("""
        client: /human
        bot: next there Tuesday
    """)


def test_two_questions_in_one_message_get_both_answers(chat: Chat) -> None:
    chat.writes("How long does the program last? And can I bring my dog?")
    text = " ".join(chat.unread)
    assert "weeks" in text
    assert "pet" in text


def test_what_is_not_known_is_said_and_kept(chat: Chat) -> None:
    chat.follows("""
        client: who won the football game last night?
        bot: not sure I can answer
        does: NoteMiss
        buttons: Talk to a person
    """)


def test_a_thumb_down_is_kept_with_the_question(chat: Chat) -> None:
    chat.writes("how long does the program last?")
    chat.unread.clear()
    chat.follows("""
        client: [👎]
        toast: Thank you for telling me
        does: NoteFeedback
    """)


def test_topics_are_listed_a_page_at_a_time(chat: Chat) -> None:
    chat.writes("/faq")
    first = set(chat.labels())
    chat.writes("[More topics]")
    assert set(chat.labels()) != first


def test_a_topic_button_answers_in_mid_screening(chat: Chat) -> None:
    goes_through(chat, *BEGIN, "/faq")
    label = chat.labels()[0]
    chat.writes(f"[{label}]")
    assert "Is anything like this" in chat.unread[-1]


def test_help_status_and_privacy_keep_the_question_open(chat: Chat) -> None:
    goes_through(chat, *BEGIN)
    chat.follows("""
        client: /help
        bot: /human
        bot: Is anything like this
        client: /status
        bot: You were on question 2 of about
        bot: Is anything like this
        client: /privacy
        bot: What is kept
        bot: Is anything like this
    """)


def test_a_photo_is_answered_politely_and_the_question_stays(chat: Chat) -> None:
    goes_through(chat, *BEGIN)
    chat.follows("""
        client: (photo) my card
        bot: only read text
        bot: Is anything like this
    """)


def test_an_edited_message_changes_nothing(chat: Chat) -> None:
    goes_through(chat, *BEGIN)
    before = chat.session.answers
    chat.follows("""
        client: (edits) for my son
        bot: can't go back to it
        bot: Is anything like this
    """)
    assert chat.session.answers == before


def test_a_question_during_the_review_is_answered_and_the_review_comes_back(chat: Chat) -> None:
    reviews(chat)
    chat.follows("""
        client: is it covered by insurance?
        bot: insur
        bot: Please look this over
    """)


def test_hello_during_the_review_shows_it_again_and_is_no_unanswered_question(chat: Chat) -> None:
    reviews(chat)
    chat.follows("""
        client: hi
        bot: Please look this over
    """)
    assert not any(isinstance(each, NoteMiss) for each in chat.effects)


def test_a_deep_link_to_a_topic_answers_it(chat: Chat) -> None:
    chat.follows("""
        client: /start duration
        bot: weeks
    """)


def test_mydata_sends_the_record(chat: Chat) -> None:
    chat.follows("""
        client: /mydata
        bot: your record
        does: SendRecord
    """)


def test_an_empty_message_gets_a_reply(chat: Chat) -> None:
    chat.writes("   ")
    assert chat.unread
