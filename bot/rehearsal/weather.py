"""What can go wrong between the bot and Telegram: one fault planned for a call, or a climate of them."""

import random  # noqa: TID251 (a rehearsal's faults are seeded, so that it can be played again)
from collections import defaultdict, deque
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TooMany:
    """429: nothing done; come back after so many seconds."""

    retry_after: int = 1


@dataclass(frozen=True, slots=True)
class Broken:
    """A server error: nothing done. 502 comes as a page of HTML, as from Telegram's front."""

    status: int = 502


@dataclass(frozen=True, slots=True)
class Lost:
    """The line breaks, before the call was carried out or (`done`) after: the bot cannot know."""

    done: bool = True


@dataclass(frozen=True, slots=True)
class Slow:
    """The answer takes so many seconds; the call is carried out at once when `done`, else never."""

    seconds: float
    done: bool = True


Fault = TooMany | Broken | Lost | Slow


@dataclass
class Weather:
    """Faults by chance, as shares of the calls that send something; `seed` makes them repeatable.

    No chat meets more than `in_a_row`: each fault doubles the time to the next try.
    """

    too_many: float = 0.0
    broken: float = 0.0
    lost: float = 0.0
    retry_after: int = 1
    in_a_row: int = 1_000
    seed: int = 1
    methods: frozenset[str] = frozenset({"sendmessage", "editmessagetext"})
    _planned: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    _rows: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        """Begin the sequence."""
        self._random = random.Random(self.seed)  # noqa: S311 (not for secrets)

    def plan(self, method: str, *faults: Fault) -> None:
        """Let the next calls of `method` meet these, one each."""
        self._planned[method.lower()].extend(faults)

    def strike(self, method: str, chat: str = "") -> Fault | None:
        """The fault that this call of `method` for a chat meets."""
        if planned := self._planned.get(method):
            return planned.popleft()
        if method not in self.methods or not (self.too_many or self.broken or self.lost):
            return None
        fault = self._drawn() if self._rows[chat] < self.in_a_row else None
        self._rows[chat] = self._rows[chat] + 1 if fault is not None else 0
        return fault

    def _drawn(self) -> Fault | None:
        chance = self._random.random()
        for share, fault in (
            (self.too_many, TooMany(self.retry_after)),
            (self.broken, Broken()),
            (self.lost, Lost()),
        ):
            if chance < share:
                return fault
            chance -= share
        return None
