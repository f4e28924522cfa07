"""Files that root makes belong to whoever owns their folder, or the service could not open them.

An operator runs commands as root beside a service with a user of its own (DynamicUser of systemd).
SQLite does the same for the files that it makes beside a database.
"""

import os
from contextlib import suppress
from pathlib import Path


def hand_over(path: Path) -> None:
    """Give the file to the owner of its folder, where that is ours to do."""
    if os.geteuid() != 0:
        return
    folder = path.parent.stat()
    with suppress(OSError):  # a file system without owners
        os.chown(path, folder.st_uid, folder.st_gid, follow_symlinks=False)
