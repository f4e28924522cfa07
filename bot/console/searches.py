"""What was searched for, by a number that tells nothing: names do not belong into an address.

A browser keeps addresses in its history, and a server before us may log them. Held in memory: after a
restart a page of results is empty, and the words are typed again.
"""

import secrets
from collections import OrderedDict

from bot.core.model import Frozen

MOST = 2_000


class Search(Frozen):
    """What somebody typed: as it is, the dates too."""

    words: str = ""
    since: str = ""
    until: str = ""


class Searches:
    """`keep` one; `found` is for the session that it belongs to."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[str, Search]] = OrderedDict()

    def keep(self, session: str, search: Search) -> str:
        """The number of the search."""
        number = secrets.token_urlsafe(9)
        self._kept[number] = (session, search)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return number

    def found(self, session: str, number: str) -> Search:
        """The search of that number; an empty one where it is another's, or forgotten."""
        owner, search = self._kept.get(number, ("", Search()))
        return search if owner == session else Search()
