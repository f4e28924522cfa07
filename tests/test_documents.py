"""What the documents promise is so."""

import re
from pathlib import Path

from bot.__main__ import parser
from bot.commands.docs import privacy_in_short
from bot.core.content import Content

ROOT = Path(__file__).parents[1]
COMMAND = re.compile(
    r"`(?:python -m bot )?((?:keys rotate|backup|restore|doctor|chaos|erase)[^`]*)`"
)


def test_every_command_that_threats_names_exists() -> None:
    named = {each.split()[0] for each in COMMAND.findall((ROOT / "THREATS.md").read_text())}
    known = parser().format_help()
    assert named
    assert all(name in known for name in named)


def test_the_privacy_document_and_the_chat_say_the_same(content: Content) -> None:
    written = (ROOT / "PRIVACY.md").read_text()
    said = content.wording.privacy
    keep = content.clinic.keep_days
    for promise in ("encrypted", "Telegram", "/mydata", "/delete", "case code", "end-to-end"):
        assert promise in written
        assert promise in said
    assert privacy_in_short(content) in written, "paste what `python -m bot privacy` prints"
    assert f"{keep['incomplete']} days" in written
    assert f"{max(keep.values())} days" in written
    assert f"{content.clinic.keep_open_days} days" in written
