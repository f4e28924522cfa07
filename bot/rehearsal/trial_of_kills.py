"""kill -9 again and again under load; what the records and the phones then show."""

import asyncio
import random  # noqa: TID251 (a rehearsal is seeded, so that it can be played again)
import tempfile
from pathlib import Path

from bot.core.model import ChatId, OptionChosen
from bot.rehearsal.bot_process import BotProcess
from bot.rehearsal.crowd import Crowd, FastClock
from bot.rehearsal.telegram_server import TelegramServer
from bot.rehearsal.trial import Kept, Row, Scale, content, kept, seasoned

REST = 3.0  # seconds between what each person does: as much as Telegram's limits let through
FASTER = 60.0
LIVES = (0.2, 2.0)  # seconds from being ready to the kill


async def trial(scale: Scale, *, webhook: bool) -> Row:
    """Half of the kills, by long polling or by webhook."""
    kills = scale.kills // 2
    way = "webhook" if webhook else "polling"
    with tempfile.TemporaryDirectory(prefix="bot-chaos-") as folder:
        clock = FastClock(FASTER)
        async with TelegramServer(clock=clock) as server:
            crowd = Crowd(server, scale.chats, seed=kills)
            bot = BotProcess(
                server,
                seasoned(Path(folder)),
                webhook=webhook,
                BOT_MESSAGES_PER_SECOND=str(scale.per_second),
            )
            await _killed(bot, crowd, kills)
            found = await asyncio.to_thread(kept, Path(folder))
            return _row(
                f"kill -9 under load, {way}, {kills} kills, {scale.chats} chats",
                kills,
                crowd,
                found,
            )


async def _killed(bot: BotProcess, crowd: Crowd, kills: int) -> None:
    chance = random.Random(kills)  # noqa: S311 (not for secrets)
    over = asyncio.Event()
    try:
        async with asyncio.TaskGroup() as tasks:
            await bot.start()
            tasks.create_task(crowd.live(REST, over))
            for _ in range(kills):
                await asyncio.sleep(chance.uniform(*LIVES))
                await bot.kill()
                await bot.start()
            over.set()
        await bot.settles()
        await bot.stop()
    finally:
        await bot.kill()


def _row(test: str, kills: int, crowd: Crowd, found: Kept) -> Row:
    lost = doubled = disordered = 0
    for person in crowd.people:
        chat_id = ChatId(f"telegram:{person.id}")
        came: dict[str, list[int]] = {"tap": [], "text": []}
        for event in found.events(chat_id):
            name = event.event_id
            if name.startswith("telegram:"):
                queue = "tap" if isinstance(event, OptionChosen) else "text"
                came[queue].append(int(name.rpartition(":")[2]))
        for queue, sent in crowd.sent[person.id].items():
            lost += len(set(sent) - set(came[queue]))
            doubled += len(came[queue]) - len(set(came[queue]))
            disordered += came[queue] != sorted(came[queue])
    bubbles = {
        str(message.id)
        for person in crowd.people
        for message in person.screen()
        if message.is_from_bot
    }
    twice = len(bubbles - found.shown)
    updates = sum(len(each) for queues in crowd.sent.values() for each in queues.values())
    drifted = len(found.drifted(content()))
    bad = lost + doubled + disordered + drifted + found.unsent + len(found.broken)
    return Row(
        test=test,
        mark="0 lost, doubled, disordered or drifted; bubbles twice <= kills",
        measured=(
            f"{updates} updates: {lost} lost, {doubled} doubled, {disordered} out of order,"
            f" {drifted} drifted, {found.unsent} unsent; {twice} bubbles twice"
        ),
        passed=not bad and twice <= kills and updates > 0,
    )
