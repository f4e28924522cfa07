"""Seals and opens every field that holds a person's words or identity.

Laws:

- One random data key per chat. It lies in `keys.db`, wrapped by a key-encryption key; those lie in
  the key file, outside the data folder. Whoever holds one of the three reads nothing.
- A seal is AES-256-GCM, bound to table, column and row: a cell moved elsewhere does not open.
- To erase a chat is to drop its data key: every copy of its data, wherever it is, is then noise.
- Each data key has a serial of its own. Serials of dropped keys are noted, so that `scrub` takes
  exactly those out of copies of `keys.db`: a chat that begins anew has a new key under its old name.
- A chat is looked up by `ref`, an HMAC of its id, so that no table holds the id in clear.

Counterparts: `keyfile`, which reads the key file; `keys_db`, which knows the tables of `keys.db`;
and `store`, whose one thread is the only caller.
"""

import base64
import hmac
import os
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.checksum import forget_sum, is_as_left, note_sum
from bot.core.model import ChatId
from bot.keyfile import KeyFile, VaultDamagedError, VaultError
from bot.keys_db import SERIAL, connected, make_tables, scrub, still_in
from bot.ownership import hand_over
from bot.sqlite_errors import out_of_reach

NONCE = 12
KEY = 32
FORMAT = b"\x01"
CACHED = 20_000  # data keys held open; 20,000 of them take about 5 MB
_CHECK = b"the key file fits these keys"
_CHECK_OF = "SELECT fact FROM facts WHERE name = 'check'"
_PLACEHOLDERS = 500  # names in one SELECT ... IN; SQLite takes 32,766, old ones 999

__all__ = ["SealBrokenError", "Vault", "VaultError"]


class SealBrokenError(Exception):
    """A sealed field does not open: it was damaged, moved here, or its key is erased."""


class Rotation(NamedTuple):
    """How many data keys were wrapped anew, and how many are damaged and stay as they are."""

    moved: int
    left: int


