"""The trials of `python -m bot chaos`, a little of each; `make chaos` runs them whole."""

import pytest

from bot.commands.chaos import TRIALS, measured
from bot.rehearsal.trial import SHORT


@pytest.mark.parametrize("name", sorted(TRIALS))
def test_nothing_is_lost(name: str) -> None:
    row = measured(name, SHORT)
    if row.is_skipped:
        pytest.skip(row.measured)
    assert row.passed, f"{row.test}: {row.measured}"
