"""The tables of `bot.db`. In clear: only case codes, states, question ids, urgency, whole hours.

Everything in a `sealed` column is a JSON struct of `records`, locked by `vault` for exactly that
table, column and row. `ref` names a chat without telling its id. Erasing a session takes all that
hangs on it along (ON DELETE CASCADE), so that no table can be forgotten.

Counterpart: `migrations`, which a test keeps equal to this file.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

REF = String(32)

tables = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


def _of_chat() -> Column[str]:
    return Column(
        "ref", REF, ForeignKey("sessions.ref", ondelete="CASCADE"), nullable=False, index=True
    )


def _id() -> Column[int]:
    # Numbered by the writer, not by the database: a row's seal names its id before it is kept.
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True)


def _hour(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


# Names of known updates: one seen twice is a no-op. Kept longer than any channel repeats them.
updates = Table(
    "updates",
    tables,
    Column("update_id", String(100), primary_key=True),
    _hour("hour"),
    sqlite_with_rowid=False,
)

sessions = Table(
    "sessions",
    tables,
    Column("ref", REF, primary_key=True),
    Column("case_code", String(20), nullable=False, unique=True),
    Column("status", String(20), nullable=False),  # of the newest intake, or "chat-only"
    Column("question", String(60), nullable=False),  # the screening question reached, or ""
    Column("reachable", Integer, nullable=False),  # 0 once the person has blocked the bot
    Column("content_version", String(64), nullable=False),
    _hour("rest_hour"),  # of the last event: retention counts from here
    Column("sealed", LargeBinary, nullable=False),
    Index("ix_sessions_status_rest_hour", "status", "rest_hour"),
)

# The transcript: one row an event, with what it led to.
turns = Table(
    "turns",
    tables,
    _id(),
    _of_chat(),
    _hour("hour"),
    Column("question", String(60), nullable=False),  # the one open when the event came, or ""
    Column("sealed", LargeBinary, nullable=False),
)

# What the channel is to do. `body` goes once it is done; `shown` names the message for 48 hours.
outgoing = Table(
    "outgoing",
    tables,
    _id(),
    Column(
        "ref", REF, nullable=False, index=True
    ),  # no session: staff, and farewells after erasure
    Column("state", String(12), nullable=False),  # pending, sending, sent, refused, unreachable
    Column("alert", BigInteger().with_variant(Integer, "sqlite"), nullable=True),
    _hour("hour"),
    Column("body", LargeBinary, nullable=True),
    Column("shown", LargeBinary, nullable=True),
    Column("hold", LargeBinary, nullable=True),
    Index("ix_outgoing_state", "state"),
)

# Cases for staff, append-only: the newest row of a case code is how it stands.
intakes = Table(
    "intakes",
    tables,
    _id(),
    _of_chat(),
    Column("case_code", String(24), nullable=False, index=True),
    Column("status", String(20), nullable=False),
    Column("urgency", String(12), nullable=False),
    Column("content_version", String(64), nullable=False),
    _hour("hour"),
    Column("sealed", LargeBinary, nullable=False),
)

wakes = Table(
    "wakes",
    tables,
    Column("ref", REF, ForeignKey("sessions.ref", ondelete="CASCADE"), primary_key=True),
    Column("reason", String(20), primary_key=True),
    Column("due_hour", Integer, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

alerts = Table(
    "alerts",
    tables,
    _id(),
    _of_chat(),
    Column("case_code", String(24), nullable=False, index=True),
    Column("urgency", String(12), nullable=False),
    Column("state", String(12), nullable=False, index=True),  # queued, sent, told, acknowledged
    # the outgoing message that is on its way with it, or 0
    Column("sending", Integer, nullable=False, server_default="0", index=True),
    _hour("hour"),
    Column("sealed", LargeBinary, nullable=False),
)

misses = Table(
    "misses",
    tables,
    _id(),
    _of_chat(),
    _hour("hour"),
    Column("sealed", LargeBinary, nullable=False),
)

feedback = Table(
    "feedback",
    tables,
    _id(),
    _of_chat(),
    _hour("hour"),
    Column("sealed", LargeBinary, nullable=False),
)

# Updates that could not be read or handled, and messages that the channel will never take.
dead_letters = Table(
    "dead_letters",
    tables,
    _id(),
    Column("ref", REF, nullable=False, index=True),
    Column("kind", String(12), nullable=False),  # unreadable, failed, refused
    _hour("hour"),
    Column("sealed", LargeBinary, nullable=False),
)

# The content's files by the hash that sessions are pinned to.
contents = Table(
    "contents",
    tables,
    Column("version", String(64), primary_key=True),
    Column("texts", Text, nullable=False),
    _hour("hour"),
)

# What a command asks the running bot to do, and what came of it.
errands = Table(
    "errands",
    tables,
    Column("id", String(40), primary_key=True),
    Column("errand", String(20), nullable=False),
    Column("argument", String(200), nullable=False),
    _hour("hour"),
    Column("outcome", Text, nullable=True),
)

# The highest number that rows of a table may have been given, so that none is given twice: rows are
# erased, but seals, and what the console has read, name rows by their number.
numbers = Table(
    "numbers",
    tables,
    Column("name", String(60), primary_key=True),
    Column("highest", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
)

# Single values: the hour of the last backup, of the last retention run ...
facts = Table(
    "facts",
    tables,
    Column("name", String(60), primary_key=True),
    Column("fact", Text, nullable=False),
)
