"""The connection to a Bot API server: PTB's `BaseRequest` on aiohttp itself.

PTB's own goes through httpx, which takes as much of the processor as all the rest of a turn.
"""

import json
from urllib.parse import urlencode

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

CONNECTIONS = 64
CONNECT_WITHIN = 5.0  # seconds, for a free connection and for its handshake
READ_WITHIN = 15.0
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": BaseRequest.USER_AGENT}
_MULTIPART = {"User-Agent": BaseRequest.USER_AGENT}


class Line(BaseRequest):
    """Connections to one server; no proxy and no cookies.

    Errors are PTB's, and name no address, as that holds the token.
    """

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._is_shut = False

    @property
    def read_timeout(self) -> float:
        """Seconds that an answer may take."""
        return READ_WITHIN

    async def initialize(self) -> None:
        """Let it be used again after `shutdown`."""
        self._is_shut = False

    async def shutdown(self) -> None:
        """Close it."""
        self._is_shut = True
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(  # noqa: PLR0917 (PTB's signature)
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 (as above)
        connect_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 (as above)
        pool_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 (as above)
    ) -> tuple[int, bytes]:
        """The status and body of an answer; raises `NetworkError`, or `TimedOut` of that kind."""
        if self._is_shut:
            raise NetworkError("the connection is closed")
        if self._session is None:  # opened in the event loop that uses it
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        read_within = read_timeout if isinstance(read_timeout, int | float) else READ_WITHIN
        data, headers = _body(request_data)
        try:
            async with self._session.request(
                method,
                URL(url, encoded=True),
                data=data,
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(
                    total=None,
                    connect=CONNECT_WITHIN,
                    sock_connect=CONNECT_WITHIN,
                    sock_read=read_within,
                ),
            ) as answer:
                return answer.status, await answer.read()
        except TimeoutError:
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(type(error).__name__) from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, object]:
        """Parse an answer; PTB's own way logs the whole of one that is no JSON."""
        try:
            answer = json.loads(payload)
        except ValueError:
            answer = None
        if isinstance(answer, dict) and ("result" in answer or "description" in answer):
            return answer
        raise TelegramError("Invalid server response")


def _body(data: RequestData | None) -> tuple[bytes | aiohttp.FormData | None, dict[str, str]]:
    if data is None:
        return None, _FORM
    if not data.contains_files:
        return urlencode(data.json_parameters).encode(), _FORM
    form = aiohttp.FormData(data.json_parameters)
    for name, (file_name, content, mime) in data.multipart_data.items():
        form.add_field(name, content, filename=file_name, content_type=mime)
    return form, _MULTIPART
