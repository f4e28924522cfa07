"""What tests share: the content as it ships, read once, and a chat that reads as the phone."""

from pathlib import Path

import pytest
from chat import Chat
from msgspec.structs import replace

from bot.content_folder import read_folder
from bot.core.content import Content

ROOT = Path(__file__).parent.parent
OF_THE_MODEL = frozenset(
    "who-for danger-now main-concern age-band guardian suicide-thoughts attempt-history suicide-safe"
    " harm-others reality distress functioning substance-screen substances use-pattern"
    " withdrawal-history overdose control treatment home support medical".split()
)


@pytest.fixture(scope="session")
def content() -> Content:
    """The content as it ships."""
    content, mistakes = read_folder(ROOT / "content")
    assert content is not None, "\n".join(map(str, mistakes))
    return content


@pytest.fixture
def chat(content: Content) -> Chat:
    """A client's phone with an empty chat, in which the model's own questions are asked."""
    return Chat(as_in_the_model(content))


def as_in_the_model(content: Content) -> Content:
    """The content without questions that a clinic has added: conversations are written for the rest."""
    form = content.screening
    kept = tuple(each for each in form.questions if each.id in OF_THE_MODEL)
    if len(kept) == len(form.questions):
        return content
    changed = object.__new__(Content)
    changed.__dict__.update(content.__dict__)
    changed.screening = replace(form, questions=kept)
    return changed
