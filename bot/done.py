"""What became of an update in the reception."""

from collections.abc import Callable

from bot import figures
from bot.core.model import ChatId
from bot.core.post import Delivery
from bot.flood import Verdict
from bot.store.records import Posted


class Done:
    """What became of a delivery; offered to the outbox after the COMMIT."""

    def __init__(
        self,
        posted: list[Posted],
        *,
        is_new: bool = True,
        dropped: ChatId | None = None,
        log_turn: Callable[[], None] = lambda: None,
    ) -> None:
        self.log_turn = log_turn
        self.posted = posted
        self.is_new = is_new
        self.dropped = dropped  # a chat for which nothing that waits is to be sent any more


def count(delivery: Delivery, done: Done, verdict: Verdict) -> None:
    """Note it for the operator's figures."""
    if not done.is_new:
        figures.known.inc()
    elif verdict is not Verdict.HEARD:
        figures.flooded.inc()
    elif delivery.problem:
        figures.unreadable.inc()
    elif delivery.event is not None:
        figures.turns.labels(type(delivery.event).__name__).inc()
