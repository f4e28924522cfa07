"""The console at 100,000 cases, and what 50 staff who click cost the people who chat.

    python benchmarks/console.py [CASES [FOLDER]]

Pages are asked for over HTTP by a process of its own. The floor is /healthz, the same way to the
same server in the same run: what is above it is the page. The wait of a chat is one message through
the reception until it is committed, once with nobody in the console and once with 50 staff who click
every five seconds each. With FOLDER the made-up cases are kept there, and used again.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import msgspec
import structlog
from browser import free_address
from clinic import Clinic, clinic_in
from sqlalchemy import func, select, update

from bot.console.accounts import Role
from bot.console.app import serve
from bot.console.arrivals import catch_up
from bot.console.cases import NEVER
from bot.content_folder import read_folder
from bot.core.model import CaseCode, ChatId, Intake, Urgency
from bot.store.batch import Batch, hour_of
from bot.store.records import KeptSession, KeptTurn
from bot.store.staff_tables import cases
from bot.store.tables import intakes, sessions, turns

STAFF = 50
EVERY = 5.0  # seconds between the clicks of one of them
ASKED = 40  # times for each page
PROBES = 200
STEP = 1_000
WHOLE = 500  # every so many cases, one has the whole chat
LETTERS = "BCDFGHJKMNPQRSTVWXYZ23456789"
PAGES = {
    "queue": "/queue",
    "mine": "/queue?view=mine",
    "unassigned": "/queue?view=unassigned",
    "overdue": "/queue?view=overdue",
    "crisis today": "/queue?view=crisis-today",
    "waiting for the client": "/queue?view=waiting-for-client",
    "closed": "/queue?view=closed",
    "status scheduled": "/queue?state=scheduled",
    "urgency now": "/queue?urgency=now",
    "a sealed filter": "/queue?flag=minor",
    "search in 30 days": "/search?q=rosamund",
    "insight, 30 days": "/insight",
}
SLOW = ["a sealed filter", "search in 30 days", "insight, 30 days"]  # open many records


def code_of(number: int) -> CaseCode:
    """A case code that no other number has."""
    rest = (number * 7919 * 104729 + 12345) % len(LETTERS) ** 7
    text = ""
    for _ in range(7):
        rest, place = divmod(rest, len(LETTERS))
        text += LETTERS[place]
    return CaseCode(f"{text[:4]}-{text[4:]}")


async def filled(clinic: Clinic, number: int) -> None:
    """So many cases, copies of one real chat, over 90 days; a tenth is open."""
    client = clinic.client()
    await client.screens({"past month": "Thought of a way"})
    await client.chats("Rosalind", "555-0142", "how long does it take?")
    store, now = clinic.desk.store, clinic.clock()

    def sample(
        batch: Batch,
    ) -> tuple[KeptSession, dict[str, object], Intake, list[tuple[str, KeptTurn]]]:
        ref = batch.vault.ref(client.chat)
        row = batch.rows(select(sessions).where(sessions.c.ref == ref))[0]
        kept = batch.session(client.chat)
        [*_, intake] = batch.rows(select(intakes).where(intakes.c.ref == ref))
        said = [
            (str(each.question), batch.unseal(ref, turns.c.sealed, each.id, each.sealed, KeptTurn))
            for each in batch.rows(select(turns).where(turns.c.ref == ref).order_by(turns.c.id))
        ]
        assert kept is not None  # noqa: S101 (it was made above)
        filed = batch.unseal(ref, intakes.c.sealed, intake.id, intake.sealed, Intake)
        return kept, dict(row._mapping), filed, said  # noqa: SLF001 (its public name for that)

    kept, row, intake, said = await store.run(sample)
    urgencies = list(Urgency)

    def some(start: int) -> Callable[[Batch], None]:
        def job(batch: Batch) -> None:
            for place in range(start, min(number, start + STEP)):
                chat, code = ChatId(f"telegram:{10_000_000 + place}"), code_of(place)
                ref = batch.vault.ref(chat)
                filed_at = now - timedelta(minutes=place * 7919 % (60 * 24 * 90))
                urgency = urgencies[place % 11 % len(urgencies)]
                session = msgspec.structs.replace(kept.session, chat_id=chat, case_code=code)
                sealed = batch.seal(ref, sessions.c.sealed, ref, KeptSession(session=session))
                batch.insert(sessions, {**row, "ref": ref, "case_code": code, "sealed": sealed})
                filed = msgspec.structs.replace(
                    intake, case=code, filed_at=filed_at, urgency=urgency
                )
                new = batch.next_id(intakes)
                values = {"id": new, "ref": ref, "case_code": code, "status": filed.status.value}
                values |= {"urgency": urgency.value, "content_version": filed.content_version}
                sealed = batch.seal(ref, intakes.c.sealed, new, filed)
                batch.insert(intakes, {**values, "hour": hour_of(filed_at), "sealed": sealed})
                for question, turn in said if place % WHOLE == 0 else said[-2:]:
                    new = batch.next_id(turns)
                    sealed = batch.seal(ref, turns.c.sealed, new, turn)
                    values = {"id": new, "ref": ref, "hour": batch.hour, "question": question}
                    batch.insert(turns, {**values, "sealed": sealed})

        return job

    for start in range(0, number, STEP):
        await store.run(some(start))
    content = clinic.console.house.contents.newest
    while await store.run(lambda batch: catch_up(batch, content.clinic)):
        pass

    def settle(batch: Batch) -> None:
        done = {"closed": 1, "state": "closed", "due_hour": NEVER}
        batch.change(update(cases).where(cases.c.newest % 10 != 0).values(**done))
        few = cases.c.newest % 1000 == 0
        batch.change(update(cases).where(few).values(assignee=1, state="scheduled"))

    if number > STEP:
        await store.run(settle)


def clicks(address: str, cookie: str, seconds: float, codes: list[str]) -> str:
    """A program that clicks as 50 staff do; it prints how long they waited."""
    return f"""
