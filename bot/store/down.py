"""A store and a vault for when the real ones do not open: nothing is kept, and people are still heard.

With these the reception refuses every event, so that the channel answers signs of danger from memory
and leaves everything else with Telegram until the records are mended.
"""

import hmac
import os
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256

from bot.core.model import ChatId
from bot.store.batch import Batch
from bot.store.database import StoreDownError
from bot.store.writer import Job, Store, T
from bot.vault import Vault


class DownVault(Vault):
    """Names chats for the time of this process. Takes any button: none can change anything."""

    def __init__(self) -> None:  # on purpose without the real one's keys
        self._secret = os.urandom(32)

    def ref(self, chat_id: ChatId) -> str:
        """A name that is good until the program ends."""
        return hmac.digest(self._secret, chat_id.encode(), sha256)[:16].hex()

    def signature(self, chat_id: ChatId, data: str) -> str:
        """Eleven characters, as on any button."""
        digest = hmac.digest(self._secret, f"{chat_id}\0{data}".encode(), sha256)
        return urlsafe_b64encode(digest[:8]).decode().rstrip("=")

    def check_signature(self, _chat_id: ChatId, _data: str, _signature: str) -> bool:
        """An answer that means danger counts whoever it came from."""
        return True

    def close(self) -> None:
        """Nothing is open."""


class DownStore(Store):
    """Refuses everything, with the reason."""

    def __init__(self, why: str, clock: Callable[[], datetime]) -> None:
        self.why = why
        self.vault = DownVault()
        self.clock = clock

    async def run(
        self,
        _job: Job[T],
        *,
        chats: Iterable[ChatId] = (),  # noqa: ARG002 (as the real one)
        updates: Iterable[str] = (),  # noqa: ARG002 (as the real one)
        can_wait: bool = False,  # noqa: ARG002 (as the real one)
    ) -> T:
        """Refuse."""
        raise StoreDownError(self.why, why="records do not open")

    def run_now(self, _job: Callable[[Batch], T]) -> T:
        """Refuse."""
        raise StoreDownError(self.why, why="records do not open")

    async def close(self) -> None:
        """Nothing is open."""

    def close_now(self) -> None:
        """Nothing is open."""
