"""Numbers of rows that are never given twice, and what the queue sorts and counts by.

What staff have made of a case cannot be worked out again, so that its row stays; only what is new is
read off the intakes. Sealed cells are brought up to date by `console.arrivals`, which has the keys.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBERED = (
    "accounts",
    "access_log",
    "alerts",
    "dead_letters",
    "decisions",
    "feedback",
    "intakes",
    "misses",
    "notes",
    "outgoing",
    "turns",
)
QUEUE = ("closed", "danger", "filed_hour", "number", "due_hour", "urgency", "assignee")


def upgrade() -> None:
    """Make them, and fill them from the rows that are there."""
    op.create_table(
        "numbers",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("highest", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_numbers")),
    )
    for name in NUMBERED:
        op.execute(f"INSERT INTO numbers SELECT '{name}', coalesce(max(id), 0) FROM {name}")  # noqa: S608 (names of ours)
    for name in ("number", "danger_hour", "asked"):
        op.add_column("cases", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE cases SET number = coalesce((SELECT min(intakes.id) FROM intakes"
        " WHERE intakes.case_code = cases.case_code), newest),"
        " danger_hour = coalesce((SELECT max(intakes.hour) FROM intakes"
        " WHERE intakes.case_code = cases.case_code AND intakes.status = 'emergency'), 0)"
    )
    op.drop_index("ix_cases_queue", "cases")
    op.create_index("ix_cases_queue", "cases", [*QUEUE, "waits_for", "danger_hour"], unique=False)
