"""The whole program on Telegram: people on one side, the real process on the other."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from bot.core.content import Content
from bot.rehearsal.bot_process import READY_WITHIN, SECRET, BotProcess
from bot.rehearsal.people import Person
from bot.rehearsal.telegram_server import TOKEN, TelegramServer
from bot.rehearsal.trial import seasoned
from bot.rehearsal.weather import Lost, Slow, TooMany

STAFF = -1001234567890
CANARY = "xylophone-canary"


# One bot serves most of these tests, as starting one takes longer than they do; so each test has
# people of its own.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def fresh() -> AsyncIterator[TelegramServer]:
    """A Telegram for a bot of one's own."""
    async with TelegramServer() as telegram:
        yield telegram


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BotProcess]:
    """The bot of most tests, polling, with a staff group."""
    async with TelegramServer() as server:
        server.group(STAFF, "supergroup")
        folder = tmp_path_factory.mktemp("bot")
        async with BotProcess(server, seasoned(folder), BOT_STAFF_CHAT_ID=str(STAFF)) as process:
            yield process


@pytest.fixture
def server(bot: BotProcess) -> TelegramServer:
    """The Telegram of that bot."""
    return bot.server


class Client(Person):
    """A person who goes through the screening."""

    async def begins(self, content: Content) -> None:
        """Up to the first question after whom it is for."""
        await self.write("/screening")
        await self.expects("Is it OK to start?")
        await self.press(content.wording.consent.yes)
        await self.expects("Who are you asking for?")
        await self.press("For me")
        await self.expects("Is anything like this happening right now?")

    async def presses_again_and_again(self, answers: dict[str, str]) -> None:
        """Answer each question by a button, after it is shown."""
        for question, label in answers.items():
            await self.expects(question)
            await self.press(label)


def titles(pid: int) -> list[str]:
    """What anybody on the machine sees of a process: its command and the names of its threads."""
    process = Path(f"/proc/{pid}")
    shown = (process / "cmdline", *process.glob("task/*/comm"))
    return [path.read_bytes().decode(errors="replace") for path in shown]


def client(server: TelegramServer, number: int, name: str = "Ann") -> Client:
    return Client(server.world, number, name)


async def test_a_screening_survives_a_stop_and_a_start(
    bot: BotProcess, server: TelegramServer, content: Content
) -> None:
    ann = client(server, 7700101)
    await ann.begins(content)
    await ann.press("No, nothing like this")
    await ann.expects("What would you like help with most?")
    assert await bot.stop() == 0
    await ann.press("Alcohol or drugs")
    await bot.start()
    await ann.expects("How old are you?")
    await ann.press("18 to 64")
    await ann.expects("In the past month")
    shown = [each for each in ann.bubbles() if "How old are you?" in each]
    assert len(shown) <= 1, "no question was asked twice"


async def test_a_screening_by_webhook_survives_a_kill(
    fresh: TelegramServer, tmp_path: Path, content: Content
) -> None:
    ann = client(fresh, 7700201)
    async with BotProcess(fresh, seasoned(tmp_path), webhook=True) as bot:
        await ann.begins(content)
        await ann.press("No, nothing like this")
        await ann.expects("What would you like help with most?")
        await bot.kill()
        await ann.press("Alcohol or drugs")
        await asyncio.sleep(0.1)
        await bot.start()
        await ann.expects("How old are you?")
        async with httpx.AsyncClient(trust_env=False) as stranger:
            body = b'{"update_id":1,"message":{"text":"forged"}}'
            assert (await stranger.post(bot.webhook_url, content=body)).status_code == 403
            answer = await stranger.post(
                bot.webhook_url,
                content=b" " * 1_000_001,
                headers={"x-telegram-bot-api-secret-token": SECRET},
            )
            assert answer.status_code == 413
        assert await bot.stop() == 0
        assert fresh.world.updates == []


