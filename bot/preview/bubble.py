"""What the page is made of: messages as a phone shows them, in titled groups and sections."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import markupsafe
from msgspec.structs import replace

from bot.core.content import Content
from bot.core.dialogue.draft import Draft
from bot.core.model import (
    Answer,
    Answers,
    CaseCode,
    ChatId,
    EventId,
    Perspective,
    Reply,
    Session,
    TextReceived,
    Toast,
)
from bot.core.reading import grade

PERSPECTIVES = (Perspective.SELF, Perspective.LOVED_ONE)
HEARD = {
    Perspective.SELF: "about oneself",
    Perspective.LOVED_ONE: "about someone else",
    Perspective.PROFESSIONAL: "about a patient or client",
}
AT = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)  # a Monday; any fixed time makes the page repeatable
CASE = CaseCode("ABCD-EFGH")
STAFF = "Ana"
_BOLD = re.compile(r"\*\*(.+?)\*\*")

Manner = Literal["message", "toast", "page", "file"]


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message: its text, the rows of buttons under it, and notes for the author beside it.

    `manner` is how it is shown: a message of the chat, a toast that passes over it, a page of
    Telegram around the chat, or a file.
    """

    text: str
    rows: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()
    language: str = "en"
    manner: Manner = "message"

    @property
    def html(self) -> markupsafe.Markup:
        """The text with bold words and line ends, everything else escaped."""
        escaped = str(markupsafe.escape(self.text))
        return markupsafe.Markup(_BOLD.sub(r"<b>\1</b>", escaped))  # noqa: S704 (escaped above)

    @property
    def grade(self) -> float | None:
        """Its reading grade; there is none for Spanish, nor for a file."""
        return grade(self.text) if self.language == "en" and self.manner != "file" else None


Group = tuple[str, list[Bubble]]


@dataclass(slots=True)
class Section:
    """A part of the page."""

    id: str
    title: str
    about: str = ""
    groups: list[Group] = field(default_factory=list)


def session(
    content: Content,
    answers: Answers,
    **fields: Any,  # noqa: ANN401 (whatever a session has)
) -> Session:
    """A chat as it stands in the preview; nothing of it is ever kept."""
    given = tuple(Answer(question=name, options=each, at=AT) for name, each in answers.items())
    made = Session(
        chat_id=ChatId("preview"), case_code=CASE, content_version=content.version, answers=given
    )
    return replace(made, **fields)


def shown(
    content: Content,
    act: Callable[[Draft], object],
    *notes: str,
    answers: Answers | None = None,
    **fields: Any,  # noqa: ANN401 (whatever a session has)
) -> list[Bubble]:
    """What the dialogue itself says when it does `act`, so that the page cannot differ from it."""
    chat = session(content, answers or {}, **fields)
    event = TextReceived(event_id=EventId("preview"), chat_id=chat.chat_id, at=AT, text="")
    draft = Draft(chat, event, content)
    act(draft)
    bubbles = []
    for effect in draft.effects:
        if isinstance(effect, Toast):
            bubbles.append(Bubble(effect.text, notes=notes, manner="toast"))
        elif isinstance(effect, Reply):
            rows = tuple(
                tuple(f"{each.label} ↗" if each.url else each.label for each in row)
                for row in effect.buttons
            )
            bubbles.append(Bubble(effect.text, rows, notes, draft.session.language))
    return bubbles
