"""Copies and the way back, after people have erased themselves as they do it: with /delete."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from desk import Clock, Desk, desk
from sqlalchemy import delete, select

from bot.checksum import forget_sum
from bot.core.content import Content
from bot.core.dialogue import advance
from bot.core.model import AnyEvent, ChatId, CommandReceived, EventId, TextReceived
from bot.core.post import Delivery
from bot.housekeeping import scrub_copy, sweep_keys
from bot.store.backups import Proof, back_up, bring_back
from bot.store.database import StoreDownError, database_path
from bot.store.facts import KEYS_COPY, note_fact
from bot.store.tables import outgoing, sessions
from bot.vault import Vault, VaultError

ANN, BEN = "telegram:1", "telegram:2"


class Clinic:
    """A folder with records, copies of them, and their keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.keys = folder / "keys" / "keys.db"
        self.key_file = folder / "data.key"
        self.clock = Clock()

    def backs_up(self) -> Path:
        self.clock.passes(hours=1)
        copy, _ = back_up(
            self.data, self.key_file, self.folder / "copies", self.keys.parent, self.clock()
        )
        return copy

    def restores(self, copy: Path, keys: Path | None = None) -> Proof:
        return bring_back(self.data, self.key_file, copy, keys, self.clock())

    def wrapped(self, path: Path) -> set[bytes]:
        """The keys in a file of keys."""
        with closing(sqlite3.connect(path)) as keys:
            return {wrapped for (wrapped,) in keys.execute("SELECT wrapped FROM data_keys")}


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic(tmp_path)


async def says(here: Desk, chat: str, *lines: str) -> list[str]:
    """What somebody types, and what they are answered."""
    before = len(here.channel.texts(chat))
    for line in lines:
        name, chat_id, at = EventId(f"telegram:{os.urandom(6).hex()}"), ChatId(chat), here.clock()
        event: AnyEvent = (
            CommandReceived(event_id=name, chat_id=chat_id, at=at, name=line[1:])
            if line.startswith("/")
            else TextReceived(event_id=name, chat_id=chat_id, at=at, text=line)
        )
        await here.reception.receive(
            Delivery(update_id=name, received_at=here.clock(), event=event)
        )
        await here.settles()
    return here.channel.texts(chat)[before:]


async def noted(here: Desk, clinic: Clinic) -> None:
    await here.store.run(lambda batch: note_fact(batch, KEYS_COPY, str(clinic.keys)))


async def chats(here: Desk) -> set[str]:
    rows = await here.store.run(lambda batch: batch.rows(select(sessions.c.case_code)))
    return {row.case_code for row in rows}


async def test_delete_takes_the_key_out_of_the_copy_although_a_goodbye_is_sealed_anew(
    clinic: Clinic, content: Content
) -> None:
    async with desk(clinic.data, content, clock=clinic.clock, advance=advance) as here:
        await says(here, ANN, "hello")
        await says(here, BEN, "hello")
        clinic.backs_up()
        await noted(here, clinic)
        old = clinic.wrapped(clinic.keys)
        answers = await says(here, ANN, "/delete", "yes")
        assert "is erased" in answers[-1]
        assert len(clinic.wrapped(clinic.keys) & old) == 1
        await says(here, ANN, "hello again")
        await here.store.run(sweep_keys)
        assert len(clinic.wrapped(clinic.keys) & old) == 1
        assert len(clinic.wrapped(clinic.data / "keys.db")) == 2


async def test_a_restore_after_delete_brings_back_everybody_else(
    clinic: Clinic, content: Content
) -> None:
    async with desk(clinic.data, content, clock=clinic.clock, advance=advance) as here:
        await says(here, ANN, "/screening", "yes")
        await says(here, BEN, "/screening", "yes")
        copies = [clinic.backs_up()]
        await noted(here, clinic)
        await says(here, ANN, "/delete", "yes")
        copies.append(clinic.backs_up())  # with the goodbye, and no session
        await says(here, ANN, "hello", "/delete", "yes", "hello")
        copies.append(clinic.backs_up())
    for copy, orphaned, left in zip(copies, (True, True, False), (1, 1, 2), strict=True):
        found = clinic.restores(copy)
        assert (found.orphaned > 0, found.broken) == (orphaned, ())
        async with desk(clinic.data, content, clock=clinic.clock, runs=False) as here:
            assert len(await chats(here)) == left


async def test_data_and_keys_restored_together_know_who_was_erased(
    clinic: Clinic, content: Content
) -> None:
    async with desk(clinic.data, content, clock=clinic.clock, advance=advance) as here:
        await says(here, ANN, "i want to kill myself")
        await says(here, BEN, "hello")
        copy = clinic.backs_up()
        await noted(here, clinic)
        await says(here, ANN, "/delete", "yes")
    (clinic.data / "keys.db").unlink()
    assert clinic.restores(copy, clinic.keys).orphaned > 0
    async with desk(clinic.data, content, clock=clinic.clock, advance=advance) as here:
        assert len(await chats(here)) == 1
        assert here.store.proof().broken == ()
        await here.ticks()
        assert await says(here, ANN, "hello")


async def test_keys_put_aside_by_a_restore_forget_whoever_is_erased_later(
    clinic: Clinic, content: Content
) -> None:
    async with desk(clinic.data, content, clock=clinic.clock, advance=advance) as here:
        await says(here, ANN, "hello")
        await says(here, BEN, "hello")
        copy = clinic.backs_up()
    clinic.restores(copy, clinic.keys)
    [aside] = clinic.data.glob("keys.db.replaced-*")
    assert len(clinic.wrapped(aside)) == 2
    async with desk(clinic.data, content, clock=clinic.clock, advance=advance) as here:
        await says(here, ANN, "/delete", "yes")
        assert len(clinic.wrapped(aside)) == 1


