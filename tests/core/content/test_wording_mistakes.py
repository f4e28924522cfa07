"""Mistakes in wording.yaml, told with their lines before a client sees them."""

from pathlib import Path

from bot.core.content.slips import read_wording

TEXT = (Path(__file__).parents[3] / "content" / "wording.yaml").read_text(encoding="utf-8")


def mistakes(old: str, new: str) -> list[str]:
    assert TEXT.count(old) == 1, old
    _, found = read_wording(TEXT.replace(old, new), "wording.yaml")
    line = TEXT[: TEXT.index(old)].count("\n") + 1
    assert {each.line for each in found} <= {line - 1, line}, found
    return [each.message for each in found]


def test_the_wording_as_it_ships_has_no_mistake() -> None:
    assert read_wording(TEXT, "wording.yaml")[1] == []


def test_a_phrase_that_would_do_two_things_is_a_mistake() -> None:
    assert mistakes("  stop: [stop,", '  stop: [stop, "talk to a person",') == [
        "'talk to a person' stands for 'stop' and for 'person'"
    ]
    assert mistakes("  deny: [", "  deny: [Yeah!, ") == [
        "'Yeah!' stands for 'deny' and for 'affirm'"
    ]


def test_a_phrase_without_a_word_is_a_mistake() -> None:
    assert mistakes("  polite: [", '  polite: ["?!", ') == ["'?!' holds no word"]


def test_a_word_for_two_choices_of_a_contact_screen_is_a_mistake() -> None:
    assert mistakes("also: [medicare advantage]", "also: [aetna]") == [
        "'aetna' stands for 'medicare' and for 'private'"
    ]


def test_a_contact_screen_that_takes_any_words_says_what_it_wants() -> None:
    old = '      again: "I only need a short name here, or press Skip."\n'
    _, found = read_wording(TEXT.replace(old, ""), "wording.yaml")
    assert [each.message for each in found] == ["step 'name' has no 'again', to ask once more"]
