"""All that `python -m bot check` looks at, in one call: files, wording, examples, and the proof.

The running assistant takes up changed content only if this finds no error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from bot.content_folder import folder_texts, model_bytes
from bot.core.checked_yaml import Mistake
from bot.core.content import Content, content_of
from bot.core.content.banned import Banned, read_banned
from bot.core.content.parts import read_parts
from bot.core.examples import failing_examples, failing_phrases
from bot.core.finding import chat
from bot.core.language.faq import faq_index
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
    texts, mistakes = folder_texts(folder)
    banned, found = _banned(folder)
    checked = check_texts(texts, model_bytes(folder), banned, str(folder), today)
    mistakes += [*found, *checked.mistakes]
    content = checked.content if banned is not None else None
    return replace(checked, content=content, mistakes=sorted(mistakes))


def check_texts(
    texts: Mapping[str, str],
    model: bytes,
    banned: Banned | None,
    folder: str,
    today: date | None = None,
) -> Checked:
    """Hold each of the files against everything that can be looked at; those left out are not."""
    read = read_parts(texts, model, folder)
    content = content_of(read, texts)
    parts = read.parts
    mistakes = [*read.mistakes, *lint(parts, banned, folder, read.sound)]
    if today is not None and parts.safety is not None and "safety" in read.sound:
        mistakes += stale_hotlines(parts.safety, today, folder)
    chats: dict[Mistake, list[str]] = {}
    proof = None
    if (form := read.form) is not None:
        proof = prove(form)
        for finding in (*failing_examples(form), *proof.broken):
            mistake = finding.mistake(f"{folder}/screening.yaml")
            mistakes.append(mistake)
            chats[mistake] = [
                chat(form, answers, is_brief=finding.is_brief) for answers in finding.chats
            ]
    if parts.faq is not None and "faq" in read.sound:
        search = content.search if content is not None else faq_index(parts.faq).search
        phrases = failing_phrases(parts.faq, search)
        mistakes += [each.mistake(f"{folder}/faq.yaml") for each in phrases]
    return Checked(content, sorted(mistakes), proof, chats)


def _banned(folder: Path) -> tuple[Banned | None, list[Mistake]]:
    path = folder / BANNED
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"the list of banned words cannot be read: {error}"
        hint = "bring it back, or begin with `groups:`"
        return None, [Mistake(path=str(path), line=1, code="no-file", message=message, hint=hint)]
    return read_banned(text, str(path))
