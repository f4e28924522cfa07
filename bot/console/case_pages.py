"""A case on one page, and everything that staff do about it.

What concerns the chat goes through the reception, the only door; what is staff's own, notes and
decisions, is kept beside it. The name of a form makes a second click a no-op in both.
"""

from collections.abc import Callable
from datetime import date, timedelta

import msgspec
from starlette.responses import Response

from bot.console.accounts import Role, State, all_accounts
from bot.console.arrivals import catch_up
from bot.console.case_records import session_of
from bot.console.case_view import CasePage, case_page, with_staff
from bot.console.cases import (
    CLOSED,
    NEW,
    STATES,
    CaseRow,
    case_row,
    kept_case,
    looked_at,
    newest_intake,
    set_state,
    write,
)
from bot.console.guard import NOTHING
from bot.console.live import chat_of
from bot.console.queue_pages import SIGNS
from bot.console.visit import RefusedError, Visit
from bot.core.content.wording import fill
from bot.core.model import (
    AnyEvent,
    CaseCode,
    ChatId,
    CrisisCleared,
    EventId,
    Level,
    RuleId,
    StaffHandedBack,
    StaffReplied,
    StaffTookOver,
)
from bot.core.post import Delivery
from bot.store.batch import Batch
from bot.store.records_of_staff import KeptDecision, KeptNote
from bot.store.staff_tables import decisions, notes
from bot.vault import SealBrokenError

LONGEST_REPLY = 3_500  # Telegram takes 4,096 with the name before it
LONGEST_NOTE = 10_000
ACTING = frozenset({Role.REVIEWER, Role.LEAD})  # who can do something about a case
NO_CASE = "There is no such case. It may have been erased."
DAMAGED = (
    "This record does not open. Nothing is lost yet: please ask whoever looks after the assistant to"
    " run `python -m bot doctor`."
)
IN_DANGER = (
    "This case cannot be closed while its crisis is open. Please clear the crisis first, once you have"
    " made sure that the person is safe."
)
WATCHED_FOR = timedelta(minutes=2)  # a message that is sent later than that shows on the next load


async def show_case(visit: Visit) -> Response:
    """Read a case."""
    return await _shown(visit)


async def _shown(visit: Visit, *, unsent: str = "", status: int = 200) -> Response:
    """The page of the case; `unsent` is a message that could not be sent, so that it is not lost."""
    by_itself = visit.request.headers.get("x-live") == "1"
    contents, code, me = visit.house.contents, visit.case, visit.me
    clinic = visit.content.clinic
    works = me.role in {Role.REVIEWER, Role.LEAD}
    news: set[str] = set()

    def job(batch: Batch) -> tuple[CasePage | None, list[tuple[int, str]]]:
        news.update(catch_up(batch, clinic))
        people = [
            (each.id, each.kept.name)
            for each in all_accounts(batch)
            if each.state is State.ACTIVE and each.role in ACTING
        ]
        row = case_row(batch, code)
        if row is not None and not by_itself and (works or row.assignee == me.account):
            looked_at(batch, row)  # somebody else's glance leaves what is new as new
        return case_page(batch, code, contents), people

    try:
        page, people = await visit.read(job)
    except SealBrokenError:
        raise RefusedError(DAMAGED, 409) from None
    if news:
        visit.house.live.tell(news)
    if page is None:
        raise RefusedError(NO_CASE, 404)
    if page.sending_since is not None and visit.now - page.sending_since < WATCHED_FOR:
        visit.house.live.look_again(code)
    words, done = visit.content.console, visit.asked("done")
    return visit.page(
        "case.html",
        done="blocked" if done == "sent" and not page.is_reachable else done,
        status=status,
        unsent=unsent,
        case=page,
        people=people,
        states=STATES,
        signs=SIGNS,
        levels=[(each.id.value, str(each.label)) for each in visit.content.screening.outcomes],
        level_words={each.id.value: str(each.label) for each in visit.content.screening.outcomes},
        reasons=words.override_reasons,
        reason_words={each.id: each.label for each in words.override_reasons},
        replies=[(each.id, each.title, fill(each.text, staff=me.name)) for each in words.replies],
        part_2=visit.content.wording.staff.part_2,
        may_act=works,
        may_lead=me.role is Role.LEAD,
    )


# --- the chat ------------------------------------------------------------------------------------


