"""`python -m bot ask`: what the assistant makes of messages, one a line, without a chat.

For authors of content and for measuring: signs of danger, the topics found, and why.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from bot.content_folder import folder_texts, model_bytes
from bot.core.checked_yaml import Mistake
from bot.core.content.faq import Faq, read_faq, read_foreign_faq
from bot.core.content.safety import Safety, read_safety
from bot.core.language.crisis import read
from bot.core.language.faq import faq_index


def add(parsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `ask`."""
    parser = parsers.add_parser(
        "ask",
        help="say what messages on standard input mean, one a line",
        description="Reads one message a line and prints the topics found and any sign of danger.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--faq",
        metavar="FILE",
        type=Path,
        help="another FAQ: YAML or JSON like content/faq.yaml, of which only"
        " `topics: [{id: ..., phrasings: [...]}]` is needed",
    )
    parser.set_defaults(run=run)


def run(namespace: argparse.Namespace) -> int:
    """Read every line; 1 when the content cannot be read."""
    folder: Path = namespace.settings.content_dir
    texts, mistakes = folder_texts(folder)
    safety, faq = None, None
    if not mistakes:
        safety, mistakes = _safety(folder, texts)
        faq, more = _faq(namespace.faq, folder, texts)
        mistakes = [*mistakes, *more]
    for mistake in mistakes:
        print(mistake, file=sys.stderr)
    if faq is None or safety is None:
        return 1
    index = faq_index(faq)
    for text in lines(sys.stdin.buffer):
        danger = read(safety, text)
        found = index.search(text)
        answer = {
            "text": text,
            "safety": danger.tier,
            "kind": danger.kind,
            "decision": found.decision,
            "topics": found.topics,
            "ranking": found.ranking,
            "because": (*danger.because, *found.because),
            "subject": danger.subject,
            "certain": danger.certain,
        }
        print(
            json.dumps(answer, ensure_ascii=False) if namespace.json else _plain(answer), flush=True
        )
    return 0


def lines(stream: BinaryIO) -> Iterator[str]:
    """The messages of a stream: only a newline ends one, and no byte is fatal."""
    for line in stream:
        yield line.decode(errors="replace").rstrip("\r\n")


def _plain(answer: dict[str, object]) -> str:
    topics, because = answer["topics"], answer["because"]
    shown = ", ".join(map(str, topics)) if isinstance(topics, tuple) and topics else "-"
    why = "; ".join(map(str, because)) if isinstance(because, tuple) else ""
    return (
        f"{answer['text']}\n    danger: {answer['safety']} ({answer['kind']})"
        f"\n    {answer['decision']}: {shown}\n    because: {why}"
    )


def _safety(folder: Path, texts: dict[str, str]) -> tuple[Safety | None, list[Mistake]]:
    return read_safety(texts["safety.yaml"], str(folder / "safety.yaml"), model_bytes(folder))


def _faq(
    path: Path | None, folder: Path, texts: dict[str, str]
) -> tuple[Faq | None, list[Mistake]]:
    if path is None:
        return read_faq(texts["faq.yaml"], str(folder / "faq.yaml"))
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        return None, [
            Mistake(path=str(path), line=1, code="unreadable", message=f"cannot read it: {reason}")
        ]
    return read_foreign_faq(text, str(path))
