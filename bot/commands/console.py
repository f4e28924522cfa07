"""`python -m bot verify-log` and `invite-admin`: the console from outside, on the machine itself."""

import argparse
import contextlib
import sys

from bot.console.access_log import verified
from bot.console.accounts import Account, Role, State, all_accounts, digest_of, fresh_secret
from bot.housekeeping import INVITE_ADMIN, NOT_FOUND, run_invite_admin
from bot.opening import opened, outcome_of_errand
from bot.store.database import StoreDownError
from bot.store.writer import Store
from bot.vault import Vault, VaultError


def add(parsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the commands."""
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
    invite = parsers.add_parser(
        "invite-admin", help="a new one-time link for an admin of the console who cannot get in"
    )
    invite.add_argument(
        "login",
        nargs="?",
        default="",
        metavar="NAME",
        help="as what they sign in; needed when there are several admins",
    )
    invite.set_defaults(run=run_invite)


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
        return _told(str(error))
    if found.broken_at is not None:
        print(f"the log is broken at row {found.broken_at}: {found.why}", file=sys.stderr)
        return 1
    if not found.holds_told:
        why = "the log does not hold that head: rows at its end were cut off, or all were made anew"
        print(why, file=sys.stderr)
        return 1
    print(f"the log is whole: {found.rows} rows, head {found.rows}:{found.head[:16] or '-'}")
    return 0


def run_invite(namespace: argparse.Namespace) -> int:
    """Print a link. The running assistant learns the digest of its secret, as the records do."""
    settings, wanted = namespace.settings, namespace.login.casefold()
    secret = fresh_secret()
    try:
        with opened(settings, namespace.clock) as (store, is_running):
            admins = [
                each
                for each in store.run_now(all_accounts)
                if each.role is Role.ADMIN
                and each.state is not State.CLOSED
                and wanted in {"", each.kept.login.casefold()}
            ]
            if problem := _problem(admins, wanted):
                return _told(problem)
            number = admins[0].id if admins else 0
            argument = f"{number}:{digest_of(secret)}"
            if is_running:
                made = outcome_of_errand(settings, namespace.clock, INVITE_ADMIN, argument)
            else:
                made = "done" if store.run_now(lambda b: run_invite_admin(b, argument)) else None
    except (VaultError, StoreDownError) as error:
        return _told(str(error))
    if made in {None, NOT_FOUND}:
        return _told("the running assistant made no link; see its log, or stop it and try again")
    public = settings.bot_console_url or f"http://{settings.bot_console_listen}"
    print(f"This link works once, for three days: {public.rstrip('/')}/join/{secret}")
    print("The old password and phone of that account do not work any more.")
    return 0


def _problem(admins: list[Account], wanted: str) -> str:
    if wanted and not admins:
        return "no admin signs in as that"
    if len(admins) > 1:
        names = ", ".join(each.kept.login for each in admins)
        return f"there are several admins, please say which: {names}"
    return ""


def _told(problem: str) -> int:
    print(f"bot: {problem}", file=sys.stderr)
    return 1
