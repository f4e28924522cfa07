"""Indexes for the views and filters of the queue."""

from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None

ORDER = ["danger", "filed_hour", "number", "due_hour"]


def upgrade() -> None:
    """Make them; rows that are there are taken in."""
    for name in ("assignee", "waits_for", "state", "urgency"):
        op.create_index(f"ix_cases_{name}", "cases", ["closed", name, *ORDER], unique=False)
    op.create_index("ix_cases_due", "cases", ["closed", "danger", "due_hour"], unique=False)
    op.create_index("ix_cases_filed", "cases", ["filed_hour"], unique=False)
