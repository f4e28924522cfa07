"""Letting staff in: password and code, limits against guessing, sessions kept on the server.

A session ends after 15 minutes without a click, after 8 hours at most, and at once when somebody
revokes it. The cookie is 256 random bits; only its SHA-256 is kept.
"""

import asyncio
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec
import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Row, delete, select

from bot.console import access_log
from bot.console.accounts import Account, Role, State, account, all_accounts, keep
from bot.core.model import Frozen
from bot.store.batch import Batch, hour_of
from bot.store.records_of_staff import KeptStaffSession
from bot.store.staff_tables import STAFF, staff_sessions
from bot.store.writer import Store
from bot.vault import SealBrokenError

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=8)
CONFIRMED_FOR = timedelta(minutes=5)
STEP = 30  # seconds that a code counts
TRIES = 5  # then a wait, which doubles
FROM = "from:"  # a key that is an address, which a whole clinic may share
TRIES_OF_ADDRESS = 50
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
FORGOTTEN = timedelta(days=1)
REMEMBERED = 10_000
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
_COMMON = ("password", "passwort", "123456", "qwerty", "letmein", "welcome", "iloveyou", "admin")


class StaffSession(Frozen):
    """Somebody signed in. `csrf` stands in each form of theirs."""

    id: str
    account: int
    name: str
    role: Role
    csrf: str
    started_at: datetime
    seen_at: datetime
    confirmed_at: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether it has ended by itself."""
        return now - self.seen_at >= IDLE or now - self.started_at >= LONGEST

    def left(self, now: datetime) -> timedelta:
        """How long it lasts if nothing happens."""
        return min(self.seen_at + IDLE, self.started_at + LONGEST) - now

    def is_confirmed(self, now: datetime) -> bool:
        """Whether a code was given a short while ago."""
        return self.confirmed_at is not None and now - self.confirmed_at < CONFIRMED_FOR


class Limits:
    """Counts failures by name and by address; after some a wait, which doubles each time.

    A day without one, and they are forgotten.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._failures: dict[str, tuple[int, datetime]] = {}

    def wait(self, *keys: str) -> timedelta:
        """How long these must wait before they may try again."""
        now = self._clock()
        waits = [timedelta(0)]
        for key in keys:
            count, last_at = self._failures.get(key, (0, now))
            tries = TRIES_OF_ADDRESS if key.startswith(FROM) else TRIES
            if count >= tries:
                doublings = min((count - tries) // tries, 10)
                waits.append(last_at + min(FIRST_WAIT * 2**doublings, LONGEST_WAIT) - now)
        return max(waits)

    def failed(self, *keys: str) -> None:
        """Count a failure for each."""
        for key in keys:
            now = self._clock()
            count, last_at = self._failures.pop(key, (0, now))
            self._failures[key] = (count + 1 if now - last_at < FORGOTTEN else 1, now)
        while len(self._failures) > REMEMBERED:
            del self._failures[next(iter(self._failures))]

    def passed(self, *keys: str) -> None:
        """Forget the failures of these."""
        for key in keys:
            self._failures.pop(key, None)


class Doorkeeper:
    """Checks passwords and codes, and knows who is signed in."""

    def __init__(
        self, store: Store, clock: Callable[[], datetime], hasher: PasswordHasher | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))
        self._hashing = asyncio.Semaphore(2)  # each takes 64 MB
        self._sessions: dict[str, StaffSession] = {}
        self.limits = Limits(clock)

    # --- passwords and codes -------------------------------------------------------------------

    async def password_hash(self, password: str) -> str:
        """What is kept of a password."""
        async with self._hashing:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def _fits(self, kept: str, password: str) -> bool:
        async with self._hashing:
            try:
                return await asyncio.to_thread(self._hasher.verify, kept or self._nobody, password)
            except (VerificationError, InvalidHashError):
                return False

    async def sign_in(self, login: str, password: str, code: str, address: str) -> str | None:
        """The secret for the cookie; None whatever was wrong."""
        who = await self._store.run(
            lambda batch: next(
                (
                    each
                    for each in all_accounts(batch)
                    if each.state is State.ACTIVE and each.kept.login.casefold() == login.casefold()
                ),
                None,
            )
        )
        fits = await self._fits(who.kept.password if who else "", password[:LONGEST_PASSWORD])
        number = who.id if who is not None else 0

        def job(batch: Batch) -> str | None:
            if number and fits and spend_code(batch, number, code, self._clock()) is not None:
                return self._new(batch, number, address)
            access_log.append(batch, number, "sign-in-refused", address=address)
            return None

        return await self._store.run(job)

    def _new(self, batch: Batch, number: int, address: str) -> str:
        secret = secrets.token_urlsafe(32)
        now = self._clock()
        oldest = hour_of(now - LONGEST)
        batch.change(delete(staff_sessions).where(staff_sessions.c.hour < oldest))
        name = digest(secret)
        sealed = _sealed(batch, name, KeptStaffSession(started_at=now, seen_at=now))
        row = {"id": name, "account": number, "hour": hour_of(now), "sealed": sealed}
        batch.insert(staff_sessions, row)
        access_log.append(batch, number, "sign-in", address=address)
        return secret

    async def open_for(self, number: int, address: str) -> str:
        """A session for somebody who has just made their account."""
        return await self._store.run(lambda batch: self._new(batch, number, address))

    # --- sessions ------------------------------------------------------------------------------

    async def session(self, secret: str, *, looks: bool) -> StaffSession | None:
        """Who holds that cookie. `looks` is false for what a page does by itself."""
        if not secret:
            return None
        name, now = digest(secret), self._clock()
        found = self._sessions.get(name) or await self._store.run(
            lambda batch: self._read(batch, name, secret)
        )
        if found is None:
            return None
        if found.is_over(now):
            await self.end(found.id)
            return None
        if not looks:
            self._sessions[name] = found
            return found
        fresh: StaffSession | None = msgspec.structs.replace(found, seen_at=now)
        written = found.seen_at.replace(second=0) != now.replace(second=0)
        if written:
            fresh = await self._store.run(lambda batch: self._seen(batch, name, secret))
        if fresh is None:  # ended elsewhere: `bot invite-admin` knows nothing of our memory
            self._sessions.pop(name, None)
            return None
        self._sessions[name] = fresh
        return fresh

    def _seen(self, batch: Batch, name: str, secret: str) -> StaffSession | None:
        """Note once a minute that somebody is there, and look whether they still may be."""
        found = self._read(batch, name, secret)
        if found is None:
            return None
        fresh = msgspec.structs.replace(found, seen_at=self._clock())
        _keep(batch, fresh)
        return fresh

    def _read(self, batch: Batch, name: str, secret: str) -> StaffSession | None:
        rows = batch.rows(select(staff_sessions).where(staff_sessions.c.id == name))
        who = account(batch, rows[0].account) if rows else None
        if who is None or who.state is not State.ACTIVE:
            return None
        times = times_of(batch, rows[0])
        if times is None:
            return None
        return StaffSession(
            id=name,
            account=who.id,
            name=who.kept.name,
            role=who.role,
            csrf=digest("csrf" + secret),
            started_at=times.started_at,
            seen_at=times.seen_at,
            confirmed_at=times.confirmed_at,
        )

    async def confirm(self, session: StaffSession, code: str, address: str) -> bool:
        """Step up: the code of the phone, once more."""
        now = self._clock()
        confirmed = msgspec.structs.replace(session, confirmed_at=now)

        def job(batch: Batch) -> bool:
            if spend_code(batch, session.account, code, now) is None:
                access_log.append(batch, session.account, "confirm-refused", address=address)
                return False
            access_log.append(batch, session.account, "confirm", address=address)
            _keep(batch, confirmed)
            return True

        if not await self._store.run(job):
            return False
        self._sessions[session.id] = confirmed
        return True

    async def end(
        self, session_id: str, also: Callable[[Batch], None] = lambda _batch: None
    ) -> None:
        """Sign out one session; `also` is done in the same transaction."""
        self._sessions.pop(session_id, None)

        def job(batch: Batch) -> None:
            batch.change(delete(staff_sessions).where(staff_sessions.c.id == session_id))
            also(batch)

        await self._store.run(job)

    def forget(self, number: int) -> None:
        """Read the sessions of this account again: it has changed."""
        for name in [name for name, each in self._sessions.items() if each.account == number]:
            del self._sessions[name]


