"""`python -m bot verify-log`: whether the access log of the console is whole."""

import argparse
import contextlib
import sys

from bot.console.access_log import verified
from bot.store.database import StoreDownError
from bot.store.writer import Store
from bot.vault import Vault, VaultError


def add(parsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the command."""
    verify = parsers.add_parser(
        "verify-log", help="check that nobody has changed the console's access log"
    )
    verify.add_argument(
        "--head",
        default="",
        metavar="ROWS:START",
        help="a head told earlier, such as 120:3fa4: the log must still hold it",
    )
    verify.set_defaults(run=run)


def run(namespace: argparse.Namespace) -> int:
    """0 when the chain is whole, 1 when it is not, or cannot be read."""
    settings = namespace.settings
    try:
        with contextlib.closing(Vault.open(settings.data_dir, settings.key_file)) as vault:
            store = Store.open(settings.data_dir, vault, namespace.clock, read_only=True)
            try:
                found = store.run_now(lambda batch: verified(batch, told=namespace.head))
            finally:
                store.close_now()
    except (VaultError, StoreDownError) as error:
        print(f"bot: {error}", file=sys.stderr)
        return 1
    if found.broken_at is not None:
        print(f"the log is broken at row {found.broken_at}: {found.why}", file=sys.stderr)
        return 1
    if not found.holds_told:
        why = "the log does not hold that head: rows at its end were cut off, or all were made anew"
        print(why, file=sys.stderr)
        return 1
    print(f"the log is whole: {found.rows} rows, head {found.rows}:{found.head[:16] or '-'}")
    return 0
