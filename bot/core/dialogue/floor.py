"""What is said when nothing can be kept: no session, no record, only the words and the content.

Counterpart: `reception.floor`, for when the database, the disk or the keys are down.
"""

from bot.core.content import Content
from bot.core.crisis_card import crisis_card, last_resort
from bot.core.dialogue.crisis import links
from bot.core.dialogue.press import pressed
from bot.core.language.crisis import read
from bot.core.model import (
    AnyEvent,
    AttachmentReceived,
    CheckingSafety,
    CommandReceived,
    ConfirmingErase,
    InCrisis,
    MessageEdited,
    OptionChosen,
    Reply,
    Session,
    TextReceived,
    Tier,
    WithStaff,
)


def floor(content: Content, event: AnyEvent) -> tuple[Reply, ...]:
    """The crisis card for signs of danger, the apology with the numbers to call for anything else."""
    safety = content.safety
    country = content.clinic.country
    reading = read(safety, _text(event), "")
    if reading.tier is Tier.ACUTE or _is_emergency_option(content, event):
        card = crisis_card(
            safety, country, reading.kind, reading.subject, reading.language, told=False
        )
        return (Reply(text=card.text, buttons=tuple(links(card)), lasting=True),)
    return (Reply(text=last_resort(safety, country)),)


def is_danger(content: Content, event: AnyEvent) -> bool:
    """Whether the event holds a sign of danger, so that nothing may keep it from being answered."""
    reading = read(content.safety, _text(event), "")
    return reading.tier is not Tier.NONE or _is_emergency_option(content, event)


def is_about_danger(session: Session) -> bool:
    """Whether a question about danger is open, so that any reply to it must be heard."""
    stage = session.stage
    while isinstance(stage, WithStaff | ConfirmingErase):
        stage = stage.parked
    return bool(session.asked) or isinstance(stage, InCrisis | CheckingSafety)


def _text(event: AnyEvent) -> str:
    match event:
        case TextReceived() | MessageEdited():
            return event.text
        case AttachmentReceived():
            return event.caption
        case CommandReceived():
            return event.argument
        case _:
            return ""


def _is_emergency_option(content: Content, event: AnyEvent) -> bool:
    """Whether the pressed button was an answer that means danger, or "not safe"."""
    if not isinstance(event, OptionChosen):
        return False
    press = pressed(event.data)
    if press.verb == "safe":
        return press.argument(0) != "yes"
    question = content.screening.question(press.argument(2))
    option = question.option(press.argument(3)) if question is not None else None
    return option is not None and bool(option.emergency)
