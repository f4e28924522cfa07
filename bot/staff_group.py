"""What staff do from their Telegram group: take a case, write to its client, hand the chat back.

A reply to a message of the bot that names one case, or a message in the topic of a case, goes to its
client under the first name of whoever wrote it; that takes the chat over. What cannot be sent is
answered with the reason, and what is sent is confirmed once it has arrived. The client's words stay
out of the group: only that there are some is told.

Counterparts: `reception`, the door; `alerts`; `console.case_pages`, the other place to write from.
"""

import msgspec
from sqlalchemy import select

from bot.alerts import StaffChat, acknowledge, holder
from bot.core.content import Content
from bot.core.content.wording import fill
from bot.core.model import (
    AnyEvent,
    AttachmentReceived,
    CaseCode,
    ChatId,
    EventId,
    Session,
    StaffHandedBack,
    StaffReplied,
    StaffTookOver,
    TextReceived,
    Toast,
    WithStaff,
)
from bot.core.post import Delivery, FromStaff, OutgoingKind
from bot.effects import Receipts, toast
from bot.store.alerts import NOBODY, chat_of_ref
from bot.store.batch import Batch
from bot.store.post import post
from bot.store.records import Body, Posted
from bot.store.records_of_staff import KeptAccount
from bot.store.staff_posts import (
    case_of_topic,
    cases_of_message,
    keep_topic,
    note_offer,
    ref_of_case,
    topic_of,
)
from bot.store.staff_tables import STAFF, accounts, cases
from bot.vault import SealBrokenError

BACK = "/back"
MAY_ACT = ("reviewer", "lead")  # roles of the console


class Heard(msgspec.Struct, frozen=True):
    """What a message of staff means: events for the client's chat, and what is answered at once."""

    events: tuple[Delivery, ...] = ()
    posted: tuple[Posted, ...] = ()
    receipts: Receipts | None = None


def heard(
    batch: Batch, delivery: Delivery, said: FromStaff, content: Content, staff: StaffChat
) -> Heard:
    """Read what a member of staff wrote in the group."""
    words = content.wording.staff.group
    found = _cases(batch, said, staff)

    def answer(sentence: str) -> Body:
        return Body(
            chat_id=staff.chat_id,
            kind=OutgoingKind.MESSAGE,
            text=fill(sentence, case=" ".join(found), staff=said.name),
            cases=found if ref is not None else (),
            topic=said.topic,
            replies_to=said.message,
        )

    def told(sentence: str) -> Heard:
        return Heard(posted=(post(batch, answer(sentence)),))

    problem = _problem(said, found, content)
    ref = ref_of_case(batch, found[0]) if found else None
    chat_id = NOBODY if ref is None else chat_of_ref(batch, ref)
    if not problem and chat_id == NOBODY:
        problem = words.no_case
    if problem:
        return told(problem)
    text = said.text.strip()
    session = _session(batch, chat_id)
    stage = session.stage if session is not None else None
    if text.split("@")[0] == BACK:
        if not isinstance(stage, WithStaff):
            return told(words.nobody_writes)
        back = StaffHandedBack(
            event_id=EventId(delivery.update_id), chat_id=chat_id, at=batch.at, staff=said.name
        )
        posted = told(words.handed_back).posted
        return Heard(events=(_named(delivery, "hand-back", back),), posted=posted)
    events: tuple[Delivery, ...] = ()
    if not isinstance(stage, WithStaff) or stage.staff != said.name:
        took = StaffTookOver(
            event_id=EventId(delivery.update_id), chat_id=chat_id, at=batch.at, staff=said.name
        )
        events = (_named(delivery, "take-over", took),)
    replied = StaffReplied(
        event_id=EventId(delivery.update_id),
        chat_id=chat_id,
        at=batch.at,
        staff=said.name,
        text=said.text,
    )
    keep_topic(batch, staff.chat_id, session.case if session else found[0], asks=True)
    return Heard(
        events=(*events, _named(delivery, "reply", replied)),
        receipts=Receipts(sent=answer(words.sent), lost=answer(words.not_sent)),
    )


