"""The head of the access log goes to the staff group once a day, where nobody can change it later.

A log that was cut off or made anew does not hold the heads told before: `python -m bot verify-log
--head` finds that. Counterpart: `access_log`.
"""

import asyncio
from contextlib import suppress
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from bot.core.content import Content
from bot.core.content.wording import fill
from bot.core.model import ChatId
from bot.core.post import OutgoingKind
from bot.outbox import Outbox
from bot.store.batch import Batch
from bot.store.contents import Contents
from bot.store.database import StoreDownError
from bot.store.facts import fact, note_fact
from bot.store.post import post
from bot.store.records import Body, Posted
from bot.store.staff_tables import access_log
from bot.store.writer import Store

TOLD_ON = "log-head-told-on"
EVERY = 300.0  # seconds
MORNING = 8  # o'clock
SHOWN = 16  # hex digits of the newest row's MAC


def daily_head(batch: Batch, content: Content, staff_chat: ChatId) -> list[Posted]:
    """The message with the head, if it is morning and today's was not told yet."""
    local = batch.at.astimezone(ZoneInfo(content.clinic.timezone))
    told_on = fact(batch, TOLD_ON)
    if local.hour < MORNING or told_on == local.date().isoformat():
        return []
    count = batch.rows(select(func.count()).select_from(access_log))[0][0]
    newest = batch.rows(select(access_log.c.mac).order_by(access_log.c.id.desc()).limit(1))
    if not newest:
        return []
    note_fact(batch, TOLD_ON, local.date().isoformat())
    head = f"{count}:{bytes(newest[0].mac).hex()[:SHOWN]}"
    text = fill(content.wording.staff.daily_head, date=local.date().isoformat(), head=head)
    return [post(batch, Body(chat_id=staff_chat, kind=OutgoingKind.MESSAGE, text=text))]


class DailyHead:
    """`run` it in a task group."""

    def __init__(
        self, store: Store, contents: Contents, outbox: Outbox, staff_chat: ChatId
    ) -> None:
        self._store = store
        self._contents = contents
        self._outbox = outbox
        self._staff_chat = staff_chat

    async def run(self, stop: asyncio.Event) -> None:
        """Look every few minutes, until `stop`."""
        while not stop.is_set():
            with suppress(StoreDownError):
                await self.look()
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await stop.wait()

    async def look(self) -> None:
        """Tell today's head, if it is time."""
        content = self._contents.newest
        self._outbox.offer(
            await self._store.run(lambda batch: daily_head(batch, content, self._staff_chat))
        )
