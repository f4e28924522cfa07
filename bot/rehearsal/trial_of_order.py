"""Deliveries that come twice and late, against a model that heard each once and in order."""

import random  # noqa: TID251 (a rehearsal is seeded, so that it can be played again)
import tempfile
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

from bot.core.content import Content
from bot.core.dialogue import advance
from bot.core.dialogue.floor import floor
from bot.core.model import CaseCode, ChatId, EventId, OptionChosen, Session, TextReceived
from bot.core.post import Delivery
from bot.outbox import Outbox
from bot.reception import Reception
from bot.rehearsal.crowd import SAYINGS
from bot.rehearsal.trial import START, Row, Scale, content, kept, records
from bot.store.contents import Contents

CHATS = 50
BATCH = 100
TWICE = 0.5  # the share of deliveries that come again later


async def trial(scale: Scale) -> Row:
    """Every delivery comes first in its chat's order; many come again, at any later time."""
    chance = random.Random(scale.deliveries)  # noqa: S311 (not for secrets)
    of = content()
    with tempfile.TemporaryDirectory(prefix="bot-chaos-") as folder:
        deliveries = _deliveries(int(scale.deliveries * (1 - TWICE)), chance)
        model = _model(deliveries, of)
        order = _shaken(deliveries, chance)
        at = deliveries[-1].received_at
        with records(Path(folder), lambda: at) as store:
            contents = Contents(store, read=lambda _texts: None)
            contents.adopt(of, {})
            outbox = Outbox(store, {}, lambda: at)
            reception = Reception(
                store,
                contents,
                lambda: at,
                outbox=outbox,
                advance=advance,
                last_resort=lambda event: floor(of, event),
            )
            for start in range(0, len(order), BATCH):
                await reception.receive_all(order[start : start + BATCH])
            await store.run(lambda _batch: None)
        found = kept(Path(folder))
    different = sum(
        _comparable(found.sessions[chat_id]) != _comparable(session)
        for chat_id, session in model.items()
    )
    turns = sum(len(each) for each in found.turns.values())
    return Row(
        test=f"{len(order):,} duplicated and reordered deliveries",
        mark="final state equals the in-order model",
        measured=(
            f"{different} of {len(model)} sessions differ;"
            f" {turns:,} turns for {len(deliveries):,} events"
        ),
        passed=different == 0 and turns == len(deliveries),
    )


def _comparable(session: Session) -> tuple[object, ...]:
    return session.answers, session.stage, session.revision, session.filed, session.result


def _deliveries(count: int, chance: random.Random) -> list[Delivery]:
    """Events of a crowd: texts, and taps as the buttons of a screening would have them."""
    found = []
    at = START
    for number in range(count):
        at += timedelta(seconds=4)
        chat_id = ChatId(f"telegram:{number % CHATS}")
        name = EventId(f"telegram:{number}")
        if chance.random() < 0.5:  # noqa: PLR2004 (half of them)
            text = "/screening" if number < CHATS else chance.choice((*SAYINGS, "yes", "1", "3"))
            event: TextReceived | OptionChosen = TextReceived(
                event_id=name, chat_id=chat_id, at=at, text=text
            )
        else:
            data = "|".join(
                ("s", str(chance.randrange(4)), str(chance.randrange(6)), "pick", "who-for", "self")
            )
            event = OptionChosen(event_id=name, chat_id=chat_id, at=at, data=data)
        found.append(Delivery(update_id=name, received_at=at, event=event))
    return found


def _model(deliveries: list[Delivery], of: Content) -> dict[ChatId, Session]:
    sessions: dict[ChatId, Session] = {}
    for delivery in deliveries:
        event = delivery.event
        if event is not None:
            before = sessions.get(event.chat_id) or Session(
                chat_id=event.chat_id, case_code=CaseCode(""), content_version=of.version
            )
            sessions[event.chat_id] = advance(before, event, of).session
    return sessions


def _shaken(deliveries: list[Delivery], chance: random.Random) -> list[Delivery]:
    """Chats in any order among each other, each chat in its own; half of all come again later."""
    queues: dict[ChatId, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        if delivery.event is not None:
            queues[delivery.event.chat_id].append(delivery)
    for queue in queues.values():
        queue.reverse()
    shaken: list[Delivery] = []
    again: list[Delivery] = []
    while queues:
        if again and chance.random() < TWICE:
            shaken.append(again.pop(chance.randrange(len(again))))
            continue
        chat_id = chance.choice(sorted(queues))
        delivery = queues[chat_id].pop()
        if not queues[chat_id]:
            del queues[chat_id]
        shaken.append(delivery)
        again.append(delivery)
    return shaken + again
