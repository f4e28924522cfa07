"""What many cases tell together: counts by question, outcome, rule, topic and hour.

Counts from 1 to 4 are told as "under 5", so that nobody can be found among them. Records are opened
some at a time, so that clients' messages do not wait for a statistic.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import func, select

from bot.console.cases import intakes_of, kept_case
from bot.core.content import Content
from bot.core.model import Frozen, Perspective, Urgency
from bot.core.screening_form import Question, stem
from bot.store.batch import Batch, hour_of
from bot.store.records import KeptFeedback, KeptMiss
from bot.store.records_of_staff import KeptDecision
from bot.store.staff_tables import cases, decisions
from bot.store.tables import feedback, misses, sessions, turns
from bot.store.writer import Store
from bot.vault import SealBrokenError

FEWEST = 5
URGENCIES = {
    Urgency.NOW: "Now",
    Urgency.SAME_DAY: "Same day",
    Urgency.TWO_DAYS: "2 business days",
    Urgency.ROUTINE: "Routine",
}
AT_ONCE = 200
MOST = 20_000
REMEMBERED = 3 * MOST
HIT = re.compile(r"^faq \S+ [\d.]+$")  # "faq duration 0.91", as against "faq none"


class Bar(Frozen):
    """One row of a chart. `count` is None where there are too few to tell."""

    label: str
    count: int | None
    note: str = ""


class Chart(Frozen):
    """A chart with its table; `unit` heads the column of numbers."""

    id: str
    title: str
    unit: str
    bars: tuple[Bar, ...]

    @property
    def highest(self) -> int:
        """The longest bar."""
        return max((each.count or 0 for each in self.bars), default=0) or 1


class Because(msgspec.Struct, frozen=True):
    """Of a turn, why it was answered so: nobody's words are read."""

    because: tuple[str, ...]


class Told(Frozen):
    """A case, as far as the charts need it. `answered`: the questions that were."""

    answered: frozenset[str]
    outcome: str
    version: str
    source: str
    urgency: Urgency
    first_look: float | None  # hours
    decision: float | None


class Memory:
    """What was read for the charts before, so that each record is opened once, not at each look.

    By the case, with the cells that it was read from; by the number of a turn, which never changes.
    """

    def __init__(self) -> None:
        self.cases: dict[str, tuple[int, bytes, Told]] = {}
        self.topics: dict[int, tuple[str, ...]] = {}

    def trim(self) -> None:
        """Begin anew before it grows too large."""
        for kept in (self.cases, self.topics):
            if len(kept) > REMEMBERED:
                kept.clear()


def bars(counts: Mapping[str, int], names: Callable[[str], str] = str) -> tuple[Bar, ...]:
    """A bar for each count; none that is too small to be told."""
    return tuple(
        Bar(label=names(key), count=count if count == 0 or count >= FEWEST else None)
        for key, count in counts.items()
    )


def most_first(counts: Counter[str]) -> dict[str, int]:
    """Sorted by size, then by name."""
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


async def charts(
    store: Store, content: Content, now: datetime, days: int, memory: Memory
) -> list[Chart]:
    """All charts over so many days."""
    first = hour_of(now - timedelta(days=days))
    zone = ZoneInfo(content.clinic.timezone)
    memory.trim()
    told = await _told(store, first, memory)
    made = await store.run(lambda batch: _decisions(batch, first), can_wait=True)
    lost, thumbs = await store.run(lambda batch: _answers(batch, first), can_wait=True)
    stops, hours = await store.run(lambda batch: _in_clear(batch, first), can_wait=True)
    by_hour: Counter[str] = Counter()
    for hour, count in hours.items():
        by_hour[f"{_local_hour(hour, zone):02}:00"] += count
    labels = {each.id.value: str(each.label) for each in content.screening.outcomes}
    topics = {str(each.id): str(each.title) for each in content.faq.topics}
    answered = await _answered(store, first, memory)
    questions = content.screening.questions
    return [
        _funnel(content, told, stops),
        Chart(
            id="stops",
            title="Where people stopped",
            unit="people",
            bars=bars(
                most_first(+Counter({_asked(each): stops.get(each.id, 0) for each in questions}))
            ),
        ),
        Chart(
            id="outcomes",
            title="Suggested settings, by content version",
            unit="cases",
            bars=bars(
                most_first(
                    Counter(f"{labels.get(each.outcome, 'none')} · {each.version}" for each in told)
                )
            ),
        ),
        _times("look", "Time to the first look", told, lambda each: each.first_look),
        _times("decision", "Time to the decision", told, lambda each: each.decision),
        _overrides(made),
        Chart(
            id="hits",
            title="What people ask about",
            unit="answers",
            bars=bars(most_first(answered), lambda each: topics.get(each, each)),
        ),
        Chart(
            id="misses",
            title="Questions without an answer, by the nearest topic",
            unit="questions",
            bars=bars(most_first(lost), lambda each: topics.get(each, each)),
        ),
        Chart(
            id="thumbs",
            title="Answers found not helpful",
            unit="👎",
            bars=bars(most_first(thumbs), lambda each: topics.get(each, each)),
        ),
        Chart(
            id="hours",
            title="When cases come, by hour of the day",
            unit="cases",
            bars=bars({f"{hour:02}:00": by_hour.get(f"{hour:02}:00", 0) for hour in range(24)}),
        ),
        Chart(
            id="sources",
            title="Where they come from",
            unit="cases",
            bars=bars(most_first(Counter(each.source or "no tag" for each in told))),
        ),
    ]


