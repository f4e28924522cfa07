"""What stands between a request and a page: origin, session, role, code, and the log.

Every page goes through here and says in the route table who may see it, so that no page can forget
to ask. What goes wrong is told with a reference, never with what was wrong inside.
"""

import re
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlsplit

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.console.accounts import Role
from bot.console.sign_in import StaffSession
from bot.console.visit import House, Line, RefusedError, Visit
from bot.store.database import StoreDownError

Endpoint = Callable[[Visit], Awaitable[Response]]
log = structlog.get_logger()

EVERYBODY: frozenset[Role] = frozenset()  # signed in or not
STAFF = frozenset(Role)
READERS = frozenset({Role.VIEWER, Role.REVIEWER, Role.LEAD})
REVIEWERS = frozenset({Role.REVIEWER, Role.LEAD})
LEADS = frozenset({Role.LEAD})
ADMINS = frozenset({Role.ADMIN})
MOST_FIELDS = 60
ID = re.compile(r"^[a-z0-9-]{1,20}$")
LONGEST_BODY = 64_000
REMEMBERED = 10_000  # pages that sessions have open
NOTHING = "nothing changed"
KEPT = "kept_"  # begins the names of fields that wait in the sign-in page
OURS = frozenset({"csrf", "nonce", "next", "code", "back", "again"})

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # none at all would take the Origin from our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A row of the route table. `confirms`: a code is asked for first. `live`: no sign of life.

    `refreshes`: an open page loads it again by itself. `form_at`: where its form stands, if elsewhere.
    """

    path: str
    name: str
    roles: frozenset[Role]
    get: Endpoint | None = None
    post: Endpoint | None = None
    confirms: bool = False
    live: bool = False
    logs: bool = True
    refreshes: bool = False
    form_at: str = ""
    methods: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Work out what may be asked of it."""
        can = (("GET", self.get or self.form_at), ("POST", self.post))
        methods = [name for name, does in can if does]
        object.__setattr__(self, "methods", tuple(methods))


