from answers import BEGIN, MILD, goes_through
from chat import Chat
from msgspec.structs import replace

from bot.core.model import WithStaff


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


def test_danger_while_staff_write_is_there_again_when_they_hand_back(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:2])
    chat.follows("""
        staff Ana takes over
        bot: Ana from our team
        client: I want to kill myself tonight
        bot: 988
        alert: emergency now
        filed: emergency now
        alert arrives
        bot: Our staff have been alerted
        client: how long does the program last?
        staff Ana hands back
        bot: Ana has left the chat
        bot: 988
        client: [I'm safe now]
        bot: I'm glad you're safe. Our staff know
        bot: How old are you?
    """)


def test_saying_that_one_is_safe_counts_while_staff_write(chat: Chat) -> None:
    for safe in ("[I'm safe now]", "I'm safe now", "im safe now"):
        chat.follows(f"""
            staff Ana takes over
            bot: Ana from our team
            client: I want to kill myself tonight
            bot: 988
            client: {safe}
            bot: I'm glad you're safe
            client: thank you
            staff Ana hands back
            bot: Ana has left the chat
        """)


def test_an_uncertain_sign_within_a_crisis_is_certain_also_while_staff_write(chat: Chat) -> None:
    chat.follows("""
        staff Ana takes over
        bot: Ana from our team
        client: I want to kill myself tonight
        bot: 988
        filed: emergency now
        client: I want to kill myself tonight
        bot: 988
        alert: emergency now
        nothing filed
    """)


def test_a_chat_that_staff_have_left_is_handed_back_after_an_hour(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:2])
    chat.follows("""
        staff Ana takes over
        bot: Ana from our team
        client waits 50 minutes
        staff Ana: Hello
        bot: Ana: Hello
        client waits 50 minutes
        client: are you there?
        client waits 11 minutes
        bot: Ana has left the chat
        bot: How old are you?
        client waits 2 hours
    """)


def test_staff_who_hand_back_themselves_do_so_once(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:2])
    chat.follows("""
        staff Ana takes over
        bot: Ana from our team
        staff Ana hands back
        bot: Ana has left the chat
        bot: How old are you?
        client waits 2 hours
    """)


def test_a_chat_taken_over_before_there_was_a_clock_is_handed_back_too(chat: Chat) -> None:
    held = WithStaff(staff="Ana", parked=chat.session.stage)
    chat.session = replace(chat.session, stage=held)
    chat.follows("""
        client: hello?
        client waits 61 minutes
        bot: Ana has left the chat
    """)
