"""Telegram's side of the rehearsal: chats and what stands in them, and the updates for the bot."""

import asyncio
import itertools
import json
from bisect import bisect_left, insort
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from bot.rehearsal.telegram_rules import JSON

BOT_ID = 123456
BOT: JSON = {
    "id": BOT_ID,
    "is_bot": True,
    "first_name": "Rehearsal",
    "username": "rehearsal_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
}
NOT_UNLESS_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
MINUTE = timedelta(minutes=1)
A_MINUTE = 20  # messages of a bot to a group
Kind = Literal["private", "group", "supergroup", "channel"]


@dataclass
class Message:
    """A message in a chat, by the bot (`sender` is its id) or by a person."""

    id: int
    chat: "Chat"
    sender: int
    sent_at: datetime
    text: str = ""
    entities: list[JSON] = field(default_factory=list)
    rows: list[list[JSON]] = field(default_factory=list)
    file_name: str = ""
    document: bytes = b""
    topic: int = 0
    answers: "Message | None" = None
    opens: str = ""  # the name of the topic that this service message opened
    edited: bool = False

    @property
    def is_from_bot(self) -> bool:
        """Whether the bot sent it."""
        return self.sender == BOT_ID

    def shallow(self) -> JSON:
        """The same without what it answers: Telegram tells one step only."""
        body = self.json()
        body.pop("reply_to_message", None)
        return body

    def json(self) -> JSON:
        """The message as the Bot API writes it."""
        body: JSON = {
            "message_id": self.id,
            "date": int(self.sent_at.timestamp()),
            "chat": self.chat.json(),
            "from": BOT if self.is_from_bot else self.chat.people[self.sender],
        }
        if self.text:
            body["text"] = self.text
        if self.entities:
            body["entities"] = self.entities
        if self.rows:
            body["reply_markup"] = {"inline_keyboard": self.rows}
        if self.file_name:
            unique = f"{self.id}"
            body["document"] = {
                "file_id": unique,
                "file_unique_id": unique,
                "file_name": self.file_name,
            }
        if self.topic:
            body |= {"message_thread_id": self.topic, "is_topic_message": True}
        if self.opens:
            body["forum_topic_created"] = {"name": self.opens, "icon_color": 7322096}
        if self.answers is not None:
            body["reply_to_message"] = self.answers.shallow()
        if self.edited:
            body["edit_date"] = int(self.sent_at.timestamp())
        return body


@dataclass
class Chat:
    """A private chat, group or channel; `people` are the users who may write in it."""

    id: int
    kind: Kind
    name: str
    people: dict[int, JSON] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    topics: dict[int, str] = field(default_factory=dict)
    is_forum: bool = False
    may_open_topics: bool = True
    may_delete: bool = True
    is_started: bool = False
    is_blocked: bool = False
    moved_to: int = 0
    bot_wrote_at: deque[datetime] = field(default_factory=deque)  # in the last minute

    def wait(self, now: datetime) -> int:
        """How many seconds the bot has to wait before it may write here; a message of it counts."""
        while self.bot_wrote_at and now - self.bot_wrote_at[0] >= MINUTE:
            self.bot_wrote_at.popleft()
        if self.kind == "private" or len(self.bot_wrote_at) < A_MINUTE:
            self.bot_wrote_at.append(now)
            return 0
        return 1 + int((self.bot_wrote_at[0] + MINUTE - now).total_seconds())

    def json(self) -> JSON:
        """The chat as the Bot API writes it."""
        key = "first_name" if self.kind == "private" else "title"
        body: JSON = {"id": self.id, "type": self.kind, key: self.name}
        if self.is_forum:
            body["is_forum"] = True
        return body


@dataclass
class Callback:
    """A pressed button that waits for its answer."""

    user: int
    pressed_at: datetime
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Showing:
    """A message of the bot as a chat saw it come, or as it looked after an edit."""

    message: int
    text: str
    labels: tuple[str, ...]
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Queued:
    """An update for the bot; `queue` names what a webhook gets one after the other."""

    id: int
    body: bytes
    queue: str


