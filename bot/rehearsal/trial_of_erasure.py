"""A thousand cases, a hundred of them erased, twenty older backups brought back: what can be read."""

import tempfile
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from sqlite3 import connect

from bot.core.model import ChatId, EventId, TextReceived
from bot.core.post import Delivery
from bot.housekeeping import erase_with_farewell, scrub_copy
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
        with records(folder, lambda: START) as store:
            store.run_now(lambda batch: note_fact(batch, KEYS_COPY, str(keys / "keys.db")))
            for chat in gone:
                store.run_now(partial(erase_with_farewell, case=codes[chat]))
            store.run_now(scrub_copy)
        hits = _hits(Path(scratch))
        for copy in made:
            bring_back(folder / "data", folder / "bot.key", copy, None, START)
            found = kept(folder)
            readable = max(readable, len(gone & set(found.turns)))
            missing = max(missing, len(set(codes) - gone - set(found.turns)), len(found.broken))
            readable = max(readable, _keys_of(folder, keys, len(codes) - len(gone)))
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


def _chat(number: int) -> ChatId:
    return ChatId(f"telegram:{CANARY}{number}")


def _hits(folder: Path) -> int:
    """How many files hold a word that somebody said, or a name."""
    return sum(CANARY.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def _keys_of(folder: Path, keys: Path, wanted: int) -> int:
    """How many keys there are more than chats left, here and in the copy."""
    more = 0
    for path in (folder / "data" / "keys.db", keys / "keys.db"):
        with closing(connect(path)) as connection:
            count = connection.execute("SELECT count(*) FROM data_keys").fetchone()[0]
            more = max(more, int(count) - wanted)
    return more
