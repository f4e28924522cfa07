"""Finding FAQ topics, against what others would use, in one process and on the same messages.

    python -m benchmarks.language [--phrasings FILE] [--writers A,B] [--clinc DIR]
        [--banking DIR]

`--phrasings` is a file of labelled messages with their writers (one JSON object a line: text, topic
or topics, writer), training/questions.jsonl if not told; each writer is left out of the fitting in
turn, or only `--writers`, as rapidfuzz takes a second for a message. What this project's own authors
wrote (the rest of content/faq.yaml) is always fitted on. Then one more writer, whom nothing was
fitted on (benchmarks/held_out/questions.jsonl). CLINC150 and BANKING77 are read from where they lie:
ten phrasings an intent from the training part (seed 0), everything else as its authors split it.
Prints Markdown.
"""

import argparse
import csv
import json
import random  # noqa: TID251 (a benchmark draws its sample with a seed)
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi
from rapidfuzz import fuzz, process
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline, make_union

from bot.core.content.faq import Aims, Faq, Topic, read_faq
from bot.core.language.faq import Decision, FaqIndex
from bot.core.language.words import words
from bot.core.model import TopicId

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = ROOT / "training" / "questions.jsonl"
HELD_OUT = ROOT / "benchmarks" / "held_out" / "questions.jsonl"
STRANGERS = "out_of_scope"
Ranked = list[tuple[str, float]]
Peer = Callable[[str], Ranked]
Labelled = list[tuple[str, str]]


class Messages(NamedTuple):
    """A task: what to fit on, and messages with their topic, strangers and double questions."""

    name: str
    known: Labelled
    asked: Labelled
    strangers: list[str]
    doubles: list[tuple[str, frozenset[str]]]


def faq_of(known: Labelled, synonyms: tuple[tuple[str, ...], ...] = ()) -> Faq:
    """Labelled phrasings as a FAQ."""
    by_topic: dict[str, dict[str, str]] = defaultdict(dict)
    for text, topic in known:
        by_topic[topic].setdefault(" ".join(words(text)), text)
    strangers = tuple(by_topic.pop(STRANGERS, {}).values())
    return Faq(
        topics=tuple(
            Topic(
                id=TopicId(topic),
                title=topic,
                answer="-",
                source="-",
                reviewed_on=date.min,
                phrasings=tuple(phrasings.values()),
            )
            for topic, phrasings in by_topic.items()
        ),
        not_ours=strangers,
        synonyms=synonyms,
        aims=Aims(),
    )


# --- Peers: each is fitted on labelled phrasings and ranks the topics of a message ---------------


def best_of_each(scores: Sequence[float], labels: Sequence[str]) -> Ranked:
    """The topics by their best phrasing."""
    best: dict[str, float] = {}
    for score, label in zip(scores, labels, strict=True):
        best[label] = max(best.get(label, -1.0), float(score))
    return sorted(best.items(), key=lambda pair: -pair[1])


def fuzzy(scorer: Callable[..., float]) -> Callable[[Labelled], Peer]:
    """A rapidfuzz scorer against every phrasing."""

    def fitted(known: Labelled) -> Peer:
        texts, labels = [text.lower() for text, _ in known], [label for _, label in known]

        def rank(text: str) -> Ranked:
            scores = process.cdist([text.lower()], texts, scorer=scorer)[0]
            return best_of_each(scores, labels)

        return rank

    return fitted


def bm25(known: Labelled) -> Peer:
    """Okapi BM25 over words."""
    labels = [label for _, label in known]
    index = BM25Okapi([words(text) or ["-"] for text, _ in known])
    return lambda text: best_of_each(index.get_scores(words(text)), labels)


def tfidf(known: Labelled) -> Peer:
    """TF-IDF of words and of letter n-grams, with logistic regression."""
    model = make_pipeline(
        make_union(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True),
        ),
        LogisticRegression(C=10, max_iter=200),
    )
    model.fit([text for text, _ in known], [label for _, label in known])
    names = list(model.classes_)

    def rank(text: str) -> Ranked:
        chances = model.predict_proba([text])[0]
        return sorted(zip(names, map(float, chances), strict=True), key=lambda pair: -pair[1])

    return rank


