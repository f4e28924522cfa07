"""Questions that found no answer, put together by what they ask, so that one phrasing mends many.

Counterpart: `bot.commands.misses`, which shows them and writes a phrasing into the FAQ.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from zlib import crc32

import numpy as np

from bot.core.content.faq import Faq
from bot.core.language.faq import Decision, FaqIndex, Found
from bot.core.language.likeness import Likeness
from bot.core.language.words import folded, words
from bot.core.model import Frozen, TopicId

_ALIKE = 0.33
_MOST = 5_000


class Miss(Frozen):
    """A question without an answer, or with one that did not help (`disliked` names its topic)."""

    text: str
    at: datetime
    nearest: tuple[tuple[TopicId, float], ...] = ()
    disliked: TopicId | None = None


class Cluster(Frozen):
    """Questions that are alike; `texts` are the different ones, the most frequent first."""

    id: str
    texts: tuple[str, ...]
    count: int
    disliked: int
    first_at: datetime
    last_at: datetime
    nearest: TopicId | None
    score: float


def clusters(misses: Sequence[Miss], faq: Faq | None = None) -> list[Cluster]:
    """The misses in clusters, the largest first; the newest 5,000 count.

    A cluster is named after its oldest question, so that its id stays as new ones come in. The FAQ
    tells which words are common and which say something.
    """
    asked = sorted((each for each in misses if words(each.text)), key=lambda miss: miss.at)[-_MOST:]
    if not asked:
        return []
    known = [phrasing for topic in faq.topics for phrasing in topic.phrasings] if faq else []
    synonyms = faq.synonyms if faq else ()
    likeness = Likeness([*(each.text for each in asked), *known], synonyms)
    leader = np.full(len(asked), -1)
    for number in range(len(asked)):
        if leader[number] >= 0:
            continue
        near = likeness.to_all(likeness.row(number))[: len(asked)]
        leader[(near >= _ALIKE) & (leader < 0)] = number
        leader[number] = number
    groups: dict[int, list[Miss]] = {}
    for miss, first in zip(asked, leader.tolist(), strict=True):
        groups.setdefault(first, []).append(miss)
    found = [_cluster(group) for group in groups.values()]
    return sorted(found, key=lambda cluster: (-cluster.count, cluster.first_at, cluster.id))


def _cluster(group: Sequence[Miss]) -> Cluster:
    texts = Counter(miss.text for miss in group)
    scores: dict[TopicId, float] = {}
    for miss in group:
        for topic, score in miss.nearest:
            scores[topic] = scores.get(topic, 0.0) + score
    nearest = max(scores, key=lambda topic: scores[topic], default=None)
    return Cluster(
        id=f"{crc32(folded(group[0].text).encode()):08x}"[:6],
        texts=tuple(text for text, _ in texts.most_common()),
        count=len(group),
        disliked=sum(miss.disliked is not None for miss in group),
        first_at=group[0].at,
        last_at=group[-1].at,
        nearest=nearest,
        score=round(scores[nearest] / len(group), 2) if nearest is not None else 0.0,
    )


class Replay(Frozen):
    """What a changed FAQ makes of past questions."""

    misses: int
    fixed: int
    answered: int
    changed: tuple[str, ...]


def replay(
    before: FaqIndex, after: FaqIndex, misses: Sequence[str], answered: Sequence[str]
) -> Replay:
    """How many misses find a topic now, and which questions that had an answer get another."""
    fixed = sum(
        before.search(text).decision is Decision.NONE
        and after.search(text).decision is not Decision.NONE
        for text in misses
    )
    changed = tuple(
        text for text in answered if _first(before.search(text)) != _first(after.search(text))
    )
    return Replay(misses=len(misses), fixed=fixed, answered=len(answered), changed=changed)


def _first(found: Found) -> tuple[str, ...]:
    return (found.decision, *found.topics[:1])
