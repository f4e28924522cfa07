"""What an update of Telegram means: a delivery for the reception, or something that never gets there.

Nothing here talks to Telegram or raises on what it reads: an update that cannot be understood becomes
a delivery without an event, which ends in the dead letters. Counterpart: `telegram`, the intake loop.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypedDict

import msgspec
from telegram import CallbackQuery, ChatMemberUpdated, Message, Update
from telegram.constants import ChatType, MessageAttachmentType, MessageType
from telegram.error import TelegramError

from bot.channels.telegram_text import readable
from bot.core.model import (
    AnyEvent,
    AttachmentReceived,
    CaseCode,
    ChatId,
    CommandReceived,
    EventId,
    Frozen,
    MessageEdited,
    MessageId,
    OptionChosen,
    TextReceived,
)
from bot.core.post import Delivery, FromStaff

# Else times in messages warn that they will one day be timedeltas.
os.environ.setdefault("PTB_TIMEDELTA", "1")

WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
LONGEST = 4096  # characters that Telegram lets a person send; of more, both ends are read
ACKNOWLEDGE = "ack"
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,64})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
_UPDATE_ID = re.compile(rb'"update_id"\s*:\s*(\d{1,18})\b')
_ATTACHMENTS = frozenset(each.value for each in MessageAttachmentType) | {
    "checklist",
    "gift",
    "giveaway",
    "unique_gift",
}
# The more telling name goes first: an animation is also a document, a venue also a location.
_KINDS = sorted(
    (each.value for each in MessageType),
    key=lambda kind: (kind not in {"animation", "venue"}, kind not in _ATTACHMENTS),
)
# All that PTB is seen to raise on JSON of the wrong shape.
_WRONG_SHAPE = (
    TypeError,
    LookupError,
    ValueError,
    AttributeError,
    ArithmeticError,
    OSError,
    RecursionError,
    TelegramError,
)


class Forged(Frozen):
    """A pressed button that this bot never showed in this chat."""

    callback_id: str


class InGroup(Frozen):
    """Somebody speaks in a group, where the bot only says once that it talks in private."""

    chat: int


class Ignored(Frozen):
    """Nothing to do, and nothing to keep: a channel's post, a service message."""


Read = Delivery | Forged | InGroup | Ignored


class _Stamp(TypedDict):
    event_id: EventId
    chat_id: ChatId
    at: datetime


