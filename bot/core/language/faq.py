"""Which topics a message asks about, and how sure that is: answer, suggest or admit not knowing.

Built once from the phrasings of a FAQ; everything is fitted at load, and the thresholds with it, so
that any FAQ works unchanged. Counterpart: `bot.core.content.faq`, the phrasings themselves.
"""

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from bot.core.checked_yaml import line_of
from bot.core.content.faq import Faq
from bot.core.language.likeness import Floats, Likeness
from bot.core.language.sureness import (
    ENOUGH_STRANGERS,
    WIDTH,
    Sureness,
    evidence,
    least_to_answer,
    least_to_offer,
)
from bot.core.language.topic_model import TopicModel
from bot.core.language.words import questions, sentences, words
from bot.core.model import Frozen, TopicId

MOST_RANKED = 10
_MOST_OFFERED = 3
_TWO = 2
_LIKELY = 4  # the second question must be among so many topics of the whole message
_PART = 0.8  # a part is short: it need not be as sure as a whole message
_TINY = 1e-9
_ENOUGH = 3  # words; fewer say too little without the rest of the message


class Decision(StrEnum):
    """What to do with a message."""

    ANSWER = "answer"
    SUGGEST = "suggest"
    NONE = "none"


class Found(Frozen):
    """What a message asks about. `topics` are answered or offered, best first; none when unknown.

    With ANSWER, `topics` has one topic, or two for two questions in one message; with SUGGEST two
    or three to choose from. `ranking` holds the ten best with a probability each. `because` says
    why in ids and lines of the FAQ, never in words of the person.
    """

    decision: Decision
    topics: tuple[TopicId, ...]
    ranking: tuple[tuple[TopicId, float], ...]
    because: tuple[str, ...]


class FaqIndex:
    """Finds topics. Costs two or three seconds to build, a few milliseconds to search."""

    def __init__(self, faq: Faq) -> None:
        self._topics = [topic.id for topic in faq.topics]
        groups = [(topic.title, *topic.phrasings) for topic in faq.topics]
        if faq.not_ours:
            groups.append(faq.not_ours)
        phrasings = [phrasing for group in groups for phrasing in group]
        self._lines = [line_of(phrasing) for phrasing in phrasings]
        self._likeness = Likeness(phrasings, faq.synonyms)
        first = np.cumsum([0, *(len(group) for group in groups[:-1])])
        self._model = TopicModel(self._likeness, first)
        self._calibrate(faq)
        self._likeness.forget_rows()

    def _calibrate(self, faq: Faq) -> None:
        """Learn from the phrasings left out how sure to be, and where the thresholds lie."""
        topics = len(self._topics)
        out = self._model.left_out
        right: list[list[float]] = []
        wrong: list[list[float]] = []
        strangers: list[list[float]] = []
        real = len(faq.not_ours) >= ENOUGH_STRANGERS
        for learned, nearest, known, truth in zip(
            out.learned, out.nearest, out.known, out.truth, strict=True
        ):
            chances = self._model.chances(learned, nearest)
            seen = evidence(chances, learned, nearest, known, topics)
            if truth == topics:
                strangers.append(seen)
                continue
            (right if np.argmax(chances[:topics]) == truth else wrong).append(seen)
            if not real and topics > 1:
                # Too few examples of what is not ours: what if this topic did not exist?
                others, far = np.delete(learned, truth), np.delete(nearest, truth)
                strangers.append(
                    evidence(self._model.chances(others, far), others, far, known, topics - 1)
                )
        told = [np.array(each).reshape(-1, WIDTH) for each in (right, wrong, strangers)]
        self._sureness = Sureness(told[0], told[1], told[2], real=real)
        sure = [self._sureness.of(each) for each in told]
        self.least_to_answer = least_to_answer(sure[0], sure[1], sure[2], faq.aims)
        self.least_to_offer = min(least_to_offer(sure[2], faq.aims), self.least_to_answer)

    def _heard(self, text: str) -> "_Heard":
        said = words(text)
        vector = self._likeness.vector(self._likeness.spelling.mended(said))
        near = self._likeness.to_all(vector)
        scores = self._model.scores(near)
        topics = len(self._topics)
        chances = self._model.chances(scores.learned, scores.nearest)
        seen = evidence(chances, scores.learned, scores.nearest, vector.known, topics)
        sure = float(self._sureness.of(np.array(seen))[0]) if said else 0.0
        nearest = int(np.argmax(near))
        return _Heard(chances[:topics], sure, nearest, float(near[nearest]))

    def search(self, text: str) -> Found:
        """Rank the topics and decide."""
        whole = self._heard(text)
        both = self._both(text, whole)
        if not both:
            whole = self._clearest(text, whole)
        sure = whole.sure
        scores = whole.chances * (sure / max(float(whole.chances.max()), _TINY))
        order = sorted(range(len(scores)), key=lambda place: (place not in both, -scores[place]))
        for place, part_sure in both.items():
            scores[place] = max(scores[place], part_sure)
        for place, before in zip(order[1:], order, strict=False):  # best first, in numbers too
            scores[before] = max(scores[before], scores[place])
        order = order[:MOST_RANKED]
        ranking = tuple((self._topics[place], round(float(scores[place]), 4)) for place in order)
        if both:
            decision, chosen = Decision.ANSWER, order[:_TWO]
        elif sure >= self.least_to_answer:
            decision, chosen = Decision.ANSWER, order[:1]
        elif sure >= self.least_to_offer and sure:
            decision, chosen = Decision.SUGGEST, order[:_MOST_OFFERED]
        else:
            decision, chosen = Decision.NONE, []
        because = (
            *(f"faq {topic} {score:.2f}" for topic, score in ranking[:3]),
            f"nearest line {self._lines[whole.nearest]} {whole.likeness:.2f}",
        )
        return Found(
            decision=decision,
            topics=tuple(self._topics[place] for place in chosen),
            ranking=ranking,
            because=because,
        )

    def _clearest(self, text: str, whole: "_Heard") -> "_Heard":
        """The message as a whole; or, when that is not clear, the one question in it that is."""
        if whole.sure >= self.least_to_answer:
            return whole
        asked = [part for part in sentences(text) if part.endswith("?")]
        if len(asked) != 1 or asked[0] == text.strip() or len(words(asked[0])) < _ENOUGH:
            return whole
        part = self._heard(asked[0])
        return part if part.sure >= self.least_to_answer else whole

    def _both(self, text: str, whole: "_Heard") -> dict[int, float]:
        """The topics of two questions in one message, with how sure each is; or nothing."""
        parts = questions(text)
        if len(parts) < _TWO:
            return {}
        best: dict[int, float] = {}
        for part in parts:
            heard = self._heard(part)
            topic = int(np.argmax(heard.chances))
            if heard.sure >= self.least_to_answer * _PART:
                best[topic] = max(best.get(topic, 0.0), heard.sure)
        likely = set(np.argsort(-whole.chances)[:_LIKELY].tolist())
        found = sorted(
            (topic for topic in best if topic in likely),
            key=lambda topic: -(best[topic] + float(whole.chances[topic])),
        )
        return {topic: best[topic] for topic in found[:_TWO]} if len(found) >= _TWO else {}


@lru_cache(maxsize=2)
def faq_index(faq: Faq) -> FaqIndex:
    """The index of a FAQ, built once: content that is read again with the same FAQ reuses it."""
    return FaqIndex(faq)


class _Heard(NamedTuple):
    """What the model makes of a text."""

    chances: Floats
    sure: float
    nearest: int
    likeness: float
