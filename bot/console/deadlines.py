"""By when staff should have acted, from the urgency and the clinic's office hours.

"Now" is at once. "Same day" ends with the office day that is open, or that opens next. Business days
are those with office hours, counted after the day on which the case came.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.content.clinic import Clinic
from bot.core.model import Urgency

AT_ONCE = timedelta(minutes=5)
BUSINESS_DAYS = {Urgency.SAME_DAY: 0, Urgency.TWO_DAYS: 2, Urgency.ROUTINE: 5}
SEARCHED = 60  # days
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def due_at(filed_at: datetime, urgency: Urgency, clinic: Clinic) -> datetime:
    """When the case is overdue."""
    if urgency is Urgency.NOW:
        return filed_at + AT_ONCE
    wanted = BUSINESS_DAYS[urgency]
    local = filed_at.astimezone(ZoneInfo(clinic.timezone))
    day = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if wanted:
        day += DAY  # counting starts with the day after
    open_days = 0
    for _ in range(SEARCHED):
        spans = clinic.office_hours.spans(day.weekday())
        close = day + timedelta(minutes=max((end for _, end in spans), default=0))
        if spans and close > local:
            open_days += 1
            if open_days >= wanted:
                return close.astimezone(filed_at.tzinfo)
        day += DAY
    return filed_at + max(wanted, 1) * DAY  # nobody is ever there: by the calendar, then


def due_hour(filed_at: datetime, urgency: Urgency, clinic: Clinic) -> int:
    """The same in whole hours since 1970: rounded up, but for what cannot wait."""
    seconds = int(due_at(filed_at, urgency, clinic).timestamp())
    return seconds // 3600 if urgency is Urgency.NOW else -(-seconds // 3600)


def closing_hour(day: date, clinic: Clinic) -> int:
    """When that day ends for staff, in whole hours since 1970, rounded up."""
    midnight = datetime.combine(day, time(), ZoneInfo(clinic.timezone))
    spans = clinic.office_hours.spans(day.weekday())
    close = midnight + (timedelta(minutes=max(end for _, end in spans)) if spans else DAY)
    return -(-int(close.timestamp()) // 3600)


def in_words(span: timedelta) -> str:
    """A span of time in short words: "5 min", "3 h", "2 days"."""
    if abs(span) < HOUR:
        return f"{abs(span) // timedelta(minutes=1)} min"
    if abs(span) < 2 * DAY:
        return f"{abs(span) // HOUR} h"
    return f"{abs(span) // DAY} days"
