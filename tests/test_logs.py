"""Nothing that a person wrote, nothing secret, stands in a log."""

import io
import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from desk import desk

from bot.core.content import Content
from bot.logs import configure

CANARY = "kanarienvogel"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    handlers, hook = logging.getLogger().handlers[:], sys.excepthook
    of_threads, of_clearing = threading.excepthook, sys.unraisablehook

    stream = io.StringIO()
    configure("debug", stream)
    yield stream
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    logging.getLogger().handlers[:] = handlers
    sys.excepthook = hook
    threading.excepthook, sys.unraisablehook = of_threads, of_clearing


def test_unknown_keys_and_strange_values_do_not_pass(logged: io.StringIO) -> None:
    structlog.get_logger().info(
        f"hello {CANARY}", text=CANARY, because=["faq cost 0.91", f"ü {CANARY}"], chat=CANARY
    )
    line = logged.getvalue()
    assert CANARY not in line
    assert "faq cost 0.91" in line


def test_a_library_that_quotes_a_message_is_named_without_it(logged: io.StringIO) -> None:
    try:
        int(CANARY)
    except ValueError:
        logging.getLogger("somelibrary").exception("while reading %s", CANARY)
    line = logged.getvalue()
    assert CANARY not in line
    assert "somelibrary" in line
    assert "ValueError" in line


def test_an_error_that_ends_the_program_is_told_by_type_and_place(logged: io.StringIO) -> None:
    try:
        int(CANARY)
    except ValueError as error:
        group = ExceptionGroup(CANARY, [error])
        sys.excepthook(type(group), group, group.__traceback__)
    line = logged.getvalue()
    assert CANARY not in line
    assert "ValueError" in line
    assert "test_logs" in line


def test_an_error_that_ends_a_thread_is_told_by_type_and_place(
    logged: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        int(CANARY)

    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()
    assert CANARY not in logged.getvalue() + capsys.readouterr().err
    assert "ValueError" in logged.getvalue()


def test_an_error_while_something_is_cleared_away_is_told_without_words(
    logged: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    class Fails:
        def __del__(self) -> None:
            int(CANARY)

    Fails()
    assert CANARY not in logged.getvalue() + capsys.readouterr().err
    assert "ValueError" in logged.getvalue()


async def test_a_whole_chat_leaves_no_word_in_the_log(
    tmp_path: Path, content: Content, logged: io.StringIO
) -> None:
    async with desk(tmp_path / "data", content) as here:
        for text in (CANARY, f"alert file {CANARY}", "crash", f"record {CANARY}", "erase"):
            await here.hears(text, chat=f"telegram:{CANARY}")
        await here.ticks()
    lines = logged.getvalue()
    assert CANARY not in lines
    assert lines.count("event='turn'") >= 4
    assert "turn.failed" in lines
