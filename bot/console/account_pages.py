"""Signing in and out, making an account from a one-time link, giving a code once more."""

from dataclasses import replace

import msgspec
import pyotp
import segno
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from bot.console import access_log
from bot.console.accounts import (
    Account,
    Role,
    State,
    all_accounts,
    anybody_has_joined,
    invite_again,
    invited,
    keep,
)
from bot.console.accounts import invite as invite_account
from bot.console.guard import kept_fields, resent
from bot.console.sign_in import FROM, LONGEST, minutes, password_problem, spend_code
from bot.console.visit import RefusedError, Visit
from bot.store.batch import Batch

ISSUER = "Intake"
WRONG = "That did not work. Check the name, the password and the code, and try again."
TRIED_TOO_OFTEN = "Too many tries. Please wait {wait} and try again."


def local(path: str) -> str:
    """A path of ours; anything else becomes the first page."""
    safe = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if safe and path.isprintable() else "/"


async def home(visit: Visit) -> Response:
    """The first page: an admin has no cases."""
    return visit.go("/people" if visit.me.role is Role.ADMIN else "/queue")


async def sign_in_page(visit: Visit) -> Response:
    """Name, password, code."""
    if visit.staff is not None:
        return visit.go(local(visit.asked("next")))
    page = local(visit.asked("next"))
    return visit.page("sign_in.html", next=page, problem="", login="", kept={})


async def sign_in(visit: Visit) -> Response:
    """All three at once: a wrong one does not tell which it was."""
    form, limits = visit.form, visit.house.doorkeeper.limits
    login = form.get("login", "").strip()
    keys = (f"name:{login.casefold()}", f"{FROM}{visit.address}")
    problem = WRONG
    if wait := limits.wait(*keys):
        problem = TRIED_TOO_OFTEN.format(wait=minutes(wait))
    else:
        secret = await visit.house.doorkeeper.sign_in(
            login, form.get("password", ""), form.get("code", ""), visit.address
        )
        if secret is not None:
            limits.passed(*keys)
            return _with_cookie(visit, await _signed_in(visit, secret), secret)
        limits.failed(*keys)
    page, kept = local(form.get("next", "/")), kept_fields(form)
    return visit.page(
        "sign_in.html", status=422, next=page, problem=problem, login=login, kept=kept
    )


async def _signed_in(visit: Visit, secret: str) -> Response:
    """On to where they wanted; a form that came too late is shown first, and sent by a click."""
    page, kept = local(visit.form.get("next", "/")), kept_fields(visit.form)
    staff = await visit.house.doorkeeper.session(secret, looks=True)
    if not kept or staff is None:
        return visit.go(page)
    return replace(visit, staff=staff).page("again.html", action=page, kept=kept)


def _with_cookie(visit: Visit, response: Response, secret: str) -> Response:
    response.set_cookie(
        visit.house.cookie,
        secret,
        max_age=int(LONGEST.total_seconds()),
        httponly=True,
        samesite="lax",  # a link in an alert opens the case; every change needs its form's token
        secure=visit.house.is_https,
    )
    return response


async def sign_out(visit: Visit) -> Response:
    """End this session."""
    await visit.house.doorkeeper.end(visit.me.id, also=visit.log)
    visit.line.is_kept = True
    response = visit.go("/sign-in", done="out")
    response.delete_cookie(
        visit.house.cookie, httponly=True, samesite="lax", secure=visit.house.is_https
    )
    return response


async def left_page(visit: Visit) -> Response:
    """How many seconds the session has left: an open page warns before it ends."""
    return PlainTextResponse(str(int(visit.me.left(visit.now).total_seconds())))


async def confirm_page(visit: Visit) -> Response:
    """The code, once more, before something that cannot be undone or leaves the house."""
    page = local(visit.asked("next"))
    return visit.page("confirm.html", next=page, kept={}, back="/", problem="")


