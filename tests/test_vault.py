"""What the keys guarantee, and what an operator is told when they are not right."""

import json
import shutil
import sqlite3
import stat
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.checksum import forget_sum
from bot.core.model import ChatId
from bot.keyfile import KeyFile
from bot.vault import SealBrokenError, Vault, VaultError

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
CHAT = ChatId("telegram:4242")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "bot.key"


def test_what_is_sealed_opens_in_its_own_place_only(folder: Path, key_file: Path) -> None:
    vault = Vault.open(folder, key_file)
    ref = vault.ref(CHAT)
    sealed = vault.seal(ref, "turns.sealed", 7, b"words")
    assert b"words" not in sealed
    assert vault.unseal(ref, "turns.sealed", 7, sealed) == b"words"
    for place, row in (("turns.sealed", 8), ("misses.sealed", 7)):
        with pytest.raises(SealBrokenError):
            vault.unseal(ref, place, row, sealed)
    vault.seal(vault.ref(ChatId("telegram:1")), "turns.sealed", 7, b"x")
    with pytest.raises(SealBrokenError):
        vault.unseal(vault.ref(ChatId("telegram:1")), "turns.sealed", 7, sealed)


def test_each_flipped_bit_of_a_seal_is_noticed(folder: Path, key_file: Path) -> None:
    vault = Vault.open(folder, key_file)
    ref = vault.ref(CHAT)
    sealed = bytearray(vault.seal(ref, "turns.sealed", 7, b"words"))
    for bit in range(len(sealed) * 8):
        sealed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SealBrokenError):
            vault.unseal(ref, "turns.sealed", 7, bytes(sealed))
        sealed[bit // 8] ^= 1 << bit % 8


def test_keys_are_there_after_a_restart_once_kept(folder: Path, key_file: Path) -> None:
    vault = Vault.open(folder, key_file)
    sealed = vault.seal(vault.ref(CHAT), "a.b", 1, b"words")
    vault.keep()
    vault.close()
    vault = Vault.open(folder, key_file)
    assert vault.unseal(vault.ref(CHAT), "a.b", 1, sealed) == b"words"


def test_a_key_of_a_batch_that_failed_is_forgotten(folder: Path, key_file: Path) -> None:
    vault = Vault.open(folder, key_file)
    sealed = vault.seal(vault.ref(CHAT), "a.b", 1, b"words")
    vault.forget()
    assert vault.count() == 0
    with pytest.raises(SealBrokenError):
        vault.unseal(vault.ref(CHAT), "a.b", 1, sealed)


def test_an_erased_chat_opens_nowhere_and_may_begin_again(folder: Path, key_file: Path) -> None:
    vault = Vault.open(folder, key_file)
    ref = vault.ref(CHAT)
    sealed = vault.seal(ref, "a.b", 1, b"words")
    vault.keep()
    vault.doom(ref, "HTZ4-9QM", AT)
    fresh = vault.seal(ref, "a.b", 2, b"farewell")
    vault.keep()
    assert vault.erased() == ["HTZ4-9QM"]
    with pytest.raises(SealBrokenError):
        vault.unseal(ref, "a.b", 1, sealed)
    assert vault.unseal(ref, "a.b", 2, fresh) == b"farewell"


def test_neither_file_tells_who_chats(folder: Path, key_file: Path) -> None:
    vault = Vault.open(folder, key_file)
    vault.seal(vault.ref(CHAT), "a.b", 1, b"words")
    vault.keep()
    vault.close()
    for file in (folder / "keys.db", key_file):
        assert b"4242" not in file.read_bytes()


def test_both_files_are_closed_to_others(folder: Path, key_file: Path) -> None:
    Vault.open(folder, key_file).close()
    for file in (folder / "keys.db", key_file):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    key_file.chmod(0o644)
    with pytest.raises(VaultError, match="chmod 600"):
        Vault.open(folder, key_file)


def test_a_missing_key_file_is_never_made_anew_over_old_records(
    folder: Path, key_file: Path
) -> None:
    Vault.open(folder, key_file).close()
    key_file.unlink()
    with pytest.raises(VaultError, match="is missing"):
        Vault.open(folder, key_file)
    assert not key_file.exists()


def test_a_wrong_key_file_is_refused(folder: Path, key_file: Path) -> None:
    Vault.open(folder, key_file).close()
    key_file.unlink()
    KeyFile.make(key_file)
    with pytest.raises(VaultError, match="does not belong"):
        Vault.open(folder, key_file)


@pytest.mark.parametrize(
    "text", [b"", b"{}", b"\xff\xfe", b'{"keys": [], "index": "", "buttons": ""}']
)
def test_a_damaged_key_file_is_refused(folder: Path, key_file: Path, text: bytes) -> None:
    Vault.open(folder, key_file).close()
    key_file.write_bytes(text)
    with pytest.raises(VaultError, match="damaged"):
        Vault.open(folder, key_file)


def test_a_damaged_keys_file_is_refused(folder: Path, key_file: Path) -> None:
    Vault.open(folder, key_file).close()
    (folder / "keys.db").write_bytes(b"not a database" * 100)
    with pytest.raises(VaultError, match="damaged"):
        Vault.open(folder, key_file)
    forget_sum(folder / "keys.db")  # as after a crash
    with pytest.raises(VaultError, match="cannot be read"):
        Vault.open(folder, key_file)


def test_a_damaged_key_is_counted_and_never_replaced(folder: Path, key_file: Path) -> None:
    vault = Vault.open(folder, key_file)
    ref = vault.ref(CHAT)
    vault.seal(ref, "a.b", 1, b"words")
    vault.keep()
    vault.close()
    with sqlite3.connect(folder / "keys.db") as keys:
        keys.execute("UPDATE data_keys SET wrapped = zeroblob(60)")
    forget_sum(folder / "keys.db")
    vault = Vault.open(folder, key_file)
    assert vault.damaged() == 1
    with pytest.raises(SealBrokenError):
        vault.seal(ref, "a.b", 2, b"words")


def test_rotation_moves_all_keys_and_makes_old_copies_useless(
    folder: Path, key_file: Path, tmp_path: Path
) -> None:
    vault = Vault.open(folder, key_file)
    refs = [vault.ref(ChatId(f"telegram:{n}")) for n in range(10_000)]
    sealed = [vault.seal(ref, "a.b", 1, b"words") for ref in refs]
    vault.keep()
    shutil.copy(folder / "keys.db", tmp_path / "older-keys.db")
    began = time.perf_counter()
    assert vault.rotate() == (10_000, 0)
    assert time.perf_counter() - began < 2
    vault.close()
    vault = Vault.open(folder, key_file)
    assert all(
        vault.unseal(ref, "a.b", 1, each) == b"words"
        for ref, each in zip(refs, sealed, strict=True)
    )
    vault.close()
    shutil.copy(tmp_path / "older-keys.db", folder / "keys.db")
    forget_sum(folder / "keys.db")
    with pytest.raises(VaultError, match="does not belong"):
        Vault.open(folder, key_file)


def test_a_rotation_broken_off_in_the_middle_loses_nothing(folder: Path, key_file: Path) -> None:
    vault = Vault.open(folder, key_file)
    sealed = vault.seal(vault.ref(CHAT), "a.b", 1, b"words")
    vault.keep()
    vault.close()
    KeyFile.read(key_file).with_new_key().write()  # and here the power failed
    vault = Vault.open(folder, key_file)
    assert vault.unseal(vault.ref(CHAT), "a.b", 1, sealed) == b"words"
    vault.rotate()
    assert vault.unseal(vault.ref(CHAT), "a.b", 1, sealed) == b"words"


def test_a_damaged_key_stays_under_the_old_one_until_it_is_mended(
    folder: Path, key_file: Path
) -> None:
    vault = Vault.open(folder, key_file)
    refs = [vault.ref(ChatId(f"telegram:{n}")) for n in range(3)]
    sealed = [vault.seal(ref, "a.b", 1, b"words") for ref in refs]
    vault.keep()
    vault.close()
    with sqlite3.connect(folder / "keys.db") as keys:
        [(good,)] = keys.execute("SELECT wrapped FROM data_keys WHERE ref = ?", refs[:1])
        keys.execute("UPDATE data_keys SET wrapped = zeroblob(60) WHERE ref = ?", refs[:1])
    forget_sum(folder / "keys.db")
    vault = Vault.open(folder, key_file)
    assert vault.rotate() == (2, 1)
    assert vault.unseal(refs[1], "a.b", 1, sealed[1]) == b"words"
    vault.close()
    with sqlite3.connect(folder / "keys.db") as keys:  # from a copy made before
        keys.execute("UPDATE data_keys SET wrapped = ? WHERE ref = ?", (good, refs[0]))
    forget_sum(folder / "keys.db")
    vault = Vault.open(folder, key_file)
    assert vault.unseal(refs[0], "a.b", 1, sealed[0]) == b"words"
    assert vault.rotate() == (3, 0)
    assert len(json.loads(key_file.read_bytes())["keys"]) == 1


def test_a_refused_start_leaves_the_sum(folder: Path, key_file: Path, tmp_path: Path) -> None:
    Vault.open(folder, key_file).close()
    beside = folder / "keys.db.sum"
    noted = beside.read_text()
    KeyFile.make(tmp_path / "wrong.key")
    with pytest.raises(VaultError, match="does not belong"):
        Vault.open(folder, tmp_path / "wrong.key")
    assert beside.read_text() == noted


@pytest.mark.parametrize("noted", ["", "abc", "\0" * 33])
def test_a_sum_that_is_not_whole_says_nothing(folder: Path, key_file: Path, noted: str) -> None:
    Vault.open(folder, key_file).close()
    (folder / "keys.db.sum").write_text(noted)
    Vault.open(folder, key_file).close()


def test_a_sum_without_room_for_it_is_left_away(folder: Path, key_file: Path) -> None:
    vault = Vault.open(folder, key_file)
    (folder / "keys.db.sum.part").mkdir()  # nothing can be written there
    vault.close()
    assert not (folder / "keys.db.sum").exists()
    Vault.open(folder, key_file)


def test_keys_of_an_older_version_get_serials(folder: Path, key_file: Path) -> None:
    vault = Vault.open(folder, key_file)
    sealed = vault.seal(vault.ref(CHAT), "a.b", 1, b"words")
    vault.keep()
    vault.close()
    with sqlite3.connect(folder / "keys.db") as keys:
        keys.execute("ALTER TABLE data_keys DROP COLUMN serial")
    forget_sum(folder / "keys.db")
    vault = Vault.open(folder, key_file)
    assert vault.unseal(vault.ref(CHAT), "a.b", 1, sealed) == b"words"
    vault.doom(vault.ref(CHAT), "HTZ4-9QM", AT)
    vault.keep()
    with sqlite3.connect(folder / "keys.db") as keys:
        assert len(keys.execute("SELECT serial FROM gone").fetchall()) == 1


def test_a_buttons_signature_is_good_in_its_own_chat_only(folder: Path, key_file: Path) -> None:
    vault = Vault.open(folder, key_file)
    signature = vault.signature(CHAT, "a|HTZ4-9QM|q|o")
    assert len(signature) == 11
    assert vault.check_signature(CHAT, "a|HTZ4-9QM|q|o", signature)
    assert not vault.check_signature(CHAT, "a|HTZ4-9QM|q|p", signature)
    assert not vault.check_signature(ChatId("telegram:4243"), "a|HTZ4-9QM|q|o", signature)
    assert not vault.check_signature(CHAT, "a|HTZ4-9QM|q|o", "ünïcode")
