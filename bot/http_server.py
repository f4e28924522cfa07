"""uvicorn as a part of our program: it tells when it serves, and leaves signals and logs alone.

The socket is bound before, by `listening`, so that a taken port is an error that says what to do;
uvicorn itself would end the process.
"""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADERS_WITHIN = 15.0  # seconds for whoever connects to say what they want


class _Impatient(H11Protocol):
    """Hangs up on whoever connects and asks for nothing: each of them would hold a place for ever."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # (as uvicorn's own)
        """Somebody has connected."""
        super().connection_made(transport)
        self._patience = self.loop.call_later(HEADERS_WITHIN, self._hang_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """They have gone."""
        self._patience.cancel()
        super().connection_lost(exc)

    def _hang_up(self) -> None:
        if self.cycle is None and not self.transport.is_closing():  # no whole request has come
            self.transport.close()


class HttpServer(uvicorn.Server):
    """Await `serve(sockets=[...])`; it returns some time after `leave`.

    Whom a request comes from is what the socket says; X-Forwarded-For is believed of `proxy` alone,
    an address. uvicorn itself believes whoever is on this machine.
    """

    def __init__(self, app: ASGIApp, *, keep_alive: int = 60, proxy: str = "") -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_Impatient,
                log_config=None,
                log_level="critical",
                access_log=False,
                lifespan="off",
                server_header=False,
                proxy_headers=bool(proxy),
                forwarded_allow_ips=[proxy],
                timeout_keep_alive=keep_alive,
                timeout_graceful_shutdown=5,
            )
        )
        self.has_started = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve."""
        await super().startup(sockets)
        self.has_started.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the program."""
        yield

    def leave(self) -> None:
        """Finish what is being answered, and stop."""
        self.should_exit = True


def listening(address: str) -> socket.socket:
    """A socket that listens at "host:port", such as "127.0.0.1:8081".

    Raises:
        ValueError: that is no address.
        OSError: it is taken, or not of this machine.

    """
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError(f"'{address}' is no address such as 127.0.0.1:8081")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.create_server((host.strip("[]"), int(port)), family=family, backlog=512)
    # Connections inherit it. asyncio sets it on sockets that name TCP only, and these do not: each
    # answer on an open connection then waits 40 ms for an acknowledgement (Nagle's algorithm).
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made
