"""One program at a time writes in a data folder: a lock file that the kernel itself lets go of."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.ownership import hand_over
from bot.store.database import StoreDownError


class AlreadyRunningError(Exception):
    """Another program writes in this data folder; the message says which."""


class Lock:
    """Held as a context manager, for as long as the store is open.

    Raises:
        AlreadyRunningError: another program holds it.
        StoreDownError: the folder or the lock file cannot be made.

    """

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "lock"
        self._descriptor = -1

    def __enter__(self) -> Self:
        descriptor = self._opened()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 20).decode(errors="replace").strip()
            os.close(descriptor)
            raise AlreadyRunningError(
                f"the assistant already runs on {self._path.parent}"
                f" (process {holder or 'unknown'})."
                " Two at once would mix up chats. Stop that one first, or set another BOT_DATA_DIR."
            ) from None
        with suppress(OSError):  # a full or read-only disk; the lock holds without a name in it
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor
        return self

    def _opened(self) -> int:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            with suppress(OSError):  # a disk that is read-only can be locked all the same
                return os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            raise StoreDownError(
                f"{self._path.parent} cannot be used: {error.strerror}.", why="no lock file"
            ) from error
        hand_over(self._path)
        return descriptor

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # The file stays: removing it would let two programs lock two files of the same name.
        with suppress(OSError):
            os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)


def running(data_dir: Path) -> bool:
    """Whether some program holds the lock now."""
    path = data_dir / "lock"
    if not path.exists():
        return False
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
