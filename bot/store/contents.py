"""The content by version: a chat finishes on the content that it began with.

`newest` speaks to everybody who begins. Older versions are read back from the texts in the database;
their crisis texts and signs are always the newest ones.
"""

from collections.abc import Callable, Mapping

import msgspec
from sqlalchemy import select

from bot.core.content import Content
from bot.store.batch import Batch
from bot.store.tables import contents
from bot.store.writer import Store

_OLD = 8  # versions held in memory beside the newest


class Contents:
    """`adopt` the content once before use. `read` makes content of texts, and None of broken ones."""

    def __init__(self, store: Store, read: Callable[[Mapping[str, str]], Content | None]) -> None:
        self._store = store
        self._read = read
        self._newest: Content | None = None
        self._old: dict[str, Content | None] = {}

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

    def adopt(self, content: Content, texts: Mapping[str, str]) -> None:
        """From now on `content` is the newest; its texts are kept for chats that begin on it."""
        whole = msgspec.json.encode(dict(texts)).decode()

        def keep(batch: Batch) -> None:
            row = {"version": content.version, "texts": whole, "hour": batch.hour}
            batch.put(contents, row)

        self._store.run_now(keep)
        self.newest = content

    def version(self, batch: Batch, version: str) -> Content:
        """The content of that version with the newest crisis texts; the newest if it is lost."""
        newest = self.newest
        if version == newest.version:
            return newest
        if version not in self._old:
            if len(self._old) >= _OLD:
                self._old.clear()
            rows = batch.rows(select(contents.c.texts).where(contents.c.version == version))
            texts = msgspec.json.decode(rows[0].texts, type=dict[str, str]) if rows else None
            old = self._read(texts) if texts else None
            self._old[version] = old.with_safety(newest) if old is not None else None
        return self._old[version] or newest