class Headers:
    """Puts the headers that keep a browser from doing what we do not want on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class Guard:
    """Makes an endpoint of Starlette out of a row of the route table."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._read: OrderedDict[tuple[str, str, str], None] = OrderedDict()

    def endpoint(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """The page, guarded."""

        async def endpoint(request: Request) -> Response:
            visit = Visit(house=self._house, request=request, staff=None)
            try:
                self._check_origin(request)
                visit = await self._visit(request, page)
                return await self._answer(visit, page)
            except RefusedError as refused:
                return visit.page("message.html", status=refused.status, text=str(refused))
            except StoreDownError:
                text = "The records cannot be reached right now. Please try again in a minute."
                return visit.page("message.html", status=503, text=text)
            except Exception as error:  # noqa: BLE001 (nothing of an error may reach the page)
                reference = secrets.token_hex(4)
                # Without the traceback: it may quote what a client wrote.
                log.error("console.failed", error=type(error).__name__, reference=reference)  # noqa: TRY400 (as said)
                text = f"Something went wrong on our side. Reference: {reference}"
                return visit.page("message.html", status=500, text=text)

        return endpoint

    def _check_origin(self, request: Request) -> None:
        """A page of another site must not make this browser act, nor stand in our name."""
        host = request.headers.get("host", "")
        if urlsplit(f"//{host}").hostname not in self._house.hosts:
            raise RefusedError("This address is not known here. See BOT_CONSOLE_URL.", 421)
        if request.method not in {"GET", "HEAD"}:
            origin = request.headers.get("origin") or request.headers.get("referer", "")
            if urlsplit(origin).netloc != host:
                raise RefusedError("This form did not come from this site.", 403)

    async def _visit(self, request: Request, page: Page) -> Visit:
        secret = request.cookies.get(self._house.cookie, "")
        by_itself = page.live or _renews(request, page)
        staff = await self._house.doorkeeper.session(secret, looks=not by_itself)
        form: dict[str, str] = {}
        if request.method == "POST":
            form = await _form(request)
        return Visit(
            house=self._house,
            request=request,
            staff=staff,
            form=form,
            action=f"{page.name}!" if request.method == "POST" else page.name,
            line=Line(" ".join(f"{name} {value}" for name, value in _named(request))),
        )

    async def _answer(self, visit: Visit, page: Page) -> Response:
        request, staff = visit.request, visit.staff
        does = page.post if request.method == "POST" else page.get
        if not page.roles:
            if does is None:
                raise RefusedError("This page cannot do that.", 405)
            return await does(visit)
        if staff is None:
            return _to_sign_in(visit)
        try:
            _check_right(staff, page, visit)
            if page.confirms and not staff.is_confirmed(visit.now):
                return _step_up(visit, page)
            if does is None:
                return visit.go(page.form_at.format(**request.path_params))
            response = await does(visit)
        except RefusedError as refused:
            await self._log(visit, "refused", f"{visit.line.detail} {refused.status}".strip())
            raise
        except StoreDownError:
            raise  # nothing was kept, and nothing can be
        except Exception:
            with suppress(StoreDownError):
                await self._log(visit, "failed", visit.line.detail)
            raise
        if page.logs and not visit.line.is_kept and self._is_to_log(visit, page, staff):
            is_refused = response.status_code >= 400  # noqa: PLR2004 (HTTP: the form was not taken)
            if request.method == "POST" and not is_refused:
                visit.line.detail = f"{visit.line.detail} {NOTHING}".strip()
            await self._log(visit, "refused" if is_refused else "", visit.line.detail)
        return response

    def _is_to_log(self, visit: Visit, page: Page, staff: StaffSession) -> bool:
        """Not when an open page loads itself again, once it is on record that this session reads it."""
        key = (staff.id, page.name, visit.case)
        is_known = key in self._read
        self._read[key] = None
        self._read.move_to_end(key)
        while len(self._read) > REMEMBERED:
            self._read.popitem(last=False)
        return not (is_known and _renews(visit.request, page))

    async def _log(self, visit: Visit, outcome: str, detail: str) -> None:
        visit.line.detail = detail
        await visit.read(lambda batch: visit.log(batch, outcome))


def _renews(request: Request, page: Page) -> bool:
    """Whether an open page has asked by itself, which only some may."""
    asks = request.headers.get("x-live") == "1"
    return asks and page.refreshes and request.method == "GET"


def _named(request: Request) -> list[tuple[str, str]]:
    """What the address names beside the case, which has a column of its own; ids, not any text."""
    return [
        (name, value if ID.match(value) else "?")
        for name, value in request.path_params.items()
        if name != "case"
    ]


def _step_up(visit: Visit, page: Page) -> Response:
    """Ask for a code; what was posted waits in that page, and is sent from there."""
    path, query = visit.request.url.path, visit.request.url.query
    if visit.request.method == "GET":
        there = quote(f"{path}?{query}" if query else path, safe="/")
        return RedirectResponse(f"/confirm?next={there}", status_code=303)
    back = (page.form_at or page.path).format(**visit.request.path_params)
    return visit.page("confirm.html", next=path, kept=resent(visit.form), back=back, problem="")


def resent(form: Mapping[str, str]) -> dict[str, str]:
    """The fields of a form that are somebody's own, to be sent once more."""
    return {name: value for name, value in form.items() if name not in OURS}


def kept_fields(form: Mapping[str, str]) -> dict[str, str]:
    """The fields that wait in the sign-in page, whose own have other names."""
    return {name.removeprefix(KEPT): value for name, value in form.items() if name.startswith(KEPT)}


def _to_sign_in(visit: Visit) -> Response:
    request = visit.request
    if request.headers.get("x-live") == "1":
        return PlainTextResponse("signed out", status_code=401)
    path, kept = request.url.path, resent(visit.form)
    if request.method == "POST" and kept:
        return visit.page("sign_in.html", status=401, next=path, problem="", login="", kept=kept)
    path = path if request.method == "GET" else "/"
    next_page = f"?next={path}" if path != "/" else ""
    return RedirectResponse(f"/sign-in{next_page}", status_code=303)


def _check_right(staff: StaffSession, page: Page, visit: Visit) -> None:
    if staff.role not in page.roles:
        raise RefusedError("Your role does not include this page.", 403)
    token = visit.form.get("csrf", "")
    if visit.request.method == "POST" and not secrets.compare_digest(
        staff.csrf.encode(), token.encode()
    ):
        raise RefusedError("This form is too old. Please open the page again.", 403)


async def _form(request: Request) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/x-www-form-urlencoded":
        raise RefusedError("Only forms can be sent here.", 415)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            raise RefusedError("That is too much text for one form.", 413)
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, strict_parsing=False
        )
    except ValueError:
        raise RefusedError("This form cannot be read.") from None
    return {name: value.replace("\r\n", "\n").replace("\0", "") for name, value in pairs}
