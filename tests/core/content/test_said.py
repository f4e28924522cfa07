"""What must be said is never empty: each file with one text taken away, and what is told."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.core.content import Content
from bot.core.content.clinic import read_clinic
from bot.core.content.console import read_console
from bot.core.content.faq import read_faq
from bot.core.content.safety import read_safety
from bot.core.content.screening import read_screening
from bot.core.content.slips import read_wording
from bot.core.crisis_card import concern_reply, crisis_card, footer, last_resort, safety_question
from bot.core.language.crisis_rows import KINDS

FOLDER = Path(__file__).parents[3] / "content"
READERS: dict[str, Callable[[str, str], tuple[Any, list[Any]]]] = {
    "clinic.yaml": read_clinic,
    "console.yaml": read_console,
    "faq.yaml": read_faq,
    "safety.yaml": read_safety,
    "screening.yaml": read_screening,
    "wording.yaml": read_wording,
}


@cache
def text_of(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def told(name: str, old: str, new: str) -> list[str]:
    """What is told of the file as it ships with one place changed."""
    text = text_of(name)
    assert old in text, old
    read, mistakes = READERS[name](text.replace(old, new, 1), name)
    assert (read is None) == bool(mistakes)
    return [str(each).partition(":")[2] for each in mistakes]


def line(name: str, old: str) -> int:
    return 1 + text_of(name)[: text_of(name).index(old)].count("\n")


@pytest.mark.parametrize(
    ("name", "old", "new", "what"),
    [
        ("clinic.yaml", 'name: "Our clinic"', 'name: " "', "name"),
        ("safety.yaml", 'say: "call **911**"', 'say: ""', "countries.US.emergency.say"),
        (
            "safety.yaml",
            'say_es: "llama al **911**"',
            'say_es: ""',
            "countries.US.emergency.say_es",
        ),
        ("safety.yaml", 'number: "988"', 'number: " "', "countries.US.crisis_line.number"),
        ("screening.yaml", 'self: "How old are you?"', 'self: " "', "questions.4.text.self"),
        ("wording.yaml", '  skip: "Skip"', '  skip: " "', "contact.skip"),
        ("wording.yaml", 'label: "Morning"', 'label: ""', "contact.steps.3.choices.1.label"),
    ],
)
def test_a_text_that_says_nothing(name: str, old: str, new: str, what: str) -> None:
    assert f"{line(name, old)}: {what} is empty; write what it should say [empty]" in told(
        name, old, new
    )


def test_a_line_of_help_whose_sentence_tells_another_number() -> None:
    old = 'say: "call or text **988**"'
    assert told("safety.yaml", old, 'say: "call or text **989**"') == [
        (
            f"{line('safety.yaml', old)}: crisis_line of US says 'call or text **989**', and its"
            " number is 988; say the number itself [number-unsaid]"
        )
    ]


def test_a_link_without_a_label() -> None:
    old = 'label: "Chat with 988", '
    assert told("safety.yaml", old, "") == [
        (
            f"{line('safety.yaml', old)}: crisis_line of US has a link without a label;"
            " write what the button should say [empty]"
        )
    ]


@pytest.mark.parametrize("words", ["signs", "urgencies"])
def test_an_alert_that_could_not_be_told(words: str) -> None:
    at = text_of("wording.yaml").index(f"  {words}: {{")
    old = text_of("wording.yaml")[at:].partition("}")[0]
    kept = ", ".join(part for part in old.split(", ") if "now:" not in part)
    new = kept if "{" in kept else f"  {words}: {{{kept}"
    assert told("wording.yaml", old, new) == [
        (
            f"{line('wording.yaml', old)}: staff.{words} has nothing for now;"
            " give each of routine, two-days, same-day, now [alert-words]"
        )
    ]


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_reply_to_danger_can_be_said_in_every_country(
    content: Content, language: str
) -> None:
    safety = content.safety
    for country in (*safety.countries, "nowhere"):
        said = [footer(safety, country, language), last_resort(safety, country)]
        said += [
            each.text
            for kind in KINDS
            for subject in ("self", "other", "unclear")
            for each in (
                crisis_card(safety, country, kind, subject, language, told=True),
                concern_reply(safety, country, kind, subject, language, ask=True),
                safety_question(safety, country, kind, subject, language),
            )
        ]
        said += [
            tell(country, language)
            for tell in (
                *(safety.with_someone, safety.still_here, safety.alone),
                *(safety.again, safety.until_then),
            )
        ]
        assert all(each.strip() and "{" not in each for each in said)
