"""The only door: each event of a client or of staff comes in here, and is one transaction.

`receive` returns after COMMIT; a channel confirms an update only then. Load the session, let
`dialogue` decide, write what it decided, hand the messages to the outbox. When nothing can be kept,
`receive` raises, and `answer_from_memory` says the words that do not need a store.

Counterparts: `effects`, which writes a turn; `store`, which commits it; `outbox`, which sends.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import msgspec
import structlog
from sqlalchemy import delete, update

from bot import figures
from bot.alerts import StaffChat, alerts_again, sent_alerts
from bot.case_code import fresh_case_code
from bot.console import access_log
from bot.core.content import Content
from bot.core.dialogue.floor import is_about_danger
from bot.core.model import (
    AlertSent,
    AnyEvent,
    CaseCode,
    ChatId,
    EraseChat,
    Reply,
    Session,
    Turn,
    WokeUp,
)
from bot.core.post import Delivery, FromStaff
from bot.done import Done, count
from bot.effects import FROM_CLIENT, Receipts, carry_out, message, toast
from bot.flood import Flood, Verdict
from bot.floor import Floor
from bot.housekeeping import Housekeeping, scrub_copy
from bot.outbox import Outbox
from bot.readiness import Readiness
from bot.replay import rebuilt
from bot.staff_group import aftermath, heard, taken
from bot.store.backups import UNREADABLE
from bot.store.batch import Batch
from bot.store.contents import Contents
from bot.store.database import StoreDownError
from bot.store.erasure import is_half_erased
from bot.store.post import bury, mark_blocked, post
from bot.store.records import KeptSession, Posted
from bot.store.tables import alerts, wakes
from bot.store.writer import Job, Store
from bot.vault import SealBrokenError
from bot.waking import due_wakes

Advance = Callable[[Session, AnyEvent, Content], Turn]
LastResort = Callable[[AnyEvent], tuple[Reply, ...]]

TICK = timedelta(seconds=3)
ALERTS_EVERY = timedelta(seconds=30)
log = structlog.get_logger()


class Reception:
    """`receive` events; `run` wakes chats and repeats alerts."""

    def __init__(
        self,
        store: Store,
        contents: Contents,
        clock: Callable[[], datetime],
        *,
        outbox: Outbox,
        advance: Advance,
        last_resort: LastResort,
        staff_chat: ChatId | None = None,
        is_danger: Callable[[AnyEvent], bool] = lambda _event: False,
        console_url: str = "",
        floor: Floor | None = None,
    ) -> None:
        self._store = store
        self._contents = contents
        self._clock = clock
        self._outbox = outbox
        self._advance = advance
        self._last_resort = last_resort
        self._staff = StaffChat.of(staff_chat, console_url)
        self._is_danger = is_danger
        self._flood = Flood()
        self._floor = floor or Floor()
        self._house = Housekeeping(store, contents, clock, outbox)
        self._readiness = Readiness(is_danger)
        self._nudged = asyncio.Event()
        self._stopping = asyncio.Event()
        self._alerts_seen_at: datetime | None = None
        outbox.when_alert_sent(self._nudged.set)

    # --- events --------------------------------------------------------------------------------

    async def receive(self, delivery: Delivery, also: Job[None] | None = None) -> bool:
        """Keep one event, what it leads to, and `also`; False if it was known and nothing was done.

        Raises:
            StoreDownError: nothing was kept; `answer_from_memory`, and receive it again later.

        """
        return (await self._received([delivery], also))[0]

    async def receive_all(
        self, deliveries: Sequence[Delivery], also: Job[None] | None = None
    ) -> None:
        """The same for several, in order, in one transaction.

        Raises:
            StoreDownError: some or all were not kept; receive them all again, known ones are no-ops.

        """
        if deliveries:
            await self._received(deliveries, also)

    async def answer_from_memory(self, deliveries: Sequence[Delivery]) -> None:
        """Say what needs no store: to each update once, to whoever is in danger first."""
        found = [(each.update_id, each.event) for each in deliveries if each.event is not None]
        for name, event in sorted(found, key=lambda each: not self._is_danger(each[1])):
            words = partial(self._last_resort, event)
            await self._floor.answer(name, event.chat_id, words, self._outbox.say_now)

    async def _received(self, deliveries: Sequence[Delivery], also: Job[None] | None) -> list[bool]:
        verdicts = {each.update_id: self._verdict(each) for each in deliveries}
        chats = [each.event.chat_id for each in deliveries if each.event is not None]
        await self._readiness.wait(self._contents.newest, [each.event for each in deliveries])

        def job(batch: Batch) -> list[Done]:
            done = [
                self._one(batch, each)
                if verdicts[each.update_id] is Verdict.HEARD
                else self._flooded(batch, each, verdicts[each.update_id])
                for each in deliveries
            ]
            if also and any(each.is_new for each in done):
                also(batch)
            return done

        try:
            done = await self._store.run(
                job, chats=chats, updates=[each.update_id for each in deliveries]
            )
        except StoreDownError:
            figures.store_down.inc(len(deliveries))
            raise
        except Exception as error:  # noqa: BLE001 (the safety floor: our mistake must not silence the bot)
            if len(deliveries) > 1:
                return [await self.receive(each, also) for each in deliveries]
            done = [await self._store.run(self._failing(deliveries[0], type(error).__name__))]
        for delivery, each in zip(deliveries, done, strict=True):
            count(delivery, each, verdicts[delivery.update_id])
            each.log_turn()  # only now it is kept
            if each.dropped is not None:
                self._outbox.forget(each.dropped)
            self._outbox.offer(each.posted)
        if any(each.dropped is not None for each in done):
            with suppress(StoreDownError):  # the night comes back to it
                await self._store.run(scrub_copy)
        return [each.is_new for each in done]

    # --- one event, in the store's thread ----------------------------------------------------------

    def _one(self, batch: Batch, delivery: Delivery, receipts: Receipts | None = None) -> Done:
        if batch.is_known(delivery.update_id):
            return Done(self._toasts(delivery), is_new=False)
        batch.remember(delivery.update_id)
        event = delivery.event
        if delivery.acknowledges is not None:
            return Done(self._acknowledged(batch, delivery, delivery.acknowledges))
        if delivery.blocked is not None:
            lost = mark_blocked(batch, batch.vault.ref(delivery.blocked))
            return Done(lost, dropped=delivery.blocked)
        if delivery.from_staff is not None:
            return Done(self._from_staff(batch, delivery, delivery.from_staff))
        if delivery.problem:
            ref = batch.vault.ref(delivery.of_chat or UNREADABLE)
            bury(batch, ref, "unreadable", delivery.problem, delivery.raw)
        if event is None:
            return Done(self._toasts(delivery))
        if not self._settled(batch, event):
            return Done([])
        began = time.perf_counter()
        receipt: list[Posted] = []
        if was_erased := is_half_erased(batch, event.chat_id):
            done = Reply(text=self._contents.newest.wording.erase.done)
            receipt = [post(batch, message(event.chat_id, done))]
            if not self._is_danger(event):
                return Done([*self._toasts(delivery), *receipt], dropped=event.chat_id)
        kept = self._kept(batch, event.chat_id) or self._new(batch, event.chat_id)
        content = self._content(batch, kept.session)
        pinned = msgspec.structs.replace(kept.session, content_version=content.version)
        turn = self._advance(pinned, event, content)
        posted = carry_out(
            batch,
            kept,
            event,
            turn,
            content,
            staff=self._staff,
            recall=self._outbox.recall,
            is_free=self._outbox.is_free(event.chat_id),
            receipts=receipts,
        )
        erases = was_erased or any(isinstance(effect, EraseChat) for effect in turn.effects)
        if not erases:
            posted += aftermath(batch, event, turn.session, content, self._staff)
        said = log.bind(
            chat=batch.vault.ref(event.chat_id)[:8],
            event_type=type(event).__name__,
            because=turn.because,
            ms=round((time.perf_counter() - began) * 1000, 1),
        )
        return Done(
            [*self._toasts(delivery, turn), *receipt, *posted],
            dropped=event.chat_id if erases else None,
            log_turn=lambda: said.info("turn"),
        )

    def _verdict(self, delivery: Delivery) -> Verdict:
        """Whether the message is one too many; signs of danger, and replies about it, never are."""
        event = delivery.event
        if not isinstance(event, FROM_CLIENT):
            return Verdict.HEARD
        verdict = self._flood.verdict(event, delivery.update_id, delivery.sent_at or event.at)
        if verdict is not Verdict.HEARD and self._is_danger(event):
            return Verdict.HEARD
        return verdict

    def _flooded(self, batch: Batch, delivery: Delivery, verdict: Verdict) -> Done:
        if batch.is_known(delivery.update_id) or delivery.event is None:
            return Done(self._toasts(delivery), is_new=False)
        kept = self._kept(batch, delivery.event.chat_id)
        if kept is not None and is_about_danger(kept.session):
            return self._one(batch, delivery)
        batch.remember(delivery.update_id)
        posted = self._toasts(delivery)
        if verdict is Verdict.NOTICED:
            content = self._contents.newest
            text = content.spoken(content.wording.other.flood)
            posted.append(post(batch, message(delivery.event.chat_id, Reply(text=text))))
        return Done(posted)

    def _kept(self, batch: Batch, chat_id: ChatId) -> KeptSession | None:
        """The chat's session; one that does not open is made again from the chat's turns."""
        try:
            return batch.session(chat_id)
        except SealBrokenError:
            if is_half_erased(batch, chat_id):
                return None
            log.warning("session.rebuilt", chat=batch.vault.ref(chat_id)[:8])
            content_of = partial(self._contents.version, batch)
            return rebuilt(batch, chat_id, self._advance, content_of)

    def _new(self, batch: Batch, chat_id: ChatId) -> KeptSession:
        version = self._contents.newest.version
        code = fresh_case_code()
        while batch.is_code_taken(code):
            code = fresh_case_code()
        session = Session(chat_id=chat_id, case_code=code, content_version=version)
        return KeptSession(session=session)

    def _content(self, batch: Batch, session: Session) -> Content:
        """Whoever has answered something finishes on the content they began with."""
        if not session.answers:
            return self._contents.newest
        return self._contents.version(batch, session.content_version)

    def _toasts(self, delivery: Delivery, turn: Turn | None = None) -> list[Posted]:
        """Each pressed button gets an answer, or it goes on spinning."""
        if not delivery.callback_id:
            return []
        prefix = delivery.update_id.partition(":")[0]
        chat_id = delivery.event.chat_id if delivery.event else ChatId(f"{prefix}:")
        return [toast(chat_id, delivery.callback_id, turn.effects if turn else ())]

    def _settled(self, batch: Batch, event: AnyEvent) -> bool:
        """Tick off what the program itself had noted down; False when the note is gone."""
        ref = batch.vault.ref(event.chat_id)
        match event:
            case WokeUp():
                here = (wakes.c.ref == ref) & (wakes.c.reason == event.reason.value)
                return batch.change(delete(wakes).where(here)) > 0
            case AlertSent():
                told = update(alerts).where(
                    alerts.c.ref == ref, alerts.c.case_code == event.case, alerts.c.state == "sent"
                )
                return batch.change(told.values(state="told")) > 0
            case _:
                return True

    def _failing(self, delivery: Delivery, problem: str) -> Callable[[Batch], Done]:
        """The turn itself went wrong: to the dead letters, with the words for when all else fails."""

        def job(batch: Batch) -> Done:
            if batch.is_known(delivery.update_id):
                return Done(self._toasts(delivery), is_new=False)
            batch.remember(delivery.update_id)
            event = delivery.event
            chat_id = event.chat_id if event else UNREADABLE
            raw = repr(event).encode(errors="backslashreplace")
            bury(batch, batch.vault.ref(chat_id), "failed", problem, raw)
            posted = self._toasts(delivery)
            if event is not None and self._settled(batch, event) and isinstance(event, FROM_CLIENT):
                replies = self._last_resort(event)
                posted += [post(batch, message(chat_id, each)) for each in replies]
            return Done(posted)

        figures.failed.inc()
        log.error("turn.failed", error=problem)
        return job

    def _acknowledged(self, batch: Batch, delivery: Delivery, case: CaseCode) -> list[Posted]:
        """Staff have the case; the client is told of the alert before, if that is still to come."""
        posted: list[Posted] = []
        for untold in sent_alerts(batch, case):
            posted.extend(self._one(batch, untold).posted)
        if delivery.callback_id:
            access_log.append_of_telegram(batch, delivery.staff, "acknowledge!", case)
        return posted + taken(batch, delivery, case, self._contents.newest, self._staff)

    def _from_staff(self, batch: Batch, delivery: Delivery, said: FromStaff) -> list[Posted]:
        """What staff write in their group is an event of the client's chat, like any other."""
        if self._staff is None:
            return []
        found = heard(batch, delivery, said, self._contents.newest, self._staff)
        posted = list(found.posted)
        for event in found.events:
            posted += self._one(batch, event, found.receipts).posted
        return posted

    async def tell_staff(self, text: str) -> None:
        """Send staff a sentence about the bot itself, never about a client."""
        if self._staff is not None:
            chat, reply = self._staff.chat_id, Reply(text=text)
            try:
                posted = await self._store.run(lambda batch: [post(batch, message(chat, reply))])
            except StoreDownError:
                log.warning("staff.not_told")
            else:
                self._outbox.offer(posted)

    # --- time ------------------------------------------------------------------------------------

    async def run(self) -> None:
        """`tick` every few seconds, and at once when an alert was sent, until `stop`."""
        while not self._stopping.is_set():
            try:
                await self.tick()
            except StoreDownError:
                log.warning("tick.store_down")
            except SealBrokenError:  # one damaged record must not silence the bot for everybody
                log.error("tick.damaged")  # noqa: TRY400 (where it was is told by doctor)
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK.total_seconds()):
                    await self._nudged.wait()
            self._nudged.clear()

    def stop(self) -> None:
        """Have `run` return."""
        self._stopping.set()
        self._nudged.set()

    async def tick(self) -> None:
        """Wake chats whose time has come, repeat alerts, run errands, and at night retention.

        Raises:
            StoreDownError: next time, then.

        """
        for delivery in await self._store.run(lambda batch: due_wakes(batch) + sent_alerts(batch)):
            try:
                await self.receive(delivery)
            except SealBrokenError:  # not even its key opens; the others still have to be woken
                log.warning("chat.damaged", event_type=type(delivery.event).__name__)
        now = self._clock()
        if (staff := self._staff) is not None:
            seen, content = self._alerts_seen_at, self._contents.newest
            repeats = seen is None or abs(now - seen) >= ALERTS_EVERY
            self._alerts_seen_at = now if repeats else seen
            self._outbox.offer(
                await self._store.run(
                    lambda batch: alerts_again(batch, content, staff, repeats=repeats)
                )
            )
        await self._house.tick()
