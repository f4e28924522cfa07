"""The terminal, as a process that people talk to."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from answers import SUBMIT, reviews
from chat import Chat

from bot.channels.terminal import Terminal
from bot.core.content import Content
from bot.core.model import Button, ChatId, OptionChosen, Reply, TextReceived
from bot.core.post import Outgoing, OutgoingKind

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


class Screen:
    """A terminal with numbered buttons, on which one message is shown."""

    def __init__(self) -> None:
        at = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
        self.terminal = Terminal(ChatId("terminal:me"), plain=False, clock=lambda: at)

    async def shows(self, *rows: tuple[Button, ...]) -> None:
        await self.terminal.deliver(
            Outgoing(
                id=1,
                chat_id=self.terminal.chat_id,
                kind=OutgoingKind.MESSAGE,
                text="Look",
                buttons=rows,
            )
        )

    def pressed(self, line: str) -> str:
        """What the button of a typed line holds, or the words where it is none."""
        event = self.terminal.event(line)
        if isinstance(event, OptionChosen):
            return event.data
        assert isinstance(event, TextReceived)
        return event.text


async def test_a_number_at_the_last_look_changes_that_answer_and_never_sends(
    content: Content,
) -> None:
    chat = Chat(content)
    reviews(chat)
    [review] = [each for each in chat.turns[-1].effects if isinstance(each, Reply)][-1:]
    screen = Screen()
    await screen.shows(*review.buttons)
    for number, label in ((1, "who-for"), (4, "age-band"), (8, "reality")):
        assert screen.pressed(str(number)).endswith(f"|{label}")
    assert screen.pressed("12") == "12"  # on the next page: the assistant knows the number
    assert screen.pressed("a").startswith("submit|")
    assert screen.pressed(SUBMIT.strip("[]").upper()).startswith("submit|")


async def test_other_buttons_are_numbered_and_links_are_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    screen = Screen()
    link = Button(label="Chat with 988", url="https://988lifeline.org")
    safe, told = Button(label="I'm safe now", data="crisis|safe"), Button(label="Yes", data="yes")
    await screen.shows((link,), (safe,), (told,))
    assert screen.pressed("1") == "crisis|safe"
    assert screen.pressed("2") == "yes"
    assert screen.pressed("3") == "3"
    assert "- Chat with 988" in capsys.readouterr().out


def test_run_without_a_terminal_says_how_to_connect_telegram_beside_the_chat(
    tmp_path: Path,
) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    environment |= {
        "BOT_DATA_DIR": str(tmp_path / "data"),
        "BOT_KEY_FILE": str(tmp_path / "bot.key"),
        "BOT_CONSOLE_LISTEN": "off",
    }
    done = subprocess.run(
        [sys.executable, "-m", "bot", "run"],
        cwd=ROOT,
        env=environment,
        input="hi\n",
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0
    assert "To connect Telegram: 1. write to @BotFather" in done.stderr
    assert done.stdout.startswith("bot: Hi, I'm the automated helper")
