"""The small screening with what stands in a test's docstring put in its place.

A docstring is YAML: list items replace those with the same id, others are added at the end; a
section marked `# instead` replaces the whole section. What is told comes back with the line in the
docstring (0 for a line elsewhere).
"""

import re
from pathlib import Path
from textwrap import dedent

from bot.core.content.screening import read_screening
from bot.core.proof import prove
from bot.core.screening_form import Form

SMALL = (Path(__file__).parent / "small_screening.yaml").read_text(encoding="utf-8")
SECTION = re.compile(r"^[a-z_]+:", re.MULTILINE)
Line = tuple[str, int]  # a line of text and where it stands in the docstring, 0 for nowhere


def merged(docstring: str) -> list[Line]:
    """The lines of the whole file."""
    told = dedent(docstring).splitlines()
    given = _sections([(line, number) for number, line in enumerate(told, start=1)])
    base = _sections([(line, 0) for line in SMALL.splitlines()])
    for name, lines in given.items():
        if "# instead" in lines[0][0] or name not in base or not _items(lines):
            base[name] = lines
            continue
        items = _items(base[name])
        for item_id, item in _items(lines).items():
            items[item_id] = item
        base[name] = [base[name][0], *(line for item in items.values() for line in item)]
    return [line for lines in base.values() for line in lines]


def _sections(lines: list[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    name = ""
    for line in lines:
        if SECTION.match(line[0]):
            name = line[0].split(":")[0]
        if name:
            found.setdefault(name, []).append(line)
    return found


def _items(lines: list[Line]) -> dict[str, list[Line]]:
    items: list[list[Line]] = []
    for line in lines[1:]:
        if line[0].startswith("  - "):
            items.append([])
        if items:
            items[-1].append(line)
    named = {}
    for item in items:
        found = re.search(r"id: ([\w-]+)", item[0][0])
        if found:
            named[found[1]] = item
    return named


def form_of(docstring: str) -> tuple[Form, list[int]]:
    """The form with the docstring in it, and for each of its lines the one in the docstring."""
    lines = merged(docstring)
    form, mistakes = read_screening("\n".join(line for line, _ in lines), "screening.yaml")
    assert form is not None, mistakes
    return form, [0, *(number for _, number in lines)]


def told(docstring: str) -> list[str]:
    """Every mistake in the file, or everything that speaks against the proof."""
    lines = merged(docstring)
    text = "\n".join(line for line, _ in lines)
    places = [0, *(number for _, number in lines)]
    form, mistakes = read_screening(text, "screening.yaml")
    if form is None:
        return [f"{places[m.line]}: {m.message}; {m.hint} [{m.code}]" for m in mistakes]
    return [f"{places[f.line]}: {f.message}; {f.hint} [{f.code}]" for f in prove(form).broken]
