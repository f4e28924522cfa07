"""What staff and operators do at the command line, as they do it."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class Operator:
    """Somebody at a shell."""

    def __init__(self, folder: Path) -> None:
        clean = {name: value for name, value in os.environ.items() if name[:4] != "BOT_"}
        self.folder = folder
        self.settings = clean | {
            "BOT_DATA_DIR": str(folder / "data"),
            "BOT_KEY_FILE": str(folder / "data.key"),
            "BOT_CONTENT_DIR": str(ROOT / "content"),
        }

    def runs(self, *arguments: str | Path, code: int = 0, typed: str = "") -> str:
        """Run a command, and what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            cwd=ROOT,
            env=self.settings,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr


CHAT = """\
/screening
[Yes, start]
[For me]
[No, nothing like this]
can i bring my dog?
/human
"""


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    """With one screening under way, in which something else was asked."""
    operator = Operator(tmp_path)
    operator.runs("chat", "--plain", typed=CHAT)
    return operator


def test_staff_list_cases_read_one_and_erase_it(operator: Operator) -> None:
    listed = operator.runs("transcripts")
    case = listed.split("\t")[0]
    page = operator.runs("transcript", case)
    assert "42 CFR part 2" in page
    assert "Who are you asking for?" in page
    assert "can i bring my dog?" in page
    assert "nothing was erased" in operator.runs("erase", case, code=1)
    assert f"{case} is erased" in operator.runs("erase", case, "--yes")
    assert "erased before" in operator.runs("erase", case, "--yes")
    assert "there is no case" in operator.runs("transcript", case, code=1)


def test_staff_read_the_answers_in_the_order_of_the_form(tmp_path: Path) -> None:
    operator = Operator(tmp_path)
    labels = ["Yes, start", "For me", "No, nothing like this", "Mood, worry, trauma or stress"]
    labels += ["18 to 64", "No thoughts of dying or suicide"]
    lines = ["/screening", *(f"[{each}]" for each in labels), "/back", "/back"]
    lines += [
        "[13 to 17]",
        "[Yes]",
        "/human",
    ]  # opens a question that stands before one answered already
    operator.runs("chat", "--plain", typed="\n".join(lines))
    page = operator.runs("transcript", operator.runs("transcripts").split("\t")[0])
    stems = ["How old are you?", "Does a parent or guardian know", "In the past month, which"]
    places = [page.index(each) for each in stems]
    assert places == sorted(places)


def test_an_operator_backs_up_loses_everything_and_gets_it_back(operator: Operator) -> None:
    folder = operator.folder
    operator.runs("backup", folder / "copies", folder / "keys")
    before = operator.runs("transcripts")
    (folder / "data" / "bot.db").write_bytes(b"nothing")
    (folder / "data" / "keys.db").unlink()
    assert "restore" in operator.runs("transcripts", code=1)
    [copy] = (folder / "copies").glob("*.db")
    assert "--keys" in operator.runs("restore", copy, code=1)
    restored = operator.runs("restore", copy, "--keys", folder / "keys" / "keys.db")
    assert "all open" in restored
    assert operator.runs("transcripts") == before


def test_somebody_who_erased_themselves_stays_erased_whatever_is_brought_back(
    operator: Operator,
) -> None:
    folder = operator.folder
    operator.runs("chat", "--plain", "--as", "ben", typed="hello\n/screening\n[Yes, start]\n")
    operator.runs("backup", folder / "copies", folder / "keys")
    [copy] = (folder / "copies").glob("*.db")
    assert "Your record is erased" in operator.runs("chat", "--plain", typed="/delete\nyes\n")
    operator.runs("chat", "--plain", typed="hello again\n")
    restored = operator.runs("restore", copy)
    assert "fields of erased chats stay shut" in restored
    (folder / "data" / "keys.db").unlink()
    operator.runs("restore", copy, "--keys", folder / "keys" / "keys.db")
    with closing(sqlite3.connect(folder / "data" / "bot.db")) as records:
        assert records.execute("SELECT count(*) FROM sessions").fetchone() == (1,)
    assert "hello" in operator.runs("chat", "--plain", "--as", "ben", typed="/mydata\n")
    assert "holds no key of an erased chat" in operator.runs("doctor", code=1)


def test_the_doctor_and_a_backup_change_no_file_of_the_records(operator: Operator) -> None:
    def seen() -> dict[str, tuple[int, int, bytes]]:
        return {
            path.name: (path.stat().st_uid, path.stat().st_mode, path.read_bytes())
            for path in (operator.folder / "data").iterdir()
        }

    before = seen()
    operator.runs("doctor", code=1)
    assert seen() == before
    operator.runs("backup", operator.folder / "copies", operator.folder / "keys")
    after = seen()
    assert after.keys() == before.keys()  # with the sums, by which damage would be found
    assert {"bot.db.sum", "keys.db.sum"} <= after.keys()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_makes_belongs_to_the_service(operator: Operator) -> None:
    nobody = 65534
    for path in (operator.folder, *operator.folder.rglob("*")):
        os.chown(path, nobody, nobody)
    kept_apart = operator.folder / "keys"
    kept_apart.mkdir()
    os.chown(kept_apart, nobody, nobody)
    operator.runs("backup", operator.folder / "copies", kept_apart)
    operator.runs("keys", "rotate")
    [copy] = (operator.folder / "copies").glob("*.db")
    operator.runs("backup", operator.folder / "newer", kept_apart)
    [copy] = (operator.folder / "newer").glob("*.db")
    operator.runs("restore", copy)
    assert {path.stat().st_uid for path in operator.folder.rglob("*")} == {nobody}


def test_after_a_rotation_everything_still_opens(operator: Operator) -> None:
    before = operator.runs("transcripts")
    assert "no record was touched" in operator.runs("keys", "rotate")
    assert operator.runs("transcripts") == before


def test_the_doctor_tells_what_is_missing(operator: Operator) -> None:
    report = operator.runs("doctor", code=1)
    assert "backup: never made" in report
    assert "Telegram's terms" in report
    assert "red" in report


def test_a_dry_run_erases_nothing(operator: Operator) -> None:
    assert "0 due" in operator.runs("retention", "--dry-run")


def test_without_records_a_command_says_so(tmp_path: Path) -> None:
    nobody = Operator(tmp_path)
    assert "nothing is kept" in nobody.runs("transcripts", code=1)
    assert not (tmp_path / "data.key").exists()


def test_a_wrong_key_file_is_told_in_a_line(operator: Operator) -> None:
    (operator.folder / "data.key").unlink()
    told = operator.runs("transcripts", code=1)
    assert "key file" in told
    assert "Traceback" not in told
