"""Events: what happened in one chat, in the past tense."""

from datetime import datetime

from bot.core.model.ids import CaseCode, ChatId, EventId, Frozen, MessageId, Wake


class Event(Frozen, tag=True):
    """Something that happened in one chat, once, at an aware UTC time."""

    event_id: EventId
    chat_id: ChatId
    at: datetime


class TextReceived(Event):
    """The person wrote a message."""

    text: str


class OptionChosen(Event):
    """The person pressed a button; `data` is what `Button.data` held when it was shown."""

    data: str
    message: MessageId | None = None


class CommandReceived(Event):
    """The person gave a command, such as `/start loved-one`; `name` has no slash."""

    name: str
    argument: str = ""


class AttachmentReceived(Event):
    """A photo, voice message, sticker, contact, location ...: never downloaded; a caption is read."""

    kind: str
    caption: str = ""


class MessageEdited(Event):
    """The person changed a message sent earlier; it is read for danger and never changes an answer."""

    text: str


class WokeUp(Event):
    """The time asked for by `WakeMe` has come."""

    reason: Wake


class StaffTookOver(Event):
    """A member of staff writes in the bot's place from now on."""

    staff: str


class StaffReplied(Event):
    """A member of staff wrote to the person."""

    staff: str
    text: str


class StaffHandedBack(Event):
    """The bot goes on where the person was."""

    staff: str


class CrisisCleared(Event):
    """A member of staff has seen to the danger; the bot may go on."""

    staff: str


class AlertSent(Event):
    """An alert about this chat has reached staff."""

    case: CaseCode


AnyEvent = (
    TextReceived
    | OptionChosen
    | CommandReceived
    | AttachmentReceived
    | MessageEdited
    | WokeUp
    | StaffTookOver
    | StaffReplied
    | StaffHandedBack
    | CrisisCleared
    | AlertSent
)
