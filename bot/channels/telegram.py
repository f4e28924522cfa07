"""Telegram: the intake loop of our own, and the way out.

python-telegram-bot confirms updates before anything is kept, and one malformed update stops its
poller for ever (measured; see ARCHITECTURE.md). So of that library we use the Bot, its types and
errors; here an update is confirmed to Telegram only after the reception has committed it.

Only the files `telegram*.py` of this folder know Telegram. Counterparts: `telegram_updates` reads,
`telegram_sending` sends, `telegram_webhook` is the other way in.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

import structlog
from telegram import Bot, BotCommand
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram_line import Line
from bot.channels.telegram_logs import hidden
from bot.channels.telegram_sending import Sender
from bot.channels.telegram_updates import WANTED, Forged, Ignored, InGroup, Read, Updates
from bot.channels.telegram_webhook import webhook_app
from bot.core.content.wording import Wording, fill
from bot.core.model import ChatId
from bot.core.post import Delivery, Outcome, Outgoing, OutgoingKind
from bot.http_server import HttpServer, listening
from bot.outbox import Outbox
from bot.reception import Reception
from bot.settings import Settings, SettingsError
from bot.store.database import StoreDownError
from bot.vault import Vault

T = TypeVar("T")

POLL = 30  # seconds that Telegram holds an empty poll
BATCH = 100
STORE_REST = 1.0  # seconds; asked again within half a second, Telegram gives one update only
CONFLICT_REST = 5.0
LONGEST_REST = 30.0
ASIDES = 200  # answers that are worth nothing later; what does not fit is left out
TRIES = 3  # of an update that the reception itself fails on
log = structlog.get_logger()


class TokenRefusedError(Exception):
    """Telegram does not know the token."""


class UnreadableError(TelegramError):
    """Telegram's answer holds something that is no JSON."""

    def __init__(self, body: bytes) -> None:
        super().__init__("Invalid server response")
        self.body = body


