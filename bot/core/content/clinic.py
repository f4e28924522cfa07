"""What is particular to one clinic: its name, place, hours, facts and terms of keeping records."""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta, field

from bot.core.checked_yaml import Mistake, Part, line_of, load_part
from bot.core.content.blank import blanks
from bot.core.content.places import unfilled
from bot.core.content.sure import sure
from bot.core.model import Frozen, Notify, Urgency

# How far a chat has come, as its retention knows it; see `effects.status`.
STATUSES = ("chat-only", "in-progress", "incomplete", "completed", "amended", "emergency")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
USER_NAME = re.compile(r"@[A-Za-z]\w{3,31}", re.ASCII)
_CLOCK = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)"
SPAN = re.compile(rf"{_CLOCK}-{_CLOCK}")
Span = Annotated[
    str,
    Meta(
        pattern=rf"^{SPAN.pattern}$", description="must look like 08:00-18:00, from 00:00 to 24:00"
    ),
]
MOST_DAYS = 3650
Minutes = Annotated[int, Meta(ge=1, le=10_080)]  # up to a week
# What is still sure when other parts of the file could not be read.
SURE = frozenset({"empty", "placeholder", "timezone", "office-hours", "user-name", "fact-name"})


class OfficeHours(Frozen):
    """When staff are there, each day's spans in the clinic's own time."""

    mon: tuple[Span, ...] = ()
    tue: tuple[Span, ...] = ()
    wed: tuple[Span, ...] = ()
    thu: tuple[Span, ...] = ()
    fri: tuple[Span, ...] = ()
    sat: tuple[Span, ...] = ()
    sun: tuple[Span, ...] = ()

    def spans(self, weekday: int) -> tuple[tuple[int, int], ...]:
        """From and to, in minutes after midnight; 0 is Monday."""
        day: tuple[str, ...] = getattr(self, DAYS[weekday])
        return tuple((_minutes(each[:5]), _minutes(each[6:])) for each in day)


class Step(StrEnum):
    """Whom an alert calls when it is sent again."""

    AGAIN = "again"
    NEXT = "next"
    ON_CALL = "on-call"


class Escalation(Frozen):
    """What each repetition of an alert does, and who is mentioned; the last step holds from then on."""

    steps: dict[Urgency, tuple[Step, ...]] = field(default_factory=dict)
    mention: dict[Step, tuple[str, ...]] = field(default_factory=dict)

    def step(self, urgency: Urgency, repetition: int) -> Step:
        """The step of the n-th repetition, counted from 1."""
        steps = self.steps.get(urgency, ())
        return steps[min(repetition, len(steps)) - 1] if steps else Step.AGAIN


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


class MinorPolicy(Frozen):
    """What the clinic does about minors; they are told so as soon as their age is known."""

    notify: Notify = Notify.NEVER
    line: int = 0


class Clinic(Frozen):
    """content/clinic.yaml. `facts` fill the answers of the FAQ; a missing one is never guessed."""

    name: str
    country: str
    timezone: str
    serves_minors: bool = True
    minor: MinorPolicy = MinorPolicy()
    facts: dict[str, str] = field(default_factory=dict)
    office_hours: OfficeHours = OfficeHours()
    alert_again_minutes: dict[Urgency, Minutes] = field(default_factory=dict)
    escalation: Escalation = Escalation()
    keep_days: dict[str, int] = field(default_factory=dict)
    keep_open_days: Annotated[int, Meta(ge=1, le=MOST_DAYS)] = 180
    resume_after_hours: Annotated[int, Meta(ge=1, le=168)] = 6
    silence_minutes: Annotated[int, Meta(ge=1, le=1440)] = 30
    human_urgency: Urgency = Urgency.SAME_DAY

    def staff_there_at(self, at: datetime) -> datetime | None:
        """When staff are next there: `at` itself during office hours, None when they never are."""
        local = at.astimezone(ZoneInfo(self.timezone))
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        now = local.hour * 60 + local.minute
        for days in range(8):
            for start, end in self.office_hours.spans((local.weekday() + days) % 7):
                if days == 0 and start <= now < end:
                    return at
                if days > 0 or now < start:
                    day = midnight + timedelta(days=days)
                    return day.replace(hour=start // 60, minute=start % 60)
        return None


def read_clinic(text: str, path: str) -> tuple[Clinic | None, list[Mistake]]:
    """The clinic, or every mistake in its file."""
    return clinic_part(text, path).whole


def clinic_part(text: str, path: str) -> Part[Clinic]:
    """The clinic as far as it can be read, and every mistake in its file."""
    part = load_part(text, path, Clinic)
    clinic = part.value
    if clinic is None:
        return part
    mistakes = blanks(clinic, path)
    for words in (clinic.name, *clinic.facts.values()):
        mistakes += unfilled(words, (), path)

    def mistake(value: object, code: str, message: str, hint: str = "") -> None:
        mistakes.append(
            Mistake(path=path, line=line_of(value), code=code, message=message, hint=hint)
        )

    try:
        ZoneInfo(clinic.timezone)
    except (LookupError, ValueError, OSError):
        mistake(
            clinic.timezone,
            "timezone",
            f"no time zone '{clinic.timezone}'",
            "use a name like America/New_York",
        )
    for day in DAYS:
        last = 0
        for span in getattr(clinic.office_hours, day):
            if not SPAN.fullmatch(span):
                continue  # told already
            start, end = _minutes(span[:5]), _minutes(span[6:])
            if start >= end:
                hint = "split a shift over midnight into two days, up to 24:00 and from 00:00"
                mistake(span, "office-hours", f"'{span}' ends before it starts", hint)
            elif start < last:
                hint = "give the spans of a day in order, each after the one before"
                mistake(span, "office-hours", f"'{span}' begins before the last span ends", hint)
            last = max(last, end)
    for names in clinic.escalation.mention.values():
        for name in names:
            if not USER_NAME.fullmatch(name):
                hint = 'write it with its @ and in quotes, as in "@ana_clinic"'
                mistake(name, "user-name", f"'{name}' is no user name of Telegram", hint)
    for name, days in clinic.keep_days.items():
        if name not in STATUSES:
            hint = f"they are {', '.join(STATUSES)}"
            mistake(name, "keep-days", f"there is no status '{name}'", hint)
        elif not 1 <= days <= MOST_DAYS:
            message = f"'{name}' is kept for {days} days, which is not from 1 to {MOST_DAYS}"
            mistake(name, "keep-days", message, "see PRIVACY.md for what people are told")
    if missing := [name for name in STATUSES if name not in clinic.keep_days]:
        hint = "what is not named would be kept for ever"
        where = next(iter(clinic.keep_days), clinic.name)
        mistake(
            where, "keep-days", f"keep_days does not say how long for {', '.join(missing)}", hint
        )
    for name in clinic.facts:
        if not re.fullmatch(r"[a-z_]+", name):
            message = f"'{name}' must be lower case words with _ between them"
            mistake(name, "fact-name", message, "as in payment_plans")
    return part._replace(mistakes=sure(part, mistakes, SURE))
