"""Content changes while people are in the middle of something."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from answers import BEGIN, MILD, SUBMIT, goes_through
from chat import Chat
from sqlalchemy import select, update

from bot.content_folder import folder_texts, read_folder
from bot.core.content import Content, content_version, read_content
from bot.core.dialogue import advance
from bot.core.dialogue.floor import floor
from bot.core.model import (
    AnyEvent,
    ChatId,
    CommandReceived,
    EventId,
    OptionId,
    Result,
    TextReceived,
)
from bot.core.post import Delivered, Delivery, Outcome, Outgoing, OutgoingKind
from bot.core.screening import outcome
from bot.outbox import Outbox
from bot.pace import Pace
from bot.reception import Reception
from bot.reload import ContentBrokenError, Reload, begin, stamp
from bot.store.contents import Contents
from bot.store.database import StoreDownError
from bot.store.tables import contents as kept_contents
from bot.store.writer import Store
from bot.vault import Vault

ROOT = Path(__file__).parent.parent
ANA = ChatId("test:ana")
BEN = ChatId("test:ben")


def copied(folder: Path) -> Path:
    """The content as it ships, in a folder that a test may change."""
    folder.mkdir()
    for file in (ROOT / "content").iterdir():
        if file.is_file():
            (folder / file.name).write_bytes(file.read_bytes())
    return folder


def changes(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new))


class Clinic:
    """A reception with a real store, and a content folder that is being edited."""

    def __init__(self, home: Path) -> None:
        self.folder = copied(home / "content")
        self.vault = Vault.open(home / "data", home / "key")
        self.store = Store.open(home / "data", self.vault, self.clock)
        self.contents = Contents(self.store, read=self.read)
        content, mistakes = read_folder(self.folder)
        assert content is not None, mistakes
        self.contents.adopt(content, folder_texts(self.folder)[0])
        self.said: list[tuple[str, str]] = []
        self.told: list[str] = []
        self.is_store_down = False
        self.reload = Reload(self.folder, self.contents, self._tell)
        self._count = 0

    @staticmethod
    def read(texts: Mapping[str, str]) -> Content | None:
        return read_content(texts, b"")[0]

    def clock(self) -> datetime:
        return datetime(2026, 3, 2, 15, 0, tzinfo=UTC)

    async def _tell(self, text: str) -> None:
        if self.is_store_down:
            raise StoreDownError("the disk is full")
        self.told.append(text)

    async def deliver(self, outgoing: Outgoing) -> Outcome:
        if outgoing.kind is OutgoingKind.MESSAGE:
            self.said.append((outgoing.chat_id, outgoing.text))
        return Delivered()

    async def hears(self, chat_id: ChatId, *texts: str) -> str:
        """What is said to the last of these messages."""
        outbox = Outbox(self.store, {"test": self.deliver}, self.clock, pace=Pace.none())
        reception = Reception(
            self.store,
            self.contents,
            self.clock,
            outbox=outbox,
            advance=advance,
            last_resort=lambda event: floor(self.contents.newest, event),
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(outbox.run())
            for text in texts:
                self._count += 1
                event_id, at = EventId(f"e{self._count}"), self.clock()
                event: AnyEvent = TextReceived(event_id=event_id, chat_id=chat_id, at=at, text=text)
                if text.startswith("/"):
                    event = CommandReceived(
                        event_id=event_id, chat_id=chat_id, at=at, name=text[1:]
                    )
                self.said.clear()
                await reception.receive(
                    Delivery(update_id=event.event_id, received_at=event.at, event=event)
                )
                await outbox.idle()
            await outbox.stop()
        return "\n".join(text for _, text in self.said)


async def test_who_has_begun_finishes_on_the_old_content_and_others_get_the_new(
    tmp_path: Path,
) -> None:
    clinic = Clinic(tmp_path)
    old = "What would you like help with most?"
    new = "What should we help with most?"
    await clinic.hears(ANA, "/screening", "yes", "for me")
    changes(clinic.folder, "screening.yaml", old, new)
    assert await clinic.reload.look()
    assert old in await clinic.hears(ANA, "no, nothing like this")
    assert new in await clinic.hears(BEN, "/screening", "yes", "for me", "no, nothing like this")


async def test_broken_content_is_refused_and_staff_are_told_once(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path)
    before = clinic.contents.newest
    changes(clinic.folder, "screening.yaml", "id: who-for", "idd: who-for")
    assert not await clinic.reload.look()
    assert not await clinic.reload.look()
    assert clinic.contents.newest is before
    assert len(clinic.told) == 1


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (
            "screening.yaml",
            "dimension: wd, at_least: 3}\n    f",
            "dimension: home, at_least: 4}\n    f",
        ),
        ("screening.yaml", "when: {answered: emergency}", "when: {question: home, in: [no-home]}"),
        ("screening.yaml", "So that I ask only what fits.", "This is confidential."),
        ("banned.yaml", "groups:", "grops:"),
    ],
    ids=["an unreachable rule", "an emergency lost", "a banned word", "no list of banned words"],
)
async def test_content_that_can_be_read_but_fails_the_check_is_refused(
    tmp_path: Path, name: str, old: str, new: str
) -> None:
    clinic = Clinic(tmp_path)
    before = clinic.contents.newest
    changes(clinic.folder, name, old, new)
    assert not await clinic.reload.look()
    assert clinic.contents.newest is before
    assert clinic.told == [before.wording.staff.content_refused]


async def test_staff_are_told_later_when_the_store_is_down(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path)
    changes(clinic.folder, "screening.yaml", "id: who-for", "idd: who-for")
    clinic.is_store_down = True
    assert not await clinic.reload.look()
    clinic.is_store_down = False
    assert not await clinic.reload.look()
    assert clinic.told == [clinic.contents.newest.wording.staff.content_refused]


async def test_what_was_checked_is_what_is_taken_up_and_kept(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path)
    changes(clinic.folder, "screening.yaml", "So that I ask only what fits.", "It helps me fit in.")
    async with asyncio.TaskGroup() as tasks:
        looking = tasks.create_task(clinic.reload.look())
        await asyncio.sleep(1)
        changes(clinic.folder, "screening.yaml", "It helps me fit in.", "Later still.")
    assert looking.result()
    newest = clinic.contents.newest
    assert any(each.why == "It helps me fit in." for each in newest.screening.questions)
    rows = clinic.store.run_now(lambda batch: batch.rows(select(kept_contents)))
    texts = {row.version: msgspec.json.decode(row.texts) for row in rows}
    assert content_version(texts[newest.version]) == newest.version


def test_a_start_with_broken_content_begins_with_the_last_good_one(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path)
    good = clinic.contents.newest.version
    again = Contents(clinic.store, read=clinic.read)
    assert not begin(clinic.folder, again)
    changes(
        clinic.folder, "screening.yaml", "So that I ask only what fits.", "This is confidential."
    )
    assert begin(clinic.folder, again)
    assert again.newest.version == good
    changes(clinic.folder, "screening.yaml", "id: who-for", "idd: who-for")
    assert begin(clinic.folder, again)
    assert again.newest.version == good


async def test_a_first_start_begins_at_once_and_tells_staff_when_the_check_fails(
    tmp_path: Path,
) -> None:
    clinic = Clinic(tmp_path)
    changes(
        clinic.folder, "screening.yaml", "So that I ask only what fits.", "This is confidential."
    )
    (tmp_path / "new").mkdir()
    vault = Vault.open(tmp_path / "new", tmp_path / "key2")
    contents = Contents(Store.open(tmp_path / "new", vault, clinic.clock), read=clinic.read)
    assert begin(clinic.folder, contents)
    told: list[str] = []

    async def tell(text: str) -> None:
        told.append(text)

    reload = Reload(clinic.folder, contents, tell, unchecked=stamp(clinic.folder))
    assert not await reload.look()
    assert told == [contents.newest.wording.staff.content_unfit]


def test_a_first_start_with_broken_content_is_refused(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path)
    changes(clinic.folder, "screening.yaml", "id: who-for", "idd: who-for")
    vault = Vault.open(tmp_path / "new", tmp_path / "key2")
    contents = Contents(Store.open(tmp_path / "new", vault, clinic.clock), read=clinic.read)
    with pytest.raises(ContentBrokenError, match=r"screening\.yaml:"):
        begin(clinic.folder, contents)


async def test_answers_of_the_faq_are_the_newest_for_whoever_is_under_way(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path)
    await clinic.hears(ANA, "/screening", "yes", "for me")
    at = (clinic.folder / "faq.yaml").read_text().index("  - id: pet-friendly")
    faq = (clinic.folder / "faq.yaml").read_text()
    faq = faq[:at] + faq[at:].replace("answer: |-\n", "answer: |-\n      Only goldfish.\n", 1)
    (clinic.folder / "faq.yaml").write_text(faq)
    changes(clinic.folder, "screening.yaml", "Is anything like this", "Is a thing like this")
    assert await clinic.reload.look()
    said = await clinic.hears(ANA, "can i bring my dog?")
    assert "Only goldfish." in said
    assert "Is anything like this" in said


async def test_staff_are_told_when_questions_under_way_no_longer_open(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path)
    await clinic.hears(ANA, "/screening", "yes", "for me")
    old = clinic.contents.newest.version
    changes(clinic.folder, "screening.yaml", "What would you like help", "What should we help")
    assert await clinic.reload.look()
    spoilt = update(kept_contents).where(kept_contents.c.version == old).values(texts='{"a": "b"}')
    clinic.store.run_now(lambda batch: batch.change(spoilt))
    assert "What should we help" in await clinic.hears(ANA, "no, nothing like this")
    assert not await clinic.reload.look()
    assert not await clinic.reload.look()
    assert clinic.told == [clinic.contents.newest.wording.staff.content_lost]


async def test_crisis_texts_are_always_the_newest(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path)
    old = clinic.contents.newest
    changes(clinic.folder, "safety.yaml", "988", "989")
    assert await clinic.reload.look()
    mixed = old.with_newest(clinic.contents.newest)
    assert mixed.version == old.version
    assert "989" in mixed.footer()


async def test_who_is_under_way_gets_the_numbers_of_the_country_that_counts_now(
    tmp_path: Path,
) -> None:
    clinic = Clinic(tmp_path)
    await clinic.hears(ANA, "/screening", "yes", "for me")
    changes(clinic.folder, "clinic.yaml", "country: US", "country: UK")
    assert await clinic.reload.look()
    said = await clinic.hears(ANA, "i want to kill myself")
    assert "116 123" in said
    assert "988" not in said


def test_the_stored_answers_give_the_stored_result_again(content: Content) -> None:
    chat = Chat(content)
    goes_through(chat, *BEGIN, *MILD, SUBMIT)
    result = chat.session.result
    assert isinstance(result, Result)
    stored = {
        each.question: tuple(map(OptionId, each.options))
        for each in chat.session.answers
        if each.retracted_at is None
    }
    again = outcome(content.screening, stored)
    assert again == result
