"""`python -m bot screen --json`, line by line."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from screenings import answers

ROOT = Path(__file__).resolve().parents[2]


def answered(**given: str) -> dict[str, list[str]]:
    """Everything answered as usual, except what is given."""
    return {name: list(chosen) for name, chosen in answers(**given).items()}


def screen(*lines: object, **environment: str) -> list[dict[str, object]]:
    """What the command prints for these lines."""
    given = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines)
    ran = subprocess.run(
        [sys.executable, "-m", "bot", "screen", "--json"],
        input=given.encode(),
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return [json.loads(line) for line in ran.stdout.decode().splitlines()]


def test_a_case_comes_back_with_all_that_is_promised() -> None:
    (found,) = screen({"answers": {"danger-now": "overdose"}})
    assert found["outcome"] == "emergency"
    assert found["urgency"] == "now"
    assert found["rule"] == "E1"
    assert found["reasons"] == ["someone may have taken too much"]
    promised = "outcome urgency staff_call rule flags reasons ratings level_known level_assumed"
    assert set(found) >= {*promised.split(), "asked", "missing", "version"}


def test_the_answers_that_would_have_changed_the_outcome_come_with_it() -> None:
    (found,) = screen({"answers": answered(functioning="barely")})
    assert found["outcome"] == "iop"
    others = found["counterfactuals"]
    assert isinstance(others, list)
    assert {
        "question": "functioning",
        "options": ["missing"],
        "outcome": "outpatient",
        "text": "would be Outpatient if 'How are work, school, home and looking after yourself going?'"
        " were 'Missing work or school, falling behind'",
    } in others


def test_an_unknown_id_is_an_error_on_its_line_and_the_next_line_goes_on() -> None:
    found = screen(
        {"answers": {"functionin": "fine"}},
        {"answers": {"functioning": "fin"}},
        {"answers": {"functioning": ["fine", "barely"]}},
        {"answers": {"functioning": []}},
        "not json",
        '{"answers": 3}',
        "{}",
        {"answers": {"substances": ["alcohol", "benzo"]}},
    )
    assert found[0] == {"error": "no question 'functionin'; did you mean 'functioning'?"}
    assert found[1] == {"error": "no option 'fin' of 'functioning'; did you mean 'fine'?"}
    assert all("error" in each for each in found[2:7])
    assert "outcome" in found[7]


def test_open_questions_are_named() -> None:
    (found,) = screen({"answers": {"who-for": "self", "danger-now": "none"}})
    assert found["asked"] == ["who-for", "danger-now"]
    assert found["staff_call"] is True
    missing = found["missing"]
    assert isinstance(missing, list)
    assert missing[:2] == ["main-concern", "age-band"]


def test_an_option_that_stands_alone_excludes_the_others() -> None:
    found = screen(
        {"answers": {"substances": ["none-now", "alcohol"]}},
        {"answers": {"medical": ["none", "pregnant"]}},
        {"answers": {"medical": ["none", "none"]}},
    )
    assert found[0] == {"error": "'none-now' of 'substances' stands alone, without other options"}
    assert "error" in found[1]
    assert "outcome" in found[2]


def test_what_was_skipped_counts_as_nothing_in_what_is_known_of_an_emergency() -> None:
    (found,) = screen({"answers": {"danger-now": "not-sure", "suicide-thoughts": "plan"}})
    assert (found["outcome"], found["level_known"]) == ("emergency", "emergency")
    ratings = found["ratings"]
    assert isinstance(ratings, dict)
    assert (ratings["known"]["harm"], ratings["assumed"]["harm"]) == (0, 3)


def test_the_content_folder_of_the_settings_is_read(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "content", tmp_path / "ours"))
    path = folder / "screening.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace('version: "0.1.0"', 'version: "7"', 1),
        encoding="utf-8",
    )
    (found,) = screen({"answers": {}}, BOT_CONTENT_DIR=str(folder))
    assert found["version"] == "7"
