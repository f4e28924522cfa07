"""What passes between the channels and the reception: deliveries in, outgoing messages out.

A channel turns a raw update into a `Delivery`; `outbox` hands each `Outgoing` to the channel's
`deliver`, which tells what came of it. Counterparts: `reception`, `outbox`, `channels`.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.model import AnyEvent, Button, CaseCode, ChatId, Frozen, MessageId


class FromStaff(Frozen):
    """What a member of staff wrote in the staff group: in reply to the bot, or in a case's topic.

    `name` is their first name, "" when they hide it; `text` is "" for what is no text; `edited` when
    they changed what they had written before. `cases` are those that the message which they answer
    offers to take, or whose topic it opened: it may be answered before the store knows of it.
    """

    name: str
    text: str
    message: MessageId
    topic: str = ""
    replies_to: MessageId | None = None
    edited: bool = False
    cases: tuple[CaseCode, ...] = ()


class Delivery(Frozen):
    """One raw update of a channel. `update_id` names it for ever: a known one is dropped.

    `event` is None when the update could not be understood: then `raw` and `problem` go to the
    dead letters. `callback_id` must be answered, even when the event changes nothing.
    `acknowledges` is set when staff pressed "I have this" under an alert, with `staff` their name;
    `under` is that message and `offers` are all cases that it offers to take.
    `sent_at` is when the person sent it, where the channel tells: what waited over an outage is no
    flood. `of_chat` is whose update it was where only that much could be read: it is erased with that
    chat. `blocked` is a chat whose person blocked the bot: nothing more is sent there until they write.
    `from_staff` is what a member of staff wrote in the staff group.
    """

    update_id: str
    received_at: datetime
    event: AnyEvent | None = None
    callback_id: str = ""
    raw: bytes = b""
    problem: str = ""
    acknowledges: CaseCode | None = None
    staff: str = ""
    under: MessageId | None = None
    offers: tuple[CaseCode, ...] = ()
    blocked: ChatId | None = None
    from_staff: FromStaff | None = None
    sent_at: datetime | None = None
    of_chat: ChatId | None = None


class OutgoingKind(StrEnum):
    """What a channel is asked to do."""

    MESSAGE = "message"  # send `text` with `buttons`, or put it in place of `edits`
    TOAST = "toast"  # answer `callback_id` with `text` (may be empty)
    DOCUMENT = "document"  # send `document` as the file `text`
    STRIP = "strip"  # take the buttons away from message `edits`
    DELETE = "delete"  # delete message `edits`, as far as the channel still allows it
    DROP_TOPIC = "drop-topic"  # delete the thread `topic` with all that stands in it


class Outgoing(Frozen):
    """Something to do in one chat; each chat's are done in the order of `id`."""

    id: int
    chat_id: ChatId
    kind: OutgoingKind
    text: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    edits: MessageId | None = None
    callback_id: str = ""
    document: bytes = b""
    topic: str = ""  # the thread of a staff group that a case has its own of
    topic_title: str = ""  # opens one of that title when there is none, where the group has topics
    replies_to: MessageId | None = None


class Delivered(Frozen, tag=True):
    """Done. `message` is the channel's name of what was sent, None when nothing was.

    `topic` is the thread where it stands, when it was to stand in one; `before` are the names of its
    earlier pieces, where a text was too long for one message.
    """

    message: MessageId | None = None
    topic: str = ""
    before: tuple[MessageId, ...] = ()


class TryLater(Frozen, tag=True):
    """Not now: again after `after`. Only this chat waits. `before` are pieces that were sent."""

    after: timedelta
    why: str
    before: tuple[MessageId, ...] = ()


class Unreachable(Frozen, tag=True):
    """The person blocked the bot or the chat is gone: mark the chat, send no more to it."""

    why: str


class Refused(Frozen, tag=True):
    """The channel will never take this one: to the dead letters, and the next one goes on."""

    why: str


Outcome = Delivered | TryLater | Unreachable | Refused
