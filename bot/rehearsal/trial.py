"""What the trials of `chaos` share: a row of the table, how much of each, and a look at the records."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import func, select

from bot.content_folder import folder_texts, read_folder
from bot.core.content import Content
from bot.core.dialogue import advance
from bot.core.model import AnyEvent, ChatId, MessageId, Session
from bot.replay import replayed
from bot.store.batch import Batch
from bot.store.contents import Contents
from bot.store.lock import Lock
from bot.store.records import KeptSession, KeptTurn, Shown
from bot.store.tables import dead_letters, outgoing, sessions, turns
from bot.store.writer import Store
from bot.vault import Vault

CONTENT = Path(__file__).parents[2] / "content"
START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of the table. `is_skipped`: it could not be run here, so that nothing is shown."""

    test: str
    mark: str
    measured: str
    passed: bool
    seconds: float = 0.0
    is_skipped: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """How much of everything. The marks of issue 5 are those of `LONG`."""

    chats: int  # that write while it is killed
    per_second: int  # messages then: as many as this / 5 are under way at a time after a start
    kills: int
    malformed: int
    deliveries: int
    forged: int
    replays: int
    outage: timedelta
    stormy_messages: int
    faults_in_a_row: int  # that one chat meets at most, of the real program in real time
    flips: int
    real_flips: int  # one of so many meets the real program; the others are looked for in process
    cases: int
    erased: int
    copies: int


LONG = Scale(
    chats=50,
    per_second=25,
    kills=300,
    malformed=100_000,
    deliveries=50_000,
    forged=100_000,
    replays=1_000,
    outage=timedelta(hours=6),
    stormy_messages=2_000,
    faults_in_a_row=1_000,
    flips=100,
    real_flips=1,
    cases=1_000,
    erased=100,
    copies=20,
)
SHORT = Scale(
    chats=8,
    per_second=10,
    kills=4,
    malformed=1_000,
    deliveries=500,
    forged=1_000,
    replays=20,
    outage=timedelta(hours=6),
    stormy_messages=100,
    faults_in_a_row=2,
    flips=12,
    real_flips=6,
    cases=60,
    erased=6,
    copies=2,
)


@cache
def content() -> Content:
    """The content as it ships."""
    found, mistakes = read_folder(CONTENT)
    if found is None:
        raise RuntimeError(f"the content has mistakes: {mistakes[0]}")
    return found


@dataclass
class Kept:
    """What stands in the records of a bot that does not run."""

    turns: dict[ChatId, list[KeptTurn]] = field(default_factory=dict)
    sessions: dict[ChatId, Session] = field(default_factory=dict)
    shown: set[MessageId] = field(default_factory=set)
    unsent: int = 0
    letters: int = 0
    broken: tuple[str, ...] = ()

    def events(self, chat_id: ChatId) -> list[AnyEvent]:
        """What happened in the chat, in order."""
        return [turn.event for turn in self.turns.get(chat_id, [])]

    def drifted(self, of: Content) -> list[ChatId]:
        """Chats whose session is not what its events come to."""
        return [
            chat_id
            for chat_id, session in self.sessions.items()
            if replayed(
                self.turns[chat_id], chat_id, session.case_code, advance, lambda _version: of
            )
            != session
        ]


@contextmanager
def records(folder: Path, clock: Callable[[], datetime]) -> Iterator[Store]:
    """The store of a bot whose data and key file lie in `folder`, and which does not run."""
    with Lock(folder / "data"), closing(Vault.open(folder / "data", folder / "bot.key")) as vault:
        store = Store.open(folder / "data", vault, clock)
        try:
            yield store
        finally:
            store.close_now()


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 (a rehearsal is wired here)


def seasoned(folder: Path) -> Path:
    """The same folder, with the records of a bot whose content has passed the whole check.

    That is a bot after its first minute. Else each start of a trial would check it for ten seconds.
    """
    with records(folder, _now) as store:
        texts, _ = folder_texts(CONTENT)
        Contents(store, read=lambda _texts: None).adopt(content(), texts)
    return folder


def kept(folder: Path) -> Kept:
    """Everything in those records."""
    with records(folder, _now) as store:
        found = store.run_now(_kept)
        found.broken = store.proof().broken
    return found


def _kept(batch: Batch) -> Kept:
    found = Kept()
    names: dict[str, ChatId] = {}
    for row in batch.rows(select(sessions)):
        session = batch.unseal(row.ref, sessions.c.sealed, row.ref, row.sealed, KeptSession).session
        names[row.ref] = session.chat_id
        found.sessions[session.chat_id] = session
        found.turns[session.chat_id] = []
    for row in batch.rows(select(turns).order_by(turns.c.id)):
        turn = batch.unseal(row.ref, turns.c.sealed, row.id, row.sealed, KeptTurn)
        found.turns[names[row.ref]].append(turn)
    for row in batch.rows(select(outgoing)):
        if row.shown is not None:
            shown = batch.unseal(row.ref, outgoing.c.shown, row.id, row.shown, Shown)
            found.shown.add(shown.message)
        found.unsent += row.state in ("pending", "sending")
    count = select(func.count()).select_from(dead_letters)
    found.letters = int(batch.rows(count)[0][0])
    return found
