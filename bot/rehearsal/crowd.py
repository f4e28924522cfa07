"""Many people with phones who write and press buttons all by themselves, and what they sent."""

import asyncio
import random  # noqa: TID251 (a rehearsal is seeded, so that it can be played again)
from collections import defaultdict
from datetime import datetime, timedelta

from bot.rehearsal.people import Person
from bot.rehearsal.telegram_server import TelegramServer
from bot.rehearsal.trial import START, content

SAYINGS = (
    "can i keep my job?",
    "how long does it take",
    "pretty much every day",
    "is there parking",
    "idk",
    "2",
    "thank you",
    "what does it cost me",
)
MOST_WAITING = 300  # updates; then nobody writes until the bot has taken some
PRESSERS = 0.7  # how often somebody presses rather than writes


class FastClock:
    """Telegram's dates run so much faster than the clock on the wall, so that a crowd is no flood."""

    def __init__(self, times: float) -> None:
        self._times = times
        self._began = asyncio.get_running_loop().time()

    def __call__(self) -> datetime:
        """The date that Telegram would write."""
        passed = asyncio.get_running_loop().time() - self._began
        return START + timedelta(seconds=passed * self._times)


class SlowPeople:
    """Telegram's dates go on by so many seconds with each message, however fast they come."""

    def __init__(self, seconds: float) -> None:
        self._step = timedelta(seconds=seconds)
        self._at = START

    def __call__(self) -> datetime:
        """The date that Telegram would write."""
        self._at += self._step
        return self._at


class Crowd:
    """`size` people in a server's world. `sent` are the update ids of each, by queue, in order."""

    def __init__(
        self, server: TelegramServer, size: int, *, first: int = 1000, seed: int = 1
    ) -> None:
        self._server = server
        self._random = random.Random(seed)  # noqa: S311 (not for secrets)
        self.people = [server.person(first + number) for number in range(size)]
        self.sent: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))

    async def live(self, rest: float, until: asyncio.Event) -> None:
        """Everybody writes or presses something each `rest` seconds or so."""
        async with asyncio.TaskGroup() as tasks:
            for person in self.people:
                tasks.create_task(self._live(person, rest, until))

    async def _live(self, person: Person, rest: float, until: asyncio.Event) -> None:
        await asyncio.sleep(self._random.uniform(0, rest))
        await self.says(person, "/screening")
        while not until.is_set():
            await asyncio.sleep(rest * self._random.uniform(0.5, 1.5))
            if not until.is_set() and len(self._server.world.updates) < MOST_WAITING:
                await self.does_something(person)

    async def does_something(self, person: Person) -> None:
        """Press a button of the newest ones, or write; but erase nothing: then all would be gone."""
        buttons = [
            (message, button["callback_data"])
            for message in person.screen()[-4:]
            for row in message.rows
            for button in row
            if "callback_data" in button and button["text"] != content().wording.erase.yes
        ]
        if buttons and self._random.random() < PRESSERS:
            message, data = self._random.choice(buttons)
            await person.tap(message, data)
            self._note(person, "tap")
        else:
            await self.says(person, self._random.choice(SAYINGS))

    async def says(self, person: Person, text: str) -> None:
        """Write something, and note the update."""
        await person.write(text)
        self._note(person, "text")

    def _note(self, person: Person, queue: str) -> None:
        """Remember the newest update: the bot must not lose it."""
        self.sent[person.id][queue].append(self._server.world.updates[-1].id)