class Polling(Line):
    """The connection for long polls; an answer that cannot be read is kept for a closer look."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, object]:
        """Parse an answer."""
        try:
            answer = json.loads(payload)
        except (ValueError, RecursionError):
            raise UnreadableError(payload) from None
        if not isinstance(answer, dict):
            raise UnreadableError(payload)
        return {"result": [], **answer}


class Telegram:
    """One bot. `deliver` is for the outbox; `run` takes updates in until `stop`; then `close`."""

    def __init__(
        self,
        settings: Settings,
        *,
        vault: Vault,
        wording: Callable[[], Wording],
        clock: Callable[[], datetime],
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._settings = settings
        self._vault = vault
        self._wording = wording
        self._clock = clock
        self._polling = Polling()
        self._bot = Bot(
            settings.bot_token,
            base_url=f"{settings.bot_api_url.rstrip('/')}/bot",
            request=Line(),
            get_updates_request=self._polling,
        )
        self._sender = Sender(
            self._bot, sign=vault.signature, hide=lambda text: hidden(text, settings.bot_token)
        )
        staff = settings.bot_staff_chat_id
        self._updates = Updates(
            is_ours=vault.check_signature,
            is_staff=lambda chat: bool(staff) and chat == self._sender.current(int(staff)),
            me=settings.bot_token.partition(":")[0],
            clock=clock,
        )
        self._asides: asyncio.Queue[Outgoing] = asyncio.Queue(ASIDES)
        self._tries: Counter[str] = Counter()
        self._stopping = asyncio.Event()
        self._turning = asyncio.Event()  # away from the webhook: the store is down, or `stop`

    async def deliver(self, outgoing: Outgoing) -> Outcome:
        """Send, edit, answer or delete in a chat, and say what came of it."""
        return await self._sender.deliver(outgoing)

    async def run(self, reception: Reception, outbox: Outbox) -> None:
        """Take updates in, by long polling or a webhook as the settings say, until `stop`.

        Raises:
            TokenRefusedError: Telegram does not know the token.
            SettingsError: the webhook cannot listen where it should.

        """
        self._reception, self._outbox = reception, outbox
        await self._until_done("connect", self._bot.initialize)
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            asides = [tasks.create_task(self._introduce()), tasks.create_task(self._say_asides())]
            if self._settings.bot_webhook_url:
                await self._serve_webhook()
            else:
                await self._poll()
            for task in asides:
                task.cancel()

    def stop(self) -> None:
        """Have `run` return; what is being received is finished."""
        self._stopping.set()
        self._turning.set()

    async def close(self) -> None:
        """Hang up, after the last message is sent."""
        await self._bot.request.shutdown()
        await self._polling.shutdown()

    # --- long polling -------------------------------------------------------------------------

    async def _poll(self, *, while_down: bool = False) -> None:
        """Take updates in until `stop`; or only until the store is back."""
        await self._until_done("delete_webhook", self._bot.delete_webhook)
        offset, limit, failures = 0, BATCH, 0
        while not self._stopping.is_set() and (self.counts["store_down"] or not while_down):
            try:
                updates = await self._unless_stopped(self._fetched(offset, limit))
            except UnreadableError as error:
                if limit > 1:
                    limit = 1  # to find out which one it is
                    continue
                letter = self._updates.unreadable(error.body)
                number = letter.update_id.rpartition(":")[2]
                if number.isdecimal() and await self._received([letter]):
                    offset, limit = int(number) + 1, BATCH
                else:
                    await self._rest(STORE_REST)
                continue
            except TelegramError as error:
                failures += 1
                await self._rest(self._patience(error, "get_updates", failures))
                if isinstance(error, Conflict):
                    await self._until_done("delete_webhook", self._bot.delete_webhook)
                continue
            failures = 0
            if not updates:
                continue
            if await self._received([self._updates.read(each) for each in updates]):
                offset, limit = _after(updates, offset), BATCH
            else:
                await self._rest(STORE_REST)

    async def _fetched(self, offset: int, limit: int) -> list[Any]:
        """The next updates as parsed JSON, not looked at; Telegram forgets those before `offset`."""
        query = {
            "offset": offset,
            "limit": limit,
            "timeout": POLL,
            "allowed_updates": json.dumps(WANTED),
        }
        result = await self._polling.post(
            f"{self._bot.base_url}/getUpdates?{urlencode(query)}", read_timeout=POLL + 15
        )
        return result if isinstance(result, list) else []

    # --- webhook ------------------------------------------------------------------------------

    async def _serve_webhook(self) -> None:
        settings = self._settings
        try:
            listener = listening(settings.bot_webhook_listen)
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"BOT_WEBHOOK_LISTEN={settings.bot_webhook_listen} cannot be used: {error}"
            ) from None
        server = HttpServer(webhook_app(settings.bot_webhook_secret, self._take))
        serving = self._tasks.create_task(server.serve(sockets=[listener]))
        await server.has_started.wait()
        while not self._stopping.is_set():
            self._turning.clear()
            await self._until_done(
                "set_webhook",
                lambda: self._bot.set_webhook(
                    settings.bot_webhook_url,
                    secret_token=settings.bot_webhook_secret,
                    allowed_updates=WANTED,
                ),
            )
            await self._turning.wait()
            # A webhook brings nothing new of whoever waits for an answer; polling shows it all.
            if self.counts["store_down"]:
                await self._poll(while_down=True)
        server.leave()
        await serving

    async def _take(self, body: bytes) -> bool:
        """Keep what the webhook brought; False when it should come again."""
        if self._stopping.is_set():
            return False
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            return await self._received([self._updates.unreadable(body)])
        return await self._received([self._updates.read(update)])

    # --- what came in -------------------------------------------------------------------------

    async def _received(self, readings: Sequence[Read]) -> bool:
        """Have it kept; False when it was not, and the same should come again."""
        deliveries = [each for each in readings if isinstance(each, Delivery)]
        if deliveries and not await self._kept(deliveries):
            return False
        self.counts["updates"] += len(readings)
        self.counts["malformed"] += sum(bool(each.problem) for each in deliveries)
        for reading in readings:
            match reading:
                case Forged():
                    self.counts["forged"] += 1
                    self._aside_toast(reading.callback_id)
                case InGroup() if not await self._answered_group(reading.chat):
                    return False
                case Delivery() | InGroup() | Ignored():
                    pass
        return True

    async def _kept(self, deliveries: Sequence[Delivery]) -> bool:
        """Whether the reception has committed them all; who is in danger is answered either way."""
        try:
            await self._reception.receive_all(deliveries)
        except StoreDownError as error:
            self._note_store(error.why)
        except Exception as error:  # noqa: BLE001 (the safety floor: whatever is wrong, people are answered)
            log.error("telegram.reception_failed", error=type(error).__name__)  # noqa: TRY400 (a traceback may hold words)
            if len(deliveries) > 1:
                return all([await self._kept([each]) for each in deliveries])
            self._tries[deliveries[0].update_id] += 1
            if self._tries[deliveries[0].update_id] >= TRIES:
                self.counts["given_up"] += 1
                return True
        else:
            self._note_store("")
            return True
        await self._reception.answer_from_memory(deliveries)
        return False

    def _note_store(self, problem: str) -> None:
        """Log when the store goes down, and when it is back; a webhook is of no use between."""
        if problem and not self.counts["store_down"]:
            log.error("telegram.store_down", why=problem)
            self._turning.set()
        elif not problem and self.counts["store_down"]:
            log.warning("telegram.store_back")
        self.counts["store_down"] = self.counts["store_down"] + 1 if problem else 0

    async def _answered_group(self, chat: int) -> bool:
        """Say once in a group that the bot talks in private; all that is kept is that it was said."""
        chat_id = ChatId(f"telegram:{chat}")
        name = f"telegram:group:{self._vault.signature(chat_id, 'group')}"
        try:
            is_first = await self._reception.receive(
                Delivery(update_id=name, received_at=self._clock())
            )
        except StoreDownError:
            return False
        if is_first:
            self.counts["groups"] += 1
            link = f"https://t.me/{self._bot.username}?start=__group"
            text = fill(self._wording().group_reply, link=link)
            self._aside(Outgoing(id=0, chat_id=chat_id, kind=OutgoingKind.MESSAGE, text=text))
        return True

    def _aside_toast(self, callback_id: str) -> None:
        self._aside(
            Outgoing(
                id=0,
                chat_id=ChatId("telegram:0"),
                kind=OutgoingKind.TOAST,
                text=self._wording().other.forged,
                callback_id=callback_id,
            )
        )

    def _aside(self, outgoing: Outgoing) -> None:
        with suppress(asyncio.QueueFull):
            self._asides.put_nowait(outgoing)

    async def _say_asides(self) -> None:
        while True:
            await self._sender.deliver(await self._asides.get())

    async def _introduce(self) -> None:
        """Tell Telegram what it shows about the bot; the bot works without it."""
        words = self._wording().telegram
        commands = [BotCommand(name, text) for name, text in words.commands.items()]
        try:
            await self._bot.set_my_commands(commands)
            await self._bot.set_my_description(words.description)
            await self._bot.set_my_short_description(words.short_description)
        except TelegramError as error:
            name = type(error).__name__
            log.warning("telegram.not_introduced", error=name, why=self._sender.why(error))

    # --- patience -----------------------------------------------------------------------------

    async def _until_done(self, what: str, call: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Call until Telegram has done it, or `stop`."""
        failures = 0
        while not self._stopping.is_set():
            try:
                await self._unless_stopped(call())
            except InvalidToken:
                raise TokenRefusedError(
                    "Telegram does not know BOT_TOKEN. Ask @BotFather for it (/mybots, API Token)."
                ) from None
            except TelegramError as error:
                failures += 1
                await self._rest(self._patience(error, what, failures))
            else:
                return

    def _patience(self, error: TelegramError, what: str, failures: int) -> float:
        """How many seconds to wait after that many failures; the first one of a row is logged."""
        if failures == 1:
            name = type(error).__name__
            log.warning("telegram.failed", call=what, error=name, why=self._sender.why(error))
        match error:
            case RetryAfter(retry_after=timedelta() as after):
                return after.total_seconds()
            case Conflict():
                return CONFLICT_REST
            case _:
                return min(2.0 ** (failures - 1), LONGEST_REST)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _unless_stopped(self, work: Coroutine[Any, Any, T]) -> T | None:
        """What `work` gives; None when `stop` came first."""
        async with asyncio.TaskGroup() as tasks:
            stopped = tasks.create_task(self._stopping.wait())
            working = tasks.create_task(_caught(work))
            await asyncio.wait({stopped, working}, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            if not working.done():
                working.cancel()
                return None
        result, error = working.result()
        if error is not None:
            raise error
        return result


async def _caught(work: Coroutine[Any, Any, T]) -> tuple[T | None, TelegramError | None]:
    """The result or the error, so that a task group lets an expected error pass as it is."""
    try:
        return await work, None
    except TelegramError as error:
        return None, error


def _after(updates: Sequence[Any], offset: int) -> int:
    """The offset that confirms `updates`."""
    ids = [each.get("update_id") for each in updates if isinstance(each, dict)]
    return max([offset, *(each + 1 for each in ids if type(each) is int)])
