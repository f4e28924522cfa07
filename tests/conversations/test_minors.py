"""Whom staff tell of a minor, by the clinic's own policy: said before any hard question."""

from pathlib import Path

import pytest
from answers import SUBMIT, goes_through
from chat import Chat

from bot.content_folder import folder_texts
from bot.core.content import Content, read_content
from bot.core.model import FileIntake, Intake

FOLDER = Path(__file__).parents[2] / "content"
TO_AGE = ("/screening", "[Yes, start]", "[For me]", "[No, nothing like this]")
CONCERN = ("[Mood, worry, trauma or stress]",)


def with_policy(notify: str, words: str = "notify_staff:") -> Content | None:
    """The content as it ships, for a clinic with that policy; other `words` spoil its texts."""
    texts, _ = folder_texts(FOLDER)
    texts["clinic.yaml"] = texts["clinic.yaml"].replace("notify: never", f"notify: {notify}")
    texts["screening.yaml"] = texts["screening.yaml"].replace(f"  {words}", "  # ", 1)
    return read_content(texts, b"")[0]


def policy(notify: str) -> Content:
    content = with_policy(notify, words="no such words")
    assert content is not None
    return content


def filed(chat: Chat) -> Intake:
    return [each.intake for each in chat.effects if isinstance(each, FileIntake)][-1]


@pytest.mark.parametrize(
    ("notify", "said"),
    [
        ("in-danger", "if you are in danger, our staff tell a parent or guardian"),
        ("always", "our staff tell a parent or guardian that you wrote here"),
    ],
)
def test_a_minor_reads_whom_staff_tell_before_any_hard_question(notify: str, said: str) -> None:
    chat = Chat(policy(notify))
    goes_through(chat, *TO_AGE, *CONCERN)
    chat.follows(f"""
        client: [13 to 17]
        bot: {said}
    """)
    assert "Does a parent or guardian know" in chat.shown[-1].text


def test_as_it_ships_nobody_is_told_and_a_minor_reads_that(chat: Chat) -> None:
    goes_through(chat, *TO_AGE, *CONCERN, "[13 to 17]")
    assert "staff tell" not in chat.shown[-1].text
    finishes_as_a_minor(chat)
    assert any("I don't tell anyone on my own." in each.text for each in chat.shown)
    assert not chat.content.tells_guardian(filed(chat))


def test_an_adult_reads_nothing_of_it() -> None:
    chat = Chat(policy("always"))
    goes_through(chat, *TO_AGE, *CONCERN, "[18 to 64]")
    assert "guardian" not in chat.shown[-1].text


def test_staff_are_reminded_as_the_policy_says() -> None:
    always, in_danger = Chat(policy("always")), Chat(policy("in-danger"))
    for chat in (always, in_danger):
        goes_through(chat, *TO_AGE, *CONCERN, "[13 to 17]")
        finishes_as_a_minor(chat)
    assert always.content.tells_guardian(filed(always))
    assert not in_danger.content.tells_guardian(filed(in_danger))
    goes_through(in_danger, "I am going to kill myself tonight")
    assert in_danger.content.tells_guardian(filed(in_danger))


def test_a_policy_without_words_for_it_is_a_mistake_in_the_content() -> None:
    assert with_policy("always") is None
    assert with_policy("never") is not None


def finishes_as_a_minor(chat: Chat) -> None:
    """Mild answers from the question on a guardian to the result."""
    goes_through(
        chat,
        "[Yes]",
        "[No thoughts of dying or suicide]",
        "[No, never]",
        "[No]",
        "[None of these]",
        "[Some days]",
        "[Managing, but it takes more effort]",
        "[No]",
        "[None]",
        "[Safe and supportive]",
        "[Yes, every day]",
        "[None of these]",
        "[Done]",
        SUBMIT,
    )
