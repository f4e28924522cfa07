"""faq.yaml: what may stand in it, and what is said about what may not."""

from pathlib import Path

import pytest

from bot.core.content import Content
from bot.core.content.faq import Faq, answer_text, facts_used, read_faq, read_foreign_faq
from bot.core.content.faq_edit import with_phrasing

TOPICS = (
    "what-is-iop candidacy duration schedule work-school-family pet-friendly therapies group-therapy"
    " individual-counseling family-involvement skills-relapse-prevention step-down iop-vs-inpatient"
    " iop-vs-outpatient conditions-treated telehealth why-us effectiveness cost-insurance"
    " getting-started confidentiality helping-loved-one medication relapse-during-program"
    " after-program contact-location about-bot"
).split()

SMALL = """\
# keep me
topics:
  - id: cost
    title: "What does it cost?"
    answer: "It depends."
    details:
      - fact: prices
        known: "Prices: {prices}"
        unknown: "We will tell you."
    source: clinic
    reviewed_on: 2026-01-31
    related: [pets]
    phrasings:
      - "how much is it"   # the plainest
      - "price"
  - id: pets
    title: "Can I bring my pet?"
    answer: "Ask us first."
    source: clinic
    reviewed_on: 2026-01-31
    phrasings:
      - "can I bring my dog"
"""


def small() -> Faq:
    faq, mistakes = read_faq(SMALL, "faq.yaml")
    assert faq is not None, mistakes
    return faq


def test_all_27_topics_are_there_with_many_phrasings_and_a_source(content: Content) -> None:
    assert [each.id for each in content.faq.topics if each.id in TOPICS] == TOPICS
    assert len(TOPICS) == 27
    assert all(len(content.faq.topic(each).phrasings) >= 40 for each in TOPICS)
    assert all(topic.source for topic in content.faq.topics)  # a new one may begin with a few


def test_related_topics_are_offered_for_each_of_them(content: Content) -> None:
    assert all(content.faq.topic(each).related for each in TOPICS)


def test_an_answer_says_the_clinics_facts_when_they_are_known() -> None:
    cost = small().topic("cost")
    assert answer_text(cost, {"prices": "$10 a day"}) == "It depends.\n\nPrices: $10 a day"
    assert answer_text(cost, {}) == "It depends.\n\nWe will tell you."
    assert facts_used(small()) == {"prices"}


def test_no_answer_shows_an_unfilled_slot(content: Content) -> None:
    for topic in content.faq.topics:
        for facts in ({}, dict.fromkeys(facts_used(content.faq), "x")):
            assert "{" not in answer_text(topic, facts)


@pytest.mark.parametrize(
    ("change", "line", "code"),
    [
        (("related: [pets]", "related: [pest]"), 12, "no-topic"),
        (("related: [pets]", "related: [cost]"), 12, "related-self"),
        (('- "can I bring my dog"', '- "Price?"'), 22, "duplicate-phrasing"),
        (("id: pets", "id: cost"), 16, "duplicate-topic"),
        (("{prices}", "{price}"), 8, "placeholder"),
        (("It depends.", "It {depends}."), 5, "placeholder"),
        (("It depends.", "It **depends."), 5, "bold"),
        (('title: "Can I bring my pet?"', 'title: "what does it cost?"'), 17, "duplicate-title"),
        (('- "can I bring my dog"', '- "?!"'), 22, "empty-phrasing"),
        (
            (
                "    source: clinic\n    reviewed_on: 2026-01-31\n    rel",
                "    reviewed_on: 2026-01-31\n    rel",
            ),
            3,
            "missing-key",
        ),
        (('phrasings:\n      - "can', 'phrasing:\n      - "can'), 21, "unknown-key"),
        (("2026-01-31\n    phrasings", "last year\n    phrasings"), 20, "type"),
    ],
)
def test_a_slip_is_told_with_its_line(change: tuple[str, str], line: int, code: str) -> None:
    broken = SMALL.replace(*change, 1)
    assert broken != SMALL
    faq, mistakes = read_faq(broken, "faq.yaml")
    assert faq is None
    assert (line, code) in [(each.line, each.code) for each in mistakes], mistakes


def test_a_typo_in_a_related_topic_gets_a_hint() -> None:
    _, mistakes = read_faq(SMALL.replace("[pets]", "[pest]"), "faq.yaml")
    assert mistakes[0].hint == "did you mean 'pets'?"


def test_a_foreign_faq_needs_only_ids_and_phrasings() -> None:
    faq, mistakes = read_foreign_faq("topics: [{id: Card_Arrival, phrasings: [where, where]}]", "x")
    assert not mistakes
    assert faq is not None
    assert [(topic.id, topic.phrasings) for topic in faq.topics] == [("Card_Arrival", ("where",))]


def test_a_foreign_faq_may_be_json_and_hold_more() -> None:
    text = '{"topics": [{"id": "a", "phrasings": ["yes", "1"], "note": 3}], "not_ours": ["no"], "x": 1}'
    faq, _ = read_foreign_faq(text, "x.json")
    assert faq is not None
    assert faq.topics[0].phrasings == ("yes", "1")
    assert faq.not_ours == ("no",)


@pytest.mark.parametrize(
    "text", ["", "topics: 3", "topics: []", "[1, 2]", "a: [", "topics: [{id: a}]"]
)
def test_a_foreign_file_that_is_no_faq_is_refused(text: str) -> None:
    faq, mistakes = read_foreign_faq(text, "x")
    assert faq is None
    assert mistakes


def test_a_phrasing_is_written_in_and_nothing_else_changes() -> None:
    changed, mistakes = with_phrasing(SMALL, "faq.yaml", "cost", 'what  is the\n"fee"')
    assert mistakes == []
    assert changed is not None
    assert changed.replace('      - "what is the \\"fee\\""\n', "") == SMALL
    faq, _ = read_faq(changed, "faq.yaml")
    assert faq is not None
    assert faq.topic("cost").phrasings[0] == 'what is the "fee"'


def test_a_phrasing_that_is_there_already_is_refused() -> None:
    changed, mistakes = with_phrasing(SMALL, "faq.yaml", "pets", "Price!")
    assert changed is None
    assert mistakes[0].code == "duplicate-phrasing"


def test_a_phrasing_for_an_unknown_topic_is_refused() -> None:
    assert with_phrasing(SMALL, "faq.yaml", "parking", "where do I park")[0] is None


def test_phrasings_all_on_one_line_are_left_alone() -> None:
    flow = SMALL.replace(
        'phrasings:\n      - "can I bring my dog"', 'phrasings: ["can I bring my dog"]'
    )
    assert with_phrasing(flow, "faq.yaml", "pets", "my cat too")[0] is None


def test_the_shipped_file_takes_a_phrasing(content: Content) -> None:
    path = Path(__file__).resolve().parents[3] / "content" / "faq.yaml"
    changed, mistakes = with_phrasing(
        path.read_text(encoding="utf-8"), "faq.yaml", content.faq.topics[-1].id, "quixotic zyzzyva"
    )
    assert (changed is not None, mistakes) == (True, [])
