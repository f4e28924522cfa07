"""A disk that fills up under the running program, and single bits that flip while it does not run."""

import asyncio
import random  # noqa: TID251 (a rehearsal is seeded, so that it can be played again)
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from bot.core.content import Content
from bot.core.dialogue import advance
from bot.core.dialogue.floor import floor
from bot.core.model import Answers, ChatId, EventId, TextReceived
from bot.core.post import Delivered, Delivery, Outcome, Outgoing
from bot.keyfile import VaultError
from bot.outbox import Deliver, Outbox
from bot.reception import Reception
from bot.rehearsal.bot_process import READY_WITHIN, BotProcess
from bot.rehearsal.crowd import FastClock
from bot.rehearsal.people import Person
from bot.rehearsal.telegram_server import TelegramServer
from bot.rehearsal.trial import START, Kept, Row, Scale, content, kept, records, seasoned
from bot.store.backups import back_up, bring_back
from bot.store.contents import Contents
from bot.store.database import StoreDownError
from bot.store.down import DownStore
from bot.store.writer import Store

SIZE = 6  # MB of the small disk
SPARE = 24 * 1024  # bytes left free when it is "full"
CHATS = 10
ROUNDS = 8
DANGER = "i have the pills here and i am going to kill myself tonight"
NUMBERS = ("988", "911")
WITHIN = 20.0
SAID = ("/screening", "yes", "1", "1", "2", "1", "3")


class NoDiskError(Exception):
    """A small disk cannot be mounted here."""


async def full(scale: Scale) -> Row:
    """Messages go on, the disk is full, somebody is in danger, there is room again."""
    test = f"disk full on a tmpfs of {SIZE} MB"
    mark = "0 acknowledged answers lost, crisis card 100 %"
    try:
        with small_disk() as folder:
            return await _full(folder, test, mark, rounds=min(ROUNDS, scale.kills))
    except NoDiskError as error:
        return Row(
            test=test, mark=mark, measured=f"not run: {error}", passed=False, is_skipped=True
        )


@contextmanager
def small_disk(size: int = SIZE) -> Iterator[Path]:
    """A disk of so many MB, for as long as it is needed.

    Raises:
        NoDiskError: it cannot be mounted.

    """
    mount, umount = shutil.which("mount"), shutil.which("umount")
    with tempfile.TemporaryDirectory(prefix="bot-disk-") as folder:
        if mount is None or umount is None:
            raise NoDiskError("no mount command")
        made = subprocess.run(  # noqa: S603 (fixed arguments)
            [mount, "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", folder],
            capture_output=True,
            check=False,
        )
        if made.returncode:
            raise NoDiskError("mounting a tmpfs needs root, or: unshare -rm make chaos")
        try:
            yield Path(folder)
        finally:
            subprocess.run([umount, "-l", folder], check=False)  # noqa: S603 (fixed arguments)


async def _full(folder: Path, test: str, mark: str, rounds: int) -> Row:
    async with (
        TelegramServer(clock=FastClock(3600)) as server,
        BotProcess(server, seasoned(folder)) as bot,
    ):
        people = [server.person(100 + number) for number in range(CHATS)]
        said: dict[int, list[str]] = {person.id: [] for person in people}

        async def says(person: Person, text: str) -> None:
            said[person.id].append(text)
            await person.write(text)

        for number in range(rounds):
            for person in people:
                await says(person, f"message {number} {'x' * 200}")
        await bot.settles()
        filler = folder / "filler"
        _fill(filler)
        for person in people:
            await says(person, f"when it is full {'x' * 3000}")
        await asyncio.sleep(2)
        _fill(filler)
        for person in people:
            await says(person, DANGER)
        cards = 0
        for person in people:
            cards += await _card(person)
        was_down = "store_down" in bot.output
        filler.unlink()
        await bot.settles()
        alive = bot.is_alive
        await bot.stop()
        found = await asyncio.to_thread(kept, folder)
    lost = sum(
        len(texts) - sum(_texts(found, number).count(text) > 0 for text in texts)
        for number, texts in said.items()
    )
    doubled = sum(len(_texts(found, number)) - len(set(_texts(found, number))) for number in said)
    return Row(
        test=test,
        mark=mark,
        measured=(
            f"{lost} lost, {doubled} doubled, {cards} of {CHATS} crisis cards"
            f"{'' if was_down else ' (it never got full)'}{'' if alive else ', crashed'}"
        ),
        passed=not lost and not doubled and cards == CHATS and was_down and alive,
    )


def _fill(filler: Path) -> None:
    """Leave only `SPARE` bytes on the disk."""
    free = shutil.disk_usage(filler.parent).free - SPARE
    if free > 0:
        with filler.open("ab") as file:
            file.write(b"\0" * free)


async def _card(person: Person, within: float = WITHIN) -> bool:
    try:
        await person.expects(NUMBERS[0], within=within)
    except AssertionError:
        return False
    return True


