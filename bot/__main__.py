"""`python -m bot`: the commands. The clock enters the program here and nowhere else."""

import argparse
import importlib
import os
import pkgutil
import sys
from datetime import UTC, datetime

import bot.commands
from bot.logs import configure
from bot.settings import SettingsError, settings


def now() -> datetime:
    """The time, aware and in UTC."""
    return datetime.now(UTC)  # noqa: TID251 (the one place where the clock is read)


def parser() -> argparse.ArgumentParser:
    """All commands with their arguments: each module of `bot.commands` registers its own."""
    top = argparse.ArgumentParser(
        prog="python -m bot",
        description="A chat assistant for treatment clinics. Settings: README, or BOT_ variables.",
    )
    parsers = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for family in sorted(each.name for each in pkgutil.iter_modules(bot.commands.__path__)):
        importlib.import_module(f"bot.commands.{family}").add(parsers)
    return top


def main(arguments: list[str]) -> int:
    """Run one command; the exit code says whether it found what it should (0), or not (1, 2)."""
    namespace = parser().parse_args(arguments)
    namespace.clock = now
    try:
        namespace.settings = settings(os.environ)
    except SettingsError as error:
        print(f"bot: {error}", file=sys.stderr)  # noqa: T201 (a command prints)
        return 2
    is_service = namespace.command == "run" and namespace.settings.bot_token
    configure(namespace.settings.bot_log_level if is_service else "warning")
    code: int = namespace.run(namespace)
    return code


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