def times_of(batch: Batch, row: Row[Any]) -> KeptStaffSession | None:
    """The times of a session; None for one that is damaged, which is over."""
    ref = batch.vault.ref(STAFF)
    try:
        return batch.unseal(ref, staff_sessions.c.sealed, row.id, row.sealed, KeptStaffSession)
    except SealBrokenError:
        return None


def _keep(batch: Batch, session: StaffSession) -> None:
    kept = KeptStaffSession(
        started_at=session.started_at,
        seen_at=session.seen_at,
        confirmed_at=session.confirmed_at,
    )
    sealed = _sealed(batch, session.id, kept)
    batch.update(staff_sessions, "id", session.id, sealed=sealed)


def _sealed(batch: Batch, name: str, kept: KeptStaffSession) -> bytes:
    return batch.seal(batch.vault.ref(STAFF), staff_sessions.c.sealed, name, kept)


def spend_code(batch: Batch, number: int, code: str, now: datetime) -> Account | None:
    """The account with that code used up; None when the code is wrong, or was used before."""
    who = account(batch, number)
    if who is None or not who.kept.totp:
        return None
    step = step_of(who.kept.totp, code, now)
    if step is None or step <= who.kept.totp_step:
        return None
    spent = msgspec.structs.replace(who, kept=msgspec.structs.replace(who.kept, totp_step=step))
    keep(batch, spent)
    return spent


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The 30 seconds whose code that is: these, or the ones before or after."""
    said = "".join(code.split())
    current = int(now.timestamp()) // STEP
    found = None
    for step in (current - 1, current, current + 1):
        if hmac.compare_digest(pyotp.TOTP(secret).at(step * STEP).encode(), said.encode()):
            found = step
    return found


def password_problem(password: str, *known: str) -> str:
    """Why a password will not do, "" when it will. Length counts; signs and figures do not."""
    if len(password) < SHORTEST_PASSWORD:
        return f"Use at least {SHORTEST_PASSWORD} characters. A few words in a row are good."
    if len(password) > LONGEST_PASSWORD:
        return f"Use at most {LONGEST_PASSWORD} characters."
    small = password.casefold()
    core = small
    for word in (*_COMMON, *(each.casefold() for each in known if each)):
        core = core.replace(word, "")
    if len(set(small)) < 5 or len(core) < SHORTEST_PASSWORD // 2:  # noqa: PLR2004 (five signs)
        return "That is too easy to guess. A few words in a row are good."
    return ""


def minutes(wait: timedelta) -> str:
    """A wait in words, rounded up: whoever comes back then may try again."""
    count = -(-wait // timedelta(minutes=1))
    return f"{count} minute" if count == 1 else f"{count} minutes"


def digest(secret: str) -> str:
    """The name under which a secret is kept."""
    return sha256(secret.encode()).hexdigest()
