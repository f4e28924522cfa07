"""A session made again from the events of its chat: what `advance` decided once it decides again.

Used where a stored session does not open, and by `chaos` to show that none has drifted.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress

import msgspec
from sqlalchemy import select

from bot.core.content import Content
from bot.core.model import AnyEvent, CaseCode, ChatId, Session, Turn
from bot.store.batch import Batch
from bot.store.records import KeptSession, KeptTurn
from bot.store.tables import sessions, turns
from bot.vault import SealBrokenError

Advance = Callable[[Session, AnyEvent, Content], Turn]


def replayed(
    turns: Iterable[KeptTurn],
    chat_id: ChatId,
    case_code: CaseCode,
    advance: Advance,
    content_of: Callable[[str], Content],
) -> Session:
    """The session after these turns. Each is decided on the content that it was decided on then."""
    session = Session(chat_id=chat_id, case_code=case_code, content_version="")
    for turn in turns:
        content = content_of(turn.content_version)
        session = msgspec.structs.replace(session, content_version=turn.content_version)
        session = advance(session, turn.event, content).session
    return session


def rebuilt(
    batch: Batch, chat_id: ChatId, advance: Advance, content_of: Callable[[str], Content]
) -> KeptSession | None:
    """The session of a chat whose row does not open, from those of its turns that do.

    Raises:
        SealBrokenError: not even the chat's key opens, so nothing does.

    """
    ref = batch.vault.ref(chat_id)
    batch.vault.load([ref])
    rows = batch.rows(select(sessions.c.case_code).where(sessions.c.ref == ref))
    if not rows:
        return None
    said = []
    for row in batch.rows(select(turns).where(turns.c.ref == ref).order_by(turns.c.id)):
        with suppress(SealBrokenError):
            said.append(batch.unseal(ref, turns.c.sealed, row.id, row.sealed, KeptTurn))
    code = CaseCode(rows[0].case_code)
    return KeptSession(session=replayed(said, chat_id, code, advance, content_of))
