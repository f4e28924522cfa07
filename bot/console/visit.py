"""One request of one person, and the house it comes to: what every page needs."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.console import access_log
from bot.console.insight import Memory
from bot.console.live import Live
from bot.console.searches import Searches
from bot.console.sign_in import Doorkeeper, StaffSession
from bot.core.content import Content
from bot.core.model import ChatId
from bot.core.post import Delivery
from bot.outbox import Outbox
from bot.reception import Reception
from bot.store.batch import Batch
from bot.store.contents import Contents
from bot.store.writer import Store

T = TypeVar("T")
COOKIE = "staff"
NONCE_LENGTH = 40
DONE = {  # what a page says after a form, by the word in its address
    "out": "You are signed out.",
    "joined": "Your account is ready.",
    "ended": "That session is signed out.",
    "changed": "The account is changed.",
    "took-over": "You are writing with the client now. The assistant is silent.",
    "sent": "Your message is on its way.",
    "blocked": "Your message cannot be delivered: the client has blocked the assistant.",
    "handed-back": "The assistant goes on with the client.",
    "cleared": "The crisis is cleared. The assistant goes on.",
    "acknowledged": "You have this case. Its alerts are not repeated.",
    "noted": "The note is kept.",
    "decided": "The decision is on record.",
    "saved": "Saved.",
    "assigned": "Assigned.",
    "erased": "The record is being erased.",
    "mended": "Written into the FAQ. The assistant knows it in a few seconds.",
}


class RefusedError(Exception):
    """The request cannot be done; the message is for the person who made it."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What all requests share."""

    store: Store
    reception: Reception
    outbox: Outbox
    contents: Contents
    clock: Callable[[], datetime]
    doorkeeper: Doorkeeper
    live: Live
    pages: Environment
    hosts: frozenset[str]
    public_url: str
    fhir_base: str = ""
    searches: Searches = field(default_factory=Searches)
    memory: Memory = field(default_factory=Memory)
    staff_chat: ChatId | None = None
    content_dir: Path | None = None

    @property
    def is_https(self) -> bool:
        """Whether staff come by https; where that ends before us, a request does not show it."""
        return self.public_url.startswith("https://")

    @property
    def cookie(self) -> str:
        """The cookie's name. A browser takes `__Host-` from this very host and by https alone."""
        return f"__Host-{COOKIE}" if self.is_https else COOKIE


class Line:
    """What the access log says of a visit beside its action: ids and counts, nobody's words."""

    def __init__(self, detail: str = "") -> None:
        self.detail = detail
        self.is_kept = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request that was let in."""

    house: House
    request: Request
    staff: StaffSession | None
    form: Mapping[str, str] = field(default_factory=dict)
    action: str = ""  # the page's name; with "!" where something is sent
    line: Line = field(default_factory=Line)

    @property
    def me(self) -> StaffSession:
        """Who is signed in; the route table says on which pages somebody is."""
        if self.staff is None:
            raise RefusedError("Please sign in.", 403)
        return self.staff

    @property
    def now(self) -> datetime:
        """The time."""
        return self.house.clock()

    @property
    def content(self) -> Content:
        """The newest content."""
        return self.house.contents.newest

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's time zone: all times on pages are in it."""
        return ZoneInfo(self.content.clinic.timezone)

    @property
    def address(self) -> str:
        """Where the request comes from."""
        return self.request.client.host if self.request.client else ""

    @property
    def case(self) -> str:
        """The case that the page is about."""
        return str(self.request.path_params.get("case", ""))

    @property
    def event_id(self) -> str:
        """The name of what this form does: sent twice, it is done once."""
        nonce = self.form.get("nonce", "")
        if not nonce or len(nonce) > NONCE_LENGTH or not nonce.replace("-", "").isalnum():
            raise RefusedError("This form is damaged. Please open the page again.")
        return f"console:{nonce}"

    def asked(self, name: str) -> str:
        """A value of the address's query."""
        return self.request.query_params.get(name, "")

    async def read(self, job: Callable[[Batch], T]) -> T:
        """What a job of the store returns."""
        return await self.house.store.run(job, can_wait=True)

    async def act(self, job: Callable[[Batch], T], detail: str = "") -> T:
        """The same, with a line in the access log: both are kept, or neither."""
        self.line.detail = detail or self.line.detail

        def logged(batch: Batch) -> T:
            done = job(batch)
            self.log(batch)
            return done

        done = await self.read(logged)
        self.line.is_kept = True
        return done

    async def receive(self, deliveries: Sequence[Delivery]) -> None:
        """Events of staff, through the same door as a client's, on record in their transaction."""
        kept = []

        def log(batch: Batch) -> None:
            self.log(batch)
            kept.append(True)

        await self.house.reception.receive_all(deliveries, also=log)
        self.line.is_kept = bool(kept)

    def log(self, batch: Batch, outcome: str = "") -> None:
        """Put this visit on record; `outcome` is "" for what was done."""
        name, sent = self.action.removesuffix("!"), "!" if self.action.endswith("!") else ""
        access_log.append(
            batch,
            self.me.account,
            f"{name}{outcome and '-'}{outcome}{sent}",
            case=self.case[:24],
            detail=self.line.detail[:80],
            address=self.address,
        )

    def page(self, template: str, /, *, status: int = 200, **values: object) -> Response:
        """A page, filled in."""
        text = self.house.pages.get_template(template).render(
            me=self.staff,
            now=self.now,
            zone=self.zone,
            clinic=self.content.clinic.name,
            token=self._token,
            tab=self._tab,
            messages=DONE,
            **{"done": self.asked("done")} | values,
        )
        return HTMLResponse(text, status_code=status)

    def _token(self) -> Markup:
        """The hidden fields of a form: that it is ours, and its own name."""
        csrf = self.staff.csrf if self.staff else ""
        field = Markup('<input type="hidden" name="{}" value="{}">')
        return field.format("csrf", csrf) + field.format("nonce", secrets.token_hex(12))

    def _tab(self, path: str, words: str) -> Markup:
        """An entry of the navigation; the page that is open says so."""
        is_here = self.request.url.path.startswith(path)
        here = Markup(' aria-current="page"') if is_here else ""
        return Markup('<li><a href="{}"{}>{}</a></li>').format(path, here, words)

    def go(self, path: str, *, done: str = "", part: str = "") -> Response:
        """On to another page, after a form: loading that page again sends nothing twice."""
        query = f"?{urlencode({'done': done})}" if done else ""
        return RedirectResponse(f"{path}{query}{part}", status_code=303)
