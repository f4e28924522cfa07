from typing import get_args

import pytest
import textstat

from bot.core.content import Content
from bot.core.content.safety_replies import Country
from bot.core.crisis_card import (
    concern_reply,
    crisis_card,
    footer,
    hotlines,
    last_resort,
    safety_question,
)
from bot.core.language.crisis_rows import Kind

KINDS = (*get_args(Kind), "none")
MOST_WORDS = 60


def test_every_card_is_short_and_names_a_number(content: Content) -> None:
    for country in content.safety.countries:
        for language in ("en", "es"):
            for kind in KINDS:
                for subject in ("self", "other"):
                    card = crisis_card(content.safety, country, kind, subject, language, told=True)
                    spoken = f"{country} {language} {kind} {subject}: {card.text}"
                    assert len(card.text.split()) <= MOST_WORDS + 6, spoken
                    assert hotlines(content.safety, country).emergency[:3] in card.text.replace(
                        "**", ""
                    ), spoken
                    assert "{" not in card.text, spoken
                    assert all(url.startswith("https://") for _, url in card.links)


def test_cards_in_the_united_states_have_sixty_words_at_most(content: Content) -> None:
    for language in ("en", "es"):
        for kind in KINDS:
            for subject in ("self", "other"):
                card = crisis_card(content.safety, "US", kind, subject, language, told=True)
                assert len(card.text.split()) <= MOST_WORDS, card.text
                reply = concern_reply(content.safety, "US", kind, subject, language, ask=True)
                assert len(reply.text.split()) <= MOST_WORDS, reply.text


def test_cards_read_as_easily_as_a_fifth_grade_book(content: Content) -> None:
    for kind in KINDS:
        for subject in ("self", "other"):
            card = crisis_card(content.safety, "US", kind, subject, "en", told=True)
            grade = textstat.flesch_kincaid_grade(card.text.replace("**", ""))
            assert grade <= 5, (grade, card.text)


def test_staff_were_told_is_said_only_when_they_were(content: Content) -> None:
    told = crisis_card(content.safety, "US", "suicide", "self", "en", told=True).text
    untold = crisis_card(content.safety, "US", "suicide", "self", "en", told=False).text
    assert "staff have been alerted" in told
    assert "alerted" not in untold


def test_a_missing_line_is_replaced_by_the_emergency_number(content: Content) -> None:
    card = crisis_card(content.safety, "IN", "overdose", "other", "en", told=False)
    assert "112" in card.text
    assert hotlines(content.safety, "IN").poison == "112"


def test_questions_and_footers_are_filled(content: Content) -> None:
    question = safety_question(content.safety, "UK", "suicide", "self", "en")
    assert "Are you safe right now?" in question.text
    assert question.asks == "safe-now"
    assert "999" in footer(content.safety, "UK", "en")
    assert "911" in last_resort(content.safety, "US")
    assert "988" in last_resort(content.safety, "US")


@pytest.mark.parametrize("banned", ["confidential", "committed", "promise", "disorder", "addict"])
def test_no_reply_holds_a_banned_word(content: Content, banned: str) -> None:
    for replies in content.safety.file.replies.values():
        for card in replies.cards:
            assert banned not in card.text.casefold()


def test_every_line_says_where_it_was_seen_and_that_nobody_called_it(content: Content) -> None:
    for country in content.safety.countries.values():
        for name in Country.__struct_fields__[1:]:
            line = getattr(country, name)
            assert line is None or (line.source and not line.call_tested)
