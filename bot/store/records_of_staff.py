"""What lies in the sealed cells of `staff_tables`."""

from datetime import datetime

from bot.core.model import ChatId, Frozen, Level, MessageId, RuleId


class KeptAccount(Frozen):
    """accounts.sealed. `invitation` is the SHA-256 of the one-time link's secret, "" once used."""

    name: str  # clients see it: a first name
    login: str
    password: str = ""  # an argon2id hash
    totp: str = ""  # the shared secret, in base32
    totp_step: int = 0  # the last 30-second step whose code was used: each works once
    invitation: str = ""
    invited_until: datetime | None = None


class KeptStaffSession(Frozen):
    """staff_sessions.sealed. `confirmed_at` is when a code was last asked for."""

    started_at: datetime
    seen_at: datetime
    confirmed_at: datetime | None = None


class KeptAccess(Frozen):
    """access_log.sealed. `detail` names ids and counts, never anybody's words."""

    at: datetime
    detail: str = ""
    address: str = ""


class KeptCase(Frozen):
    """cases.sealed: the times that insight is made of."""

    filed_at: datetime
    waits_from: datetime | None = None  # since when it waits for staff to act
    handled_at: datetime | None = None  # when staff last gave it another status than "new"
    danger_at: datetime | None = None
    looked_at: datetime | None = None
    decided_at: datetime | None = None
    staff_wrote_at: datetime | None = None
    taken_by: str = ""


class KeptNote(Frozen):
    """notes.sealed."""

    at: datetime
    by: str
    text: str


class KeptDecision(Frozen):
    """decisions.sealed. `reason` is an id of content/console.yaml, "" where staff agree."""

    at: datetime
    by: str
    rule: RuleId
    suggested: Level
    decided: Level
    reason: str = ""
    text: str = ""
    content_version: str = ""


class KeptPost(Frozen):
    """staff_posts.sealed: the message's own name; `alerts` says that it may be acknowledged.

    `chat_id` is the group's, "" where an older version kept it.
    """

    message: MessageId
    topic: str = ""
    alerts: bool = False
    chat_id: ChatId = ChatId("")


class KeptTopic(Frozen):
    """staff_topics.sealed. `asks`: who writes there wants to be told once the client has answered.

    `chat_id` is the group's, "" where an older version kept it.
    """

    topic: str = ""
    asks: bool = False
    chat_id: ChatId = ChatId("")


class KeptFact(Frozen):
    """staff_facts.sealed."""

    text: str = ""
    number: int = 0
    secret: bytes = b""
