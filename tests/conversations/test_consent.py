from chat import Chat


def test_nothing_is_asked_before_a_yes(chat: Chat) -> None:
    chat.follows("""
        client: /start
        bot: I'm the automated helper
        client: [See what care may fit]
        bot: Is it OK to start?
        client: [Yes, start]
        bot: Who are you asking for?
    """)
    assert chat.session.consent is not None


def test_consent_says_what_is_kept_who_reads_it_and_that_it_is_not_for_emergencies(
    chat: Chat,
) -> None:
    chat.writes("/screening")
    text = chat.unread[0]
    for promise in ("not for emergencies", "911", "988", "staff read", "end-to-end", "/delete"):
        assert promise in text


def test_a_typed_yes_is_a_consent(chat: Chat) -> None:
    chat.follows("""
        client: /screening
        bot: Is it OK to start?
        client: ok
        bot: Who are you asking for?
    """)


def test_a_no_leaves_the_door_open(chat: Chat) -> None:
    chat.follows("""
        client: /screening
        bot: Is it OK to start?
        client: [Not now]
        bot: You can ask me anything
    """)
    assert chat.session.consent is None
    assert not chat.session.answers


def test_more_about_privacy_comes_before_the_yes(chat: Chat) -> None:
    chat.follows("""
        client: /screening
        bot: Is it OK to start?
        client: [Tell me more first]
        bot: What is kept
        bot: Is it OK to start the questions?
        client: [Yes, start]
        bot: Who are you asking for?
    """)


def test_a_question_before_consent_is_answered_and_consent_is_asked_again(chat: Chat) -> None:
    chat.follows("""
        client: /screening
        bot: Is it OK to start?
        client: how long does the program last?
        bot: weeks
        bot: Is it OK to start the questions?
    """)


def test_consent_is_not_asked_twice(chat: Chat) -> None:
    chat.follows("""
        client: /screening
        bot: Is it OK to start?
        client: yes
        bot: Who are you asking for?
        client: /cancel
        bot: There is nothing to cancel
        client: /screening
        bot: Who are you asking for?
    """)
