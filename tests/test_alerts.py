"""Alerts as staff get them: how many, in which order, how often, and until when."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest
from desk import STAFF, Channel, Clock, Desk, desk
from sqlalchemy import select, update

from bot.content_folder import folder_texts, model_bytes
from bot.core.content import Content, read_content
from bot.core.content.clinic import read_clinic
from bot.core.model import AlertKind, CaseCode, ChatId, EventId, StaffTookOver, Urgency
from bot.core.post import Delivered, Delivery, Outcome, Outgoing, OutgoingKind, TryLater
from bot.pace import Pace
from bot.store.batch import Batch
from bot.store.post import mark_sent
from bot.store.records import Body, KeptAlert
from bot.store.tables import alerts

ROOT = Path(__file__).parent.parent
ON_CALL = "@olga_on_call"
NEXT = "@ned_is_next"


def group(here: Desk) -> list[Outgoing]:
    """What stands in the staff group, as it was sent or changed."""
    return [
        each
        for each in here.channel.done
        if each.chat_id == STAFF and each.kind is OutgoingKind.MESSAGE
    ]


def codes(text: str) -> list[str]:
    return re.findall(r"\b[B-Z2-9]{4}-[B-Z2-9]{3}\b", text)


async def takes(here: Desk, case: str, staff: str = "Ana") -> None:
    """Press "I have this"."""
    name = f"telegram:ack-{case}-{staff}-{here.clock().isoformat()}"
    await here.reception.receive(
        Delivery(
            update_id=name,
            received_at=here.clock(),
            callback_id="cb",
            acknowledges=CaseCode(case),
            staff=staff,
        )
    )
    await here.settles()


@pytest.fixture
def calling() -> Content:
    """The content as it ships, with the names of who is next and who is on call."""
    texts, _ = folder_texts(ROOT / "content")
    clinic = texts["clinic.yaml"]
    clinic = clinic.replace("next: []", f'next: ["{NEXT}"]')
    clinic = clinic.replace("on-call: []", f'on-call: ["{ON_CALL}"]')
    content, mistakes = read_content(
        {**texts, "clinic.yaml": clinic}, model_bytes(ROOT / "content")
    )
    assert content is not None, mistakes
    return content


async def test_four_messages_about_danger_are_one_alert(tmp_path: Path, content: Content) -> None:
    async with desk(tmp_path / "data", content) as here:
        for _ in range(4):
            await here.hears("alert")
        await here.ticks()
        assert len(group(here)) == 1
        here.clock.passes(minutes=6)
        await here.ticks()
        assert len(group(here)) == 2
        assert "6 min" in group(here)[-1].text


async def test_danger_raises_an_alert_that_nobody_has_taken_and_the_client_is_told(
    tmp_path: Path, content: Content
) -> None:
    signs = content.wording.staff.signs
    async with desk(tmp_path / "data", content) as here:
        await here.hears("asks")
        await here.ticks()
        here.clock.passes(minutes=10)
        await here.hears("alert")
        await here.ticks()
        assert [each.text[0] for each in group(here)] == [
            signs[Urgency.SAME_DAY],
            signs[Urgency.NOW],
        ]
        assert [each for each in here.channel.texts("telegram:1") if "told" in each] == [
            "2: told",
            "4: told",
        ]
        await here.hears("asks")
        here.clock.passes(minutes=6)
        await here.ticks()
        assert group(here)[-1].text[0] == signs[Urgency.NOW], "a lesser reason lowers nothing"


async def test_an_alert_about_danger_overtakes_those_that_wait_in_line(
    tmp_path: Path, content: Content
) -> None:
    channel = Channel()
    async with desk(tmp_path / "data", content, channel=channel, runs=False) as here:
        for number in range(1, 4):
            await here.reception.receive(here.said("asks", f"telegram:{number}"))
        await here.reception.tell_staff("A sentence about the bot itself.")
        await here.reception.receive(here.said("alert", "telegram:9"))
    async with desk(tmp_path / "data", content, channel=channel) as here:
        await asyncio.sleep(0.05)
        await here.settles()
        assert group(here)[0].text[0] == content.wording.staff.signs[Urgency.NOW]
        assert len(group(here)) == 5


async def test_it_overtakes_while_the_line_waits_for_its_turn(
    tmp_path: Path, content: Content
) -> None:
    let_go = asyncio.Event()

    async def sleep(_seconds: float) -> None:
        await let_go.wait()

    async with desk(tmp_path / "data", content, pace=Pace(), sleep=sleep) as here:
        for number in range(1, 5):
            await here.reception.receive(here.said("asks", f"telegram:{number}"))
        for _ in range(50):
            await asyncio.sleep(0.001)
        await here.reception.receive(here.said("alert", "telegram:9"))
        let_go.set()
        await here.settles()
        assert group(here)[1].text[0] == content.wording.staff.signs[Urgency.NOW]


async def test_what_is_being_sent_when_an_urgent_one_comes_is_not_sent_twice(
    tmp_path: Path, content: Content
) -> None:
    class Slow(Channel):
        async def deliver(self, outgoing: Outgoing) -> Outcome:
            await asyncio.sleep(0.05)
            return await super().deliver(outgoing)

    async with desk(tmp_path / "data", content, channel=Slow()) as here:
        await here.reception.receive(here.said("asks", "telegram:1"))
        await asyncio.sleep(0.02)
        await here.reception.receive(here.said("alert", "telegram:2"))
        await here.settles()
        assert len(group(here)) == 2


async def test_cases_that_are_due_together_come_as_one_message_the_most_urgent_first(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content, console_url="https://desk.example/") as here:
        for number, what in enumerate(("asks", "asks", "alert"), start=1):
            await here.hears(what, f"telegram:{number}")
        await here.ticks()
        before = len(group(here))
        assert before == 3
        here.clock.passes(minutes=61)
        await here.ticks()
        [digest] = group(here)[before:]
        assert "3 cases" in digest.text
        assert digest.text.index(content.wording.staff.signs[Urgency.NOW]) < digest.text.index(
            content.wording.staff.signs[Urgency.SAME_DAY]
        )
        assert len(set(codes(digest.text))) == len(digest.buttons) == 3
        assert digest.text.endswith("https://desk.example/queue")


async def test_taking_one_case_of_several_leaves_the_others_and_says_who_has_it(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content) as here:
        for number in (1, 2):
            await here.hears("alert", f"telegram:{number}")
        here.clock.passes(minutes=6)
        await here.ticks()
        digest = group(here)[-1]
        first, second = dict.fromkeys(codes(digest.text))
        await takes(here, first)
        edits = [each for each in group(here) if each.edits]
        single = next(each for each in edits if not each.buttons)
        assert f"Ana has case {first}" in single.text
        both = next(each for each in edits if each.buttons)
        assert f"Ana has case {first}" in both.text
        assert [button.data for row in both.buttons for button in row] == [f"ack|{second}"]
        here.clock.passes(minutes=6)
        await here.ticks()
        assert first not in group(here)[-1].text
        assert second in group(here)[-1].text


async def test_the_second_to_press_is_told_who_has_it(tmp_path: Path, content: Content) -> None:
    async with desk(tmp_path / "data", content) as here:
        await here.hears("alert")
        [case] = set(codes(group(here)[0].text))
        await takes(here, case, "Ana")
        await takes(here, case, "Ben")
        toasts = here.channel.of(OutgoingKind.TOAST)
        assert [each.text.split()[0] for each in toasts] == ["Ana", "Ana"]
        await here.hears("alert")
        assert group(here)[-1].text[0] == content.wording.staff.signs[Urgency.NOW], "danger anew"


async def test_whoever_takes_the_chat_over_has_the_case(tmp_path: Path, content: Content) -> None:
    async with desk(tmp_path / "data", content) as here:
        await here.hears("alert")
        event = StaffTookOver(
            event_id=EventId("console:1"),
            chat_id=ChatId("telegram:1"),
            at=here.clock(),
            staff="Ana",
        )
        await here.reception.receive(
            Delivery(update_id="console:1", received_at=here.clock(), event=event)
        )
        await here.settles()
        assert "Ana has case" in group(here)[-1].text
        before = len(group(here))
        here.clock.passes(hours=5)
        await here.ticks()
        assert len(group(here)) == before


async def test_it_calls_again_then_the_next_person_then_whoever_is_on_call_over_restarts(
    tmp_path: Path, calling: Content
) -> None:
    channel, clock = Channel(), Clock()
    for name in ("", "", NEXT, ON_CALL, ON_CALL):
        async with desk(tmp_path / "data", calling, channel=channel, clock=clock) as here:
            if not here.channel.texts(STAFF):
                await here.hears("alert")
            await here.ticks()
            text = here.channel.texts(STAFF)[-1]
            assert re.findall(r"@\w+", text) == ([name] if name else [])
        clock.passes(minutes=6)
    assert len(channel.texts(STAFF)) == 5


async def test_an_alert_has_the_address_of_its_case_and_no_word_of_the_client(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content, console_url="https://desk.example") as here:
        await here.hears("alert secretword")
        [alert] = group(here)
        [case] = set(codes(alert.text))
        assert f"https://desk.example/cases/{case}" in alert.text
        assert "secretword" not in alert.text


async def test_no_minute_of_the_group_has_more_than_twenty_messages_not_over_a_restart_either(
    tmp_path: Path, content: Content
) -> None:
    clock = Clock()
    began = clock()
    at: list[float] = []

    class Timed(Channel):
        async def deliver(self, outgoing: Outgoing) -> Outcome:
            if outgoing.chat_id == STAFF:
                at.append((clock() - began).total_seconds())
            return await super().deliver(outgoing)

    async def sleep(seconds: float) -> None:
        clock.passes(seconds=seconds)
        await asyncio.sleep(0)

    channel = Timed()
    for run in range(2):
        async with desk(
            tmp_path / "data", content, channel=channel, clock=clock, pace=Pace(), sleep=sleep
        ) as here:
            for number in range(60):
                what = "alert" if number % 7 == 0 else "asks"
                await here.reception.receive(here.said(what, f"telegram:{run}{number}"))
                await here.ticks()
        clock.passes(seconds=1)
    told = set(codes(" ".join(channel.texts(STAFF))))
    assert len(told) == 120, "every case is told"
    assert max(sum(start <= each < start + 60 for each in at) for start in at) <= 20


async def test_a_burst_of_cases_becomes_few_messages(tmp_path: Path, content: Content) -> None:
    async with desk(tmp_path / "data", content, runs=False) as here:
        for number in range(30):
            await here.reception.receive(here.said("asks", f"telegram:{number}"))
        await here.reception.receive(here.said("alert", "telegram:99"))
    async with desk(tmp_path / "data", content) as here:
        await asyncio.sleep(0.05)
        await here.settles()
        await here.ticks()
        await here.ticks()
        texts = [each.text for each in group(here)]
        assert len(texts) <= 7
        assert len(set(codes(" ".join(texts)))) == 31
        for number in (0, 29):
            assert here.channel.texts(f"telegram:{number}")[-1] == "2: told"


async def test_a_damaged_alert_is_sent_again_and_can_be_taken(
    tmp_path: Path, content: Content
) -> None:
    def damage(batch: Batch) -> None:
        batch.change(update(alerts).values(sealed=b"\0damaged"))

    async with desk(tmp_path / "data", content) as here:
        await here.hears("alert", "telegram:1")
        await here.store.run(damage)
        await here.hears("alert", "telegram:2")
        await here.ticks()
        assert here.channel.texts("telegram:1")[-1] == "2: told"
        assert here.channel.texts("telegram:2")[-1] == "2: told"
        here.clock.passes(hours=1)
        await here.ticks()
        told = codes(group(here)[-1].text)
        assert len(set(told)) == 2
        await here.store.run(damage)
        for case in set(told):
            await takes(here, case)
        before = len(group(here))
        here.clock.passes(hours=5)
        await here.ticks()
        assert len(group(here)) == before


async def test_an_alert_that_was_damaged_before_it_went_out_still_goes_out(
    tmp_path: Path, content: Content
) -> None:
    channel = Channel()
    async with desk(tmp_path / "data", content, channel=channel) as here:
        channel.outcomes = [Delivered(), TryLater(after=timedelta(seconds=0.05), why="429")]
        await here.reception.receive(here.said("alert"))
        await asyncio.sleep(0.01)
        await here.store.run(lambda batch: batch.change(update(alerts).values(sealed=b"\0damaged")))
        await asyncio.sleep(0.2)
        await here.settles()
        await here.ticks()
        assert len(group(here)) == 1
        assert here.channel.texts("telegram:1")[-1] == "2: told"


async def test_an_alert_raised_while_the_older_one_is_sent_waits_for_its_own_message(
    tmp_path: Path, content: Content
) -> None:
    async with desk(tmp_path / "data", content, runs=False) as here:
        await here.reception.receive(here.said("asks"))
        await here.reception.receive(here.said("alert"))

        def older_arrives(batch: Batch) -> str:
            body = Body(chat_id=STAFF, kind=OutgoingKind.MESSAGE)
            first = batch.rows(select(alerts.c.sending))[0].sending - 1
            from bot.store.records import Posted  # noqa: PLC0415 (only here)

            mark_sent(batch, Posted(id=first, ref=batch.vault.ref(STAFF), body=body, alert=1), None)
            row = batch.rows(select(alerts))[0]
            kept = batch.unseal(row.ref, alerts.c.sealed, row.id, row.sealed, KeptAlert)
            assert kept.kind is AlertKind.HUMAN
            return str(row.state)

        assert await here.store.run(older_arrives) == "queued"


def test_a_name_that_telegram_does_not_know_is_a_mistake() -> None:
    text = "name: A\ncountry: US\ntimezone: Europe/Berlin\nescalation: {mention: {next: [ana]}}\n"
    clinic, mistakes = read_clinic(text, "clinic.yaml")
    assert clinic is None
    assert "user-name" in [each.code for each in mistakes]
