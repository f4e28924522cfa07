"""How hard a text is to read, as a school grade (Flesch and Kincaid)."""

import re

LEAST_WORDS = 6  # below this a grade means nothing


def grade(text: str) -> float | None:
    """The school grade of a text, None for one too short to have one.

    Stars, places and list marks are taken out, and each line of a list counts as a sentence.
    """
    plain = plain_words(text)
    if len(plain.split()) < LEAST_WORDS:
        return None
    import textstat  # noqa: PLC0415 (it takes a second to load, and only the check needs it)

    return float(textstat.flesch_kincaid_grade(plain))


def plain_words(text: str) -> str:
    """The text as one would read it aloud."""
    text = re.sub(r"\{\w+\}", "Anna", text.replace("**", ""))
    lines = [line.strip(" \t•-–→") for line in text.splitlines()]
    ended = [line if line.endswith((".", "!", "?")) else f"{line}." for line in lines if line]
    return re.sub(r"/\w+", "this", " ".join(ended))
