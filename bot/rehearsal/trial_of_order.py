"""Deliveries that come twice and late, against a model that heard each once and in order.

They come by webhook, to the real program, from many connections at a time. The model is the pure core.
"""

import asyncio
import json
import random  # noqa: TID251 (a rehearsal is seeded, so that it can be played again)
import tempfile
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import msgspec

from bot.channels.telegram_webhook import SECRET_HEADER
from bot.core.content import Content
from bot.core.dialogue import advance
from bot.core.model import (
    AnyEvent,
    CaseCode,
    ChatId,
    CommandReceived,
    EventId,
    OptionChosen,
    Session,
    TextReceived,
)
from bot.rehearsal.bot_process import SECRET, BotProcess
from bot.rehearsal.crowd import SAYINGS, SlowPeople
from bot.rehearsal.people import Person
from bot.rehearsal.telegram_server import TelegramServer
from bot.rehearsal.trial import START, Kept, Row, Scale, content, kept, seasoned
from bot.vault import Vault

EACH = 18  # deliveries of one chat, whom more would make a flood
TWICE = 0.5  # the share of deliveries that come again later
LINES = 40  # connections, as many as Telegram opens
TAPS = 0.3
LASTING = ("human", "crisis|with", "crisis|safe", "result|meaning", "again|change")
BEGUN = ("yes", "for me", "none of these")
ANSWERS = ("yes", "1", "2", "3", "for me", "none of these")
_Event = CommandReceived | TextReceived | OptionChosen


class _Update(msgspec.Struct, frozen=True):
    """What Telegram would send, and what it says."""

    id: int
    event: _Event
    body: bytes


