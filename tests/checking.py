"""What `check` tells of files that stand in a test's docstring, each begun by `# name.yaml`.

A docstring holds only what differs from a sound file: a key replaces that key, an item of a list the
one with the same id. `# instead` after a key replaces all that is in it, `# gone` takes it out. What
is told comes back as `name.yaml:line: ...`, with the line in the docstring, 0 for a line elsewhere.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from textwrap import dedent

from bot.content_check import check_texts
from bot.core.checked_yaml import Mistake
from bot.core.content.banned import Banned, read_banned

TESTS = Path(__file__).parent
CONTENT = TESTS.parent / "content"
TODAY = date(2026, 11, 25)
BEGIN = re.compile(r"# (\w+\.(?:yaml|bin))$")
NAMED = re.compile(r"""\s*(?:- \{?)?(?:"([^"]+)"|([\w-]+)):""")
ITEM = re.compile(r"\s*- \{?id: \"?([\w-]+)")
Line = tuple[str, int]  # a line of text and where it stands in the docstring, 0 for nowhere


@cache
def sound(name: str) -> str:
    """The file that a docstring changes: a small one where the real one is long."""
    small = TESTS / f"small_{name}"
    return (small if small.exists() else CONTENT / name).read_text(encoding="utf-8")


@cache
def banned() -> Banned:
    """The list as it ships."""
    found, mistakes = read_banned(sound("banned.yaml"), "banned.yaml")
    assert found is not None, mistakes
    return found


def told(docstring: str, also: str = "") -> list[str]:
    """Everything that is told of the files as changed, and not of the sound ones.

    `also` is a code that is told of the sound ones, too, as they are small.
    """
    files = dict(_files(dedent(docstring)))
    model = "\n".join(line for line, _ in files.pop("safety_model.bin", []))
    texts, places = {}, {}
    for name, lines in files.items():
        whole = _merged([(line, 0) for line in sound(name).splitlines()], lines)
        texts[name] = "\n".join(line for line, _ in whole)
        places[name] = [0, *(number for _, number in whole)]
    found = check_texts(texts, model.encode(), banned(), "", TODAY).mistakes
    before = _told_before(tuple(sorted(files)))
    shown = []
    for each in found:
        name = each.path.strip("/")
        if each.code == also or _what(each) not in before:
            line = places[name][each.line] if each.line < len(places[name]) else 0
            shown.append(
                f"{name}:{str(each).partition(':')[2].replace(str(each.line), str(line), 1)}"
            )
    return shown


@cache
def _told_before(names: tuple[str, ...]) -> set[tuple[str, str, str]]:
    texts = {name: sound(name) for name in names}
    return set(map(_what, check_texts(texts, b"", banned(), "", TODAY).mistakes))


def _what(mistake: Mistake) -> tuple[str, str, str]:
    return mistake.path, mistake.code, mistake.message


def _files(text: str) -> Iterator[tuple[str, list[Line]]]:
    name, lines = "", list[Line]()
    for number, line in enumerate(text.splitlines(), start=1):
        begun = BEGIN.match(line)
        if begun:
            if name:
                yield name, lines
            name, lines = begun[1], []
        elif line.strip() or lines:
            lines.append((line, number))
    yield name, lines


def _merged(base: list[Line], given: list[Line]) -> list[Line]:
    """The base with what is given in its place, block by block, however deep."""
    if not base or not given:
        return given or base
    blocks = dict(_blocks(base, "old"))
    for key, block in _blocks(given, "new"):
        head = block[0][0]
        if key not in blocks:
            blocks[key] = block
        elif head.endswith("# gone"):
            del blocks[key]
        elif head.endswith("# instead") or len(block) == 1 or ITEM.match(head):
            blocks[key] = block
        else:
            blocks[key] = [blocks[key][0], *_merged(blocks[key][1:], block[1:])]
    return [line for block in blocks.values() for line in block]


def _blocks(lines: list[Line], kind: str) -> Iterator[tuple[str, list[Line]]]:
    """Lines at the outermost indent, each with those further in; named by key or id."""
    full = [each for each in lines if each[0].strip()]
    outer = min((len(line) - len(line.lstrip()) for line, _ in full), default=0)
    block: list[Line] = []
    for number, each in enumerate(lines):
        begins = each[0].strip() and len(each[0]) - len(each[0].lstrip()) == outer
        if begins and block:
            yield _name(block, f"{kind} {number}"), block
            block = []
        block.append(each)
    if block:
        yield _name(block, kind), block


def _name(block: list[Line], otherwise: str) -> str:
    head = block[0][0]
    item = ITEM.match(head)
    if item:
        return f"- {item[1]}"
    named = NAMED.match(head)
    if head.lstrip().startswith("- ") or named is None or head.lstrip().startswith("#"):
        return otherwise
    return named[1] or named[2]
