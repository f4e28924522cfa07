"""Accounts of staff: invited by a one-time link, then a password and codes from a phone.

There are few of them, so that all are read at once. Everything that tells who somebody is, or lets
them in, is sealed.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

import msgspec
import pyotp
import structlog
from sqlalchemy import delete, select

from bot.core.model import Frozen
from bot.store.batch import Batch
from bot.store.records_of_staff import KeptAccount
from bot.store.staff_tables import STAFF, accounts, staff_sessions
from bot.vault import SealBrokenError

log = structlog.get_logger()
INVITED_FOR = timedelta(days=3)


class Role(StrEnum):
    """What somebody may do. An admin looks after people and settings, and sees no case."""

    VIEWER = "viewer"
    REVIEWER = "reviewer"
    LEAD = "lead"
    ADMIN = "admin"


class State(StrEnum):
    """How far an account has come."""

    INVITED = "invited"
    ACTIVE = "active"
    CLOSED = "closed"


class Account(Frozen):
    """A row, opened."""

    id: int
    role: Role
    state: State
    kept: KeptAccount


def all_accounts(batch: Batch) -> list[Account]:
    """Everybody, in the order in which they were invited; without accounts that are damaged."""
    ref = batch.vault.ref(STAFF)
    found = []
    for row in batch.rows(select(accounts).order_by(accounts.c.id)):
        try:
            kept = batch.unseal(ref, accounts.c.sealed, row.id, row.sealed, KeptAccount)
        except SealBrokenError:
            log.warning("account.broken")
            continue
        found.append(Account(id=row.id, role=Role(row.role), state=State(row.state), kept=kept))
    return found


def anybody_has_joined(batch: Batch) -> bool:
    """Whether there ever was an account in use, also where it is damaged now."""
    joined = select(accounts.c.id).where(accounts.c.state != State.INVITED.value)
    return bool(batch.rows(joined.limit(1)))


def account(batch: Batch, number: int) -> Account | None:
    """The account of that number."""
    return next((each for each in all_accounts(batch) if each.id == number), None)


def names(batch: Batch) -> dict[int, str]:
    """The first name of everybody who has or had an account."""
    return {each.id: each.kept.name for each in all_accounts(batch)}


def keep(batch: Batch, changed: Account) -> None:
    """Write an account as it is now."""
    ref = batch.vault.ref(STAFF)
    sealed = batch.seal(ref, accounts.c.sealed, changed.id, changed.kept)
    row = {"id": changed.id, "role": changed.role.value, "state": changed.state.value}
    batch.put(accounts, {**row, "sealed": sealed})


def invite(batch: Batch, name: str, login: str, role: Role) -> tuple[Account, str]:
    """A new account, and the secret of its one-time link, which is kept nowhere."""
    fresh = Account(
        id=batch.next_id(accounts),
        role=role,
        state=State.INVITED,
        kept=KeptAccount(name=name, login=login),
    )
    return invite_again(batch, fresh)


def invite_again(batch: Batch, who: Account) -> tuple[Account, str]:
    """A new link for an account: its password and its phone are set anew, its sessions end."""
    secret = fresh_secret()
    return _invited_by(batch, who, digest_of(secret)), secret


def invite_admin(batch: Batch, number: int, digest: str) -> Account | None:
    """The same for an admin by a secret of which only the digest comes here; 0 is for a new one."""
    if number:
        who = account(batch, number)
        if who is None or who.role is not Role.ADMIN or who.state is State.CLOSED:
            return None
        return _invited_by(batch, who, digest)
    logins = ("admin", *(f"admin-{each}" for each in range(2, 1_000)))
    login = next(each for each in logins if not is_taken(batch, each))
    kept = KeptAccount(name="Admin", login=login)
    fresh = Account(id=batch.next_id(accounts), role=Role.ADMIN, state=State.INVITED, kept=kept)
    return _invited_by(batch, fresh, digest)


def _invited_by(batch: Batch, who: Account, digest: str) -> Account:
    kept = msgspec.structs.replace(
        who.kept,
        password="",
        totp=pyotp.random_base32(),
        totp_step=0,
        invitation=digest,
        invited_until=batch.at + INVITED_FOR,
    )
    changed = msgspec.structs.replace(who, state=State.INVITED, kept=kept)
    keep(batch, changed)
    end_sessions(batch, who.id)
    return changed


def invited(batch: Batch, secret: str, at: datetime) -> Account | None:
    """Whose link that is, while it is good."""
    digest = digest_of(secret)
    for each in all_accounts(batch):
        until = each.kept.invited_until
        if (
            each.state is State.INVITED
            and each.kept.invitation
            and hmac.compare_digest(each.kept.invitation, digest)
            and until is not None
            and at < until
        ):
            return each
    return None


def end_sessions(batch: Batch, number: int) -> None:
    """Sign somebody out everywhere."""
    batch.change(delete(staff_sessions).where(staff_sessions.c.account == number))


def is_taken(batch: Batch, login: str) -> bool:
    """Whether somebody signs in by that name already."""
    return any(
        each.kept.login.casefold() == login.casefold()
        for each in all_accounts(batch)
        if each.state is not State.CLOSED
    )


def fresh_secret() -> str:
    """The secret of a one-time link."""
    return secrets.token_urlsafe(24)


def digest_of(secret: str) -> str:
    """What is kept of it."""
    return sha256(secret.encode()).hexdigest()
