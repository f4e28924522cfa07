"""The rehearsal's Telegram refuses what the real one refuses, in its words."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.rehearsal.telegram_rules import Refusal, checked_link, parsed
from bot.rehearsal.telegram_server import TOKEN, TelegramServer
from bot.rehearsal.weather import Broken, Lost, TooMany


class Clock:
    """Noon, until told otherwise."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Api:
    """A bot's calls, as anybody could make them."""

    def __init__(self, server: TelegramServer, line: httpx.AsyncClient) -> None:
        self.server = server
        self.line = line

    async def call(self, method: str, **params: object) -> dict[str, Any]:
        """The JSON that comes back."""
        return await self.call_as(TOKEN, method, params)

    async def call_as(
        self, token: str, method: str, params: Mapping[str, object]
    ) -> dict[str, Any]:
        """The same with another token."""
        given = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in params.items()
        }
        answer = await self.line.post(f"{self.server.url}/bot{token}/{method}", data=given)
        body: dict[str, Any] = answer.json()
        assert body["ok"] == (answer.status_code == 200)
        return body

    async def error(self, method: str, **params: object) -> str:
        """The description of a refusal."""
        body = await self.call(method, **params)
        assert not body["ok"], body
        description: str = body["description"]
        return description

    async def sends(self, chat: int, text: str = "hi", **params: object) -> int:
        """The id of a message that is taken."""
        body = await self.call("sendMessage", chat_id=chat, text=text, **params)
        assert body["ok"], body
        number: int = body["result"]["message_id"]
        return number


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[TelegramServer]:
    async with TelegramServer(clock=clock) as server:
        yield server


@pytest.fixture
async def api(telegram: TelegramServer) -> AsyncIterator[Api]:
    async with httpx.AsyncClient(trust_env=False) as line:
        yield Api(telegram, line)


def keyboard(*buttons: dict[str, str]) -> dict[str, object]:
    return {"inline_keyboard": [[button] for button in buttons]}


GO = {"text": "Go", "callback_data": "go"}


async def test_a_wrong_token_is_unauthorized_and_a_strange_one_not_found(api: Api) -> None:
    assert (await api.call("getMe"))["result"]["username"] == "rehearsal_bot"
    assert (await api.call_as("123456:wrong", "getMe", {}))["error_code"] == 401
    assert (await api.call_as("nonsense", "getMe", {}))["error_code"] == 404
    assert await api.error("noSuchMethod") == "Not Found: method not found"


async def test_texts_must_be_there_and_fit(api: Api, telegram: TelegramServer) -> None:
    await telegram.person(42).write("hi")
    assert await api.error("sendMessage", chat_id=42) == "Bad Request: message text is empty"
    assert (
        await api.error("sendMessage", chat_id=42, text=" \n ")
        == "Bad Request: text must be non-empty"
    )
    assert (
        await api.error("sendMessage", chat_id=42, text="x" * 4097)
        == "Bad Request: message is too long"
    )
    assert (
        await api.error("sendMessage", chat_id=42, text="😀" * 2049)
        == "Bad Request: message is too long"
    )
    number = await api.sends(42, "😀" * 2048)
    await api.sends(42, "<b>" + "x" * 4096 + "</b>", parse_mode="HTML")
    assert (
        await api.error("editMessageText", chat_id=42, message_id=number, text="x" * 4097)
        == "Bad Request: MESSAGE_TOO_LONG"
    )


@pytest.mark.parametrize(
    ("html", "why"),
    [
        ("<b>open", 'can\'t find end tag corresponding to start tag "b"'),
        ("a </b>", "unexpected end tag at byte offset 2"),
        ("<b>é<i></b></i>", 'expected "</i>", found "</b>"'),
        ("1 <2", "unclosed start tag at byte offset 2"),
        ("<div>x</div>", 'unsupported start tag "div" at byte offset 0'),
        ("<span>x</span>", 'tag "span" must have class "tg-spoiler"'),
        ("x</b", "unexpected end tag at byte offset 1"),
    ],
)
async def test_bad_html_cannot_be_parsed(
    api: Api, telegram: TelegramServer, html: str, why: str
) -> None:
    await telegram.person(42).write("hi")
    said = await api.error("sendMessage", chat_id=42, text=html, parse_mode="HTML")
    assert said.startswith("Bad Request: can't parse entities: ")
    assert why in said.lower() or why in said


