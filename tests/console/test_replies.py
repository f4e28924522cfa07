"""What staff pick from is content, and held to the words of content."""

from pathlib import Path

import pytest
import textstat

from bot.core.content import Content
from bot.core.content.console import read_console

FILE = Path(__file__).parents[2] / "content" / "console.yaml"
HARDEST = 8


def test_replies_are_as_easy_to_read_as_the_answers(content: Content) -> None:
    for reply in content.console.replies:
        assert textstat.flesch_kincaid_grade(reply.text) <= HARDEST, reply.id


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("this is {staff}", "this is {name}", "nothing fills {name}"),
        ("id: call-again", "id: call", "stands here twice"),
        ("hand_back_minutes: 60", "hand_back_minutes: 0", "at least 1"),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, said: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    words, mistakes = read_console(text.replace(old, new), "console.yaml")
    assert words is None
    assert any(said in str(each) for each in mistakes), mistakes
