"""Which case a message or a topic of the staff group is about, and which messages name a case."""

from sqlalchemy import select

from bot.core.model import Button, CaseCode, ChatId, Frozen, MessageId
from bot.core.post import OutgoingKind
from bot.store.batch import Batch
from bot.store.erasure import chat_code
from bot.store.records import Body
from bot.store.records_of_staff import KeptPost, KeptTopic
from bot.store.staff_tables import staff_posts, staff_topics
from bot.store.tables import sessions
from bot.vault import SealBrokenError

MOST_DELETED = 100  # messages of one chat: Telegram deletes only those of two days anyway


class StaffPost(Frozen):
    """A message of the staff group, with all cases that it names."""

    message: MessageId
    topic: str
    cases: tuple[CaseCode, ...]


def ref_of_case(batch: Batch, case: str) -> str | None:
    """The chat that a case belongs to; None once it is erased."""
    rows = batch.rows(select(sessions.c.ref).where(sessions.c.case_code == chat_code(case)))
    return rows[0].ref if rows else None


def note_shown(batch: Batch, body: Body, message: MessageId, topic: str) -> None:
    """A message that names cases stands in the staff group now."""
    name = _name(batch, body.chat_id, f"message {message}")
    alerts = bool(body.buttons)
    for case in body.cases:
        ref = ref_of_case(batch, case)
        if ref is None:
            continue  # erased meanwhile
        kept = KeptPost(message=message, topic=topic, alerts=alerts, chat_id=body.chat_id)
        sealed = batch.seal(ref, staff_posts.c.sealed, f"{name}:{case}", kept)
        row = {"name": name, "case_code": case, "ref": ref, "hour": batch.hour, "sealed": sealed}
        batch.put(staff_posts, row)
    if topic and body.topic_of and topic_of(batch, body.topic_of).topic != topic:
        keep_topic(batch, body.chat_id, CaseCode(body.topic_of), topic=topic)


def note_offer(
    batch: Batch, chat_id: ChatId, message: MessageId, cases: tuple[CaseCode, ...], topic: str = ""
) -> None:
    """Staff answer a message of ours; that it was sent may not be known yet, or never be."""
    if cases and not cases_of_message(batch, chat_id, message):
        button = Button(label="", data="ack")
        body = Body(chat_id=chat_id, kind=OutgoingKind.MESSAGE, cases=cases, buttons=((button,),))
        note_shown(batch, body, message, topic)


def cases_of_message(batch: Batch, chat_id: ChatId, message: MessageId) -> tuple[CaseCode, ...]:
    """The cases that a message of the staff group names."""
    return _cases(batch, _name(batch, chat_id, f"message {message}"))


def case_of_topic(batch: Batch, chat_id: ChatId, topic: str) -> CaseCode | None:
    """The case that a topic of the staff group belongs to."""
    name = _name(batch, chat_id, f"topic {topic}")
    rows = batch.rows(select(staff_topics.c.case_code).where(staff_topics.c.name == name))
    return CaseCode(rows[0].case_code) if rows else None


def posts_of(batch: Batch, case: CaseCode, most: int) -> list[StaffPost]:
    """The newest messages that offer to take the case."""
    found: list[tuple[int, StaffPost]] = []
    for row in batch.rows(select(staff_posts).where(staff_posts.c.case_code == case)):
        cell = f"{row.name}:{case}"
        try:
            kept = batch.unseal(row.ref, staff_posts.c.sealed, cell, row.sealed, KeptPost)
        except SealBrokenError:
            continue  # its button stays, and does no harm
        if kept.alerts:
            cases = _cases(batch, row.name)
            post = StaffPost(message=kept.message, topic=kept.topic, cases=cases)
            found.append((int(kept.message) if kept.message.isdecimal() else 0, post))
    found.sort(key=lambda each: each[0], reverse=True)
    return [post for _, post in found[:most]]


def topic_of(batch: Batch, case: str) -> KeptTopic:
    """What is kept about the case's topic."""
    rows = batch.rows(select(staff_topics).where(staff_topics.c.case_code == case))
    if not rows:
        return KeptTopic()
    try:
        return batch.unseal(rows[0].ref, staff_topics.c.sealed, case, rows[0].sealed, KeptTopic)
    except SealBrokenError:
        return KeptTopic()  # a new topic is opened, then


def keep_topic(
    batch: Batch,
    chat_id: ChatId,
    case: CaseCode,
    *,
    topic: str | None = None,
    asks: bool | None = None,
) -> None:
    """Note the case's topic, or whether somebody there wants to be told of the client's answer."""
    ref = ref_of_case(batch, case)
    if ref is None:
        return
    before = topic_of(batch, case)
    kept = KeptTopic(
        topic=before.topic if topic is None else topic,
        asks=before.asks if asks is None else asks,
        chat_id=chat_id,
    )
    name = _name(batch, chat_id, f"topic {kept.topic}") if kept.topic else ""
    sealed = batch.seal(ref, staff_topics.c.sealed, case, kept)
    batch.put(staff_topics, {"case_code": case, "name": name, "ref": ref, "sealed": sealed})


def farewells(batch: Batch, ref: str) -> list[Body]:
    """What takes a chat's cases out of the staff group; to be asked for before it is erased.

    A message that names cases of others, too, stays: it holds the code, which then opens nothing.
    """
    topics: dict[str, KeptTopic] = {}
    for row in batch.rows(select(staff_topics).where(staff_topics.c.ref == ref)):
        kept = topic_of(batch, row.case_code)
        if kept.topic and kept.chat_id:
            topics[kept.topic] = kept
    found = []
    wanted = select(staff_posts).where(staff_posts.c.ref == ref).order_by(staff_posts.c.hour)
    for row in batch.rows(wanted):
        cell = f"{row.name}:{row.case_code}"
        try:
            post = batch.unseal(ref, staff_posts.c.sealed, cell, row.sealed, KeptPost)
        except SealBrokenError:
            continue  # a damaged name must not keep the rest from being erased
        is_shared = any(ref_of_case(batch, each) != ref for each in _cases(batch, row.name))
        if post.chat_id and not is_shared:
            found.append(_gone(post.chat_id, post.message))
    return found[-MOST_DELETED:] + [
        _gone(each.chat_id, topic=each.topic) for each in topics.values()
    ]


def late_farewells(
    batch: Batch, body: Body, message: MessageId | None, topic: str = ""
) -> list[Body]:
    """The same for a message that was on its way to staff while its only chat was erased."""
    if message is None or not is_of_erased(batch, body):
        return []
    gone = [_gone(body.chat_id, message)]
    return gone + ([_gone(body.chat_id, topic=topic)] if topic and body.topic_of else [])


def is_of_erased(batch: Batch, body: Body) -> bool:
    """Whether it tells staff of cases that are all erased."""
    return bool(body.cases) and all(ref_of_case(batch, each) is None for each in body.cases)


def _gone(chat_id: ChatId, message: MessageId | None = None, topic: str = "") -> Body:
    kind = OutgoingKind.DROP_TOPIC if topic else OutgoingKind.DELETE
    return Body(chat_id=chat_id, kind=kind, edits=message, topic=topic)


def _cases(batch: Batch, name: str) -> tuple[CaseCode, ...]:
    rows = batch.rows(
        select(staff_posts.c.case_code)
        .where(staff_posts.c.name == name)
        .order_by(staff_posts.c.case_code)
    )
    return tuple(CaseCode(row.case_code) for row in rows)


def _name(batch: Batch, chat_id: ChatId, what: str) -> str:
    return batch.vault.ref(ChatId(f"{chat_id} {what}"))
