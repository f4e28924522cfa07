"""A clinic in a folder: the assistant, the console, clients with phones, colleagues with browsers.

await clinic.client("telegram:1").chats("/screening", "[Yes, start]", "[For me]", ...)
lead = await clinic.colleague("Ana", Role.LEAD)
page = await lead.opens("/queue")
"""

import html
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import httpx
import pyotp
from argon2 import PasswordHasher
from desk import Clock, Desk, desk

from bot.console.accounts import Role, all_accounts, invite
from bot.console.app import Console, console
from bot.core.content import Content
from bot.core.dialogue import advance
from bot.core.model import (
    AnyEvent,
    CaseCode,
    ChatId,
    CommandReceived,
    EventId,
    MessageEdited,
    MessageId,
    OptionChosen,
    TextReceived,
)
from bot.core.post import Delivery, OutgoingKind
from bot.store.batch import Batch
from bot.store.contents import Contents

ADDRESS = "http://127.0.0.1"
PASSWORD = "four plain words here"  # noqa: S105 (of tests)
TAG = re.compile(r"<[^>]+>")


class Client:
    """Somebody with a phone."""

    def __init__(self, clinic: "Clinic", chat: str) -> None:
        self.clinic = clinic
        self.chat = ChatId(chat)
        self._count = count(1)

    async def chats(self, *said: str) -> list[str]:
        """Write each of these; `[Label]` presses a button that is shown. What came back at last."""
        before = 0
        for each in said:
            before = len(self.shown)
            await self._does(each)
        return self.shown[before:]

    @property
    def shown(self) -> list[str]:
        """All messages on the phone."""
        return self.clinic.desk.channel.texts(self.chat)

    async def screens(self, picks: Mapping[str, str] | None = None) -> str:
        """Answer everything: by `picks` (words of a question: of an answer), else the first choice."""
        picks = {"How old": "18 to 64"} | dict(picks or {})
        [last] = await self.chats("/screening", "[Yes, start]")
        for _ in range(60):
            if "**Question" not in last:
                break
            picked = next((pick for words, pick in picks.items() if words in last), "")
            [last] = (await self.chats(f"[{picked or self._first()}]"))[-1:]
            if "Pick all" in last and "✓" in str(self._buttons()):
                [last] = (await self.chats("[Done]"))[-1:]
        else:
            raise AssertionError(f"the screening goes round in circles: {last}")
        if last.startswith("**Please look"):
            await self.chats("[Looks right]")
        return self.shown[-1]

    def _buttons(self) -> list[str]:
        shown = [
            each
            for each in self.clinic.desk.channel.done
            if each.chat_id == self.chat and each.kind is OutgoingKind.MESSAGE and each.buttons
        ]
        return [button.label for row in shown[-1].buttons for button in row]

    def _first(self) -> str:
        return self._buttons()[0]

    async def _does(self, said: str) -> None:
        clock = self.clinic.clock
        clock.passes(seconds=2)
        name = EventId(f"{self.chat}:{next(self._count)}")
        event: AnyEvent
        if said.startswith("["):
            message, data = self._button(said[1:-1])
            event = OptionChosen(
                event_id=name, chat_id=self.chat, at=clock(), data=data, message=message
            )
        elif said.startswith("/"):
            word, _, rest = said[1:].partition(" ")
            event = CommandReceived(
                event_id=name, chat_id=self.chat, at=clock(), name=word, argument=rest
            )
        elif said.startswith("(edits) "):
            text = said.removeprefix("(edits) ")
            event = MessageEdited(event_id=name, chat_id=self.chat, at=clock(), text=text)
        else:
            event = TextReceived(event_id=name, chat_id=self.chat, at=clock(), text=said)
        await self.clinic.desk.reception.receive(
            Delivery(update_id=name, received_at=clock(), event=event)
        )
        await self.clinic.desk.settles()

    def _button(self, label: str) -> tuple[MessageId | None, str]:
        for outgoing in reversed(self.clinic.desk.channel.done):
            if outgoing.chat_id != self.chat or outgoing.kind is not OutgoingKind.MESSAGE:
                continue
            for row in outgoing.buttons:
                for button in row:
                    if label in button.label and button.data:
                        return outgoing.edits, button.data
        raise AssertionError(f"no button '{label}'; the phone shows: {self.shown[-2:]}")


