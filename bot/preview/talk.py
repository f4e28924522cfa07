"""The parts of the page about the chat itself: before, between and after the questions."""

from collections.abc import Callable
from functools import partial
from typing import Any

from bot.core.content import Content
from bot.core.content.faq import answer_text
from bot.core.content.wording import fill
from bot.core.dialogue import beginning, commands, erasure, faq, handoff, presses
from bot.core.dialogue.draft import Draft
from bot.core.language.faq import Decision, Found
from bot.core.model import (
    AwaitingConsent,
    Browsing,
    CheckingSafety,
    IntakeStatus,
    Reviewing,
    StaffReplied,
    TopicId,
    WithStaff,
)
from bot.preview.bubble import AT, STAFF, Bubble, Section, shown
from bot.preview.record import records
from bot.preview.samples import usual_way

LINK = "t.me/your_bot"
A_TIME = "Monday, November 30, 08:00"


def start(content: Content) -> Section:
    """What is seen before anything is asked."""
    words = content.wording
    menu = "\n".join(f"/{name} – {about}" for name, about in words.telegram.commands.items())
    topics = [
        bubble
        for first in range(0, len(content.faq.topics), faq.TOPICS_ON_A_PAGE)
        for bubble in shown(content, partial(faq.show_topics, start=first))
    ]
    return Section(
        "start",
        "Before the questions",
        "What people see when they open the chat, and what they agree to.",
        [
            (
                "In Telegram, around the chat",
                [
                    Bubble(words.telegram.description, notes=("empty chat",), manner="page"),
                    Bubble(words.telegram.short_description, notes=("profile",), manner="page"),
                    Bubble(menu, notes=("menu of commands",), manner="page"),
                ],
            ),
            ("Welcome", shown(content, lambda draft: commands.start(draft, ""))),
            ("Back after a while, with an old button", shown(content, presses.stale)),
            ("Help", shown(content, lambda draft: draft.reply(words.help))),
            ("Topics", topics),
            (
                "Consent",
                [
                    *shown(content, beginning.show_consent),
                    *shown(content, lambda draft: presses.consent(draft, "privacy")),
                    *shown(content, presses.declined, "“Not now”"),
                ],
            ),
            ("In a group", [Bubble(fill(words.group_reply, link=LINK))]),
        ],
    )


def asked(content: Content) -> Section:
    """The answers of the FAQ, and what is said around them."""
    words = content.wording
    first = tuple(each.id for each in content.faq.topics[:3])
    found = Found(decision=Decision.SUGGEST, topics=first, ranking=(), because=())
    section = Section("faq", "Answers", "Each topic with its buttons, as it is answered.")
    for topic in content.faq.topics:
        notes = (f"source: {topic.source}", f"reviewed: {topic.reviewed_on}, {topic.reviewed_by}")
        bubbles = shown(content, partial(faq.answer, topic_id=topic.id), *notes)
        other = _with_other_facts(content, topic.id)
        if other and other != bubbles[0].text:
            bubbles.append(Bubble(other, bubbles[0].rows, ("with the other facts of clinic.yaml",)))
        section.groups.append((topic.title, bubbles))
    section.groups += [
        ("Not sure", shown(content, lambda draft: faq.offer(draft, "", found))),
        ("“None of these”", shown(content, faq.none_chosen)),
        (
            "Not known",
            shown(content, lambda draft: draft.reply(words.faq.not_known, faq.menu(draft)[2:])),
        ),
        (
            "After a thumb",
            [Bubble(each, manner="toast") for each in (words.faq.thanks, words.faq.sorry)],
        ),
        ("Before an answer, asked in Spanish", [Bubble(words.faq.spanish, language="es")]),
    ]
    return section