async def _send(visit: Visit, *events: Callable[[ChatId], AnyEvent]) -> None:
    """Events of staff, through the same door as a client's. All of a form are kept, or none."""
    try:
        chat_id = await visit.read(lambda batch: chat_of(batch, _row(batch, visit).ref))
    except SealBrokenError:
        raise RefusedError(DAMAGED, 409) from None
    made = [each(chat_id) for each in events]
    await visit.receive(
        [Delivery(update_id=each.event_id, received_at=visit.now, event=each) for each in made]
    )
    visit.house.live.tell({visit.case})


def _row(batch: Batch, visit: Visit) -> CaseRow:
    row = case_row(batch, visit.case)
    if row is None:
        raise RefusedError(NO_CASE, 404)
    return row


async def take_over(visit: Visit) -> Response:
    """The assistant falls silent, and the client is told who writes; a message goes along."""
    text = _message(visit)
    events = [_took_over(visit)] + ([_replied(visit, text)] if text else [])
    await _send(visit, *events)
    done = "sent" if text else "took-over"
    return visit.go(f"/cases/{visit.case}", done=done, part="#write")


async def reply(visit: Visit) -> Response:
    """Write to the client. Only after taking over: two voices at once would confuse."""
    text = _message(visit)
    if not text:
        return visit.go(f"/cases/{visit.case}", part="#write")
    stamp = visit.event_id

    def writing(batch: Batch) -> bool:
        """Whether the chat is with me; a second click of what was sent is a no-op further on."""
        ref = _row(batch, visit).ref
        return batch.is_known(stamp) or with_staff(session_of(batch, ref)) == visit.me.name

    if not await visit.read(writing):
        return await _shown(visit, unsent=text, status=409)
    await _send(visit, _replied(visit, text))
    return visit.go(f"/cases/{visit.case}", done="sent", part="#write")


def _message(visit: Visit) -> str:
    text = visit.form.get("text", "").strip()
    if len(text) > LONGEST_REPLY:
        raise RefusedError(f"A message may have {LONGEST_REPLY} characters. Please send two.", 422)
    return text


def _took_over(visit: Visit) -> Callable[[ChatId], AnyEvent]:
    name, stamp = visit.me.name, EventId(f"{visit.event_id}:over")
    return lambda chat: StaffTookOver(event_id=stamp, chat_id=chat, at=visit.now, staff=name)


def _replied(visit: Visit, text: str) -> Callable[[ChatId], AnyEvent]:
    name, stamp = visit.me.name, EventId(visit.event_id)
    return lambda chat: StaffReplied(
        event_id=stamp, chat_id=chat, at=visit.now, staff=name, text=text
    )


async def hand_back(visit: Visit) -> Response:
    """The assistant goes on where the client was."""
    name, stamp = visit.me.name, EventId(visit.event_id)
    await _send(
        visit,
        lambda chat: StaffHandedBack(event_id=stamp, chat_id=chat, at=visit.now, staff=name),
    )
    return visit.go(f"/cases/{visit.case}", done="handed-back")


async def clear_crisis(visit: Visit) -> Response:
    """Staff have seen to the danger."""
    if visit.form.get("sure") != "yes":
        raise RefusedError("Please tick that you have made sure that the person is safe.", 422)
    name, stamp = visit.me.name, EventId(visit.event_id)
    await _send(
        visit,
        lambda chat: CrisisCleared(event_id=stamp, chat_id=chat, at=visit.now, staff=name),
    )
    return visit.go(f"/cases/{visit.case}", done="cleared")


async def acknowledge(visit: Visit) -> Response:
    """Alerts of the case are not sent again, and it is mine if it was nobody's."""
    delivery = Delivery(
        update_id=visit.event_id,
        received_at=visit.now,
        acknowledges=CaseCode(visit.case),
        staff=visit.me.name,
    )
    await visit.receive([delivery])

    def job(batch: Batch) -> None:
        row = _row(batch, visit)
        if not row.assignee:
            write(batch, row, kept_case(batch, row), assignee=visit.me.account)

    await visit.read(job)
    visit.house.live.tell({visit.case})
    return visit.go(f"/cases/{visit.case}", done="acknowledged")


# --- what is staff's own ---------------------------------------------------------------------------


async def _keep(visit: Visit, change: Callable[[Batch, CaseRow], None], detail: str = "") -> None:
    """Change the case as it stands now: what has just come is read first, so that it is not undone."""
    name, clinic = visit.event_id, visit.content.clinic
    news = {visit.case}

    def job(batch: Batch) -> None:
        news.update(catch_up(batch, clinic))
        row = _row(batch, visit)
        visit.line.detail = NOTHING if batch.is_known(name) else detail
        if not batch.is_known(name):
            batch.remember(name)
            change(batch, row)

    await visit.act(job)
    visit.house.live.tell(news)


