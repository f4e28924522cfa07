"""A Telegram that refuses and breaks, for the real program: the outage is in real time, and short.

Counterpart: `trial_of_storm`, where the outbox alone goes through hours of it in virtual time.
"""

import asyncio
import tempfile
from itertools import cycle, islice
from pathlib import Path

from bot.rehearsal.bot_process import BotProcess
from bot.rehearsal.crowd import SlowPeople
from bot.rehearsal.people import Person
from bot.rehearsal.telegram_server import TelegramServer
from bot.rehearsal.trial import Row, Scale, kept, seasoned
from bot.rehearsal.trial_of_storm import BROKEN, LOST, MOST_CHATS, TOO_MANY
from bot.rehearsal.weather import Weather

ASKED = {
    "/start": "What would you like to do?",
    "/privacy": "Who reads it",
    "/status": "No questions",
    "/help": "These also work at any time",
}
FEWER = 4  # times fewer messages than in virtual time
OUTAGE_SHARE = 40  # messages for each second of the outage


async def trial(scale: Scale) -> Row:
    """All answers arrive, in order, and no chat is written to before Telegram allowed it."""
    chats = min(MOST_CHATS, scale.stormy_messages // 10)
    rounds = max(2, scale.stormy_messages // chats // FEWER)
    outage = scale.stormy_messages / OUTAGE_SHARE
    with tempfile.TemporaryDirectory(prefix="bot-chaos-") as folder:
        async with (
            TelegramServer(clock=SlowPeople(4)) as server,
            BotProcess(server, seasoned(Path(folder))) as bot,
        ):
            people = [server.person(100 + number) for number in range(chats)]
            asked = list(islice(cycle(ASKED), rounds))
            server.weather = Weather(
                too_many=TOO_MANY, broken=BROKEN, lost=LOST, in_a_row=scale.faults_in_a_row
            )
            for number, text in enumerate(asked):
                server.is_down = number == rounds // 2
                for person in people:
                    await person.write(text)
                await asyncio.sleep(outage if server.is_down else 1)
            server.is_down = False
            wanted = [ASKED[text] for text in asked]
            await server.world.until(
                lambda: all(_got(each, wanted) == len(wanted) for each in people), 300
            )
            await bot.settles()
            alive = bot.is_alive
            await bot.stop()
            found = await asyncio.to_thread(kept, Path(folder))
            lost = sum(len(wanted) - _got(each, wanted) for each in people)
            too_soon = server.too_soon
    return Row(
        test=f"the same for the real program, {outage:.0f} s outage",
        mark="all delivered, order kept, every retry_after respected",
        measured=(
            f"{chats * rounds:,} messages: {lost} lost or out of order, {found.unsent} unsent,"
            f" {too_soon} calls too soon{'' if alive else ', crashed'}"
        ),
        passed=not lost and not found.unsent and not too_soon and alive,
    )


def _got(person: Person, wanted: list[str]) -> int:
    """How many of the answers have been shown, in their order."""
    place = 0
    for showing in person.showings():
        if place < len(wanted) and wanted[place] in showing.text:
            place += 1
    return place
