"""Telegram's channel with a real store behind it and the rehearsal's Telegram before it."""

import asyncio
import traceback
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from desk import Clock, Desk, desk
from joint import Joint

from bot.channels.telegram import Telegram, TokenRefusedError
from bot.core.content import Content
from bot.core.post import (
    Delivery,
)
from bot.rehearsal.bot_process import free_address
from bot.rehearsal.people import Person
from bot.rehearsal.telegram_server import TOKEN, TelegramServer
from bot.rehearsal.weather import Broken, Lost, TooMany
from bot.settings import Settings
from bot.store.database import StoreDownError

STAFF = -100500
SECRET = "a-secret-of-the-webhook"  # noqa: S105 (a rehearsal's)


class Running:
    """A bot that runs in this process."""

    def __init__(self, telegram: Telegram, behind: Desk, server: TelegramServer) -> None:
        self.telegram = telegram
        self.desk = behind
        self.server = server


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
