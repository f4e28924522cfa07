"""`python -m bot ask`, line by line."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def ask(text: bytes, *more: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "bot", "ask", *more],
        input=text,
        capture_output=True,
        cwd=ROOT,
        check=False,
    )


def test_each_line_gets_an_object_with_all_that_is_promised() -> None:
    ran = ask(
        "How much is it?\n\n¿cuánto dura?\nI want to die tonight\n\xff\u2028x".encode(
            "latin-1", "replace"
        )
        + b"\xff",
        "--json",
    )
    assert ran.returncode == 0, ran.stderr.decode()
    found = [json.loads(line) for line in ran.stdout.decode().splitlines()]
    assert [each["text"] for each in found[:2]] == ["How much is it?", ""]
    assert len(found) == 5
    promised = {"text", "safety", "kind", "decision", "topics", "ranking", "because"}
    assert all(set(each) >= promised for each in found)
    assert found[0]["decision"] == "answer", found[0]
    assert found[0]["topics"] == ["cost-insurance"]
    assert len(found[0]["ranking"]) == 10
    assert found[1]["decision"] == "none"
    assert found[3]["safety"] == "acute"


def test_another_faq_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "other.yaml"
    path.write_text(
        "topics:\n"
        "- {id: Lost_Card, phrasings: [I lost my card, my card is gone, card stolen]}\n"
        "- {id: balance, phrasings: [what is my balance, how much money do I have]}\n"
    )
    ran = ask(b"somebody stole my card\n", "--json", "--faq", str(path))
    assert ran.returncode == 0, ran.stderr.decode()
    assert json.loads(ran.stdout)["ranking"][0][0] == "Lost_Card"


def test_a_file_that_is_no_faq_is_told_and_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("topics: 3\n")
    ran = ask(b"hello\n", "--faq", str(path))
    assert ran.returncode == 1
    assert b"broken.yaml:1:" in ran.stderr
    assert ask(b"", "--faq", str(tmp_path / "none.yaml")).returncode == 1
