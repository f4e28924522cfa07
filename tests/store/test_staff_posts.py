"""What the store knows of the staff group, and how an older database comes to know it."""

from pathlib import Path

from desk import STAFF, Clock, desk
from sqlalchemy import text

from bot.core.content import Content
from bot.core.model import CaseCode, MessageId
from bot.core.post import OutgoingKind
from bot.store.batch import Batch
from bot.store.database import alembic_config, migrate, open_engine
from bot.store.records import Body
from bot.store.staff_posts import (
    cases_of_message,
    keep_topic,
    note_shown,
    posts_of,
    topic_of,
)


def test_an_alert_that_was_on_its_way_before_the_upgrade_is_still_on_its_way(
    tmp_path: Path,
) -> None:
    from alembic import command  # noqa: PLC0415 (as slow as it is in the program)

    engine = open_engine(f"sqlite:///{tmp_path / 'bot.db'}")
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0002")
        connection.execute(
            text("INSERT INTO sessions VALUES ('r', 'BBBB-BBB', 'chat-only', '', 1, 'v', 1, x'00')")
        )
        for number, state in ((1, "sent"), (2, "queued"), (3, "queued")):
            connection.execute(
                text("INSERT INTO alerts VALUES (:id, 'r', 'BBBB-BBB', 'now', :state, 1, x'00')"),
                {"id": number, "state": state},
            )
        for number, state, alert in ((7, "sent", 1), (8, "sent", 2), (9, "pending", 2)):
            connection.execute(
                text(
                    "INSERT INTO outgoing (id, ref, state, alert, hour)"
                    " VALUES (:id, 's', :state, :alert, 1)"
                ),
                {"id": number, "state": state, "alert": alert},
            )
    migrate(engine, tmp_path, Clock()())
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT id, sending FROM alerts ORDER BY id")).all()
    assert [tuple(row) for row in rows] == [(1, 0), (2, 9), (3, 0)]


async def test_erasing_a_chat_takes_along_which_messages_and_topics_were_about_it(
    tmp_path: Path, content: Content
) -> None:
    def shown(batch: Batch) -> CaseCode:
        kept = batch.session(here.said("").event.chat_id)  # type: ignore[union-attr] # (it has one)
        assert kept is not None
        case = kept.session.case
        body = Body(chat_id=STAFF, kind=OutgoingKind.MESSAGE, cases=(case,), topic_of=case)
        note_shown(batch, body, MessageId("71"), "9")
        keep_topic(batch, STAFF, case, asks=True)
        assert cases_of_message(batch, STAFF, MessageId("71")) == (case,)
        assert topic_of(batch, case).topic == "9"
        return case

    async with desk(tmp_path / "data", content) as here:
        await here.hears("hello")
        case = await here.store.run(shown)
        await here.hears("erase")

        def left(batch: Batch) -> tuple[object, ...]:
            tables = ("staff_posts", "staff_topics")
            rows = [batch.rows(text(f"SELECT * FROM {name}")) for name in tables]  # noqa: S608 (names of ours)
            note_shown(
                batch,
                Body(chat_id=STAFF, kind=OutgoingKind.MESSAGE, cases=(case,)),
                MessageId("72"),
                "",
            )
            return (*rows, posts_of(batch, case, 5), topic_of(batch, case).topic)

        assert await here.store.run(left) == ([], [], [], "")