class Vault:
    """Data keys of chats, and what is done with them. Not for two threads at a time."""

    def __init__(
        self, keys: sqlite3.Connection, key_file: KeyFile, path: Path | None = None
    ) -> None:
        self._keys = keys
        self._path = path
        self._file = key_file
        self._open: dict[str, AESGCM] = {}
        self._fresh: dict[str, bytes] = {}  # wrapped keys that `keep` has yet to keep
        self._doomed: dict[str, tuple[str, datetime]] = {}
        self._ended: set[str] = set()  # chats erased since the start, or nearly
        self._farewells: set[str] = set()
        self._refs: dict[ChatId, str] = {}
        self._check()

    @classmethod
    def open(cls, data_dir: Path, key_file: Path, *, read_only: bool = False) -> "Vault":
        """Open `keys.db` in `data_dir` with the keys in `key_file`; both are made at the first run.

        `read_only`: beside the program that writes, which alone looks after the file's sum.

        Raises:
            VaultError: the key file is missing, damaged, open to others, or does not fit `keys.db`.

        """
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = data_dir / "keys.db"
        used = path.exists() and path.stat().st_size > 0
        if not used and (data_dir / "bot.db").exists():
            raise VaultDamagedError(
                f"{path} is missing, and with it the keys to the records beside it. Put back its"
                " newest copy: python -m bot restore --help"
            )
        file = KeyFile.read(key_file) if key_file.exists() or used else KeyFile.make(key_file)
        if not read_only and not is_as_left(path):
            raise VaultDamagedError(
                f"{path} is damaged: it is not as the assistant left it. Put back its newest"
                " copy: python -m bot restore --help"
            )
        try:
            if read_only:
                return cls(connected(path, "rw"), file)
            keys = connected(path, "rwc")
            path.chmod(0o600)
            hand_over(path)
            return cls(keys, file, path)
        except sqlite3.DatabaseError as error:
            if why := out_of_reach(path, error):
                raise VaultDamagedError(why) from error
            raise VaultDamagedError(
                f"{path} cannot be read ({error}). Put back its newest copy:"
                " `python -m bot restore` says how. Without it no record can be read."
            ) from error

    def _check(self) -> None:
        """Whether the key file fits; only then may the file change."""
        is_new = not self._keys.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'facts'"
        ).fetchone()
        rows = [] if is_new else self._keys.execute(_CHECK_OF).fetchall()
        if rows:
            name, _, sealed = bytes(rows[0][0]).partition(b":")
            kek = self._file.key(name.decode(errors="replace"))
            try:
                fits = kek is not None and kek.unwrap(sealed, "check") == _CHECK
            except InvalidTag:
                fits = False
            if not fits:
                raise VaultError(
                    f"the key file {self._file.path} does not belong to these records."
                    " Put back the key file that they were made with, or set BOT_KEY_FILE to it."
                )
        if self._path is None:
            self._keys.execute("PRAGMA query_only=ON")
            return
        forget_sum(self._path)
        make_tables(self._keys)
        if not rows:
            sealed = self._file.newest.id.encode() + b":" + self._file.newest.wrap(_CHECK, "check")
            self._keys.execute("INSERT INTO facts (name, fact) VALUES ('check', ?)", (sealed,))

    def close(self) -> None:
        """Forget all open keys."""
        self._open.clear()
        self._keys.close()
        if self._path is not None:
            note_sum(self._path)

    # --- names -------------------------------------------------------------------------------

    def ref(self, chat_id: ChatId) -> str:
        """The name under which a chat is kept: 32 hex digits that tell nothing about its id."""
        name = self._refs.get(chat_id)
        if name is None:
            if len(self._refs) >= CACHED:
                self._refs.clear()
            name = self._refs[chat_id] = self._file.index.digest(chat_id)[:16].hex()
        return name

    def signature(self, chat_id: ChatId, data: str) -> str:
        """64 bits as 11 characters that only this vault can make for a button in that chat."""
        digest = self._file.buttons.digest(f"{chat_id}\0{data}")
        return base64.urlsafe_b64encode(digest[:8]).decode().rstrip("=")

    def check_signature(self, chat_id: ChatId, data: str, signature: str) -> bool:
        """Whether `signature` was made by `signature` for this very chat; in constant time."""
        return hmac.compare_digest(self.signature(chat_id, data).encode(), signature.encode())

    # --- seals -------------------------------------------------------------------------------

    def seal(self, ref: str, place: str, row: str | int, plain: bytes) -> bytes:
        """`plain` locked with the chat's key; `place` is "table.column". A new chat gets a key."""
        key = self._key(ref) or self._new_key(ref)
        nonce = os.urandom(NONCE)
        return FORMAT + nonce + key.encrypt(nonce, plain, f"{place}:{row}".encode())

    def unseal(self, ref: str, place: str, row: str | int, sealed: bytes) -> bytes:
        """What was sealed at this place.

        Raises:
            SealBrokenError: damaged, moved, or the key is erased.

        """
        key = self._key(ref)
        if key is None:
            raise SealBrokenError(f"{place}: its key is gone")
        body = len(FORMAT) + NONCE
        try:
            if sealed[: len(FORMAT)] == FORMAT:
                nonce = sealed[len(FORMAT) : body]
                return key.decrypt(nonce, sealed[body:], f"{place}:{row}".encode())
        except (InvalidTag, ValueError):
            pass  # and leave the except clause: nothing of the field may stand in a traceback
        raise SealBrokenError(f"{place}: damaged, or moved from another row")

    def _key(self, ref: str) -> AESGCM | None:
        if ref not in self._open and ref not in self._doomed:
            self.load([ref])
        return self._open.get(ref)

    def _new_key(self, ref: str) -> AESGCM:
        plain = AESGCM.generate_key(bit_length=8 * KEY)
        self._fresh[ref] = self._file.newest.wrap(plain, ref)
        self._open[ref] = AESGCM(plain)
        return self._open[ref]

    def load(self, refs: Iterable[str]) -> None:
        """Open the keys of these chats in few reads; unknown ones stay unknown.

        Raises:
            SealBrokenError: a key is damaged. A fresh one must never take its place.

        """
        wanted = [ref for ref in refs if ref not in self._open and ref not in self._doomed]
        if len(self._open) + len(wanted) > CACHED:
            self._open = {ref: self._open[ref] for ref in self._fresh}
        for start in range(0, len(wanted), _PLACEHOLDERS):
            some = wanted[start : start + _PLACEHOLDERS]
            marks = ",".join("?" * len(some))
            rows = self._keys.execute(
                f"SELECT ref, kek, wrapped FROM data_keys WHERE ref IN ({marks})",  # noqa: S608 (only marks)
                some,
            )
            for ref, kek, wrapped in rows:
                self._open[ref] = AESGCM(self._unwrapped(ref, kek, wrapped))

    def _unwrapped(self, ref: str, kek_id: str, wrapped: bytes) -> bytes:
        kek = self._file.key(kek_id)
        try:
            if kek is not None:
                return kek.unwrap(wrapped, ref)
        except InvalidTag:
            pass
        raise SealBrokenError("data_keys.wrapped: the key of a chat is damaged")

    def damaged(self) -> int:
        """How many data keys do not open."""
        broken = 0
        for ref, kek, wrapped in self._keys.execute("SELECT ref, kek, wrapped FROM data_keys"):
            try:
                self._unwrapped(ref, kek, wrapped)
            except SealBrokenError:
                broken += 1
        return broken

    # --- what a batch of turns changes ---------------------------------------------------------

    def doom(self, ref: str, case_code: str, at: datetime) -> None:
        """Drop the chat's key with the next `keep`; what is sealed from now on gets a new one."""
        self._doomed[ref] = (case_code, at)
        self._ended.add(ref)
        self._open.pop(ref, None)
        self._fresh.pop(ref, None)

    def may_be_erased(self, ref: str) -> bool:
        """Whether the chat was doomed since the start: then its rows may be gone."""
        return ref in self._ended

    def say_goodbye(self, ref: str) -> None:
        """Count the chat, with the next `keep`, among those whose key is there to say goodbye."""
        self._farewells.add(ref)

    def keep(self) -> None:
        """Make new keys and erasures durable. Comes before the data's own COMMIT: key first."""
        if not self._fresh and not self._doomed and not self._farewells:
            return
        with self._keys:
            self._keys.execute("BEGIN IMMEDIATE")
            for ref, (case_code, at) in self._doomed.items():
                self._drop(ref, at)
                self._keys.execute(
                    "INSERT INTO erased (erased_at, case_code) VALUES (?, ?)",
                    (at.isoformat(timespec="hours"), case_code),
                )
                if ref in self._fresh:
                    self._farewells.add(ref)
            self._keys.executemany(
                "INSERT OR IGNORE INTO farewells VALUES (?)", [(ref,) for ref in self._farewells]
            )
            self._keys.executemany(
                "INSERT INTO data_keys (ref, kek, wrapped, serial) VALUES (?, ?, ?, ?)",
                [
                    (ref, self._file.newest.id, wrapped, os.urandom(SERIAL))
                    for ref, wrapped in self._fresh.items()
                ],
            )
        self._fresh.clear()
        self._doomed.clear()
        self._farewells.clear()

    def forget(self) -> None:
        """The batch was rolled back: forget what it changed and `keep` has not kept."""
        for ref in self._fresh:
            self._open.pop(ref, None)
        self._fresh.clear()
        self._doomed.clear()
        self._farewells.clear()

    def _drop(self, ref: str, at: datetime) -> None:
        self._keys.execute(
            "INSERT OR IGNORE INTO gone SELECT serial, ? FROM data_keys"
            " WHERE ref = ? AND serial IS NOT NULL",
            (at.isoformat(timespec="hours"), ref),
        )
        self._keys.execute("DELETE FROM data_keys WHERE ref = ?", (ref,))

    def farewells(self) -> list[str]:
        """Chats whose key was made to say that everything is erased; they may have begun anew."""
        return [ref for (ref,) in self._keys.execute("SELECT ref FROM farewells")]

    def end_farewells(self, done: Iterable[str], begun_anew: Iterable[str], at: datetime) -> None:
        """Drop the keys of those that are `done`; the others are a chat's own from now on."""
        gone = list(done)
        with self._keys:
            self._keys.execute("BEGIN IMMEDIATE")
            for ref in gone:
                self._drop(ref, at)
            for ref in (*gone, *begun_anew):
                self._keys.execute("DELETE FROM farewells WHERE ref = ?", (ref,))
        for ref in gone:
            self._open.pop(ref, None)

    def erased(self) -> list[str]:
        """Case codes of erasures: their data may have come back with a backup, or a crash."""
        return [code for (code,) in self._keys.execute("SELECT case_code FROM erased")]

    def is_erased(self, case_code: str) -> bool:
        """Whether a chat of that code was erased: its code stays dead for as long as that is noted."""
        found = self._keys.execute("SELECT 1 FROM erased WHERE case_code = ?", (case_code,))
        return found.fetchone() is not None

    def forget_erased_before(self, at: datetime) -> None:
        """Drop notes of erasures that are older than any backup may be."""
        hour = at.isoformat(timespec="hours")
        self._keys.execute("DELETE FROM erased WHERE erased_at < ?", (hour,))
        self._keys.execute("DELETE FROM gone WHERE gone_at < ?", (hour,))

    def scrub(self, copy: Path) -> int:
        """Take dropped keys out of a copy of `keys.db`, and note erasures there; how many went.

        Raises:
            sqlite3.Error: the copy cannot be read or written.

        """
        return scrub(self._keys, copy)

    def still_in(self, copy: Path) -> int:
        """How many dropped keys stand in a copy of `keys.db`.

        Raises:
            sqlite3.Error: the copy cannot be read.

        """
        return still_in(self._keys, copy)

    # --- rotation --------------------------------------------------------------------------------

    def rotate(self) -> Rotation:
        """Wrap every data key with a new key-encryption key. No data is touched.

        Safe at any break: the key file holds both keys until every data key has moved. A damaged
        data key stays under the old one, which then stays in the key file: a copy may yet mend it.
        """
        self.keep()
        both = self._file.with_new_key()
        fresh = both.newest
        rows, left = [], set()
        for ref, kek, wrapped in self._keys.execute("SELECT ref, kek, wrapped FROM data_keys"):
            try:
                rows.append((fresh.id, fresh.wrap(self._unwrapped(ref, kek, wrapped), ref), ref))
            except SealBrokenError:
                left.add((ref, kek))
        both.write()
        with self._keys:
            self._keys.execute("BEGIN IMMEDIATE")
            self._keys.executemany("UPDATE data_keys SET kek = ?, wrapped = ? WHERE ref = ?", rows)
            self._keys.execute(
                "UPDATE facts SET fact = ? WHERE name = 'check'",
                (fresh.id.encode() + b":" + fresh.wrap(_CHECK, "check"),),
            )
        self._file = both.with_only({fresh.id} | {kek for _, kek in left})
        self._file.write()
        return Rotation(moved=len(rows), left=len(left))

    @property
    def replaced(self) -> list[Path]:
        """The files of keys that a restore has put aside."""
        return sorted(self._path.parent.glob("keys.db.replaced-*")) if self._path else []

    def count(self) -> int:
        """How many chats have a key."""
        return int(self._keys.execute("SELECT count(*) FROM data_keys").fetchone()[0])
