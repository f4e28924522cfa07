"""The assistant in a terminal: for trying everything out, and for tests that talk to a process.

On a TTY buttons are numbered and chosen by number or label; where labels bring numbers of their own,
those count, and the other buttons have letters. With `plain`, each line of input is one
message, `[Label]` presses the visible button of that label, and every message of the bot is printed
as `bot: ...` with further lines indented and its buttons below as `[Label]`, flushed at once.
"""

import asyncio
import re
import secrets
import string
import sys
import threading
from collections.abc import Callable
from datetime import datetime

from rich.console import Console
from rich.markup import escape

from bot.core.model import (
    AnyEvent,
    Button,
    ChatId,
    CommandReceived,
    EventId,
    MessageId,
    OptionChosen,
    TextReceived,
)
from bot.core.post import Delivered, Delivery, Outcome, Outgoing, OutgoingKind

_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_PRESS = re.compile(r"\[(.+)\]$")
_NUMBERED = re.compile(r"(\d+)\. ")


class Terminal:
    """One chat on standard input and output. `deliver` shows, `event` understands a line."""

    def __init__(self, chat_id: ChatId, *, plain: bool, clock: Callable[[], datetime]) -> None:
        self.chat_id = chat_id
        self.plain = plain
        self.clock = clock
        self._console = Console(highlight=False, soft_wrap=False)
        self._shown: dict[MessageId, tuple[Button, ...]] = {}
        self._count = 0

    async def deliver(self, outgoing: Outgoing) -> Outcome:
        """Show a message; takes away or changes the buttons of earlier ones."""
        who = "bot" if outgoing.chat_id == self.chat_id else "staff"
        match outgoing.kind:
            case OutgoingKind.MESSAGE:
                return self._show(who, outgoing)
            case OutgoingKind.TOAST:
                if outgoing.text:
                    self._print("note", outgoing.text, ())
                return Delivered()
            case OutgoingKind.DOCUMENT:
                self._print(who, f"{outgoing.text}:\n{outgoing.document.decode()}", ())
                return Delivered(message=self._next_id())
            case OutgoingKind.STRIP | OutgoingKind.DELETE | OutgoingKind.DROP_TOPIC:
                self._shown.pop(outgoing.edits or MessageId(""), None)
                return Delivered()

    def _show(self, who: str, outgoing: Outgoing) -> Outcome:
        buttons = tuple(each for row in outgoing.buttons for each in row)
        if outgoing.edits in self._shown and outgoing.edits is not None:
            message = outgoing.edits
            if not buttons:  # what was pressed is known to who pressed it
                self._shown.pop(message)
                return Delivered(message=message)
            self._shown.pop(message)
        else:
            if outgoing.edits is not None and not buttons:
                return Delivered(message=outgoing.edits)
            message = self._next_id()
        self._shown[message] = buttons
        self._print(who, outgoing.text, buttons)
        return Delivered(message=message)

    def _next_id(self) -> MessageId:
        self._count += 1
        return MessageId(str(self._count))

    def _print(self, who: str, text: str, buttons: tuple[Button, ...]) -> None:
        if self.plain:
            lines = _BOLD.sub(r"\1", text).split("\n")
            indent = " " * (len(who) + 2)
            shown = "\n".join([f"{who}: {lines[0]}", *(f"{indent}{each}" for each in lines[1:])])
            links = [f"[{each.label}]" + (f" {each.url}" if each.url else "") for each in buttons]
            print("\n".join([shown, *links]), flush=True)  # noqa: T201 (this is the terminal)
            return
        color = {"bot": "cyan", "staff": "magenta"}.get(who, "yellow")
        self._console.print()
        bold = _BOLD.sub(r"[bold]\1[/]", escape(text))
        self._console.print(f"[bold {color}]{who}[/] {bold}")
        for key, each in _keyed(buttons):
            link = f"  [dim]{escape(each.url)}[/]" if each.url else ""
            label = each.label.removeprefix(f"{key}. ")
            self._console.print(f"   [green]{key}[/] {escape(label)}{link}")

    def visible(self) -> list[tuple[MessageId, Button]]:
        """The buttons that can be pressed, those of the newest message first."""
        return [
            (message, each)
            for message, buttons in reversed(self._shown.items())
            for each in buttons
            if each.data
        ]

    def event(self, line: str) -> AnyEvent | None:
        """What a line of input means; None, after saying so, when its button is not there."""
        event_id = EventId(f"terminal:{secrets.token_hex(12)}")
        at = self.clock()
        text = line.strip()
        press = _PRESS.fullmatch(text)
        named = self._button(press[1] if press else text, is_press=press is not None)
        if named is not None:
            message, button = named
            return OptionChosen(
                event_id=event_id, chat_id=self.chat_id, at=at, data=button.data, message=message
            )
        if press is not None:
            self._print("note", f"There is no button [{press[1]}] here.", ())
            return None
        if text.startswith("/") and len(text) > 1:
            name, _, argument = text[1:].partition(" ")
            return CommandReceived(
                event_id=event_id,
                chat_id=self.chat_id,
                at=at,
                name=name.casefold(),
                argument=argument.strip(),
            )
        return TextReceived(event_id=event_id, chat_id=self.chat_id, at=at, text=line)

    def _button(self, said: str, *, is_press: bool) -> tuple[MessageId, Button] | None:
        visible = self.visible()
        if is_press:
            return next((each for each in visible if each[1].label == said), None)
        if self.plain or not visible:
            return None
        newest = visible[0][0]
        wanted = said.casefold()
        return next(
            (
                (newest, each)
                for key, each in _keyed(self._shown[newest])
                if each.data and wanted in (key, each.label.casefold())
            ),
            None,
        )

    def delivery(self, event: AnyEvent) -> Delivery:
        """The event as the reception takes it."""
        is_press = isinstance(event, OptionChosen)
        return Delivery(
            update_id=event.event_id,
            received_at=event.at,
            event=event,
            callback_id=event.event_id if is_press else "",
        )

    async def lines(self) -> asyncio.Queue[str | None]:
        """Lines of standard input as they come, None at the end; reading never blocks the loop."""
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def read() -> None:
            while True:
                try:
                    line = sys.stdin.readline()
                except (OSError, ValueError):
                    line = ""
                loop.call_soon_threadsafe(queue.put_nowait, line.rstrip("\n") if line else None)
                if not line:
                    return

        threading.Thread(target=read, daemon=True).start()
        return queue


def _keyed(buttons: tuple[Button, ...]) -> list[tuple[str, Button]]:
    """Each button with what is typed to press it; links have only a dash.

    Labels such as "3. No one" keep their number, so that it means the same on the button and in the
    text above; the others of that screen, such as the one that sends everything, get letters.
    """
    own = [_NUMBERED.match(each.label) for each in buttons]
    keys = iter(string.ascii_lowercase if any(own) else map(str, range(1, len(buttons) + 1)))
    return [
        (number[1] if number else next(keys) if each.data else "-", each)
        for number, each in zip(own, buttons, strict=True)
    ]
