"""AUTHORING.md does what it says, step by step, on a copy of the content."""

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.content_check import check_folder
from bot.content_folder import read_folder
from bot.core.changes import Change, changed_decisions, shifts
from bot.core.content.screening import SURE

ROOT = Path(__file__).resolve().parents[1]
GUIDE = (ROOT / "AUTHORING.md").read_text(encoding="utf-8")
EDITS = re.findall(r"```diff\n# content/(\S+)\n(.*?)```", GUIDE, re.DOTALL)
CODE = re.compile(r"[a-z]+(-[a-z]+)*")
SAID = re.findall(r"```text\n(.*?)```", GUIDE, re.DOTALL)


def before_and_after(number: int) -> tuple[str, str, str]:
    """The file that the guide's diff of that number is about, and the lines before and after it."""
    name, block = EDITS[number]
    lines = block.splitlines()
    old = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
    new = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("-"))
    return name, old, new


def edit(folder: Path, number: int) -> None:
    """Do what the guide's diff of that number says."""
    name, old, new = before_and_after(number)
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{name} has changed: mend AUTHORING.md\n{old}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def change_lines(change: Change) -> list[str]:
    """The lines that a diff shows of a change."""
    old, new = change.old.splitlines(), change.new.splitlines()
    gone = [f"  - {each}" for each in old if each not in new]
    return [*gone, *(f"  + {each}" for each in new if each not in old)]


def errors(folder: Path) -> list[str]:
    """The errors that a check tells."""
    return [str(each) for each in check_folder(folder).mistakes if not each.warning]


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """A copy of the content, without what somebody who followed the guide has changed already."""
    folder = Path(shutil.copytree(ROOT / "content", tmp_path / "content"))
    for name, old, new in map(before_and_after, range(len(EDITS))):
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace(new, old), encoding="utf-8")
    return folder


def test_a_new_topic_is_found_and_fit_to_go_live(folder: Path) -> None:
    edit(folder, 0)
    assert errors(folder) == []
    content, _ = read_folder(folder)
    assert content is not None
    assert content.search("will i get lunch there").topics[0] == "meals"


def test_a_changed_threshold_is_told_by_its_example_and_in_states(folder: Path) -> None:
    before, _ = read_folder(folder)
    edit(folder, 1)
    (error,) = errors(folder)
    assert error.endswith(SAID[0].strip())
    edit(folder, 2)
    assert errors(folder) == []
    after, _ = read_folder(folder)
    assert before is not None
    assert after is not None
    (change,) = changed_decisions(before.screening, after.screening)
    for part in (change.where, *change_lines(change)):
        assert f"  {part}\n" in SAID[1]
    moved = shifts(before.screening, after.screening)
    assert len(moved) == SAID[1].count("->")
    for shift in moved:
        (level, soon), (same_level, sooner) = shift.old, shift.new
        assert same_level == level
        assert f"  {level}, {soon} -> {sooner}: {shift.states:,} states\n" in SAID[1]


def test_a_new_question_is_proved_with_the_rest(folder: Path) -> None:
    edit(folder, 3)
    edit(folder, 4)
    checked = check_folder(folder)
    assert [str(each) for each in checked.mistakes if not each.warning] == []
    assert checked.proof is not None
    assert checked.proof.tally is not None
    assert checked.proof.tally.lengths == (16, 23)


def test_every_code_that_a_check_may_tell_is_in_the_guide() -> None:
    told = {code for code in codes_told() if code != "unknown"}
    assert len(told) > 90
    assert {code for code in told if f"`{code}`" not in GUIDE} == set()


def codes_told() -> Iterator[str]:
    """Whatever stands where a mistake's code does, in all that reads or checks content."""
    modules = [ROOT / "bot" / "content_folder.py", ROOT / "bot" / "content_check.py"]
    for path in (*modules, *sorted((ROOT / "bot" / "core").rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            given: list[ast.expr] = []
            if isinstance(node, ast.Call) and re.search(r"(mistake|tell|Finding)$", name_of(node)):
                given = [*node.args, *(each.value for each in node.keywords if each.arg == "code")]
            elif isinstance(node, ast.Call) and name_of(node) == "Mistake":
                given = [each.value for each in node.keywords if each.arg == "code"]
            elif isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
                given = node.value.elts
            for each in given:
                if isinstance(each, ast.Constant) and CODE.fullmatch(str(each.value)):
                    yield str(each.value)
    yield from SURE


def name_of(call: ast.Call) -> str:
    """The last word of what is called."""
    called = call.func
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
