"""All codes of mistakes that `check` can print, found in the source itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

BOT = Path(__file__).parents[1] / "bot"
SOURCES = (
    *("content_folder.py", "content_check.py", "core/checked_yaml.py", "core/yaml_nodes.py"),
    *("core/lint.py", "core/examples.py", "core/proof.py", "core/proof_reasons.py"),
    *("core/reach.py", "core/dead_parts.py"),
    *(f"core/content/{path.name}" for path in (BOT / "core" / "content").glob("*.py")),
)
ELSEWHERE = ("core/content/faq_edit.py",)  # of `misses add`, which no check calls
# Where the code stands among the arguments; `tell` of the lint has a file before the line.
KINDS = ("question", "option", "dimension", "flag", "source", "rule")  # of names in the screening
PLACES = {"Finding": 1, "tell": 1, "mistake": 1, "_mistake": 2}


def codes() -> set[str]:
    """Each code once."""
    return {
        code
        for name in SOURCES
        if name not in ELSEWHERE
        for code in _codes(ast.parse((BOT / name).read_text(encoding="utf-8")), name)
    }


def _codes(tree: ast.AST, name: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _of_call(node, name)
        elif isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
            parts = node.value.elts
            if len(parts) == 4:  # line, code, message, hint
                yield from _text(parts[1])
        elif isinstance(node, ast.Assign) and _is_named_code(node):
            yield from _text(node.value)


def _is_named_code(node: ast.Assign) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "code" for each in node.targets)


def _of_call(node: ast.Call, name: str) -> Iterator[str]:
    called = (
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    )
    for keyword in node.keywords:
        if keyword.arg == "code" and called in (*PLACES, "Mistake", "replace"):
            yield from _text(keyword.value)
    place = PLACES.get(called)
    if called == "tell" and name == "core/lint.py":
        place = 2
    if place is not None and len(node.args) > place:
        yield from _text(node.args[place])


def _text(node: ast.expr) -> Iterator[str]:
    """The code itself; a name stands for what was given to a helper."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        assert ast.unparse(node).startswith("f'unknown-{"), ast.unparse(node)
        yield from (f"unknown-{kind}" for kind in KINDS)
    else:
        assert isinstance(node, ast.Name | ast.Attribute), ast.dump(node)