class Updates:
    """Reads updates. `is_ours` checks a button's chat, data and signature; `is_staff` a chat.

    `me` is the bot's own id: what staff answer to another bot is no concern of ours.
    """

    def __init__(
        self,
        *,
        is_ours: Callable[[ChatId, str, str], bool],
        is_staff: Callable[[int], bool],
        clock: Callable[[], datetime],
        me: str = "",
    ) -> None:
        self._me = me
        self._is_ours = is_ours
        self._is_staff = is_staff
        self._clock = clock

    def read(self, raw: object) -> Read:
        """What one update, parsed from JSON, means."""
        at = self._clock()
        try:
            update_id = f"telegram:{_update_id(raw)}"
            kind = _kind(raw)
            if kind not in WANTED:
                if kind in Update.ALL_TYPES:
                    return Ignored()
                return _unknown(update_id, at, raw, f"unknown kind of update: {kind[:40]}")
            update = Update.de_json(raw, None)  # type: ignore[arg-type] # (_kind has checked it)
            return self._read(update, update_id, at)
        except _WRONG_SHAPE as error:
            name = f"telegram:{_name(raw)}"
            problem = f"malformed update: {type(error).__name__}"
            return _salvaged(raw, at) or _unknown(name, at, raw, problem)

    def unreadable(self, body: bytes) -> Delivery:
        """A body that is no JSON: to the dead letters, under its own id if it shows one."""
        found = _UPDATE_ID.search(body)
        name = found[1].decode() if found else _digest(body)
        return Delivery(
            update_id=f"telegram:{name}",
            received_at=self._clock(),
            raw=body,
            problem="malformed update: no JSON",
        )

    def _read(self, update: Update, update_id: str, at: datetime) -> Read:
        if update.callback_query is not None:
            return self._press(update.callback_query, update_id, at)
        if update.my_chat_member is not None:
            return _membership(update.my_chat_member, update_id, at)
        message = update.message or update.edited_message
        if message is None:
            raise TypeError
        chat = _integer(message.chat.id)
        if message.chat.type != ChatType.PRIVATE and self._is_staff(chat):
            is_edited = update.edited_message is not None
            said = _from_staff(message, self._me, is_edited=is_edited)
            if said is None:
                return Ignored()
            if said.replies_to is not None and message.reply_to_message is not None:
                said = msgspec.structs.replace(said, cases=self._offered(message.reply_to_message))
            return Delivery(update_id=update_id, received_at=at, from_staff=said)
        if message.from_user is not None and message.from_user.is_bot:
            return Ignored()
        if message.chat.type != ChatType.PRIVATE:
            return Ignored() if message.chat.type == ChatType.CHANNEL else InGroup(chat=chat)
        stamp = _Stamp(event_id=EventId(update_id), chat_id=ChatId(f"telegram:{chat}"), at=at)
        event = _edited(message, stamp) if update.edited_message else _sent(message, stamp)
        if event is None:
            return Ignored()
        sent_at = message.edit_date or message.date
        return Delivery(update_id=update_id, received_at=at, event=event, sent_at=sent_at)

    def _offered(self, message: Message) -> tuple[CaseCode, ...]:
        """The cases that a message of ours offers to take, by its signed buttons."""
        if message.reply_markup is None:
            return ()
        chat_id = ChatId(f"telegram:{_integer(message.chat.id)}")
        found = []
        for row in message.reply_markup.inline_keyboard:
            for button in row:
                data, _, signature = str(button.callback_data or "").rpartition("~")
                verb, _, case = data.partition("|")
                if verb == ACKNOWLEDGE and self._is_ours(chat_id, data, signature):
                    found.append(CaseCode(case))
        return tuple(found)

    def _press(self, query: CallbackQuery, update_id: str, at: datetime) -> Read:
        callback_id = _string(query.id)
        if query.message is None or query.data is None:
            return Forged(callback_id=callback_id)
        chat = _integer(query.message.chat.id)
        user = _integer(query.from_user.id)
        chat_id = ChatId(f"telegram:{chat}")
        data, _, signature = readable(_string(query.data)).rpartition("~")
        is_private = query.message.chat.type == ChatType.PRIVATE
        if not self._is_ours(chat_id, data, signature) or (is_private and user != chat):
            return Forged(callback_id=callback_id)
        verb, _, case = data.partition("|")
        if verb == ACKNOWLEDGE and self._is_staff(chat):
            return Delivery(
                update_id=update_id,
                received_at=at,
                callback_id=callback_id,
                acknowledges=CaseCode(case),
                staff=readable(_string(query.from_user.first_name)),
            )
        if not is_private:
            return Forged(callback_id=callback_id)
        return Delivery(
            update_id=update_id,
            received_at=at,
            callback_id=callback_id,
            event=OptionChosen(
                event_id=EventId(update_id),
                chat_id=chat_id,
                at=at,
                data=data,
                message=MessageId(str(_integer(query.message.message_id))),
            ),
        )


def _membership(change: ChatMemberUpdated, update_id: str, at: datetime) -> Read:
    """The bot was blocked, or taken into a group."""
    chat = _integer(change.chat.id)
    is_out = change.new_chat_member.status in {"kicked", "left"}
    if change.chat.type == ChatType.PRIVATE:
        if not is_out:
            return Ignored()
        return Delivery(update_id=update_id, received_at=at, blocked=ChatId(f"telegram:{chat}"))
    if is_out or change.chat.type == ChatType.CHANNEL:
        return Ignored()
    return InGroup(chat=chat)


def _from_staff(message: Message, me: str, *, is_edited: bool) -> FromStaff | None:
    """What concerns the bot in the staff group: a reply to it, or a message in a topic.

    None for everything else, such as what colleagues answer each other.
    """
    writer, answered = message.from_user, message.reply_to_message
    is_hidden = message.sender_chat is not None  # "anonymous admin"
    if message.chat.type == ChatType.CHANNEL or writer is None or (writer.is_bot and not is_hidden):
        return None
    is_topic = bool(message.is_topic_message) and message.message_thread_id is not None
    topic = str(_integer(message.message_thread_id)) if is_topic else ""
    replies_to: MessageId | None = None
    if answered is not None and answered.forum_topic_created is None:
        if answered.from_user is None or str(answered.from_user.id) != me:
            return None
        replies_to = MessageId(str(_integer(answered.message_id)))
    if not topic and replies_to is None:
        return None
    if message.text is None and _attachment(message) is None:
        return None  # a service message
    return FromStaff(
        name="" if is_hidden else readable(_string(writer.first_name)).strip(),
        text=_words(message.text),
        message=MessageId(str(_integer(message.message_id))),
        topic=topic,
        replies_to=replies_to,
        edited=is_edited,
    )


