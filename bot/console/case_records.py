"""What is kept of a case, opened for its page; what is damaged is left out and counted."""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
import structlog
from sqlalchemy import Column, Row, select

from bot.console.cases import CaseRow
from bot.console.live import kept_session
from bot.core.model import Session
from bot.store.batch import Batch
from bot.store.records import KeptTurn
from bot.store.tables import outgoing, sessions, turns
from bot.vault import SealBrokenError

S = TypeVar("S", bound=msgspec.Struct)
MOST_TURNS = 400
log = structlog.get_logger()


def session_of(batch: Batch, ref: str) -> Session | None:
    """Where the chat stands; None where that does not open: it is made again when they write next."""
    try:
        return kept_session(batch, ref).session
    except SealBrokenError:
        log.warning("record.damaged", place="sessions.sealed", chat=ref[:8])
        return None


def is_reachable(batch: Batch, row: CaseRow) -> bool:
    """Whether the client takes messages, as far as is known: they may have blocked the assistant."""
    found = batch.rows(select(sessions.c.reachable).where(sessions.c.ref == row.ref))
    return bool(found[0].reachable)


def turns_of(
    batch: Batch, row: CaseRow, most: int = MOST_TURNS
) -> tuple[list[tuple[str, KeptTurn | None]], bool]:
    """The chat's newest turns with the question that was open; None for one that does not open."""
    found = batch.rows(
        select(turns.c.id, turns.c.question, turns.c.sealed)
        .where(turns.c.ref == row.ref)
        .order_by(turns.c.id.desc())
        .limit(most + 1)
    )
    rows = [
        (str(each.question), _unsealed(batch, row, turns.c.sealed, each, KeptTurn))
        for each in reversed(found[:most])
    ]
    return rows, len(found) > most


def states_of(batch: Batch, row: CaseRow, said: Sequence[tuple[str, KeptTurn]]) -> dict[int, str]:
    """What became of the messages that staff wrote; those sent days ago are not known any more."""
    numbers = [number for _, turn in said for number in turn.sent]
    if not numbers:
        return {}
    found = batch.rows(
        select(outgoing.c.id, outgoing.c.state).where(
            outgoing.c.ref == row.ref, outgoing.c.id.in_(numbers)
        )
    )
    return {each.id: str(each.state) for each in found}


def rows_of(
    batch: Batch, row: CaseRow, place: Column[Any], shape: type[S]
) -> list[tuple[Row[Any], S | None]]:
    """What hangs on the case, oldest first."""
    table = place.table
    here = table.c.case_code == row.case_code
    return [
        (each, _unsealed(batch, row, place, each, shape))
        for each in batch.rows(select(table).where(here).order_by(table.c.id))
    ]


def opened(rows: Sequence[tuple[Row[Any], S | None]]) -> tuple[S, ...]:
    """Those that open."""
    return tuple(kept for _, kept in rows if kept is not None)


def _unsealed(
    batch: Batch, row: CaseRow, place: Column[Any], each: Row[Any], shape: type[S]
) -> S | None:
    try:
        return batch.unseal(row.ref, place, each.id, each.sealed, shape)
    except SealBrokenError:
        log.warning("record.damaged", place=f"{place.table.name}.sealed {each.id}")
        return None