PEERS: dict[str, Callable[[Labelled], Peer]] = {
    "rapidfuzz WRatio": fuzzy(fuzz.WRatio),
    "rapidfuzz token_set_ratio": fuzzy(fuzz.token_set_ratio),
    "BM25": bm25,
    "TF-IDF, logistic regression": tfidf,
}


# --- Measures ------------------------------------------------------------------------------------


class Outcome(NamedTuple):
    """What one way made of a task: arrays with an entry a message."""

    first: NDArray[np.float64]
    third: NDArray[np.float64]
    sure: NDArray[np.float64]
    strangers: NDArray[np.float64]
    doubles: NDArray[np.float64]
    answered: NDArray[np.float64]
    wrong: NDArray[np.float64]
    refused: NDArray[np.float64]
    seconds: NDArray[np.float64]
    build: float


def outcome_of_peer(task: Messages, peer: Callable[[Labelled], Peer]) -> Outcome:
    """A peer has no threshold of its own: it gets the one that answers 4 % wrong on this very task."""
    start = time.perf_counter()
    rank = peer(task.known)
    build = time.perf_counter() - start
    seconds: list[float] = []

    def ranked(text: str) -> Ranked:
        begun = time.perf_counter()
        found = [pair for pair in rank(text) if pair[0] != STRANGERS]
        seconds.append(time.perf_counter() - begun)
        return found

    found = [ranked(text) for text, _ in task.asked]
    first = np.array(
        [each[0][0] == label for each, (_, label) in zip(found, task.asked, strict=True)]
    )
    sure = np.array([each[0][1] for each in found])
    strangers = np.array([ranked(text)[0][1] for text in task.strangers])
    order = np.argsort(-sure, kind="stable")
    allowed = np.cumsum(~first[order]) <= 0.04 * len(first)
    least = sure[order][allowed][-1] if allowed.any() else np.inf
    return Outcome(
        first=first.astype(float),
        third=among(found, task.asked),
        sure=sure,
        strangers=strangers,
        doubles=both([ranked(text) for text, _ in task.doubles], task.doubles),
        answered=(first & (sure >= least)).astype(float),
        wrong=(~first & (sure >= least)).astype(float),
        refused=(strangers < least).astype(float),
        seconds=np.array(seconds),
        build=build,
    )


def outcome_of_ours(task: Messages, synonyms: tuple[tuple[str, ...], ...]) -> Outcome:
    """Our own index, with the thresholds it finds for itself."""
    start = time.perf_counter()
    index = FaqIndex(faq_of(task.known, synonyms))
    build = time.perf_counter() - start
    seconds: list[float] = []

    def search(text: str) -> tuple[Ranked, Decision, tuple[str, ...]]:
        begun = time.perf_counter()
        found = index.search(text)
        seconds.append(time.perf_counter() - begun)
        return [(str(topic), score) for topic, score in found.ranking], found.decision, found.topics

    found = [search(text) for text, _ in task.asked]
    strangers = [search(text) for text in task.strangers]
    ranked = [each[0] for each in found]
    answers = [
        (decision is Decision.ANSWER, label in topics)
        for (_, decision, topics), (_, label) in zip(found, task.asked, strict=True)
    ]
    return Outcome(
        first=np.array(
            [each[0][0] == label for each, (_, label) in zip(ranked, task.asked, strict=True)],
            float,
        ),
        third=among(ranked, task.asked),
        sure=np.array([each[0][1] for each in ranked]),
        strangers=np.array([each[0][0][1] for each in strangers]),
        doubles=both([search(text)[0] for text, _ in task.doubles], task.doubles),
        answered=np.array([given and right for given, right in answers], float),
        wrong=np.array([given and not right for given, right in answers], float),
        refused=np.array([each[1] is not Decision.ANSWER for each in strangers], float),
        seconds=np.array(seconds),
        build=build,
    )


def among(found: list[Ranked], asked: Labelled) -> NDArray[np.float64]:
    """Whether the right topic is among the first three."""
    return np.array(
        [
            label in [topic for topic, _ in each[:3]]
            for each, (_, label) in zip(found, asked, strict=True)
        ],
        float,
    )


