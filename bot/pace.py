"""How fast a channel may be written to: token buckets that give the wait, and never sleep themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from bot.core.model import ChatId


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """Messages a second to one chat (`burst` of them at once) and to all chats of one bot.

    Telegram's figures: one a second to a chat, about 30 a second in all, 20 a minute to a group.
    The burst lets a crisis card follow right behind other messages.
    """

    per_chat: float = 1.0
    burst: int = 6
    per_bot: float = 25.0
    group_per_minute: int = 20

    @classmethod
    def none(cls) -> Self:
        """As fast as it goes, for channels without limits."""
        return cls(per_chat=1e9, burst=10**9, per_bot=1e9, group_per_minute=10**9)

    def chat_bucket(self, chat_id: ChatId) -> "Bucket":
        """A full bucket for one chat; ids of groups begin with a minus.

        No minute of a group sees more than `group_per_minute`: what comes back in a minute, the
        bucket and one more make that number. It begins nearly empty, for what was sent right
        before a restart counts, too.
        """
        if chat_id.partition(":")[2].startswith("-"):
            size = max(1, self.group_per_minute // 4)
            back = max(1, self.group_per_minute - size - 1)
            return Bucket(rate=back / 60, size=size, tokens=1)
        return Bucket(rate=self.per_chat, size=self.burst)

    def bot_bucket(self) -> "Bucket":
        """A full bucket for a whole bot: small, for what is under way at a crash may come twice."""
        return Bucket(rate=self.per_bot, size=max(1, int(self.per_bot / 5)))


class Bucket:
    """`size` tokens that come back at `rate` a second. Taking one may owe it to the future."""

    def __init__(self, rate: float, size: int, tokens: int | None = None) -> None:
        self._rate = rate
        self._size = float(size)
        self._tokens = float(size if tokens is None else tokens)
        self._at: datetime | None = None

    def take(self, at: datetime) -> timedelta:
        """Take a token; how long to wait before using it. A clock set back gives no tokens."""
        if self._at is not None:
            passed = max(0.0, (at - self._at).total_seconds())
            self._tokens = min(self._size, self._tokens + passed * self._rate)
        self._at = at
        self._tokens -= 1
        return timedelta(seconds=max(0.0, -self._tokens / self._rate))

    def is_full(self, at: datetime) -> bool:
        """Whether forgetting this bucket would change nothing."""
        if self._at is None:
            return True
        return self._tokens + (at - self._at).total_seconds() * self._rate >= self._size
