"""The console as an application: the table of its pages, and how it is served.

Who may see what stands in `PAGES` and nowhere else; a test makes the matrix of roles from it.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.console import (
    account_pages,
    case_pages,
    export_pages,
    insight_pages,
    paper_pages,
    people_pages,
    queue_pages,
    unanswered_pages,
)
from bot.console.deadlines import in_words
from bot.console.guard import (
    ADMINS,
    EVERYBODY,
    LEADS,
    LONGEST_BODY,
    READERS,
    REVIEWERS,
    STAFF,
    Guard,
    Headers,
    Page,
)
from bot.console.live import Live
from bot.console.live_pages import live_page
from bot.console.sign_in import Doorkeeper
from bot.console.visit import House, Visit
from bot.core.model import ChatId
from bot.http_server import HttpServer, listening
from bot.outbox import Outbox
from bot.reception import Reception
from bot.store.contents import Contents
from bot.store.database import StoreDownError
from bot.store.writer import Store

HERE = Path(__file__).parent
CASE = "/cases/{case}"

PAGES: tuple[Page, ...] = (
    Page(path="/", name="home", roles=STAFF, get=account_pages.home, logs=False),
    Page(
        path="/sign-in",
        name="sign-in",
        roles=EVERYBODY,
        get=account_pages.sign_in_page,
        post=account_pages.sign_in,
    ),
    Page(
        path="/join/{secret}",
        name="join",
        roles=EVERYBODY,
        get=account_pages.join_page,
        post=account_pages.join,
    ),
    Page(path="/sign-out", name="sign-out", roles=STAFF, post=account_pages.sign_out),
    Page(
        path="/confirm",
        name="confirm",
        roles=STAFF,
        get=account_pages.confirm_page,
        post=account_pages.confirm,
        logs=False,
    ),
    Page(
        path="/account/left",
        name="left",
        roles=STAFF,
        get=account_pages.left_page,
        live=True,
        logs=False,
    ),
    Page(path="/account/stay", name="stay", roles=STAFF, get=account_pages.left_page, logs=False),
    Page(path="/account", name="account", roles=STAFF, get=people_pages.account_page),
    Page(path="/account/end", name="session-end", roles=STAFF, post=people_pages.end_session),
    Page(path="/people", name="people", roles=ADMINS, get=people_pages.people_page),
    Page(
        path="/people/invite",
        name="invite",
        roles=ADMINS,
        get=people_pages.invite_page,
        post=people_pages.invite_person,
        confirms=True,
    ),
    Page(
        path="/people/{person}",
        name="person",
        roles=ADMINS,
        get=people_pages.person_page,
        post=people_pages.change_person,
        confirms=True,
    ),
    Page(path="/log", name="log", roles=ADMINS, get=people_pages.log_page),
    Page(path="/queue", name="queue", roles=READERS, get=queue_pages.queue_page, refreshes=True),
    Page(
        path="/search",
        name="search",
        roles=READERS,
        get=queue_pages.search_page,
        post=queue_pages.search,
    ),
    Page(path="/insight", name="insight", roles=READERS, get=insight_pages.insight_page),
    Page(path="/insight/{chart}", name="insight-csv", roles=READERS, get=insight_pages.insight_csv),
    Page(
        path="/unanswered",
        name="unanswered",
        roles=READERS,
        get=unanswered_pages.unanswered_page,
    ),
    Page(
        path="/unanswered/{cluster}",
        name="phrasing",
        roles=LEADS,
        get=unanswered_pages.cluster_page,
        post=unanswered_pages.mend,
    ),
    Page(path="/live", name="live", roles=READERS, get=live_page, live=True, logs=False),
    Page(path=CASE, name="case", roles=READERS, get=case_pages.show_case, refreshes=True),
    Page(path=f"{CASE}/take-over", name="take-over", roles=REVIEWERS, post=case_pages.take_over),
    Page(path=f"{CASE}/reply", name="reply", roles=REVIEWERS, post=case_pages.reply),
    Page(path=f"{CASE}/hand-back", name="hand-back", roles=REVIEWERS, post=case_pages.hand_back),
    Page(path=f"{CASE}/clear", name="clear", roles=REVIEWERS, post=case_pages.clear_crisis),
    Page(path=f"{CASE}/have", name="acknowledge", roles=REVIEWERS, post=case_pages.acknowledge),
    Page(path=f"{CASE}/note", name="note", roles=REVIEWERS, post=case_pages.note),
    Page(path=f"{CASE}/decide", name="decide", roles=REVIEWERS, post=case_pages.decide),
    Page(path=f"{CASE}/status", name="status", roles=REVIEWERS, post=case_pages.status),
    Page(
        path=f"{CASE}/export",
        name="export",
        roles=LEADS,
        get=export_pages.export_page,
        post=export_pages.export,
        confirms=True,
    ),
    Page(path=f"{CASE}/pdf", name="pdf", roles=LEADS, get=paper_pages.case_pdf, confirms=True),
    Page(
        path=f"{CASE}/erase",
        name="erase",
        roles=LEADS,
        post=export_pages.erase,
        confirms=True,
        form_at=f"{CASE}/export",
    ),
    Page(
        path="/export",
        name="export-set",
        roles=LEADS,
        get=export_pages.set_page,
        post=export_pages.export_set,
        confirms=True,
    ),
    Page(path=f"{CASE}/assign", name="assign", roles=REVIEWERS, post=case_pages.assign),
)


class Console(NamedTuple):
    """The application, and what runs beside it."""

    app: Starlette
    live: Live
    house: House


def console(
    *,
    store: Store,
    reception: Reception,
    outbox: Outbox,
    contents: Contents,
    clock: Callable[[], datetime],
    listen: str,
    public_url: str = "",
    fhir_base: str = "",
    staff_chat: ChatId | None = None,
    content_dir: Path | None = None,
    more: Sequence[BaseRoute] = (),
    hasher: PasswordHasher | None = None,
) -> Console:
    """Everything that staff see. `more` are routes of others, such as /metrics."""
    public_url = (public_url or f"http://{listen}").rstrip("/")
    hosts = {"127.0.0.1", "localhost", "::1", urlsplit(public_url).hostname or ""}
    live = Live(store, contents)
    house = House(
        store=store,
        reception=reception,
        outbox=outbox,
        contents=contents,
        clock=clock,
        doorkeeper=Doorkeeper(store, clock, hasher),
        live=live,
        pages=_templates(clock),
        hosts=frozenset(hosts - {""}),
        public_url=public_url,
        fhir_base=fhir_base,
        staff_chat=staff_chat,
        content_dir=content_dir,
    )
    guard = Guard(house)
    routes: list[BaseRoute] = [
        Route(page.path, guard.endpoint(page), methods=list(page.methods), name=page.name)
        for page in PAGES
    ]
    routes += [
        Mount("/static", StaticFiles(directory=HERE / "static"), name="static"),
        Route("/healthz", _healthy),
        Route("/readyz", _readiness(store)),
        *more,
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Headers)],
        exception_handlers={404: _not_found(house), 405: _not_found(house)},
        max_body_size=LONGEST_BODY,
    )
    return Console(app=app, live=live, house=house)


def _templates(clock: Callable[[], datetime]) -> Environment:
    pages = Environment(
        loader=FileSystemLoader(HERE / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def date(at: datetime, zone: ZoneInfo) -> str:
        local = at.astimezone(zone)
        return f"{local.day} {local:%b %Y}, {local:%H:%M}"

    def when(at: datetime, zone: ZoneInfo) -> Markup:
        """Short on a screen; on paper, which is read on another day, with the whole date."""
        local, today = at.astimezone(zone), clock().astimezone(zone)
        paper = Markup('<span class="only-print">{}</span>')
        if local.date() == today.date():
            return paper.format(f"{local.day} {local:%b %Y}, ") + f"{local:%H:%M}"
        year = f" {local.year}"
        year = paper.format(year) if local.year == today.year else Markup(year)  # noqa: S704 (a number)
        return Markup("{} {}{}, {}").format(local.day, f"{local:%b}", year, f"{local:%H:%M}")

    def day_and_time(at: datetime, zone: ZoneInfo) -> str:
        return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"

    def ago(at: datetime) -> str:
        return in_words(max(clock() - at, timedelta(0)))

    pages.filters |= {
        "when": when,
        "day_and_time": day_and_time,
        "date": date,
        "ago": ago,
        "words": in_words,
    }
    return pages


async def _healthy(_request: Request) -> Response:
    """The program runs."""
    return PlainTextResponse("ok\n")


def _readiness(store: Store) -> Callable[[Request], object]:
    async def ready(_request: Request) -> Response:
        """The program can keep what it is told."""
        try:
            async with asyncio.timeout(5):
                await store.run(lambda batch: batch.at)
        except (StoreDownError, TimeoutError):
            return PlainTextResponse("the store is down\n", status_code=503)
        return PlainTextResponse("ready\n")

    return ready


def _not_found(house: House) -> Callable[[Request, Exception], Response]:
    def not_found(request: Request, _error: Exception) -> Response:
        """The same for everybody, signed in or not."""
        visit = Visit(house=house, request=request, staff=None)
        return visit.page("message.html", status=404, text="There is no such page.")

    return not_found


async def serve(built: Console, listen: str, stop: asyncio.Event, proxy: str = "") -> None:
    """Serve until `stop` is set; `proxy` is the address of a server that stands before it.

    Raises:
        OSError: the address is taken, or not of this machine.

    """
    server = HttpServer(built.app, proxy=proxy)

    async def wait() -> None:
        await stop.wait()
        built.live.stop()
        server.leave()

    with closing(listening(listen)) as socket:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(built.live.run())
            tasks.create_task(wait())
            await server.serve(sockets=[socket])


async def first_link(built: Console) -> str | None:
    """The one-time link for the first account; None once somebody has joined."""
    path = await built.house.store.run(account_pages.first_link)
    return f"{built.house.public_url}{path}" if path else None


__all__ = ["PAGES", "Console", "console", "first_link", "serve"]
