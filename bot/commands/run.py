"""`python -m bot run` and `chat`: the wiring of the whole program, and its only one."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
import structlog

from bot.channels.terminal import Terminal
from bot.content_folder import model_bytes
from bot.core.content import Content, read_content
from bot.core.dialogue import advance
from bot.core.dialogue.floor import floor, is_danger
from bot.core.model import AnyEvent, ChatId, CommandReceived, EventId
from bot.floor import Floor
from bot.outbox import Deliver, Outbox
from bot.pace import Pace
from bot.reception import Reception
from bot.reload import ContentBrokenError, Reload, begin
from bot.settings import Settings, SettingsError
from bot.standby import floor_only, records
from bot.store.contents import Contents
from bot.store.database import StoreDownError
from bot.store.lock import AlreadyRunningError
from bot.store.writer import Store
from bot.vault import SealBrokenError, Vault, VaultError

CONNECT = """\
This is the assistant in your terminal. Nothing leaves this machine; the record is kept in {data}.
To connect Telegram: 1. write to @BotFather, send /newbot, and copy the token it gives you;
2. start again with BOT_TOKEN set to it; 3. add the bot to a staff group, and set BOT_STAFF_CHAT_ID.
"""
TYPE = "Type a message, the number or the label of a button, or /help. Ctrl-D ends.\n"
TYPE_PLAIN = (
    "Each line of input is a message, [Label] presses that button. The end of input ends.\n"
)
DRAIN = timedelta(seconds=10)
CONSOLE_AGAIN = timedelta(seconds=5)
DOWN = """\
bot: until that is mended, only signs of danger are answered; other messages wait at Telegram, which
bot: keeps them for a day. Trying again every minute."""
DOWN_FOR = timedelta(minutes=1)


log = structlog.get_logger()


class Assistant(NamedTuple):
    """The running parts that a channel needs."""

    reception: Reception
    outbox: Outbox
    contents: Contents


def add(parsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    run = parsers.add_parser("run", help="start the assistant: on Telegram, or in the terminal")
    run.set_defaults(run=_run, plain=False, person="me", staff=False, console=True)
    chat = parsers.add_parser("chat", help="chat with the assistant in the terminal")
    chat.add_argument("--plain", action="store_true", help="one message a line, no colors")
    chat.add_argument("--as", dest="person", default="me", metavar="NAME", help="chat as somebody")
    chat.add_argument("--staff", action="store_true", help="show what staff are alerted of, too")
    chat.set_defaults(run=_chat, console=False)


def _run(namespace: argparse.Namespace) -> int:
    if not namespace.settings.bot_token:
        return _chat(namespace)
    # a terminal has no use for Telegram's library, which takes a while to load
    from bot.channels.telegram import TokenRefusedError  # noqa: PLC0415

    return _guarded(
        _telegram(namespace.settings, namespace.clock), TokenRefusedError, SettingsError
    )


def _chat(namespace: argparse.Namespace) -> int:
    return _guarded(_terminal(namespace, namespace.settings, namespace.clock))


@contextlib.asynccontextmanager
async def assistant(
    settings: Settings,
    clock: Callable[[], datetime],
    channels: Callable[[Vault, Contents], Mapping[str, Deliver]],
    *,
    pace: Pace,
    staff_chat: ChatId | None,
    has_console: bool = False,
    heard: Floor | None = None,
) -> AsyncIterator[Assistant]:
    """The assistant with everything but a channel's intake; what is unsent is sent before it ends."""

    def read(old: Mapping[str, str]) -> Content | None:
        return read_content(old, model_bytes(settings.content_dir))[0]

    with records(settings, clock) as (store, vault):
        contents = Contents(store, read=read)
        try:
            unchecked = begin(settings.content_dir, contents)
        except ContentBrokenError:
            await store.close()
            raise
        outbox = Outbox(store, channels(vault, contents), clock, pace=pace)
        reception = Reception(
            store,
            contents,
            clock,
            outbox=outbox,
            advance=advance,
            last_resort=lambda event: floor(contents.newest, event),
            staff_chat=staff_chat,
            is_danger=lambda event: is_danger(contents.newest, event),
            console_url=settings.bot_console_url,
            floor=heard,
        )
        reload = Reload(settings.content_dir, contents, reception.tell_staff, unchecked=unchecked)
        stop_console = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(outbox.run())
                tasks.create_task(reception.run())
                tasks.create_task(reload.run())
                running = Assistant(reception, outbox, contents)
                if has_console and settings.bot_console_listen != "off":
                    served = await _console(settings, store, running, clock, staff_chat)
                    tasks.create_task(served(stop_console))
                    if staff_chat is not None:
                        from bot.console.daily_head import DailyHead  # noqa: PLC0415 (as below)

                        head = DailyHead(store, contents, outbox, staff_chat)
                        tasks.create_task(head.run(stop_console))
                try:
                    yield running
                finally:
                    stop_console.set()
                    reload.stop()
                    reception.stop()
                    await outbox.stop(within=DRAIN)
        finally:
            await store.close()


