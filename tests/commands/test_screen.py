"""`python -m bot screen --json`, line by line."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def screen(*lines: object) -> list[dict[str, object]]:
    """What the command prints for these lines."""
    given = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines)
    ran = subprocess.run(
        [sys.executable, "-m", "bot", "screen", "--json"],
        input=given.encode(),
        capture_output=True,
        cwd=ROOT,
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
