"""A whole chat in the terminal, and what staff read of it about answers that would have mattered."""

import os
import subprocess
import sys
from pathlib import Path

from screenings import answers, the_form

from bot.core.model import Perspective
from bot.core.screening import outcome
from bot.core.screening_form import label

ROOT = Path(__file__).resolve().parents[2]


def bot(*arguments: str, data: Path, said: str = "") -> str:
    """What `python -m bot` prints."""
    kept = {"BOT_DATA_DIR": str(data), "BOT_KEY_FILE": str(data.with_suffix(".key"))}
    ran = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        input=said,
        capture_output=True,
        cwd=ROOT,
        check=False,
        text=True,
        env={**{k: v for k, v in os.environ.items() if not k.startswith("BOT_")}, **kept},
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def page_of(data: Path, **given_answers: str) -> str:
    """What `transcript` shows of a chat in which these answers were given, in one line."""
    form = the_form()
    given = answers(**given_answers)
    asked = outcome(form, given).asked
    presses = ["/screening", "[Yes, start]"]
    for question in form.questions:
        if question.id in asked:
            presses += [
                f"[{label(form, option, Perspective.SELF)}]"
                for option in question.options
                if option.id in given[question.id]
            ]
            presses += ["[Done]"] if question.multi else []
    presses.append("[Looks right – send to staff]")
    bot("chat", "--plain", data=data, said="\n".join(presses) + "\n")
    case = bot("transcripts", data=data).split("\t")[0]
    return " ".join(bot("transcript", case, data=data).split())


def test_the_transcript_says_which_answers_would_have_changed_the_outcome(tmp_path: Path) -> None:
    page = page_of(tmp_path / "data", functioning="barely")
    assert "IF ONE ANSWER WERE DIFFERENT" in page
    assert (
        "would be Outpatient if 'How are work, school, home and looking after yourself going?'"
        " were 'Missing work or school, falling behind'"
    ) in page
    assert page.count("- would be ") == 8
    assert " more: " not in page
    assert "Not looked at: skips, answers that stop, and what the person asked help with." in page


def test_the_transcript_says_how_many_such_answers_it_leaves_out(tmp_path: Path) -> None:
    page = page_of(tmp_path / "data", distress="most-days")
    assert page.count("- would be ") == 8
    assert "and 6 more: `screen --json` tells them all" in page
