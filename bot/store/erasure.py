"""Erasing a chat: its key first, then its data; what may still be deleted in the channel is named.

The key goes with the same batch's `vault.keep`, which comes before the data's COMMIT. Should the power
fail between the two, `writer` finishes at the next start: the vault notes the case code of each
erasure.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select

from bot.core.model import CaseCode, ChatId, Frozen, MessageId
from bot.store.batch import Batch
from bot.store.records import KeptSession, Shown
from bot.store.tables import dead_letters, outgoing, sessions
from bot.vault import SealBrokenError

DELETABLE = timedelta(hours=47)  # Telegram lets a bot delete its messages for 48 hours


def erase_chat(batch: Batch, ref: str, case_code: str) -> list[MessageId]:
    """Erase all that is kept about the chat; the bot's messages that the channel may yet delete."""
    shown = _deletable(batch, ref)
    drop_rows(batch, [ref])
    batch.forget_session(ref)
    batch.vault.doom(ref, case_code, batch.at)
    return shown


def drop_rows(batch: Batch, refs: Sequence[str]) -> None:
    """Delete all rows about these chats."""
    for table in (sessions, outgoing, dead_letters):
        batch.change(delete(table).where(table.c.ref.in_(refs)))


def is_half_erased(batch: Batch, chat_id: ChatId) -> bool:
    """Whether the chat's key was erased and then its data could not be; the data are gone now."""
    try:
        batch.session(chat_id)
    except SealBrokenError:
        ref = batch.vault.ref(chat_id)
        [row] = batch.rows(select(sessions.c.case_code).where(sessions.c.ref == ref))
        if batch.vault.is_erased(row.case_code):
            drop_rows(batch, [ref])
            batch.forget_session(ref)
            return True
    return False


class Erased(Frozen):
    """What an operator is told. `chat_id` is None where the session did not open."""

    case: CaseCode
    chat_id: ChatId | None
    messages: tuple[MessageId, ...]


def erase_case(batch: Batch, case: str) -> Erased | None:
    """Erase the chat that a case belongs to, with all its cases; None when there is none."""
    code = chat_code(case)
    rows = batch.rows(select(sessions.c.ref, sessions.c.sealed).where(sessions.c.case_code == code))
    if not rows:
        return None
    [row] = rows
    try:
        kept = batch.unseal(row.ref, sessions.c.sealed, row.ref, row.sealed, KeptSession)
        chat_id = kept.session.chat_id
    except SealBrokenError:
        chat_id = None
    messages = erase_chat(batch, row.ref, code)
    return Erased(case=CaseCode(code), chat_id=chat_id, messages=tuple(messages))


def chat_code(case: str) -> str:
    """The code of a chat's first case: "HTZ4-9QM" for "htz4-9qm-2"."""
    return "-".join(case.strip().upper().split("-")[:2])


def _deletable(batch: Batch, ref: str) -> list[MessageId]:
    oldest = batch.hour - DELETABLE // timedelta(hours=1)
    rows = batch.rows(
        select(outgoing.c.id, outgoing.c.shown)
        .where(outgoing.c.ref == ref, outgoing.c.shown.is_not(None), outgoing.c.hour >= oldest)
        .order_by(outgoing.c.id)
    )
    messages: dict[MessageId, None] = {}
    for row in rows:
        try:
            shown = batch.unseal(ref, outgoing.c.shown, row.id, row.shown, Shown)
        except SealBrokenError:
            continue  # a damaged name must not keep the rest from being erased
        if batch.at - shown.at < DELETABLE:
            messages |= dict.fromkeys((*shown.before, shown.message))
    return list(messages)
