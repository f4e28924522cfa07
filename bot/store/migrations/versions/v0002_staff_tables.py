"""What staff bring: accounts, their sessions, the access log, and their side of each case."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "accounts",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("started", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["accounts.id"],
            name=op.f("fk_staff_sessions_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
    )
    op.create_table(
        "access_log",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("case_code", sa.String(length=24), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
    )
    op.create_index(op.f("ix_access_log_case_code"), "access_log", ["case_code"], unique=False)
    op.create_table(
        "cases",
        sa.Column("case_code", sa.String(length=24), nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("urgency", sa.String(length=12), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("danger", sa.Integer(), nullable=False),
        sa.Column("filed_hour", sa.Integer(), nullable=False),
        sa.Column("due_hour", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("assignee", sa.Integer(), nullable=False),
        sa.Column("follow_up", sa.Integer(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("waits_for", sa.String(length=8), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ref"], ["sessions.ref"], name=op.f("fk_cases_ref"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_code", name=op.f("pk_cases")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_cases_ref"), "cases", ["ref"], unique=False)
    op.create_index(
        "ix_cases_queue",
        "cases",
        ["closed", "danger", "filed_hour", "due_hour", "urgency", "assignee", "waits_for"],
        unique=False,
    )
    op.create_index("ix_cases_taken", "cases", ["taken"], unique=False)
    for name in ("notes", "decisions"):
        op.create_table(
            name,
            sa.Column("id", NUMBER, nullable=False),
            sa.Column("ref", sa.String(length=32), nullable=False),
            sa.Column("case_code", sa.String(length=24), nullable=False),
            sa.Column("hour", sa.Integer(), nullable=False),
            sa.Column("sealed", sa.LargeBinary(), nullable=False),
            sa.ForeignKeyConstraint(
                ["ref"], ["sessions.ref"], name=op.f(f"fk_{name}_ref"), ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        )
        op.create_index(op.f(f"ix_{name}_case_code"), name, ["case_code"], unique=False)
        op.create_index(op.f(f"ix_{name}_ref"), name, ["ref"], unique=False)
    op.create_table(
        "staff_facts",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_staff_facts")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER access_log_no_{change.lower()} BEFORE {change} ON access_log"
                " BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END"
            )
