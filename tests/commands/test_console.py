"""`python -m bot invite-admin`: the way back in, for whoever has the machine."""

import argparse
import asyncio
from pathlib import Path

import pytest
from clinic import Clinic, Colleague, clinic_in

from bot.commands.console import run_invite
from bot.console.access_log import newest_rows, verified
from bot.console.accounts import Role
from bot.core.content import Content
from bot.settings import Settings
from bot.store.lock import Lock


def asked(clinic: Clinic, data: Path, login: str = "") -> argparse.Namespace:
    """The command line."""
    settings = Settings(bot_data_dir=str(data), bot_key_file=str(data.with_name("data.key")))
    return argparse.Namespace(settings=settings, clock=clinic.clock, login=login)


async def invited(
    clinic: Clinic, data: Path, capsys: pytest.CaptureFixture[str], login: str = ""
) -> tuple[int, str]:
    """Run it beside the assistant, which holds the lock; what it prints."""
    with Lock(data):
        running = asyncio.get_running_loop().run_in_executor(
            None, run_invite, asked(clinic, data, login)
        )
        while not running.done():
            await asyncio.sleep(0.05)
            await clinic.desk.ticks()
    printed = capsys.readouterr()
    return await running, printed.out + printed.err


async def test_an_admin_without_a_phone_gets_back_in(
    tmp_path: Path, content: Content, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    async with clinic_in(data, content) as clinic:
        root = await clinic.colleague("Root", Role.ADMIN)
        code, printed = await invited(clinic, data, capsys)
        assert code == 0
        clinic.clock.passes(minutes=1)
        assert (await root.opens("/people")).path == "/sign-in", "the old sessions are over"
        assert (await root.signs_in()).status == 422
        again = Colleague(clinic, "Root", Role.ADMIN)
        assert (await again.joins(printed.split("/join/")[1].split()[0])).path == "/people"
        rows = await clinic.desk.store.run(newest_rows)
        assert ("invite-admin!", "account 1") in [(row.action, row.detail) for row in rows]
        assert (await clinic.desk.store.run(verified)).broken_at is None


async def test_where_there_is_no_admin_one_is_made(
    tmp_path: Path, content: Content, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    async with clinic_in(data, content) as clinic:
        await clinic.colleague("Admin", Role.LEAD)  # signs in as "admin"
        asking = asked(clinic, data)
    assert run_invite(asking) == 0, "it works while nothing runs, too"
    secret = capsys.readouterr().out.split("/join/")[1].split()[0]
    async with clinic_in(data, content) as clinic:
        fresh = Colleague(clinic, "Admin-2", Role.ADMIN)
        assert (await fresh.joins(secret)).path == "/people"


async def test_with_several_admins_it_asks_which(
    tmp_path: Path, content: Content, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    async with clinic_in(data, content) as clinic:
        for name in ("Root", "Ruth"):
            await clinic.colleague(name, Role.ADMIN)
        code, printed = await invited(clinic, data, capsys)
        assert (code, "root, ruth" in printed) == (1, True)
        code, printed = await invited(clinic, data, capsys, "Ruth")
        assert (code, "/join/" in printed) == (0, True)
        code, printed = await invited(clinic, data, capsys, "nobody")
        assert (code, "no admin signs in as that" in printed) == (1, True)