async def note(visit: Visit) -> Response:
    """A note for colleagues; the client never sees it."""
    text = visit.form.get("text", "").strip()
    if not text:
        return visit.go(f"/cases/{visit.case}", part="#notes")
    if len(text) > LONGEST_NOTE:
        raise RefusedError(f"A note may have {LONGEST_NOTE} characters.", 422)

    def change(batch: Batch, row: CaseRow) -> None:
        number = batch.next_id(notes)
        kept = KeptNote(at=batch.at, by=visit.me.name, text=text)
        values = {"id": number, "ref": row.ref, "case_code": row.case_code, "hour": batch.hour}
        sealed = batch.seal(row.ref, notes.c.sealed, number, kept)
        batch.insert(notes, {**values, "sealed": sealed})

    await _keep(visit, change)
    return visit.go(f"/cases/{visit.case}", done="noted", part="#notes")


async def decide(visit: Visit) -> Response:
    """Agree with the suggestion, or decide otherwise with a reason: always a record of its own."""
    form = visit.form
    agrees = form.get("decision") == "agree"
    reason, text = form.get("reason", ""), form.get("text", "").strip()[:LONGEST_NOTE]
    if not agrees:
        if form.get("level") not in [*Level]:
            raise RefusedError("Please pick the setting that you decide on.", 422)
        if visit.content.console.override_reason(reason) is None or not text:
            raise RefusedError("To decide otherwise, pick a reason and say more in words.", 422)

    def change(batch: Batch, row: CaseRow) -> None:
        result = newest_intake(batch, row).result
        suggested = result.level if result else Level.INFO
        number = batch.next_id(decisions)
        kept = KeptDecision(
            at=batch.at,
            by=visit.me.name,
            rule=result.rule if result else RuleId(""),
            suggested=suggested,
            decided=suggested if agrees else Level(form["level"]),
            reason="" if agrees else reason,
            text=text,
            content_version=result.version if result else "",
        )
        values = {"id": number, "ref": row.ref, "case_code": row.case_code, "hour": batch.hour}
        sealed = batch.seal(row.ref, decisions.c.sealed, number, kept)
        batch.insert(decisions, {**values, "sealed": sealed})
        times = kept_case(batch, row)
        if times.decided_at is None:
            write(batch, row, msgspec.structs.replace(times, decided_at=batch.at), unread=0)

    detail = "agree" if agrees else f"{form['level']}, reason {reason}"
    await _keep(visit, change, detail)
    return visit.go(f"/cases/{visit.case}", done="decided", part="#decision")


async def status(visit: Visit) -> Response:
    """How far staff have come, and when they come back to it."""
    state = visit.form.get("state", "")
    if state not in STATES:
        raise RefusedError("Please pick a status.", 422)
    day = visit.form.get("follow_up", "")
    try:
        follow_up = date.fromisoformat(day) if day else None
    except ValueError:
        raise RefusedError("Please give a date like 2026-01-31.", 422) from None
    clinic = visit.content.clinic
    detail = f"{state}, follow-up {follow_up}" if follow_up else state

    def change(batch: Batch, row: CaseRow) -> None:
        if state in CLOSED and row.danger:
            raise RefusedError(IN_DANGER, 409)
        set_state(batch, row, state, follow_up, clinic)

    await _keep(visit, change, detail)
    if state != NEW:  # somebody has seen to it: its alerts are not repeated
        await visit.house.reception.receive(
            Delivery(
                update_id=f"{visit.event_id}:have",
                received_at=visit.now,
                acknowledges=CaseCode(visit.case),
                staff=visit.me.name,
            )
        )
    return visit.go(f"/cases/{visit.case}", done="saved", part="#work")


async def assign(visit: Visit) -> Response:
    """Whose case it is."""
    wanted = visit.form.get("assignee", "")
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 9 else 0  # noqa: PLR2004 (no such number of staff)

    def change(batch: Batch, row: CaseRow) -> None:
        if number and not any(
            each.id == number and each.state is State.ACTIVE and each.role in ACTING
            for each in all_accounts(batch)
        ):
            raise RefusedError("There is no such colleague.", 422)
        write(batch, row, kept_case(batch, row), assignee=number)

    await _keep(visit, change, f"account {number}" if number else "nobody")
    return visit.go(f"/cases/{visit.case}", done="assigned", part="#work")
