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


def test_the_transcript_says_which_answers_would_have_changed_the_outcome(tmp_path: Path) -> None:
    form = the_form()
    given = answers(functioning="barely")
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
    chat = bot("chat", "--plain", data=tmp_path / "data", said="\n".join(presses) + "\n")
    assert "our intensive outpatient program" in chat
    case = bot("transcripts", data=tmp_path / "data").split("\t")[0]
    page = " ".join(bot("transcript", case, data=tmp_path / "data").split())
    assert "IF ONE ANSWER WERE DIFFERENT" in page
    assert (
        "would be Outpatient if 'How are work, school, home and looking after yourself going?'"
        " were 'Missing work or school, falling behind'"
    ) in page
