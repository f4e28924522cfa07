"""The rows of outgoing messages: which are unsent, and what became of each."""

from contextlib import suppress
from typing import TypeVar

import msgspec
import structlog
from sqlalchemy import func, select, update

from bot.core.model import ChatId, MessageId
from bot.core.post import OutgoingKind
from bot.store.alerts import opened
from bot.store.batch import Batch
from bot.store.records import Body, Hold, KeptDeadLetter, Posted, Shown
from bot.store.staff_posts import late_farewells, note_shown
from bot.store.tables import alerts, dead_letters, outgoing, sessions
from bot.vault import SealBrokenError

T = TypeVar("T")
log = structlog.get_logger()
UNSENT = ("pending", "sending")


def post(batch: Batch, body: Body, alert: int | None = None, *, is_sending: bool = False) -> Posted:
    """Add a row for the outbox."""
    number = batch.next_id(outgoing)
    ref = batch.vault.ref(body.chat_id)
    batch.insert(
        outgoing,
        {
            "id": number,
            "ref": ref,
            "state": "sending" if is_sending else "pending",
            "alert": alert,
            "hour": batch.hour,
            "body": batch.seal(ref, outgoing.c.body, number, body),
        },
    )
    return Posted(id=number, ref=ref, body=body, alert=alert, is_sending=is_sending)


def unsent(batch: Batch) -> list[Posted]:
    """What still has to be sent, in order."""
    rows = batch.rows(select(outgoing).where(outgoing.c.state.in_(UNSENT)).order_by(outgoing.c.id))
    found = []
    for row in rows:
        try:
            body = batch.unseal(row.ref, outgoing.c.body, row.id, row.body, Body)
            hold = (
                batch.unseal(row.ref, outgoing.c.hold, row.id, row.hold, Hold)
                if row.hold is not None
                else None
            )
        except SealBrokenError:
            batch.update(outgoing, "id", row.id, state="refused", body=None)
            continue
        found.append(Posted(id=row.id, ref=row.ref, body=body, alert=row.alert, hold=hold))
    return found


def unsent_count(batch: Batch) -> int:
    """How many messages wait."""
    statement = select(func.count()).select_from(outgoing).where(outgoing.c.state.in_(UNSENT))
    return int(batch.rows(statement)[0][0])


def shown(batch: Batch, chat_id: ChatId, number: int) -> MessageId | None:
    """The channel's name of an outgoing message, if it was sent."""
    ref = batch.vault.ref(chat_id)
    rows = batch.rows(
        select(outgoing.c.shown).where(outgoing.c.id == number, outgoing.c.ref == ref)
    )
    if not rows or rows[0].shown is None:
        return None
    try:
        return batch.unseal(ref, outgoing.c.shown, number, rows[0].shown, Shown).message
    except SealBrokenError:
        return None


def mark_sending(batch: Batch, posted: Posted) -> bool:
    """It is being sent: whether it arrives, a crash would leave open. False: it must not be sent."""
    if _is_gone(batch, posted):
        return False
    batch.update(outgoing, "id", posted.id, state="sending")
    return True


def _is_gone(batch: Batch, posted: Posted) -> bool:
    """Whether its chat was erased since it was posted."""
    if not batch.vault.may_be_erased(posted.ref):
        return False
    return not batch.rows(select(outgoing.c.id).where(outgoing.c.id == posted.id))


def mark_sent(
    batch: Batch,
    posted: Posted,
    message: MessageId | None,
    before: tuple[MessageId, ...] = (),
    *,
    topic: str = "",
) -> list[Posted]:
    """It was sent; its words go, its name stays for as long as an erasure may need it.

    What is to follow it is returned.
    """
    if _is_gone(batch, posted):
        return take_back(batch, posted, message, before)
    sealed = None
    if message is not None:
        shown = Shown(message=message, at=batch.at, before=before)
        sealed = batch.seal(posted.ref, outgoing.c.shown, posted.id, shown)
    batch.update(outgoing, "id", posted.id, state="sent", body=None, hold=None, shown=sealed)
    if posted.alert is not None:
        _alerts_tried(batch, posted.id, state="sent")
    body = posted.body
    if body.cases and message is not None:
        note_shown(batch, body, message, topic)
    following = [body.on_sent] if body.on_sent is not None else []
    following += late_farewells(batch, body, message, topic)
    return [post(batch, each) for each in following]


