"""Alerts to staff: what they say, when they come again, and what happens when somebody takes a case.

An alert holds a case code, an urgency and a time, never anything that a client said. It is queued with
its turn, sent once it has reached staff (only then the client is told), and repeated by
`alert_again_minutes` of content/clinic.yaml until a member of staff acknowledges it.
"""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import select

from bot.console import access_log
from bot.core.content import Content
from bot.core.content.wording import fill
from bot.core.model import (
    AlertSent,
    AlertStaff,
    Button,
    CaseCode,
    ChatId,
    EventId,
    Urgency,
)
from bot.core.post import Delivery, OutgoingKind
from bot.store.batch import Batch
from bot.store.post import UNSENT, post
from bot.store.records import Body, KeptAlert, Posted
from bot.store.tables import alerts, outgoing

SOON = 120  # minutes; a longer wait is told in hours


def queued_alert(
    batch: Batch, chat_id: ChatId, effect: AlertStaff, content: Content, staff_chat: ChatId | None
) -> list[Posted]:
    """Keep an alert, and what is sent of it when there is a staff chat."""
    ref = batch.vault.ref(chat_id)
    number = batch.next_id(alerts)
    kept = KeptAlert(chat_id=chat_id, kind=effect.kind, made_at=batch.at)
    batch.insert(
        alerts,
        {
            "id": number,
            "ref": ref,
            "case_code": effect.case,
            "urgency": effect.urgency.value,
            "state": "queued",
            "hour": batch.hour,
            "sealed": batch.seal(ref, alerts.c.sealed, number, kept),
        },
    )
    if staff_chat is None:
        return []
    body = _body(content, staff_chat, effect.case, effect.urgency, timedelta(0))
    return [post(batch, body, alert=number)]


def _body(
    content: Content, staff_chat: ChatId, case: CaseCode, urgency: Urgency, waiting: timedelta
) -> Body:
    words = content.wording.staff
    minutes = int(waiting.total_seconds() // 60)
    text = fill(
        words.alert,
        case=case,
        urgency=words.urgencies[urgency],
        sign=words.signs[urgency],
        waiting=f"{minutes} min" if minutes < SOON else f"{minutes // 60} h",
    )
    button = Button(label=words.acknowledge, data=f"ack|{case}")
    return Body(chat_id=staff_chat, kind=OutgoingKind.MESSAGE, text=text, buttons=((button,),))


def sent_alerts(batch: Batch, case: CaseCode | None = None) -> list[Delivery]:
    """The events that tell clients that an alert about them has reached staff."""
    chosen = alerts.c.state == "sent"
    if case is not None:
        chosen &= alerts.c.case_code == case
    found = []
    for row in batch.rows(select(alerts).where(chosen).order_by(alerts.c.id)):
        kept = batch.unseal(row.ref, alerts.c.sealed, row.id, row.sealed, KeptAlert)
        found.append(_alert_sent(row.id, kept, CaseCode(row.case_code), batch.at))
    return found


def acknowledge(batch: Batch, case: CaseCode, staff: str, *, in_telegram: bool = False) -> None:
    """Somebody has the case: its alerts are not sent again. The console logs its own visits."""
    if in_telegram:
        access_log.append_of_telegram(batch, staff, "acknowledge!", case)
    unheeded = (alerts.c.case_code == case) & (alerts.c.state != "acknowledged")
    for row in batch.rows(select(alerts).where(unheeded)):
        kept = batch.unseal(row.ref, alerts.c.sealed, row.id, row.sealed, KeptAlert)
        kept = msgspec.structs.replace(kept, acknowledged_at=batch.at, acknowledged_by=staff)
        sealed = batch.seal(row.ref, alerts.c.sealed, row.id, kept)
        batch.update(alerts, "id", row.id, state="acknowledged", sealed=sealed)


def alerts_again(batch: Batch, content: Content, staff_chat: ChatId) -> list[Posted]:
    """Alerts that nobody has acknowledged, and those that were made before there was a chat."""
    waiting = outgoing.c.state.in_(UNSENT) & outgoing.c.alert.is_not(None)
    under_way = {row.alert for row in batch.rows(select(outgoing.c.alert).where(waiting))}
    posted = []
    for row in batch.rows(select(alerts).where(alerts.c.state != "acknowledged")):
        kept = batch.unseal(row.ref, alerts.c.sealed, row.id, row.sealed, KeptAlert)
        urgency = Urgency(row.urgency)
        minutes = content.clinic.alert_again_minutes.get(urgency)
        if row.id in under_way or (kept.tried_at is not None and minutes is None):
            continue
        again_at = kept.tried_at and kept.tried_at + timedelta(minutes=minutes or 0)
        if again_at is None or again_at <= batch.at:
            case = CaseCode(row.case_code)
            body = _body(content, staff_chat, case, urgency, batch.at - kept.made_at)
            posted.append(post(batch, body, alert=row.id))
    return posted


def _alert_sent(number: int, kept: KeptAlert, case: CaseCode, at: datetime) -> Delivery:
    name = EventId(f"alert-sent:{number}")
    event = AlertSent(event_id=name, chat_id=kept.chat_id, at=at, case=case)
    return Delivery(update_id=name, received_at=at, event=event)
