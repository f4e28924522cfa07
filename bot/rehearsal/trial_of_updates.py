"""Malformed and mutated updates, forged callbacks, replayed buttons: to the real program."""

import asyncio
import copy
import random  # noqa: TID251 (a rehearsal is seeded, so that it can be played again)
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.core.model import ChatId, TextReceived
from bot.rehearsal.bot_process import BotProcess
from bot.rehearsal.crowd import SlowPeople
from bot.rehearsal.people import Person
from bot.rehearsal.telegram_server import TelegramServer
from bot.rehearsal.telegram_world import Message
from bot.rehearsal.trial import Kept, Row, Scale, kept, seasoned

GOOD = 20  # chats whose messages stand between the malformed updates
VANDALS = 5
AT_ONCE = 2_000  # updates that wait at the server at most
DEEP = 2_000
EACH = 20  # replays of one person, whom more would make a flood
STRANGE: tuple[Any, ...] = (
    None, True, -1, 0, 2**63, 10**400, 1e308, "", "\x00", "x" * 70_000, "\u202e\u0000", [], {}, [[]],
    {"id": {}}, ["a"] * 1000, "é" * 5000, {"$ref": "#"}, -(2**31),
)  # fmt: skip
BROKEN = (
    b'{"update_id": {id}, "message": {',
    b'{"update_id": {id}, "message": "\xff\xfe"}',
    b'{"update_id": {id}, "message": {"text": "\\ud83d"}}',
    b'{"update_id": {id}, "message": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    b'{"update_id": {id}, "message": NaN}',
)
SHARE_BROKEN = 500  # one of so many is no JSON at all


