"""What people wish for in words: a person, to stop, to start over, to have all deleted; and labels."""

import pytest
from answers import BEGIN, MILD, SUBMIT, finishes, goes_through, reviews
from chat import Chat

from bot.core.model import Answer, Browsing, ConfirmingErase, LeavingContact, Screening

PERSON = (
    "talk to a person",
    "can i talk to a human",
    "real person please",
    "I want to speak with someone.",
    "call me",
    "is there someone i can talk to?",
    "hi, can I please speak to a counselor?",
)


def standing(chat: Chat) -> list[Answer]:
    return [each for each in chat.session.answers if each.retracted_at is None]


@pytest.mark.parametrize("text", PERSON)
def test_who_asks_for_a_person_in_words_gets_one(chat: Chat, text: str) -> None:
    chat.follows(f"""
        client: {text}
        bot: asked our team
        alert: human same-day
    """)


@pytest.mark.parametrize("text", PERSON)
def test_a_person_is_asked_for_in_mid_screening_and_the_question_comes_back(
    chat: Chat, text: str
) -> None:
    goes_through(chat, *BEGIN, *MILD[:2])
    chat.follows(f"""
        client: {text}
        bot: asked our team
        bot: How old are you?
        alert: human same-day
    """)


def test_a_person_is_asked_for_at_every_other_screen(chat: Chat) -> None:
    chat.follows("""
        client: /screening
        bot: Is it OK to start?
        client: talk to a person
        bot: asked our team
        bot: Is it OK to start the questions?
    """)
    reviews(chat)
    chat.follows("""
        client: can i talk to a human
        bot: already knows
        bot: Please look this over
        client: [Looks right – send to staff]
        bot: outpatient
        bot: What name
        client: call me
        bot: already knows
        bot: What name
    """)
    assert chat.session.contact.name == ""


def test_in_danger_the_wish_for_a_person_is_granted_and_the_card_stays_in_reach(
    chat: Chat,
) -> None:
    goes_through(chat, "I want to kill myself")
    chat.follows("""
        client: talk to a person
        bot: asked our team
        bot: still here
        alert: human same-day
    """)


def test_who_only_has_nobody_to_talk_to_is_not_taken_for_one_who_asks(chat: Chat) -> None:
    chat.writes("i have no one to talk to")
    assert chat.session.human_asked_at is None


@pytest.mark.parametrize("text", ["stop", "cancel", "Quit."])
def test_stop_in_words_keeps_the_answers(chat: Chat, text: str) -> None:
    goes_through(chat, *BEGIN, *MILD[:2])
    chat.follows(f"""
        client: {text}
        bot: kept for a while
    """)
    assert isinstance(chat.session.stage, Browsing)
    assert len(standing(chat)) == 3


def test_quit_is_an_answer_where_it_may_be_one(chat: Chat) -> None:
    goes_through(chat, *BEGIN, MILD[0], "[Alcohol or drugs]", *MILD[2:9], "[Alcohol]", "[Done]")
    chat.follows("""
        client: quit
        bot: Did you mean
    """)


@pytest.mark.parametrize("text", ["cancel", "stop", "/cancel", "quit", "no, keep it"])
def test_cancel_at_the_delete_question_erases_nothing_and_goes_on(chat: Chat, text: str) -> None:
    goes_through(chat, *BEGIN, *MILD[:2], "/delete")
    chat.follows(f"""
        client: {text}
        bot: nothing was erased
        bot: How old are you?
    """)


def test_stop_between_contact_screens_ends_them(chat: Chat) -> None:
    reviews(chat)
    goes_through(chat, SUBMIT)
    chat.follows("""
        client: stop
        bot: Thank you
    """)
    assert chat.session.contact.name == ""


def test_start_over_in_words_asks_first_and_then_does_it(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:2])
    chat.follows("""
        client: start over
        bot: You were on question 4
        buttons: Continue | Start over | Delete my answers
        client: start over
        bot: Who are you asking for?
    """)
    assert not standing(chat)


def test_the_offer_to_go_on_is_answered_in_words(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:2])
    chat.follows("""
        client: start over
        bot: You were on question 4
        client: yes
        bot: How old are you?
        client: start over
        bot: You were on question 4
        client: no
        bot: kept for a while
    """)


def test_a_yes_to_the_offer_to_go_on_sends_nothing(chat: Chat) -> None:
    reviews(chat)
    chat.follows("""
        client: start over
        bot: Only the last look is left
        client: yes
        bot: Please look this over
        nothing filed
    """)


def test_start_over_after_the_result_offers_to_change_or_start_fresh(chat: Chat) -> None:
    finishes(chat)
    chat.follows("""
        client: start over
        bot: already been through
        client: change my answers
        bot: Please look this over
    """)


@pytest.mark.parametrize("text", ["delete everything", "Delete my data", "erase everything"])
def test_delete_in_words_is_asked_twice(chat: Chat, text: str) -> None:
    goes_through(chat, *BEGIN, *MILD[:2])
    chat.follows(f"""
        client: {text}
        bot: can't be undone
        client: yes, erase everything
        bot: Your record is erased
        does: EraseChat
    """)


def test_delete_in_words_works_while_staff_write(chat: Chat) -> None:
    chat.follows("""
        staff Ana takes over
        bot: Ana
        client: talk to a person
        client: delete everything
        bot: can't be undone
    """)
    assert isinstance(chat.session.stage, ConfirmingErase)


def test_typed_labels_of_the_menu_do_what_the_buttons_do(chat: Chat) -> None:
    chat.follows("""
        client: Questions about the program
        bot: Here is what I can answer
        client: talk to a person
        bot: asked our team
        client: Ask for someone I care about
        bot: Is it OK to start?
        client: yes
        bot: happening to them right now?
    """)


def test_a_typed_label_begins_the_questions(chat: Chat) -> None:
    chat.follows("""
        client: see what care may fit
        bot: Is it OK to start?
        client: Tell me more first
        bot: What is kept
        bot: Is it OK to start the questions?
        client: Yes, start
        bot: Who are you asking for?
        client: Ask for someone I care about
        bot: happening to them
    """)


def test_none_of_these_in_words_keeps_the_question_as_the_button_does(chat: Chat) -> None:
    goes_through(chat, "what about groups and family and pills")
    if "None of these" in chat.labels():
        chat.follows("""
            client: none of these
            bot: kept your question
            does: NoteMiss
        """)


def test_none_of_these_stays_an_answer_where_it_is_one(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:6])
    chat.follows("""
        client: none of these
        bot: Noted: None of these
    """)


@pytest.mark.parametrize("text", ["thanks", "ok", "bye", "Thank you so much!", "no thanks"])
def test_a_courtesy_gets_a_short_kind_reply_and_is_no_miss(chat: Chat, text: str) -> None:
    chat.follows(f"""
        client: {text}
        bot: glad to help
    """)
    assert not chat.unseen


def test_thanks_in_mid_screening_keeps_the_question_open(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:2])
    chat.follows("""
        client: thank you
        bot: How old are you?
    """)
    assert isinstance(chat.session.stage, Screening)


def test_the_skip_button_of_all_contact_screens_may_be_typed(chat: Chat) -> None:
    reviews(chat)
    goes_through(chat, SUBMIT)
    assert isinstance(chat.session.stage, LeavingContact)
    chat.follows("""
        client: skip the rest
        bot: Thank you
    """)