class World:
    """All chats of one bot. Everything that happens in it wakes those who wait in `until`."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.chats: dict[int, Chat] = {}
        self.callbacks: dict[str, Callback] = {}
        self.callback_lifetime = timedelta(seconds=30)
        self.updates: list[Queued] = []
        self.allowed_updates: list[str] = []
        self.first_update = 1000
        self.commands: list[JSON] = []
        self.description = ""
        self.short_description = ""
        self.calls: list[tuple[str, JSON]] = []
        self.shown: dict[int, list[Showing]] = defaultdict(list)
        self._message_ids = itertools.count(1)
        self._update_ids = itertools.count(self.first_update)
        self._callback_ids = itertools.count(7_000_000)
        self._change = asyncio.Event()

    def changed(self) -> None:
        """Wake those who wait."""
        before, self._change = self._change, asyncio.Event()
        before.set()

    async def until(self, happened: Callable[[], bool], within: float) -> bool:
        """Wait until `happened()`, at most so many seconds; whether it did."""
        try:
            async with asyncio.timeout(within):
                while not happened():
                    await self._change.wait()
        except TimeoutError:
            return happened()
        return True

    def chat(self, chat_id: int, kind: Kind = "private", name: str = "") -> Chat:
        """The chat with that id, made when there is none yet."""
        if chat_id not in self.chats:
            self.chats[chat_id] = Chat(id=chat_id, kind=kind, name=name or f"Chat {chat_id}")
        return self.chats[chat_id]

    def drop_topic(self, chat: Chat, topic: int) -> None:
        """Take a topic away with all that stands in it."""
        del chat.topics[topic]
        for message in [each for each in chat.messages.values() if each.topic == topic]:
            del chat.messages[message.id]
        self.changed()

    def put(self, chat: Chat, sender: int, text: str = "", **more: object) -> Message:
        """A new message in `chat`."""
        message = Message(
            id=next(self._message_ids), chat=chat, sender=sender, sent_at=self.clock(), text=text
        )
        for name, value in more.items():
            setattr(message, name, value)
        chat.messages[message.id] = message
        if message.is_from_bot:
            self.show(message)
        self.changed()
        return message

    def show(self, message: Message) -> None:
        """Note how a message of the bot looks now."""
        self.shown[message.chat.id].append(
            Showing(
                message=message.id,
                text=message.text or message.file_name,
                labels=tuple(button["text"] for row in message.rows for button in row),
                edited=message.edited,
            )
        )

    def press(self, message: Message, user: int, data: str) -> str:
        """A person presses a button; the id of the callback query."""
        callback_id = str(next(self._callback_ids))
        self.callbacks[callback_id] = Callback(user=user, pressed_at=self.clock())
        self.update(
            "callback_query",
            {
                "id": callback_id,
                "from": message.chat.people[user],
                "message": message.json(),
                "chat_instance": f"{message.chat.id}",
                "data": data,
            },
            queue=f"callback {user}",
        )
        return callback_id

    def update(self, kind: str, body: object, queue: str) -> int:
        """Queue an update for the bot; its id."""
        if self.allowed_updates:
            if kind not in self.allowed_updates:
                return 0
        elif kind in NOT_UNLESS_ASKED:
            return 0
        update_id = next(self._update_ids)
        written = json.dumps({"update_id": update_id, kind: body}).encode()
        self.updates.append(Queued(id=update_id, body=written, queue=queue))
        self.changed()
        return update_id

    def inject(self, body: bytes | JSON) -> int:
        """Queue a malformed update; its id. Bytes stand in the answer as they are, {id} filled in."""
        update_id = next(self._update_ids)
        if isinstance(body, bytes):
            written = body.replace(b"{id}", str(update_id).encode())
        else:
            written = json.dumps({"update_id": update_id} | body).encode()
        self.updates.append(Queued(id=update_id, body=written, queue=f"injected {update_id}"))
        self.changed()
        return update_id

    def send_again(self, queued: Queued) -> None:
        """Deliver an update once more, as Telegram does when it did not hear that it arrived."""
        insort(self.updates, queued, key=_id)
        self.changed()

    def confirm(self, before: int) -> None:
        """Forget the updates with ids below `before`."""
        confirmed = bisect_left(self.updates, before, key=_id)
        if confirmed:
            del self.updates[:confirmed]
            self.changed()


def _id(queued: Queued) -> int:
    return queued.id
