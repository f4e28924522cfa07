"""What staff bring: accounts, sessions, the access log, and their side of each case.

`cases` is one row a case: the queue's copy of what is needed to sort and count 100,000 of them, kept
up by `console.cases` from `intakes` and `turns`. In clear, as in `tables`: ids, states, whole hours.
Staff's own secrets are sealed under the name of `STAFF`, a client's under the chat's, so that an
erasure takes notes and decisions along. The log holds case codes and account numbers, and stays.

Counterpart: `records_of_staff`, the structs in the sealed cells.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)

from bot.core.model import ChatId
from bot.store.tables import REF, tables

STAFF = ChatId("staff:")  # the name whose key seals what belongs to no client


def _id() -> Column[int]:
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True)


def _of_chat() -> Column[str]:
    return Column(
        "ref", REF, ForeignKey("sessions.ref", ondelete="CASCADE"), nullable=False, index=True
    )


accounts = Table(
    "accounts",
    tables,
    _id(),
    Column("role", String(12), nullable=False),
    Column("state", String(12), nullable=False),  # invited, active, closed
    Column("sealed", LargeBinary, nullable=False),
)

staff_sessions = Table(
    "staff_sessions",
    tables,
    Column("id", String(64), primary_key=True),  # SHA-256 of the cookie, which is not kept
    Column("account", Integer, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("hour", Integer, nullable=False),  # of signing in
    Column("sealed", LargeBinary, nullable=False),
)

# Append-only: triggers refuse to change or remove a row. `mac` chains each row to the one before.
access_log = Table(
    "access_log",
    tables,
    _id(),
    Column("hour", Integer, nullable=False),
    Column("account", Integer, nullable=False),  # 0 before anybody has signed in
    Column("action", String(40), nullable=False),
    Column("case_code", String(24), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("mac", LargeBinary, nullable=False),
)

cases = Table(
    "cases",
    tables,
    Column("case_code", String(24), primary_key=True),
    _of_chat(),
    Column("number", Integer, nullable=False),  # the id of its first intake: the order of coming
    Column("newest", Integer, nullable=False),  # the id of the intake as it stands
    Column("status", String(20), nullable=False),  # of that intake
    Column("urgency", String(12), nullable=False),
    Column("closed", Integer, nullable=False),  # 1: nobody waits any more
    Column("danger", Integer, nullable=False),  # 1: an emergency that staff have not cleared
    Column("danger_hour", Integer, nullable=False),  # of the newest sign of danger, or 0
    Column("asked", Integer, nullable=False),  # 1: a person was asked for, and nobody has answered
    Column("filed_hour", Integer, nullable=False),  # of the first intake
    Column("due_hour", Integer, nullable=False),  # when staff should have acted
    Column("state", String(12), nullable=False),  # new, contacted, scheduled, admitted ...
    Column("assignee", Integer, nullable=False),  # an account, or 0
    Column("follow_up", Integer, nullable=False),  # days since 1970, or 0
    Column("unread", Integer, nullable=False),  # messages of the client that nobody has looked at
    Column("waits_for", String(8), nullable=False),  # client, staff, or "" where nobody writes
    Column("taken", Integer, nullable=False),  # 1: staff write in the bot's place
    Column("sealed", LargeBinary, nullable=False),
    Index(
        "ix_cases_queue",
        "closed",
        "danger",
        "filed_hour",
        "number",
        "due_hour",
        "urgency",
        "assignee",
        "waits_for",
        "danger_hour",
    ),
    Index("ix_cases_taken", "taken"),
    # A view or a filter that few cases match must not walk past all the others. Each holds what the
    # order of the queue needs, so that no row is opened only to be passed over.
    Index("ix_cases_assignee", "closed", "assignee", "danger", "filed_hour", "number", "due_hour"),
    Index(
        "ix_cases_waits_for", "closed", "waits_for", "danger", "filed_hour", "number", "due_hour"
    ),
    Index("ix_cases_state", "closed", "state", "danger", "filed_hour", "number", "due_hour"),
    Index("ix_cases_urgency", "closed", "urgency", "danger", "filed_hour", "number", "due_hour"),
    Index("ix_cases_due", "closed", "danger", "due_hour"),
    Index("ix_cases_filed", "filed_hour"),
    sqlite_with_rowid=False,
)

notes = Table(
    "notes",
    tables,
    _id(),
    _of_chat(),
    Column("case_code", String(24), nullable=False, index=True),
    Column("hour", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

# What staff made of a suggestion: a record of its own each time, the suggestion is never changed.
decisions = Table(
    "decisions",
    tables,
    _id(),
    _of_chat(),
    Column("case_code", String(24), nullable=False, index=True),
    Column("hour", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

# Which cases a message of the staff group names; its own name is hidden, as a chat's is.
staff_posts = Table(
    "staff_posts",
    tables,
    Column("name", REF, primary_key=True),
    Column("case_code", String(24), primary_key=True, index=True),
    _of_chat(),
    Column("hour", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# The topic of a case, where the staff group has topics (`name` is "" until there is one).
staff_topics = Table(
    "staff_topics",
    tables,
    Column("case_code", String(24), primary_key=True),
    Column("name", REF, nullable=False, index=True),
    _of_chat(),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# Single values: how far `cases` has read, the key of the log's chain.
staff_facts = Table(
    "staff_facts",
    tables,
    Column("name", String(40), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
