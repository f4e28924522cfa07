"""Somebody with a phone: what they see, what they type, which buttons they can press.

ann = telegram.person(42)
await ann.write("/start")
await ann.expects("What would you like to do?")
await ann.press("See what care may fit")
"""

from dataclasses import dataclass

from bot.rehearsal.telegram_rules import JSON
from bot.rehearsal.telegram_world import BOT, BOT_ID, Chat, Message, Showing, World

WITHIN = 15.0  # seconds that `expects` waits


@dataclass
class Person:
    """A user in their private chat with the bot, or in a group (`chat_id`)."""

    world: World
    id: int
    name: str = "Ann"
    chat_id: int = 0
    seen: int = 0  # how many showings `expects` has taken

    def __post_init__(self) -> None:
        """Enter the chat."""
        self.chat_id = self.chat_id or self.id
        self.chat.people[self.id] = self.json()
        self.chat.people[BOT_ID] = BOT

    @property
    def chat(self) -> Chat:
        """Where this person writes."""
        return self.world.chat(self.chat_id, name=self.name)

    def json(self) -> JSON:
        """The user as the Bot API writes it."""
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": "en"}

    # --- what the person does -----------------------------------------------------------------

    async def write(self, text: str, **more: object) -> Message:
        """Send a text; `more` are further fields of the Bot API's message."""
        entities = []
        if text.startswith("/"):
            length = len(text.split(maxsplit=1)[0])
            entities = [{"type": "bot_command", "offset": 0, "length": length}]
        message = self.world.put(self.chat, self.id, text, entities=entities)
        self._send("message", message.json() | more)
        return message

    async def reply(self, to: Message | Showing, text: str) -> Message:
        """Send a text in reply to a message, in the topic where that stands."""
        answered = self.chat.messages[to.message if isinstance(to, Showing) else to.id]
        message = self.world.put(self.chat, self.id, text, answers=answered, topic=answered.topic)
        self._send("message", message.json())
        return message

    async def write_in(self, topic: int, text: str) -> Message:
        """Send a text in a topic of the group; Telegram has it answer the topic's first message."""
        opening = self.chat.messages[topic]
        message = self.world.put(self.chat, self.id, text, answers=opening, topic=topic)
        self._send("message", message.json())
        return message

    async def delete_topic(self, topic: int) -> None:
        """Delete a topic of the group with all that stands in it."""
        self.world.drop_topic(self.chat, topic)

    async def send(self, **content: object) -> Message:
        """Send something that is no text, such as `sticker={...}` or `photo=[...], caption="hi"`."""
        message = self.world.put(self.chat, self.id)
        self._send("message", message.json() | content)
        return message

    async def edit(self, message: Message, text: str) -> None:
        """Change a message sent earlier."""
        message.text, message.edited = text, True
        self._send("edited_message", message.json())

    async def press(self, label: str) -> str:
        """Press the newest visible button whose label contains `label`; the callback's id."""
        for message in reversed(self.screen()):
            for row in message.rows:
                for button in row:
                    if label in button["text"] and "callback_data" in button:
                        return await self.tap(message, button["callback_data"])
        raise AssertionError(f"no button '{label}' on the screen:\n{self.picture()}")

    async def tap(self, message: Message, data: str) -> str:
        """Send the callback of a button, even of one that is gone or never was."""
        return self.world.press(message, self.id, data)

    async def block(self) -> None:
        """Block the bot."""
        self.chat.is_blocked = True
        self._member("member", "kicked")

    async def unblock(self) -> None:
        """Let the bot write again."""
        self.chat.is_blocked = False
        self._member("kicked", "member")

    def _send(self, kind: str, body: JSON) -> None:
        if self.chat.kind == "private":
            self.chat.is_started = True
        self.world.update(kind, body, queue=f"message {self.chat_id}")

    def _member(self, before: str, after: str) -> None:
        def status(of: str) -> JSON:
            member = {"user": BOT, "status": of}
            return member | {"until_date": 0} if of == "kicked" else member

        self.world.update(
            "my_chat_member",
            {
                "chat": self.chat.json(),
                "from": self.json(),
                "date": int(self.world.clock().timestamp()),
                "old_chat_member": status(before),
                "new_chat_member": status(after),
            },
            queue=f"member {self.chat_id}",
        )

    # --- what the person sees -----------------------------------------------------------------

    def screen(self) -> list[Message]:
        """The messages that stand in the chat, the oldest first."""
        return list(self.chat.messages.values())

    def bubbles(self) -> list[str]:
        """The texts of the bot's messages on the screen."""
        return [each.text or each.file_name for each in self.screen() if each.is_from_bot]

    def buttons(self) -> list[str]:
        """The labels of all buttons that can still be pressed."""
        return [button["text"] for each in self.screen() for row in each.rows for button in row]

    def showings(self) -> list[Showing]:
        """Everything that the bot has shown here, in order, edits too."""
        return self.world.shown[self.chat_id]

    def toasts(self) -> list[str]:
        """What the answers to this person's presses said; an empty one says nothing."""
        return [
            each.answer
            for each in self.world.callbacks.values()
            if each.user == self.id and each.answer is not None
        ]

    def picture(self) -> str:
        """The chat as text, for failed tests."""
        lines = []
        for each in self.screen():
            lines.append(f"{'bot' if each.is_from_bot else self.name}: {each.text}")
            lines += [f"    [{button['text']}]" for row in each.rows for button in row]
        return "\n".join(lines)

    async def expects(self, *fragments: str, within: float = WITHIN) -> Showing:
        """Wait until the bot shows each fragment, one after the other; others between are passed."""
        found: Showing | None = None
        for fragment in fragments:
            if not await self.world.until(lambda f=fragment: self._next(f) is not None, within):  # type: ignore[misc] # (a lambda's default has no type)
                raise AssertionError(f"the bot did not show '{fragment}':\n{self.picture()}")
            index = self._next(fragment)
            assert index is not None  # noqa: S101 (just waited for)
            found = self.showings()[index]
            self.seen = index + 1
        assert found is not None  # noqa: S101 (at least one fragment is given)
        return found

    def _next(self, fragment: str) -> int | None:
        for index, showing in enumerate(self.showings()[self.seen :], start=self.seen):
            if fragment in showing.text:
                return index
        return None

    async def expects_toast(self, fragment: str, within: float = WITHIN) -> None:
        """Wait until the answer to a press says so."""
        if not await self.world.until(
            lambda: any(fragment in toast for toast in self.toasts()), within
        ):
            raise AssertionError(f"no toast '{fragment}' among {self.toasts()}")

    async def expects_nothing(self, during: float = 0.3) -> None:
        """See that the bot shows nothing more for so many seconds."""
        before = len(self.showings())
        if await self.world.until(lambda: len(self.showings()) > before, during):
            raise AssertionError(f"the bot showed something:\n{self.picture()}")