def _with_other_facts(content: Content, topic_id: TopicId) -> str:
    """The answer if the clinic told each fact that it does not, and the other way round."""
    topic = content.faq.topic(topic_id)
    facts = content.clinic.facts
    known = {each.fact: f"[{each.fact}]" for each in topic.details if not facts.get(each.fact)}
    return answer_text(topic, known) if topic.details else ""


def people(content: Content) -> Section:
    """When somebody of the team writes."""
    words, hours = content.wording.handoff, content.wording.result
    with_staff = WithStaff(staff=STAFF, parked=Browsing())
    written = [
        bubble
        for reply in content.console.replies
        for bubble in shown(content, _written(fill(reply.text, staff=STAFF)), reply.title)
    ]
    return Section(
        "people",
        "The team",
        f"{STAFF} stands for whoever writes.",
        [
            (
                "Asked for",
                [
                    *shown(content, handoff.ask_for_human),
                    *shown(content, handoff.ask_for_human, "asked again", human_asked_at=AT),
                ],
            ),
            (
                "When the team is there",
                [
                    Bubble(hours.hours_now, notes=("in office hours",)),
                    Bubble(fill(hours.hours_later, when=A_TIME), notes=("outside of them",)),
                    Bubble(hours.hours_unknown, notes=("without office hours",)),
                ],
            ),
            ("Takes over", [Bubble(fill(words.took_over, staff=STAFF))]),
            ("Writes: replies of console.yaml", written),
            (
                "Hands back",
                shown(content, lambda draft: handoff.handed_back(draft, STAFF), stage=with_staff),
            ),
            (
                "Has seen to a danger",
                shown(
                    content,
                    handoff.crisis_cleared,
                    stage=CheckingSafety(kind="suicide", subject="self", parked=Browsing()),
                ),
            ),
        ],
    )


def _written(text: str) -> Callable[[Draft], None]:
    def act(draft: Draft) -> None:
        event = StaffReplied(
            event_id=draft.event.event_id,
            chat_id=draft.event.chat_id,
            at=AT,
            staff=STAFF,
            text=text,
        )
        handoff.replied(draft, event)

    return act


def at_any_time(content: Content) -> Section:
    """Commands, and what is said to what cannot be read."""
    words = content.wording
    states: list[tuple[str, dict[str, Any]]] = [
        ("nothing open", {}),
        ("asked for consent", {"stage": AwaitingConsent()}),
        ("last look", {"stage": Reviewing()}),
        ("answers sent", {"filed": IntakeStatus.COMPLETED}),
        ("asked for a person", {"human_asked_at": AT}),
        ("in danger", {"stage": CheckingSafety(kind="suicide", subject="self", parked=Browsing())}),
    ]
    status = [
        bubble
        for name, fields in states
        for bubble in shown(
            content, lambda draft: draft.reply(commands.status(draft)), name, **fields
        )
    ]
    other = [
        (words.other.attachment, "a photo or a file"),
        (words.other.edited, "a message was changed"),
        (words.other.empty, "nothing in it"),
        (words.other.courtesy, "thanks, or an OK"),
        (content.spoken(words.other.flood), "too many messages"),
        (words.other.stale, "an old button, while something is open"),
    ]
    return Section(
        "any-time",
        "At any time",
        "Commands, and what cannot be read.",
        [
            ("/status", status),
            (
                "/cancel",
                [
                    *shown(
                        content,
                        commands.cancel,
                        "with answers",
                        stage=Reviewing(),
                        answers=usual_way(content.screening),
                    ),
                    *shown(content, commands.cancel, "with nothing open"),
                ],
            ),
            (
                "/delete",
                [
                    *shown(content, erasure.ask),
                    Bubble(words.erase.kept),
                    Bubble(words.erase.done),
                ],
            ),
            ("/mydata", [Bubble(words.record.sent), *records(content)]),
            (
                "What was not understood",
                [Bubble(text, notes=(why,)) for text, why in other],
            ),
            ("A button that is not ours", [Bubble(words.other.forged, manner="toast")]),
        ],
    )
