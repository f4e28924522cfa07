"""What people asked of the FAQ: questions without an answer, and thumbs under answers."""

from sqlalchemy import select

from bot.core.language.misses import Miss
from bot.store.batch import Batch
from bot.store.records import KeptFeedback, KeptMiss
from bot.store.tables import feedback, misses


def unanswered(batch: Batch) -> list[Miss]:
    """Questions that found nothing, and those whose answer got a thumb down."""
    found = [
        Miss(text=kept.text, at=kept.at, nearest=kept.nearest)
        for row in batch.rows(select(misses))
        for kept in [batch.unseal(row.ref, misses.c.sealed, row.id, row.sealed, KeptMiss)]
    ]
    found += [
        Miss(text=kept.text, at=kept.at, nearest=((kept.topic, 0.0),), disliked=kept.topic)
        for kept in _thumbs(batch)
        if not kept.helpful and kept.text
    ]
    return sorted(found, key=lambda miss: miss.at)


def liked(batch: Batch) -> list[str]:
    """Questions whose answer got a thumb up: a change must not lose them."""
    return [kept.text for kept in _thumbs(batch) if kept.helpful and kept.text]


def _thumbs(batch: Batch) -> list[KeptFeedback]:
    return [
        batch.unseal(row.ref, feedback.c.sealed, row.id, row.sealed, KeptFeedback)
        for row in batch.rows(select(feedback))
    ]
