"""What README promises is true."""

import re
from pathlib import Path

from chat import Chat

import bot.__main__ as program
from bot.settings import settings_table

README = (Path(__file__).parent.parent / "README.md").read_text()


def test_the_sample_chat_plays(chat: Chat) -> None:
    script = re.search(r"```chat\n(.*?)```", README, re.DOTALL)
    assert script is not None
    chat.follows(script[1])


def test_the_settings_table_is_the_programs_own() -> None:
    assert settings_table() in README, "run `python -m bot settings` and paste it into README"


def test_every_command_named_exists() -> None:
    named = set(re.findall(r"python -m bot ([a-z][a-z-]+)", README))
    usage = program.parser().format_help()
    known = set(re.findall(r"^    ([a-z][a-z-]+)", usage, re.MULTILINE))
    assert named <= known


def test_every_make_target_named_exists() -> None:
    makefile = (Path(__file__).parent.parent / "Makefile").read_text()
    for target in set(re.findall(r"`?make ([a-z]+)", README)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