def both(found: list[Ranked], doubles: list[tuple[str, frozenset[str]]]) -> NDArray[np.float64]:
    """Whether the first two topics are the two that were asked about."""
    return np.array(
        [
            topics <= {topic for topic, _ in each[: len(topics)]}
            for each, (_, topics) in zip(found, doubles, strict=True)
        ],
        float,
    )


def interval(values: NDArray[np.float64]) -> str:
    """The mean with its 95 % bootstrap interval."""
    if not len(values):
        return "-"
    chance = np.random.default_rng(0)
    means = [chance.choice(values, len(values)).mean() for _ in range(1000)]
    low, high = np.quantile(means, [0.025, 0.975])
    return f"{values.mean():.3f} ({low:.2f}-{high:.2f})"


def row(name: str, outcomes: list[Outcome]) -> str:
    """One line of the table, over all tasks together; the AUROC is a mean over tasks."""

    def joined(field: str) -> NDArray[np.float64]:
        return np.concatenate([getattr(each, field) for each in outcomes])

    areas = [
        roc_auc_score(
            np.repeat([1, 0], [len(each.sure), len(each.strangers)]),
            np.concatenate([each.sure, each.strangers]),
        )
        for each in outcomes
        if len(each.strangers)
    ]
    shown = [interval(joined(field)) for field in ("first", "third", "answered")]
    cells = [
        name,
        *shown,
        f"{joined('wrong').mean():.3f}",
        f"{joined('refused').mean():.3f}",
        f"{np.mean(areas):.3f}" if areas else "-",
        interval(joined("doubles")),
        f"{1000 * np.quantile(joined('seconds'), 0.95):.1f}",
        f"{max(each.build for each in outcomes):.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def table(title: str, tasks: list[Messages], synonyms: tuple[tuple[str, ...], ...] = ()) -> None:
    """Print a table of all ways on some tasks."""
    asked = sum(len(task.asked) for task in tasks)
    print(f"\n### {title} ({asked:,} messages)\n")
    heads = (
        "way",
        "right first",
        "among three",
        "answered right",
        "answered wrong",
        "not ours refused",
        "AUROC",
        "both of two",
        "p95 ms",
        "built in s",
    )
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for name, peer in PEERS.items():
        print(row(name, [outcome_of_peer(task, peer) for task in tasks]), flush=True)
    print(row("**this project**", [outcome_of_ours(task, synonyms) for task in tasks]), flush=True)


# --- Tasks ---------------------------------------------------------------------------------------


def writers_left_out(path: Path, faq: Faq, wanted: Sequence[str]) -> list[Messages]:
    """Each writer's messages, fitted on the other writers and on what only content/faq.yaml has."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    written = {" ".join(words(each["text"])) for each in rows}
    lists = [(str(topic.id), topic.phrasings) for topic in faq.topics] + [(STRANGERS, faq.not_ours)]
    own = [
        (str(text), name)
        for name, texts in lists
        for text in texts
        if " ".join(words(text)) not in written
    ]
    tasks = []
    for writer in wanted or sorted({each["writer"] for each in rows}):
        single = [each for each in rows if "topic" in each]
        theirs = [each for each in single if each["writer"] == writer]
        tasks.append(
            Messages(
                writer,
                own
                + [(each["text"], each["topic"]) for each in single if each["writer"] != writer],
                [(each["text"], each["topic"]) for each in theirs if each["topic"] != STRANGERS],
                [each["text"] for each in theirs if each["topic"] == STRANGERS],
                [
                    (each["text"], frozenset(each["topics"]))
                    for each in rows
                    if "topics" in each and each["writer"] == writer
                ],
            )
        )
    return tasks


def never_seen(faq: Faq) -> Messages:
    """The whole FAQ, and the messages of a writer who wrote for measuring alone."""
    rows = [json.loads(line) for line in HELD_OUT.read_text(encoding="utf-8").splitlines()]
    lists = [(str(topic.id), topic.phrasings) for topic in faq.topics] + [(STRANGERS, faq.not_ours)]
    single = [each for each in rows if "topic" in each]
    return Messages(
        "never seen",
        [(str(text), name) for name, texts in lists for text in texts],
        [(each["text"], each["topic"]) for each in single if each["topic"] != STRANGERS],
        [each["text"] for each in single if each["topic"] == STRANGERS],
        [(each["text"], frozenset(each["topics"])) for each in rows if "topics" in each],
    )


def clinc(folder: Path, number: int) -> Messages:
    """CLINC150: `number` phrasings an intent, 30 test messages each, and its strangers."""
    found = json.loads((folder / "data_full.json").read_text(encoding="utf-8"))
    known = sampled(found["train"], number)
    asked = [(text, intent) for text, intent in found["test"]]
    return Messages("clinc", known, asked, [text for text, _ in found["oos_test"]], [])


def banking(folder: Path, number: int, strangers: list[str]) -> Messages:
    """BANKING77: `number` phrasings an intent, all test messages; strangers from elsewhere."""

    def rows(name: str) -> Labelled:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            return [(each["text"], each["category"]) for each in csv.DictReader(file)]

    return Messages("banking", sampled(rows("train.csv"), number), rows("test.csv"), strangers, [])


def sampled(rows: list[tuple[str, str]], number: int) -> Labelled:
    """The same few phrasings of each intent, each time."""
    chance = random.Random(0)  # noqa: S311 (no secret)
    by_intent: dict[str, list[str]] = defaultdict(list)
    for text, intent in rows:
        by_intent[intent].append(text)
    return [
        (text, intent)
        for intent in sorted(by_intent)
        for text in chance.sample(by_intent[intent], number)
    ]


def large(folder: Path) -> None:
    """The time of an index of 10,000 phrasings, from CLINC150's training part."""
    found = json.loads((folder / "data_full.json").read_text(encoding="utf-8"))
    faq = faq_of(
        [(text, intent) for text, intent in found["train"]][::3]
        + [(t, i) for t, i in found["train"]][1::3]
    )
    start = time.perf_counter()
    index = FaqIndex(faq)
    build = time.perf_counter() - start
    seconds = []
    for text, _ in found["test"][::5]:
        begun = time.perf_counter()
        index.search(text)
        seconds.append(time.perf_counter() - begun)
    size = sum(len(topic.phrasings) for topic in faq.topics)
    print(
        f"\n{size:,} phrasings of {len(faq.topics)} topics: built in {build:.1f} s,"
        f" searched at p95 {1000 * np.quantile(seconds, 0.95):.1f} ms"
    )


def main() -> None:
    """Print the tables that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--phrasings", type=Path, default=QUESTIONS, help="labelled messages with their writers"
    )
    parser.add_argument("--writers", default="", help="only these, separated by commas")
    parser.add_argument("--clinc", type=Path, help="the folder of CLINC150's data_full.json")
    parser.add_argument(
        "--banking", type=Path, help="the folder of BANKING77's train.csv, test.csv"
    )
    parser.add_argument("--number", type=int, default=10, help="phrasings an intent (default 10)")
    given = parser.parse_args()
    path = ROOT / "content" / "faq.yaml"
    faq, mistakes = read_faq(path.read_text(encoding="utf-8"), str(path))
    if faq is None:
        sys.exit("\n".join(map(str, mistakes)))
    tasks = writers_left_out(given.phrasings, faq, [w for w in given.writers.split(",") if w])
    table("Our FAQ, each writer left out in turn", tasks, faq.synonyms)
    table("Our FAQ as it is, a writer never fitted on", [never_seen(faq)], faq.synonyms)
    strangers: list[str] = []
    if given.clinc:
        task = clinc(given.clinc, given.number)
        strangers = task.strangers
        table(f"CLINC150, {given.number} phrasings an intent", [task])
        large(given.clinc)
    if given.banking:
        task = banking(given.banking, given.number, strangers)
        table(f"BANKING77, {given.number} phrasings an intent", [task])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nPeak memory of this process, peers and their libraries included: {peak:.0f} MB")


if __name__ == "__main__":
    main()