async def test_malformed_updates_between_good_ones_stop_nothing(
    server: TelegramServer,
) -> None:
    ann = server.person(7700301)
    await ann.write("/start")
    server.world.inject({"message": {"chat": {"id": "x"}}})
    server.world.inject(b'{"update_id":{id},"message":{"text":NONSENSE}}')
    server.world.inject(b'{"update_id":{id},"message":' + b"[" * 5000 + b"]" * 5000 + b"}")
    await ann.write("/help")
    await ann.expects("What would you like to do?", "These also work at any time")
    assert await server.world.until(lambda: not server.world.updates, 5), "all are confirmed"


async def test_a_double_tap_answers_one_question(server: TelegramServer, content: Content) -> None:
    ann = client(server, 7700401)
    await ann.begins(content)
    message = next(each for each in reversed(ann.screen()) if each.rows)
    data = message.rows[0][0]["callback_data"]
    await ann.tap(message, data)
    await ann.tap(message, data)
    await ann.expects("What would you like help with most?")
    await ann.expects_toast(content.wording.other.stale[:20])
    await ann.press("Mood, worry, trauma or stress")
    assert "Question 4" in (await ann.expects("How old are you?")).text


async def test_danger_in_the_middle_gets_the_card_and_alerts_staff(
    bot: BotProcess, server: TelegramServer, content: Content
) -> None:
    ann = client(server, 7700501)
    cleo = Person(server.world, 77, "Cleo", chat_id=STAFF)
    await ann.begins(content)
    await ann.write("i am going to kill myself tonight")
    await ann.expects("988")
    alert = await cleo.expects("Case")
    assert "kill" not in alert.text
    assert "Ann" not in alert.text
    await ann.expects(content.wording.handoff.told[:30])
    await cleo.press(content.wording.staff.acknowledge)
    await cleo.expects_toast("Cleo")
    assert bot.output.count("kill myself") == 0


async def test_somebody_who_blocks_the_bot_holds_up_nobody_and_may_come_back(
    server: TelegramServer,
) -> None:
    ann, ben = server.person(7700601), server.person(7700602, "Ben")
    for each in (ann, ben):
        await each.write("/start")
        await each.expects("What would you like to do?")
    await ann.write("/help")
    ann.chat.is_blocked = True  # before the answer comes
    await ben.write("/help")
    await ben.expects("These also work at any time")
    await ann.block()
    await asyncio.sleep(0.3)
    await ann.unblock()
    await ann.write("/privacy")
    await ann.expects("Who reads it")


async def test_flood_control_is_respected_and_holds_up_one_chat_only(
    server: TelegramServer,
) -> None:
    ann, ben = server.person(7700701), server.person(7700702, "Ben")
    await ben.write("/start")
    await ben.expects("What would you like to do?")
    loop = asyncio.get_running_loop()
    before, sent = loop.time(), len(server.calls("sendMessage"))
    server.weather.plan("sendMessage", TooMany(2), Lost(done=False))
    await ann.write("/start")
    await ann.expects("What would you like to do?")
    assert loop.time() - before > 2
    tries = [each["chat_id"] for each in server.calls("sendMessage")[sent:]]
    assert tries == [str(ann.id)] * 3, "once refused, once lost, once shown"
    await ben.write("/help")
    await ben.expects("These also work at any time")


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_nothing_is_lost_when_it_is_killed_under_load(
    fresh: TelegramServer, tmp_path: Path, *, webhook: bool
) -> None:
    people = [fresh.person(100 + number, f"P{number}") for number in range(6)]
    async with BotProcess(fresh, seasoned(tmp_path), webhook=webhook) as bot:
        for each in people:
            await each.write("/start")
            await each.write("/privacy")
            await each.write("/status")
        half_way = 9  # of 18 answers
        await fresh.world.until(lambda: len(fresh.calls("sendMessage")) > half_way, READY_WITHIN)
        await bot.kill()
        for each in people:
            await each.write("/help")
        await bot.start()
        for each in people:
            await each.expects("What would you like to do?", "Who reads it", "No questions")
            await each.expects("These also work at any time")
            assert len(each.bubbles()) <= 4 + 1, "a bubble may come twice for a kill"
        assert await fresh.world.until(lambda: not fresh.world.updates, 10)
        assert await bot.stop() == 0