def test_good_html_becomes_text_and_entities() -> None:
    text, entities = parsed('😀 <b>a &lt; b</b> &amp; <a href="https://x.org">c</a>&quot;')
    assert text == '😀 a < b & c"'
    assert entities == [
        {"type": "bold", "offset": 3, "length": 5},
        {"type": "text_link", "offset": 11, "length": 1, "url": "https://x.org"},
    ]
    with pytest.raises(Refusal):
        parsed("<b><i>x</b></i>")


async def test_buttons_must_be_ones_that_telegram_has(api: Api, telegram: TelegramServer) -> None:
    await telegram.person(42).write("hi")

    async def refused(button: dict[str, str]) -> str:
        return await api.error("sendMessage", chat_id=42, text="x", reply_markup=keyboard(button))

    assert (
        await refused({"text": "x", "callback_data": "é" * 33})
        == "Bad Request: BUTTON_DATA_INVALID"
    )
    assert "Text buttons are unallowed" in await refused({"text": "x"})
    assert await refused({"text": "x", "url": "tel:988"}) == (
        "Bad Request: inline keyboard button URL 'tel:988' is invalid: Wrong HTTP URL"
    )
    assert "Wrong port number" in await refused({"text": "x", "url": "tel:+1-800-273"})
    assert "URL host is empty" in await refused({"text": "x", "url": "https://"})
    assert checked_link("https://988lifeline.org/chat?x=1") == "https://988lifeline.org/chat?x=1"
    await api.sends(42, reply_markup=keyboard({"text": "x", "callback_data": "x" * 64}))


async def test_only_those_who_wrote_first_can_be_written_to(
    api: Api, telegram: TelegramServer
) -> None:
    assert await api.error("sendMessage", text="x") == "Bad Request: chat_id is empty"
    assert await api.error("sendMessage", chat_id=7, text="x") == "Bad Request: chat not found"
    ann = telegram.person(42)
    assert "can't initiate conversation" in await api.error("sendMessage", chat_id=42, text="x")
    await ann.write("hi")
    await api.sends(42)
    await ann.block()
    refusal = await api.call("sendMessage", chat_id=42, text="x")
    assert refusal["error_code"] == 403
    assert refusal["description"] == "Forbidden: bot was blocked by the user"
    await ann.unblock()
    await api.sends(42)


async def test_edits_must_change_something_of_ones_own(
    api: Api, telegram: TelegramServer, clock: Clock
) -> None:
    ann = telegram.person(42)
    theirs = await ann.write("hi")
    number = await api.sends(42, "one", reply_markup=keyboard(GO))
    same = {"chat_id": 42, "message_id": number, "text": "one", "reply_markup": keyboard(GO)}
    assert "message is not modified" in await api.error("editMessageText", **same)
    assert (await api.call("editMessageText", **(same | {"text": "two"})))["ok"]
    assert (await api.call("editMessageReplyMarkup", chat_id=42, message_id=number))["ok"]
    assert ann.bubbles() == ["two"]
    assert ann.buttons() == []
    assert "message is not modified" in await api.error(
        "editMessageReplyMarkup", chat_id=42, message_id=number
    )
    assert "message can't be edited" in await api.error(
        "editMessageText", chat_id=42, message_id=theirs.id, text="x"
    )
    assert "message to edit not found" in await api.error(
        "editMessageText", chat_id=42, message_id=999, text="x"
    )
    clock.now += timedelta(hours=49)
    assert "message can't be edited" in await api.error(
        "editMessageText", chat_id=42, message_id=number, text="x"
    )


