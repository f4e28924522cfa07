"""What each kind of update means, and that none can do harm."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram_updates import Forged, Ignored, InGroup, Read, Updates
from bot.core.model import (
    AnyEvent,
    AttachmentReceived,
    CommandReceived,
    MessageEdited,
    OptionChosen,
    TextReceived,
)
from bot.core.post import Delivery
from bot.rehearsal.people import Person
from bot.rehearsal.telegram_world import BOT_ID, World

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
STAFF = -100500
UPDATES = Updates(
    is_ours=lambda chat_id, data, signature: signature == f"sig-{chat_id}-{data}"[:20],
    is_staff=lambda chat: chat == STAFF,
    clock=lambda: NOON,
)


def signed(chat: int, data: str) -> str:
    return f"{data}~" + f"sig-telegram:{chat}-{data}"[:20]


class Phone(Person):
    """A person whose updates are read at once."""

    def read(self) -> Read:
        return UPDATES.read(json.loads(self.world.updates[-1].body))

    def event(self) -> AnyEvent:
        read = self.read()
        assert isinstance(read, Delivery), read
        assert read.event is not None
        assert read.event.chat_id == "telegram:42"
        assert read.event.event_id == read.update_id == "telegram:1000"
        assert read.event.at == read.received_at == NOON
        return read.event


@pytest.fixture
def ann() -> Phone:
    return Phone(World(lambda: NOON), 42)


async def test_a_text_is_a_text(ann: Phone) -> None:
    await ann.write("how much does it cost?")
    event = ann.event()
    assert isinstance(event, TextReceived)
    assert event.text == "how much does it cost?"


@pytest.mark.parametrize(
    ("text", "name", "argument"),
    [
        ("/start", "start", ""),
        ("/start@rehearsal_bot loved-one__flyer", "start", "loved-one__flyer"),
        ("/HELP", "help", ""),
        ("/human i want\nto die", "human", "i want\nto die"),
    ],
)
async def test_a_command_is_taken_apart(ann: Phone, text: str, name: str, argument: str) -> None:
    await ann.write(text)
    event = ann.event()
    assert isinstance(event, CommandReceived)
    assert (event.name, event.argument) == (name, argument)


@pytest.mark.parametrize("text", ["/", "/ start", "/tell-me", "a /start"])
async def test_what_only_looks_like_a_command_is_a_text(ann: Phone, text: str) -> None:
    await ann.write(text)
    assert isinstance(ann.event(), TextReceived)


FILE = {"file_id": "x", "file_unique_id": "x"}
PICTURE = FILE | {"width": 1, "height": 1}


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("photo", {"photo": [PICTURE]}),
        ("voice", {"voice": FILE | {"duration": 1}}),
        ("video", {"video": PICTURE | {"duration": 1}}),
        ("video_note", {"video_note": FILE | {"length": 1, "duration": 1}}),
        ("document", {"document": FILE}),
        ("animation", {"animation": PICTURE | {"duration": 1}, "document": FILE}),
        (
            "sticker",
            {"sticker": PICTURE | {"is_animated": False, "is_video": False, "type": "regular"}},
        ),
        ("contact", {"contact": {"phone_number": "1", "first_name": "B"}}),
        ("location", {"location": {"latitude": 1.0, "longitude": 1.0}}),
        (
            "venue",
            {
                "location": {"latitude": 1.0, "longitude": 1.0},
                "venue": {
                    "location": {"latitude": 1.0, "longitude": 1.0},
                    "title": "a",
                    "address": "b",
                },
            },
        ),
        ("dice", {"dice": {"emoji": "🎲", "value": 1}}),
        ("unknown", {"hologram": {"file_id": "x"}}),
    ],
)
async def test_an_attachment_is_named_and_its_caption_kept(
    ann: Phone, kind: str, content: dict[str, object]
) -> None:
    await ann.send(**content, caption="look")
    event = ann.event()
    assert isinstance(event, AttachmentReceived)
    assert (event.kind, event.caption) == (kind, "look")


async def test_the_words_of_a_forward_are_read_for_danger(ann: Phone) -> None:
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "B"}
    await ann.write("i can't go on", forward_origin=origin)
    event = ann.event()
    assert isinstance(event, AttachmentReceived)
    assert (event.kind, event.caption) == ("forward", "i can't go on")


async def test_the_question_of_a_poll_is_read(ann: Phone) -> None:
    poll = {
        "id": "1",
        "question": "should i end it",
        "options": [],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": False,
        "members_only": False,
    }
    await ann.send(poll=poll)
    event = ann.event()
    assert isinstance(event, AttachmentReceived)
    assert event.caption == "should i end it"


async def test_an_edit_brings_the_new_words(ann: Phone) -> None:
    message = ann.world.put(ann.chat, 42, "old")
    await ann.edit(message, "new")
    event = ann.event()
    assert isinstance(event, MessageEdited)
    assert event.text == "new"


async def test_a_live_location_on_its_way_is_ignored(ann: Phone) -> None:
    message = ann.world.put(ann.chat, 42)
    body = message.json() | {"location": {"latitude": 1.0, "longitude": 1.0}}
    ann.world.update("edited_message", body, queue="")
    assert ann.read() == Ignored()


async def test_service_messages_and_channels_and_bots_are_ignored(ann: Phone) -> None:
    await ann.send(pinned_message={"message_id": 1, "date": 0, "chat": ann.chat.json()})
    assert ann.read() == Ignored()
    await ann.send(message_auto_delete_timer_changed={"message_auto_delete_time": 1})
    assert ann.read() == Ignored()
    await ann.write("hi", **{"from": ann.json() | {"is_bot": True}})
    assert ann.read() == Ignored()
    channel = {"id": -7, "type": "channel", "title": "c"}
    ann.world.update("channel_post", {"message_id": 1, "date": 1, "chat": channel}, queue="")
    assert ann.read() == Ignored()
    ann.world.allowed_updates = ["message_reaction"]
    ann.world.update("message_reaction", {}, queue="")
    assert ann.read() == Ignored()


async def test_a_pressed_button_comes_back_as_it_was_made(ann: Phone) -> None:
    message = ann.world.put(ann.chat, BOT_ID, "?")
    callback_id = await ann.tap(message, signed(42, "answer|HTZ4|3|no~w"))
    read = ann.read()
    assert isinstance(read, Delivery)
    assert read.callback_id == callback_id
    event = ann.event()
    assert isinstance(event, OptionChosen)
    assert event.data == "answer|HTZ4|3|no~w"
    assert event.message == str(message.id)


@pytest.mark.parametrize(
    "data",
    ["answer|HTZ4|3|no", "answer|HTZ4|3|no~", "answer~wrong", "~", "", signed(43, "human"), "ü~ü"],
)
async def test_a_forged_or_foreign_button_never_gets_further(ann: Phone, data: str) -> None:
    message = ann.world.put(ann.chat, BOT_ID, "?")
    callback_id = await ann.tap(message, data)
    assert ann.read() == Forged(callback_id=callback_id)


async def test_a_button_in_somebody_elses_hands_is_foreign(ann: Phone) -> None:
    ann.chat.people[43] = ann.json() | {"id": 43}
    message = ann.world.put(ann.chat, BOT_ID, "?")
    ann.world.press(message, 43, signed(42, "human"))
    assert isinstance(ann.read(), Forged)


async def test_a_button_without_its_message_is_foreign(ann: Phone) -> None:
    ann.world.update("callback_query", {"id": "7", "from": ann.json(), "chat_instance": "1"}, "")
    assert ann.read() == Forged(callback_id="7")


async def test_staff_take_a_case_by_a_button(ann: Phone) -> None:
    cleo = Phone(ann.world, 77, "Cleo", chat_id=STAFF)
    cleo.chat.kind = "supergroup"
    message = ann.world.put(cleo.chat, BOT_ID, "alert")
    await cleo.tap(message, signed(STAFF, "ack|HTZ4-9QM"))
    read = cleo.read()
    assert isinstance(read, Delivery)
    assert (read.acknowledges, read.staff, read.event) == ("HTZ4-9QM", "Cleo", None)
    await cleo.write("who takes this one?")
    assert cleo.read() == Ignored()
    await cleo.tap(message, signed(STAFF, "human"))
    assert isinstance(cleo.read(), Forged)


async def test_in_a_group_nothing_is_read(ann: Phone) -> None:
    ben = Phone(ann.world, 78, "Ben", chat_id=-5)
    ben.chat.kind = "group"
    await ben.write("i want to tell you all")
    assert ben.read() == InGroup(chat=-5)


async def test_blocking_and_groups_that_take_the_bot_in(ann: Phone) -> None:
    await ann.block()
    read = ann.read()
    assert isinstance(read, Delivery)
    assert (read.blocked, read.event, read.problem) == ("telegram:42", None, "")
    await ann.unblock()
    assert ann.read() == Ignored()
    ben = Phone(ann.world, 78, "Ben", chat_id=-5)
    ben.chat.kind = "group"
    await ben.unblock()
    assert ben.read() == InGroup(chat=-5)
    await ben.block()
    assert ben.read() == Ignored()


async def test_words_in_a_message_that_is_broken_elsewhere_are_still_read(ann: Phone) -> None:
    await ann.write("i want to die", date="yesterday")
    event = ann.event()
    assert isinstance(event, TextReceived)
    assert event.text == "i want to die"


async def test_halves_of_characters_and_endless_texts_are_made_fit(ann: Phone) -> None:
    await ann.write("a\ud83d")
    event = ann.event()
    assert isinstance(event, TextReceived)
    assert event.text == "a\ufffd"
    ann.world.updates.clear()
    endless = "begin " + "x" * 900_000 + " end"
    read = UPDATES.read({"update_id": 1, "message": ann.world.put(ann.chat, 42, endless).json()})
    assert isinstance(read, Delivery)
    assert isinstance(read.event, TextReceived)
    assert len(read.event.text) < 10_000
    assert read.event.text.startswith("begin")
    assert read.event.text.endswith("end")


@pytest.mark.parametrize(
    "raw",
    [
        None,
        7,
        "text",
        [],
        {},
        {"update_id": "7"},
        {"update_id": True},
        {"update_id": 2**70},
        {"update_id": 7},
        {"update_id": 7, "hologram": {}},
        {"update_id": 7, "message": None},
        {"update_id": 7, "message": []},
        {"update_id": 7, "message": {"chat": "what"}},
        {"update_id": 7, "message": {"message_id": 1, "date": 10**30, "chat": {"id": 42}}},
        {"update_id": 7, "callback_query": {"id": "9", "from": {}}},
        {"update_id": 7, "my_chat_member": {"chat": {}}},
    ],
)
def test_a_malformed_update_becomes_a_dead_letter(raw: object) -> None:
    read = UPDATES.read(raw)
    assert isinstance(read, Delivery)
    assert read.event is None
    assert read.problem
    assert json.loads(read.raw) == raw
    assert UPDATES.read(raw) == read, "the same one has the same name"


def test_what_is_no_json_goes_by_the_id_it_shows() -> None:
    assert UPDATES.unreadable(b'[{"update_id": 77, "message":').update_id == "telegram:77"
    assert UPDATES.unreadable(b"<html>").update_id.startswith("telegram:unnamed-")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
GOOD: list[dict[str, Any]] = [
    {
        "update_id": 7,
        "message": {
            "message_id": 1,
            "date": 1,
            "chat": {"id": 42, "type": "private", "first_name": "Ann"},
            "from": {"id": 42, "is_bot": False, "first_name": "Ann"},
            "text": "hello",
            "entities": [{"type": "bold", "offset": 0, "length": 1}],
        },
    },
    {
        "update_id": 7,
        "callback_query": {
            "id": "9",
            "from": {"id": 42, "is_bot": False, "first_name": "Ann"},
            "chat_instance": "1",
            "data": "x",
            "message": {
                "message_id": 1,
                "date": 1,
                "chat": {"id": 42, "type": "private", "first_name": "Ann"},
            },
        },
    },
    {
        "update_id": 7,
        "my_chat_member": {
            "chat": {"id": 42, "type": "private", "first_name": "Ann"},
            "from": {"id": 42, "is_bot": False, "first_name": "Ann"},
            "date": 1,
            "old_chat_member": {"status": "member", "user": {"id": 1, "is_bot": True}},
            "new_chat_member": {
                "status": "kicked",
                "until_date": 0,
                "user": {"id": 1, "is_bot": True, "first_name": "b"},
            },
        },
    },
]


def _places(tree: Any, into: Callable[[Any], None]) -> list[Callable[[Any], None]]:  # noqa: ANN401 (any JSON)
    """A setter for each place in a tree of JSON."""
    setters = [into]
    if isinstance(tree, dict):
        for name in tree:
            setters += _places(tree[name], lambda new, name=name: tree.__setitem__(name, new))  # type: ignore[misc] # (a lambda's default has no type)
    elif isinstance(tree, list):
        for index in range(len(tree)):
            setters += _places(tree[index], lambda new, index=index: tree.__setitem__(index, new))  # type: ignore[misc] # (as above)
    return setters


@given(st.sampled_from(GOOD), st.integers(min_value=0, max_value=60), ANYTHING)
def test_no_mutation_of_an_update_raises(good: dict[str, Any], place: int, new: object) -> None:
    mutated: list[Any] = [json.loads(json.dumps(good))]
    places = _places(mutated[0], lambda value: mutated.__setitem__(0, value))
    places[place % len(places)](new)
    read = UPDATES.read(mutated[0])
    assert isinstance(read, Delivery | Forged | InGroup | Ignored)
    if isinstance(read, Delivery) and isinstance(read.event, TextReceived):
        read.event.text.encode()
