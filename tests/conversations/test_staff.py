from answers import BEGIN, MILD, goes_through
from chat import Chat


def test_staff_take_over_write_and_hand_back(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:2])
    chat.follows("""
        staff Ana takes over
        bot: Ana from our team is here
        staff Ana: Hello, I read your answers.
        bot: Ana: Hello, I read your answers.
        client: thank you
        staff Ana hands back
        bot: Ana has left the chat
        bot: How old are you?
    """)


def test_the_bot_is_silent_while_staff_write_taps_included(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:2])
    before = chat.session.answers
    chat.follows("""
        staff Ana takes over
        bot: Ana from our team
        client: how long does the program last?
        client: /help
        client: (photo) look
    """)
    question = [each for each in chat.shown if "How old are you" in each.text]
    assert question
    chat.presses_data(f"pick|HTZ4|{chat.session.revision}|age-band|18-64")
    assert not chat.unread
    assert chat.session.answers == before


def test_delete_works_while_staff_write(chat: Chat) -> None:
    chat.follows("""
        staff Ana takes over
        bot: Ana
        client: /delete
        bot: can't be undone
        client: [Yes, erase everything]
        bot: Your record is erased
        does: EraseChat
    """)


def test_staff_clear_a_crisis_and_the_chat_goes_on(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:2], "I want to kill myself")
    chat.follows("""
        staff Ana takes over
        bot: Ana
        staff Ana clears
        staff Ana hands back
        bot: left the chat
        bot: How old are you?
    """)