async def _console(
    settings: Settings,
    store: Store,
    running: Assistant,
    clock: Callable[[], datetime],
    staff_chat: ChatId | None,
) -> Callable[[asyncio.Event], Coroutine[object, object, None]]:
    """Say where the staff console is; what serves it. A taken address never stops the assistant."""
    from bot.console.app import console, first_link, serve  # noqa: PLC0415 (as above)
    from bot.health import health_routes  # noqa: PLC0415 (as above)

    built = console(
        store=store,
        reception=running.reception,
        outbox=running.outbox,
        contents=running.contents,
        clock=clock,
        listen=settings.bot_console_listen,
        public_url=settings.bot_console_url,
        fhir_base=settings.bot_fhir_base,
        staff_chat=staff_chat,
        content_dir=settings.content_dir,
        more=health_routes(store),
    )
    print(f"bot: staff console on {built.house.public_url}", flush=True)
    try:
        if link := await first_link(built):
            print(f"bot: make the first account here: {link}", flush=True)
    except SealBrokenError:
        log.error("record.damaged", place="accounts.sealed")  # noqa: TRY400 (its place is all there is)

    async def served(stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await serve(built, settings.bot_console_listen, stop, settings.bot_console_proxy)
            except (OSError, ValueError) as error:
                print(
                    f"bot: no staff console at BOT_CONSOLE_LISTEN={settings.bot_console_listen}:"
                    f" {error}",
                    file=sys.stderr,
                    flush=True,
                )
                return
            except Exception as error:  # noqa: BLE001 (the console must never end the assistant)
                log.error("console.failed", error=type(error).__name__)  # noqa: TRY400 (a traceback may quote a client)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(CONSOLE_AGAIN.total_seconds()):
                        await stop.wait()

    return served


async def _telegram(settings: Settings, clock: Callable[[], datetime]) -> None:
    """Serve until stopped; while the records do not open, answer signs of danger and try again."""
    from bot.channels.telegram_logs import quiet_logs  # noqa: PLC0415 (as above)

    quiet_logs(settings.bot_token)
    stopped, heard = asyncio.Event(), Floor()
    while not stopped.is_set():
        try:
            await _serve_telegram(settings, clock, stopped, heard)
        except (StoreDownError, ExceptionGroup) as error:
            problem = _first(error, (StoreDownError,))
            if problem is None:
                raise
            print(f"bot: {problem}\n{DOWN}", file=sys.stderr, flush=True)
            if not stopped.is_set():
                # A webhook brings nothing new of whoever has an unanswered message already.
                polling = msgspec.structs.replace(settings, bot_webhook_url="")
                await _serve_telegram(polling, clock, stopped, heard, down=str(problem))
        else:
            return


async def _serve_telegram(
    settings: Settings,
    clock: Callable[[], datetime],
    stopped: asyncio.Event,
    heard: Floor,
    down: str = "",
) -> None:
    from bot.channels.telegram import Telegram  # noqa: PLC0415 (as above)

    made: list[Telegram] = []

    def channels(vault: Vault, contents: Contents) -> Mapping[str, Deliver]:
        telegram = Telegram(
            settings, vault=vault, wording=lambda: contents.newest.wording, clock=clock
        )
        made.append(telegram)
        return {"telegram": telegram.deliver}

    staff = settings.bot_staff_chat_id
    staff_chat = ChatId(f"telegram:{staff}") if staff else None
    pace = Pace(per_bot=float(settings.bot_messages_per_second))
    serving = (
        floor_only(settings, clock, channels, down, heard)
        if down
        else assistant(
            settings,
            clock,
            channels,
            pace=pace,
            staff_chat=staff_chat,
            has_console=True,
            heard=heard,
        )
    )
    async with (
        contextlib.AsyncExitStack() as after,  # the last messages are sent before it hangs up
        serving as running,
    ):
        after.push_async_callback(made[0].close)
        loop = asyncio.get_running_loop()

        def stop() -> None:
            stopped.set()
            made[0].stop()

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop)
        if stopped.is_set():  # while the records were being opened
            stop()
        if down:
            loop.call_later(DOWN_FOR.total_seconds(), made[0].stop)
        else:
            print(f"bot: running on Telegram, records in {settings.data_dir}", flush=True)
        await made[0].run(running.reception, running.outbox)


