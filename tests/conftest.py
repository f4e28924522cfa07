"""What tests share: the content as it ships, read once, and a chat that reads as the phone."""

from pathlib import Path

import pytest
from chat import Chat

from bot.content_folder import read_folder
from bot.core.content import Content

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def content() -> Content:
    """The content as it ships."""
    content, mistakes = read_folder(ROOT / "content")
    assert content is not None, "\n".join(map(str, mistakes))
    return content


@pytest.fixture
def chat(content: Content) -> Chat:
    """A client's phone with an empty chat."""
    return Chat(content)
