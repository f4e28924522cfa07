"""Answers to questions about the program: at any stage, and then back to what was open."""

from bot.core.dialogue import questions
from bot.core.dialogue.draft import Draft
from bot.core.dialogue.press import Press, button
from bot.core.language.crisis import language_of
from bot.core.language.faq import Found
from bot.core.model import (
    Browsing,
    Button,
    NoteFeedback,
    NoteMiss,
    TopicId,
)

TOPICS_ON_A_PAGE = 8


def menu(draft: Draft) -> tuple[tuple[Button, ...], ...]:
    """The three things to do when nothing is open."""
    words = draft.content.wording.menu
    return (
        (button(words.screening, "screening"),),
        (button(words.screening_loved_one, "screening", "loved-one"),),
        (button(words.topics, "topics"), button(words.human, "human")),
    )


def show_topics(draft: Draft, start: int = 0, *, in_place: bool = False) -> None:
    """The list of topics, a page at a time."""
    topics = draft.content.faq.topics
    questions.forget_guess(draft)
    start = start if 0 <= start < len(topics) else 0
    words = draft.content.wording
    page = topics[start : start + TOPICS_ON_A_PAGE]
    more = start + TOPICS_ON_A_PAGE
    turn = (
        button(words.menu.more, "topics", more)
        if more < len(topics)
        else button(words.menu.first, "topics", 0)
    )
    rows = [(button(topic.title, "topic", topic.id),) for topic in page]
    draft.reply(words.topics_title, [*rows, (turn,)], lasting=True, in_place=in_place)


def answer(draft: Draft, topic_id: TopicId) -> bool:
    """Answer one topic, with thumbs and related topics under it; False when there is none such."""
    topic = draft.content.topic(topic_id)
    if topic is None:
        return False
    words = draft.content.wording.faq
    thumbs = (
        button(words.helpful, "thumb", topic_id, "up"),
        button(words.unhelpful, "thumb", topic_id, "down"),
    )
    related = [
        (button(each.title, "topic", each.id),)
        for each in map(draft.content.topic, topic.related[:2])
        if each is not None
    ]
    draft.reply(draft.content.answer_text(topic), [thumbs, *related], lasting=True)
    return True


def asked(draft: Draft, text: str) -> None:
    """A typed message while nothing else is open: answer, offer, or say that it is not known."""
    found = draft.content.search(text)
    if not give(draft, text, found):
        miss(draft, text, found)
        draft.reply(draft.content.wording.faq.not_known, menu(draft)[2:])


def give(draft: Draft, text: str, found: Found) -> bool:
    """Answer or offer what was found; False when nothing was."""
    if found.decision == "none" or not found.topics:
        return False
    draft.change(last_question=text[:500])
    scores = dict(found.ranking)
    draft.because.extend(f"faq {each} {scores.get(each, 0):.2f}" for each in found.topics)
    if found.decision == "answer":
        if language_of(text) == "es":
            draft.reply(draft.content.wording.faq.spanish)
        for topic in found.topics[:2]:
            answer(draft, topic)
        return True
    offer(draft, text, found)
    return True


def offer(draft: Draft, text: str, found: Found) -> None:
    """Ask which of two or three topics was meant."""
    words = draft.content.wording.faq
    known = [each for each in map(draft.content.topic, found.topics[:3]) if each is not None]
    rows = [(button(each.title, "topic", each.id),) for each in known]
    draft.change(last_question=text[:500])
    if isinstance(draft.session.stage, Browsing):
        draft.change(stage=Browsing(offered=tuple(each.id for each in known)))
    draft.reply(words.did_you_mean, [*rows, (button(words.none_of_these, "none"),)])


def miss(draft: Draft, text: str, found: Found) -> None:
    """Keep an unanswered question for the people who write the answers."""
    draft.note("faq none")
    if draft.is_concerned:
        return
    draft.change(last_question=text[:500])
    draft.do(NoteMiss(text=text[:1000], nearest=found.ranking[:3]))


def none_chosen(draft: Draft) -> None:
    """None of the offered topics was meant."""
    nearest = draft.session.stage.offered if isinstance(draft.session.stage, Browsing) else ()
    text = draft.session.last_question
    if text:
        draft.do(NoteMiss(text=text, nearest=tuple((each, 0.0) for each in nearest)))
    draft.note("faq none-of-these")
    draft.receipt(draft.content.wording.faq.none_of_these)
    draft.reply(draft.content.wording.faq.none_chosen, menu(draft)[2:])


def thumb(draft: Draft, press: Press) -> None:
    """Keep a thumb; a thumb down goes with the question to those who write the answers."""
    topic = TopicId(press.argument(0))
    if draft.content.topic(topic) is None:
        draft.toast(draft.content.wording.other.stale_plain)
        return
    is_up = press.argument(1) == "up"
    draft.note(f"thumb {topic} {'up' if is_up else 'down'}")
    draft.do(NoteFeedback(topic=topic, helpful=is_up, text=draft.session.last_question))
    words = draft.content.wording.faq
    draft.toast(words.thanks if is_up else words.sorry)
