"""Questions that found no answer: clusters of them, and mending one before it is written.

The same as `python -m bot misses` does, for people without a terminal. What a phrasing would do to
past questions is shown first; only then can it be written into content/faq.yaml.
"""

import asyncio
from pathlib import Path

from sqlalchemy import Table, select
from starlette.responses import Response

from bot.console.accounts import Role
from bot.console.visit import RefusedError, Visit
from bot.core.content.faq import Faq
from bot.core.language.faq import Decision
from bot.core.language.misses import Cluster, Miss, clusters
from bot.core.model import Frozen, TopicId
from bot.mending import Tried, faq_of, tried_aside, written
from bot.store.batch import Batch
from bot.store.records import KeptFeedback, KeptMiss
from bot.store.tables import feedback, misses
from bot.vault import SealBrokenError

MOST = 1_000  # of the newest questions
AT_ONCE = 250
SHOWN = 30
LONGEST = 300
_one_at_a_time = asyncio.Lock()


class Shown(Frozen):
    """A cluster, and the topic that answers its first question by now."""

    cluster: Cluster
    nearest: str
    answered_by: str


async def unanswered_page(visit: Visit) -> Response:
    """What people asked in vain, the most frequent first."""
    asked, _ = await _asked(visit)
    content = visit.content
    titles = {each.id: str(each.title) for each in content.faq.topics}

    def shown() -> tuple[list[Shown], int]:
        found = clusters(asked, content.faq)
        lines = []
        for each in found[:SHOWN]:
            now = content.search(each.texts[0])
            is_answered = now.decision is Decision.ANSWER and not each.disliked
            lines.append(
                Shown(
                    cluster=each,
                    nearest=titles.get(each.nearest, "") if each.nearest else "",
                    answered_by=titles.get(now.topics[0], "") if is_answered else "",
                )
            )
        return lines, len(found)

    lines, number = await asyncio.to_thread(shown)
    return visit.page(
        "unanswered.html", lines=lines, number=number, may_mend=visit.me.role is Role.LEAD
    )


async def cluster_page(visit: Visit) -> Response:
    """One cluster, and which topic it should have found."""
    cluster, _, _ = await _cluster(visit)
    nearest = cluster.nearest or ""
    return _page(visit, cluster, topic=nearest, phrasing=cluster.texts[0])


async def mend(visit: Visit) -> Response:
    """Try a phrasing; with "save", write it as it was tried."""
    folder = _folder(visit)
    cluster, asked, liked = await _cluster(visit)
    topic, phrasing = visit.form.get("topic", ""), " ".join(visit.form.get("phrasing", "").split())
    if visit.content.topic(TopicId(topic)) is None or not phrasing or len(phrasing) > LONGEST:
        problem = f"Please pick a topic, and give a phrasing of at most {LONGEST} characters."
        return _page(visit, cluster, topic=topic, phrasing=phrasing, problem=problem, status=422)
    lost = [each.text for each in asked if each.disliked is None]
    async with _one_at_a_time:
        found = await tried_aside(folder, topic, phrasing, lost, liked)
        if visit.form.get("does") == "save" and found.text:
            if found.base != visit.form.get("base"):
                problem = "The FAQ has changed meanwhile. Please look at the result again."
                return _page(
                    visit, cluster, topic=topic, phrasing=phrasing, found=found, problem=problem
                )
            if not await asyncio.to_thread(written, folder, found):
                raise RefusedError("The FAQ has changed meanwhile. Please try again.", 409)
            return visit.go("/unanswered", done="mended")
    return _page(visit, cluster, topic=topic, phrasing=phrasing, found=found)


def _page(
    visit: Visit,
    cluster: Cluster,
    *,
    topic: str,
    phrasing: str,
    found: Tried | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    faq: Faq = visit.content.faq
    return visit.page(
        "unanswered_one.html",
        status=status,
        cluster=cluster,
        topics=[(str(each.id), str(each.title)) for each in faq.topics],
        topic=topic,
        phrasing=phrasing,
        found=found,
        problem=problem,
        longest=LONGEST,
    )


def _folder(visit: Visit) -> Path:
    folder = visit.house.content_dir
    if folder is None or faq_of(folder) is None:
        raise RefusedError("The content cannot be changed from here.", 503)
    return folder


async def _cluster(visit: Visit) -> tuple[Cluster, list[Miss], list[str]]:
    asked, liked = await _asked(visit)
    found = await asyncio.to_thread(clusters, asked, visit.content.faq)
    wanted = visit.request.path_params["cluster"]
    for each in found:
        if each.id == wanted:
            return each, asked, liked
    raise RefusedError("There is no such question any more.", 404)


async def _asked(visit: Visit) -> tuple[list[Miss], list[str]]:
    """The newest questions without an answer or with a bad one; and those with a good one."""
    found: list[Miss] = []
    liked: list[str] = []
    for table in (misses, feedback):
        last = 2**62
        for _ in range(MOST // AT_ONCE):
            some, last = await visit.read(lambda batch, t=table, n=last: _some(batch, t, n))  # type: ignore[misc]  # (bound at once)
            for kept in some:
                if isinstance(kept, KeptMiss):
                    found.append(Miss(text=kept.text, at=kept.at, nearest=kept.nearest))
                elif kept.text and kept.helpful:
                    liked.append(kept.text)
                elif kept.text:
                    near = ((kept.topic, 0.0),)
                    found.append(
                        Miss(text=kept.text, at=kept.at, nearest=near, disliked=kept.topic)
                    )
            if not last:
                break
    return sorted(found, key=lambda each: each.at), liked[::-1]


def _some(batch: Batch, table: Table, before: int) -> tuple[list[KeptMiss | KeptFeedback], int]:
    """Rows older than that id, newest first, and the last of their ids; 0 when there are no more."""
    shape: type[KeptMiss | KeptFeedback] = KeptMiss if table is misses else KeptFeedback
    rows = batch.rows(
        select(table).where(table.c.id < before).order_by(table.c.id.desc()).limit(AT_ONCE)
    )
    batch.vault.load({row.ref for row in rows})
    found: list[KeptMiss | KeptFeedback] = []
    for row in rows:
        try:
            found.append(batch.unseal(row.ref, table.c.sealed, row.id, row.sealed, shape))
        except SealBrokenError:
            continue  # a damaged record must not hide the others
    return found, int(rows[-1].id) if len(rows) == AT_ONCE else 0