async def test_an_older_copy_of_the_keys_in_place_of_newer_ones_brings_nobody_back(
    clinic: Clinic, content: Content
) -> None:
    async with desk(clinic.data, content, clock=clinic.clock, advance=advance) as here:
        await says(here, ANN, "hello")
        await says(here, BEN, "hello")
        copy = clinic.backs_up()
        await says(here, ANN, "/delete", "yes")  # and the copy could not be reached
    clinic.restores(copy, clinic.keys)
    async with desk(clinic.data, content, clock=clinic.clock, runs=False) as here:
        assert len(await chats(here)) == 1


async def test_records_that_are_gone_never_take_the_keys_of_their_copies_along(
    clinic: Clinic, content: Content
) -> None:
    async with desk(clinic.data, content, clock=clinic.clock, advance=advance) as here:
        await says(here, ANN, "hello")
        copy = clinic.backs_up()
        await noted(here, clinic)
    database_path(clinic.data).rename(clinic.folder / "lost.db")
    with pytest.raises(StoreDownError, match="is missing, but there are"):
        async with desk(clinic.data, content, clock=clinic.clock, runs=False):
            pass
    clinic.restores(copy)
    # an older copy put there by hand, which does not know everybody
    async with desk(clinic.data, content, clock=clinic.clock, advance=advance) as here:
        await says(here, BEN, "hello")
    shutil.copy(copy, database_path(clinic.data))
    forget_sum(database_path(clinic.data))
    async with desk(clinic.data, content, clock=clinic.clock, runs=False) as here:
        before = here.vault.count()
        await here.store.run(sweep_keys)
        assert here.vault.count() == before


async def test_a_goodbyes_key_goes_once_it_is_said(clinic: Clinic, content: Content) -> None:
    async with desk(clinic.data, content, clock=clinic.clock, advance=advance) as here:
        await says(here, ANN, "hello")
        before = here.vault.count()
        await says(here, ANN, "/delete", "yes")
        await here.store.run(sweep_keys)
        assert here.vault.count() == before  # the name of what was sent is still sealed with it
        clinic.clock.passes(days=4)
        await here.store.run(lambda batch: batch.change(delete(outgoing)))
        await here.store.run(sweep_keys)
        assert here.vault.count() == before - 1


async def test_a_backup_that_fails_leaves_the_good_copy_of_the_keys(
    clinic: Clinic, content: Content
) -> None:
    async with desk(clinic.data, content, clock=clinic.clock, runs=False) as here:
        await here.reception.receive_all([here.said("m", chat=ANN), here.said("m", chat=BEN)])
        copy = clinic.backs_up()
    good = clinic.keys.read_bytes()
    with closing(sqlite3.connect(clinic.data / "keys.db")) as keys, keys:
        keys.execute(
            "UPDATE data_keys SET wrapped = zeroblob(60) WHERE ref = (SELECT min(ref) FROM data_keys)"
        )
    forget_sum(clinic.data / "keys.db")
    with pytest.raises(StoreDownError, match=r"do not open: .*[A-Z0-9]{4}-[A-Z0-9]{3}"):
        clinic.backs_up()
    assert clinic.keys.read_bytes() == good
    assert list((clinic.folder / "copies").iterdir()) == [copy]
    assert clinic.restores(copy, clinic.keys).broken == ()


@pytest.mark.parametrize("keys", ["data", "data/keys", "copies/keys", ".", "copies"])
async def test_keys_are_never_copied_to_where_one_find_opens_all(
    clinic: Clinic, content: Content, keys: str
) -> None:
    async with desk(clinic.data, content, clock=clinic.clock, runs=False) as here:
        await here.reception.receive(here.said("m"))
        before = (clinic.data / "keys.db").read_bytes()
        with pytest.raises(StoreDownError, match="folder"):
            back_up(
                clinic.data,
                clinic.key_file,
                clinic.folder / "copies",
                clinic.folder / keys,
                clinic.clock(),
            )
        assert (clinic.data / "keys.db").read_bytes() == before


async def test_an_erasure_whose_commit_failed_is_finished_with_the_next_message(
    clinic: Clinic, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(clinic.data, content, clock=clinic.clock, advance=advance) as here:
        await says(here, ANN, "hello", "/delete")
        keep = here.vault.keep

        def keep_and_fail() -> None:
            keep()
            monkeypatch.undo()
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(here.vault, "keep", keep_and_fail)
        with pytest.raises(StoreDownError):
            await says(here, ANN, "yes")
        assert len(await chats(here)) == 1
        answers = await says(here, ANN, "yes")
        assert "is erased" in answers[-1]
        assert await chats(here) == set()
        assert "is erased" not in (await says(here, ANN, "hello"))[-1]
        assert len(await chats(here)) == 1


def test_missing_keys_make_no_new_key_file(clinic: Clinic) -> None:
    clinic.data.mkdir()
    database_path(clinic.data).write_bytes(b"records")
    with pytest.raises(VaultError, match="is missing"):
        Vault.open(clinic.data, clinic.key_file)
    assert not clinic.key_file.exists()


async def test_a_copy_that_cannot_be_scrubbed_holds_up_nothing(
    clinic: Clinic, content: Content
) -> None:
    async with desk(clinic.data, content, clock=clinic.clock, advance=advance) as here:
        await says(here, ANN, "hello")
        clinic.keys.parent.mkdir()
        clinic.keys.write_bytes(b"no database")
        await noted(here, clinic)
        assert "is erased" in (await says(here, ANN, "/delete", "yes"))[-1]
        await here.store.run(scrub_copy)
