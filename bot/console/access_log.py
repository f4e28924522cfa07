"""Who looked at what, and did what: a log that can grow but not change.

Each row's MAC covers the row and the MAC of the row before, with a key that is sealed like a client's
words: whoever changes, removes or inserts a row breaks the chain from there on. A row cut off at the
end leaves a whole chain, which is why the head is also told elsewhere once a day.
"""

import hmac
import os
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, select

from bot.core.model import CaseCode, Frozen
from bot.store.batch import Batch
from bot.store.records_of_staff import KeptAccess, KeptFact
from bot.store.staff_tables import STAFF, access_log, staff_facts
from bot.vault import SealBrokenError

KEY_NAME = "log-key"
FIRST = b"\0" * 32
AT_ONCE = 1_000


class Access(Frozen):
    """A row of the log, opened."""

    id: int
    at: datetime
    account: int
    action: str
    case: str
    detail: str
    address: str


class Verdict(Frozen):
    """What a check of the chain found; `broken_at` is the first row that does not fit."""

    rows: int
    head: str
    broken_at: int | None = None
    why: str = ""
    holds_told: bool = True


def append(
    batch: Batch,
    account: int,
    action: str,
    *,
    case: str = "",
    detail: str = "",
    address: str = "",
) -> None:
    """Add a row; it is kept with the batch, or the batch is not kept."""
    ref = batch.vault.ref(STAFF)
    key = _key(batch, ref)
    newest = batch.rows(select(access_log.c.mac).order_by(access_log.c.id.desc()).limit(1))
    number = batch.next_id(access_log)
    kept = KeptAccess(at=batch.at, detail=detail, address=address)
    row: dict[str, object] = {
        "id": number,
        "hour": batch.hour,
        "account": account,
        "action": action,
        "case_code": case,
        "sealed": batch.seal(ref, access_log.c.sealed, number, kept),
    }
    row["mac"] = _mac(key, bytes(newest[0].mac) if newest else FIRST, row)
    batch.insert(access_log, row)


def append_of_telegram(batch: Batch, staff: str, action: str, case: str) -> None:
    """Somebody has acted in the staff chat, where only Telegram says who they are."""
    append(batch, 0, action, case=case, detail=f"in Telegram: {staff[:40]}")


def _key(batch: Batch, ref: str) -> bytes:
    found = batch.rows(select(staff_facts.c.sealed).where(staff_facts.c.name == KEY_NAME))
    if found:
        place = staff_facts.c.sealed
        return batch.unseal(ref, place, KEY_NAME, found[0].sealed, KeptFact).secret
    secret = os.urandom(32)
    sealed = batch.seal(ref, staff_facts.c.sealed, KEY_NAME, KeptFact(secret=secret))
    batch.insert(staff_facts, {"name": KEY_NAME, "sealed": sealed})
    return secret


def _mac(key: bytes, before: bytes, row: dict[str, object]) -> bytes:
    clear = "\0".join(str(row[name]) for name in ("id", "hour", "account", "action", "case_code"))
    sealed = row["sealed"]
    if not isinstance(sealed, bytes):
        raise TypeError("a sealed cell holds bytes")
    return hmac.digest(key, before + clear.encode() + b"\0" + sealed, "sha256")


def verified(batch: Batch, told: str = "") -> Verdict:
    """Walk the whole chain. `told` is a head from earlier, "rows:start of the MAC"."""
    rows = batch.rows(select(staff_facts.c.name).where(staff_facts.c.name == KEY_NAME))
    if not rows:
        return Verdict(rows=0, head="", holds_told=not told)
    try:
        key = _key(batch, batch.vault.ref(STAFF))
    except SealBrokenError:
        return Verdict(rows=0, head="", broken_at=0, why="the key of the chain does not open")
    told_rows, _, told_head = told.partition(":")
    before, last, count, holds_told = FIRST, 0, 0, not told
    while True:
        some = batch.rows(
            select(access_log)
            .where(access_log.c.id > last)
            .order_by(access_log.c.id)
            .limit(AT_ONCE)
        )
        if not some:
            head = before.hex() if count else ""
            return Verdict(rows=count, head=head, holds_told=holds_told)
        for row in some:
            values = {name: row._mapping[name] for name in row._mapping if name != "mac"}  # noqa: SLF001 (SQLAlchemy's own name for it)
            if not hmac.compare_digest(_mac(key, before, values), bytes(row.mac)):
                why = "this row, or the one before it, was changed, removed or put in"
                return Verdict(rows=count, head=before.hex(), broken_at=row.id, why=why)
            before, last, count = bytes(row.mac), row.id, count + 1
            if str(count) == told_rows and told_head and before.hex().startswith(told_head):
                holds_told = True


def newest_rows(batch: Batch, *, before: int = 0, case: str = "", limit: int = 100) -> list[Access]:
    """The log, newest first; `before` is the id to go on from."""
    wanted = select(access_log).order_by(access_log.c.id.desc()).limit(limit)
    if before:
        wanted = wanted.where(access_log.c.id < before)
    if case:
        wanted = wanted.where(access_log.c.case_code == case)
    return opened(batch, batch.rows(wanted))


def opened(batch: Batch, rows: Sequence[Row[tuple[object, ...]]]) -> list[Access]:
    """Rows of the log as they are shown."""
    ref = batch.vault.ref(STAFF)
    found = []
    for row in rows:
        try:
            kept = batch.unseal(ref, access_log.c.sealed, row.id, row.sealed, KeptAccess)
        except SealBrokenError:  # who did what stands in clear, and must stay to be seen
            hour = datetime.fromtimestamp(row.hour * 3600, batch.at.tzinfo)
            kept = KeptAccess(at=hour, detail="does not open")
        found.append(
            Access(
                id=row.id,
                at=kept.at,
                account=row.account,
                action=row.action,
                case=CaseCode(row.case_code),
                detail=kept.detail,
                address=kept.address,
            )
        )
    return found