async def test_messages_can_be_deleted_for_two_days(
    api: Api, telegram: TelegramServer, clock: Clock
) -> None:
    ann = telegram.person(42)
    theirs = await ann.write("hi")
    first, second = await api.sends(42), await api.sends(42)
    assert (await api.call("deleteMessage", chat_id=42, message_id=first))["ok"]
    assert (await api.call("deleteMessage", chat_id=42, message_id=theirs.id))["ok"]
    assert [each.id for each in ann.screen()] == [second]
    assert "message to delete not found" in await api.error(
        "deleteMessage", chat_id=42, message_id=first
    )
    clock.now += timedelta(hours=49)
    assert "can't be deleted for everyone" in await api.error(
        "deleteMessage", chat_id=42, message_id=second
    )


async def test_in_a_group_the_messages_of_others_stay(api: Api, telegram: TelegramServer) -> None:
    telegram.group(-5)
    ann = telegram.person(42)
    ann.chat_id = -5
    ann.chat.people[42] = ann.json()
    theirs = await ann.write("hi all")
    assert "message can't be deleted" in await api.error(
        "deleteMessage", chat_id=-5, message_id=theirs.id
    )


async def test_a_press_is_answered_once_and_soon(
    api: Api, telegram: TelegramServer, clock: Clock
) -> None:
    ann = telegram.person(42)
    await ann.write("hi")
    await api.sends(42, reply_markup=keyboard(GO))
    first, second = await ann.press("Go"), await ann.press("Go")
    assert "MESSAGE_TOO_LONG" in await api.error(
        "answerCallbackQuery", callback_query_id=first, text="x" * 201
    )
    assert (await api.call("answerCallbackQuery", callback_query_id=first, text="ok"))["ok"]
    await ann.expects_toast("ok")
    assert "query is too old" in await api.error("answerCallbackQuery", callback_query_id=first)
    clock.now += timedelta(minutes=1)
    assert "query is too old" in await api.error("answerCallbackQuery", callback_query_id=second)
    assert "query ID is invalid" in await api.error("answerCallbackQuery", callback_query_id="1")


async def test_offsets_confirm_updates(api: Api, telegram: TelegramServer) -> None:
    ann = telegram.person(42)
    for text in "abc":
        await ann.write(text)
    updates = (await api.call("getUpdates"))["result"]
    assert [each["message"]["text"] for each in updates] == ["a", "b", "c"]
    rest = (await api.call("getUpdates", offset=updates[1]["update_id"]))["result"]
    assert [each["message"]["text"] for each in rest] == ["b", "c"]
    again = (await api.call("getUpdates", offset=updates[1]["update_id"]))["result"]
    assert len(again) == 1, "asked for the same again at once, Telegram gives one only"
    assert (await api.call("getUpdates", offset=updates[2]["update_id"] + 1))["result"] == []
    assert (await api.call("getUpdates"))["result"] == []


async def test_a_malformed_update_stands_between_good_ones(
    api: Api, telegram: TelegramServer
) -> None:
    ann = telegram.person(42)
    await ann.write("a")
    telegram.world.inject({"message": {"chat": "what"}})
    telegram.world.inject(b'{"update_id":{id},"message":{"text":"\\ud800"}}')
    await ann.write("b")
    updates = (await api.call("getUpdates"))["result"]
    assert [each["update_id"] for each in updates] == [1000, 1001, 1002, 1003]
    assert updates[1]["message"] == {"chat": "what"}


async def test_only_wanted_kinds_of_updates_come(api: Api, telegram: TelegramServer) -> None:
    ann = telegram.person(42)
    await api.call("getUpdates", allowed_updates=["message"])
    message = await ann.write("a")
    await ann.edit(message, "b")
    await ann.block()
    updates = (await api.call("getUpdates"))["result"]
    assert [sorted(each) for each in updates] == [["message", "update_id"]]


