"""A strict Bot API server on loopback: what the bot talks to in tests, in `chaos`, in benchmarks.

`async with TelegramServer() as telegram:` serves at `telegram.url`; `telegram.person(42)` is somebody
with a phone. Updates go out by long polling, or to the webhook that the bot has set, under the rules
of the official server: offsets confirm, a second poller ends the first, a webhook's updates keep
their order per chat and come again until they get a 2xx.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.http_server import HttpServer, listening
from bot.rehearsal.people import Person
from bot.rehearsal.telegram_methods import Methods, Upload
from bot.rehearsal.telegram_rules import JSON, Refusal, bad_request, too_many
from bot.rehearsal.telegram_world import BOT_ID, Chat, Kind, Queued, World
from bot.rehearsal.weather import Broken, Fault, Lost, Slow, TooMany, Weather

TOKEN = f"{BOT_ID}:rehearsal-token-that-must-not-leak"
WEBHOOK_TIMEOUT = 10.0
LONGEST_POLL = 50
SAME_OFFSET_TOO_SOON = 0.5  # seconds: Telegram then gives one update only
_START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


class TelegramServer:
    """One bot's Telegram. Use it from one event loop; the bot is another process, or a task in it."""

    def __init__(self, *, token: str = TOKEN, clock: Callable[[], datetime] | None = None) -> None:
        self.token = token
        self.url = ""
        self.weather = Weather()
        self.too_soon = 0  # calls for a chat before it was to be called again
        self._not_before: dict[str, float] = {}
        self.webhook: JSON = {}
        self.webhook_errors: list[str] = []
        self.webhook_patience = 0.2  # seconds before a refused update comes again, at first
        self.is_down = False
        self.world = World(clock or self._own_clock)
        self._methods = Methods(self.world)
        self._people: dict[int, Person] = {}
        self._poll: asyncio.Future[str] | None = None
        self._last_poll = (0, -1.0)
        self._webhook_set_at = -1.0
        self._generation = 0

    def _own_clock(self) -> datetime:
        return _START + timedelta(seconds=asyncio.get_running_loop().time())

    def person(self, user_id: int, name: str = "Ann") -> Person:
        """Somebody with a phone, the same one for the same id."""
        if user_id not in self._people:
            self._people[user_id] = Person(self.world, user_id, name)
        return self._people[user_id]

    def group(self, chat_id: int, kind: Kind = "group", *, is_forum: bool = False) -> Chat:
        """A group that the bot is a member of."""
        chat = self.world.chat(chat_id, kind, name="A group")
        chat.is_started = True
        chat.is_forum = is_forum
        return chat

    def calls(self, method: str) -> list[JSON]:
        """The parameters of all calls of `method` so far, refused ones too."""
        return [params for name, params in self.world.calls if name == method.lower()]

    async def __aenter__(self) -> Self:
        """Serve on a free port of loopback."""
        listener = listening("127.0.0.1:0")
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        app = Starlette(
            routes=[Route("/bot{token}/{method}", self._serve, methods=["GET", "POST"])]
        )
        self._server = HttpServer(app)
        self._tasks = asyncio.TaskGroup()
        await self._tasks.__aenter__()
        self._serving = self._tasks.create_task(self._server.serve(sockets=[listener]))
        self._courier = self._tasks.create_task(self._bring_updates())
        await self._server.has_started.wait()
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Hang up."""
        self._courier.cancel()
        self._server.should_exit = True
        self._server.force_exit = True
        await self._tasks.__aexit__(None, None, None)  # an error within goes up as it is

    # --- calls of the bot ---------------------------------------------------------------------

    async def _serve(self, request: Request) -> Response:
        method = request.path_params["method"].lower()
        token = request.path_params["token"]
        if not re.fullmatch(r"\d+:[\w-]+", token):
            return JSONResponse(Refusal(404, "Not Found").body(), status_code=404)
        if token != self.token:
            return JSONResponse(Refusal(401, "Unauthorized").body(), status_code=401)
        params, files = await _arguments(request)
        self.world.calls.append((method, dict(params)))
        self.world.changed()
        if self.is_down:
            return await _broken(Broken(502))
        now, chat = asyncio.get_running_loop().time(), params.get("chat_id", "")
        fault = self.weather.strike(method, chat)
        self.too_soon += bool(chat) and now < self._not_before.get(chat, 0.0)
        if isinstance(fault, TooMany):
            self._not_before[chat] = now + fault.retry_after
            refusal = too_many(fault.retry_after)
            return JSONResponse(refusal.body(), status_code=refusal.code)
        if isinstance(fault, Broken):
            return await _broken(fault)
        if isinstance(fault, Lost | Slow) and not fault.done:
            answer: Response = Response()
        else:
            answer = await self._answer(method, params, files)
        return await _hindered(answer, fault)

    async def _answer(
        self, method: str, params: Mapping[str, str], files: Mapping[str, Upload]
    ) -> Response:
        try:
            if method == "getupdates":
                return await self._get_updates(params)
            if method in {"setwebhook", "deletewebhook", "getwebhookinfo"}:
                result: object = getattr(self, f"_{method}")(params)
            else:
                call = self._methods.named(method)
                if call is None:
                    raise Refusal(404, "Not Found: method not found")  # noqa: TRY301 (one way out)
                result = call(params, files)
        except Refusal as refusal:
            return JSONResponse(refusal.body(), status_code=refusal.code)
        return JSONResponse({"ok": True, "result": result})

    async def _get_updates(self, params: Mapping[str, str]) -> Response:
        if self.webhook:
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active;"
                " use deleteWebhook to delete the webhook first",
            )
        self._allow(params)
        offset = int(params.get("offset") or 0)
        limit = min(max(int(params.get("limit") or 100), 1), 100)
        timeout = min(max(int(params.get("timeout") or 0), 0), LONGEST_POLL)
        now = asyncio.get_running_loop().time()
        if offset == self._last_poll[0] and now < self._last_poll[1] + SAME_OFFSET_TOO_SOON:
            limit = 1
        self._last_poll = (offset, now)
        self._end_poll("terminated by other getUpdates request; make sure that only one bot"
                       " instance is running")  # fmt: skip
        if offset < 0:
            offset = self.world.updates[offset].id if self.world.updates else 0
        self.world.confirm(offset)
        ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._poll = ended
        await self.world.until(lambda: bool(self.world.updates) or ended.done(), timeout)
        if ended.done():
            raise Refusal(409, f"Conflict: {ended.result()}")
        self._poll = None
        given = self.world.updates[:limit]
        body = b'{"ok":true,"result":[' + b",\n".join(each.body for each in given) + b"]}"
        return Response(body, media_type="application/json")

    def _end_poll(self, why: str) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(why)
            self.world.changed()

    def _allow(self, params: Mapping[str, str]) -> None:
        if params.get("allowed_updates"):
            self.world.allowed_updates = json.loads(params["allowed_updates"])

    def _setwebhook(self, params: Mapping[str, str]) -> bool:
        url = params.get("url", "")
        if not url:
            return self._deletewebhook(params)
        now = asyncio.get_running_loop().time()
        if now < self._webhook_set_at + 1:
            raise too_many(1)
        self._webhook_set_at = now
        secret = params.get("secret_token", "")
        parts = urlsplit(url)
        # As a local Bot API server: plain HTTP is taken, but only on this machine.
        if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost"}:
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if len(secret) > 256:  # noqa: PLR2004 (Telegram's limit, used once)
            raise bad_request("secret token is too long")
        if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
            raise bad_request("secret token contains unallowed characters")
        self._allow(params)
        self._end_poll("terminated by setWebhook request")
        self._drop(params)
        self.webhook = {"url": url, "secret": secret}
        self._generation += 1
        self.world.changed()
        return True

    def _deletewebhook(self, params: Mapping[str, str]) -> bool:
        self.webhook = {}
        self._generation += 1
        self._drop(params)
        self.world.changed()
        return True

    def _drop(self, params: Mapping[str, str]) -> None:
        if params.get("drop_pending_updates", "").lower() == "true":
            self.world.updates.clear()

    def _getwebhookinfo(self, _params: Mapping[str, str]) -> JSON:
        info: JSON = {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.world.updates),
        }
        if self.webhook_errors:
            info["last_error_message"] = self.webhook_errors[-1]
            info["last_error_date"] = int(self.world.clock().timestamp())
        return info

    # --- updates to a webhook -----------------------------------------------------------------

    async def _bring_updates(self) -> None:
        """Send each queue's updates to the webhook one after the other, queues side by side."""
        busy: set[str] = set()
        limits = httpx.Limits(max_connections=40)
        async with (
            httpx.AsyncClient(timeout=WEBHOOK_TIMEOUT, limits=limits, trust_env=False) as line,
            asyncio.TaskGroup() as tasks,
        ):
            while True:
                await self.world.until(lambda: self._next_update(busy) is not None, within=3600)
                while queued := self._next_update(busy):
                    busy.add(queued.queue)
                    tasks.create_task(self._bring(line, queued, busy))

    def _next_update(self, busy: set[str]) -> Queued | None:
        if not self.webhook:
            return None
        return next((each for each in self.world.updates if each.queue not in busy), None)

    async def _bring(self, line: httpx.AsyncClient, queued: Queued, busy: set[str]) -> None:
        generation, patience = self._generation, self.webhook_patience
        while self.webhook and generation == self._generation and queued in self.world.updates:
            headers = {"content-type": "application/json"}
            if self.webhook["secret"]:
                headers["x-telegram-bot-api-secret-token"] = self.webhook["secret"]
            try:
                url = self.webhook["url"]
                answer = await line.post(url, content=queued.body, headers=headers)
            except httpx.HTTPError as error:
                self.webhook_errors.append(type(error).__name__)
            else:
                if answer.is_success:
                    self.world.updates.remove(queued)
                    break
                self.webhook_errors.append(
                    f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
                )
            self.world.changed()
            await self.world.until(lambda: generation != self._generation, patience)
            patience = min(patience * 2, 5.0)
        busy.discard(queued.queue)
        self.world.changed()


async def _arguments(request: Request) -> tuple[dict[str, str], dict[str, Upload]]:
    """Parameters from the query, a form or JSON, and uploaded files."""
    params = dict(request.query_params)
    files = {}
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        given: dict[str, Any] = await request.json()
        params |= {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in given.items()
        }
    elif kind:
        async with request.form() as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    files[name] = Upload(value.filename or "", await value.read())
                else:
                    params[name] = value
    return params, files


async def _broken(fault: Broken) -> Response:
    page = f"<html><head><title>{fault.status} Bad Gateway</title></head></html>"
    return HTMLResponse(page, status_code=fault.status)


async def _hindered(answer: Response, fault: Fault | None) -> Response:
    """The answer, late or cut off in the middle as the fault wants it."""
    if isinstance(fault, Slow):
        await asyncio.sleep(fault.seconds)
    elif isinstance(fault, Lost):
        return StreamingResponse(_half(), headers={"content-length": "1000"})
    return answer


async def _half() -> AsyncIterator[bytes]:
    yield b'{"ok":'
