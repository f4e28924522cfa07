"""Questions that found no answer, put together."""

from datetime import UTC, date, datetime, timedelta

from bot.core.content.faq import Faq, Topic
from bot.core.language.faq import FaqIndex
from bot.core.language.misses import Miss, clusters, replay
from bot.core.model import TopicId

START = datetime(2026, 3, 1, tzinfo=UTC)


def miss(text: str, day: int = 0, *nearest: tuple[str, float]) -> Miss:
    near = tuple((TopicId(topic), score) for topic, score in nearest)
    return Miss(text=text, at=START + timedelta(days=day), nearest=near)


def test_alike_questions_make_one_cluster_with_its_span_and_nearest_topic() -> None:
    found = clusters(
        [
            miss("is there a swimming pool", 3, ("pets", 0.1)),
            miss("do you have a swimming pool?", 1, ("hours", 0.2)),
            miss("swimming pool??", 2, ("hours", 0.3)),
            miss("can I smoke outside", 2),
        ]
    )
    assert [each.count for each in found] == [3, 1]
    pool = found[0]
    assert pool.texts[0] == "do you have a swimming pool?"
    assert (pool.first_at.day, pool.last_at.day) == (2, 4)
    assert (pool.nearest, pool.score) == ("hours", 0.17)
    assert found[1].nearest is None


def test_a_cluster_keeps_its_name_as_new_questions_come_in() -> None:
    before = clusters([miss("is there a swimming pool")])
    after = clusters([miss("is there a swimming pool"), miss("a swimming pool there?", 9)])
    assert before[0].id == after[0].id


def test_no_questions_make_no_cluster() -> None:
    assert clusters([]) == []
    assert clusters([miss("?!"), miss("")]) == []


def index(**topics: list[str]) -> FaqIndex:
    return FaqIndex(
        Faq(
            topics=tuple(
                Topic(
                    id=TopicId(name),
                    title=name,
                    answer="...",
                    source="test",
                    reviewed_on=date(2026, 1, 1),
                    phrasings=tuple(phrasings),
                )
                for name, phrasings in topics.items()
            )
        )
    )


def test_a_replay_counts_what_a_new_phrasing_mends_and_what_it_changes() -> None:
    known = {
        "cost": ["how much is it", "what does it cost", "price please", "what are the fees"],
        "pets": ["can I bring my dog", "are cats allowed", "is my parrot welcome", "my dog"],
        "hours": ["when are you open", "what time do you close", "opening hours", "open today"],
    }
    before = index(**known)
    mended = {**known, "hours": [*known["hours"], "swimming pool timetable"]}
    told = replay(before, index(**mended), ["swimming pool timetable"], ["how much is it"])
    assert (told.misses, told.fixed, told.answered, told.changed) == (1, 1, 1, ())
