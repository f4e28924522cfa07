"""Mistakes in lists of phrases that people type: what is heard in none, or stands for two things."""

from collections.abc import Sequence

from bot.core.checked_yaml import Mistake, line_of
from bot.core.language.plain_answer import plain_words


def wordless(phrases: Sequence[str], path: str) -> list[Mistake]:
    """Phrases without a word in them."""
    return [
        Mistake(
            path=path,
            line=line_of(phrase),
            code="phrase",
            message=f"'{phrase}' holds no word",
            hint="take it out",
        )
        for phrase in phrases
        if not plain_words(phrase)
    ]


def ambiguous(groups: Sequence[tuple[str, Sequence[str]]], path: str) -> list[Mistake]:
    """Phrases that stand in two of the groups, as they would be heard."""
    known: dict[str, str] = {}
    mistakes = []
    for name, phrases in groups:
        for phrase in phrases:
            first = known.setdefault(plain_words(phrase), name)
            if first != name:
                mistakes.append(
                    Mistake(
                        path=path,
                        line=line_of(phrase),
                        code="phrase",
                        message=f"'{phrase}' stands for '{name}' and for '{first}'",
                        hint="keep it where it fits best",
                    )
                )
    return mistakes
