"""What staff pick from in the console: replies for clients, and reasons to decide otherwise.

Replies are read by clients, so the check looks for banned words in them, too.
"""

from typing import Annotated

from msgspec import Meta

from bot.core.checked_yaml import Mistake, Part, line_of, load_part
from bot.core.content.blank import blanks
from bot.core.content.places import unfilled
from bot.core.content.sure import sure
from bot.core.model import Frozen

LONGEST = 600
SURE = frozenset({"empty", "duplicate-id", "placeholder", "long"})

Id = Annotated[
    str, Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", description="must be small-letters-with-hyphens")
]
Words = Annotated[str, Meta(min_length=1)]


class CannedReply(Frozen):
    """A reply that staff send as it is, or change first."""

    id: Id
    title: Words
    text: Words
    line: int = 0


class OverrideReason(Frozen):
    """Why staff decide otherwise than was suggested."""

    id: Id
    label: Words
    line: int = 0


class ConsoleWords(Frozen):
    """content/console.yaml."""

    hand_back_minutes: Annotated[int, Meta(ge=1, le=10_080)]
    replies: tuple[CannedReply, ...]
    override_reasons: Annotated[tuple[OverrideReason, ...], Meta(min_length=1)]

    def override_reason(self, reason_id: str) -> OverrideReason | None:
        """The reason with that id."""
        return next((each for each in self.override_reasons if each.id == reason_id), None)


def read_console(text: str, path: str) -> tuple[ConsoleWords | None, list[Mistake]]:
    """The words, or every mistake in their file."""
    return console_part(text, path).whole


def console_part(text: str, path: str) -> Part[ConsoleWords]:
    """The words as far as they can be read, and every mistake in their file."""
    part = load_part(text, path, ConsoleWords)
    words = part.value
    if words is None:
        return part
    mistakes = blanks(words, path)

    def mistake(value: object, code: str, message: str, hint: str = "") -> None:
        mistakes.append(
            Mistake(path=path, line=line_of(value), code=code, message=message, hint=hint)
        )

    for named in (words.replies, words.override_reasons):
        seen: set[str] = set()
        for each in named:
            if each.id in seen:
                hint = "give one of them another id"
                mistake(each.id, "duplicate-id", f"the id '{each.id}' stands here twice", hint)
            seen.add(each.id)
    for reply in words.replies:
        mistakes += unfilled(reply.text, ("staff",), path)
        if len(reply.text) > LONGEST:
            message = f"the reply has {len(reply.text)} characters, at most {LONGEST} fit"
            mistake(reply.text, "long", message, "shorten it")
    return part._replace(mistakes=sure(part, mistakes, SURE))
