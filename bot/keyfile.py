"""The key file: key-encryption keys and two fixed secrets, apart from the data they protect.

JSON, readable by its owner alone. `keys` holds the newest key-encryption key first; there are two
only while `vault` rotates, or where a damaged data key waits under the older one. `index` (names of
chats) and `buttons` (signatures) stay for ever, because every row and every button shown depends on
them.
"""

import base64
import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path
from typing import Self

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.ownership import hand_over

KEY = 32
NONCE = 12
_OTHERS = 0o077


class VaultError(Exception):
    """Records cannot be opened; the message says why, and what the operator can do."""


class VaultDamagedError(VaultError):
    """Keys are there but do not open now: people in danger are answered until that is mended."""


class _Key(msgspec.Struct, frozen=True):
    id: str
    key: bytes


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keys: list[_Key]
    index: bytes
    buttons: bytes
    version: int = 1


class Kek:
    """A key-encryption key. `wrap` binds what it locks to the name that it is kept under."""

    def __init__(self, id_: str, key: bytes) -> None:
        self.id = id_
        self.plain = key
        self._cipher = AESGCM(key)

    def wrap(self, plain: bytes, name: str) -> bytes:
        """`plain` locked for `name`."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, f"data_keys.wrapped:{name}".encode())

    def unwrap(self, wrapped: bytes, name: str) -> bytes:
        """What was locked for `name`; raises cryptography's InvalidTag if it was not."""
        body = wrapped[NONCE:]
        return self._cipher.decrypt(wrapped[:NONCE], body, f"data_keys.wrapped:{name}".encode())


class Mac:
    """HMAC-SHA256 with one secret."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret

    def digest(self, text: str) -> bytes:
        """32 bytes that nobody without the secret can make or turn back."""
        return hmac.digest(self.secret, text.encode(), sha256)


class KeyFile:
    """The key file as it stands on disk."""

    def __init__(self, path: Path, written: _Written) -> None:
        self.path = path
        self._written = written
        self._keks = {each.id: Kek(each.id, each.key) for each in written.keys}
        self.newest = self._keks[written.keys[0].id]
        self.index = Mac(written.index)
        self.buttons = Mac(written.buttons)

    @classmethod
    def make(cls, path: Path) -> Self:
        """A new key file with fresh secrets."""
        made = cls(
            path,
            _Written(keys=[_fresh_key()], index=os.urandom(KEY), buttons=os.urandom(KEY)),
        )
        made.write()
        return made

    @classmethod
    def read(cls, path: Path) -> Self:
        """The key file at `path`.

        Raises:
            VaultError: it is missing, others may read it, or it is damaged.

        """
        try:
            mode = path.stat().st_mode
            text = path.read_bytes()
        except FileNotFoundError:
            raise VaultError(
                f"the key file {path} is missing, but there are records made with it."
                " Put it back from its backup, or set BOT_KEY_FILE to where it is."
                " Without it nobody can read them."
            ) from None
        except OSError as error:
            raise VaultDamagedError(
                f"the key file {path} cannot be read: {error.strerror}."
            ) from None
        if mode & _OTHERS:
            raise VaultError(f"others may read the key file. Close it: chmod 600 {path}")
        try:
            written = msgspec.json.decode(text, type=_Written)
            fits = written.keys and all(
                len(key) == KEY
                for key in (written.index, written.buttons, *(each.key for each in written.keys))
            )
        except msgspec.MsgspecError:
            fits = False
        if not fits:
            raise VaultDamagedError(f"the key file {path} is damaged. Put back the copy you kept.")
        return cls(path, written)

    def write(self) -> None:
        """Put the file in place whole: either the old one or the new one survives a crash."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = self.path.with_name(self.path.name + ".new")
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(self._written) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        hand_over(beside)
        beside.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def key(self, id_: str) -> Kek | None:
        """The key-encryption key of that id."""
        return self._keks.get(id_)

    def with_new_key(self) -> "KeyFile":
        """The same with a fresh key-encryption key in front."""
        keys = [_fresh_key(), *self._written.keys]
        return KeyFile(self.path, msgspec.structs.replace(self._written, keys=keys))

    def with_only(self, ids: set[str]) -> "KeyFile":
        """The same without all other key-encryption keys."""
        keys = [each for each in self._written.keys if each.id in ids]
        return KeyFile(self.path, msgspec.structs.replace(self._written, keys=keys))


def _fresh_key() -> _Key:
    return _Key(id=secrets.token_hex(4), key=os.urandom(KEY))


def fingerprint(path: Path) -> str:
    """Eight hex digits by which an operator can tell two key files apart."""
    return sha256(base64.b64encode(path.read_bytes())).hexdigest()[:8]
