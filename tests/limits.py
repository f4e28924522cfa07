"""Runs a command of ours in a process of its own, and says what it took of the machine."""

import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]


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
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Taken(process.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