def _asked(question: Question) -> str:
    return stem(question, Perspective.SELF)


def _funnel(content: Content, told: Sequence[Told], stops: Mapping[str, int]) -> Chart:
    """Each question by the people who came to it: those who answered, and those who stopped at it."""
    came: Counter[str] = Counter(stops)
    for each in told:
        came.update(each.answered)
    return Chart(
        id="funnel",
        title="The screening, question by question",
        unit="people who came to it",
        bars=bars({_asked(each): came[each.id] for each in content.screening.questions}),
    )


def _local_hour(hour: int, zone: ZoneInfo) -> int:
    return datetime.fromtimestamp(hour * 3600, zone).hour


async def _told(store: Store, first: int, memory: Memory) -> list[Told]:
    codes = await store.run(
        lambda batch: [
            str(row.case_code)
            for row in batch.rows(
                select(cases.c.case_code)
                .where(cases.c.filed_hour >= first)
                .order_by(cases.c.filed_hour.desc())
                .limit(MOST)
            )
        ],
        can_wait=True,
    )
    found: list[Told] = []
    for start in range(0, len(codes), AT_ONCE):
        found += await store.run(_job(codes[start : start + AT_ONCE], memory), can_wait=True)
    return found


def _job(codes: list[str], memory: Memory) -> Callable[[Batch], list[Told]]:
    def job(batch: Batch) -> list[Told]:
        rows = batch.rows(select(cases).where(cases.c.case_code.in_(codes)))
        known = memory.cases
        read = [row for row in rows if known.get(row.case_code, ())[:2] != (row.newest, row.sealed)]
        opened = intakes_of(batch, read)
        for row in read:
            known.pop(row.case_code, None)
            intake, kept = opened[row.case_code], kept_case(batch, row)
            if intake is None:
                continue  # a damaged record counts for nothing
            known[row.case_code] = (
                row.newest,
                row.sealed,
                Told(
                    answered=frozenset(each.question for each in intake.answers),
                    outcome=intake.result.level.value if intake.result else "",
                    version=intake.content_version[:8],
                    source=intake.source,
                    urgency=Urgency(row.urgency),
                    first_look=_hours(kept.filed_at, kept.looked_at),
                    decision=_hours(kept.filed_at, kept.decided_at),
                ),
            )
        return [known[row.case_code][2] for row in rows if row.case_code in known]

    return job


