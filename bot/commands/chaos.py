"""`python -m bot chaos`: break the real program in every way we know, and print what it lost."""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial

from bot.rehearsal import (
    trial_of_disk,
    trial_of_erasure,
    trial_of_kills,
    trial_of_order,
    trial_of_storm,
    trial_of_updates,
    trial_of_weather,
)
from bot.rehearsal.bot_process import CommandFailedError, NotReadyError
from bot.rehearsal.trial import LONG, SHORT, Row, Scale

TRIALS: dict[str, Callable[[Scale], Coroutine[None, None, Row]]] = {
    "kills-polling": partial(trial_of_kills.trial, webhook=False),
    "kills-webhook": partial(trial_of_kills.trial, webhook=True),
    "malformed": trial_of_updates.malformed,
    "order": trial_of_order.trial,
    "forged": trial_of_updates.forged,
    "storm": trial_of_storm.trial,
    "weather": trial_of_weather.trial,
    "disk": trial_of_disk.full,
    "flips": trial_of_disk.flipped,
    "erasure": trial_of_erasure.trial,
}


def add(parsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    chaos = parsers.add_parser(
        "chaos", help="break the assistant on purpose, on loopback, and print what was lost"
    )
    chaos.add_argument("--short", action="store_true", help="a few minutes instead of an hour")
    chaos.add_argument("--only", nargs="+", choices=sorted(TRIALS), help="these trials")
    chaos.set_defaults(run=_run)


def _run(namespace: argparse.Namespace) -> int:
    scale = SHORT if namespace.short else LONG
    rows = []
    print("| test | mark | measured | |\n|---|---|---|---|", flush=True)
    for name in namespace.only or TRIALS:
        row = measured(name, scale)
        rows.append(row)
        verdict = "✓" if row.passed else "skipped" if row.is_skipped else "✗ MISSED"
        print(f"| {row.test} | {row.mark} | {row.measured} | {verdict} |", flush=True)
        print(f"{name}: {row.seconds:.0f} s", file=sys.stderr)
    return 0 if all(row.passed or row.is_skipped for row in rows) else 1


def measured(name: str, scale: Scale) -> Row:
    """One trial, with the time it took. A bot that does not even come up misses every mark."""
    began = time.perf_counter()
    try:
        row = asyncio.run(TRIALS[name](scale))
    except* (NotReadyError, CommandFailedError, AssertionError) as errors:
        why = str(errors.exceptions[0]).partition("\n")[0]
        row = Row(test=name, mark="", measured=f"broke off: {why}", passed=False)
    return replace(row, seconds=time.perf_counter() - began)
