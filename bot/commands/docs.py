"""`python -m bot settings`: the table of settings that README holds."""

import argparse

from bot.settings import settings_table


def add(parsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = parsers.add_parser("settings", help="print all settings as a Markdown table")
    parser.set_defaults(run=_print_settings)


def _print_settings(_: argparse.Namespace) -> int:
    print(settings_table())
    return 0
