"""Fits the search of the FAQ before the store's one thread would have to, in the middle of a turn.

Right after a start that takes a second or two, in which nothing else could be kept: no card, and not
that a message was sent, which a kill would then send again. Counterpart: `reload`, for new content.
"""

import asyncio
from collections.abc import Callable, Iterable

from bot.core.content import Content
from bot.core.model import AnyEvent, TextReceived

ANYTHING = "?"


class Readiness:
    """`wait` before events are handed to the store. Danger does not wait."""

    def __init__(self, is_danger: Callable[[AnyEvent], bool]) -> None:
        self._is_danger = is_danger
        self._fitted: Content | None = None
        self._fitting = asyncio.Lock()

    async def wait(self, content: Content, events: Iterable[AnyEvent | None]) -> None:
        """Until texts can be searched for; whatever is no text does not wait."""
        newest = content.asked
        if newest is self._fitted:
            return
        texts = [each for each in events if isinstance(each, TextReceived)]
        if not texts or any(map(self._is_danger, texts)):
            return
        async with self._fitting:
            if newest is not self._fitted:
                await asyncio.to_thread(newest.search, ANYTHING)
                self._fitted = newest
