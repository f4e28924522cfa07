"""How long the check, the proof and its parts take, and how much memory they need.

Run: python benchmarks/proof.py. What the proof catches is in MUTANTS.md.
"""

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "tests")]

from limits import taken
from screenings import the_form

from bot.core.changes import shifts
from bot.core.counterfactuals import counterfactuals
from bot.core.decisions import Decisions
from bot.core.examples import failing_examples
from bot.core.proof import prove
from bot.core.screening import outcome
from bot.core.screening_form import Form, all_examples, full_answers
from bot.core.tally import tally


def timed(name: str, work: Callable[[], object]) -> None:
    """Print the best of three runs."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    print(f"{name:<44} {best:8.3f} s")


def commands() -> None:
    """Whole commands, each in a process of its own: what CI and a running assistant wait for."""
    for name in ("check", "certificate"):
        runs = [taken(["-m", "bot", name], seconds=120) for _ in range(3)]
        seconds, most = min(each.seconds for each in runs), max(each.megabytes for each in runs)
        print(f"{f'python -m bot {name}, of a processor':<44} {seconds:8.1f} s {most:6.0f} MB")


def times(form: Form) -> None:
    """The proof, and what authors and staff wait for."""
    commands()
    cases = [each for example in all_examples(form) for each in full_answers(form, example)]
    timed("the whole proof", lambda: prove(form))
    timed("  of it: counting all ways", lambda: tally(Decisions(form)))
    timed(f"all examples ({len(cases)} cases)", lambda: list(failing_examples(form)))
    timed(
        "outcomes of 1,000 people",
        lambda: [outcome(form, cases[n % len(cases)]) for n in range(1000)],
    )
    timed("comparing two versions of the screening", lambda: shifts(form, form))
    result = outcome(form, cases[-1])
    timed("counterfactuals of one person", lambda: counterfactuals(form, cases[-1], result))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'most memory':<44} {peak:8.0f} MB")


if __name__ == "__main__":
    times(the_form())