def _hours(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else (end - start) / timedelta(hours=1)


def _times(
    name: str, title: str, told: Iterable[Told], time: Callable[[Told], float | None]
) -> Chart:
    """The median by urgency; half of the cases took longer."""
    by_urgency: dict[Urgency, list[float]] = {each: [] for each in reversed(Urgency)}
    for each in told:
        hours = time(each)
        if hours is not None:
            by_urgency[each.urgency].append(hours)
    return Chart(
        id=name,
        title=f"{title}, half took longer",
        unit="minutes",
        bars=tuple(
            Bar(
                label=URGENCIES[urgency],
                count=round(median(hours) * 60) if len(hours) >= FEWEST else None,
                note=f"of {len(hours)} cases" if len(hours) >= FEWEST else "",
            )
            for urgency, hours in by_urgency.items()
            if hours
        ),
    )


def _decisions(batch: Batch, first: int) -> list[KeptDecision]:
    found = []
    for row in batch.rows(select(decisions).where(decisions.c.hour >= first).limit(MOST)):
        try:
            found.append(
                batch.unseal(row.ref, decisions.c.sealed, row.id, row.sealed, KeptDecision)
            )
        except SealBrokenError:
            continue  # as above
    return found


def _overrides(made: Iterable[KeptDecision]) -> Chart:
    """How often staff decide otherwise, in percent of the decisions on each rule."""
    all_, other = Counter[str](), Counter[str]()
    for each in made:
        all_[each.rule or "no rule"] += 1
        other[each.rule or "no rule"] += each.decided is not each.suggested
    return Chart(
        id="overrides",
        title="Decided otherwise, by rule",
        unit="percent",
        bars=tuple(
            Bar(
                label=rule,
                count=round(100 * other[rule] / count) if count >= FEWEST else None,
                note=f"of {count} decisions" if count >= FEWEST else "",
            )
            for rule, count in most_first(all_).items()
        ),
    )


def _answers(batch: Batch, first: int) -> tuple[Counter[str], Counter[str]]:
    lost, thumbs = Counter[str](), Counter[str]()
    for row in batch.rows(select(misses).where(misses.c.hour >= first).limit(MOST // 10)):
        try:
            miss = batch.unseal(row.ref, misses.c.sealed, row.id, row.sealed, KeptMiss)
        except SealBrokenError:
            continue  # as above
        lost[miss.nearest[0][0] if miss.nearest else "none near"] += 1
    for row in batch.rows(select(feedback).where(feedback.c.hour >= first).limit(MOST // 10)):
        try:
            thumb = batch.unseal(row.ref, feedback.c.sealed, row.id, row.sealed, KeptFeedback)
        except SealBrokenError:
            continue  # as above
        thumbs[thumb.topic] += not thumb.helpful
    return lost, +thumbs


async def _answered(store: Store, first: int, memory: Memory) -> Counter[str]:
    """Topics that were given as an answer or offered, in the newest turns of these days."""
    found: Counter[str] = Counter()
    before, opened = 2**62, 0
    while before and opened < MOST:
        some, before = await store.run(
            lambda batch, n=before: _topics(batch, first, n, memory.topics),  # type: ignore[misc]  # (bound at once)
            can_wait=True,
        )
        found.update(some)
        opened += AT_ONCE
    return found


def _topics(
    batch: Batch, first: int, before: int, known: dict[int, tuple[str, ...]]
) -> tuple[list[str], int]:
    """The topics in some turns older than that id, and the last of their ids; 0 at the end."""
    rows = batch.rows(
        select(turns.c.id, turns.c.hour, turns.c.ref)
        .where(turns.c.id < before)
        .order_by(turns.c.id.desc())
        .limit(AT_ONCE)
    )
    here = [row for row in rows if row.hour >= first]
    unread = [row.id for row in here if row.id not in known]
    with suppress(SealBrokenError):
        batch.vault.load({row.ref for row in here if row.id not in known})
    for row in batch.rows(select(turns).where(turns.c.id.in_(unread))) if unread else ():
        try:
            because = batch.unseal(row.ref, turns.c.sealed, row.id, row.sealed, Because).because
        except SealBrokenError:
            continue  # as above
        known[row.id] = tuple(each.split()[1] for each in because if HIT.match(each))
    is_last = len(rows) < AT_ONCE or len(here) < len(rows)
    found = [topic for row in here for topic in known.get(row.id, ())]
    return found, 0 if is_last else int(rows[-1].id)


def _in_clear(batch: Batch, first: int) -> tuple[dict[str, int], dict[int, int]]:
    """Where people have stopped, and how many cases came in each hour."""
    stopped = batch.rows(
        select(sessions.c.question, func.count().label("people"))
        .where(
            sessions.c.status.in_(("in-progress", "incomplete")),
            sessions.c.rest_hour >= first,
            sessions.c.question != "",
        )
        .group_by(sessions.c.question)
    )
    hours = batch.rows(
        select(cases.c.filed_hour, func.count().label("cases"))
        .where(cases.c.filed_hour >= first)
        .group_by(cases.c.filed_hour)
    )
    return {str(row.question): int(row.people) for row in stopped}, {
        int(row.filed_hour): int(row.cases) for row in hours
    }
