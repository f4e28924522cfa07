"""MUTANTS.md: how many mutants of the screening are caught, by what, and why the rest are not.

`make mutants` writes it anew, which takes some minutes; `core/proof/test_mutants.py` holds it true.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mutants import Mutant, mutants
from screenings import the_form

from bot.core.examples import failing_examples
from bot.core.proof import prove

PAGE = Path(__file__).resolve().parents[1] / "MUTANTS.md"
SHARE = 0.95
# What may be changed without any way through coming to anything else, and why.
NO_DIFFERENCE = {
    "P6: iop treatment in step-down needed 1": (
        "whoever left a program early is rated 3 for treatment, so P1 decides before P6 is looked at"
    ),
    "U3: (wd>=2 or medical>=2)": (
        "health alone is known as 0, 1, 3 or 4; only a skip is rated 2, and that is not known"
    ),
}
HEAD = """\
# Mutation check of the screening

Each rule, threshold, rating, cell, path and skip of `content/screening.yaml` is changed in turn. Such
a mutant must be caught: by an example that comes out otherwise, or else by the proof. Written by
`make mutants`; a test holds it true. The examples are tried first, as they are quicker.
"""


@dataclass(frozen=True)
class Score:
    """What became of the mutants of one sort."""

    tried: int
    by_examples: int
    by_proof: int
    missed: tuple[str, ...]

    @property
    def row(self) -> str:
        """The numbers as a row of a table."""
        return f"{self.tried} | {self.by_examples} | {self.by_proof} | {len(self.missed)}"


@cache
def by_sort() -> dict[str, list[Mutant]]:
    """All mutants of the real screening by their sort."""
    sorts: dict[str, list[Mutant]] = {}
    for mutant in mutants(the_form()):
        sorts.setdefault(mutant.sort, []).append(mutant)
    return sorts


def caught_by(mutant: Mutant) -> str:
    """What speaks against it first: the examples, else the proof, else nothing."""
    if next(failing_examples(mutant.form), None) is not None:
        return "examples"
    return "proof" if prove(mutant.form).broken else ""


def score(tried: Iterable[Mutant]) -> Score:
    """Try some mutants."""
    counted: Counter[str] = Counter()
    missed = []
    for mutant in tried:
        found = caught_by(mutant)
        counted[found] += 1
        if not found:
            missed.append(mutant.what)
    return Score(counted.total(), counted["examples"], counted["proof"], tuple(missed))


def line(sort: str, found: Score) -> str:
    """A line of the table."""
    return f"| {sort} | {found.row} |"


def report(scores: dict[str, Score]) -> str:
    """The whole page."""
    every = Score(
        sum(each.tried for each in scores.values()),
        sum(each.by_examples for each in scores.values()),
        sum(each.by_proof for each in scores.values()),
        tuple(what for each in scores.values() for what in each.missed),
    )
    caught = every.tried - len(every.missed)
    lines = [HEAD, f"**{caught} of {every.tried} are caught ({caught / every.tried:.1%}).**", ""]
    lines += [
        "| what was changed | mutants | caught by examples | by the proof alone | not caught |"
    ]
    lines += ["|---|---:|---:|---:|---:|"]
    lines += [line(sort, scores[sort]) for sort in sorted(scores)]
    lines += [line("all", every)]
    if every.missed:
        lines += ["", "Not caught, as no way through comes to anything else:", ""]
    lines += [f"- `{what}`: {NO_DIFFERENCE.get(what, 'NOT EXPLAINED')}." for what in every.missed]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    scores = {sort: score(tried) for sort, tried in by_sort().items()}
    PAGE.write_text(report(scores), encoding="utf-8")


if __name__ == "__main__":
    main()
