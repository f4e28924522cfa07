"""A clock that was ahead and is set right again stops nothing that is due every night."""

from datetime import timedelta
from pathlib import Path

from bot.doctor import _upkeep
from bot.housekeeping import nightly, note_alive
from bot.rehearsal.trial import START, records
from bot.store.batch import Batch
from bot.store.facts import BACKUP, note_fact

KEEP = {"chat-only": 14}


def test_retention_runs_again_soon_after_a_clock_that_was_weeks_ahead(tmp_path: Path) -> None:
    now = [START]
    with records(tmp_path, lambda: now[0]) as store:

        def night() -> bool:
            store.run_now(note_alive)
            return store.run_now(lambda batch: nightly(batch, KEEP, 180)) is not None

        assert night()
        now[0] = START + timedelta(days=25)
        assert night()
        ran = []
        for day in range(1, 6):
            now[0] = START + timedelta(days=day)
            ran.append(night())
        assert ran == [False, True, True, True, True], "one day to see to it, then as before"


def test_hours_in_the_future_are_red_for_the_doctor(tmp_path: Path) -> None:
    def ahead(batch: Batch) -> None:
        note_fact(batch, BACKUP, batch.hour + 50)
        note_fact(batch, "retention-hour", batch.hour + 50)

    with records(tmp_path, lambda: START) as store:
        store.run_now(ahead)
        found = {each.what: each for each in store.run_now(_upkeep)}
    for what in ("backup", "retention"):
        assert found[what].is_red
        assert "50 hours in the future" in found[what].how