async def confirm(visit: Visit) -> Response:
    """Check it, and go on."""
    limits, me, page = visit.house.doorkeeper.limits, visit.me, local(visit.form.get("next", "/"))
    key = f"confirm:{me.account}"
    if wait := limits.wait(key):
        problem = TRIED_TOO_OFTEN.format(wait=minutes(wait))
    elif await visit.house.doorkeeper.confirm(me, visit.form.get("code", ""), visit.address):
        limits.passed(key)
        if visit.form.get("again"):
            return RedirectResponse(page, status_code=307)  # with all that the form holds
        return visit.go(page)
    else:
        limits.failed(key)
        problem = "That code did not work. Each code works once: wait for the next one."
    kept = resent(visit.form) if visit.form.get("again") else {}
    back = local(visit.form.get("back", "/"))
    return visit.page("confirm.html", status=422, next=page, kept=kept, back=back, problem=problem)


# --- making an account ---------------------------------------------------------------------------


async def join_page(visit: Visit) -> Response:
    """Somebody opens their one-time link."""
    return await _join_page(visit, "")


async def _join_page(visit: Visit, problem: str) -> Response:
    secret = str(visit.request.path_params["secret"])
    who = await visit.read(lambda batch: invited(batch, secret, visit.now))
    if who is None:
        raise RefusedError("This link is not good any more. Ask for a new one.", 404)
    uri = pyotp.TOTP(who.kept.totp).provisioning_uri(
        name=who.kept.login, issuer_name=f"{ISSUER} {visit.content.clinic.name}"
    )
    picture = segno.make(uri, error="m").svg_inline(
        scale=5, border=3, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None
    )
    return visit.page(
        "join.html",
        status=422 if problem else 200,
        who=who,
        qr=picture,
        key=" ".join(who.kept.totp[start : start + 4] for start in range(0, 32, 4)),
        problem=problem,
    )


async def join(visit: Visit) -> Response:
    """Set the password, check that the phone shows the right codes, and let them in."""
    secret = str(visit.request.path_params["secret"])
    limits, keys = visit.house.doorkeeper.limits, (f"join:{secret}", f"{FROM}{visit.address}")
    if wait := limits.wait(*keys):
        raise RefusedError(TRIED_TOO_OFTEN.format(wait=minutes(wait)), 429)
    who = await visit.read(lambda batch: invited(batch, secret, visit.now))
    if who is None:
        limits.failed(*keys)
        raise RefusedError("This link is not good any more. Ask for a new one.", 404)
    password = visit.form.get("password", "")
    problem = password_problem(password, who.kept.login, who.kept.name)
    if not problem and password != visit.form.get("again", ""):
        problem = "The two passwords are not the same."
    if problem:
        return await _join_page(visit, problem)
    kept = await visit.house.doorkeeper.password_hash(password)

    def job(batch: Batch) -> Account | None:
        if invited(batch, secret, visit.now) is None:
            return None
        fresh = spend_code(batch, who.id, visit.form.get("code", ""), visit.now)
        if fresh is None:
            return None
        changed = msgspec.structs.replace(
            fresh,
            state=State.ACTIVE,
            kept=msgspec.structs.replace(
                fresh.kept, password=kept, invitation="", invited_until=None
            ),
        )
        keep(batch, changed)
        access_log.append(batch, who.id, "join!", address=visit.address)
        return changed

    if await visit.read(job) is None:
        limits.failed(*keys)
        return await _join_page(visit, "That code did not work. Type the one your phone shows now.")
    limits.passed(*keys)
    opened = await visit.house.doorkeeper.open_for(who.id, visit.address)
    return _with_cookie(visit, visit.go("/", done="joined"), opened)


def first_link(batch: Batch) -> str | None:
    """The path of the link for the first account, an admin; None once anybody has joined.

    Made anew at each start until then: an older link stops working.
    """
    if anybody_has_joined(batch):
        return None
    known = all_accounts(batch)
    first = next((each for each in known if each.role is Role.ADMIN), None)
    if first is None:
        _, secret = invite_account(batch, "Admin", "admin", Role.ADMIN)
    else:
        _, secret = invite_again(batch, first)
    return f"/join/{secret}"
