"""A desk's channel that is Telegram's."""

from desk import Channel

from bot.channels.telegram import Telegram
from bot.core.post import Outcome, Outgoing


class Joint(Channel):
    """Has Telegram deliver what the desk's outbox sends."""

    telegram: Telegram | None = None

    async def deliver(self, outgoing: Outgoing) -> Outcome:
        assert self.telegram is not None
        return await self.telegram.deliver(outgoing)
