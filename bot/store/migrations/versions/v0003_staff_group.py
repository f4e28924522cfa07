"""Which message and which topic of the staff group is about which case; one alert a case."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _of_chat(table: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    return (
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["ref"], ["sessions.ref"], name=op.f(f"fk_{table}_ref"), ondelete="CASCADE"
        ),
    )


def upgrade() -> None:
    """Make the tables; note for each alert the message that is on its way with it."""
    op.add_column("alerts", sa.Column("sending", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(op.f("ix_alerts_sending"), "alerts", ["sending"], unique=False)
    op.execute(
        "UPDATE alerts SET sending = COALESCE((SELECT MAX(outgoing.id) FROM outgoing WHERE"
        " outgoing.alert = alerts.id AND outgoing.state IN ('pending', 'sending')), 0)"
    )
    op.create_table(
        "staff_posts",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("case_code", sa.String(length=24), nullable=False),
        *_of_chat("staff_posts"),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", "case_code", name=op.f("pk_staff_posts")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_staff_posts_case_code"), "staff_posts", ["case_code"], unique=False)
    op.create_index(op.f("ix_staff_posts_ref"), "staff_posts", ["ref"], unique=False)
    op.create_table(
        "staff_topics",
        sa.Column("case_code", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        *_of_chat("staff_topics"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_code", name=op.f("pk_staff_topics")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_staff_topics_name"), "staff_topics", ["name"], unique=False)
    op.create_index(op.f("ix_staff_topics_ref"), "staff_topics", ["ref"], unique=False)