async def test_links_choose_and_groups_are_told_where_to_talk(
    server: TelegramServer, content: Content
) -> None:
    ann = server.person(7701001)
    await ann.write("/start loved-one__flyer")
    await ann.expects("Is it OK to start?")
    server.group(-5)
    ben = Person(server.world, 7701002, "Ben", chat_id=-5)
    await ben.write(f"/start@rehearsal_bot {CANARY}")
    await ben.expects("https://t.me/rehearsal_bot?start=")
    await ben.write("and more")
    await ben.expects_nothing()
    await server.world.until(lambda: bool(server.world.short_description), 5)
    assert [each["command"] for each in server.world.commands] == list(
        content.wording.telegram.commands
    )
    await ann.send(photo=[{"file_id": "x", "file_unique_id": "x", "width": 1, "height": 1}])
    await ann.expects(content.wording.other.attachment[:30])
    assert server.calls("getFile") == [], "nothing is downloaded"


async def test_what_is_under_way_while_somebody_erases_is_gone_from_the_chat(
    server: TelegramServer,
) -> None:
    ann = client(server, 8801)
    await ann.write("/status")
    await ann.expects("No questions")
    server.weather.plan("sendMessage", Slow(2))
    await ann.write("/help")
    await ann.expects("These also work at any time")  # it stands there, and the bot does not know
    await ann.write("/delete")
    await ann.write("yes")
    await ann.expects("Your record is erased")
    assert await server.world.until(lambda: len(ann.bubbles()) == 1, 15), ann.picture()


async def test_neither_the_token_nor_words_are_ever_logged(
    bot: BotProcess, server: TelegramServer
) -> None:
    ann = server.person(7701101, f"{CANARY}-name")
    server.weather.plan("sendMessage", Lost(done=False))
    await ann.write("/start")
    await ann.write(f"what about {CANARY}?")
    server.world.inject({"message": {"chat": {"id": CANARY}, "text": CANARY}})
    server.is_down = True
    await asyncio.sleep(0.5)
    server.is_down = False
    await ann.write("/help")
    await ann.expects("These also work at any time", within=15)
    staff = server.world.chat(STAFF).messages
    before = len(staff)
    await ann.write(f"{CANARY} i am going to kill myself tonight")
    await ann.expects("988")
    assert await server.world.until(lambda: len(staff) > before, 15), "staff are alerted"
    async with httpx.AsyncClient(trust_env=False) as watcher:
        address = f"http://{bot.environment['BOT_CONSOLE_LISTEN']}/metrics"
        figures = (await watcher.get(address)).text
    assert "bot_turns" in figures
    assert str(ann.id) not in figures
    for text in (figures, *titles(bot.pid), *(message.text for message in staff.values())):
        assert CANARY not in text
        assert TOKEN.partition(":")[2] not in text
    output = bot.output
    assert "bot: running on Telegram" in output
    assert TOKEN.partition(":")[2] not in output
    assert CANARY not in output
    assert str(ann.id) not in output, "no Telegram id either"


async def test_a_refused_token_ends_the_program_with_a_clear_line(
    fresh: TelegramServer, tmp_path: Path
) -> None:
    wrong = "123456:another-token-that-must-not-leak"
    bot = BotProcess(fresh, tmp_path, BOT_TOKEN=wrong)
    await bot.launch()
    assert await bot.ends() == 1
    assert "Telegram does not know BOT_TOKEN" in bot.output
    assert wrong.partition(":")[2] not in bot.output
    assert "Traceback" not in bot.output
