"""The file that /mydata sends, as it looks for each state that a record may be in."""

from msgspec.structs import replace

from bot.core.content import Content
from bot.core.model import (
    AttachmentReceived,
    Consent,
    Contact,
    EventId,
    Intake,
    IntakeStatus,
    Level,
    Perspective,
    Reply,
    Urgency,
)
from bot.own_record import OwnRecord, own_record
from bot.preview.bubble import AT, CASE, Bubble, session
from bot.preview.samples import sample, usual_way
from bot.store.records import KeptTurn

FEW = 2  # answers are enough to see how they stand there


def records(content: Content) -> list[Bubble]:
    """One file for each status; the first is that of a chat in which all there can be was said."""
    words = content.wording.record
    bubbles = []
    for number, status in enumerate(words.statuses):
        text = own_record(_record(content, status, is_full=number == 0), content).decode().strip()
        bubbles.append(Bubble(text, notes=(words.file, status), manner="file"))
    return bubbles


def _record(content: Content, status: str, *, is_full: bool) -> OwnRecord:
    answers = dict(list(usual_way(content.screening).items())[:FEW])
    chat = session(content, answers if is_full else {}, started_at=AT, last_event_at=AT)
    if status not in set(IntakeStatus):
        return OwnRecord(session=chat, status=status, intakes=(), turns=())
    found = sample(content.screening, Level.IOP) or sample(content.screening, Level.INFO)
    first, *rest = chat.answers or (None,)
    intake = Intake(
        case=CASE,
        status=IntakeStatus(status),
        perspective=Perspective.SELF,
        urgency=Urgency.ROUTINE,
        answers=(replace(first, retracted_at=AT), *chat.answers) if first else (),
        result=found[1] if found and is_full else None,
        contact=_contact(content) if is_full else Contact(),
        consent=Consent(version=content.wording.consent.version, at=AT),
        source="",
        content_version=content.version,
        started_at=AT,
        filed_at=AT,
    )
    del rest
    turns = _turns(content) if is_full else ()
    return OwnRecord(
        session=chat, status=status, intakes=(intake,), turns=turns, damaged=1 if is_full else 0
    )


def _contact(content: Content) -> Contact:
    """Every detail left, with the first choice where there are some."""
    choices = {
        step.id: step.choices[0].id for step in content.wording.contact.steps if step.choices
    }
    return Contact(
        name="Sam",
        reach=choices.get("reach", "555-0100"),
        message_ok=True,
        best_time=choices.get("time", "6 pm"),
        insurance=choices.get("insurance", "private"),
        loved_one_knows=choices.get("knows", "yes"),
    )


def _turns(content: Content) -> tuple[KeptTurn, ...]:
    """A short chat: a picture, and what was said to it."""
    chat = session(content, {})
    event = AttachmentReceived(
        event_id=EventId("preview"), chat_id=chat.chat_id, at=AT, kind="photo"
    )
    reply = Reply(text=content.wording.other.attachment)
    return (KeptTurn(event=event, effects=(reply,), because=(), case=CASE),)
