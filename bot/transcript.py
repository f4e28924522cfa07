"""A chat as plain text, as it stands in what the person gets and in what staff read.

Pure: from stored turns to text. Counterparts: `own_record`, `case_page`.
"""

from collections.abc import Iterable, Iterator, Mapping

from bot.core.model import (
    AnyEvent,
    AttachmentReceived,
    CommandReceived,
    MessageEdited,
    OptionChosen,
    Reply,
    StaffReplied,
    TextReceived,
)
from bot.store.records import KeptTurn


def labels_shown(turns: Iterable[KeptTurn]) -> dict[str, str]:
    """What stood on each button that was shown, by its data."""
    return {
        button.data: button.label
        for turn in turns
        for effect in turn.effects
        if isinstance(effect, Reply)
        for row in effect.buttons
        for button in row
        if button.data
    }


def said(event: AnyEvent, labels: Mapping[str, str]) -> str:
    """What the person did, in words; empty for what they did not do themselves."""
    match event:
        case TextReceived():
            return event.text
        case MessageEdited():
            return f"(✎) {event.text}"
        case OptionChosen():
            return f"[{labels.get(event.data, '…')}]"
        case CommandReceived():
            return f"/{event.name} {event.argument}".strip()
        case AttachmentReceived():
            return f"({event.kind}) {event.caption}".strip()
        case _:
            return ""


def spoken(turns: Iterable[KeptTurn], you: str, bot: str) -> Iterator[str]:
    """Everything of the chat in the order it was said."""
    turns = list(turns)
    labels = labels_shown(turns)
    day = ""
    for turn in turns:
        at = turn.event.at
        if day != f"{at:%Y-%m-%d}":
            day = f"{at:%Y-%m-%d}"
            yield f"--- {day} (UTC) ---"
        text = said(turn.event, labels)
        if text:
            yield f"{at:%H:%M} {you}: {text}"
        for effect in turn.effects:
            if isinstance(effect, Reply):
                who = turn.event.staff if isinstance(turn.event, StaffReplied) else bot
                yield f"{at:%H:%M} {who}: {effect.text.replace('**', '')}"
