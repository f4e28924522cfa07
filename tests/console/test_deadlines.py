"""By when staff should have acted, seen from a clinic in New York."""

from datetime import UTC, datetime

import pytest

from bot.console.deadlines import due_at
from bot.core.content import Content
from bot.core.model import Urgency

FRIDAY_NOON = datetime(2026, 3, 6, 17, 0, tzinfo=UTC)
FRIDAY_NIGHT = datetime(2026, 3, 7, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("filed_at", "urgency", "due"),
    [
        (FRIDAY_NOON, Urgency.NOW, datetime(2026, 3, 6, 17, 5, tzinfo=UTC)),
        (FRIDAY_NIGHT, Urgency.NOW, datetime(2026, 3, 7, 2, 5, tzinfo=UTC)),
        (FRIDAY_NOON, Urgency.SAME_DAY, datetime(2026, 3, 6, 23, 0, tzinfo=UTC)),
        # over the weekend the clocks go forward
        (FRIDAY_NIGHT, Urgency.SAME_DAY, datetime(2026, 3, 9, 22, 0, tzinfo=UTC)),
        (FRIDAY_NOON, Urgency.TWO_DAYS, datetime(2026, 3, 10, 22, 0, tzinfo=UTC)),
        (FRIDAY_NOON, Urgency.ROUTINE, datetime(2026, 3, 13, 22, 0, tzinfo=UTC)),
    ],
)
def test_business_days_are_those_with_office_hours(
    content: Content, filed_at: datetime, urgency: Urgency, due: datetime
) -> None:
    assert due_at(filed_at, urgency, content.clinic) == due
