"""What has been said past the store: to each update once, and again until it has arrived.

One `Floor` outlives every try to open the records, so that nobody hears the same each minute.
Counterparts: `core.dialogue.floor`, which has the words; `reception`, which could not keep the
update; a channel, which brings it again and again until it is kept.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.core.model import ChatId, Reply
from bot.core.post import Outcome, TryLater

Say = Callable[[ChatId, Reply], Awaitable[Outcome]]

FIRST_BACK_OFF = timedelta(seconds=1)
LONGEST_BACK_OFF = timedelta(seconds=30)
REMEMBERED = 10_000  # updates


class _Owed:
    """What an update has yet to be answered with."""

    def __init__(self, replies: tuple[Reply, ...]) -> None:
        self.left = list(replies)
        self.tries = 0
        self.not_before = 0.0  # by the loop's clock, which never jumps
        self.is_being_said = False


class Floor:
    """`answer` an update each time that it comes and is not kept."""

    def __init__(self) -> None:
        self._owed: OrderedDict[str, _Owed] = OrderedDict()

    async def answer(
        self, update_id: str, chat_id: ChatId, replies: Callable[[], tuple[Reply, ...]], say: Say
    ) -> None:
        """Say what has not arrived; what fails is tried again when the update comes again."""
        owed = self._owed.get(update_id)
        if owed is None:
            owed = self._owed[update_id] = _Owed(replies())
            while len(self._owed) > REMEMBERED:
                self._owed.popitem(last=False)
        now = asyncio.get_running_loop().time
        if owed.is_being_said or now() < owed.not_before:
            return
        owed.is_being_said = True
        try:
            while owed.left:
                outcome = await say(chat_id, owed.left[0])
                if isinstance(outcome, TryLater):
                    back_off = min(FIRST_BACK_OFF * 2 ** min(owed.tries, 10), LONGEST_BACK_OFF)
                    owed.tries += 1
                    owed.not_before = now() + max(outcome.after, back_off).total_seconds()
                    return
                del owed.left[0]
        finally:
            owed.is_being_said = False
