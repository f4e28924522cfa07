"""What is particular to one clinic: its name, place, hours, facts and terms of keeping records."""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta, field

from bot.core.checked_yaml import Mistake, line_of, load
from bot.core.content.blank import blanks
from bot.core.model import Frozen, Notify, Urgency

# How far a chat has come, as its retention knows it; see `effects.status`.
STATUSES = ("chat-only", "in-progress", "incomplete", "completed", "amended", "emergency")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
USER_NAME = re.compile(r"@[A-Za-z]\w{3,31}", re.ASCII)
Span = Annotated[
    str, Meta(pattern=r"^\d\d:\d\d-\d\d:\d\d$", description="must look like 08:00-18:00")
]


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
    alert_again_minutes: dict[Urgency, Annotated[int, Meta(ge=1)]] = field(default_factory=dict)
    escalation: Escalation = Escalation()
    keep_days: dict[str, int] = field(default_factory=dict)
    keep_open_days: Annotated[int, Meta(ge=1)] = 180
    resume_after_hours: int = 6
    silence_minutes: int = 30
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
    clinic, mistakes = load(text, path, Clinic)
    if clinic is None:
        return None, mistakes
    mistakes = blanks(clinic, path)

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
        for span in getattr(clinic.office_hours, day):
            start, end = _minutes(span[:5]), _minutes(span[6:])
            if not 0 <= start < end <= 24 * 60:
                mistake(span, "office-hours", f"'{span}' ends before it starts")
    for names in clinic.escalation.mention.values():
        for name in names:
            if not USER_NAME.fullmatch(name):
                hint = 'write it with its @ and in quotes, as in "@ana_clinic"'
                mistake(name, "user-name", f"'{name}' is no user name of Telegram", hint)
    for name, days in clinic.keep_days.items():
        if name not in STATUSES:
            hint = f"they are {', '.join(STATUSES)}"
            mistake(name, "keep-days", f"there is no status '{name}'", hint)
        elif days < 1:
            mistake(name, "keep-days", f"'{name}' must be kept for at least 1 day")
    if missing := [name for name in STATUSES if name not in clinic.keep_days]:
        hint = "what is not named would be kept for ever"
        where = next(iter(clinic.keep_days), clinic.name)
        mistake(
            where, "keep-days", f"keep_days does not say how long for {', '.join(missing)}", hint
        )
    for name in clinic.facts:
        if not re.fullmatch(r"[a-z_]+", name):
            mistake(name, "fact-name", f"'{name}' must be lower case words with _ between them")
    return (None, mistakes) if mistakes else (clinic, [])
