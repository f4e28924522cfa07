"""The door for Telegram's webhook: who does not know the secret is not heard, and nothing is read.

200 is said only for what is kept; 503 has Telegram come again.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

LARGEST = 1_000_000  # bytes; an update of Telegram has a few thousand
BODY_WITHIN = 15.0  # seconds
COME_AGAIN = {"retry-after": "2"}
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 (the name of a header)

Take = Callable[[bytes], Awaitable[bool]]


def webhook_app(secret: str, take: Take) -> Starlette:
    """The application. `take` keeps the body of an update, and says whether it could."""

    async def update(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return Response(status_code=403)
        try:
            async with asyncio.timeout(BODY_WITHIN):
                body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=400)
        except TimeoutError:
            return Response(status_code=408, headers={"connection": "close"})
        if body is None:
            return Response(status_code=413)
        if not await take(body):
            return Response(status_code=503, headers=COME_AGAIN)
        return Response(status_code=200)

    return Starlette(routes=[Route("/{path:path}", update, methods=["POST"])])


async def _body(request: Request) -> bytes | None:
    """The body; None when it is too large, as soon as that is known."""
    announced = request.headers.get("content-length", "0")
    if not announced.isdecimal() or int(announced) > LARGEST:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return None
    return bytes(body)
