"""`python -m bot misses`: from a question in the chat to a phrasing in the FAQ."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bot(tmp_path: Path) -> "Bot":
    shutil.copytree(ROOT / "content", tmp_path / "content")
    return Bot(tmp_path)


class Bot:
    """The program with a content folder and records of its own."""

    def __init__(self, folder: Path) -> None:
        self.faq = folder / "content" / "faq.yaml"
        self._env = {
            **os.environ,
            "BOT_CONTENT_DIR": str(folder / "content"),
            "BOT_DATA_DIR": str(folder / "data"),
            "BOT_KEY_FILE": str(folder / "key"),
        }

    def does(self, *command: str, said: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "bot", *command],
            input=said,
            capture_output=True,
            text=True,
            env=self._env,
            cwd=ROOT,
            check=False,
        )


def test_a_question_without_an_answer_is_listed_and_written_into_the_faq(bot: Bot) -> None:
    bot.does(
        "chat", "--plain", said="do you have a swimming pool\nis there a swimming pool there\n"
    )
    listed = bot.does("misses")
    assert listed.returncode == 0, listed.stderr
    cluster, text = listed.stdout.splitlines()[0].split(maxsplit=1)
    assert text == "do you have a swimming pool"
    assert "2 times" in listed.stdout
    before = bot.faq.read_text(encoding="utf-8")
    added = bot.does("misses", "add", cluster, "why-us", "--as", "is there a swimming pool")
    assert added.returncode == 0, added.stderr
    assert "would fix 2 of the last 2 misses, would change 0 of the last 0" in added.stdout
    after = bot.faq.read_text(encoding="utf-8")
    assert after.replace('      - "is there a swimming pool"\n', "") == before


def test_an_unknown_cluster_or_topic_changes_nothing(bot: Bot) -> None:
    bot.does("chat", "--plain", said="do you have a swimming pool\n")
    before = bot.faq.read_bytes()
    cluster = bot.does("misses").stdout.split()[0]
    assert bot.does("misses", "add", "ffffff", "why-us").returncode == 2
    refused = bot.does("misses", "add", cluster, "why-you")
    assert refused.returncode == 1
    assert "no topic 'why-you'" in refused.stderr
    assert bot.faq.read_bytes() == before
