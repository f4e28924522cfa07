"""Red or green for everything an operator must know; `python -m bot doctor` prints it.

Reads only, and nothing over the network, so that it can be run beside the assistant at any time.
"""

import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from bot.checksum import is_as_left
from bot.content_folder import read_folder
from bot.core.content import Content
from bot.core.model import Frozen
from bot.keyfile import VaultError, fingerprint
from bot.opening import opened
from bot.settings import Settings
from bot.store.backups import Proof
from bot.store.batch import Batch
from bot.store.database import StoreDownError, database_path, quick_check, wal_is_safe
from bot.store.facts import BACKUP, HELD_BACK, KEYS_COPY, PAUSED_UNTIL, RETENTION, fact, hour_fact
from bot.store.lock import running
from bot.store.post import unsent_count
from bot.store.records import KeptDeadLetter
from bot.store.tables import alerts, dead_letters, sessions
from bot.store.writer import Store
from bot.vault import SealBrokenError, Vault

DAY = 24
LEAST_FREE = 200 * 1024 * 1024
MANY_UNSENT = 100
AHEAD = "hours in the future: the clock was ahead then, or is behind now"
TERMS = {"privacy": "/privacy tells what is kept", "delete": "/delete erases on request"}


class Finding(Frozen):
    """One line. A note is neither good nor bad."""

    what: str
    how: str
    is_red: bool = False
    is_note: bool = False


def findings(
    settings: Settings, clock: Callable[[], datetime], *, letters: bool = False
) -> list[Finding]:
    """Everything, in the order of how much depends on it."""
    content, mistakes = read_folder(settings.content_dir)
    found = [_content(content, [str(each) for each in mistakes if not each.warning])]
    found += _settings(settings)
    found += _files(settings)
    found += _records(settings, clock, letters=letters)
    found += _terms(content, settings)
    return found


def _content(content: Content | None, mistakes: list[str]) -> Finding:
    if content is None:
        how = f"{len(mistakes)} mistakes, such as {mistakes[0]}. See: python -m bot check"
        return Finding(what="content", how=how, is_red=True)
    return Finding(what="content", how=f"version {content.version[:12]}")


def _settings(settings: Settings) -> Iterator[Finding]:
    if not settings.bot_token:
        yield Finding(what="BOT_TOKEN", how="not set: chats in the terminal only", is_note=True)
    elif not settings.bot_staff_chat_id:
        how = "not set: nobody is alerted when a client is in danger"
        yield Finding(what="BOT_STAFF_CHAT_ID", how=how, is_red=True)
    else:
        yield Finding(what="Telegram", how="token and staff chat are set")


def _files(settings: Settings) -> Iterator[Finding]:
    version = sqlite3.sqlite_version
    mode = "write-ahead log" if wal_is_safe(sqlite3.sqlite_version_info) else "rollback journal"
    yield Finding(what="SQLite", how=f"{version}, {mode}")
    for path in (settings.key_file, settings.data_dir):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Finding(what=str(path), how="others may read it: chmod go-rwx", is_red=True)
    if settings.key_file.exists():
        how = f"{settings.key_file}, fingerprint {fingerprint(settings.key_file)}"
        yield Finding(what="key file", how=f"{how}: is a copy of it kept elsewhere?")
    folder = settings.data_dir if settings.data_dir.exists() else Path()
    free = shutil.disk_usage(folder).free
    how = f"{free // 2**20:,} MB free"
    yield Finding(what="disk", how=how, is_red=free < LEAST_FREE)
    path = database_path(settings.data_dir)
    is_running = running(settings.data_dir)
    for each in (path, settings.data_dir / "keys.db"):
        if not is_running and not is_as_left(each):
            how = f"{each} is not as the assistant left it. See: python -m bot restore"
            yield Finding(what="database", how=how, is_red=True)
    try:
        problems = quick_check(path) if path.exists() else []
    except StoreDownError as error:
        yield Finding(what="database", how=str(error), is_red=True)
    else:
        if problems:
            how = f"{path} is damaged: {problems[0]}. See: python -m bot restore"
            yield Finding(what="database", how=how, is_red=True)


def _records(
    settings: Settings, clock: Callable[[], datetime], *, letters: bool
) -> Iterator[Finding]:
    how = "is running" if running(settings.data_dir) else "is not running"
    yield Finding(what="assistant", how=how, is_note=True)
    if not database_path(settings.data_dir).exists():
        yield Finding(what="records", how="none yet", is_note=True)
        return
    found: list[Finding] = []
    try:
        with opened(settings, clock, looks=True) as (store, _):
            proof = store.proof()
            broken = proof.broken
            how = f"{proof.chats} chats, {proof.opened} sealed fields open"
            found.append(Finding(what="records", how=how))
            found.append(_encrypted(proof))
            if broken:
                how = f"{len(broken)} do not open, such as {broken[0]}. See: python -m bot restore"
                found.append(Finding(what="seals", how=how, is_red=True))
            if damaged := store.vault.damaged():
                how = f"{damaged} of {store.vault.count()} are damaged"
                found.append(Finding(what="keys", how=how, is_red=True))
            found += store.run_now(_upkeep)
            found += _put_aside(settings, store)
            found += store.run_now(_waiting)
            if letters:
                found += store.run_now(_letters)
    except (StoreDownError, VaultError, sqlite3.Error) as error:
        found.append(Finding(what="records", how=str(error), is_red=True))
    yield from found