def take_back(
    batch: Batch, posted: Posted, message: MessageId | None, before: tuple[MessageId, ...] = ()
) -> list[Posted]:
    """It was sent, or pieces of it, but not as it should.

    What was said to a chat that is erased is deleted again; else its names are kept.
    """
    names = (*before, message) if message is not None else before
    if not names:
        return []
    if not _is_gone(batch, posted):
        shown = Shown(message=names[-1], at=batch.at, before=names[:-1])
        sealed = batch.seal(posted.ref, outgoing.c.shown, posted.id, shown)
        batch.update(outgoing, "id", posted.id, shown=sealed)
        return []
    batch.vault.say_goodbye(posted.ref)
    chat_id = posted.body.chat_id
    return [
        post(batch, Body(chat_id=chat_id, kind=OutgoingKind.DELETE, edits=each)) for each in names
    ]


def mark_held(
    batch: Batch, posted: Posted, hold: Hold, before: tuple[MessageId, ...] = ()
) -> list[Posted]:
    """It has to wait, but for the pieces `before`, which an erasure has to know."""
    if not _is_gone(batch, posted):
        sealed = batch.seal(posted.ref, outgoing.c.hold, posted.id, hold)
        batch.update(outgoing, "id", posted.id, state="pending", hold=sealed)
    return take_back(batch, posted, None, before)


def mark_blocked(batch: Batch, ref: str) -> list[Posted]:
    """The person blocked the bot: nothing that waits for them is sent any more.

    Who is to know that is told: what is returned is to be sent.
    """
    waiting = (outgoing.c.ref == ref) & outgoing.c.state.in_(UNSENT)
    lost: list[Body] = []
    for row in batch.rows(select(outgoing).where(waiting)):
        if row.alert is not None:
            _alerts_tried(batch, row.id)
        with suppress(SealBrokenError):
            body = batch.unseal(ref, outgoing.c.body, row.id, row.body, Body)
            lost += [body.on_lost] if body.on_lost is not None else []
    batch.change(update(outgoing).where(waiting).values(state="unreachable", body=None, hold=None))
    batch.change(update(sessions).where(sessions.c.ref == ref).values(reachable=0))
    return [post(batch, body) for body in lost]


def mark_refused(batch: Batch, posted: Posted, why: str) -> list[Posted]:
    """The channel will never take it: it goes to the dead letters; who is to know that is told."""
    if _is_gone(batch, posted):
        return []  # nothing of it may stay
    batch.update(outgoing, "id", posted.id, state="refused", body=None, hold=None)
    if posted.alert is not None:
        _alerts_tried(batch, posted.id)
    bury(batch, posted.ref, "refused", why, posted.body.text.encode())
    return [post(batch, posted.body.on_lost)] if posted.body.on_lost is not None else []


def bury(batch: Batch, ref: str, kind: str, problem: str, raw: bytes) -> None:
    """Add a dead letter, sealed with the key of the chat that it belongs to."""
    number = batch.next_id(dead_letters)
    letter = KeptDeadLetter(at=batch.at, problem=problem, raw=raw)
    sealed = batch.seal(ref, dead_letters.c.sealed, number, letter)
    row = {"id": number, "ref": ref, "kind": kind, "hour": batch.hour, "sealed": sealed}
    batch.insert(dead_letters, row)


def _alerts_tried(batch: Batch, number: int, state: str = "queued") -> None:
    """Message `number` is through: from now counts the time until its alerts are sent again.

    An alert that was made anew meanwhile waits for its own message; one that staff have stays theirs.
    """
    for row in batch.rows(select(alerts).where(alerts.c.sending == number)):
        kept = msgspec.structs.replace(opened(batch, row), tried_at=batch.at)
        sealed = batch.seal(row.ref, alerts.c.sealed, row.id, kept)
        new = state if row.state == "queued" else row.state
        batch.update(alerts, "id", row.id, state=new, sending=0, sealed=sealed)
