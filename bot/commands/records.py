"""`python -m bot transcripts`, `transcript`, `erase`, `retention`; also while the assistant runs."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from bot.case_page import case_page
from bot.content_folder import model_bytes, read_folder
from bot.core.content import Content, read_content
from bot.core.model import Intake
from bot.housekeeping import ERASE, FAILED, NOT_FOUND, erase_with_farewell, scrub_copy, sweep_keys
from bot.keyfile import VaultError
from bot.opening import opened, outcome_of_errand
from bot.store.cases import case_record, newest_intakes, unfiled_count
from bot.store.contents import Contents
from bot.store.database import StoreDownError
from bot.store.erasure import chat_code
from bot.store.retention import retain
from bot.store.tables import sessions
from bot.vault import SealBrokenError


def add(parsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    listing = parsers.add_parser("transcripts", help="list the cases, the most urgent first")
    listing.add_argument("--most", type=int, default=200, metavar="N", help="at most so many")
    listing.set_defaults(run=guarded(_transcripts))
    page = parsers.add_parser("transcript", help="print one case on a page")
    page.add_argument("case", metavar="CASE", help="its code, such as HTZ4-9QM")
    page.set_defaults(run=guarded(_transcript))
    erase = parsers.add_parser("erase", help="erase everything about a case's chat, keys first")
    erase.add_argument("case", metavar="CASE")
    erase.add_argument("--yes", action="store_true", help="do not ask")
    erase.set_defaults(run=guarded(_erase))
    retention = parsers.add_parser(
        "retention", help="erase what has rested long enough, 5 %% (or one chat) at once"
    )
    retention.add_argument("--dry-run", action="store_true", help="only say what would go")
    retention.add_argument("--force", action="store_true", help="more than 5 %% at once")
    retention.set_defaults(run=guarded(_retention))


def guarded(
    command: Callable[[argparse.Namespace], int],
) -> Callable[[argparse.Namespace], int]:
    """What an operator can mend is told in a line, without a traceback."""

    def run(namespace: argparse.Namespace) -> int:
        try:
            return command(namespace)
        except (StoreDownError, VaultError, SealBrokenError, OSError) as error:
            print(f"bot: {error}", file=sys.stderr)
            return 1

    return run


def _transcripts(namespace: argparse.Namespace) -> int:
    with opened(namespace.settings, namespace.clock) as (store, _):
        cases = store.run_now(lambda batch: newest_intakes(batch, namespace.most))
        open_ones = store.run_now(unfiled_count)
    if sys.stdout.isatty():
        _table(cases)
    else:
        for intake in cases:
            print("\t".join(_row(intake)))
    print(f"{len(cases)} cases; {open_ones} screenings under way and not filed", file=sys.stderr)
    return 0


COLUMNS = ("case", "urgency", "status", "for", "setting", "flags", "filed (UTC)")


def _row(intake: Intake) -> tuple[str, ...]:
    result = intake.result
    level = "-" if result is None else result.level.value + (" ?" if result.staff_call else "")
    return (
        intake.case,
        intake.urgency.value,
        intake.status.value,
        intake.perspective.value,
        level,
        " ".join(result.flags) if result else "",
        f"{intake.filed_at:%Y-%m-%d %H:%M}",
    )


def _table(cases: list[Intake]) -> None:
    table = Table(*COLUMNS, box=None, header_style="bold")
    colors = {"now": "red", "same-day": "yellow"}
    for intake in cases:
        table.add_row(*_row(intake), style=colors.get(intake.urgency.value))
    Console().print(table)


def _transcript(namespace: argparse.Namespace) -> int:
    with opened(namespace.settings, namespace.clock) as (store, _):
        record = store.run_now(lambda batch: case_record(batch, namespace.case))
        if record is None:
            print(f"bot: there is no case {namespace.case}", file=sys.stderr)
            return 1
        model = model_bytes(namespace.settings.content_dir)
        contents = Contents(store, read=lambda texts: read_content(texts, model)[0])
        content, mistakes = read_folder(namespace.settings.content_dir)
        content = content or contents.last_good()
        if content is None:
            raise StoreDownError(f"the content has mistakes, such as {mistakes[0]}")
        contents.newest = content
        version = (record.intake or record.session).content_version
        content = store.run_now(lambda batch: contents.version(batch, version))
    print(case_page(record, content))
    return 0


def _content(namespace: argparse.Namespace) -> Content:
    content, mistakes = read_folder(Path(namespace.settings.content_dir))
    if content is None:
        raise StoreDownError(f"the content has mistakes, such as {mistakes[0]}")
    return content


def _erase(namespace: argparse.Namespace) -> int:
    code = chat_code(namespace.case)
    if not namespace.yes and not _agreed(f"Erase everything about {code}? This is final. [y/N] "):
        print("nothing was erased")
        return 1
    with opened(namespace.settings, namespace.clock) as (store, is_running):
        if code in store.run_now(lambda batch: batch.vault.erased()):
            print(f"{code} was erased before")
            return 0
        known = store.run_now(
            lambda batch: batch.rows(select(sessions.c.ref).where(sessions.c.case_code == code))
        )
        if not known:
            print(f"bot: there is no case {code}", file=sys.stderr)
            return 1
        if not is_running:
            erased, _ = store.run_now(lambda batch: erase_with_farewell(batch, code))
            store.run_now(scrub_copy)
            messages = len(erased.messages) if erased else 0
    if is_running:
        outcome = outcome_of_errand(namespace.settings, namespace.clock, ERASE, code)
        if outcome is None:
            print("bot: the running assistant did not answer; try again", file=sys.stderr)
            return 1
        if outcome.startswith(FAILED):
            print(f"bot: not erased: {outcome.removeprefix(FAILED)}", file=sys.stderr)
            return 1
        messages = 0 if outcome == NOT_FOUND else int(outcome)
    print(
        f"{code} is erased: its key, then everything that was kept under it.\n"
        f"{messages} messages of the last two days are deleted from the chat"
        f"{'' if is_running else ' when the assistant next runs'}.\n"
        "What remains: the code and the day of the erasure, what Telegram itself keeps, older\n"
        "messages in the chat, and what staff wrote down elsewhere. Copies of the data made by\n"
        "`backup` can no longer be read for this case; a copy of keys.db that you made yourself\n"
        "still can, until `keys rotate` makes it useless."
    )
    return 0


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        print("bot: nobody to ask; add --yes", file=sys.stderr)
        return False
    return input(question).strip().casefold() in {"y", "yes"}


def _retention(namespace: argparse.Namespace) -> int:
    clinic = _content(namespace).clinic
    with opened(namespace.settings, namespace.clock) as (store, is_running):
        if is_running and not namespace.dry_run:
            print(
                "bot: the assistant is running and does this at night; with --dry-run you see"
                " what is due. Stop it to run this now.",
                file=sys.stderr,
            )
            return 1
        done = store.run_now(
            lambda batch: retain(
                batch,
                clinic.keep_days,
                open_days=clinic.keep_open_days,
                dry_run=namespace.dry_run,
                force=namespace.force,
            )
        )
        if not namespace.dry_run:
            store.run_now(sweep_keys)
    for code in done.erased:
        print(code)
    would = "would be erased" if namespace.dry_run else "erased"
    print(
        f"{done.chats} chats, {done.due} due, {len(done.erased)} {would}, {done.held_back} held"
        " back (never more than 5 %, or one chat, at once without --force)",
        file=sys.stderr,
    )
    return 0
