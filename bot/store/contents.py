"""The content by version: a chat finishes on the questions that it began with.

`newest` speaks to everybody who begins. Older versions are read back from the texts in the database;
only their questions and fixed sentences are used, the rest is always the newest.
"""

from collections.abc import Callable, Mapping

import msgspec
import structlog
from sqlalchemy import select

from bot.core.content import Content
from bot.store.batch import Batch
from bot.store.facts import CONTENT, fact, note_fact
from bot.store.tables import contents
from bot.store.writer import Store

_OLD = 8  # versions held in memory beside the newest
log = structlog.get_logger()


class Contents:
    """`adopt` the content once before use. `read` makes content of texts, and None of broken ones."""

    def __init__(self, store: Store, read: Callable[[Mapping[str, str]], Content | None]) -> None:
        self._store = store
        self._read = read
        self._newest: Content | None = None
        self._old: dict[str, Content | None] = {}
        self.lost: set[str] = set()  # versions that somebody is on and that do not open any more

    @property
    def newest(self) -> Content:
        """The content for whoever begins now."""
        if self._newest is None:
            raise RuntimeError("adopt a content first")
        return self._newest

    @newest.setter
    def newest(self, content: Content) -> None:
        self._newest = content
        self._old.clear()

    def adopt(self, content: Content, texts: Mapping[str, str], *, is_checked: bool = True) -> None:
        """From now on `content` is the newest; its texts are kept for chats that begin on it."""
        whole = msgspec.json.encode(dict(texts)).decode()

        def keep(batch: Batch) -> None:
            row = {"version": content.version, "texts": whole, "hour": batch.hour}
            batch.put(contents, row)
            if is_checked:
                note_fact(batch, CONTENT, content.version)

        self._store.run_now(keep)
        self.newest = content

    def checked_version(self) -> str:
        """The version that last passed the whole check, or ""."""
        return self._store.run_now(lambda batch: fact(batch, CONTENT))

    def last_good(self) -> Content | None:
        """The stored content that last passed the check, or the last one stored; None if none opens."""

        def stored(batch: Batch) -> list[str]:
            checked = fact(batch, CONTENT)
            rows = batch.rows(select(contents).order_by(contents.c.hour.desc()))
            return [row.texts for row in sorted(rows, key=lambda row: row.version != checked)]

        for texts in self._store.run_now(stored):
            found = self._read(msgspec.json.decode(texts, type=dict[str, str]))
            if found is not None:
                return found
        return None

    def version(self, batch: Batch, version: str) -> Content:
        """That version's questions with the newest of all else; the newest alone if it is lost."""
        newest = self.newest
        if version == newest.version:
            return newest
        if version not in self._old:
            if len(self._old) >= _OLD:
                self._old.clear()
            rows = batch.rows(select(contents.c.texts).where(contents.c.version == version))
            texts = msgspec.json.decode(rows[0].texts, type=dict[str, str]) if rows else None
            old = self._read(texts) if texts else None
            self._old[version] = old.with_newest(newest) if old is not None else None
            if old is None and version:
                self.lost.add(version)
                log.error("content.lost", content_version=version)
        return self._old[version] or newest