async def trial(scale: Scale) -> Row:
    """Every delivery comes first in its chat's order; many come again, at any later time."""
    chance = random.Random(scale.deliveries)  # noqa: S311 (not for secrets)
    of = content()
    once = int(scale.deliveries * (1 - TWICE))
    with tempfile.TemporaryDirectory(prefix="bot-chaos-") as scratch:
        folder = Path(scratch)
        async with TelegramServer(clock=SlowPeople(4)) as server:
            bot = BotProcess(server, seasoned(folder), webhook=True)
            people = [server.person(1 + number) for number in range(-(-once // EACH))]
            with closing(Vault.open(folder / "data", folder / "bot.key")) as vault:
                updates = _updates(once, people, vault, chance)
            order = _shaken(updates, chance)
            async with bot:
                await _deliver(order, bot)
                await bot.kill()  # what was taken is kept, whatever has yet to be said
            found = await asyncio.to_thread(kept, folder)
    different = _different(updates, found, of)
    turns = sum(len(each) for each in found.turns.values())
    answers = sum(len(session.answers) for session in found.sessions.values())
    return Row(
        test=f"{len(order):,} duplicated and reordered deliveries, by webhook",
        mark="final state equals the in-order model",
        measured=(
            f"{different} of {len(people):,} sessions differ;"
            f" {turns:,} turns for {len(updates):,} events, {answers:,} answers"
        ),
        passed=different == 0 and turns == len(updates) and answers > len(people),
    )


def _different(updates: list[_Update], found: Kept, of: Content) -> int:
    """How many chats ended otherwise than in the model. When things came is told by the records."""
    times = {event.event_id: event.at for chat_id in found.turns for event in found.events(chat_id)}
    model: dict[ChatId, Session] = {}
    for update in updates:
        event: AnyEvent = update.event
        at = times.get(event.event_id, event.at)
        before = model.get(event.chat_id) or Session(
            chat_id=event.chat_id, case_code=CaseCode(""), content_version=of.version
        )
        model[event.chat_id] = advance(before, msgspec.structs.replace(event, at=at), of).session
    return sum(
        chat_id not in found.sessions
        or _comparable(found.sessions[chat_id]) != _comparable(session)
        for chat_id, session in model.items()
    )


def _comparable(session: Session) -> tuple[object, ...]:
    return session.answers, session.stage, session.revision, session.filed, session.result


def _updates(
    number: int, people: list[Person], vault: Vault, chance: random.Random
) -> list[_Update]:
    """Answers and questions of a crowd in the middle of screenings, and presses."""
    found = []
    for update_id in range(1, number + 1):
        person = people[update_id % len(people)]
        chat_id = ChatId(f"telegram:{person.id}")
        name = EventId(f"telegram:{update_id}")
        place = (update_id - 1) // len(people)
        event: _Event
        if place == 0:
            event = CommandReceived(event_id=name, chat_id=chat_id, at=START, name="screening")
        elif place <= len(BEGUN):
            event = TextReceived(event_id=name, chat_id=chat_id, at=START, text=BEGUN[place - 1])
        elif chance.random() < TAPS:
            data = _data(chance)
            event = OptionChosen(event_id=name, chat_id=chat_id, at=START, data=data)
        else:
            text = chance.choice((*SAYINGS, *ANSWERS * 3))
            event = TextReceived(event_id=name, chat_id=chat_id, at=START, text=text)
        body = json.dumps({"update_id": update_id} | _json(event, person, vault)).encode()
        found.append(_Update(id=update_id, event=event, body=body))
    return found


def _data(chance: random.Random) -> str:
    """A press: of a screen that is gone, or of a button that means the same at any time."""
    if chance.random() < TAPS:
        return chance.choice(LASTING)
    stale = ("s", str(chance.randrange(4)), str(chance.randrange(6)), "pick", "who-for", "self")
    return "|".join(stale)


def _json(event: _Event, person: Person, vault: Vault) -> dict[str, Any]:
    """The event as the Bot API writes it."""
    message = {
        "message_id": 1,
        "date": int(person.world.clock().timestamp()),
        "chat": person.chat.json(),
        "from": person.json(),
    }
    if isinstance(event, CommandReceived):
        entities = [{"type": "bot_command", "offset": 0, "length": 1 + len(event.name)}]
        return {"message": message | {"text": f"/{event.name}", "entities": entities}}
    if isinstance(event, TextReceived):
        return {"message": message | {"text": event.text}}
    signature = vault.signature(event.chat_id, event.data)
    return {
        "callback_query": {
            "id": event.event_id.rpartition(":")[2],
            "from": person.json(),
            "message": message,
            "chat_instance": "1",
            "data": f"{event.data}~{signature}",
        }
    }


async def _deliver(order: list[_Update], bot: BotProcess) -> None:
    """Bring each chat's updates in the order given, chats side by side."""
    queues: dict[ChatId, list[_Update]] = defaultdict(list)
    for update in order:
        queues[update.event.chat_id].append(update)
    waiting = list(queues.values())

    async def line() -> None:
        headers = {"content-type": "application/json", SECRET_HEADER: SECRET}
        async with httpx.AsyncClient(timeout=60, trust_env=False, headers=headers) as client:
            while waiting:
                for update in waiting.pop():
                    answer = await client.post(bot.webhook_url, content=update.body)
                    answer.raise_for_status()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(LINES):
            tasks.create_task(line())


def _shaken(updates: list[_Update], chance: random.Random) -> list[_Update]:
    """Chats in any order among each other, each chat in its own; half of all come again later."""
    queues: dict[ChatId, list[_Update]] = defaultdict(list)
    for update in reversed(updates):
        queues[update.event.chat_id].append(update)
    shaken: list[_Update] = []
    again: list[_Update] = []
    names = sorted(queues)
    while names:
        if again and chance.random() < TWICE:
            shaken.append(again.pop(chance.randrange(len(again))))
            continue
        place = chance.randrange(len(names))
        update = queues[names[place]].pop()
        if not queues[names[place]]:
            names[place] = names[-1]
            names.pop()
        shaken.append(update)
        again.append(update)
    return shaken + again
