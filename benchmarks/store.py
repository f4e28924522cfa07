"""Durable turns a second: the store with group commit, and one transaction a message beside it.

    python benchmarks/store.py

A turn here is what a real one is: the update's name, the session, the transcript row, a reply, a wake,
all sealed. `advance` takes next to no time, so that the figure is the store's.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "tests")]

from desk import Channel, desk

from bot.content_folder import read_folder
from bot.core.content import Content
from bot.core.model import AnyEvent, Reply, Session, Turn, Wake, WakeMe
from bot.core.post import Delivery

CHATS = 50
ROOT = Path(__file__).parents[1]


def short(session: Session, event: AnyEvent, _content: Content) -> Turn:
    """A reply and a wake, as most turns have."""
    return Turn(
        session=session,
        effects=(
            Reply(text="How are work, school, home and looking after yourself going?"),
            WakeMe(at=event.at + timedelta(minutes=30), reason=Wake.SILENCE),
        ),
        because=("bench",),
    )


async def measured(content: Content, turns: int, batch: int) -> float:
    """Turns a second when updates come in batches of that size."""
    with tempfile.TemporaryDirectory(dir=ROOT) as folder:
        async with desk(
            Path(folder) / "data", content, advance=short, channel=Channel(), runs=False
        ) as here:
            updates = [
                here.said(f"pretty much every day, number {n}", chat=f"telegram:{n % CHATS}")
                for n in range(turns)
            ]
            began = time.perf_counter()
            for some in _split(updates, batch):
                await here.reception.receive_all(some)
            return turns / (time.perf_counter() - began)


def _split(updates: Sequence[Delivery], size: int) -> list[Sequence[Delivery]]:
    return [updates[start : start + size] for start in range(0, len(updates), size)]


def main() -> None:
    """Print the table."""
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    content, _ = read_folder(ROOT / "content")
    if content is None:
        raise SystemExit("the content has mistakes")
    print("updates a transaction | durable turns a second")
    for batch, turns in ((1, 300), (10, 2000), (100, 10_000), (500, 20_000)):
        print(f"{batch:>21} | {asyncio.run(measured(content, turns, batch)):,.0f}")


if __name__ == "__main__":
    main()
