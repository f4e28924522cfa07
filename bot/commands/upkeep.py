"""`python -m bot keys rotate`, `backup`, `restore`, `doctor`: what keeps the records safe."""

import argparse
import sys
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path

import msgspec
from rich.console import Console
from rich.text import Text

from bot.commands.records import guarded
from bot.doctor import Finding, findings
from bot.housekeeping import FAILED, ROTATE
from bot.keyfile import fingerprint
from bot.opening import opened, outcome_of_errand
from bot.settings import Settings
from bot.store.backups import Proof, back_up, bring_back
from bot.store.batch import hour_of
from bot.store.database import database_path, open_engine
from bot.store.facts import BACKUP, KEYS_COPY, fact, note_fact
from bot.store.lock import AlreadyRunningError, Lock
from bot.store.tables import facts
from bot.store.writer import Store
from bot.vault import Rotation, Vault


def add(parsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    keys = parsers.add_parser("keys", help="look after the keys")
    which = keys.add_subparsers(dest="keys", metavar="WHAT", required=True)
    rotate = which.add_parser(
        "rotate", help="wrap all keys anew; old copies of keys.db are useless then"
    )
    rotate.set_defaults(run=guarded(_rotate))
    backup = parsers.add_parser("backup", help="copy the records, also while the assistant runs")
    backup.add_argument("to", type=Path, metavar="DATA_FOLDER", help="gets a new file each time")
    backup.add_argument(
        "keys_to", type=Path, metavar="KEYS_FOLDER", help="gets the one copy of keys.db"
    )
    backup.add_argument("--keep", type=int, default=14, metavar="N", help="data copies to keep")
    backup.set_defaults(run=guarded(_backup))
    restore = parsers.add_parser("restore", help="put a copy in place of the records, and prove it")
    restore.add_argument("data", type=Path, metavar="FILE", help="a file that `backup` made")
    restore.add_argument(
        "--keys", type=Path, metavar="FILE", help="the copy of keys.db, if the one in use is lost"
    )
    restore.set_defaults(run=guarded(_restore))
    doctor = parsers.add_parser("doctor", help="red and green for everything an operator must know")
    doctor.add_argument("--dead-letters", action="store_true", help="show them, words included")
    doctor.set_defaults(run=guarded(_doctor))


def _rotate(namespace: argparse.Namespace) -> int:
    settings: Settings = namespace.settings
    with opened(settings, namespace.clock) as (store, is_running):
        done = None if is_running else store.run_now(lambda batch: batch.vault.rotate())
    if is_running:
        outcome = outcome_of_errand(settings, namespace.clock, ROTATE, "") or ""
        if outcome.startswith(FAILED):
            print(f"bot: nothing was changed: {outcome.removeprefix(FAILED)}", file=sys.stderr)
            return 1
        numbers = outcome.split()
        done = Rotation(*map(int, numbers)) if numbers else None
    if done is None:
        print("bot: the running assistant did not answer; look at `doctor`", file=sys.stderr)
        return 1
    print(
        f"{done.moved} keys are wrapped with a new key-encryption key; no record was touched.\n"
        f"Copy the key file again: {settings.key_file} (fingerprint {fingerprint(settings.key_file)}),\n"
        "and make a backup: copies of keys.db made before are useless now."
    )
    if done.left:
        print(
            f"bot: {done.left} keys are damaged. They stay under the old key-encryption key, which"
            " stays in the key file, so that a copy of keys.db from before can still mend them:"
            " python -m bot restore --help. Or erase their cases (`doctor` names them), and rotate"
            " again; until then older copies of keys.db can be opened.",
            file=sys.stderr,
        )
    return 1 if done.left else 0


def _backup(namespace: argparse.Namespace) -> int:
    settings: Settings = namespace.settings
    at: datetime = namespace.clock()
    to: Path = namespace.to
    with opened(settings, namespace.clock) as (store, is_running):
        note = partial(_note, settings, None if is_running else store)
        copy = str((namespace.keys_to / "keys.db").resolve())
        before = store.run_now(lambda batch: fact(batch, KEYS_COPY)).splitlines()
        # Noted before it is made, so that the records know of it also after a restore.
        note({KEYS_COPY: "\n".join(dict.fromkeys([copy, *before]))})
        target, proof = back_up(settings.data_dir, settings.key_file, to, namespace.keys_to, at)
        note({KEYS_COPY: copy, BACKUP: str(hour_of(at))})
    old = sorted(to.glob("bot-????????T??????.db"))[: -max(1, namespace.keep)]
    for each in old:
        each.unlink()
    print(f"{target}: {_told(proof)}")
    print(f"{namespace.keys_to / 'keys.db'}: {proof.chats - proof.orphaned} keys or more, replaced")
    print(
        f"Not copied: the key file {settings.key_file} (fingerprint"
        f" {fingerprint(settings.key_file)}). Keep a copy of it in a third place: without it both"
        " are noise."
    )
    return 0


def _note(settings: Settings, store: Store | None, rows: dict[str, str]) -> None:
    """Keep facts; beside the assistant that writes in a short transaction of our own."""
    if store is not None:
        for name, value in rows.items():
            store.run_now(partial(note_fact, name=name, value=value))
        return
    engine = open_engine(f"sqlite:///{database_path(settings.data_dir)}")
    try:
        with engine.begin() as connection:
            for name, value in rows.items():
                connection.execute(facts.delete().where(facts.c.name == name))
                connection.execute(facts.insert(), {"name": name, "fact": value})
    finally:
        engine.dispose()


def _told(proof: Proof) -> str:
    told = f"{proof.chats} chats, {proof.opened} sealed fields, all open"
    return told + (f"; {proof.orphaned} fields of erased chats stay shut" if proof.orphaned else "")


def _restore(namespace: argparse.Namespace) -> int:
    settings: Settings = namespace.settings
    for path in (namespace.data, namespace.keys):
        if path is not None and not path.is_file():
            print(f"bot: there is no file {path}", file=sys.stderr)
            return 2
    try:
        with Lock(settings.data_dir):
            at: datetime = namespace.clock()
            found = bring_back(
                settings.data_dir, settings.key_file, namespace.data, namespace.keys, at
            )
            with closing(Vault.open(settings.data_dir, settings.key_file)) as vault:
                store = Store.open(settings.data_dir, vault, namespace.clock)
                try:
                    proof = store.proof()
                finally:
                    store.close_now()
    except AlreadyRunningError as error:
        print(f"bot: {error}", file=sys.stderr)
        return 1
    told = _told(msgspec.structs.replace(proof, orphaned=found.orphaned))
    print(f"{database_path(settings.data_dir)}: {told}")
    print("The files used before lie beside, named .replaced-...: delete them when all is well.")
    return 0 if not proof.broken else 1


def _doctor(namespace: argparse.Namespace) -> int:
    found = findings(namespace.settings, namespace.clock, letters=namespace.dead_letters)
    console = Console(highlight=False, soft_wrap=True)
    for finding in found:
        console.print(_line(finding))
    bad = sum(finding.is_red for finding in found)
    print(f"{bad} red, {len(found) - bad} not" if bad else "all is well")
    return 1 if bad else 0


def _line(finding: Finding) -> Text:
    word, color = ("note ", "yellow") if finding.is_note else ("green", "green")
    if finding.is_red:
        word, color = "red  ", "red"
    return Text.assemble((word, f"bold {color}"), f" {finding.what}: {finding.how}")
