"""Telegram's channel with a real store behind it and the rehearsal's Telegram before it."""

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from desk import Channel, Clock, Desk, desk
from telegram.error import BadRequest, TelegramError

from bot.channels.telegram import Telegram, TokenRefusedError
from bot.channels.telegram_logs import hidden, quiet_logs
from bot.core.content import Content
from bot.core.model import Button, ChatId, MessageId
from bot.core.post import (
    Delivered,
    Delivery,
    Outcome,
    Outgoing,
    OutgoingKind,
    Refused,
    TryLater,
    Unreachable,
)
from bot.rehearsal.people import Person
from bot.rehearsal.telegram_server import TOKEN, TelegramServer
from bot.rehearsal.weather import Broken, Lost, Slow, TooMany
from bot.settings import Settings
from bot.store.database import StoreDownError

STAFF = -100500
SECRET = "a-secret-of-the-webhook"  # noqa: S105 (a rehearsal's)


class Joint(Channel):
    """Has Telegram deliver what the desk's outbox sends."""

    telegram: Telegram | None = None

    async def deliver(self, outgoing: Outgoing) -> Outcome:
        assert self.telegram is not None
        return await self.telegram.deliver(outgoing)


class Running:
    """A bot that runs in this process."""

    def __init__(self, telegram: Telegram, behind: Desk, server: TelegramServer) -> None:
        self.telegram = telegram
        self.desk = behind
        self.server = server


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as telegram:
        yield telegram


@asynccontextmanager
async def running(
    server: TelegramServer, folder: Path, content: Content, **settings: str
) -> AsyncIterator[Running]:
    """The channel between the server and a desk in `folder`, taking updates in."""
    chosen = Settings(
        bot_token=TOKEN, bot_api_url=server.url, bot_staff_chat_id=str(STAFF), **settings
    )
    joint, clock = Joint(), Clock()
    async with (
        AsyncExitStack() as after,  # the last messages are sent before it hangs up
        desk(folder, content, channel=joint, clock=clock) as behind,
    ):
        telegram = Telegram(
            chosen, vault=behind.vault, wording=lambda: content.wording, clock=clock
        )
        joint.telegram = telegram
        after.push_async_callback(telegram.close)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(telegram.run(behind.reception, behind.outbox))
            try:
                yield Running(telegram, behind, server)
            finally:
                telegram.stop()


@pytest.fixture
async def bot(server: TelegramServer, tmp_path: Path, content: Content) -> AsyncIterator[Running]:
    async with running(server, tmp_path / "data", content) as found:
        yield found


@pytest.fixture
async def ann(server: TelegramServer) -> Person:
    return server.person(42)


# --- taking in -----------------------------------------------------------------------------------


async def test_a_message_is_answered_and_a_button_works_once_it_is_signed(
    bot: Running, ann: Person
) -> None:
    await ann.write("hello button")
    await ann.expects("1: hello button")
    await ann.press("Go")
    await ann.expects("2: go 1")
    await bot.server.world.until(lambda: ann.toasts() == [""], 5)
    assert ann.toasts() == [""], "every press is answered, if only to stop the button spinning"
    assert bot.telegram.counts["forged"] == 0


async def test_telegram_is_introduced_to_the_bot(
    bot: Running, content: Content, server: TelegramServer
) -> None:
    assert bot.server is server
    await server.world.until(lambda: bool(server.world.short_description), 5)
    words = content.wording.telegram
    assert {each["command"]: each["description"] for each in server.world.commands} == (
        words.commands
    )
    assert server.world.description == words.description


async def test_a_malformed_update_between_two_good_ones_stops_nothing(
    bot: Running, ann: Person, server: TelegramServer
) -> None:
    await ann.write("one")
    server.world.inject({"message": {"chat": {"id": "x"}, "text": "canary"}})
    server.world.inject({"hologram": {}})
    server.world.inject(b'{"update_id":{id},"message":{"text":"\\ud800"}}')
    server.world.inject(b'{"update_id":{id},"message":{"text":NONSENSE}}')
    await ann.write("two")
    await ann.expects("1: one", "2: two")
    assert await server.world.until(lambda: not server.world.updates, 5), "all are confirmed"
    assert bot.telegram.counts["malformed"] == 4


