"""The rows of alerts, and what is made of one whose seal is damaged: it is still sent."""

from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import Row, select

from bot.core.model import AlertKind, ChatId, Urgency
from bot.store.batch import Batch
from bot.store.records import KeptAlert, KeptSession
from bot.store.tables import alerts, sessions
from bot.vault import SealBrokenError

QUEUED, SENT, TOLD, ACKNOWLEDGED = "queued", "sent", "told", "acknowledged"
NOBODY = ChatId("")
log = structlog.get_logger()


def opened(batch: Batch, row: Row[Any]) -> KeptAlert:
    """What an alert holds. Case and urgency stand in clear, so a damaged one is made again."""
    try:
        return batch.unseal(row.ref, alerts.c.sealed, row.id, row.sealed, KeptAlert)
    except SealBrokenError:
        log.warning("alert.rebuilt", chat=row.ref[:8])
    kind = AlertKind.EMERGENCY if row.urgency == Urgency.NOW.value else AlertKind.HUMAN
    made_at = datetime.fromtimestamp(row.hour * 3600, UTC)
    return KeptAlert(chat_id=chat_of_ref(batch, row.ref), kind=kind, made_at=made_at)


def chat_of_ref(batch: Batch, ref: str) -> ChatId:
    """The chat of that name; `NOBODY` where the session does not open either."""
    rows = batch.rows(select(sessions.c.sealed).where(sessions.c.ref == ref))
    if not rows:
        return NOBODY
    try:
        kept = batch.unseal(ref, sessions.c.sealed, ref, rows[0].sealed, KeptSession)
    except SealBrokenError:
        return NOBODY
    return kept.session.chat_id