def _attachment(message: Message) -> str | None:
    """What is sent that is no text; None for service messages."""
    kind = next((kind for kind in _KINDS if getattr(message, kind, None)), "unknown")
    return None if kind != "unknown" and kind not in _ATTACHMENTS else kind


def _sent(message: Message, stamp: _Stamp) -> AnyEvent | None:
    """What a message in a private chat says; None for service messages."""
    text = _words(message.text)
    if message.forward_origin is not None:
        return AttachmentReceived(kind="forward", caption=text or _words(message.caption), **stamp)
    if message.text is not None:
        if command := _COMMAND.fullmatch(text):
            name, argument = command[1], (command[2] or "").strip()
            return CommandReceived(name=name.lower(), argument=argument, **stamp)
        return TextReceived(text=text, **stamp)
    kind = _attachment(message)
    if kind is None:
        return None
    caption = _words(message.caption)
    if message.poll is not None:
        caption = _words(message.poll.question)
    return AttachmentReceived(kind=kind, caption=caption, **stamp)


def _edited(message: Message, stamp: _Stamp) -> AnyEvent | None:
    """A changed message; None for one without words, such as a live location on its way."""
    text = _words(message.text) or _words(message.caption)
    return MessageEdited(text=text, **stamp) if text else None


def _words(text: object) -> str:
    """Words of a person, fit to keep; nothing for None."""
    if text is None:
        return ""
    words = readable(_string(text))
    if len(words) <= 2 * LONGEST:
        return words
    return f"{words[:LONGEST]}\n{words[-LONGEST:]}"


def _salvaged(raw: object, at: datetime) -> Delivery | None:
    """The plain words of a message that is broken elsewhere: they may tell of danger."""
    try:
        if not isinstance(raw, Mapping):
            return None
        name = f"telegram:{_update_id(raw)}"
        message = raw["message"] if "message" in raw else raw["edited_message"]
        chat = message["chat"]
        text = _words(_string(message["text"] if "text" in message else message["caption"]))
        if chat["type"] != ChatType.PRIVATE:
            return None
        stamp = _Stamp(
            event_id=EventId(name), chat_id=ChatId(f"telegram:{_integer(chat['id'])}"), at=at
        )
        said = TextReceived if "message" in raw else MessageEdited
        return Delivery(update_id=name, received_at=at, event=said(text=text, **stamp))
    except _WRONG_SHAPE:
        return None


def _kind(raw: object) -> str:
    """Which kind of update it is: the name of the one field beside `update_id`."""
    if not isinstance(raw, Mapping):
        raise TypeError
    return next((str(name) for name in raw if name != "update_id"), "")


def _update_id(raw: object) -> int:
    if not isinstance(raw, Mapping):
        raise TypeError
    return _integer(raw["update_id"])


def _name(raw: object) -> str:
    """The update's id; if it has none, one made of what it holds."""
    try:
        return str(_update_id(raw))
    except _WRONG_SHAPE:
        return _digest(_written(raw))


def _unknown(update_id: str, at: datetime, raw: object, problem: str) -> Delivery:
    return Delivery(
        update_id=update_id,
        received_at=at,
        raw=_written(raw),
        problem=problem,
        callback_id=_callback_id(raw),
        of_chat=_chat_of(raw),
    )


def _chat_of(raw: object) -> ChatId | None:
    """Whose update it was, as far as that can be read."""
    try:
        if not isinstance(raw, Mapping):
            return None
        [body] = [value for name, value in raw.items() if name != "update_id"]
        message = body if "chat" in body else body["message"]
        return ChatId(f"telegram:{_integer(message['chat']['id'])}")
    except _WRONG_SHAPE:
        return None


def _callback_id(raw: object) -> str:
    """The id of a press that could not be understood: its button should stop spinning."""
    query = raw.get("callback_query") if isinstance(raw, Mapping) else None
    given = query.get("id") if isinstance(query, Mapping) else None
    return given if isinstance(given, str) and re.fullmatch(r"\d{1,32}", given) else ""


def _written(raw: object) -> bytes:
    try:
        return json.dumps(raw).encode()
    except RecursionError:
        return b"nested too deeply"


def _digest(body: bytes) -> str:
    return f"unnamed-{hashlib.sha256(body).hexdigest()[:32]}"


def _integer(value: object) -> int:
    if type(value) is not int or abs(value) >= 2**63:
        raise TypeError
    return value


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
