"""Texts as Telegram takes them: nothing lost, nothing torn, nothing over the limit."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram_text import html_pieces, readable, utf16_length, without_html
from bot.rehearsal.telegram_rules import parsed

WRITTEN = st.lists(
    st.sampled_from(
        ["word ", "Sentence. ", "\n", "\n\n", "**bold** ", "**", "*", "😀", "&", "<b>", "a" * 40]
    )
    | st.text(max_size=20),
    max_size=60,
).map("".join)


def test_bold_is_the_only_markup_and_everything_else_is_escaped() -> None:
    assert html_pieces("a **b & c** <i>d</i>") == ["a <b>b &amp; c</b> &lt;i&gt;d&lt;/i&gt;"]
    assert html_pieces("2 ** 3 and **open") == ["2 ** 3 and **open"]
    assert html_pieces("**a**\n**b**") == ["<b>a</b>\n<b>b</b>"]


def test_a_long_text_is_cut_between_paragraphs_else_lines_else_sentences_else_words() -> None:
    assert html_pieces("one one\n\ntwo two\n\nthree", 18) == ["one one\n\ntwo two", "three"]
    assert html_pieces("one one\ntwo two\nthree", 18) == ["one one\ntwo two", "three"]
    assert html_pieces("One one. Two two. Three.", 20) == ["One one. Two two.", "Three."]
    assert html_pieces("one two three four", 10) == ["one two", "three four"]
    assert html_pieces("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]


def test_bold_across_a_cut_is_bold_on_both_sides() -> None:
    assert html_pieces("**one two three**", 8) == ["<b>one two</b>", "<b>three</b>"]


def test_there_is_no_message_without_anything_to_show() -> None:
    assert html_pieces("") == []
    assert html_pieces(" \n\n ") == []


def test_emoji_count_twice_as_telegram_counts() -> None:
    assert [utf16_length(without_html(each)) for each in html_pieces("😀" * 5000)] == [
        4096,
        4096,
        1808,
    ]


def test_halves_of_characters_are_made_readable() -> None:
    assert readable("a\ud83d b") == "a\ufffd b"
    assert html_pieces("a\ud83d") == ["a\ufffd"]


@given(WRITTEN, st.integers(min_value=2, max_value=120))
def test_every_piece_fits_and_can_be_parsed_and_nothing_is_lost(text: str, most: int) -> None:
    pieces = html_pieces(text, most)
    plain = []
    for piece in pieces:
        shown, _ = parsed(piece)
        assert 0 < utf16_length(shown) <= most
        assert shown == without_html(piece)
        plain.append(shown)
    meant = re.sub(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", r"\1", readable(text))
    assert "".join("".join(plain).split()) == "".join(meant.split())
