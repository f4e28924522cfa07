"""How well signs of crisis are read, on messages by writers left out of the fitting.

Run: python -m benchmarks.crisis (needs nothing but training/, content/ and benchmarks/held_out/). Two
tables: each of five writers left out in turn (the patterns were written and the thresholds chosen with
these in sight, so they are a little too good), and three more writers whom nothing was fitted on: t1
was looked at when the thresholds were chosen, t2 and t3 by nobody before they were measured; a third of
t3's harmless messages are plain questions. A plain keyword list and the two halves of the reader run in
the same process for comparison.
"""

import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bot.commands.fit import WRITERS, Labelled, labelled, message, patterns, read_concepts
from bot.core.content import MODEL
from bot.core.content.safety import Safety, read_safety
from bot.core.language.crisis import LEAST_WORDS, read
from bot.core.language.crisis_fit import fit
from bot.core.language.crisis_rows import KINDS, RANK
from bot.core.language.normalise import normalise
from bot.core.model import Tier

TRAINING = Path("training")
CONTENT = Path("content")
HELD_OUT = Path("benchmarks/held_out")
KEYWORDS = (
    "suicide", "suicidal", "kill myself", "end my life", "want to die", "overdose", "self harm",
    "cut myself", "hurt myself", "goodbye", "no reason to live", "better off dead", "gun", "pills",
    "suicidio", "matarme",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One message with what each reader says of it, the model fitted without its writer."""

    row: Labelled
    by_rows: Tier
    danger: float
    acute: float

    def tier(self, safety: Safety) -> Tier:
        """What rows and model say together, as `crisis.read` puts them together."""
        return max(self.by_rows, self.by_model(safety), key=lambda tier: RANK[tier])

    def by_model(self, safety: Safety) -> Tier:
        """What the model alone says."""
        if self.acute >= safety.thresholds.acute:
            return Tier.ACUTE
        return Tier.CONCERN if self.danger >= safety.thresholds.concern else Tier.NONE


def cases(safety: Safety) -> list[Case]:
    """All messages of the writers, each scored by a model that has not seen its writer."""
    rows = labelled(TRAINING)
    fitted = fit(
        [message(row, safety) for row in rows], read_concepts(TRAINING / "concepts.yaml"), WRITERS
    )
    found = []
    for row, danger, acute in zip(rows, fitted.danger, fitted.acute, strict=True):
        if row.writer in WRITERS:
            hits = safety.hits(safety.sentences(row.text))
            tier = hits[0].tier if hits else Tier.NONE
            found.append(Case(row=row, by_rows=tier, danger=danger, acute=acute))
    return found


def interval(hits: int, of: int) -> str:
    """A share with its 95 % interval (Wilson 1927)."""
    if not of:
        return "      -      "
    share, z = hits / of, 1.96
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return f"{share:.2f} ({middle - half:.2f}-{middle + half:.2f})"


def table(name: str, found: Sequence[Case], tier: Callable[[Case], Tier]) -> str:
    """One line: acute noticed, as acute, concern noticed, false alarms."""
    acute = [tier(case) for case in found if case.row.tier is Tier.ACUTE]
    concern = [tier(case) for case in found if case.row.tier is Tier.CONCERN]
    none = [tier(case) for case in found if case.row.tier is Tier.NONE]
    cells = (
        interval(sum(each is not Tier.NONE for each in acute), len(acute)),
        interval(sum(each is Tier.ACUTE for each in acute), len(acute)),
        interval(sum(each is not Tier.NONE for each in concern), len(concern)),
        interval(sum(each is not Tier.NONE for each in none), len(none)),
        interval(sum(each is Tier.ACUTE for each in none), len(none)),
    )
    return f"| {name:<22} | {' | '.join(cells)} |"


def keyword(case: Case) -> Tier:
    """The plainest baseline there is."""
    text = normalise(case.row.text)
    return Tier.ACUTE if any(each in text for each in KEYWORDS) else Tier.NONE


def readers(safety: Safety) -> dict[str, Callable[[Case], Tier]]:
    """The ways of reading that are compared."""
    return {
        "keyword list": keyword,
        "patterns alone": lambda case: case.by_rows,
        "model alone": lambda case: case.by_model(safety),
        "both": lambda case: case.tier(safety),
    }


def read_rows(path: Path) -> list[Labelled]:
    """Labelled messages, one JSON object a line."""
    return [msgspec.json.decode(line, type=Labelled) for line in path.read_bytes().splitlines()]


def case_of(safety: Safety, row: Labelled) -> Case:
    """One message with what the reader as it is in content/ says of it."""
    sentences = safety.sentences(row.text)
    hits = safety.hits(sentences)
    scores = safety.model.scores(sentences.words) if safety.model else {"danger": 0.0, "acute": 0.0}
    is_long = len(sentences.words) >= LEAST_WORDS
    return Case(
        row=row,
        by_rows=hits[0].tier if hits else Tier.NONE,
        danger=scores["danger"] * is_long,
        acute=scores["acute"] * is_long,
    )


def is_spanish(row: Labelled) -> bool:
    """Whether the message is in Spanish, judged by its letters and small words."""
    words = set(normalise(row.text).split())
    return len(words & {"que", "el", "mi", "me", "no", "ya", "de", "la", "se", "estoy"}) > 2  # noqa: PLR2004 (two small words may be chance)


def seconds(safety: Safety, texts: Sequence[str]) -> list[float]:
    """How long each message takes, sorted."""
    times = []
    for text in texts:
        begin = time.perf_counter()
        read(safety, text)
        times.append(time.perf_counter() - begin)
    return sorted(times)


def main() -> int:
    """Print the tables."""
    safety, mistakes = patterns(CONTENT / "safety.yaml")
    if safety is None:
        print(*mistakes, sep="\n", file=sys.stderr)
        return 1
    found = cases(safety)
    print("| reader | acute noticed | acute as acute | concern noticed | false alarms | as acute |")
    print("|---|---|---|---|---|---|")
    for name, reader in readers(safety).items():
        print(table(name, found, reader))
    for writer in WRITERS:
        own = [case for case in found if case.row.writer == writer]
        print(table(f"both, writer {writer}", own, lambda case: case.tier(safety)))
    spanish = [case for case in found if is_spanish(case.row)]
    print(table("both, Spanish", spanish, lambda case: case.tier(safety)))
    for kind in KINDS:
        own = [case for case in found if case.row.kind == kind]
        print(table(f"both, {kind}", own, lambda case: case.tier(safety)))
    whole, mistakes = read_safety(
        (CONTENT / "safety.yaml").read_text(encoding="utf-8"),
        "content/safety.yaml",
        (CONTENT / MODEL).read_bytes(),
    )
    if whole is None:
        print(*mistakes, sep="\n", file=sys.stderr)
        return 1
    print()
    strangers = [case_of(whole, each) for each in read_rows(HELD_OUT / "safety.jsonl")]
    for name, reader in readers(whole).items():
        print(table(f"never fitted on, {name}", strangers, reader))
    for writer in sorted({case.row.writer for case in strangers}):
        own = [case for case in strangers if case.row.writer == writer]
        print(table(f"both, writer {writer}", own, lambda case: case.tier(whole)))
    own = [case for case in strangers if is_spanish(case.row)]
    print(table("both, Spanish", own, lambda case: case.tier(whole)))
    for kind in KINDS:
        own = [case for case in strangers if case.row.kind == kind]
        print(table(f"both, {kind}", own, lambda case: case.tier(whole)))
    lines = (HELD_OUT / "questions.jsonl").read_bytes().splitlines()
    texts = [msgspec.json.decode(line)["text"] for line in lines]
    tiers = [read(whole, text).tier for text in texts]
    alarms = sum(tier is not Tier.NONE for tier in tiers)
    acute = sum(tier is Tier.ACUTE for tier in tiers)
    print(f"ordinary and other questions, not fitted on: {interval(alarms, len(texts))} noticed,")
    print(f"  {interval(acute, len(texts))} as acute, of {len(texts)}")
    times = seconds(whole, [case.row.text for case in found][::3])
    longest = seconds(whole, ["i took the pills and he will not wake up, " * 98])[0]
    middle, late = times[len(times) // 2], times[len(times) * 95 // 100]
    print(f"median {middle * 1e3:.2f} ms, p95 {late * 1e3:.2f} ms, 4,096 characters ", end="")
    print(f"{longest * 1e3:.1f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
