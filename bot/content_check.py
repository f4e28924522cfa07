"""All that `python -m bot check` looks at, in one call: files, wording, examples, and the proof.

The running assistant takes up changed content only if this finds no error.
"""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bot.content_folder import read_folder
from bot.core.checked_yaml import Mistake
from bot.core.content import Content
from bot.core.content.banned import Banned, read_banned
from bot.core.examples import failing_examples, failing_phrases
from bot.core.finding import chat
from bot.core.lint import lint, stale_hotlines
from bot.core.proof import Proof, prove

BANNED = "banned.yaml"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found. `chats` show what speaks against the proof, by the mistake's text."""

    content: Content | None
    mistakes: list[Mistake]
    proof: Proof | None = None
    chats: dict[Mistake, list[str]] = field(default_factory=dict)

    @property
    def is_fit(self) -> bool:
        """Whether nothing found is an error."""
        return self.content is not None and all(each.warning for each in self.mistakes)


def check_folder(folder: Path, today: date | None = None) -> Checked:
    """Read a folder and hold it against everything; `today` also finds numbers long unverified."""
    content, mistakes = read_folder(folder)
    banned, found = _banned(folder)
    mistakes = [*mistakes, *found]
    if content is None or banned is None:
        return Checked(None, sorted(mistakes))
    mistakes += lint(content, banned, str(folder))
    if today is not None:
        mistakes += stale_hotlines(content, today, str(folder))
    form = content.screening
    chats: dict[Mistake, list[str]] = {}
    proof = prove(form)
    for finding in (*failing_examples(form), *proof.broken):
        mistake = finding.mistake(f"{folder}/screening.yaml")
        mistakes.append(mistake)
        if finding.chats:
            chats[mistake] = [
                chat(form, answers, is_brief=finding.is_brief) for answers in finding.chats
            ]
    phrases = failing_phrases(content.faq, content.search)
    mistakes += [each.mistake(f"{folder}/faq.yaml") for each in phrases]
    return Checked(content, sorted(mistakes), proof, chats)


def _banned(folder: Path) -> tuple[Banned | None, list[Mistake]]:
    path = folder / BANNED
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"the list of banned words cannot be read: {error}"
        return None, [Mistake(path=str(path), line=1, code="no-file", message=message)]
    return read_banned(text, str(path))
