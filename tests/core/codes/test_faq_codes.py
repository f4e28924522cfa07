"""Mistakes in faq.yaml. Each docstring is the file."""

import inspect
from collections.abc import Callable

import pytest
from checking import told


@pytest.fixture(name="errors")
def _errors(request: pytest.FixtureRequest) -> list[str]:
    """What is told of the test's docstring."""
    test: Callable[..., object] = request.function
    return told(inspect.getdoc(test) or "")


def test_a_topic_that_stands_twice(errors: list[str]) -> None:
    """
    # faq.yaml
    topics: # instead
      - {id: cost, title: "A", answer: "A.", source: x, reviewed_on: 2026-01-31,
         phrasings: [one]}
      - {id: cost, title: "a", answer: "B.", source: x, reviewed_on: 2026-01-31,
         phrasings: [two]}
    """
    assert errors == [
        "faq.yaml:5: the title 'a' is taken (line 3); buttons must differ [duplicate-title]",
        (
            "faq.yaml:5: topic 'cost' stands here a second time (first on line 3); keep one of "
            "them [duplicate-topic]"
        ),
    ]


def test_a_related_topic_that_does_not_exist(errors: list[str]) -> None:
    """
    # faq.yaml
    topics: # instead
      - {id: a, title: "A", answer: "A.", source: x, reviewed_on: 2026-01-31,
         phrasings: [one], related: [bb]}
      - {id: b, title: "B", answer: "B.", source: x, reviewed_on: 2026-01-31,
         phrasings: [two], related: [b]}
    """
    assert errors == [
        "faq.yaml:4: no topic 'bb'; did you mean 'b'? [no-topic]",
        "faq.yaml:6: 'b' is related to itself; take it out [related-self]",
    ]


def test_a_detail_that_does_not_say_its_fact(errors: list[str]) -> None:
    """
    # faq.yaml
    topics: # instead
      - id: cost
        title: "What does it cost?"
        answer: "It **depends."
        details: [{fact: prices, known: "Prices: {price}"}]
        source: clinic
        reviewed_on: 2026-01-31
        phrasings: ["how much"]
    """
    assert errors == [
        "faq.yaml:5: a ** is opened and not closed; close it, or take it out [bold]",
        ("faq.yaml:6: 'known' does not say {prices}; put it where the fact belongs [fact-unsaid]"),
        "faq.yaml:6: nothing fills {price}; did you mean 'prices'? [placeholder]",
    ]


def test_phrasings_that_are_none_or_stand_twice(errors: list[str]) -> None:
    """
    # faq.yaml
    topics: # instead
      - {id: a, title: "A", answer: "A.", source: x, reviewed_on: 2026-01-31,
         phrasings: [one, "?!"]}
      - {id: b, title: "B", answer: "B.", source: x, reviewed_on: 2026-01-31,
         phrasings: ["One!"], examples: [one]}
    """
    assert errors == [
        "faq.yaml:4: a phrasing without a word; take it out [empty-phrasing]",
        (
            "faq.yaml:6: 'One!' stands twice (first on line 4, in a); keep it where it fits best "
            "[duplicate-phrasing]"
        ),
        (
            "faq.yaml:6: the example 'one' is a phrasing too; an example shows that other words "
            "find the topic [example-phrasing]"
        ),
    ]


def test_a_word_that_is_a_synonym_of_itself(errors: list[str]) -> None:
    """
    # faq.yaml
    synonyms: [[price]]
    """
    assert errors == [
        ("faq.yaml:2: a group needs two words or more; add another word, or take it out [synonym]"),
    ]


def test_a_topic_without_a_source(errors: list[str]) -> None:
    """
    # faq.yaml
    topics: # instead
      - id: a
        title: "A"
        answer: "A."
        source: " "
        reviewed_on: 2026-01-31
        phrasings: [one]
    """
    assert errors == [
        "faq.yaml:3: topic 'a' has no source; say where the answer is from [topic-source]",
        "faq.yaml:6: topics.1.source is empty; write what it should say [empty]",
    ]


def test_an_example_that_finds_another_topic(errors: list[str]) -> None:
    """
    # faq.yaml
    topics:
      - id: pets
        title: "Can I bring my pet?"
        answer: "Ask us first."
        source: clinic
        reviewed_on: 2026-01-31
        phrasings: ["can I bring my dog"]
        examples: ["how much is the price of it"]
    """
    assert errors == [
        (
            "faq.yaml:9: 'how much is the price of it' finds nothing, not 'pets'; add phrasings "
            "like it [example-fails]"
        ),
    ]