def _encrypted(proof: Proof) -> Finding:
    """Telegram's third term, as far as each cell shows it: it opens with a key, and is no plain text."""
    how = f"all that a person says is encrypted at rest: {proof.opened} fields open with keys alone"
    if proof.broken:
        how = f"{len(proof.broken)} fields are not what the keys have sealed"
    return Finding(what="Telegram's terms", how=how, is_red=bool(proof.broken))


def _upkeep(batch: Batch) -> list[Finding]:
    found = []
    backup = hour_fact(batch, BACKUP)
    age = batch.hour - backup
    how = f"{age} hours old" if backup else "never made: python -m bot backup"
    if age < 0:
        how = f"{-age} {AHEAD}"
    found.append(Finding(what="backup", how=how, is_red=not 0 <= age <= 7 * DAY))
    for copy in fact(batch, KEYS_COPY).splitlines():
        found += _copy_of_keys(batch.vault, Path(copy))
    ran = hour_fact(batch, RETENTION)
    held_back = hour_fact(batch, HELD_BACK)
    if batch.hour < hour_fact(batch, PAUSED_UNTIL):
        how = "waits a day, because the clock jumped: is the time right?"
        found.append(Finding(what="retention", how=how, is_red=True))
    elif held_back:
        how = f"{held_back} chats held back (never more than 5 % at once): retention --dry-run"
        found.append(Finding(what="retention", how=how, is_red=True))
    else:
        how = f"{batch.hour - ran} hours ago" if ran else "has not run yet"
        if ran > batch.hour:
            how = f"{ran - batch.hour} {AHEAD}"
        is_wrong = bool(ran) and not 0 <= batch.hour - ran <= 3 * DAY
        found.append(Finding(what="retention", how=how, is_red=is_wrong))
    return found


def _copy_of_keys(vault: Vault, copy: Path) -> list[Finding]:
    """Whether the copy that `backup` made has forgotten whoever was erased since."""
    try:
        if not copy.is_file():
            how = f"{copy} is not there: keys of erased chats in it stay until the next backup"
            return [Finding(what="copy of keys.db", how=how, is_note=True)]
        left = vault.still_in(copy)
    except (sqlite3.Error, OSError) as error:
        how = f"{copy} cannot be read ({type(error).__name__}): make a backup"
        return [Finding(what="copy of keys.db", how=how, is_red=True)]
    how = "holds no key of an erased chat"
    if left:
        how = (
            f"{copy} still holds {left} keys of erased chats: the assistant cannot write there."
            " Let it (see deploy/iop-assistant.service), or make a backup now"
        )
    return [Finding(what="copy of keys.db", how=how, is_red=left > 0)]


def _put_aside(settings: Settings, store: Store) -> Iterator[Finding]:
    """Files that a restore has replaced, and what they could still open."""
    aside = sorted(settings.data_dir.glob("*.replaced-*"))
    if aside:
        how = f"{len(aside)} files, such as {aside[0]}: delete them when all is well"
        yield Finding(what="put aside by a restore", how=how, is_note=True)
    for path in settings.data_dir.glob("keys.db.replaced-*"):
        with suppress(sqlite3.Error, OSError):
            if left := store.vault.still_in(path):
                how = f"{path} still holds {left} keys of erased chats: delete it"
                yield Finding(what="put aside by a restore", how=how, is_red=True)


def _waiting(batch: Batch) -> list[Finding]:
    unsent = unsent_count(batch)
    count = select(func.count())
    unheeded = batch.rows(count.select_from(alerts).where(alerts.c.state != "acknowledged"))[0][0]
    untold = batch.rows(count.select_from(alerts).where(alerts.c.state == "queued"))[0][0]
    buried = batch.rows(count.select_from(dead_letters))[0][0]
    gone = batch.rows(count.select_from(sessions).where(sessions.c.reachable == 0))[0][0]
    return [
        Finding(what="unsent messages", how=str(unsent), is_red=unsent > MANY_UNSENT),
        Finding(what="alerts not sent", how=str(untold), is_red=untold > 0),
        Finding(what="alerts that nobody has", how=str(unheeded), is_note=unheeded > 0),
        Finding(what="chats that blocked the bot", how=str(gone), is_note=gone > 0),
        Finding(
            what="dead letters",
            how=f"{buried}" + (": doctor --dead-letters shows them" if buried else ""),
            is_note=buried > 0,
        ),
    ]


def _letters(batch: Batch) -> list[Finding]:
    found = []
    for row in batch.rows(select(dead_letters).order_by(dead_letters.c.id.desc()).limit(50)):
        try:
            letter = batch.unseal(
                row.ref, dead_letters.c.sealed, row.id, row.sealed, KeptDeadLetter
            )
            text = letter.raw.decode(errors="replace")[:500]
            how = f"{letter.at:%Y-%m-%d %H:%M} {row.kind} {letter.problem}: {text!r}"
        except SealBrokenError:
            how = f"{row.kind}, does not open"
        found.append(Finding(what=f"letter {row.id}", how=how, is_note=True))
    return found


def _terms(content: Content | None, settings: Settings) -> Iterator[Finding]:
    """What Telegram's terms for bots demand: a privacy policy, erasure, encryption, keys apart."""
    commands = content.wording.telegram.commands if content else {}
    for name, how in TERMS.items():
        yield Finding(what="Telegram's terms", how=how, is_red=name not in commands)
    key_file, data_dir = settings.key_file.resolve(), settings.data_dir.resolve()
    if not key_file.exists():
        yield Finding(what="Telegram's terms", how="no key file is made yet", is_note=True)
        return
    is_together = key_file.is_relative_to(data_dir) or data_dir == key_file.parent
    how = f"{key_file} lies with the data" if is_together else "the keys lie apart from the data"
    yield Finding(what="Telegram's terms", how=how, is_red=is_together)
