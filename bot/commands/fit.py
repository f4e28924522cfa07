"""`python -m bot fit-safety`: fits the reader of crisis signs on training/, the same bytes each time.

CI checks that the model in content/ is the one that training/ gives (`--check`).
"""

import argparse
import sys
from pathlib import Path

import msgspec

from bot.core.checked_yaml import Mistake, load
from bot.core.content import MODEL
from bot.core.content.safety import Safety, read_safety
from bot.core.language.crisis_fit import Message, fit
from bot.core.language.normalise import normalise, words_of
from bot.core.model import Frozen, Tier

FOLDER = Path("training")
# A number over 1 takes only one line in so many.
FILES = {"safety_corpus.jsonl": 1, "own.jsonl": 1, "questions.jsonl": 1}
WRITERS = ("w1", "w2", "w3", "w4", "w5")


class Labelled(Frozen):
    """One line of a training file; `topic` or `topics` tell what an ordinary question asks about."""

    text: str
    writer: str
    tier: Tier = Tier.NONE
    kind: str = "none"
    subject: str = "self"
    topic: str = ""
    topics: tuple[str, ...] = ()


class ConceptFile(Frozen):
    """training/concepts.yaml: the words of each concept."""

    concepts: dict[str, tuple[str, ...]]


def add(parsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = parsers.add_parser(
        "fit-safety", help="fit the reader of crisis signs on the labelled messages in training/"
    )
    parser.add_argument("--check", action="store_true", help="only compare with the file there is")
    parser.add_argument("--training", type=Path, default=FOLDER, metavar="DIR")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: in the content folder")
    parser.set_defaults(run=run)


def run(namespace: argparse.Namespace) -> int:
    """Fit, then write or compare; 1 when a file has mistakes or the model is not up to date."""
    folder: Path = namespace.settings.content_dir
    out: Path = namespace.out or folder / MODEL
    safety, mistakes = patterns(folder / "safety.yaml")
    for mistake in mistakes:
        print(mistake, file=sys.stderr)
    if safety is None:
        return 1
    try:
        messages = [message(row, safety) for row in labelled(namespace.training)]
        concepts = read_concepts(namespace.training / "concepts.yaml")
    except (OSError, ValueError) as error:
        print(f"bot: the training files cannot be read: {error}", file=sys.stderr)
        return 2
    model = fit(messages, concepts, WRITERS).model
    if namespace.check:
        is_same = out.is_file() and out.read_bytes() == model
        print(f"{out} is {'up to date' if is_same else 'old: run python -m bot fit-safety'}.")
        return 0 if is_same else 1
    out.write_bytes(model)
    print(f"{out}: {len(model):,} bytes, fitted on {len(messages):,} messages")
    return 0


def labelled(folder: Path) -> list[Labelled]:
    """The labelled messages of the training files, in their order."""
    decoder = msgspec.json.Decoder(Labelled)
    return [
        decoder.decode(line)
        for name, step in FILES.items()
        for line in (folder / name).read_bytes().splitlines()[::step]
    ]


def message(row: Labelled, safety: Safety) -> Message:
    """A labelled message as the words that the program reads in it."""
    return Message(
        words=tuple(words_of(normalise(row.text), safety.spelling)),
        tier=row.tier,
        kind=row.kind,
        subject=row.subject,
        writer=row.writer,
    )


def read_concepts(path: Path) -> dict[str, tuple[str, ...]]:
    """The words of each concept; mistakes in the file are a `ValueError`."""
    file, mistakes = load(path.read_text(encoding="utf-8"), str(path), ConceptFile)
    if file is None:
        raise ValueError("; ".join(map(str, mistakes)))
    return {str(name): tuple(map(str, each)) for name, each in file.concepts.items()}


def patterns(path: Path) -> tuple[Safety | None, list[Mistake]]:
    """The signs of crisis without a model."""
    try:
        return read_safety(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        text = f"cannot read it: {error}"
        return None, [Mistake(path=str(path), line=0, code="unreadable", message=text)]
