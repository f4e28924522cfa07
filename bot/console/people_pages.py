"""Who works here: invite, change a role, close; which sessions are open; the access log."""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import select
from starlette.responses import Response

from bot.console import access_log
from bot.console.access_words import in_words
from bot.console.accounts import (
    Role,
    State,
    account,
    all_accounts,
    end_sessions,
    invite,
    invite_again,
    is_taken,
    keep,
    names,
)
from bot.console.sign_in import IDLE, times_of
from bot.console.visit import RefusedError, Visit
from bot.core.model import Frozen
from bot.store.batch import Batch
from bot.store.staff_tables import staff_sessions

LONGEST_NAME = 40
ONLY_ADMIN = (
    "This is the only admin. Invite another one first. If their phone is lost:"
    " python -m bot invite-admin, on the machine that runs the assistant."
)
ROLES = {
    Role.VIEWER: "Viewer – reads cases",
    Role.REVIEWER: "Reviewer – reads, decides, writes with clients",
    Role.LEAD: "Lead – the same, and exports and erases",
    Role.ADMIN: "Admin – people and settings, no cases",
}


class OpenSession(Frozen):
    """Somebody's session, as it is listed."""

    id: str
    account: int
    started_at: datetime
    seen_at: datetime
    mine: bool


def _sessions(batch: Batch, mine: str, now: datetime) -> list[OpenSession]:
    oldest = now - IDLE - timedelta(minutes=1)
    found = [(row, times_of(batch, row)) for row in batch.rows(select(staff_sessions))]
    open_ones = [
        OpenSession(
            id=row.id,
            account=row.account,
            started_at=times.started_at,
            seen_at=times.seen_at,
            mine=row.id == mine,
        )
        for row, times in found
        if times is not None and times.seen_at >= oldest
    ]
    return sorted(open_ones, key=lambda each: each.started_at, reverse=True)


async def account_page(visit: Visit) -> Response:
    """Somebody's own account: their sessions, and what the keys do."""
    me = visit.me
    found = await visit.read(lambda batch: _sessions(batch, me.id, visit.now))
    own = [each for each in found if each.account == me.account]
    return visit.page("account.html", sessions=own, role=ROLES[me.role])


async def end_session(visit: Visit) -> Response:
    """Sign out one of one's own sessions; an admin may sign out anybody's."""
    wanted = visit.form.get("session", "")
    found = await visit.read(lambda batch: _sessions(batch, visit.me.id, visit.now))
    is_admin = visit.me.role is Role.ADMIN
    if any(each.id == wanted and (is_admin or each.account == visit.me.account) for each in found):
        await visit.house.doorkeeper.end(wanted, also=visit.log)
        visit.line.is_kept = True
    return visit.go("/people" if visit.form.get("from") == "people" else "/account", done="ended")


async def people_page(visit: Visit) -> Response:
    """Everybody, and who is signed in."""
    people, sessions = await visit.read(
        lambda batch: (all_accounts(batch), _sessions(batch, visit.me.id, visit.now))
    )
    return visit.page(
        "people.html",
        people=people,
        sessions=sessions,
        names={each.id: each.kept.name for each in people},
        roles=ROLES,
    )


async def invite_page(visit: Visit) -> Response:
    """A form for somebody new."""
    return visit.page("invite.html", roles=ROLES, problem="", name="", login="")


async def invite_person(visit: Visit) -> Response:
    """Make an account and show its link, once."""
    name = " ".join(visit.form.get("name", "").split())
    login = visit.form.get("login", "").strip()
    problem = ""
    if not name or len(name) > LONGEST_NAME:
        problem = "Please give a first name of at most 40 letters. Clients see it."
    elif not login or len(login) > LONGEST_NAME or any(each.isspace() for each in login):
        problem = "Please give a name to sign in with, without spaces."
    elif visit.form.get("role") not in [*Role]:
        problem = "Please pick what they may do."
    if not problem:
        role = Role(visit.form["role"])

        def job(batch: Batch) -> str | None:
            if is_taken(batch, login):
                return None
            who, secret = invite(batch, name, login, role)
            visit.line.detail = f"account {who.id}, {role}"
            visit.log(batch)
            return secret

        secret = await visit.read(job)
        visit.line.is_kept = secret is not None
        if secret is not None:
            link = f"{visit.house.public_url}/join/{secret}"
            return visit.page("invited.html", name=name, login=login, link=link)
        problem = "Somebody signs in with that name already."
    return visit.page(
        "invite.html", status=422, roles=ROLES, problem=problem, name=name, login=login
    )


async def person_page(visit: Visit) -> Response:
    """One account."""
    number = _number(visit)
    who = await visit.read(lambda batch: account(batch, number))
    if who is None:
        raise RefusedError("There is no such account.", 404)
    return visit.page("person.html", who=who, roles=ROLES)


async def change_person(visit: Visit) -> Response:
    """Change the role, close the account, or send a new link."""
    number, does = _number(visit), visit.form.get("does", "")

    def job(batch: Batch) -> tuple[str, str, str]:
        who = account(batch, number)
        if who is None:
            raise RefusedError("There is no such account.", 404)
        if _is_last_admin(batch, number):
            raise RefusedError(ONLY_ADMIN, 409)
        match does:
            case "link":
                visit.line.detail = f"account {number}, new link"
                return who.kept.name, who.kept.login, invite_again(batch, who)[1]
            case "close":
                closed = msgspec.structs.replace(who.kept, password="", totp="", invitation="")
                keep(batch, msgspec.structs.replace(who, state=State.CLOSED, kept=closed))
                end_sessions(batch, number)
                visit.line.detail = f"account {number}, closed"
            case "role" if visit.form.get("role") in [*Role]:
                keep(batch, msgspec.structs.replace(who, role=Role(visit.form["role"])))
                visit.line.detail = f"account {number}, {visit.form['role']}"
            case _:
                raise RefusedError("This page cannot do that.")
        return who.kept.name, who.kept.login, ""

    name, login, secret = await visit.act(job)
    visit.house.doorkeeper.forget(number)
    if secret:
        link = f"{visit.house.public_url}/join/{secret}"
        return visit.page("invited.html", name=name, login=login, link=link)
    return visit.go("/people", done="changed")


def _is_last_admin(batch: Batch, number: int) -> bool:
    admins = [
        each.id
        for each in all_accounts(batch)
        if each.role is Role.ADMIN and each.state is State.ACTIVE
    ]
    return admins == [number]


def _number(visit: Visit) -> int:
    text = str(visit.request.path_params["person"])
    return int(text[:9]) if text.isdecimal() else 0


async def log_page(visit: Visit) -> Response:
    """The access log, newest first, and whether its chain is whole."""
    before, case = visit.asked("before"), visit.asked("case").strip().upper()
    start = int(before[:12]) if before.isdecimal() else 0
    rows, known = await visit.read(
        lambda batch: (
            access_log.newest_rows(batch, before=start, case=case),
            names(batch),
        )
    )
    said = {row.id: in_words(row) for row in rows}
    return visit.page("log.html", rows=rows, said=said, names=known, case=case)
