"""What clients and staff can rely on at the door."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from desk import STAFF, Channel, Clock, Desk, desk
from sqlalchemy import func, select, update

from bot.core.content import Content
from bot.core.model import CaseCode, ChatId
from bot.core.post import Delivery, OutgoingKind
from bot.store.batch import Batch
from bot.store.tables import alerts, dead_letters, intakes, sessions, tables, turns, wakes


async def rows_in(here: Desk, table: str) -> int:
    def job(batch: Batch) -> int:
        return int(batch.rows(select(func.count()).select_from(tables.tables[table]))[0][0])

    return await here.store.run(job)


async def test_a_message_is_answered_and_kept(tmp_path: Path, content: Content) -> None:
    async with desk(tmp_path / "data", content) as here:
        assert await here.hears("hello") == ["1: hello"]
        assert await here.hears("again") == ["2: again"]
        assert await rows_in(here, "turns") == 2


async def test_a_restart_goes_on_where_the_chat_was(tmp_path: Path, content: Content) -> None:
    async with desk(tmp_path / "data", content) as here:
        await here.hears("hello")
    async with desk(tmp_path / "data", content) as here:
        assert await here.hears("again") == ["2: again"]


async def test_an_update_that_comes_twice_changes_nothing(tmp_path: Path, content: Content) -> None:
    async with desk(tmp_path / "data", content) as here:
        once = here.said("hello")
        assert await here.reception.receive(once)
        assert not await here.reception.receive(once)
        await here.reception.receive_all([once, here.said("new"), once])
        await here.settles()
        assert here.channel.texts("telegram:1") == ["1: hello", "2: new"]


async def test_a_known_update_is_known_after_a_restart(tmp_path: Path, content: Content) -> None:
    async with desk(tmp_path / "data", content) as here:
        await here.reception.receive(here.said("hello", update="telegram:77"))
    async with desk(tmp_path / "data", content) as here:
        assert not await here.reception.receive(here.said("hello", update="telegram:77"))


async def test_messages_of_one_batch_build_on_each_other(tmp_path: Path, content: Content) -> None:
    async with desk(tmp_path / "data", content) as here:
        await here.reception.receive_all([here.said(f"m{n}") for n in range(20)])
        await here.settles()
        assert here.channel.texts("telegram:1") == [f"{n + 1}: m{n}" for n in range(20)]


async def test_every_pressed_button_is_answered_even_twice(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content) as here:
        press = here.pressed("toast", message="1")
        await here.reception.receive(press)
        await here.reception.receive(press)
        await here.settles()
        toasts = here.channel.of(OutgoingKind.TOAST)
        assert [(each.callback_id, each.text) for each in toasts] == [
            (press.callback_id, "noted"),
            (press.callback_id, ""),
        ]


async def test_old_buttons_go_when_the_next_message_comes(tmp_path: Path, content: Content) -> None:
    async with desk(tmp_path / "data", content) as here:
        await here.hears("button")
        await here.hears("lasting button")
        await here.hears("hello")
        assert [each.edits for each in here.channel.of(OutgoingKind.STRIP)] == ["1"]


async def test_a_message_changed_in_place_keeps_its_new_buttons(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content) as here:
        await here.hears("button")
        await here.reception.receive(here.pressed("edit button", message="1"))
        await here.settles()
        assert here.channel.of(OutgoingKind.STRIP) == []
        assert here.channel.done[-1].edits == "1" or here.channel.done[-2].edits == "1"
        await here.hears("hello")
        assert [each.edits for each in here.channel.of(OutgoingKind.STRIP)] == ["1"]


async def test_old_buttons_go_also_after_a_restart(tmp_path: Path, content: Content) -> None:
    channel = Channel()
    async with desk(tmp_path / "data", content, channel=channel) as here:
        await here.hears("button")
    async with desk(tmp_path / "data", content, channel=channel) as here:
        await here.hears("hello")
        assert [each.edits for each in channel.of(OutgoingKind.STRIP)] == ["1"]


async def test_staff_are_alerted_by_code_and_the_client_is_told_after(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content) as here:
        assert await here.hears("alert secretword") == ["1: alert secretword"]
        [alert] = here.channel.texts(STAFF)
        assert "secretword" not in alert
        await here.ticks()
        assert here.channel.texts("telegram:1")[-1] == "2: told"
        await here.ticks()
        assert here.channel.texts("telegram:1")[-1] == "2: told"


async def test_an_alert_comes_again_until_somebody_has_it(tmp_path: Path, content: Content) -> None:
    async with desk(tmp_path / "data", content) as here:
        await here.hears("alert")
        await here.ticks()
        here.clock.passes(minutes=4)
        await here.ticks()
        assert len(here.channel.texts(STAFF)) == 1
        here.clock.passes(minutes=2)
        await here.ticks()
        assert len(here.channel.texts(STAFF)) == 2
        assert "6 min" in here.channel.texts(STAFF)[-1]
        [[button]] = here.channel.done[-1].buttons
        case = CaseCode(button.data.removeprefix("ack|"))
        acknowledgment = Delivery(
            update_id="telegram:ack",
            received_at=here.clock(),
            callback_id="cb",
            acknowledges=case,
            staff="Ana",
        )
        await here.reception.receive(acknowledgment)
        await here.settles()
        assert "Ana" in here.channel.of(OutgoingKind.TOAST)[-1].text
        here.clock.passes(hours=5)
        await here.ticks()
        assert len([each for each in here.channel.done if each.buttons]) == 2


async def test_an_alert_made_without_a_staff_chat_is_sent_once_there_is_one(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content, staff_chat=None) as here:
        await here.hears("alert")
        await here.ticks()
        assert here.channel.texts("telegram:1") == ["1: alert"]
    async with desk(tmp_path / "data", content) as here:
        await here.ticks()
        await here.ticks()
        assert len(here.channel.texts(STAFF)) == 1
        assert here.channel.texts("telegram:1")[-1] == "2: told"


async def test_a_silent_chat_is_woken_once_and_a_later_wake_replaces_the_first(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content) as here:
        await here.hears("wake")
        here.clock.passes(minutes=20)
        await here.hears("wake")
        here.clock.passes(minutes=15)
        await here.ticks()
        assert here.channel.texts("telegram:1")[-1] == "2: wake"
        here.clock.passes(minutes=16)
        await here.ticks()
        await here.ticks()
        assert here.channel.texts("telegram:1")[-1] == "3: woken"


async def test_the_newest_intake_of_a_case_stands_beside_the_older(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content) as here:
        await here.hears("file")
        await here.hears("file")
        assert await rows_in(here, "intakes") == 2
        statuses = await here.store.run(lambda batch: batch.rows(select(sessions.c.status)))
        assert [row.status for row in statuses] == ["completed"]
        assert intakes.name == "intakes"


async def test_a_mistake_of_ours_is_apologized_for_and_the_others_are_answered(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content) as here:
        await here.reception.receive_all(
            [
                here.said("hello", chat="telegram:1"),
                here.said("crash", chat="telegram:2"),
                here.said("hello", chat="telegram:3"),
            ]
        )
        await here.settles()
        assert here.channel.texts("telegram:1") == ["1: hello"]
        assert here.channel.texts("telegram:2") == ["sorry: TextReceived"]
        assert here.channel.texts("telegram:3") == ["1: hello"]
        assert await rows_in(here, dead_letters.name) == 1


async def test_an_unreadable_update_goes_to_the_dead_letters_and_the_next_is_answered(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content) as here:
        bad = Delivery(
            update_id="telegram:9", received_at=here.clock(), raw=b"{\xff", problem="not JSON"
        )
        await here.reception.receive_all([here.said("one"), bad, here.said("two")])
        await here.settles()
        assert here.channel.texts("telegram:1") == ["1: one", "2: two"]
        assert await rows_in(here, dead_letters.name) == 1


async def test_a_person_gets_their_own_record_as_a_file(tmp_path: Path, content: Content) -> None:
    async with desk(tmp_path / "data", content) as here:
        await here.hears("i drink too much")
        await here.hears("record")
        [file] = here.channel.of(OutgoingKind.DOCUMENT)
        assert file.text == "my-record.txt"
        assert "i drink too much" in file.document.decode()


async def test_a_record_with_damaged_places_is_sent_and_says_so(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content) as here:
        await here.hears("one file")
        await here.hears("two")
        first = select(func.min(turns.c.id))
        await here.store.run(
            lambda batch: batch.change(
                turns.update().where(turns.c.id == first.scalar_subquery()).values(sealed=b"noise")
            )
        )
        await here.hears("record")
        [file] = here.channel.of(OutgoingKind.DOCUMENT)
        text = file.document.decode()
        assert "(1 places)" in text
        assert "one file" in text  # it was an answer as well
        assert "1: one file" not in text
        assert "finished" in text
        assert "2: two" in text


async def test_erasing_leaves_no_row_and_deletes_what_the_bot_said(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content) as here:
        await here.hears("first")
        await here.hears("hello alert file miss thumb wake")
        await here.hears("other", chat="telegram:2")
        assert await here.hears("erase") == ["3: erase"]
        deleted = [each.edits for each in here.channel.of(OutgoingKind.DELETE)]
        assert "1" in deleted
        for table in ("turns", "intakes", "misses", "feedback", "wakes", "alerts"):
            assert await rows_in(here, table) == (1 if table == "turns" else 0), table
        assert await here.hears("hello") == ["1: hello"]  # a new session, as for a stranger
        assert turns.name == "turns"
        assert alerts.name == "alerts"


async def test_messages_older_than_two_days_are_not_asked_to_be_deleted(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content) as here:
        await here.hears("old")
        here.clock.passes(hours=50)
        await here.hears("new")
        await here.hears("erase")
        assert [each.edits for each in here.channel.of(OutgoingKind.DELETE)] == ["2"]


async def test_case_codes_cannot_be_misread(tmp_path: Path, content: Content) -> None:
    async with desk(tmp_path / "data", content, clock=Clock()) as here:
        await here.hears("alert")
        text = here.channel.texts(STAFF)[0]
        code = next(word for word in text.split() if "-" in word and len(word) == 8)
        assert not set(code) & set("01OILAEU")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * 100_000,
        "\u202eabc\u0000",
        "👩‍👩‍👧‍👦" * 500,
        "".join(letter + "\u0300\u0353\u036f\u0489\u20dd" * 40 for letter in "zalgo he comes"),
    ],
    ids=["empty", "giant", "right-to-left", "joined", "zalgo"],
)
async def test_strange_text_is_kept_as_it_came(tmp_path: Path, content: Content, text: str) -> None:
    async with desk(tmp_path / "data", content) as here:
        assert await here.hears(text) == [f"1: {text}"]


async def test_a_case_code_that_is_taken_or_was_erased_is_drawn_again(
    tmp_path: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter("B" * 7 + "B" * 7 + "C" * 7 + "C" * 7 + "B" * 7 + "D" * 7)
    async with desk(tmp_path / "data", content) as here:
        monkeypatch.setattr("secrets.choice", lambda _letters: next(drawn))
        # Two new chats in one transaction draw the same code; a third draws that of an erased chat.
        await here.reception.receive_all(
            [here.said("one", "telegram:1"), here.said("two", "telegram:2")]
        )
        await here.hears("erase", "telegram:2")
        assert await here.hears("three", "telegram:3") == ["1: three"]
        rows = await here.store.run(lambda batch: batch.rows(select(sessions.c.case_code)))
        assert sorted(row.case_code for row in rows) == ["BBBB-BBB", "DDDD-DDD"]


async def test_damaged_rows_keep_nobody_else_asleep(tmp_path: Path, content: Content) -> None:
    clock = Clock()
    async with desk(tmp_path / "data", content, clock=clock) as here:
        await here.hears("wake", "telegram:1")
        await here.hears("wake", "telegram:2")
        ref = here.vault.ref(ChatId("telegram:1"))
        await here.store.run(
            lambda batch: batch.change(
                update(wakes).where(wakes.c.ref == ref).values(sealed=b"spoilt")
            )
        )
        clock.passes(minutes=31)
        await here.ticks()
        assert here.channel.texts("telegram:2")[-1].endswith("woken")


async def test_a_damaged_alert_is_still_sent_and_ends_nothing(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content, runs=False) as here:
        await here.reception.receive(here.said("alert"))
        await here.store.run(lambda batch: batch.change(update(alerts).values(sealed=b"spoilt")))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(here.outbox.run())
            await asyncio.sleep(0)
            await here.settles()
            await here.outbox.stop(within=timedelta(seconds=5))
        assert len(here.channel.texts(STAFF)) == 1
        rows = await here.store.run(lambda batch: batch.rows(select(alerts.c.state)))
        assert rows[0].state == "sent"