async def test_an_update_is_confirmed_only_after_it_is_kept(
    bot: Running, ann: Person, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ann.write("first")
    await ann.expects("1: first")
    seen: list[int] = []
    keep = bot.desk.reception.receive_all

    async def slowly(deliveries: list[Delivery]) -> None:
        await keep(deliveries)
        await asyncio.sleep(0.2)
        seen.append(len(server.world.updates))

    monkeypatch.setattr(bot.desk.reception, "receive_all", slowly)
    await ann.write("second")
    await ann.expects("2: second")
    await server.world.until(lambda: not server.world.updates, 5)
    assert seen == [1], "Telegram still had the update after the commit"


async def test_an_update_that_comes_twice_is_answered_once(
    bot: Running, ann: Person, server: TelegramServer
) -> None:
    await ann.write("once")
    queued = server.world.updates[0]
    await ann.expects("1: once")
    server.world.send_again(queued)
    await ann.write("then")
    await ann.expects("2: then")
    assert ann.bubbles() == ["1: once", "2: then"]
    assert bot.telegram.counts["malformed"] == 0


async def test_while_nothing_can_be_kept_people_are_answered_once_and_nothing_is_confirmed(
    bot: Running, ann: Person, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = bot.desk.reception.receive_all

    async def down(_deliveries: list[Delivery]) -> None:
        raise StoreDownError("disk full")

    monkeypatch.setattr("bot.channels.telegram.STORE_REST", 0.6)
    monkeypatch.setattr(bot.desk.reception, "receive_all", down)
    ben = server.person(43, "Ben")
    await ann.write("i can't go on")
    await ann.expects("sorry: TextReceived")
    await ben.write("me too")
    await ben.expects("sorry: TextReceived")
    await ann.expects_nothing(0.3)
    assert len(server.world.updates) == 2
    monkeypatch.setattr(bot.desk.reception, "receive_all", keep)
    await ann.expects("1: i can't go on")
    await ben.expects("1: me too")


async def test_a_mistake_of_ours_in_the_reception_does_not_stop_the_others(
    bot: Running, ann: Person, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = bot.desk.reception.receive_all

    async def fails_for_one(deliveries: list[Delivery]) -> None:
        if any("poison" in getattr(each.event, "text", "") for each in deliveries):
            raise ZeroDivisionError
        await keep(deliveries)

    monkeypatch.setattr("bot.channels.telegram.STORE_REST", 0.6)
    monkeypatch.setattr(bot.desk.reception, "receive_all", fails_for_one)
    ben = server.person(43, "Ben")
    await ann.write("poison")
    await ben.write("hello")
    await ben.expects("1: hello")
    await ann.expects("sorry: TextReceived")
    assert await server.world.until(lambda: not server.world.updates, 5)
    assert bot.telegram.counts["given_up"] == 1


async def test_a_forged_button_gets_a_toast_and_changes_nothing(
    bot: Running, ann: Person, content: Content
) -> None:
    await ann.write("hello button")
    await ann.expects("1: hello")
    for data in ("go 1", "go 1~", "go 1~AAAAAAAAAAA", "x" * 64):
        await ann.tap(ann.screen()[-1], data)
    await ann.expects_toast(content.wording.other.forged)
    await ann.write("next")
    await ann.expects("2: next")
    assert bot.telegram.counts["forged"] == 4


async def test_a_button_of_another_chat_is_foreign(
    bot: Running, ann: Person, server: TelegramServer
) -> None:
    ben = server.person(43, "Ben")
    for each in (ann, ben):
        await each.write("hello button")
        await each.expects("1: hello")
    stolen = ann.screen()[-1].rows[0][0]["callback_data"]
    await ben.tap(ben.screen()[-1], stolen)
    assert await server.world.until(lambda: bot.telegram.counts["forged"] == 1, 5)
    assert ben.bubbles() == ["1: hello button"]


async def test_a_group_is_told_once_where_to_talk_even_after_a_restart(
    server: TelegramServer, tmp_path: Path, content: Content
) -> None:
    server.group(-5)
    ben = Person(server.world, 43, "Ben", chat_id=-5)
    folder = tmp_path / "data"
    async with running(server, folder, content):
        await ben.write("hello bot")
        await ben.expects("https://t.me/rehearsal_bot?start=__group")
        await ben.write("hello again")
        await ben.expects_nothing()
    async with running(server, folder, content):
        await ben.write("and again")
        await ben.expects_nothing()


async def test_staff_take_a_case_in_their_chat(
    bot: Running, ann: Person, server: TelegramServer, content: Content
) -> None:
    server.group(STAFF, "supergroup")
    cleo = Person(server.world, 77, "Cleo", chat_id=STAFF)
    await ann.write("alert")
    alert = await cleo.expects("Case")
    assert content.wording.staff.acknowledge in alert.labels
    await cleo.press(content.wording.staff.acknowledge)
    await cleo.expects_toast("Cleo")
    assert bot.telegram.counts["forged"] == 0


async def test_a_wrong_token_is_told_without_the_token(
    server: TelegramServer, tmp_path: Path, content: Content
) -> None:
    server.token = "123456:another"  # noqa: S105 (a rehearsal's)
    with pytest.RaisesGroup(TokenRefusedError, flatten_subgroups=True) as raised:
        async with running(server, tmp_path / "data", content):
            await asyncio.sleep(5)
    assert TOKEN not in "".join(traceback.format_exception(raised.value))


async def test_the_start_waits_for_the_network(
    server: TelegramServer, tmp_path: Path, content: Content
) -> None:
    server.is_down = True
    ann = server.person(42)
    await ann.write("hello")
    async with running(server, tmp_path / "data", content):
        await server.world.until(lambda: len(server.calls("getMe")) == 1, 5)
        server.is_down = False
        await ann.expects("1: hello")


async def test_polling_goes_on_after_conflicts_and_flood_control(
    bot: Running, ann: Person, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram.CONFLICT_REST", 0.1)
    async with httpx.AsyncClient(trust_env=False) as another:
        hook = {"url": "http://127.0.0.1:9/another-program"}
        await another.post(f"{server.url}/bot{TOKEN}/setWebhook", data=hook)
    await ann.write("one")
    await ann.expects("1: one")
    assert server.webhook == {}
    server.weather.plan("getUpdates", TooMany(1), Broken(502), Lost(done=True))
    await ann.write("two")
    await ann.expects("2: two")
    assert bot.telegram.counts["malformed"] == 0


async def test_stopping_takes_no_time(
    server: TelegramServer, tmp_path: Path, content: Content
) -> None:
    before = asyncio.get_running_loop().time()
    async with running(server, tmp_path / "data", content):
        await server.world.until(lambda: len(server.calls("getUpdates")) == 1, 5)
    assert asyncio.get_running_loop().time() - before < 3


# --- webhook -------------------------------------------------------------------------------------


def free_address() -> str:
    from bot.http_server import listening  # noqa: PLC0415 (only here)

    with listening("127.0.0.1:0") as listener:
        return f"127.0.0.1:{listener.getsockname()[1]}"


@asynccontextmanager
async def hooked(
    server: TelegramServer, folder: Path, content: Content
) -> AsyncIterator[tuple[Running, str]]:
    address = free_address()
    settings = {
        "bot_webhook_url": f"http://{address}/telegram",
        "bot_webhook_secret": SECRET,
        "bot_webhook_listen": address,
    }
    async with running(server, folder, content, **settings) as found:
        assert await server.world.until(lambda: bool(server.webhook), 5)
        yield found, settings["bot_webhook_url"]


async def test_a_webhook_brings_updates_and_only_with_the_secret(
    server: TelegramServer, tmp_path: Path, content: Content
) -> None:
    ann = server.person(42)
    async with (
        hooked(server, tmp_path / "data", content) as (bot, url),
        httpx.AsyncClient(trust_env=False) as stranger,
    ):
        await ann.write("hello button")
        await ann.expects("1: hello button")
        await ann.press("Go")
        await ann.expects("2: go")
        body = b'{"update_id":9999999,"message":{"text":"forged"}}'
        header = "x-telegram-bot-api-secret-token"
        for secret in (b"", SECRET[:-1].encode(), "ä".encode()):
            given = {header.encode(): secret}
            answer = await stranger.post(url, content=body, headers=given if secret else None)
            assert answer.status_code == 403
        assert (await stranger.get(url, headers={header: SECRET})).status_code == 405
        large = await stranger.post(url, content=b"x" * 1_000_001, headers={header: SECRET})
        assert large.status_code == 413
        assert bot.telegram.counts["updates"] == 2
        assert bot.telegram.counts["malformed"] == 0
        nonsense = await stranger.post(url, content=b"<html>", headers={header: SECRET})
        assert nonsense.status_code == 200
        assert bot.telegram.counts["malformed"] == 1


async def test_a_body_of_unknown_length_is_cut_off(
    server: TelegramServer, tmp_path: Path, content: Content
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b"x" * 10_000

    async with (
        hooked(server, tmp_path / "data", content) as (_, url),
        httpx.AsyncClient(trust_env=False) as stranger,
    ):
        headers = {"x-telegram-bot-api-secret-token": SECRET}
        try:
            answer = await stranger.post(url, content=endless(), headers=headers)
        except httpx.HTTPError:
            return  # hung up on, before all was sent
        assert answer.status_code == 413


async def test_a_webhook_says_come_again_while_nothing_can_be_kept(
    server: TelegramServer,
    tmp_path: Path,
    content: Content,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ann = server.person(42)
    async with hooked(server, tmp_path / "data", content) as (bot, _):
        keep = bot.desk.reception.receive_all

        async def down(_deliveries: list[Delivery]) -> None:
            raise StoreDownError("disk full")

        monkeypatch.setattr(bot.desk.reception, "receive_all", down)
        await ann.write("i can't go on")
        await ann.expects("sorry: TextReceived")
        await server.world.until(lambda: len(server.webhook_errors) > 1, 5)
        assert "503" in server.webhook_errors[-1]
        monkeypatch.setattr(bot.desk.reception, "receive_all", keep)
        await ann.expects("1: i can't go on")
        assert ann.bubbles() == ["sorry: TextReceived", "1: i can't go on"]


async def test_polling_after_a_webhook_takes_the_webhook_away(
    server: TelegramServer, tmp_path: Path, content: Content
) -> None:
    ann = server.person(42)
    async with hooked(server, tmp_path / "data", content):
        pass
    await ann.write("hello")
    async with running(server, tmp_path / "data", content):
        await ann.expects("1: hello")
    assert server.webhook == {}


# --- sending -------------------------------------------------------------------------------------


def say(text: str = "hi", chat: int = 42, **more: object) -> Outgoing:
    fields: dict[str, object] = {"id": 1, "kind": OutgoingKind.MESSAGE, "text": text} | more
    return Outgoing(chat_id=ChatId(f"telegram:{chat}"), **fields)  # type: ignore[arg-type] # (fields of many types)


@pytest.fixture
async def out(
    server: TelegramServer, ann: Person, tmp_path: Path, content: Content
) -> AsyncIterator[Telegram]:
    """A channel that only sends."""
    await ann.write("hi")
    settings = Settings(bot_token=TOKEN, bot_api_url=server.url)
    async with desk(tmp_path / "data", content) as behind:
        telegram = Telegram(
            settings, vault=behind.vault, wording=lambda: content.wording, clock=Clock()
        )
        yield telegram
        await telegram.close()


GO = ((Button(label="Go", data="go"), Button(label="Read", url="https://example.org/")),)


async def test_a_long_message_comes_in_pieces_with_its_buttons_last(
    out: Telegram, ann: Person
) -> None:
    text = "\n\n".join(["**Part** " + "x" * 2000] * 5)
    outcome = await out.deliver(say(text, buttons=GO))
    bubbles = [each for each in ann.screen() if each.is_from_bot]
    assert len(bubbles) == 3
    assert [bool(each.rows) for each in bubbles] == [False, False, True]
    names = [MessageId(str(each.id)) for each in bubbles]
    assert outcome == Delivered(message=names[-1], before=tuple(names[:-1]))
    assert bubbles[0].entities[0] == {"type": "bold", "offset": 0, "length": 4}


async def test_a_long_message_that_breaks_off_goes_on_where_it_was(
    out: Telegram, ann: Person, server: TelegramServer
) -> None:
    text = "a" * 4096 + "\n\n" + "b" * 4096 + "\n\n" + "c"
    server.weather.plan("sendMessage", Lost(done=True), TooMany(2))
    assert isinstance(await out.deliver(say(text)), TryLater)
    assert await out.deliver(say(text)) == TryLater(
        after=timedelta(seconds=2), why="Flood control exceeded. Retry in 0:00:02"
    )
    assert isinstance(await out.deliver(say(text)), Delivered)
    assert [each[0] for each in ann.bubbles()] == ["a", "a", "b", "c"]


async def test_a_long_message_that_breaks_off_says_what_stands_there(
    out: Telegram, ann: Person, server: TelegramServer
) -> None:
    server.weather.plan("sendMessage", Slow(0), TooMany(2))
    outcome = await out.deliver(say("a" * 4096 + "\n\n" + "b"))
    assert isinstance(outcome, TryLater)
    assert outcome.before == (MessageId(str(ann.screen()[-1].id)),)


async def test_an_edit_takes_the_place_of_a_message(out: Telegram, ann: Person) -> None:
    first = await out.deliver(say("one", buttons=GO))
    assert isinstance(first, Delivered)
    again = await out.deliver(say("one", buttons=GO, edits=first.message))
    assert again == first, "to change nothing is a success"
    assert await out.deliver(say("two", edits=first.message)) == first
    assert ann.bubbles() == ["two"]


async def test_where_the_message_is_gone_an_edit_is_sent_anew(out: Telegram, ann: Person) -> None:
    theirs = MessageId(str(ann.screen()[0].id))
    for edits in (MessageId("999"), theirs):
        outcome = await out.deliver(say("new", edits=edits))
        assert isinstance(outcome, Delivered)
        assert outcome.message not in {None, edits}
    assert ann.bubbles() == ["new", "new"]


async def test_old_buttons_go_and_are_gone_already(out: Telegram, ann: Person) -> None:
    first = await out.deliver(say("one", buttons=GO))
    assert isinstance(first, Delivered)
    for _ in range(2):
        outcome = await out.deliver(say(kind=OutgoingKind.STRIP, edits=first.message))
        assert outcome == Delivered()
    assert ann.buttons() == []
    gone = say(kind=OutgoingKind.STRIP, edits=MessageId("999"))
    assert await out.deliver(gone) == Delivered()


async def test_messages_are_deleted_as_far_as_telegram_allows(
    out: Telegram, ann: Person, server: TelegramServer
) -> None:
    first = await out.deliver(say("one"))
    assert isinstance(first, Delivered)
    delete = say(kind=OutgoingKind.DELETE, edits=first.message)
    assert await out.deliver(delete) == Delivered()
    assert await out.deliver(delete) == Delivered(), "gone is gone"
    assert ann.bubbles() == []
    old = await out.deliver(say("old"))
    assert isinstance(old, Delivered)
    ann.screen()[-1].sent_at -= timedelta(hours=49)
    refused = await out.deliver(say(kind=OutgoingKind.DELETE, edits=old.message))
    assert isinstance(refused, Refused)
    assert len(server.calls("deleteMessage")) == 3


async def test_a_record_comes_as_a_file(out: Telegram, ann: Person) -> None:
    outcome = await out.deliver(
        say("my-record.txt", kind=OutgoingKind.DOCUMENT, document="Ünï".encode())
    )
    assert isinstance(outcome, Delivered)
    assert ann.screen()[-1].file_name == "my-record.txt"
    assert ann.screen()[-1].document == "Ünï".encode()


async def test_a_press_too_old_to_answer_is_done_with(out: Telegram) -> None:
    toast = say(kind=OutgoingKind.TOAST, callback_id="7")
    assert await out.deliver(toast) == Delivered()


async def test_a_blocked_or_unknown_chat_is_unreachable(out: Telegram, ann: Person) -> None:
    await ann.block()
    assert isinstance(await out.deliver(say()), Unreachable)
    assert isinstance(await out.deliver(say(chat=777)), Unreachable)


@pytest.mark.parametrize("fault", [Broken(502), Broken(500), Lost(done=False), Lost(done=True)])
async def test_trouble_on_the_line_is_for_later(
    out: Telegram, server: TelegramServer, fault: Broken | Lost
) -> None:
    server.weather.plan("sendMessage", fault)
    outcome = await out.deliver(say())
    assert isinstance(outcome, TryLater)
    assert outcome.after == timedelta()
    assert TOKEN not in outcome.why
    assert isinstance(await out.deliver(say()), Delivered)


async def test_a_server_that_does_not_answer_is_for_later(
    out: Telegram, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram_line.READ_WITHIN", 0.2)
    server.weather.plan("sendMessage", Slow(1))
    assert await out.deliver(say()) == TryLater(after=timedelta(), why="Timed out")


async def test_a_server_that_is_not_there_is_for_later(tmp_path: Path, content: Content) -> None:
    settings = Settings(bot_token=TOKEN, bot_api_url=f"http://{free_address()}")
    async with desk(tmp_path / "data", content) as behind:
        nowhere = Telegram(
            settings, vault=behind.vault, wording=lambda: content.wording, clock=Clock()
        )
        outcome = await nowhere.deliver(say())
        assert isinstance(outcome, TryLater)
        assert TOKEN not in outcome.why
        await nowhere.close()


async def test_what_is_wrong_around_a_text_never_keeps_the_text_back(
    out: Telegram, ann: Person, server: TelegramServer
) -> None:
    bad = ((Button(label="Call", url="tel:988"),),)
    assert isinstance(await out.deliver(say("**call** 988", buttons=bad)), Delivered)
    server.group(-6, "supergroup", is_forum=True)
    assert isinstance(await out.deliver(say("alert", chat=-6, topic="99")), Delivered)
    assert ann.bubbles() == ["call 988"]


async def test_nothing_to_show_is_refused(out: Telegram, server: TelegramServer) -> None:
    assert isinstance(await out.deliver(say(" \n")), Refused)
    assert server.calls("sendMessage") == []


async def test_a_group_that_moved_is_followed(out: Telegram, server: TelegramServer) -> None:
    server.group(-6).moved_to = -1006
    server.group(-1006, "supergroup")
    assert isinstance(await out.deliver(say("alert", chat=-6)), Delivered)
    assert isinstance(await out.deliver(say("again", chat=-6)), Delivered)
    moved = server.world.chats[-1006].messages.values()
    assert [each.text for each in moved] == ["alert", "again"]
    assert len(server.calls("sendMessage")) == 3


# --- secrets -------------------------------------------------------------------------------------


def test_the_token_is_taken_out_of_errors_and_logs(caplog: pytest.LogCaptureFixture) -> None:
    assert TOKEN not in hidden(f"POST https://x/bot{TOKEN}/getMe failed", TOKEN)
    factory = logging.getLogRecordFactory()
    try:
        quiet_logs(TOKEN)
        with caplog.at_level(logging.DEBUG):
            logging.getLogger("any").warning("call %s", f"https://x/bot{TOKEN}/getMe")
            try:
                int(TOKEN)
            except ValueError:
                logging.getLogger("any").exception("failed")
            logging.getLogger("httpx").info("HTTP Request: POST https://x/bot%s", TOKEN)
        assert TOKEN.partition(":")[2] not in caplog.text
        assert "call https://x/bot[token]/getMe" in caplog.text
        assert "HTTP Request" not in caplog.text
    finally:
        logging.setLogRecordFactory(factory)


async def test_why_something_failed_says_nothing_that_telegram_quotes(out: Telegram) -> None:
    error: TelegramError = BadRequest('Unsupported start tag "i want to die" at byte offset 2')
    assert out._sender.why(error) == "Unsupported start tag "  # noqa: SLF001 (one door, no other way to this)
