"""A thousand cases, a hundred of them erased, twenty older backups brought back: what can be read.

All of it as people and operators do it, with the real program: `/delete` in the chat, `backup` beside
the running assistant, `restore` of every copy.
"""

import asyncio
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import connect

from bot.core.model import ChatId
from bot.keyfile import KeyFile
from bot.rehearsal.bot_process import BotProcess
from bot.rehearsal.crowd import SlowPeople
from bot.rehearsal.people import Person
from bot.rehearsal.telegram_server import TelegramServer
from bot.rehearsal.trial import Row, Scale, kept, seasoned

CANARY = "kanarienvogel"
FIRST = 7_351_900_000  # no number of so many digits stands in a file by chance
CANARIES = (CANARY.encode(), str(FIRST)[:6].encode())
WITHIN = 300.0
ASKS, DONE = "This erases your record here", "Your record is erased"


@dataclass(frozen=True)
class _Places:
    """Where things lie: the assistant's own folder, copies of its data, the copy of its keys."""

    scratch: Path

    @property
    def bot(self) -> Path:
        return self.scratch / "bot"

    @property
    def copies(self) -> Path:
        return self.scratch / "copies"

    @property
    def keys(self) -> Path:
        return self.scratch / "keys"


async def trial(scale: Scale) -> Row:
    """Erased cases stay unreadable whatever copy of the data comes back; all others open."""
    with tempfile.TemporaryDirectory(prefix="bot-chaos-") as scratch:
        places = _Places(Path(scratch))
        places.bot.mkdir()
        async with TelegramServer(clock=SlowPeople(4)) as server:
            bot = BotProcess(server, seasoned(places.bot))
            people = [
                server.person(FIRST + number, f"{CANARY} {number}") for number in range(scale.cases)
            ]
            gone = people[:: scale.cases // scale.erased]
            others = [person for person in people if person not in gone]
            async with bot:
                for person in people:
                    await person.write(f"{CANARY} number {person.id}")
                await bot.settles()
                for _ in range(scale.copies):
                    await bot.command(
                        "backup", str(places.copies), str(places.keys), "--keep", str(scale.copies)
                    )
                before = _keys(places.keys)
                await asyncio.gather(*(_erases(person) for person in gone))
                await bot.settles()
                await bot.stop()
            left = sum(DONE not in text for person in gone for text in person.bubbles())
            refs = await asyncio.to_thread(_refs, places, gone)
            opens = {key for ref, key in before if ref in refs}
            readable, missing, hits = 0, 0, _hits(places)
            made = sorted(places.copies.glob("*.db"))
            for copy in made:
                await bot.command("restore", str(copy))
                found = await asyncio.to_thread(kept, places.bot)
                readable = max(readable, len(_chats(gone) & set(found.turns)))
                missing = max(missing, len(_chats(others) - set(found.turns)), len(found.broken))
                for each in (places.bot / "data", places.keys):
                    readable = max(readable, len(opens & {key for _, key in _keys(each)}))
            async with bot:
                told = await _told(gone[0]), await _told(others[0])
                await bot.stop()
            hits += _hits(places)
    return Row(
        test=f"{scale.cases:,} cases, {len(gone)} erased, {len(made)} older backups",
        mark="0 of the erased readable, all others readable, canary scan of all files 0 hits",
        measured=(
            f"{readable} of {len(gone)} readable, {len(others) - missing} of {len(others)} readable,"
            f" {hits} canary hits, {left} messages left in the chats"
            f"{'' if told == (False, True) else '; /mydata tells otherwise'}"
        ),
        passed=not readable
        and not missing
        and not hits
        and not left
        and len(made) == scale.copies
        and len(opens) == len(gone)
        and told == (False, True),
    )


async def _erases(person: Person) -> None:
    """What somebody does to be forgotten."""
    await person.write("/delete")
    await person.expects(ASKS, within=WITHIN)
    await person.write("yes")
    await person.expects(DONE, within=WITHIN)


async def _told(person: Person) -> bool:
    """Whether `/mydata` still holds what the person once said."""
    await person.write("/mydata")
    await person.expects("my-record.txt")
    return f"{CANARY} number {person.id}".encode() in person.screen()[-1].document


def _chats(people: list[Person]) -> set[ChatId]:
    return {ChatId(f"telegram:{person.id}") for person in people}


def _refs(places: _Places, people: list[Person]) -> set[str]:
    """The names of these people's chats in the records."""
    index = KeyFile.read(places.bot / "bot.key").index
    return {index.digest(chat)[:16].hex() for chat in _chats(people)}


def _hits(places: _Places) -> int:
    """How many files hold a word that somebody said, a name, or a Telegram id."""
    files = [path for path in places.scratch.rglob("*") if path.is_file()]
    return sum(canary in path.read_bytes() for path in files for canary in CANARIES)


def _keys(folder: Path) -> set[tuple[str, bytes]]:
    """The wrapped keys in a file of keys, with the names of their chats."""
    with closing(connect(folder / "keys.db")) as connection:
        return set(connection.execute("SELECT ref, wrapped FROM data_keys"))
