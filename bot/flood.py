"""How many messages a minute a chat may send before it is asked to wait, and then not heard.

Counted by when the messages were written, so that a backlog after an outage is no flood. Taps have more
room, as a question with several answers takes many, and commands a room of their own. Counterpart:
`reception`, which lets signs of crisis, and replies in a crisis, through whatever this says.
"""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from enum import Enum, auto

from bot.core.model import AnyEvent, ChatId, CommandReceived, OptionChosen

WINDOW = timedelta(minutes=1)
MESSAGES = 20
TAPS = 60
CHATS = 10_000  # remembered at a time
UNCOUNTED = "terminal:"  # one person, who may paste a whole conversation


class Verdict(Enum):
    """What becomes of a message."""

    HEARD = auto()
    NOTICED = auto()  # the first too many: the person is asked to wait
    SILENT = auto()


class _Sort(Enum):
    """What is counted apart from what."""

    MESSAGE = auto()
    COMMAND = auto()
    TAP = auto()


ROOM = {_Sort.MESSAGE: MESSAGES, _Sort.COMMAND: MESSAGES, _Sort.TAP: TAPS}


class _Recent:
    """What a chat did in the last minute."""

    __slots__ = ("is_told", "times", "updates")

    def __init__(self) -> None:
        self.times: dict[_Sort, deque[tuple[datetime, str]]] = {each: deque() for each in _Sort}
        self.updates: set[str] = set()
        self.is_told = False


class Flood:
    """Remembers the last minute of each chat, in memory only."""

    def __init__(self) -> None:
        self._chats: OrderedDict[ChatId, _Recent] = OrderedDict()

    def verdict(self, event: AnyEvent, update_id: str, sent_at: datetime) -> Verdict:
        """Count the event once, and say what becomes of it."""
        if event.chat_id.startswith(UNCOUNTED):
            return Verdict.HEARD
        recent = self._chats.setdefault(event.chat_id, _Recent())
        self._chats.move_to_end(event.chat_id)
        while len(self._chats) > CHATS:
            self._chats.popitem(last=False)
        sort = _sort(event)
        times = recent.times[sort]
        while times and not abs(sent_at - times[0][0]) < WINDOW:
            recent.updates.discard(times.popleft()[1])
        if update_id in recent.updates:
            return Verdict.HEARD  # the same again: the store knows what to do with it
        if len(times) < ROOM[sort]:
            times.append((sent_at, update_id))
            recent.updates.add(update_id)
            if len(times) == 1:
                recent.is_told = False
            return Verdict.HEARD
        if recent.is_told:
            return Verdict.SILENT
        recent.is_told = True
        return Verdict.NOTICED


def _sort(event: AnyEvent) -> _Sort:
    match event:
        case OptionChosen():
            return _Sort.TAP
        case CommandReceived():
            return _Sort.COMMAND
        case _:
            return _Sort.MESSAGE
