"""What the effects of a turn become: rows of the store, and messages for the outbox.

Pure but for the `Batch` that it writes to. Counterpart: `reception`, which decides the turn before and
hands the messages on after the COMMIT.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import msgspec
from sqlalchemy import Table, select

from bot.alerts import StaffChat, queued_alert
from bot.core.content import Content
from bot.core.model import (
    AlertStaff,
    AnyEffect,
    AnyEvent,
    AttachmentReceived,
    ChatId,
    CommandReceived,
    EraseChat,
    FileIntake,
    Intake,
    MessageEdited,
    MessageId,
    NoteFeedback,
    NoteMiss,
    OptionChosen,
    Reply,
    SendRecord,
    Session,
    StaffReplied,
    TextReceived,
    Toast,
    Turn,
    WakeMe,
)
from bot.core.post import OutgoingKind
from bot.own_record import OwnRecord, own_record
from bot.store.batch import Batch, S, hour_of
from bot.store.erasure import erase_chat
from bot.store.post import post
from bot.store.records import (
    Body,
    KeptFeedback,
    KeptMiss,
    KeptSession,
    KeptTurn,
    KeptWake,
    Posted,
)
from bot.store.staff_posts import farewells
from bot.store.tables import feedback, intakes, misses, turns, wakes
from bot.vault import SealBrokenError

CHAT_ONLY = "chat-only"
IN_PROGRESS = "in-progress"
FROM_CLIENT = (
    TextReceived,
    OptionChosen,
    CommandReceived,
    AttachmentReceived,
    MessageEdited,
)
_NOT_IN_TRANSCRIPT = (FileIntake, WakeMe)  # the intake has a table; wakes say nothing
Recall = Callable[[int], MessageId | None]


class Receipts(NamedTuple):
    """What staff are told once their words have arrived, or never will."""

    sent: Body
    lost: Body


def carry_out(
    batch: Batch,
    kept: KeptSession,
    event: AnyEvent,
    turn: Turn,
    content: Content,
    *,
    staff: StaffChat | None,
    recall: Recall,
    is_free: bool = False,
    receipts: Receipts | None = None,
) -> list[Posted]:
    """Write all of a turn into the batch; what is to be sent.

    `recall` tells the channel's name of an outgoing message that was sent a short while ago;
    `is_free` that nothing waits for the chat, so that the first message goes out at once;
    `receipts` what staff are told of their own words.
    """
    chat_id = event.chat_id
    if any(isinstance(effect, EraseChat) for effect in turn.effects):
        return _erase(batch, kept.session, turn)
    ref = batch.vault.ref(chat_id)
    posted: list[Posted] = []
    keyboards: list[int] = []  # messages of this turn whose buttons go with the next one
    for effect in turn.effects:
        match effect:
            case Reply():
                is_first = is_free and not posted
                body = message(chat_id, effect)
                if effect.staff and receipts is not None:
                    body = msgspec.structs.replace(
                        body, on_sent=receipts.sent, on_lost=receipts.lost
                    )
                one = post(batch, body, is_sending=is_first)
                posted.append(one)
                if effect.buttons and not effect.lasting:
                    keyboards.append(one.id)
            case AlertStaff():
                pass  # it looks for older ones of the case: all else has to be written by then
            case _:
                _note(batch, ref, event, effect)
    if any(isinstance(effect, Reply) for effect in turn.effects):
        posted.extend(_strip(batch, chat_id, kept.keyboards, turn, recall))
    else:
        keyboards.extend(kept.keyboards)
    _keep_session(batch, turn, event, tuple(keyboards))
    sent = tuple(each.id for each in posted if each.ref == ref)
    _keep_turn(batch, ref, event, turn, sent)
    for effect in turn.effects:
        if isinstance(effect, AlertStaff):
            posted.extend(queued_alert(batch, chat_id, effect, content, staff))
    if any(isinstance(effect, SendRecord) for effect in turn.effects):
        posted.append(post(batch, _record(batch, turn.session, content)))
    return posted


def _keep_session(batch: Batch, turn: Turn, event: AnyEvent, keyboards: tuple[int, ...]) -> None:
    session = turn.session
    batch.keep_session(
        KeptSession(session=session, keyboards=keyboards),
        case_code=session.case_code,
        status=status(session),
        question=turn.question or "",
        reachable=int(isinstance(event, FROM_CLIENT) or batch.is_reachable(session.chat_id)),
        content_version=session.content_version,
        rest_hour=hour_of(session.last_event_at or event.at),
    )


def status(session: Session) -> str:
    """How far the chat's present intake has come; its retention depends on it."""
    if session.filed is not None:
        return session.filed.value
    return IN_PROGRESS if session.answers else CHAT_ONLY


def message(chat_id: ChatId, reply: Reply) -> Body:
    """A reply as it is sent."""
    return Body(
        chat_id=chat_id,
        kind=OutgoingKind.MESSAGE,
        text=reply.text,
        buttons=reply.buttons,
        edits=reply.edits,
    )


def toast(chat_id: ChatId, callback_id: str, effects: tuple[AnyEffect, ...] = ()) -> Posted:
    """The answer that each pressed button gets. Not kept: channels take it for seconds only."""
    text = next((effect.text for effect in effects if isinstance(effect, Toast)), "")
    body = Body(chat_id=chat_id, kind=OutgoingKind.TOAST, text=text, callback_id=callback_id)
    return Posted(id=0, ref="", body=body)