async def malformed(scale: Scale) -> Row:
    """Nothing crashes, and every good message between is handled, in order."""
    chance = random.Random(scale.malformed)  # noqa: S311 (not for secrets)
    every = max(20, scale.malformed // (GOOD * 20))
    with tempfile.TemporaryDirectory(prefix="bot-chaos-") as folder:
        async with (
            TelegramServer(clock=SlowPeople(4)) as server,
            BotProcess(server, seasoned(Path(folder))) as bot,
        ):
            good = [server.person(2000 + number) for number in range(GOOD)]
            vandals = [server.person(3000 + number) for number in range(VANDALS)]
            said = 0
            for number in range(scale.malformed):
                if number % every == 0:
                    await good[said % GOOD].write(f"good {said}")
                    said += 1
                if number % SHARE_BROKEN == SHARE_BROKEN - 1:
                    server.world.inject(chance.choice(BROKEN))
                else:
                    server.world.inject(_mutated(_update(chance.choice(vandals), chance), chance))
                await _room(server, bot)
            await bot.settles()
            is_alive = bot.is_alive
            await bot.stop()
            found = await asyncio.to_thread(kept, Path(folder))
    handled = sum(
        isinstance(event, TextReceived) and event.text.startswith("good")
        for person in good
        for event in found.events(ChatId(f"telegram:{person.id}"))
    )
    in_order = all(_in_order(found, person) for person in good)
    return Row(
        test=f"{scale.malformed:,} malformed or mutated updates",
        mark="0 crashes, all good ones between them handled",
        measured=(
            f"{0 if is_alive else 1} crashes, {handled} of {said} good ones handled"
            f"{'' if in_order else ', out of order'}, {found.letters:,} dead letters"
        ),
        passed=is_alive and handled == said and in_order,
    )


async def _room(server: TelegramServer, bot: BotProcess) -> None:
    if len(server.world.updates) > AT_ONCE:
        await server.world.until(
            lambda: len(server.world.updates) < AT_ONCE // 2 or not bot.is_alive, 600
        )


def _in_order(found: Kept, person: Person) -> bool:
    texts = [
        int(event.text.split()[1])
        for event in found.events(ChatId(f"telegram:{person.id}"))
        if isinstance(event, TextReceived)
    ]
    return texts == sorted(texts)


def _update(person: Person, chance: random.Random) -> dict[str, Any]:
    """A good update of some kind, without its id."""
    chat = person.chat.json()
    message = {
        "message_id": chance.randrange(1, 10**6),
        "date": int(person.world.clock().timestamp()),
        "chat": chat,
        "from": person.json(),
        "text": "hello",
        "entities": [{"type": "bold", "offset": 0, "length": 5}],
    }
    kinds: dict[str, dict[str, Any]] = {
        "message": message,
        "edited_message": message | {"edit_date": message["date"]},
        "callback_query": {
            "id": str(chance.randrange(10**9)),
            "from": person.json(),
            "message": message,
            "chat_instance": "1",
            "data": "s|1|2",
        },
        "my_chat_member": {
            "chat": chat,
            "from": person.json(),
            "date": message["date"],
            "old_chat_member": {"user": person.json(), "status": "member"},
            "new_chat_member": {"user": person.json(), "status": "member"},
        },
    }
    kind = chance.choice(sorted(kinds))
    return {kind: copy.deepcopy(kinds[kind])}


def _mutated(update: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """One to three places of it spoiled."""
    for _ in range(chance.randrange(1, 4)):
        parent: Any = update
        key: Any = chance.choice(sorted(update)) if update else "message"
        while isinstance(parent.get(key), dict) and parent[key] and chance.random() < 0.8:  # noqa: PLR2004 (mostly deeper)
            parent = parent[key]
            key = chance.choice(sorted(parent, key=str))
        match chance.randrange(4):
            case 0:
                parent.pop(key, None)
            case 1:
                parent[key] = chance.choice(STRANGE)
            case 2:
                parent[f"{key}_more"] = parent.get(key)
            case _:
                parent[key] = [parent.get(key)]
    return update


async def forged(scale: Scale) -> Row:
    """Callbacks that the bot never made, or made for others or for earlier, change nothing."""
    chance = random.Random(scale.forged)  # noqa: S311 (not for secrets)
    with tempfile.TemporaryDirectory(prefix="bot-chaos-") as folder:
        async with TelegramServer(clock=SlowPeople(4)) as server:
            bot = BotProcess(server, seasoned(Path(folder)))
            people = [server.person(number + 1) for number in range(scale.replays // EACH + 2)]
            async with bot:
                old = {person.id: await _began(person) for person in people}
                before = await _stopped(bot, Path(folder))
            genuine = [data for seen in old.values() for _, data in seen]
            async with bot:
                forge = _forger(genuine, chance)
                for number in range(scale.forged):
                    person = people[number % len(people)]
                    await person.tap(person.screen()[-1], forge())
                    await _room(server, bot)
                between = await _stopped(bot, Path(folder))
            async with bot:
                for number in range(scale.replays):
                    person = people[number % len(people)]
                    message, data = chance.choice(old[person.id])
                    await person.tap(message, data)
                after = await _stopped(bot, Path(folder))
    accepted = _turns(between) - _turns(before)
    replayed = _turns(after) - _turns(between)
    changed = sum(_state(before, chat) != _state(after, chat) for chat in before.sessions)
    return Row(
        test=f"{scale.forged:,} forged callbacks, {scale.replays:,} replayed buttons",
        mark="0 accepted, 0 state changes",
        measured=f"{accepted} accepted, {changed} state changes; {replayed:,} replays answered",
        passed=accepted == 0 and changed == 0 and replayed > 0,
    )


async def _began(person: Person) -> list[tuple[Message, str]]:
    """Answer the first question; the buttons that are of no use after it."""
    seen = []
    await person.write("/screening")
    for shown, label in (("OK to start", "Yes"), ("Who are you asking for", "For me")):
        await person.expects(shown)
        seen += _visible(person)
        await person.press(label)
    await person.expects("right now")
    return seen


def _visible(person: Person) -> list[tuple[Message, str]]:
    return [
        (message, button["callback_data"])
        for message in person.screen()
        for row in message.rows
        for button in row
        if "callback_data" in button
    ]


async def _stopped(bot: BotProcess, folder: Path) -> Kept:
    await bot.settles()
    await bot.stop()
    return await asyncio.to_thread(kept, folder)


def _turns(found: Kept) -> int:
    return sum(len(each) for each in found.turns.values())


def _state(found: Kept, chat_id: ChatId) -> tuple[object, ...]:
    session = found.sessions[chat_id]
    return session.answers, session.stage, session.revision, session.filed


def _forger(genuine: list[str], chance: random.Random) -> Callable[[], str]:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_|~"

    def noise(length: int) -> str:
        return "".join(chance.choice(letters) for _ in range(length))

    def forge() -> str:
        data = chance.choice(genuine)
        head, mark, signature = data.rpartition("~")
        match chance.randrange(6):
            case 0:
                return noise(chance.randrange(1, 64))
            case 1:
                return head or noise(8)
            case 2:
                return f"{head}{mark}{noise(11)}"
            case 3:
                place = chance.randrange(max(1, len(head)))
                return f"{head[:place]}{noise(1)}x{head[place + 1 :]}{mark}{signature}"[:64]
            case 4:
                return f"{head}x{mark}{signature}"[:64]
            case _:
                return f"{head}{mark}{signature[::-1]}x"[:64]

    return forge
