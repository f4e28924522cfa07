"""The terminal, as a process that people talk to."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def chats(home: Path, *lines: str, arguments: tuple[str, ...] = ("--plain",)) -> str:
    """What `python -m bot chat` prints for these lines."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    environment |= {"BOT_DATA_DIR": str(home / "data"), "BOT_KEY_FILE": str(home / "bot.key")}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "chat", *arguments],
        cwd=ROOT,
        env=environment,
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_messages_and_buttons_are_printed_a_line_each(tmp_path: Path) -> None:
    shown = chats(tmp_path, "hi").splitlines()
    assert shown[0].startswith("bot: Hi, I'm the automated helper")
    assert shown[1].startswith("     ")
    assert "[See what care may fit]" in shown


def test_a_screening_goes_on_after_the_terminal_was_closed(tmp_path: Path) -> None:
    chats(tmp_path, "/screening", "[Yes, start]", "[For me]")
    shown = chats(tmp_path, "no, nothing like this")
    assert "What would you like help with most?" in shown


def test_a_button_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "There is no button [Nonsense]" in chats(tmp_path, "[Nonsense]")


def test_staff_alerts_show_with_staff_and_the_client_is_told_only_then(tmp_path: Path) -> None:
    shown = chats(tmp_path, "I want to kill myself", arguments=("--plain", "--staff"))
    assert "staff: 🔴 Case" in shown
    assert "kill" not in shown.split("staff:")[1].split("bot:")[0]
    alone = chats(tmp_path / "other", "I want to kill myself")
    assert "alerted" not in alone


def test_two_people_have_two_chats(tmp_path: Path) -> None:
    chats(tmp_path, "/screening", "[Yes, start]", arguments=("--plain", "--as", "ana"))
    shown = chats(tmp_path, "/status", arguments=("--plain", "--as", "ben"))
    assert "No questions are open" in shown
