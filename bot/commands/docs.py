"""`python -m bot settings`, `privacy`: what README and PRIVACY.md hold word for word."""

import argparse
import sys
from pathlib import Path

from bot.content_folder import read_folder
from bot.core.content import Content
from bot.settings import settings_table


def add(parsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    settings = parsers.add_parser("settings", help="print all settings as a Markdown table")
    settings.set_defaults(run=_print_settings)
    privacy = parsers.add_parser("privacy", help="print what /privacy says, for PRIVACY.md")
    privacy.set_defaults(run=_print_privacy)


def _print_settings(_: argparse.Namespace) -> int:
    print(settings_table())
    return 0


def privacy_in_short(content: Content) -> str:
    """What `/privacy` says, as it stands in PRIVACY.md under "In short"."""
    lines = content.spoken(content.wording.privacy).splitlines()
    return "\n".join(f"- {line}" for line in lines if line)


def _print_privacy(namespace: argparse.Namespace) -> int:
    content, mistakes = read_folder(Path(namespace.settings.content_dir))
    if content is None:
        print(f"bot: the content has mistakes, such as {mistakes[0]}", file=sys.stderr)
        return 1
    print(privacy_in_short(content))
    return 0
