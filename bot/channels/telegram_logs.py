"""Keeps the token out of logs: Telegram's addresses hold it, and so do the errors about them."""

import logging
import traceback
from typing import Any

NOISY = ("telegram", "httpx", "httpcore", "aiohttp", "uvicorn", "starlette")


def hidden(text: str, token: str) -> str:
    """`text` without the token, or its secret half."""
    return text.replace(token, "[token]").replace(token.partition(":")[2] or token, "[token]")


def quiet_logs(token: str) -> None:
    """Have libraries log warnings only, and no record of anybody hold the token."""
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    make = logging.getLogRecordFactory()

    def without_token(*given: Any, **named: Any) -> logging.LogRecord:  # noqa: ANN401 (as logging has it)
        record = make(*given, **named)
        message = record.getMessage()
        if token and hidden(message, token) != message:
            record.msg, record.args = hidden(message, token), ()
        if record.exc_info and token:
            record.exc_text = hidden(
                "".join(traceback.format_exception(*record.exc_info)).rstrip(), token
            )
        return record

    logging.setLogRecordFactory(without_token)
