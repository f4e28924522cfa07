"""Mistakes in YAML: each test's docstring is the file, the assertion is what an author is told."""

import inspect
from collections.abc import Callable
from textwrap import dedent

import msgspec
import pytest

from bot.core.checked_yaml import MAX_BYTES, line_of, load, plain


class Leaf(msgspec.Struct, kw_only=True):
    id: str
    rate: dict[str, int] = {}
    line: int = 0


class Tree(msgspec.Struct, kw_only=True):
    name: str
    leaves: tuple[Leaf, ...] = ()
    is_open: bool = False


def told(test: Callable[..., object]) -> list[str]:
    return [str(each) for each in load(dedent(inspect.getdoc(test) or ""), "f.yaml", Tree)[1]]


def test_every_mistake_is_told_at_once() -> None:
    """
    name: a
    leafs: []
    leaves:
      - {id: x, rate: {a: much}}
      - {rate: {}}
    is_open: yes
    """
    assert told(test_every_mistake_is_told_at_once) == [
        "f.yaml:2: unknown key 'leafs'; did you mean 'leaves'? [unknown-key]",
        "f.yaml:4: 'much' must be a whole number; write it without quotes or units [type]",
        "f.yaml:5: 'id' is missing here; add id: [missing-key]",
        "f.yaml:6: 'yes' must be true or false; write one of them [type]",
    ]


def test_a_key_written_twice_is_told() -> None:
    """
    name: a
    name: b
    """
    assert told(test_a_key_written_twice_is_told) == [
        (
            "f.yaml:2: 'name' stands here a second time (first on line 1); keep one of them"
            " [duplicate-key]"
        )
    ]


def test_anchors_are_refused() -> None:
    """
    name: &a x
    leaves: []
    """
    assert "anchors and aliases" in told(test_anchors_are_refused)[0]


def test_broken_yaml_is_told_with_its_line() -> None:
    """
    name: "a
    """
    assert told(test_broken_yaml_is_told_with_its_line)[0].startswith("f.yaml:1: this is not YAML")


def test_a_single_value_where_a_list_is_wanted_is_told() -> None:
    """
    name: a
    leaves: x
    """
    assert told(test_a_single_value_where_a_list_is_wanted_is_told) == [
        "f.yaml:2: expected a list here; start each item with '- ' [shape]"
    ]


def test_yes_and_no_stay_text() -> None:
    tree, mistakes = load("name: yes\nleaves: [{id: no}, {id: 007}]", "f.yaml", Tree)
    assert not mistakes
    assert tree is not None
    assert (tree.name, [leaf.id for leaf in tree.leaves]) == ("yes", ["no", "007"])


def test_text_knows_its_line_until_it_is_made_plain() -> None:
    tree, _ = load("name: a\nleaves:\n  - id: x\n", "f.yaml", Tree)
    assert tree is not None
    assert (line_of(tree.name), tree.leaves[0].line, line_of(tree.leaves[0].id)) == (1, 3, 3)
    assert type(plain(tree).leaves[0].id) is str


@pytest.mark.parametrize(
    "bomb",
    [
        "a: " + "[" * 1000 + "]" * 1000,
        "name: " + "x" * (MAX_BYTES + 1),
        "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]",
        "",
        "\0",
        "- - - -",
    ],
    ids=["deep", "big", "laughs", "empty", "nul", "lists"],
)
def test_bombs_are_refused_quickly(bomb: str) -> None:
    tree, mistakes = load(bomb, "f.yaml", Tree)
    assert tree is None
    assert mistakes
