"""What the check may take: 20 seconds on two cores and 300 MB, however busy the machine is.

Neither the check nor the proof has threads, so 20 seconds of a processor are the stricter limit.
"""

import pytest
from limits import taken


@pytest.mark.parametrize("command", ["check", "certificate"])
def test_check_and_proof_stay_within_20_seconds_and_300_megabytes(command: str) -> None:
    found = taken(["-m", "bot", command], seconds=20)
    assert found.code == 0, f"ended by {found}"
    assert found.megabytes < 300


def test_what_takes_too_long_is_ended() -> None:
    assert taken(["-c", "while True: pass"], seconds=1).code < 0