async def test_a_second_poller_ends_the_first(api: Api, telegram: TelegramServer) -> None:
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(api.call("getUpdates", timeout=20))
        await telegram.world.until(lambda: len(telegram.calls("getUpdates")) == 1, 5)
        await asyncio.sleep(0.05)
        second = tasks.create_task(api.call("getUpdates", offset=1, timeout=20))
        assert "terminated by other getUpdates request" in (await first)["description"]
        await telegram.person(42).write("hi")
        assert len((await second)["result"]) == 1


async def test_a_webhook_and_polling_exclude_each_other(api: Api, telegram: TelegramServer) -> None:
    assert "HTTPS URL must be provided" in await api.error("setWebhook", url="http://example.org")
    hook = {"url": "http://127.0.0.1:9/hook"}
    assert (await api.error("setWebhook", **hook)) == "Too Many Requests: retry after 1"
    telegram._webhook_set_at = -1.0  # noqa: SLF001 (a second is long in a test)
    assert "unallowed characters" in await api.error(
        "setWebhook", **(hook | {"secret_token": "a b"})
    )
    telegram._webhook_set_at = -1.0  # noqa: SLF001 (as above)
    assert (await api.call("setWebhook", **(hook | {"secret_token": "abc"})))["ok"]
    assert "while webhook is active" in await api.error("getUpdates")
    assert (await api.call("getWebhookInfo"))["result"]["url"] == hook["url"]
    assert (await api.call("deleteWebhook"))["ok"]
    assert (await api.call("getUpdates"))["ok"]


async def test_the_weather_can_be_bad(api: Api, telegram: TelegramServer) -> None:
    ann = telegram.person(42)
    await ann.write("hi")
    telegram.weather.plan("sendMessage", TooMany(3), Broken(502), Lost(done=True), Lost(done=False))
    refusal = await api.call("sendMessage", chat_id=42, text="x")
    assert refusal["parameters"] == {"retry_after": 3}
    with pytest.raises(ValueError, match="Expecting value"):
        await api.call("sendMessage", chat_id=42, text="x")
    assert ann.bubbles() == []
    with pytest.raises(httpx.HTTPError):
        await api.call("sendMessage", chat_id=42, text="done")
    assert ann.bubbles() == ["done"]
    with pytest.raises(httpx.HTTPError):
        await api.call("sendMessage", chat_id=42, text="not done")
    assert ann.bubbles() == ["done"]


async def test_commands_descriptions_topics_and_actions_have_their_rules(
    api: Api, telegram: TelegramServer
) -> None:
    start = {"command": "start", "description": "Begin"}
    assert (await api.call("setMyCommands", commands=[start]))["ok"]
    assert (await api.call("getMyCommands"))["result"] == [start]
    assert "BOT_COMMAND_INVALID" in await api.error(
        "setMyCommands", commands=[start | {"command": "Start!"}]
    )
    assert "too long" in await api.error("setMyDescription", description="x" * 513)
    assert "too long" in await api.error("setMyShortDescription", short_description="x" * 121)
    await telegram.person(42).write("hi")
    assert "wrong parameter action" in await api.error("sendChatAction", chat_id=42, action="nap")
    assert (await api.call("sendChatAction", chat_id=42, action="typing"))["ok"]
    telegram.group(-5)
    telegram.group(-6, "supergroup", is_forum=True)
    assert "not a forum" in await api.error("createForumTopic", chat_id=-5, name="x")
    topic = (await api.call("createForumTopic", chat_id=-6, name="x"))["result"]
    await api.sends(-6, message_thread_id=topic["message_thread_id"])
    assert "message thread not found" in await api.error(
        "sendMessage", chat_id=-6, text="x", message_thread_id=999
    )
    assert (await api.call("getChat", chat_id=-6))["result"]["is_forum"]
