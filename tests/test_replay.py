"""A session that does not open any more is made again from what was said."""

from pathlib import Path

from desk import desk
from sqlalchemy import select, update

from bot.core.content import Content
from bot.store.batch import Batch
from bot.store.tables import sessions, turns


async def test_a_chat_whose_session_is_damaged_goes_on_where_it_was(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content) as here:
        for text in ("one", "two", "three"):
            await here.hears(text)

        def damage(batch: Batch) -> None:
            row = batch.rows(select(sessions))[0]
            sealed = bytearray(row.sealed)
            sealed[40] ^= 1
            batch.change(update(sessions).values(sealed=bytes(sealed)))

        before = await here.store.run(lambda batch: batch.rows(select(sessions.c.case_code))[0][0])
        await here.store.run(damage)
        assert await here.hears("four") == ["4: four"]
        after = await here.store.run(lambda batch: batch.rows(select(sessions.c.case_code))[0][0])
        assert after == before


async def test_a_damaged_turn_costs_no_more_than_that_turn(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content) as here:
        for text in ("one", "two"):
            await here.hears(text)
        await here.store.run(
            lambda batch: batch.change(update(turns).where(turns.c.id == 1).values(sealed=b"x"))
        )
        assert await here.hears("three") == ["3: three"]
