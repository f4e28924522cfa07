"""Runs a command of ours in a process of its own, and says what it took of the machine."""

import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
LOOK = 0.02  # seconds between looks at its memory
_MOST = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


class Taken(NamedTuple):
    """Its exit code (negative: the signal that ended it), seconds of a processor, megabytes at most."""

    code: int
    seconds: float
    megabytes: float


def taken(arguments: Sequence[str], *, seconds: int) -> Taken:
    """Run Python with these arguments; after so many seconds of a processor the kernel ends it."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))

    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=limited,  # noqa: PLW1509 (nothing here has threads)
    )
    status = Path(f"/proc/{process.pid}/status")
    megabytes = 0.0
    while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
        # not `ru_maxrss`: that begins with what the process had that this one was made from
        if most := _MOST.search(status.read_text()):
            megabytes = int(most[1]) / 1024
        time.sleep(LOOK)
    _, code, used = ended
    process.returncode = os.waitstatus_to_exitcode(code)
    return Taken(process.returncode, used.ru_utime + used.ru_stime, megabytes)
