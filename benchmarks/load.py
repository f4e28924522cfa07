"""Replies per CPU second and time to reply, ours against stock python-telegram-bot, in one run.

    python benchmarks/load.py [SECONDS]

50 people press buttons at 30 updates a second in all, against a Bot API server on loopback that
answers at once. Both ask the same questions with the same buttons. Ours keeps every turn durably,
sealed, before it confirms it; stock PTB keeps a pickle now and then.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bot.rehearsal.bot_process import BotProcess
from bot.rehearsal.people import Person
from bot.rehearsal.telegram_server import TelegramServer
from bot.rehearsal.telegram_world import Message

PEOPLE = 50
RATE = 30.0  # updates a second
PATIENCE = 10.0
CALM = 0.1  # CPU seconds in six
CALM_WITHIN = 300.0


class Stock(BotProcess):
    """Stock PTB in a process of its own."""

    async def launch(self) -> None:
        """Start it."""
        pickle = self.log.with_name("stock.pickle")
        environment = self.environment | {"STOCK_PICKLE": str(pickle), "PYTHONPATH": str(ROOT)}
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-W", "ignore", str(ROOT / "benchmarks" / "stock_ptb.py")),
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )


@dataclass
class Measured:
    """What one subject did."""

    ready: float = 0.0
    memory: float = 0.0  # MB
    cpu: float = 0.0  # seconds
    waits: list[float] = field(default_factory=list)
    unanswered: int = 0

    def row(self, name: str) -> str:
        """A line of the table."""
        cuts = statistics.quantiles(self.waits, n=100)
        replies = len(self.waits)
        return (
            f"| {name} | {replies / self.cpu:.0f} | {1000 * cuts[49]:.0f} | {1000 * cuts[94]:.0f} |"
            f" {1000 * cuts[98]:.0f} | {self.ready:.1f} | {self.memory:.0f} | {replies} |"
            f" {self.unanswered} |"
        )


async def measured(kind: type[BotProcess], seconds: float) -> Measured:
    """Put one subject under load."""
    found = Measured()
    with tempfile.TemporaryDirectory(prefix="bot-load-", dir=ROOT) as folder:
        async with TelegramServer() as server:
            bot = kind(
                server,
                Path(folder),
                BOT_MESSAGES_PER_SECOND="500",
                BOT_LOG_LEVEL="info",
                BOT_CONSOLE_LISTEN="off",
            )
            await bot.start()
            await _calm(bot.pid)
            await bot.stop()
            began = time.perf_counter()
            await bot.start()
            found.ready = time.perf_counter() - began
            await _calm(bot.pid)
            people = [server.person(1000 + number) for number in range(PEOPLE)]
            for person in people:
                await person.write("/screening")
                await asyncio.sleep(1 / RATE)
            await _calm(bot.pid)
            before = _cpu(bot.pid)
            async with asyncio.TaskGroup() as tasks:
                for number, person in enumerate(people):
                    tasks.create_task(_lives(person, number / RATE, seconds, found))
            found.cpu = _cpu(bot.pid) - before
            found.memory = _memory(bot.pid)
            await bot.kill()
    return found


async def _calm(pid: int) -> None:
    """Wait until it has prepared itself: what it does once is no part of what a reply costs."""
    async with asyncio.timeout(CALM_WITHIN):
        before = -1.0
        while _cpu(pid) - before > CALM:
            before = _cpu(pid)
            await asyncio.sleep(6)  # longer than ours rests before it looks at its content


async def _lives(person: Person, first: float, seconds: float, found: Measured) -> None:
    """Press a button of the newest keyboard, see how long the next one takes, rest."""
    loop = asyncio.get_running_loop()
    await asyncio.sleep(first)
    end = loop.time() + seconds
    while loop.time() < end:
        began = loop.time()
        seen = _keyboard(person)
        if seen is None:
            await person.write("/screening")
        else:
            message, labels = seen
            label = "Done" if any(each.startswith("✓") for each in labels) else labels[0]
            data = next(r[0]["callback_data"] for r in message.rows if r[0]["text"] == label)
            await person.tap(message, data)
        if await person.world.until(lambda: _keyboard(person) not in (None, seen), PATIENCE):  # noqa: B023 (awaited at once)
            found.waits.append(loop.time() - began)
        else:
            found.unanswered += 1
        await asyncio.sleep(max(0.0, PEOPLE / RATE - (loop.time() - began)))


def _keyboard(person: Person) -> tuple[Message, tuple[str, ...]] | None:
    """The newest message, if it can be pressed, with its labels."""
    message = person.screen()[-1]
    labels = tuple(row[0]["text"] for row in message.rows if "callback_data" in row[0])
    return (message, labels) if message.is_from_bot and labels else None


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


async def _main(seconds: float) -> None:
    print(
        "| | replies per CPU second | p50 ms | p95 ms | p99 ms | ready s | MB | replies | unanswered |"
    )
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    ours = await measured(BotProcess, seconds)
    print(ours.row("ours, durable"), flush=True)
    stock = await measured(Stock, seconds)
    print(stock.row("stock PTB, pickle"), flush=True)
    factor = (len(ours.waits) / ours.cpu) / (len(stock.waits) / stock.cpu)
    print(f"\n{factor:.1f} times the replies per CPU second")


if __name__ == "__main__":
    asyncio.run(_main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0))