import asyncio, json, random, time, httpx
async def main():
    codes = {json.dumps(codes)}
    waits = []
    async with httpx.AsyncClient(base_url="http://{address}", cookies={{"staff": {cookie!r}}},
            trust_env=False, timeout=60) as http:
        end = time.monotonic() + {seconds}
        async def one(number):
            some = random.Random(number)
            await asyncio.sleep(some.random() * {EVERY})
            while time.monotonic() < end:
                path = some.choice(["/queue", "/queue?view=mine", "/cases/", "/cases/"])
                path += some.choice(codes) if path.endswith("/") else ""
                start = time.perf_counter()
                await http.get(path)
                waits.append(time.perf_counter() - start)
                await asyncio.sleep({EVERY} * (.5 + some.random()))
        await asyncio.gather(*(one(number) for number in range({STAFF})))
    waits.sort()
    print(len(waits), 1000 * waits[len(waits) // 2], 1000 * waits[int(len(waits) * .95)])
asyncio.run(main())
"""


ASKS = """
import json, sys, time, httpx
address, cookie, paths, times, slow = json.loads(sys.stdin.read())
with httpx.Client(base_url=f"http://{address}", cookies={"staff": cookie}, trust_env=False,
        follow_redirects=True, timeout=60) as http:
    found = {}
    for name, some in paths.items():
        waits = []
        for number in range(5 if name in slow else times):
            start = time.perf_counter()
            assert http.get(some[number % len(some)]).status_code == 200, name
            waits.append(1000 * (time.perf_counter() - start))
        waits.sort()
        found[name] = [waits[len(waits) // 2], waits[int(len(waits) * .95)]]
print(json.dumps(found))
"""


async def child(program: str, said: str = "") -> str:
    """What a process of its own prints."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate(said.encode())
    return out.decode()


async def waits_of_chats(clinic: Clinic) -> list[float]:
    """How long messages took, in milliseconds."""
    waits = []
    for number in range(PROBES):
        said = clinic.desk.said("how long does it take?", f"telegram:{500 + number % 20}")
        start = time.perf_counter()
        await clinic.desk.reception.receive(said)
        waits.append(1000 * (time.perf_counter() - start))
        await asyncio.sleep(0.1)
    return waits


async def main(number: int, folder: Path) -> None:
    """Print both tables."""
    content, mistakes = read_folder(ROOT / "content")
    if content is None:
        sys.exit("\n".join(map(str, mistakes)))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    is_new = not (folder / "data").exists()
    async with clinic_in(folder / "data", content) as clinic:
        if is_new:
            await filled(clinic, number)
        count, codes = await clinic.desk.store.run(
            lambda batch: (
                batch.rows(select(func.count()).select_from(cases))[0][0],
                [
                    str(each.case_code)
                    for each in batch.rows(
                        select(cases.c.case_code)
                        .where((cases.c.newest - 2) % WHOLE == 0)
                        .limit(200)
                    )
                ],
            )
        )
        lead = await clinic.colleague(f"Ana{clinic.clock().timestamp():.0f}{count}", Role.LEAD)
        cookie = next(iter(lead.http.cookies.values()))
        address, stop = free_address(), asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(serve(clinic.console, address, stop))
            await asyncio.sleep(1)
            paths = {"floor": ["/healthz"]} | {name: [path] for name, path in PAGES.items()}
            paths["case"] = [f"/cases/{code}" for code in codes]
            asked = json.dumps([address, cookie, paths, ASKED, SLOW])
            found = json.loads(await child(ASKS, asked))
            print(f"| page at {count:,} cases | p50 ms | p95 ms | p50 / floor |")
            print("|---|---:|---:|---:|")
            for name, (middle, late) in found.items():
                print(f"| {name} | {middle:.1f} | {late:.1f} | {middle / found['floor'][0]:.1f} |")
            await waits_of_chats(clinic)  # warm
            alone = await waits_of_chats(clinic)
            seconds = PROBES * 0.12
            side = tasks.create_task(child(clicks(address, cookie, seconds, codes)))
            await asyncio.sleep(1.5)
            busy = await waits_of_chats(clinic)
            clicked = (await side).split()
            print("\n| a chat's message | p50 ms | p95 ms | p95 / alone |")
            print("|---|---:|---:|---:|")
            base = statistics.quantiles(alone, n=20)[18]
            for name, waits in (("nobody in the console", alone), (f"{STAFF} staff click", busy)):
                late = statistics.quantiles(waits, n=20)[18]
                print(
                    f"| {name} | {statistics.median(waits):.1f} | {late:.1f} | {late / base:.2f} |"
                )
            print(
                f"\n{clicked[0]} clicks: p50 {float(clicked[1]):.0f}, p95 {float(clicked[2]):.0f} ms"
            )
            stop.set()


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    if len(sys.argv) > 2:  # noqa: PLR2004 (two arguments)
        asyncio.run(main(wanted, Path(sys.argv[2])))
    else:
        with tempfile.TemporaryDirectory(prefix="bot-console-") as made:
            asyncio.run(main(wanted, Path(made)))