def _keep_turn(batch: Batch, ref: str, event: AnyEvent, turn: Turn, sent: tuple[int, ...]) -> None:
    number = batch.next_id(turns)
    kept = KeptTurn(
        event=event,
        effects=tuple(each for each in turn.effects if not isinstance(each, _NOT_IN_TRANSCRIPT)),
        because=turn.because,
        case=turn.session.case,
        question=turn.question,
        digression=turn.digression,
        content_version=turn.session.content_version,
        sent=sent if isinstance(event, StaffReplied) else (),
    )
    batch.insert(
        turns,
        {
            "id": number,
            "ref": ref,
            "hour": batch.hour,
            "question": turn.question or "",
            "sealed": batch.seal(ref, turns.c.sealed, number, kept),
        },
    )


def _note(batch: Batch, ref: str, event: AnyEvent, effect: AnyEffect) -> None:
    match effect:
        case FileIntake():
            intake = effect.intake
            number = batch.next_id(intakes)
            batch.insert(
                intakes,
                {
                    "id": number,
                    "ref": ref,
                    "case_code": intake.case,
                    "status": intake.status.value,
                    "urgency": intake.urgency.value,
                    "content_version": intake.content_version,
                    "hour": hour_of(intake.filed_at),
                    "sealed": batch.seal(ref, intakes.c.sealed, number, intake),
                },
            )
        case WakeMe():
            reason = effect.reason.value
            wake = KeptWake(chat_id=event.chat_id, due_at=effect.at)
            sealed = batch.seal(ref, wakes.c.sealed, f"{ref}:{reason}", wake)
            due = hour_of(effect.at)
            batch.put(wakes, {"ref": ref, "reason": reason, "due_hour": due, "sealed": sealed})
        case NoteMiss():
            number = batch.next_id(misses)
            miss = KeptMiss(at=event.at, text=effect.text, nearest=effect.nearest)
            sealed = batch.seal(ref, misses.c.sealed, number, miss)
            batch.insert(misses, {"id": number, "ref": ref, "hour": batch.hour, "sealed": sealed})
        case NoteFeedback():
            number = batch.next_id(feedback)
            thumb = KeptFeedback(
                at=event.at, topic=effect.topic, helpful=effect.helpful, text=effect.text
            )
            sealed = batch.seal(ref, feedback.c.sealed, number, thumb)
            batch.insert(feedback, {"id": number, "ref": ref, "hour": batch.hour, "sealed": sealed})
        case _:
            pass  # a toast goes with the callback; the others have their own way


def _record(batch: Batch, session: Session, content: Content) -> Body:
    return Body(
        chat_id=session.chat_id,
        kind=OutgoingKind.DOCUMENT,
        text=content.wording.record.file,
        document=own_record(everything_of(batch, session), content),
    )


def everything_of(batch: Batch, session: Session) -> OwnRecord:
    """All that is kept of the chat, but for cells that are damaged."""
    ref = batch.vault.ref(session.chat_id)
    said, turns_broken = _opened(batch, ref, turns, KeptTurn)
    filed, intakes_broken = _opened(batch, ref, intakes, Intake)
    return OwnRecord(
        session=session,
        status=status(session),
        intakes=tuple({each.case: each for each in filed}.values()),
        turns=tuple(said),
        damaged=turns_broken + intakes_broken,
    )


def _opened(batch: Batch, ref: str, table: Table, shape: type[S]) -> tuple[list[S], int]:
    """The chat's rows in a table, oldest first, and how many do not open."""
    rows = batch.rows(
        select(table.c.id, table.c.sealed).where(table.c.ref == ref).order_by(table.c.id)
    )
    found: list[S] = []
    for row in rows:
        with suppress(SealBrokenError):
            found.append(batch.unseal(ref, table.c.sealed, row.id, row.sealed, shape))
    return found, len(rows) - len(found)


def _strip(
    batch: Batch, chat_id: ChatId, keyboards: tuple[int, ...], turn: Turn, recall: Recall
) -> list[Posted]:
    """Take the buttons from messages of earlier turns, but for the one that is edited now."""
    edited = {effect.edits for effect in turn.effects if isinstance(effect, Reply)} - {None}
    stripped = []
    for number in keyboards:
        shown = recall(number)
        if shown is None or shown not in edited:
            unless = next(iter(edited), None) if shown is None else None
            body = Body(chat_id=chat_id, kind=OutgoingKind.STRIP, of=number, unless=unless)
            stripped.append(post(batch, body))
    return stripped


def _erase(batch: Batch, session: Session, turn: Turn) -> list[Posted]:
    """Key, data, messages; then what the turn says is the receipt. Nothing of the turn is kept."""
    chat_id = session.chat_id
    in_group = farewells(batch, batch.vault.ref(chat_id))
    deletable = erase_chat(batch, batch.vault.ref(chat_id), session.case_code)
    farewell = [Body(chat_id=chat_id, kind=OutgoingKind.DELETE, edits=each) for each in deletable]
    receipt = [message(chat_id, each) for each in turn.effects if isinstance(each, Reply)]
    return [post(batch, body) for body in (*farewell, *receipt, *in_group)]
