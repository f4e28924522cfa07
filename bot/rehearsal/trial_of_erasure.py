"""A thousand cases, a hundred of them erased, twenty older backups brought back: what can be read."""

import tempfile
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from sqlite3 import connect

from bot.core.model import ChatId, CommandReceived, EventId, TextReceived
from bot.core.post import Delivery
from bot.rehearsal.trial import START, Row, Scale, content, kept, records
from bot.rehearsal.trial_of_disk import reception_of
from bot.store.backups import back_up, bring_back
from bot.store.facts import KEYS_COPY, note_fact

CANARY = "kanarienvogel"
PER_BATCH = 100


async def trial(scale: Scale) -> Row:
    """Erased cases stay unreadable whatever copy of the data comes back; all others open."""
    of = content()
    readable = missing = hits = 0
    with tempfile.TemporaryDirectory(prefix="bot-chaos-") as scratch:
        folder, copies, keys = (Path(scratch) / name for name in ("bot", "copies", "keys"))
        made: list[Path] = []
        with records(folder, lambda: START) as store:
            reception = reception_of(store, of)
            for start in range(0, scale.cases, PER_BATCH):
                numbers = range(start, min(start + PER_BATCH, scale.cases))
                await reception.receive_all([_said(number) for number in numbers])
        codes = {chat: session.case_code for chat, session in kept(folder).sessions.items()}
        for number in range(scale.copies):
            at = START + timedelta(hours=number)
            copy, _ = back_up(folder / "data", folder / "bot.key", copies, keys, at)
            made.append(copy)
        gone = {_chat(number) for number in range(0, scale.cases, scale.cases // scale.erased)}
        before = _keys(keys)
        with records(folder, lambda: START) as store:
            store.run_now(lambda batch: note_fact(batch, KEYS_COPY, str(keys / "keys.db")))
            reception = reception_of(store, of)
            refs = {store.vault.ref(chat) for chat in gone}
            for delivery in (each for chat in sorted(gone) for each in _erases(chat)):
                await reception.receive(delivery)
        opens = {key for ref, key in before if ref in refs}
        hits = _hits(Path(scratch))
        for copy in made:
            bring_back(folder / "data", folder / "bot.key", copy, None, START)
            found = kept(folder)
            readable = max(readable, len(gone & set(found.turns)))
            missing = max(missing, len(set(codes) - gone - set(found.turns)), len(found.broken))
            for each in (folder / "data", keys):
                readable = max(readable, len(opens & {key for _, key in _keys(each)}))
        hits += _hits(Path(scratch))
    others = scale.cases - len(gone)
    return Row(
        test=f"{scale.cases:,} cases, {len(gone)} erased, {scale.copies} older backups",
        mark="0 of the erased readable, all others readable, canary scan of all files 0 hits",
        measured=(
            f"{readable} of {len(gone)} readable, {others - missing} of {others} readable,"
            f" {hits} canary hits"
        ),
        passed=not readable and not missing and not hits,
    )


def _said(number: int) -> Delivery:
    name = f"telegram:{number}"
    event = TextReceived(
        event_id=EventId(name),
        chat_id=_chat(number),
        at=START,
        text=f"{CANARY} number {number}",
    )
    return Delivery(update_id=name, received_at=START, event=event)


def _erases(chat: ChatId) -> tuple[Delivery, Delivery]:
    """What somebody does to be forgotten: /delete, and a yes when asked again."""
    asks = CommandReceived(event_id=EventId(f"{chat}-ask"), chat_id=chat, at=START, name="delete")
    yes = TextReceived(event_id=EventId(f"{chat}-yes"), chat_id=chat, at=START, text="yes")
    return (
        Delivery(update_id=f"{_update(chat)}-ask", received_at=START, event=asks),
        Delivery(update_id=f"{_update(chat)}-yes", received_at=START, event=yes),
    )


def _update(chat: ChatId) -> str:
    """A name that tells nobody's."""
    return f"telegram:{sha256(chat.encode()).hexdigest()[:16]}"


def _chat(number: int) -> ChatId:
    return ChatId(f"telegram:{CANARY}{number}")


def _hits(folder: Path) -> int:
    """How many files hold a word that somebody said, or a name."""
    return sum(CANARY.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def _keys(folder: Path) -> set[tuple[str, bytes]]:
    """The wrapped keys in a file of keys, with the names of their chats."""
    with closing(connect(folder / "keys.db")) as connection:
        return set(connection.execute("SELECT ref, wrapped FROM data_keys"))