class Page:
    """What a browser got."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.path = response.url.path
        self.html = response.text
        self.headers = response.headers
        self.content = response.content
        bare = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", self.html, flags=re.DOTALL)
        self.text = " ".join(html.unescape(TAG.sub(" ", bare)).split())

    def hidden(self, action: str = "") -> dict[str, str]:
        """The hidden fields of the form that goes to `action`, or of the first one."""
        for form in re.findall(r"<form[^>]*>.*?</form>", self.html, flags=re.DOTALL):
            where = re.search(r'action="([^"]*)"', form)
            if not action or (where and where[1] == action):
                pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
                return {name: html.unescape(value) for name, value in pairs}
        return {}


class Colleague:
    """Somebody of the staff, with a browser and a phone."""

    def __init__(self, clinic: "Clinic", name: str, role: Role) -> None:
        self.clinic = clinic
        self.name = name
        self.role = role
        self.login = name.lower()
        self.totp = ""
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=clinic.console.app),
            base_url=ADDRESS,
            follow_redirects=True,
        )
        self.last: Page | None = None

    @property
    def code(self) -> str:
        """What the phone shows now: half a minute later, so that it is a fresh one."""
        self.clinic.clock.passes(seconds=30)
        return pyotp.TOTP(self.totp).at(int(self.clinic.clock().timestamp()))

    async def opens(self, path: str) -> Page:
        """Open a page."""
        self.last = Page(await self.http.get(path))
        return self.last

    async def posts(self, path: str, form: Mapping[str, str] | None = None, /, **more: str) -> Page:
        """Send the form of the page that is open."""
        return await self.posts_again(self.last, path, **(form or {}), **more)

    async def posts_again(self, page: Page | None, path: str, /, **form: str) -> Page:
        """Send the form of a page opened before."""
        hidden = page.hidden(path) or page.hidden() if page else {}
        answer = await self.http.post(path, data=hidden | form, headers={"Origin": ADDRESS})
        await self.clinic.desk.settles()
        self.last = Page(answer)
        return self.last

    async def joins(self, secret: str) -> Page:
        """Open the one-time link, and make the account."""
        page = await self.opens(f"/join/{secret}")
        key = re.search(r"<code>([A-Z2-7 ]+)</code>", page.html)
        assert key, page.text
        self.totp = key[1].replace(" ", "")
        return await self.posts(
            f"/join/{secret}", password=PASSWORD, again=PASSWORD, code=self.code
        )

    async def signs_in(self, **changed: str) -> Page:
        """Sign in with the password and a fresh code."""
        await self.opens("/sign-in")
        form = {"login": self.login, "password": PASSWORD, "code": self.code} | changed
        return await self.posts("/sign-in", form)

    async def confirms(self, path: str) -> Page:
        """Open a page that asks for a code first, and give it."""
        page = await self.opens(path)
        if page.path == "/confirm":
            page = await self.posts("/confirm", code=self.code)
        return page


class Clinic:
    """Everything together."""

    def __init__(self, opened: Desk, built: Console, clock: Clock) -> None:
        self.desk = opened
        self.console = built
        self.clock = clock
        self.clients: dict[str, Client] = {}

    def client(self, chat: str = "telegram:1") -> Client:
        """Somebody's phone."""
        return self.clients.setdefault(chat, Client(self, chat))

    async def colleague(self, name: str, role: Role) -> Colleague:
        """Somebody who has made their account, and is signed in."""

        def job(batch: Batch) -> str:
            return invite(batch, name, name.lower(), role)[1]

        secret = await self.desk.store.run(job)
        somebody = Colleague(self, name, role)
        page = await somebody.joins(secret)
        assert page.status == 200, page.text
        return somebody

    async def accounts(self) -> int:
        """How many accounts there are."""
        return len(await self.desk.store.run(all_accounts))

    async def case_of(self, chat: str = "telegram:1") -> CaseCode:
        """The code of the client's case."""
        kept = await self.desk.store.run(lambda batch: batch.session(ChatId(chat)))
        assert kept is not None
        return kept.session.case


@asynccontextmanager
async def clinic_in(
    folder: Path,
    content: Content,
    *,
    public_url: str = "",
    content_dir: Path | None = None,
) -> AsyncIterator[Clinic]:
    """Open a clinic in a folder."""
    clock = Clock()
    async with desk(folder, content, clock=clock, advance=advance) as opened:
        contents = Contents(opened.store, read=lambda _texts: None)
        contents.adopt(content, {"faq.yaml": "x"})
        built = console(
            store=opened.store,
            reception=opened.reception,
            outbox=opened.outbox,
            contents=contents,
            clock=clock,
            listen="127.0.0.1:8080",
            public_url=public_url,
            content_dir=content_dir,
            hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1),
        )
        yield Clinic(opened, built, clock)
