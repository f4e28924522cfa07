"""The page that `python -m bot preview` writes: all that clients can read, as they will read it."""

import html
import re
from dataclasses import replace as replace_dataclass

import pytest
from msgspec.structs import replace

from bot.core.client_texts import ClientText, client_texts
from bot.core.content import Content
from bot.core.content.faq import facts_used
from bot.preview import page, sections
from bot.preview.bubble import Bubble


def plain(text: str) -> str:
    """What is read of a text: without tags, stars and line ends."""
    words = html.unescape(re.sub(r"<[^>]+>", "", text)).replace("**", "")
    return " ".join(words.split())


def pattern(text: ClientText) -> re.Pattern[str]:
    """The text with anything in its {places}."""
    parts = re.split(r"(\{\w+\})", plain(text.text))
    return re.compile(
        "".join(".{0,1500}?" if part[:1] == "{" else re.escape(part) for part in parts)
    )


@pytest.fixture(scope="module", name="read")
def _read(content: Content) -> str:
    return plain(page(content).split("<body>")[1])


@pytest.fixture(scope="module", name="bubbles")
def _bubbles(content: Content) -> dict[str, list[Bubble]]:
    """What is shown under each heading."""
    return {name: bubbles for section in sections(content) for name, bubbles in section.groups}


def test_every_text_that_clients_can_read_is_on_the_page(content: Content, read: str) -> None:
    texts = list(client_texts(content))
    assert len(texts) > 600
    missing = [f"{each.file}: {each.name}" for each in texts if not pattern(each).search(read)]
    assert missing == []


def test_every_text_is_there_too_when_the_clinic_tells_its_facts(content: Content) -> None:
    known = object.__new__(Content)
    known.__dict__.update(content.__dict__)
    facts = dict.fromkeys(facts_used(content.faq), "what the clinic knows")
    known.clinic = replace(content.clinic, facts=facts, country="UK", serves_minors=False)
    read = plain(page(known).split("<body>")[1])
    assert [each.name for each in client_texts(known) if not pattern(each).search(read)] == []


def test_each_text_has_a_place_where_it_is_said(content: Content) -> None:
    names = {section.id for section in sections(content)}
    assert "rest" not in names, "give a new sentence its place in bot/preview"


def test_no_place_is_left_unfilled(content: Content) -> None:
    for section in sections(content):
        for name, bubbles in section.groups:
            assert bubbles, name
            for bubble in bubbles:
                assert not re.search(r"\{\w+\}", bubble.text), name


def test_a_result_with_skipped_answers_is_the_one_in_which_staff_call_first(
    content: Content, bubbles: dict[str, list[Bubble]]
) -> None:
    for_self, for_other, *_ = bubbles["Some answers skipped: staff call first"]
    begin = content.screening.skips.text.self_.split("{")[0].strip()
    assert for_self.text.startswith(begin)
    assert for_other.text.startswith(content.screening.skips.text.loved_one.split("{")[0].strip())
    stops = content.screening.outcomes[-1].text.self_.split("{")[0].strip()
    assert stops not in for_self.text


def test_a_result_has_its_hours_its_footer_and_its_buttons(
    content: Content, bubbles: dict[str, list[Bubble]]
) -> None:
    words = content.wording.result
    for outcome in content.screening.outcomes[:-1]:
        shown = bubbles[outcome.title][0]
        assert shown.text.endswith(content.footer())
        assert shown.rows == (
            (words.meaning_button,),
            (words.disagree_button,),
            (words.human_button,),
        )


def test_each_crisis_card_is_shown_as_itself(
    content: Content, bubbles: dict[str, list[Bubble]]
) -> None:
    for language, replies in content.safety.file.replies.items():
        shown = [
            bubble.text
            for name, (bubble, *_) in bubbles.items()
            if re.match("Danger now|Not certain|A concern: ", name) and bubble.language == language
        ]
        country = content.clinic.country
        wanted = [
            f"{content.safety.filled(card.text, country, language)} {card.ask}".strip()
            for card in replies.cards
        ]
        assert shown == wanted
    anything = bubbles["Danger now: anything else, about anyone (English)"][0]
    assert anything.text.startswith("Please get help right now.")
    assert anything.rows[-2:] == (("I'm with someone",), ("I'm safe now",))


def test_the_direct_question_has_its_three_answers(bubbles: dict[str, list[Bubble]]) -> None:
    question = bubbles["Not certain: one gentle question: anything else, about oneself (English)"][
        0
    ]
    assert question.rows[:2] == (("Yes", "No"), ("Not sure",))


def test_a_question_says_its_number_also_where_it_is_seldom_asked(
    bubbles: dict[str, list[Bubble]],
) -> None:
    said = bubbles["5. guardian"][0].text
    assert re.match(r"\*\*Question 5 of about (?!5\*)\d+\*\*\n", said)


def test_the_way_through_is_drawn_with_every_question_and_outcome(content: Content) -> None:
    drawn = page(content).split("<svg")[1].split("</svg>")[0]
    for question in content.screening.questions:
        assert f". {question.id}" in drawn
    for outcome in content.screening.outcomes:
        assert outcome.title in drawn
    assert drawn.count('class="maybe"') == sum(
        question.ask_if is not None for question in content.screening.questions
    )


def test_spanish_is_marked_as_such(content: Content) -> None:
    spanish = content.safety.file.replies["es"].said_safe
    assert f'lang="es">{spanish}' in page(content)


def test_words_of_the_content_cannot_become_markup() -> None:
    bubble = Bubble("<b>now</b> **now** <script>")
    assert bubble.html == "&lt;b&gt;now&lt;/b&gt; <b>now</b> &lt;script&gt;"
    assert replace_dataclass(bubble, language="es").grade is None
