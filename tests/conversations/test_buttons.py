from answers import BEGIN, MILD, goes_through
from chat import Chat


def test_a_stale_button_changes_nothing_and_shows_the_present_question(chat: Chat) -> None:
    goes_through(chat, *BEGIN)
    old = next(each.data for _, each in chat.visible() if each.label == "No, nothing like this")
    chat.writes("[No, nothing like this]")
    chat.unread.clear()
    before = chat.session
    chat.presses_data(old)
    assert "earlier message" in chat.toasts[-1]
    assert "What would you like help with" in chat.unread[-1]
    assert chat.session.answers == before.answers
    assert chat.session.stage == before.stage


def test_a_double_tap_answers_only_once(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:2])
    data = next(each.data for _, each in chat.visible() if each.label == "18 to 64")
    chat.presses_data(data)
    chat.presses_data(data)
    assert len([each for each in chat.session.answers if each.question == "age-band"]) == 1
    assert chat.session.stage.question == "suicide-thoughts"  # type: ignore[union-attr] # a Screening


def test_a_button_of_another_intake_is_stale(chat: Chat) -> None:
    goes_through(chat, *BEGIN)
    chat.presses_data(f"pick|ZZZZ|{chat.session.revision}|danger-now|none")
    assert len(chat.session.answers) == 1


def test_nonsense_in_a_button_is_answered_kindly(chat: Chat) -> None:
    goes_through(chat, *BEGIN)
    for data in (
        "",
        "|",
        "pick",
        "pick|||",
        "resume|HTZ4|1|over",
        "topic|nothing",
        "erase|x|y|yes",
    ):
        before = chat.session.answers
        chat.presses_data(data)
        assert chat.session.answers == before
        assert chat.toasts
