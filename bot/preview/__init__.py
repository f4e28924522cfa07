"""One page that shows every message as clients will see it: for authors, on screen and on paper.

The page stands alone: no script, no font, no picture from elsewhere. `page.html` is its template.
What the dialogue says is taken from the dialogue; a text that none of the parts shows stands at the
end, so that none is ever missing.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

import jinja2

from bot.core.client_texts import Kind, client_texts
from bot.core.content import Content
from bot.preview.asking import around_questions, questions_asked, results
from bot.preview.bubble import Bubble, Section
from bot.preview.danger import dangers
from bot.preview.flow import flow
from bot.preview.talk import asked, at_any_time, people, start

_PLACE = re.compile(r"\{\w+\}")


def page(content: Content) -> str:
    """The whole page as HTML."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("bot.preview", "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    shown = sections(content)
    return environment.get_template("page.html").render(
        content=content,
        flow=flow(content.screening),
        sections=shown,
        hardest=_hardest(shown),
        messages=sum(len(bubbles) for section in shown for _, bubbles in section.groups),
    )


def sections(content: Content) -> list[Section]:
    """All parts of the page; the last one, where there is any, has what no other part shows."""
    parts = [
        start(content),
        questions_asked(content),
        around_questions(content),
        results(content),
        dangers(content),
        asked(content),
        people(content),
        at_any_time(content),
    ]
    rest = Section(
        "rest", "Said nowhere yet", "These stand in the files, and nothing says them yet."
    )
    rest.groups.extend(_unshown(content, parts))
    return [*parts, rest] if rest.groups else parts


def _unshown(content: Content, parts: list[Section]) -> Iterator[tuple[str, list[Bubble]]]:
    """The texts that clients could read and that are in none of the parts."""
    told = "\n".join(
        "\n".join(
            (name, bubble.text, *(label for row in bubble.rows for label in row), *bubble.notes)
        )
        for section in parts
        for name, bubbles in section.groups
        for bubble in bubbles
    )
    for text in client_texts(content):
        literal = [part.strip() for part in _PLACE.split(text.text)]
        if not all(part in told for part in literal):
            bubble = Bubble(text.text, language=text.language)
            if text.kind is Kind.TOAST:
                bubble = replace(bubble, manner="toast")
            yield f"{text.file}: {text.name}", [bubble]


def _hardest(parts: list[Section]) -> list[tuple[float, str]]:
    """The ten messages that are hardest to read."""
    graded = [
        (found, f"{section.title}: {name}")
        for section in parts
        for name, bubbles in section.groups
        for bubble in bubbles
        if (found := bubble.grade) is not None
    ]
    return sorted(set(graded), reverse=True)[:10]
