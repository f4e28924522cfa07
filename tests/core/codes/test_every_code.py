"""Every code that `check` can print has a test with a broken YAML in its docstring, and its text."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from codes import codes

CORE = Path(__file__).parents[1]
SHOWN_IN = (
    *(CORE / "codes").glob("test_*_codes.py"),
    CORE / "proof" / "test_laws_broken.py",
    CORE / "content" / "test_soundness.py",
)
# What the proof looks at though no YAML can break it as long as the program does what it should.
NEVER = {
    "skip-uncalled": "every answer that skips counts as a skip, and every skip calls staff",
}


def shown() -> Iterator[str]:
    """The codes that end an expected text in a test with a docstring."""
    for path in SHOWN_IN:
        for test in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(test, ast.FunctionDef) and ast.get_docstring(test):
                for node in ast.walk(test):
                    if isinstance(node, ast.Constant) and isinstance(node.value, str):
                        yield from re.findall(r" \[([a-z-]+)\]$", node.value)


def test_every_code_in_the_source_is_tested_and_no_other() -> None:
    assert codes() - {*NEVER} == {*shown()}


def test_the_search_for_codes_finds_those_of_each_file() -> None:
    assert len(codes()) > 100
    assert {"yaml", "no-file", "banned-word", "rule-order", "no-reason", "part-never"} <= codes()
    assert {
        "duplicate-topic",
        "unknown-source",
        "too-large",
        "operator",
        "number-unsaid",
    } <= codes()
