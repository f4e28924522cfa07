"""The real program, `python -m bot run`, in a process of its own, against the rehearsal's Telegram."""

import asyncio
import os
import re
import signal
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from bot.http_server import listening
from bot.rehearsal.telegram_server import TOKEN, TelegramServer

ROOT = Path(__file__).parents[2]
READY_WITHIN = 60.0  # a cold start on a busy machine
STOPPED_WITHIN = 60.0
LOOKS, BETWEEN = 3, 0.3  # so many looks in a row, so many seconds apart, at which nothing moves
QUIET = {"getupdates", "getme"}  # calls that say nothing
SECRET = "the-secret-of-this-webhook"  # noqa: S105 (a rehearsal's)


def free_address() -> str:
    """An address of loopback that nobody listens at."""
    with listening("127.0.0.1:0") as listener:
        return f"127.0.0.1:{listener.getsockname()[1]}"


class NotReadyError(Exception):
    """The bot did not come up."""


class CommandFailedError(Exception):
    """A command did not do what it was to do; what it printed."""


class BotProcess:
    """A bot with its records in `folder`; may be started, stopped and killed again and again."""

    def __init__(
        self, server: TelegramServer, folder: Path, *, webhook: bool = False, **settings: str
    ) -> None:
        self.server = server
        self.webhook = webhook
        address = free_address()
        hook = {
            "BOT_WEBHOOK_URL": f"http://{address}/telegram",
            "BOT_WEBHOOK_SECRET": SECRET,
            "BOT_WEBHOOK_LISTEN": address,
        }
        self.webhook_url = hook["BOT_WEBHOOK_URL"]
        clean = {name: value for name, value in os.environ.items() if name[:4] != "BOT_"}
        self.environment = {
            **clean,
            "BOT_TOKEN": TOKEN,
            "BOT_API_URL": server.url,
            "BOT_DATA_DIR": str(folder / "data"),
            "BOT_KEY_FILE": str(folder / "bot.key"),
            "BOT_CONSOLE_LISTEN": free_address(),
            "BOT_LOG_LEVEL": "debug",
            **(hook if webhook else {}),
            **settings,
        }
        self.log = folder / "log.txt"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def output(self) -> str:
        """All that it has printed, over all its runs."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    async def launch(self) -> None:
        """Start it."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run"),
                env=self.environment,
                cwd=ROOT,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def start(self) -> None:
        """Start it, and wait until it takes updates in."""
        call = "setWebhook" if self.webhook else "getUpdates"
        before = len(self.server.calls(call))
        await self.launch()
        async with asyncio.TaskGroup() as tasks:
            ended = tasks.create_task(self.ends())
            ready = tasks.create_task(
                self.server.world.until(lambda: len(self.server.calls(call)) > before, READY_WITHIN)
            )
            await asyncio.wait({ended, ready}, return_when=asyncio.FIRST_COMPLETED)
            is_ready = ready.done() and ready.result()
            ended.cancel()
            ready.cancel()
        if not is_ready:
            raise NotReadyError(f"the bot did not start:\n{self.output}")

    async def kill(self) -> None:
        """Kill it with -9: it cannot clean up."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def stop(self) -> int:
        """Ask it to stop, as an operator does; its exit code, also when it has ended before."""
        process = self._running
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOPPED_WITHIN):
            return await process.wait()

    async def settles(self, patience: float = 120.0) -> bool:
        """Wait until every update is confirmed and everything is sent, as its own figures say.

        False when nothing has moved for `patience` seconds, or it does not run any more.
        """
        world, clock = self.server.world, asyncio.get_running_loop().time
        looks, seen, moved_at = 0, (-1, -1), clock()
        async with httpx.AsyncClient(trust_env=False, timeout=10) as watcher:
            while looks < LOOKS:
                if not self.is_alive or clock() > moved_at + patience:
                    return False
                now = (sum(name not in QUIET for name, _ in world.calls), len(world.updates))
                if now != seen:
                    looks, seen, moved_at = 0, now, clock()
                else:
                    is_calm = not world.updates and await self._unsent(watcher) == 0
                    looks = looks + 1 if is_calm else 0
                await asyncio.sleep(BETWEEN)
        return True

    async def _unsent(self, watcher: httpx.AsyncClient) -> float:
        """How many messages wait in its records; -1 when it cannot say."""
        address = f"http://{self.environment['BOT_CONSOLE_LISTEN']}/metrics"
        try:
            text = (await watcher.get(address)).text
        except httpx.HTTPError:
            return -1
        found = re.search(r"^bot_unsent\S* (\S+)$", text, re.MULTILINE)
        return float(found[1]) if found else -1

    async def command(self, *words: str) -> str:
        """Run another command of the program on the same records; what it prints.

        Raises:
            CommandFailedError: it says that something is wrong.

        """
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *words),
            env=self.environment,
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        if process.returncode:
            raise CommandFailedError(f"{words[0]}: {output.decode(errors='replace')}")
        return output.decode()

    async def ends(self) -> int:
        """Wait until it ends by itself; its exit code."""
        async with asyncio.timeout(2 * READY_WITHIN):
            return await self._running.wait()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._running.pid

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.returncode is None

    @property
    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise NotReadyError("the bot was never started")
        return self._process

    async def __aenter__(self) -> Self:
        """Start it."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Kill it if it still runs."""
        await self.kill()
