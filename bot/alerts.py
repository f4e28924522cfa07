"""Alerts to staff: what they say, when they come again, and what happens when somebody takes a case.

An alert holds a case code, an urgency, a time and a link, never anything that a client said. It is
queued with its turn and sent once it has reached staff (only then the client is told).

Laws:

- A case has one alert that nobody has taken; a new reason raises its urgency.
- It is repeated by `alert_again_minutes` of content/clinic.yaml, and calls whom `escalation` names,
  until a member of staff takes the case: by its button, by writing to the client, by setting a status.
- What is due at once comes as one message, and so does what would queue up behind others.
- A damaged row is still an alert: its case and its urgency stand in clear.

Counterparts: `staff_group`, what staff write there; `store.staff_posts`, which message names a case.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Row, distinct, func, select

from bot.core.content import Content
from bot.core.content.clinic import Step
from bot.core.content.wording import fill
from bot.core.model import (
    AlertKind,
    AlertSent,
    AlertStaff,
    Button,
    CaseCode,
    ChatId,
    EventId,
    Frozen,
    Urgency,
)
from bot.core.post import Delivery, OutgoingKind
from bot.store.alerts import ACKNOWLEDGED, NOBODY, QUEUED, SENT, TOLD, opened
from bot.store.batch import Batch
from bot.store.post import UNSENT, post
from bot.store.records import Body, KeptAlert, Posted
from bot.store.staff_posts import StaffPost, posts_of
from bot.store.tables import alerts, outgoing

SOON = 120  # minutes; a longer wait is told in hours
WAITING = 3  # messages on their way; a further alert comes in the next message for several cases
AT_ONCE = 20  # cases in one message
EDITED = 3  # the newest messages of a case that are changed once somebody has it
RANK = {urgency: rank for rank, urgency in enumerate(Urgency)}
KINDS = (AlertKind.RESULT, AlertKind.HUMAN, AlertKind.EMERGENCY)


class StaffChat(Frozen):
    """Where alerts go, and the address of the console if staff can open it from there."""

    chat_id: ChatId
    console: str = ""

    @classmethod
    def of(cls, chat_id: ChatId | None, console: str) -> "StaffChat | None":
        """The staff chat; None when there is none."""
        return None if chat_id is None else cls(chat_id=chat_id, console=console.rstrip("/"))

    def link(self, case: str) -> str:
        """Where a case is read."""
        return f"{self.console}/cases/{case}" if self.console else ""


class _Alert(NamedTuple):
    """A row that nobody has acknowledged."""

    row: Row[Any]
    kept: KeptAlert

    @property
    def urgency(self) -> Urgency:
        return Urgency(self.row.urgency)

    @property
    def case(self) -> CaseCode:
        return CaseCode(self.row.case_code)


def _open_alerts(batch: Batch, where: ColumnElement[bool] | None = None) -> list[_Alert]:
    """Those that nobody has, the most urgent first, then the oldest."""
    statement = select(alerts).where(alerts.c.state != ACKNOWLEDGED).order_by(alerts.c.id)
    if where is not None:
        statement = statement.where(where)
    rows = batch.rows(statement)
    batch.vault.load({row.ref for row in rows})
    found = [_Alert(row, opened(batch, row)) for row in rows]
    return sorted(found, key=lambda each: (-RANK[each.urgency], each.kept.made_at))


# --- made ------------------------------------------------------------------------------------------


def queued_alert(
    batch: Batch, chat_id: ChatId, effect: AlertStaff, content: Content, staff: StaffChat | None
) -> list[Posted]:
    """Keep an alert, and what is sent of it when there is a staff chat."""
    known = _open_alerts(batch, alerts.c.case_code == effect.case)
    if known and RANK[effect.urgency] <= RANK[known[0].urgency]:
        _heard_again(batch, known[0], effect)
        return []
    kept = KeptAlert(chat_id=chat_id, kind=effect.kind, made_at=batch.at)
    if known:
        old = known[0]
        kept = msgspec.structs.replace(
            kept, kind=_worse(old.kept.kind, effect.kind), raised=old.kept.raised + 1
        )
        number = int(old.row.id)
    else:
        number = batch.next_id(alerts)
    posted = [] if staff is None else _first_message(batch, effect, number, content, staff)
    ref = batch.vault.ref(chat_id)
    values: dict[str, object] = {
        "urgency": effect.urgency.value,
        "state": QUEUED,
        "sending": posted[0].id if posted else 0,
        "sealed": batch.seal(ref, alerts.c.sealed, number, kept),
    }
    if known:
        batch.update(alerts, "id", number, **values)
    else:
        named = {"id": number, "ref": ref, "case_code": effect.case, "hour": batch.hour}
        batch.insert(alerts, named | values)
    return posted


def _heard_again(batch: Batch, known: _Alert, effect: AlertStaff) -> None:
    """Staff know of it already; a client who is in danger anew is told so once more."""
    kept = msgspec.structs.replace(known.kept, kind=_worse(known.kept.kind, effect.kind))
    state = known.row.state
    if state == TOLD and effect.kind is AlertKind.EMERGENCY:
        state = SENT
        kept = msgspec.structs.replace(kept, raised=kept.raised + 1)
    sealed = batch.seal(known.row.ref, alerts.c.sealed, known.row.id, kept)
    batch.update(alerts, "id", known.row.id, state=state, sealed=sealed)


def _worse(one: AlertKind, other: AlertKind) -> AlertKind:
    return max(one, other, key=KINDS.index)


def _first_message(
    batch: Batch, effect: AlertStaff, number: int, content: Content, staff: StaffChat
) -> list[Posted]:
    """The alert by itself; nothing where it would stand in line, for then it comes with others."""
    if not _has_room(batch, is_urgent=effect.urgency is Urgency.NOW):
        return []
    words = content.wording.staff
    text = _line(content, words.alert, effect.case, effect.urgency, timedelta(0))
    body = _single(content, staff, effect.case, effect.urgency, (text, words.write_back))
    return [post(batch, body, alert=number)]


def _has_room(batch: Batch, *, is_urgent: bool) -> bool:
    """Whether few messages of alerts stand in line before another one."""
    ahead = select(func.count(distinct(outgoing.c.id))).where(
        outgoing.c.id == alerts.c.sending, outgoing.c.state.in_(UNSENT)
    )
    if is_urgent:
        ahead = ahead.where(alerts.c.urgency == Urgency.NOW.value)  # it overtakes the others
    return int(batch.rows(ahead)[0][0]) < WAITING


# --- what it says ----------------------------------------------------------------------------------


def _line(
    content: Content, sentence: str, case: CaseCode, urgency: Urgency, waiting: timedelta
) -> str:
    words = content.wording.staff
    minutes = max(0, int(waiting.total_seconds() // 60))
    return fill(
        sentence,
        case=case,
        urgency=words.urgencies[urgency],
        sign=words.signs[urgency],
        waiting=f"{minutes} min" if minutes < SOON else f"{minutes // 60} h",
    )


def _single(
    content: Content,
    staff: StaffChat,
    case: CaseCode,
    urgency: Urgency,
    lines: tuple[str, ...],
) -> Body:
    button = Button(label=content.wording.staff.acknowledge, data=f"ack|{case}")
    return Body(
        chat_id=staff.chat_id,
        kind=OutgoingKind.MESSAGE,
        text="\n".join(filter(None, (lines[0], staff.link(case), *lines[1:]))),
        buttons=((button,),),
        urgent=urgency is Urgency.NOW,
        cases=(case,),
        topic_of=case,
    )


def _several(
    batch: Batch, content: Content, staff: StaffChat, some: Sequence[_Alert], call: str
) -> Body:
    words = content.wording.staff
    lines = [fill(words.digest, count=len(some))]
    for each in some:
        waiting = batch.at - each.kept.made_at
        lines.append(_line(content, words.digest_line, each.case, each.urgency, waiting))
    return Body(
        chat_id=staff.chat_id,
        kind=OutgoingKind.MESSAGE,
        text="\n".join(filter(None, (*lines, call, staff.console and f"{staff.console}/queue"))),
        buttons=tuple((_take(content, each.case),) for each in some),
        urgent=some[0].urgency is Urgency.NOW,
        cases=tuple(each.case for each in some),
    )


def _take(content: Content, case: CaseCode) -> Button:
    label = fill(content.wording.staff.acknowledge_one, case=case)
    return Button(label=label, data=f"ack|{case}")


def _call(content: Content, step: Step | None) -> str:
    """Whom a repetition calls; nobody at first."""
    if step is None:
        return ""
    names = content.clinic.escalation.mention.get(step, ())
    return " ".join((content.wording.staff.steps.get(step, ""), *names))


# --- again -----------------------------------------------------------------------------------------


def alerts_again(
    batch: Batch, content: Content, staff: StaffChat, *, repeats: bool = True
) -> list[Posted]:
    """Alerts that nobody has taken, and those that wait for their first message.

    Without `repeats` only the latter: they are looked for more often.
    """
    found = _open_alerts(batch, None if repeats else alerts.c.state == QUEUED)
    numbers = {row.sending for row, _ in found} - {0}
    on_its_way = select(outgoing.c.id).where(
        outgoing.c.id.in_(numbers), outgoing.c.state.in_(UNSENT)
    )
    under_way = {row.id for row in batch.rows(on_its_way)} if numbers else set()
    by_case: dict[CaseCode, list[_Alert]] = {}  # the most urgent first, in each and of all
    for each in found:
        by_case.setdefault(each.case, []).append(each)
    due = [
        of_case
        for of_case in by_case.values()
        if not any(each.row.sending in under_way for each in of_case)
        and any(_is_due(each, batch.at, content) for each in of_case)
    ]
    if due and not _has_room(batch, is_urgent=False):  # the others are still due the next time
        is_possible = _has_room(batch, is_urgent=True)
        due = [each for each in due if is_possible and each[0].urgency is Urgency.NOW]
    return [
        _again(batch, content, staff, due[start : start + AT_ONCE])
        for start in range(0, len(due), AT_ONCE)
    ]


def _is_due(alert: _Alert, at: datetime, content: Content) -> bool:
    tried_at = alert.kept.tried_at
    minutes = content.clinic.alert_again_minutes.get(alert.urgency)
    if tried_at is None or minutes is None:
        return tried_at is None
    is_ahead = tried_at > at  # noted while the clock was ahead
    return is_ahead or tried_at + timedelta(minutes=minutes) <= at


def _again(batch: Batch, content: Content, staff: StaffChat, due: Sequence[list[_Alert]]) -> Posted:
    """One message for all of them; each alert notes it."""
    steps = {each[0].case: _next_step(content, each[0]) for each in due}
    known = [step for step in steps.values() if step is not None]
    call = _call(content, max(known, key=list(Step).index, default=None))
    first = due[0][0]
    if len(due) == 1:
        waiting = batch.at - first.kept.made_at
        words = content.wording.staff
        text = _line(content, words.alert, first.case, first.urgency, waiting)
        lines = (text, call or words.write_back)
        body = _single(content, staff, first.case, first.urgency, lines)
    else:
        body = _several(batch, content, staff, [each[0] for each in due], call)
    posted = post(batch, body, alert=first.row.id)
    for row, kept in (each for of_case in due for each in of_case):
        repeated = msgspec.structs.replace(kept, step=kept.step + (kept.tried_at is not None))
        sealed = batch.seal(row.ref, alerts.c.sealed, row.id, repeated)
        batch.update(alerts, "id", row.id, sending=posted.id, sealed=sealed)
    return posted


def _next_step(content: Content, alert: _Alert) -> Step | None:
    if alert.kept.tried_at is None:
        return None
    return content.clinic.escalation.step(alert.urgency, alert.kept.step + 1)


# --- told, taken -----------------------------------------------------------------------------------


def sent_alerts(batch: Batch, case: CaseCode | None = None) -> list[Delivery]:
    """The events that tell clients that an alert about them has reached staff."""
    chosen = alerts.c.state == SENT
    if case is not None:
        chosen &= alerts.c.case_code == case
    found = []
    for row in batch.rows(select(alerts).where(chosen).order_by(alerts.c.id)):
        kept = opened(batch, row)
        if kept.chat_id == NOBODY:
            batch.update(alerts, "id", row.id, state=TOLD)  # it goes on being repeated
            continue
        name = EventId(f"alert-sent:{row.id}:{kept.raised}")
        event = AlertSent(
            event_id=name, chat_id=kept.chat_id, at=batch.at, case=CaseCode(row.case_code)
        )
        found.append(Delivery(update_id=name, received_at=batch.at, event=event))
    return found


def acknowledge(
    batch: Batch, case: CaseCode, by: str, content: Content, staff: StaffChat | None
) -> list[Posted]:
    """Somebody has the case: its alerts are not sent again, and their messages say who has it."""
    unheeded = _open_alerts(batch, alerts.c.case_code == case)
    for row, kept in unheeded:
        taken = msgspec.structs.replace(kept, acknowledged_at=batch.at, acknowledged_by=by)
        sealed = batch.seal(row.ref, alerts.c.sealed, row.id, taken)
        batch.update(alerts, "id", row.id, state=ACKNOWLEDGED, sealed=sealed)
    if staff is None or not unheeded:
        return []
    return [
        post(batch, _taken(batch, content, staff, each)) for each in posts_of(batch, case, EDITED)
    ]


def holder(batch: Batch, case: CaseCode) -> str:
    """Who took the case last; nobody while an alert of it is open."""
    statement = select(alerts).where(alerts.c.case_code == case).order_by(alerts.c.id.desc())
    rows = batch.rows(statement.limit(1))
    if not rows or rows[0].state != ACKNOWLEDGED:
        return ""
    return opened(batch, rows[0]).acknowledged_by


def _taken(batch: Batch, content: Content, staff: StaffChat, shown: StaffPost) -> Body:
    """A message of alerts as it looks once some of its cases are taken."""
    lines, buttons = [], []
    for case in shown.cases:
        if by := holder(batch, case):
            taken = fill(content.wording.staff.acknowledged, staff=by, case=case)
            lines += [taken, staff.link(case)] if len(shown.cases) == 1 else [taken]
        elif waiting := _open_alerts(batch, alerts.c.case_code == case):
            first = waiting[0]
            sentence = content.wording.staff.digest_line
            passed = batch.at - first.kept.made_at
            lines.append(_line(content, sentence, case, first.urgency, passed))
            buttons.append((_take(content, case),))
    return Body(
        chat_id=staff.chat_id,
        kind=OutgoingKind.MESSAGE,
        text="\n".join(filter(None, lines)),
        buttons=tuple(buttons),
        edits=shown.message,
        cases=shown.cases,
        topic_of=shown.cases[0] if shown.topic else "",
    )
