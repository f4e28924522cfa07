"""`python -m bot misses`: what people asked in vain, and `misses add`, which mends it.

Questions are clients' words: they are shown to authors of content on this machine only, and a
phrasing taken from them must not name anybody.
"""

import argparse
import sys
from pathlib import Path

from bot.commands.records import guarded
from bot.content_check import check_folder
from bot.core.content.faq import Faq, read_faq
from bot.core.content.faq_edit import with_phrasing
from bot.core.language.faq import faq_index
from bot.core.language.misses import Cluster, Miss, clusters, replay
from bot.opening import opened
from bot.store.questions import liked, unanswered

REPLAYED = 40


def add(parsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `misses`."""
    parser = parsers.add_parser(
        "misses",
        help="list questions that found no answer or a bad one, and write one into the FAQ",
        description="Without ADD: clusters of such questions, the largest first.",
    )
    parser.set_defaults(run=guarded(_list))
    parser.add_argument("--most", type=int, default=30, metavar="N", help="at most so many")
    steps = parser.add_subparsers(dest="step", metavar="add")
    adding = steps.add_parser("add", help="write a cluster's question into a topic of faq.yaml")
    adding.add_argument("cluster", metavar="CLUSTER", help="as listed")
    adding.add_argument("topic", metavar="TOPIC", help="its id in faq.yaml")
    adding.add_argument("--as", dest="wording", metavar="TEXT", help="in these words instead")
    adding.set_defaults(run=guarded(_add))


def _asked(namespace: argparse.Namespace) -> tuple[list[Miss], list[str]]:
    with opened(namespace.settings, namespace.clock) as (store, _):
        return store.run_now(unanswered), store.run_now(liked)


def _faq(namespace: argparse.Namespace) -> Faq | None:
    path: Path = namespace.settings.content_dir / "faq.yaml"
    return read_faq(path.read_text(encoding="utf-8"), str(path))[0]


def _list(namespace: argparse.Namespace) -> int:
    found = clusters(_asked(namespace)[0], _faq(namespace))
    for cluster in found[: namespace.most]:
        print(_line(cluster))
        for text in cluster.texts[1:4]:
            print(f"          {_short(text)}")
    print(f"{len(found)} clusters; mend one with: misses add CLUSTER TOPIC", file=sys.stderr)
    return 0


def _line(cluster: Cluster) -> str:
    span = f"{cluster.first_at:%Y-%m-%d} to {cluster.last_at:%Y-%m-%d}"
    down = f", {cluster.disliked} thumbs down" if cluster.disliked else ""
    near = f"{cluster.nearest} {cluster.score:.2f}" if cluster.nearest else "-"
    times = "once" if cluster.count == 1 else f"{cluster.count} times"
    detail = f"{times}{down}, {span}, nearest: {near}"
    return f"{cluster.id}  {_short(cluster.texts[0])}\n          {detail}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 100 else f"{line[:97]}..."  # noqa: PLR2004 (a line of a terminal)


def _add(namespace: argparse.Namespace) -> int:
    misses, answered = _asked(namespace)
    chosen = [each for each in clusters(misses, _faq(namespace)) if each.id == namespace.cluster]
    if not chosen:
        print(f"bot: no cluster {namespace.cluster}; list them with `misses`", file=sys.stderr)
        return 2
    folder: Path = namespace.settings.content_dir
    path = folder / "faq.yaml"
    before = path.read_text(encoding="utf-8")
    phrasing = namespace.wording or chosen[0].texts[0]
    after, mistakes = with_phrasing(before, str(path), namespace.topic, phrasing)
    if after is None:
        for mistake in mistakes:
            print(mistake, file=sys.stderr)
        return 1
    told = _replayed(before, after, misses, answered)
    _write(path, after)
    checked = check_folder(folder)
    if not checked.is_fit:
        _write(path, before)
        for mistake in checked.mistakes:
            if not mistake.warning:
                print(mistake, file=sys.stderr)
        print("bot: nothing was changed", file=sys.stderr)
        return 1
    print(f'{path}: {namespace.topic} has the new phrasing "{_short(phrasing)}"')
    print(told)
    print("These are a client's words: take out what could name somebody.", file=sys.stderr)
    return 0


def _replayed(before: str, after: str, misses: list[Miss], answered: list[str]) -> str:
    old, _ = read_faq(before, "before")
    new, _ = read_faq(after, "after")
    if old is None or new is None:
        return ""
    texts = [miss.text for miss in misses if miss.disliked is None][-REPLAYED:]
    told = replay(faq_index(old), faq_index(new), texts, answered[-REPLAYED:])
    return (
        f"would fix {told.fixed} of the last {told.misses} misses,"
        f" would change {len(told.changed)} of the last {told.answered} that helped"
    )


def _write(path: Path, text: str) -> None:
    """Replace the file at once: a reader sees the old or the new, never half."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
