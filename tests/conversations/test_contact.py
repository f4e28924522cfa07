"""Contact details as people type them, and what they type instead."""

import pytest
from chat import Chat
from msgspec.structs import replace

from bot.core.model import Contact, LeavingContact, Perspective


def asked(chat: Chat, step: str, perspective: Perspective = Perspective.SELF) -> None:
    chat.session = replace(
        chat.session, stage=LeavingContact(step=step), perspective=perspective, contact=Contact()
    )


def open_step(chat: Chat) -> str:
    stage = chat.session.stage
    return stage.step if isinstance(stage, LeavingContact) else ""


@pytest.mark.parametrize("text", ["Sam", "my name is Sam", "I'm Ana", "Mary Jane O'Neil", "李"])
def test_a_name_is_kept(chat: Chat, text: str) -> None:
    asked(chat, "name")
    chat.writes(text)
    assert chat.session.contact.name == text
    assert open_step(chat) == "reach"


@pytest.mark.parametrize(
    "text",
    [
        "i feel like dying",
        "I'M SAFE NOW",
        "yes",
        "ok",
        "she does not want to come here",
        "what do you mean?",
        "1234",
    ],
)
def test_what_is_no_name_is_not_filed_as_one(chat: Chat, text: str) -> None:
    asked(chat, "name")
    chat.writes(text)
    assert chat.session.contact.name == ""
    assert open_step(chat) in ("name", "")


def test_who_refers_a_person_gives_a_name_and_a_role(chat: Chat) -> None:
    asked(chat, "name", Perspective.PROFESSIONAL)
    chat.writes("Jane Doe, social worker at County Hospital")
    assert chat.session.contact.name == "Jane Doe, social worker at County Hospital"


@pytest.mark.parametrize(
    "text",
    [
        "555-0100",
        "+1 (555) 010-0100 after 5",
        "call me at 555.010.0100",
        "sam@example.org",
        "@sam_k",
    ],
)
def test_a_number_an_email_and_a_username_are_kept(chat: Chat, text: str) -> None:
    asked(chat, "reach")
    chat.writes(text)
    assert chat.session.contact.reach == text
    assert open_step(chat) == "time"


@pytest.mark.parametrize("text", ["write to me here", "here", "in this chat"])
def test_the_chat_itself_may_be_named_in_words(chat: Chat, text: str) -> None:
    asked(chat, "reach")
    chat.writes(text)
    assert chat.session.contact.reach == "telegram"


@pytest.mark.parametrize(
    "text", ["I'M SAFE NOW", "i disagree with this and my mother is mean", "12345", "the usual way"]
)
def test_what_reaches_nobody_is_asked_for_once_more(chat: Chat, text: str) -> None:
    asked(chat, "reach")
    chat.writes(text)
    assert chat.session.contact.reach == ""
    assert chat.unread[-1].startswith("I couldn't find a phone number or an email")


@pytest.mark.parametrize("step", ["name", "reach", "time", "insurance"])
@pytest.mark.parametrize(
    "text",
    ["none of your business", "don't call me", "rather not", "no phone", "skip", "no thanks"],
)
def test_a_refusal_skips_the_screen(chat: Chat, step: str, text: str) -> None:
    asked(chat, step)
    chat.writes(text)
    assert open_step(chat) != step
    assert chat.session.contact == Contact()


@pytest.mark.parametrize("step", ["name", "reach", "time", "insurance"])
def test_a_why_is_explained_and_the_screen_comes_back(chat: Chat, step: str) -> None:
    asked(chat, step)
    chat.writes("why?")
    assert len(chat.unread) == 2
    assert chat.unread[0].startswith("So that staff")
    assert open_step(chat) == step


@pytest.mark.parametrize("text", ["weekday mornings", "after 5", "tomorrow", "9am"])
def test_a_good_time_is_kept_as_it_was_typed(chat: Chat, text: str) -> None:
    asked(chat, "time")
    chat.writes(text)
    assert chat.session.contact.best_time == text


def test_what_is_no_time_is_asked_for_once_more(chat: Chat) -> None:
    asked(chat, "time")
    chat.follows("""
        client: banana
        bot: Which time of day
        client: whenever
        bot: insurance
    """)
    assert chat.session.contact.best_time == "any"


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("aetna", "private"),
        ("i have kaiser", "private"),
        ("blue cross through work", "private"),
        ("cigna", "private"),
        ("united", "private"),
        ("Medi-Cal", "medicaid"),
        ("i dont know", "unsure"),
        ("no idea", "unsure"),
        ("no", "none"),
        ("I don't have insurance", "none"),
        ("medicare advantage", "medicare"),
    ],
)
def test_insurance_is_understood_by_its_names(chat: Chat, text: str, choice: str) -> None:
    asked(chat, "insurance")
    chat.writes(text)
    assert chat.session.contact.insurance == choice


@pytest.mark.parametrize("text", ["medicaid and medicare", "purple"])
def test_two_kinds_of_insurance_or_none_known_are_asked_for_again(chat: Chat, text: str) -> None:
    asked(chat, "insurance")
    chat.writes(text)
    assert chat.session.contact.insurance == ""
    assert open_step(chat) == "insurance"


@pytest.mark.parametrize(
    ("text", "choice"),
    [("yeah", "yes"), ("they don't know", "no"), ("not yet", "no"), ("sure", "yes")],
)
def test_whether_they_know_is_understood_in_words(chat: Chat, text: str, choice: str) -> None:
    asked(chat, "knows", Perspective.LOVED_ONE)
    chat.writes(text)
    assert chat.session.contact.loved_one_knows == choice
