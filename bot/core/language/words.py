"""The words of a message, folded so that spelling, accents, case and endings do not matter.

Used for finding topics and matching options; signs of crisis have their own `normalise`, which must
not lose anything.
"""

import re
import unicodedata

MOST_CHARACTERS = 4_096
MOST_WORDS = 400
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)*|#")
_REPEATED = re.compile(r"(.)\1{2,}")
_QUOTES = str.maketrans("\u2019\u2018`\u00b4\u201c\u201d", "''''\"\"")
_ENGLISH_ENDINGS = (
    "ingly",
    "edly",
    "ings",
    "ing",
    "ies",
    "ied",
    "ers",
    "ed",
    "es",
    "er",
    "ly",
    "s",
)
_LEAST_STEM = 3


def folded(text: str) -> str:
    """Lower case without accents, odd quotes, invisible characters and long repeats."""
    if text.isascii() and len(text) <= MOST_CHARACTERS:
        return _REPEATED.sub(r"\1\1", text.lower().replace("`", "'"))
    text = unicodedata.normalize("NFKC", text[:MOST_CHARACTERS]).translate(_QUOTES)
    plain = "".join(
        each
        for each in unicodedata.normalize("NFKD", text.casefold())
        if unicodedata.category(each) not in ("Mn", "Cf", "Cc", "Cs") or each in "\n\t"
    )
    return _REPEATED.sub(r"\1\1", plain)


def words(text: str) -> list[str]:
    """The words of a message, at most 400 of them: longer ones ramble about the same things."""
    return _WORD.findall(folded(text))[:MOST_WORDS]


def stem(word: str) -> str:
    """A word without its ending: light, for both languages, wrong now and then and harmlessly so."""
    word = word.replace("'", "")
    for ending in _ENGLISH_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_STEM:
            return word[: -len(ending)] + ("y" if ending in ("ies", "ied") else "")
    return word


_ENDS = re.compile(
    r"(?<=[.?!;])\s+|\n+|,\s+(?=and\b|but\b|also\b|or\b|y\b|pero\b|how\b|what\b|do\b|can\b|is\b|where\b|when\b)"
    r"|\s+(?:and|but|also|plus|then|y|pero|e|tambien|también)\s+|\s+-+\s+|,\s+",
    re.IGNORECASE,
)
_LEAST_PART = 2
_MOST_PARTS = 6


_SENTENCE_ENDS = re.compile(r"(?<=[.?!;])\s+|\n+")


def sentences(text: str) -> list[str]:
    """The sentences of a message, each with the sign that ends it."""
    return [part.strip() for part in _SENTENCE_ENDS.split(text[:MOST_CHARACTERS]) if part.strip()]


def questions(text: str) -> list[str]:
    """The parts of a message that may be questions of their own; the whole when it has one part."""
    parts = [part for part in _ENDS.split(text[:MOST_CHARACTERS]) if part and part.strip()]
    parts = [part for part in parts if len(words(part)) >= _LEAST_PART]
    return parts[:_MOST_PARTS] if len(parts) > 1 else [text]
