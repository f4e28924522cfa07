"""The real program on disks that are full, read-only, locked or damaged: danger is answered always."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from bot.rehearsal.bot_process import BotProcess
from bot.rehearsal.people import Person
from bot.rehearsal.telegram_server import TelegramServer
from bot.rehearsal.trial import seasoned
from bot.rehearsal.trial_of_disk import NoDiskError, small_disk
from bot.rehearsal.weather import Broken

DANGER = "i have the pills here and i am going to kill myself tonight"
CARD = "988"
WITHIN = 40.0
pytestmark = pytest.mark.asyncio


@pytest.fixture
def disk() -> Iterator[Path]:
    """A small disk of one's own."""
    try:
        with small_disk(8) as folder:
            yield folder
    except NoDiskError as error:
        pytest.skip(str(error))


@pytest_asyncio.fixture
async def server() -> AsyncIterator[TelegramServer]:
    """A Telegram for each test."""
    async with TelegramServer() as telegram:
        yield telegram


async def used(server: TelegramServer, folder: Path) -> BotProcess:
    """A bot that has been spoken with, and stopped."""
    bot = BotProcess(server, seasoned(folder))
    async with bot:
        ann = server.person(1)
        await ann.write("/help")
        await ann.expects("These also work at any time")
        assert await bot.stop() == 0
    return bot


def fill(folder: Path) -> None:
    """Leave not one byte."""
    with (folder / "filler").open("ab", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096):
                pass
        except OSError:
            return


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Somebody else has the database for themselves."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


async def is_answered(bot: BotProcess, person: Person) -> None:
    """Danger gets the card, once, and the program goes on; nothing of it stands in the log."""
    await person.write(DANGER)
    await person.expects(CARD, within=WITHIN)
    assert bot.is_alive
    assert "Traceback" not in bot.output
    assert "pills" not in bot.output


async def test_a_full_disk_at_the_start(server: TelegramServer, disk: Path) -> None:
    bot = await used(server, disk)
    fill(disk)
    await bot.launch()
    try:
        await is_answered(bot, server.person(2))
        assert await bot.stop() == 0, "and it stops on a full disk"
    finally:
        await bot.kill()
    (disk / "filler").unlink()
    async with bot:
        ben = server.person(2)
        await ben.expects("988")
        assert await bot.stop() == 0


async def test_a_full_disk_at_the_very_first_start(server: TelegramServer, disk: Path) -> None:
    fill(disk)
    bot = BotProcess(server, disk / "new")
    bot.log = Path(str(disk) + ".log")
    await bot.launch()
    try:
        await is_answered(bot, server.person(2))
    finally:
        await bot.kill()
        bot.log.unlink()


async def test_a_read_only_disk_at_the_start(
    server: TelegramServer, disk: Path, tmp_path: Path
) -> None:
    bot = await used(server, disk)
    bot.log = tmp_path / "log.txt"
    remount = shutil.which("mount") or "mount"
    mounting = await asyncio.create_subprocess_exec(remount, "-o", "remount,ro", str(disk))
    assert await mounting.wait() == 0
    await bot.launch()
    try:
        await is_answered(bot, server.person(2))
        async with httpx.AsyncClient(trust_env=False) as watcher:
            house = f"http://{bot.environment['BOT_CONSOLE_LISTEN']}"
            assert (await watcher.get(f"{house}/healthz")).status_code == 200
            assert (await watcher.get(f"{house}/readyz")).status_code == 503
        assert await bot.stop() == 0
    finally:
        await bot.kill()


@pytest.mark.parametrize("name", ["bot.db", "keys.db"])
async def test_a_locked_file_at_the_start(
    server: TelegramServer, tmp_path: Path, name: str
) -> None:
    bot = await used(server, tmp_path)
    with locked(tmp_path / "data" / name):
        await bot.launch()
        try:
            await is_answered(bot, server.person(2))
            assert f"{name} is locked" in bot.output
            assert "damaged" not in bot.output
            async with asyncio.timeout(20):
                assert await bot.stop() == 0
        finally:
            await bot.kill()


@pytest.mark.parametrize("name", ["data/bot.db", "data/keys.db", "bot.key"])
async def test_a_damaged_file_at_the_start(
    server: TelegramServer, tmp_path: Path, name: str
) -> None:
    bot = await used(server, tmp_path)
    path = tmp_path / name
    path.write_bytes(b"nonsense" + path.read_bytes()[8:])
    await bot.launch()
    try:
        await is_answered(bot, server.person(2))
        assert f"{path} is damaged" in bot.output or f"{path} cannot be read" in bot.output
    finally:
        await bot.kill()


async def test_a_missing_key_file_refuses_to_start(server: TelegramServer, tmp_path: Path) -> None:
    bot = await used(server, tmp_path)
    (tmp_path / "bot.key").unlink()
    await bot.launch()
    assert await bot.ends() == 1
    assert "is missing" in bot.output


async def test_a_stop_while_the_database_is_locked(server: TelegramServer, tmp_path: Path) -> None:
    async with BotProcess(server, seasoned(tmp_path)) as bot:
        for number in range(5):
            await server.person(10 + number).write("/help")
        await server.person(14).expects("These also work at any time")
        with locked(tmp_path / "data" / "bot.db"):
            for number in range(5):
                await server.person(10 + number).write("/help")
            await asyncio.sleep(1)
            async with asyncio.timeout(55):  # then systemd would kill it
                assert await bot.stop() == 0


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_whoever_waits_for_an_answer_gets_the_card_once(
    server: TelegramServer, tmp_path: Path, *, webhook: bool
) -> None:
    ben, cy = server.person(2, "Ben"), server.person(3, "Cy")
    async with BotProcess(server, seasoned(tmp_path), webhook=webhook) as bot:
        await ben.write("/help")
        await ben.expects("These also work at any time")
        with locked(tmp_path / "data" / "bot.db"):
            server.weather.plan("sendMessage", Broken(502))
            await cy.write("how much is it?")
            await asyncio.sleep(1)
            await is_answered(bot, cy)
            await is_answered(bot, ben)
            await ben.expects_nothing(8)
            assert "store_down" in bot.output
        await ben.expects(CARD, within=WITHIN)
        assert await server.world.until(lambda: not server.world.updates, WITHIN)
        if webhook:
            assert await server.world.until(lambda: bool(server.webhook), WITHIN)
            await cy.write("/help")
            await cy.expects("These also work at any time")


async def test_changed_content_on_a_full_disk_stops_nothing(
    server: TelegramServer, disk: Path, tmp_path: Path
) -> None:
    texts = tmp_path / "content"
    shutil.copytree(Path(__file__).parents[2] / "content", texts)
    async with BotProcess(server, disk, BOT_CONTENT_DIR=str(texts), BOT_STAFF_CHAT_ID="-5") as bot:
        bot.log = tmp_path / "log.txt"
        fill(disk)
        with (texts / "clinic.yaml").open("a") as file:
            file.write("\nnonsense: 1\n")
        await asyncio.sleep(8)
        await is_answered(bot, server.person(2))
