"""What stands between a request and a page: origin, session, role, code, and the log.

Every page goes through here and says in the route table who may see it, so that no page can forget
to ask. What goes wrong is told with a reference, never with what was wrong inside.
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.console import access_log
from bot.console.accounts import Role
from bot.console.sign_in import StaffSession
from bot.console.visit import COOKIE, House, RefusedError, Visit
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
LONGEST_BODY = 64_000

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
    """A row of the route table. `confirms`: a code is asked for first. `live`: no sign of life."""

    path: str
    name: str
    roles: frozenset[Role]
    get: Endpoint | None = None
    post: Endpoint | None = None
    confirms: bool = False
    live: bool = False
    logs: bool = True
    methods: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Work out what may be asked of it."""
        methods = [name for name, does in (("GET", self.get), ("POST", self.post)) if does]
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
        secret = request.cookies.get(COOKIE, "")
        by_itself = page.live or request.headers.get("x-live") == "1"
        staff = await self._house.doorkeeper.session(secret, looks=not by_itself)
        form: dict[str, str] = {}
        if request.method == "POST":
            form = await _form(request)
        return Visit(house=self._house, request=request, staff=staff, form=form)

    async def _answer(self, visit: Visit, page: Page) -> Response:
        request, staff = visit.request, visit.staff
        if page.roles:
            if staff is None:
                return _to_sign_in(request)
            if staff.role not in page.roles:
                await self._log(visit, page, staff, refused=True)
                raise RefusedError("Your role does not include this page.", 403)
            if request.method == "POST":
                _check_token(staff, visit.form.get("csrf", ""))
            if page.confirms and not staff.is_confirmed(visit.now):
                back = request.url.path
                return RedirectResponse(f"/confirm?next={back}", status_code=303)
            if page.logs and request.headers.get("x-live") != "1":
                await self._log(visit, page, staff)
        does = page.post if request.method == "POST" else page.get
        if does is None:
            raise RefusedError("This page cannot do that.", 405)
        return await does(visit)

    async def _log(
        self, visit: Visit, page: Page, staff: StaffSession, *, refused: bool = False
    ) -> None:
        action = f"{page.name}-refused" if refused else page.name
        detail = " ".join(
            str(value) for name, value in visit.request.path_params.items() if name != "case"
        )
        await visit.read(
            lambda batch: access_log.append(
                batch,
                staff.account,
                action if visit.request.method == "GET" else f"{action}!",
                case=visit.case[:24],
                detail=detail[:80],
                address=visit.address,
            )
        )


def _to_sign_in(request: Request) -> Response:
    if request.headers.get("x-live") == "1":
        return PlainTextResponse("signed out", status_code=401)
    path = request.url.path if request.method == "GET" else "/"
    next_page = f"?next={path}" if path != "/" else ""
    return RedirectResponse(f"/sign-in{next_page}", status_code=303)


def _check_token(staff: StaffSession, token: str) -> None:
    if not secrets.compare_digest(staff.csrf.encode(), token.encode()):
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
