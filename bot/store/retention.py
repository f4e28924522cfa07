"""What has rested long enough is erased at night, a little at a time.

Never more than 5 % of the chats in one run (one chat, where there are fewer than 20), so that a
wrong clock or a wrong setting cannot empty the database before somebody sees it. How long each kind is
kept stands in content/clinic.yaml. A case that staff are working on is no record at rest: it stays
longer, up to a limit that stands there too.
"""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, delete, func, or_, select

from bot.core.model import Frozen
from bot.store.batch import Batch
from bot.store.erasure import erase_chat
from bot.store.post import post
from bot.store.records import Posted
from bot.store.staff_posts import farewells
from bot.store.staff_tables import cases
from bot.store.tables import dead_letters, errands, outgoing, sessions, updates

PERCENT = 5
DAY = 24
UPDATES_KEPT = 40 * DAY  # channels repeat an update for a day or two
SHOWN_KEPT = 3 * DAY  # names of sent messages: Telegram lets them be deleted for two days
LETTERS_KEPT = 14 * DAY
ERRANDS_KEPT = 2 * DAY
FOR_EVER = "telegram:group:%"  # groups that were told once that the bot talks in private


class Retention(Frozen):
    """What a run did, or would do: `due` had rested long enough, `erased` of them went."""

    chats: int
    due: int
    erased: tuple[str, ...]
    posted: tuple[Posted, ...] = ()  # what takes them out of the staff group, to be sent

    @property
    def held_back(self) -> int:
        """How many are due and stay until the next run."""
        return self.due - len(self.erased)


def retain(
    batch: Batch,
    keep_days: Mapping[str, int],
    *,
    open_days: int = 0,
    dry_run: bool = False,
    force: bool = False,
) -> Retention:
    """Erase what is due, the longest at rest first, and sweep what nobody needs any more.

    `open_days` is how long at most a chat rests that has a case on which staff are working.
    """
    chats = int(batch.rows(select(func.count()).select_from(sessions))[0][0])
    is_due = or_(
        *(
            and_(sessions.c.status == status, sessions.c.rest_hour < batch.hour - days * DAY)
            for status, days in keep_days.items()
        )
    )
    worked_on = sessions.c.ref.in_(select(cases.c.ref).where(_is_worked_on(batch)))
    is_due &= or_(~worked_on, sessions.c.rest_hour < batch.hour - open_days * DAY)
    rows = batch.rows(
        select(sessions.c.ref, sessions.c.case_code).where(is_due).order_by(sessions.c.rest_hour)
    )
    most = len(rows) if force else max(1, chats * PERCENT // 100)
    going = rows[:most]
    posted: list[Posted] = []
    if not dry_run:
        for row in going:
            in_group = farewells(batch, row.ref)
            erase_chat(batch, row.ref, row.case_code)
            posted += [post(batch, body) for body in in_group]
        _sweep(batch)
    return Retention(
        chats=chats,
        due=len(rows),
        erased=tuple(str(row.case_code) for row in going),
        posted=tuple(posted),
    )


def _is_worked_on(batch: Batch) -> ColumnElement[bool]:
    """A case that is not new and not closed, that somebody has, or that staff will come back to.

    One that is new and nobody's is not: what no one ever looked at goes when clients were told.
    """
    begun = or_(
        cases.c.state != "new", cases.c.assignee != 0, cases.c.taken == 1, cases.c.danger == 1
    )
    return or_(and_(cases.c.closed == 0, begun), cases.c.follow_up >= batch.hour // DAY)


def _sweep(batch: Batch) -> None:
    hour = batch.hour
    old = (updates.c.hour < hour - UPDATES_KEPT) & updates.c.update_id.not_like(FOR_EVER)
    batch.change(delete(updates).where(old))
    done = outgoing.c.state.not_in(("pending", "sending"))
    batch.change(delete(outgoing).where(done, outgoing.c.hour < hour - SHOWN_KEPT))
    batch.change(delete(dead_letters).where(dead_letters.c.hour < hour - LETTERS_KEPT))
    batch.change(delete(errands).where(errands.c.hour < hour - ERRANDS_KEPT))


def drop_farewell_keys(batch: Batch) -> int:
    """Drop keys that were made to say goodbye, once that is said and nobody has begun anew.

    Only these: that this database does not mention a chat says nothing about its copies.
    """
    names = set(batch.vault.farewells())
    begun = {row.ref for row in batch.rows(select(sessions.c.ref).where(sessions.c.ref.in_(names)))}
    waiting: set[str] = set()
    for table in (outgoing, dead_letters):
        waiting.update(row.ref for row in batch.rows(select(table.c.ref).distinct()))
    done = names - begun - waiting
    batch.vault.end_farewells(done, begun, batch.at)
    return len(done)
