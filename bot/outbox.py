"""Sends what is unsent: in order per chat, again after errors, at least once.

Laws:

- A row goes pending -> sending (committed) -> sent (with the channel's name of the message). What a
  crash left in between is sent again: a bubble may come twice, and none is lost.
- Each chat has a line of its own. A chat that must wait (429, timeouts, 5xx) holds up nobody else.
- An urgent message (an alert about danger) goes to the head of its line, behind other urgent ones.
- A toast stands in no line: it is of use for seconds only.

Counterparts: `reception` offers messages after their COMMIT; a channel's `deliver` sends them.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot import figures
from bot.core.model import ChatId, MessageId, Reply
from bot.core.post import (
    Delivered,
    Outcome,
    Outgoing,
    OutgoingKind,
    Refused,
    TryLater,
    Unreachable,
)
from bot.effects import message
from bot.pace import Bucket, Pace
from bot.store import post
from bot.store.batch import Batch
from bot.store.database import StoreDownError
from bot.store.records import Body, Hold, Posted
from bot.store.staff_posts import is_of_erased, topic_of
from bot.store.writer import Store

Deliver = Callable[[Outgoing], Awaitable[Outcome]]
Sleep = Callable[[float], Awaitable[None]]

FIRST_BACK_OFF = timedelta(seconds=1)
LONGEST_BACK_OFF = timedelta(seconds=30)  # somebody may be waiting for a crisis card
LONGEST_HOLD = timedelta(hours=1)  # of a hold that an older version kept without its length
STORE_BACK_OFF = timedelta(seconds=1)
REMEMBERED = 20_000  # names of sent messages, for taking their buttons away
IDLE_LINES = 5_000
CRASHES = 3  # tries of a message that makes the channel itself fail
_PACED = {OutgoingKind.MESSAGE, OutgoingKind.DOCUMENT}
_MAY_FAIL = {
    OutgoingKind.STRIP,
    OutgoingKind.DELETE,
    OutgoingKind.DROP_TOPIC,
    OutgoingKind.TOAST,
}
log = structlog.get_logger()


class _Line:
    """What waits for one chat."""

    def __init__(self, bucket: Bucket) -> None:
        self.queue: deque[Posted] = deque()
        self.bucket = bucket
        self.tries = 0
        self.sending = 0  # the row that is committed as being sent
        self.called: Posted | None = None  # the one that the channel has now
        self.is_served = False
        self.settled = asyncio.Event()
        self.settled.set()

    def add(self, posted: Posted) -> None:
        """Take its place: at the end, or behind the urgent ones and what is being sent now."""
        if not posted.body.urgent:
            self.queue.append(posted)
            return
        place = 0
        while place < len(self.queue) and (
            self.queue[place].body.urgent or self.queue[place] is self.called
        ):
            place += 1
        self.queue.insert(place, posted)


class Outbox:
    """`run` it in a task group; `offer` it messages; `stop` it at the end."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Deliver],
        clock: Callable[[], datetime],
        *,
        pace: Pace | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._store = store
        self._channels = channels
        self._clock = clock
        self._sleep = sleep
        self._pace = pace or Pace()
        self._buckets = {prefix: self._pace.bot_bucket() for prefix in channels}
        self._lines: OrderedDict[ChatId, _Line] = OrderedDict()
        self._names: OrderedDict[int, MessageId] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._group: asyncio.TaskGroup | None = None
        self._is_loaded = False
        self._stopping = asyncio.Event()
        self._alert_sent: Callable[[], None] = lambda: None

    def when_alert_sent(self, call: Callable[[], None]) -> None:
        """`call` each time that an alert has reached staff."""
        self._alert_sent = call

    def recall(self, outgoing_id: int) -> MessageId | None:
        """The channel's name of a message sent a short while ago."""
        return self._names.get(outgoing_id)

    def is_free(self, chat_id: ChatId) -> bool:
        """Whether the next message to the chat goes out at once."""
        line = self._lines.get(chat_id)
        return self._is_loaded and (line is None or not line.queue)

    def offer(self, posted: Sequence[Posted]) -> None:
        """Take messages whose rows are committed."""
        for each in posted:
            if each.body.kind is OutgoingKind.TOAST:
                self._spawn(self._toast(each))
                continue
            line = self._line(each.body.chat_id)
            line.add(each)
            line.settled.clear()
            self._serve_line(each.body.chat_id, line)

    def forget(self, chat_id: ChatId) -> None:
        """Drop what waits for a chat whose rows are erased."""
        line = self._lines.get(chat_id)
        if line is not None:
            line.queue.clear()
            line.settled.set()

    async def say_now(self, chat_id: ChatId, reply: Reply) -> Outcome:
        """Send past the store, when it is down; one try, out of line."""
        return await self._call(Posted(id=0, ref="", body=message(chat_id, reply)), reply.edits)

    async def idle(self, chat_id: ChatId | None = None) -> None:
        """Until nothing that can be sent now is left, for one chat or for all."""
        if chat_id is None:
            for line in list(self._lines.values()):
                await line.settled.wait()
        elif chat_id in self._lines:
            await self._lines[chat_id].settled.wait()

    async def run(self) -> None:
        """Send, until `stop`. What was left unsent by an earlier run comes first."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            self._spawn(self._load())
            await self._stopping.wait()
            for task in self._tasks:
                task.cancel()
        self._group = None
        self._is_loaded = False

    async def _load(self) -> None:
        """Take what is unsent from the store, in order with what was offered meanwhile."""
        unsent = await self._keep(post.unsent)
        # looked at only now: what was offered while the store answered is among the unsent, too
        offered = {each.id for line in self._lines.values() for each in line.queue}
        self.offer([each for each in unsent if each.id not in offered])
        self._is_loaded = True
        for chat_id, line in list(self._lines.items()):
            line.queue = deque(sorted(line.queue, key=lambda each: (not each.body.urgent, each.id)))
            self._serve_line(chat_id, line)

    async def stop(self, within: timedelta = timedelta(seconds=10)) -> None:
        """Send what can be sent `within` that time; the rest waits in the store for the next run."""
        try:
            async with asyncio.timeout(within.total_seconds()):
                await self.idle()
        except TimeoutError:
            log.warning("outbox.undrained")
        self._stopping.set()

    # --- lines -------------------------------------------------------------------------------

    def _line(self, chat_id: ChatId) -> _Line:
        line = self._lines.get(chat_id)
        if line is None:
            line = self._lines[chat_id] = _Line(self._pace.chat_bucket(chat_id))
            if len(self._lines) > IDLE_LINES:
                self._drop_idle_lines()
        return line

    def _drop_idle_lines(self) -> None:
        now = self._clock()
        for chat_id, line in list(self._lines.items())[: IDLE_LINES // 10]:
            if not line.queue and not line.is_served and line.bucket.is_full(now):
                del self._lines[chat_id]
            else:
                self._lines.move_to_end(chat_id)

    def _serve_line(self, chat_id: ChatId, line: _Line) -> None:
        if line.queue and not line.is_served and self._is_loaded:
            line.is_served = True
            self._spawn(self._serve(chat_id, line))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        if self._group is None or self._stopping.is_set():
            work.close()
            return
        task = self._group.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, chat_id: ChatId, line: _Line) -> None:
        try:
            while line.queue:
                await self._send_first(chat_id, line)
        finally:
            line.is_served = False
            line.settled.set()

    async def _send_first(self, chat_id: ChatId, line: _Line) -> None:
        posted = line.queue[0]
        if posted.hold is not None and line.tries == 0:  # from before a restart
            line.tries = posted.hold.tries
            longest = posted.hold.length or LONGEST_HOLD
            await self._rest(line, min(posted.hold.until - self._clock(), longest))
        if posted.body.kind in _PACED:
            if posted.body.edits is None and posted.body.of is None:  # an edit disturbs nobody
                await self._rest(line, line.bucket.take(self._clock()), settles=False)
            bucket = self._buckets.get(_prefix(chat_id))
            if bucket is not None:
                await self._rest(line, bucket.take(self._clock()), settles=False)
            if not line.queue:
                return  # erased meanwhile
            posted = line.queue[0]  # something urgent may have come
        line.called = posted
        try:
            outcome = await self._called(posted, line)
        finally:
            line.called = None
        if not line.queue or line.queue[0] is not posted:  # erased meanwhile, or blocked
            if isinstance(outcome, Delivered | TryLater):
                await self._take_back(posted, outcome)
            return
        match outcome:
            case None:
                self._pop(line, posted)
            case Delivered():
                await self._delivered(posted, outcome, line)
            case TryLater():
                await self._postponed(posted, outcome, line)
            case Unreachable():
                log.info("outbox.unreachable", chat=posted.ref[:8])
                lost = await self._keep(lambda batch: post.mark_blocked(batch, posted.ref))
                line.queue.clear()
                self.offer(lost)
            case Refused():
                await self._refused(posted, outcome, line)

    async def _called(self, posted: Posted, line: _Line) -> Outcome | None:
        """What the channel makes of it; its row says before that it is being sent.

        None: nothing was sent, because its chat is erased.
        """
        named = bool(posted.body.cases)
        if named and await self._keep(lambda batch: is_of_erased(batch, posted.body)):
            return Delivered()  # erased while it waited: staff are not told of it any more
        edits, topic = await self._target(posted.body)
        if posted.body.kind is OutgoingKind.STRIP and edits is None:
            return Delivered()
        is_due = True
        if line.tries or (line.sending != posted.id and not posted.is_sending):
            is_due = await self._keep(lambda batch: post.mark_sending(batch, posted))
        if not is_due or posted not in line.queue:
            return None
        outcome = await self._call(posted, edits, topic)
        figures.sent.labels(type(outcome).__name__).inc()
        if isinstance(outcome, Delivered) and outcome.topic != topic:
            line.bucket.take(self._clock())  # a new topic begins with a message of its own
        return outcome

    async def _take_back(self, posted: Posted, outcome: Delivered | TryLater) -> None:
        """It arrived, or some of it, though its chat was erased meanwhile: it is deleted again."""
        last = outcome.message if isinstance(outcome, Delivered) else None
        before = outcome.before
        self.offer(await self._keep(lambda batch: post.take_back(batch, posted, last, before)))

    async def _delivered(self, posted: Posted, outcome: Delivered, line: _Line) -> None:
        if outcome.message is not None:
            self._names[posted.id] = outcome.message
            while len(self._names) > REMEMBERED:
                self._names.popitem(last=False)
        follower = line.queue[1] if len(line.queue) > 1 else None

        def job(batch: Batch) -> list[Posted]:
            if follower is not None:
                post.mark_sending(batch, follower)
            return post.mark_sent(
                batch, posted, outcome.message, outcome.before, topic=outcome.topic
            )

        line.called = posted  # nothing may stand before it until it is gone
        following = await self._keep(job)
        self._pop(line, posted)
        line.called = None
        self.offer(following)
        line.sending = follower.id if follower is not None else 0
        if posted.alert is not None:
            self._alert_sent()

    async def _postponed(self, posted: Posted, outcome: TryLater, line: _Line) -> None:
        # A channel that names its own time is there again: the next failure is a first one.
        line.tries = 1 if outcome.after > timedelta(0) else line.tries + 1
        back_off = min(FIRST_BACK_OFF * 2 ** min(line.tries - 1, 20), LONGEST_BACK_OFF)
        after = outcome.after if outcome.after > timedelta(0) else back_off
        hold = Hold(until=self._clock() + after, tries=line.tries, length=after)
        before = outcome.before
        self.offer(await self._keep(lambda batch: post.mark_held(batch, posted, hold, before)))
        log.info(
            "outbox.later", chat=posted.ref[:8], why=outcome.why, seconds=after.total_seconds()
        )
        await self._rest(line, after)

    async def _refused(self, posted: Posted, outcome: Refused, line: _Line) -> None:
        if posted.body.kind in _MAY_FAIL:
            following = await self._keep(lambda batch: post.mark_sent(batch, posted, None))
        else:
            log.warning("outbox.refused", chat=posted.ref[:8])
            following = await self._keep(
                lambda batch: post.mark_refused(batch, posted, outcome.why)
            )
        self._pop(line, posted)
        self.offer(following)

    def _pop(self, line: _Line, posted: Posted) -> None:
        if posted in line.queue:
            line.queue.remove(posted)
        line.tries = 0

    async def _rest(self, line: _Line, time: timedelta, *, settles: bool = True) -> None:
        if time > timedelta(0):
            if settles:
                line.settled.set()
            await self._sleep(time.total_seconds())
            line.settled.clear()

    # --- the channel and the store -----------------------------------------------------------------

    async def _target(self, body: Body) -> tuple[MessageId | None, str]:
        """The message that is meant, and the topic of the case."""
        if body.topic_of:
            kept = await self._keep(lambda batch: topic_of(batch, body.topic_of))
            return body.edits, kept.topic
        if body.of is None:
            return body.edits, ""
        of = body.of
        shown = self._names.get(of) or await self._keep(
            lambda batch: post.shown(batch, body.chat_id, of)
        )
        return None if shown == body.unless else shown, ""

    async def _call(self, posted: Posted, edits: MessageId | None, topic: str = "") -> Outcome:
        chat_id = posted.body.chat_id
        deliver = self._channels.get(_prefix(chat_id))
        if deliver is None:
            return Refused(why=f"no channel for {_prefix(chat_id)}")
        # An error of the channel is its own mistake, and must not stop the other chats: as a value.
        [outcome] = await asyncio.gather(
            deliver(posted.outgoing(edits, topic)), return_exceptions=True
        )
        if isinstance(outcome, Exception):
            log.error("outbox.channel_failed", error=type(outcome).__name__)
            tries = self._line(chat_id).tries
            why = type(outcome).__name__
            return Refused(why=why) if tries >= CRASHES else TryLater(after=timedelta(0), why=why)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    async def _toast(self, posted: Posted) -> None:
        await self._call(posted, None)

    async def _keep(self, job: "Callable[[Batch], post.T]") -> "post.T":
        """Have it kept, however long the store is down: what was sent must not be sent again."""
        while True:
            try:
                return await self._store.run(job)
            except StoreDownError:
                await self._sleep(STORE_BACK_OFF.total_seconds())


def _prefix(chat_id: ChatId) -> str:
    return chat_id.partition(":")[0]
