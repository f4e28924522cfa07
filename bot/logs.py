"""Logs that cannot tell on anybody: an event is a name, and only known keys with plain values pass.

One line a turn: the chat's reference, the kind of event, why the bot said what it said in ids, and
milliseconds. Never text, names, answers or tokens. Libraries log warnings by place, without their
message; an error that ends the program is told by its type and place.
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any, TextIO

import structlog

_NUMBER = re.compile(r"(?!)")  # no text at all
KEYS = {
    # of every line
    "event": re.compile(r"[a-z0-9_.]{1,40}"),
    "level": re.compile(r"[a-z]{1,10}"),
    "timestamp": re.compile(r"[0-9TZ:.-]{1,40}"),
    # of turns and messages
    "chat": re.compile(r"[0-9a-f]{8}"),
    "event_type": re.compile(r"[A-Za-z]{1,40}"),
    "because": re.compile(r"[a-z0-9 .:_-]{1,60}", re.IGNORECASE),
    "ms": _NUMBER,
    # of failures
    "error": re.compile(r"[A-Za-z_]{1,60}"),
    "why": re.compile(r"[A-Za-z0-9_.-]{1,40}( [A-Za-z0-9_.-]{1,20}){0,4}"),
    "call": re.compile(r"[a-z_]{1,40}"),
    "place": re.compile(r"[A-Za-z0-9_.:<> ]{1,200}"),
    "logger": re.compile(r"[a-z0-9_.]{1,60}", re.IGNORECASE),
    "reference": re.compile(r"[A-Za-z0-9-]{1,40}"),
    # of the house
    "content_version": re.compile(r"[0-9a-f]{1,64}"),
    "address": re.compile(r"[0-9a-z.:\[\]/]{1,60}"),
    "path": re.compile(r"/[a-z/-]{0,60}"),
    # numbers only
    "seconds": _NUMBER,
    "hours": _NUMBER,
    "count": _NUMBER,
    "due": _NUMBER,
    "erased": _NUMBER,
    "chats": _NUMBER,
    "mistakes": _NUMBER,
    "status": _NUMBER,
}
WITHHELD = "(withheld)"
LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def only_known(_logger: object, _method: str, event: Mapping[str, Any]) -> Mapping[str, Any]:
    """What may stand in a log: known keys, with values that look as they must."""
    return {key: _plain(key, value) for key, value in event.items() if key in KEYS}


def _plain(key: str, value: object) -> object:
    match value:
        case bool() | int() | float() | None:
            return value
        case list() | tuple():
            return [_plain(key, each) for each in value]
        case str() if KEYS[key].fullmatch(value):
            return value
        case _:
            return WITHHELD


def configure(level: str, stream: TextIO | None = None) -> None:
    """Log from `level` up to `stream`, standard error if not said otherwise."""
    out = stream or sys.stderr
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_known,
            structlog.processors.KeyValueRenderer(
                key_order=["timestamp", "level", "event"], drop_missing=True
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [_ByPlace()]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _told
    threading.excepthook = _told_of_thread
    sys.unraisablehook = _told_of_unraisable


class _ByPlace(logging.Handler):
    """A library's warning: which one and where, for its message may quote what somebody wrote."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log the place."""
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        structlog.get_logger().log(
            max(record.levelno, logging.WARNING),
            "library",
            logger=record.name,
            place=f"{record.module}:{record.lineno}",
            **({"error": error} if error else {}),
        )


def _told(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """The program ends with an error: its type and the places it came through, not its words."""
    if issubclass(kind, KeyboardInterrupt):
        return
    log = structlog.get_logger()
    for name, frames in _chain(kind, error, trace):
        log.error("program.failed", error=name, place=" < ".join(reversed(frames))[-200:])


def _told_of_thread(failed: threading.ExceptHookArgs) -> None:
    """A thread ends with an error."""
    if failed.exc_value is not None:
        _told(failed.exc_type, failed.exc_value, failed.exc_traceback)


def _told_of_unraisable(failed: "sys.UnraisableHookArgs") -> None:
    """Something that was being cleared away failed."""
    if failed.exc_value is not None:
        _told(failed.exc_type, failed.exc_value, failed.exc_traceback)


def _chain(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> list[tuple[str, list[str]]]:
    frames = [
        f"{frame.f_globals.get('__name__', '?')}:{line}" for frame, line in traceback.walk_tb(trace)
    ]
    told = [(kind.__name__, frames)]
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            told += _chain(type(each), each, each.__traceback__)
    return told