def _texts(found: Kept, number: int) -> list[str]:
    return [
        event.text
        for event in found.events(ChatId(f"telegram:{number}"))
        if isinstance(event, TextReceived)
    ]


async def flipped(scale: Scale) -> Row:
    """Each flip alone: found at the next start, nothing lost once the backup is back, and the card."""
    chance = random.Random(scale.flips)  # noqa: S311 (not for secrets)
    of = content()
    unnoticed = lost = cards = really = 0
    with tempfile.TemporaryDirectory(prefix="bot-chaos-") as scratch:
        source = Path(scratch) / "source"
        await _screenings(source, of)
        wanted = _answers(kept(source))
        copy, _ = back_up(
            source / "data",
            source / "bot.key",
            Path(scratch) / "copies",
            Path(scratch) / "keys",
            START,
        )
        for number in range(scale.flips):
            folder = Path(scratch) / f"{number}"
            shutil.copytree(source, folder)
            path = folder / "data" / ("keys.db" if number % 5 == 0 else "bot.db")
            _flip(path, chance)
            if number % scale.real_flips == 0:
                is_found, has_card = await _started(folder)
                really += 1
            else:
                is_found = not _opens(folder)
                has_card = await _floor_card(of) if is_found else True
            unnoticed += not is_found
            cards += has_card
            keys = Path(scratch) / "keys" / "keys.db" if path.name == "keys.db" else None
            bring_back(folder / "data", folder / "bot.key", copy, keys, START)
            lost += _answers(kept(folder)) != wanted
            shutil.rmtree(folder)
    return Row(
        test=f"{scale.flips} bit flips at rest",
        mark="found at start, 0 acknowledged answers lost, crisis card 100 %",
        measured=(
            f"{scale.flips - unnoticed} of {scale.flips} found, {lost} lost,"
            f" {cards} of {scale.flips} crisis cards ({really} by the real program)"
        ),
        passed=not unnoticed and not lost and cards == scale.flips,
    )


def _flip(path: Path, chance: random.Random) -> None:
    whole = bytearray(path.read_bytes())
    whole[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
    path.write_bytes(whole)


def _opens(folder: Path) -> bool:
    """Whether the program would start on it as if nothing was."""
    try:
        with records(folder, lambda: START) as store:
            return not store.proof().broken
    except (StoreDownError, VaultError):
        return False


async def _started(folder: Path) -> tuple[bool, bool]:
    """Whether the real program finds the damage, and still answers somebody in danger."""
    async with TelegramServer(clock=FastClock(1)) as server:
        bot = BotProcess(server, folder)
        await bot.launch()
        try:
            person = server.person(1)
            await person.write(DANGER)
            has_card = await _card(person, READY_WITHIN)
            await bot.stop()
        finally:
            await bot.kill()
        return "Trying again every minute" in bot.output, has_card


def _answers(found: Kept) -> dict[ChatId, Answers]:
    return {
        chat_id: {answer.question: answer.options for answer in session.answers}
        for chat_id, session in found.sessions.items()
    }


async def _screenings(folder: Path, of: Content) -> None:
    """A few chats in the middle of a screening, on a disk that is then left alone."""
    with records(folder, lambda: START) as store:
        reception = reception_of(store, of)
        for chat in range(CHATS):
            for number, text in enumerate(SAID):
                name = f"telegram:{chat}-{number}"
                await reception.receive(_said(name, ChatId(f"telegram:{chat}"), text, number))


def _said(name: str, chat_id: ChatId, text: str, minute: int) -> Delivery:
    at = START + timedelta(minutes=minute)
    event = TextReceived(event_id=EventId(name), chat_id=chat_id, at=at, text=text)
    return Delivery(update_id=name, received_at=at, event=event)


def reception_of(store: Store, of: Content, deliver: Deliver | None = None) -> Reception:
    """A reception with the real dialogue, and an outbox that sends nothing without `deliver`."""
    contents = Contents(store, read=lambda _texts: None)
    if isinstance(store, DownStore):
        contents.newest = of
    else:
        contents.adopt(of, {})
    return Reception(
        store,
        contents,
        lambda: START,
        outbox=Outbox(store, {"telegram": deliver} if deliver else {}, lambda: START),
        advance=advance,
        last_resort=lambda event: floor(of, event),
    )


async def _floor_card(of: Content) -> bool:
    """What somebody in danger gets while the records do not open."""
    shown: list[str] = []

    async def deliver(outgoing: Outgoing) -> Outcome:
        shown.append(outgoing.text)
        return Delivered()

    reception = reception_of(DownStore("damaged", lambda: START), of, deliver)
    delivery = _said("telegram:d", ChatId("telegram:1"), DANGER, 0)
    try:
        await reception.receive(delivery)
    except StoreDownError:
        await reception.answer_from_memory([delivery])
    return any(number in text for text in shown for number in NUMBERS)