def _cases(batch: Batch, said: FromStaff, staff: StaffChat) -> tuple[CaseCode, ...]:
    """The cases that a message may be about: of the message it replies to, or of its topic."""
    if said.replies_to is not None:
        note_offer(batch, staff.chat_id, said.replies_to, said.cases, said.topic)
        if named := cases_of_message(batch, staff.chat_id, said.replies_to):
            return named
    case = case_of_topic(batch, staff.chat_id, said.topic) if said.topic else None
    return (case,) if case is not None else said.cases


def _problem(said: FromStaff, found: tuple[CaseCode, ...], content: Content) -> str:
    """Why it cannot be sent."""
    words = content.wording.staff.group
    text = said.text.strip()
    if said.edited:
        return words.edited
    if not said.name:
        return words.hidden
    if not found:
        return words.no_case
    if len(found) > 1:
        return words.several_cases
    if not text:
        return words.only_text
    if text.startswith("/") and text.split("@")[0] != BACK:
        return words.only_back
    return ""


def _session(batch: Batch, chat_id: ChatId) -> Session | None:
    """The chat's session; None where it does not open, which the reception mends."""
    try:
        kept = batch.session(chat_id)
    except SealBrokenError:
        return None
    return kept.session if kept is not None else None


def _named(delivery: Delivery, what: str, event: AnyEvent) -> Delivery:
    name = f"{delivery.update_id}:{what}"
    named = msgspec.structs.replace(event, event_id=EventId(name))
    return Delivery(update_id=name, received_at=delivery.received_at, event=named)


def aftermath(
    batch: Batch, event: AnyEvent, session: Session, content: Content, staff: StaffChat | None
) -> list[Posted]:
    """What a turn changes for staff: whoever takes a chat over has its case; news are told."""
    if isinstance(event, StaffTookOver):
        return acknowledge(batch, session.case, event.staff, content, staff)
    return [] if staff is None else _news(batch, event, session, content, staff)


def _news(
    batch: Batch, event: AnyEvent, session: Session, content: Content, staff: StaffChat
) -> list[Posted]:
    """Whoever wrote from the group is told once that the client has answered."""
    case = session.case
    match event:
        case StaffHandedBack():
            if topic_of(batch, case).asks:
                keep_topic(batch, staff.chat_id, case, asks=False)
        case TextReceived() | AttachmentReceived() if isinstance(session.stage, WithStaff):
            if not topic_of(batch, case).asks:
                return []
            keep_topic(batch, staff.chat_id, case, asks=False)
            text = fill(content.wording.staff.group.client_wrote, case=case)
            body = Body(
                chat_id=staff.chat_id,
                kind=OutgoingKind.MESSAGE,
                text="\n".join(filter(None, (text, staff.link(case)))),
                cases=(case,),
                topic_of=case,
            )
            return [post(batch, body)]
    return []


def taken(
    batch: Batch, delivery: Delivery, case: CaseCode, content: Content, staff: StaffChat | None
) -> list[Posted]:
    """Staff have the case, by the button in the group or in the console."""
    if staff is not None and delivery.under is not None:
        note_offer(batch, staff.chat_id, delivery.under, delivery.offers)
    posted = acknowledge(batch, case, delivery.staff, content, staff)
    if delivery.callback_id and staff is not None:
        assign(batch, case, delivery.staff)
        by = holder(batch, case) or delivery.staff
        text = fill(content.wording.staff.acknowledged, staff=by, case=case)
        posted.append(toast(staff.chat_id, delivery.callback_id, (Toast(text=text),)))
    return posted


def assign(batch: Batch, case: CaseCode, name: str) -> None:
    """The case is theirs if it was nobody's, and the console knows one colleague of that name."""
    rows = batch.rows(
        select(cases.c.case_code).where(cases.c.case_code == case, cases.c.assignee == 0)
    )
    if not rows:
        return
    ref = batch.vault.ref(STAFF)
    found = []
    statement = select(accounts).where(accounts.c.state == "active", accounts.c.role.in_(MAY_ACT))
    for row in batch.rows(statement):
        try:
            kept = batch.unseal(ref, accounts.c.sealed, row.id, row.sealed, KeptAccount)
        except SealBrokenError:
            continue
        if kept.name.casefold() == name.casefold():
            found.append(row.id)
    if len(found) == 1:
        batch.update(cases, "case_code", case, assignee=found[0])