async def _terminal(
    namespace: argparse.Namespace, settings: Settings, clock: Callable[[], datetime]
) -> None:
    plain = namespace.plain or not sys.stdin.isatty()
    terminal = Terminal(ChatId(f"terminal:{namespace.person}"), plain=plain, clock=clock)
    staff_chat = ChatId("terminal:staff") if namespace.staff else None
    async with assistant(
        settings,
        clock,
        lambda _vault, _contents: {"terminal": terminal.deliver},
        pace=Pace.none(),
        staff_chat=staff_chat,
        has_console=namespace.console,
    ) as running:
        if namespace.command == "run" or not plain:
            connect = CONNECT.format(data=settings.data_dir) + (TYPE_PLAIN if plain else TYPE)
            print(connect, file=sys.stderr if plain else sys.stdout, flush=True)
        if not plain:
            event = CommandReceived(
                event_id=EventId(f"terminal:{os.urandom(12).hex()}"),
                chat_id=terminal.chat_id,
                at=clock(),
                name="start",
            )
            await _receive(terminal, running, event)
        lines = await terminal.lines()
        while (line := await lines.get()) is not None:
            await _receive(terminal, running, terminal.event(line))


async def _receive(terminal: Terminal, running: Assistant, event: AnyEvent | None) -> None:
    """Receive one event and wait until everything it led to has been shown."""
    if event is None:
        return
    delivery = terminal.delivery(event)
    try:
        await running.reception.receive(delivery)
        await running.outbox.idle()
    except StoreDownError:
        await running.reception.answer_from_memory([delivery])


def _guarded(main: Coroutine[object, object, None], *also: type[Exception]) -> int:
    """Run to the end; what an operator can mend is told in a line, without a traceback."""
    known: tuple[type[Exception], ...] = (
        ContentBrokenError,
        AlreadyRunningError,
        VaultError,
        StoreDownError,
        *also,
    )
    try:
        asyncio.run(main)
    except known as error:
        return _told(error)
    except ExceptionGroup as group:
        if (first := _first(group, known)) is None:
            raise
        return _told(first)
    return 0


def _first(error: Exception, known: tuple[type[Exception], ...]) -> BaseException | None:
    """The first of these kinds, also in a group; None when there is another kind in it as well."""
    if not isinstance(error, ExceptionGroup):
        return error
    matched, others = error.split(known)
    if matched is None or others is not None:
        return None
    first: BaseException = matched
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first


def _told(error: BaseException) -> int:
    if isinstance(error, ContentBrokenError):
        print(f"bot: the content has mistakes, so nothing is started:\n{error}", file=sys.stderr)
    else:
        print(f"bot: {error}", file=sys.stderr)
    return 1
