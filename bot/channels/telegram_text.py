"""Our texts as Telegram takes them: `**bold**` to HTML, and pieces of at most 4096 UTF-16 units.

A text is cut where people would cut it: between paragraphs, else lines, else sentences, else words.
Telegram counts after the mark-up is gone, so cuts are made in the plain text and the bold ranges are
put back into each piece; no piece can hold a tag that another one closes.
"""

import re
from html import escape, unescape
from typing import NamedTuple

MOST = 4096  # UTF-16 units in a message
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_CUTS = (
    re.compile(r"\n[ \t]*\n\s*"),
    re.compile(r"\n\s*"),
    re.compile(r"(?<=[.!?…])\s+"),
    re.compile(r"\s+"),
)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class _Marked(NamedTuple):
    """A text without its stars, and where it is bold."""

    text: str
    bold: list[tuple[int, int]]


def readable(text: str) -> str:
    """The text without halves of characters, which no database, cipher or network takes."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def utf16_length(text: str) -> int:
    """How long Telegram finds `text`."""
    return len(text) + sum(character > "\uffff" for character in text)


def html_pieces(text: str, most: int = MOST) -> list[str]:
    """`text` as HTML messages in order; none when there is nothing in it to show."""
    marked = _without_stars(readable(text))
    pieces = []
    start = 0
    while start < len(marked.text):
        if marked.text[start].isspace():  # it would be trimmed, and must not count
            start += 1
            continue
        end = _end_of_piece(marked.text, start, most)
        pieces.append(_html(marked, start, end))
        start = end
    return pieces


def without_html(html: str) -> str:
    """One of our own pieces as plain text."""
    return unescape(re.sub(r"</?b>", "", html))


def _without_stars(text: str) -> _Marked:
    plain: list[str] = []
    bold: list[tuple[int, int]] = []
    length = 0
    at = 0
    for found in _BOLD.finditer(text):
        before = text[at : found.start()]
        plain += [before, found[1]]
        length += len(before)
        bold.append((length, length + len(found[1])))
        length += len(found[1])
        at = found.end()
    plain.append(text[at:])
    return _Marked("".join(plain), bold)


def _end_of_piece(text: str, start: int, most: int) -> int:
    """Where the piece that begins at `start` ends; white space at a cut goes with the piece."""
    fitting = _fitting(text, start, most)
    if fitting == len(text):
        return fitting
    for cut in _CUTS:
        ends = [
            found.end() for found in cut.finditer(text, start, fitting + 1) if found.start() > start
        ]
        if ends:
            return ends[-1]
    return fitting


def _fitting(text: str, start: int, most: int) -> int:
    """How far a piece from `start` may reach, by length alone."""
    units = 0
    for at in range(start, len(text)):
        units += 2 if text[at] > "\uffff" else 1
        if units > most:
            return at
    return len(text)


def _html(marked: _Marked, start: int, end: int) -> str:
    while end > start and marked.text[end - 1].isspace():
        end -= 1
    html = []
    at = start
    for begins, ends in marked.bold:
        begins, ends = max(begins, start), min(ends, end)  # noqa: PLW2901 (cut to the piece)
        if begins < ends:
            bold = escape(marked.text[begins:ends], quote=False)
            html += [escape(marked.text[at:begins], quote=False), f"<b>{bold}</b>"]
            at = ends
    html.append(escape(marked.text[at:end], quote=False))
    return "".join(html)
