"""Signs of crisis and what is said to them: content/safety.yaml, read and checked.

Every pattern carries an example that it must find and a near miss that it must not; both are tried
here, so that a broken row is a mistake with its line. Counterparts: `language.crisis` reads messages
with a `Safety`, `crisis_card` fills in its texts.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from msgspec import Meta

from bot.core.checked_yaml import Mistake, Part, did_you_mean, line_of, load_part
from bot.core.content.blank import blanks
from bot.core.content.places import unfilled
from bot.core.content.safety_replies import (
    LINES,
    SLOT,
    SLOTS,
    Buttons,
    Country,
    Hotline,
    Replies,
    texts_of,
    unsaid_numbers,
)
from bot.core.content.sure import sure
from bot.core.language.crisis_model import Model, ModelError
from bot.core.language.crisis_pattern import (
    Compiled,
    Lexicon,
    PatternError,
    Sentences,
    compiled,
)
from bot.core.language.crisis_rows import (
    Hit,
    Kind,
    Language,
    Pattern,
    Row,
    Rows,
    Scope,
    scopes_of,
)
from bot.core.language.normalise import Spelling, normalise, words_of
from bot.core.model import Frozen, Tier

Share = Annotated[float, Meta(ge=0.0, le=1.0)]
_LINKS = "https://"
SCOPES = "name one by its id under scopes:"
ASKED = "name one by its id under asked:"
PLAIN = "write plain words, {slots}, and (one|or two)"


class Typos(Frozen):
    """Words of danger that slips and masks may stand for, and real words close to them."""

    words: tuple[str, ...]
    kept: tuple[str, ...]


class ShortReply(Frozen):
    """What a short reply says, to any direct question or to those in `to`; the first that fits."""

    says: Literal["yes", "no", "unsure"]
    match: tuple[str, ...]
    to: tuple[str, ...] = ()
    line: int = 0


class Asked(Frozen):
    """A direct question that may be open, and the tier that each reply to it has."""

    id: str
    yes: Tier
    no: Tier
    unsure: Tier
    kind: Kind
    line: int = 0


class Thresholds(Frozen):
    """From which score of the fitted model a message counts, and how that was chosen."""

    concern: Share
    acute: Share
    certain: Share
    chosen: str


class SafetyFile(Frozen):
    """content/safety.yaml as it stands in the file."""

    version: str
    thresholds: Thresholds
    slang: Mapping[str, str]
    typos: Typos
    slots: Mapping[str, tuple[str, ...]]
    scopes: tuple[Scope, ...]
    scopes_by_default: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    short_replies: tuple[ShortReply, ...]
    asked: tuple[Asked, ...]
    countries: Mapping[str, Country]
    replies: Mapping[Language, Replies]


class Safety:
    """The signs of crisis, ready to read with, and the replies; never changes."""

    def __init__(
        self,
        file: SafetyFile,
        *,
        lexicon: Lexicon,
        spelling: Spelling,
        rows: Rows,
        short: tuple[tuple[ShortReply, tuple[Compiled, ...]], ...],
        model: Model | None,
    ) -> None:
        self.file = file
        self.lexicon = lexicon
        self.spelling = spelling
        self.rows = rows
        self.short = short
        self.model = model
        self.thresholds = file.thresholds
        self.countries = file.countries
        self.asked = {each.id: each for each in file.asked}

    def sentences(self, text: str) -> Sentences:
        """A message made ready for the patterns."""
        return Sentences(words_of(normalise(text), self.spelling), self.lexicon)

    def hits(self, sentences: Sentences) -> list[Hit]:
        """The rows found in a message, the gravest first."""
        return self.rows.hits(sentences)

    def lines(self, country: str) -> Country:
        """The country's lines; those of the first one, rather than none, if it were not there."""
        return self.countries.get(country) or next(iter(self.countries.values()))

    def replies(self, language: str) -> Replies:
        """The texts in that language, or in English."""
        return self.file.replies["es" if language == "es" else "en"]

    def buttons(self, language: str) -> Buttons:
        """The labels in that language."""
        return self.replies(language).buttons

    def said_safe(self, language: str, *, told: bool) -> str:
        """Said after "I'm safe now"; that staff know is said only when they do."""
        replies = self.replies(language)
        return replies.said_safe_told if told else replies.said_safe

    def with_someone(self, country: str, language: str) -> str:
        """Said after "I'm with someone"."""
        return self.filled(self.replies(language).with_someone, country, language)

    def still_here(self, country: str, language: str) -> str:
        """The numbers again, under anything else that is answered during a crisis."""
        return self.filled(self.replies(language).still_here, country, language)

    def alone(self, country: str, language: str) -> str:
        """Said to somebody in danger who is alone."""
        return self.filled(self.replies(language).alone, country, language)

    def again(self, country: str, language: str) -> str:
        """Said to a further concern, when the first was answered a short while ago."""
        return self.filled(self.replies(language).again, country, language)

    def until_then(self, country: str, language: str) -> str:
        """Whom to call until staff are there, under a result that cannot wait."""
        return self.filled(self.replies(language).until_then, country, language)

    def filled(self, text: str, country: str, language: str) -> str:
        """A text with the country's numbers; the emergency number where a line is missing."""
        lines = self.lines(country)

        def number(slot: re.Match[str]) -> str:
            name = slot[1].removeprefix("call_")
            line: Hotline = getattr(lines, name) or lines.emergency
            if name == slot[1]:
                return line.number
            said = line.say_es if language == "es" else line.say
            begins = slot.start() == 0 or text[: slot.start()].rstrip().endswith((".", "!", "?"))
            return said[:1].upper() + said[1:] if begins else said

        return SLOT.sub(number, text)


def read_safety(text: str, path: str, model: bytes = b"") -> tuple[Safety | None, list[Mistake]]:
    """The signs and replies in a file's `text`, with the fitted `model`, or every mistake."""
    safety, part = safety_part(text, path, model)
    return safety, part.mistakes


# What is still sure when other parts of the file could not be read.
SURE = frozenset({"empty", "number-unsaid", "placeholder", "url", "twice", "model"})


def safety_part(text: str, path: str, model: bytes = b"") -> tuple[Safety | None, Part[SafetyFile]]:
    """The signs and replies, if all is well; the file as far as it can be read, and every mistake."""
    part = load_part(text, path, SafetyFile)
    if part.value is None:
        return None, part
    reader = _Reader(part.value, path)
    safety = reader.safety(model, is_whole=not part.mistakes)
    found = [*blanks(part.value, path), *unsaid_numbers(part.value.countries, path)]
    part = part._replace(mistakes=sure(part, {*found, *reader.mistakes}, SURE))
    return (None if part.mistakes else safety), part


UNREADABLE = frozenset({"pattern", "no-scope", "twice"})  # with which nothing can be tried out


class _Reader:
    """Compiles a file, and collects what is wrong with it."""

    def __init__(self, file: SafetyFile, path: str) -> None:
        self.file = file
        self.path = path
        self.mistakes: list[Mistake] = []
        self.lexicon = Lexicon(file.slots)

    def mistake(self, at: object, code: str, message: str, hint: str = "") -> None:
        line = at if isinstance(at, int) else line_of(at)
        self.mistakes.append(
            Mistake(path=self.path, line=line, code=code, message=message, hint=hint)
        )

    def safety(self, model: bytes, *, is_whole: bool = True) -> Safety | None:
        """The whole, with everything tried out that can be."""
        file = self.file
        fitted: Model | None = None
        if model:
            try:
                fitted = Model.read(model)
            except ModelError as error:
                self.mistake(1, "model", str(error), "build it with: python -m bot fit-safety")
        scopes = {each.id: each for each in file.scopes}
        rows = [self._row(each, scopes) for each in file.patterns]
        short = tuple((each, self._ways(each.match)) for each in file.short_replies)
        for name in file.slots:
            self._compile(f"{{{name}}}", name)
        self._check_ids()
        self._check_texts()
        self._check_countries()
        self._check_scopes()
        if not is_whole or any(each.code in UNREADABLE for each in self.mistakes):
            return None
        spelling = Spelling(
            file.typos.words,
            {*file.typos.kept, *self._plain_words()},
            {word: meaning.split() for word, meaning in file.slang.items()},
        )
        safety = Safety(
            file,
            lexicon=self.lexicon,
            spelling=spelling,
            rows=Rows(rows, file.scopes, self.lexicon),
            short=short,
            model=fitted,
        )
        self._try_out(safety)
        return safety

    def _plain_words(self) -> Iterator[str]:
        for phrases in self.file.slots.values():
            for phrase in phrases:
                if not phrase.startswith("{"):
                    yield from phrase.replace("*", "").split()

    def _compile(self, pattern: str, at: object) -> Compiled | None:
        try:
            return compiled(pattern, self.lexicon)
        except PatternError as error:
            hint = (error.slot and did_you_mean(error.slot, self.file.slots)) or PLAIN
            self.mistake(at, "pattern", f"'{pattern}': {error}", hint)
            return None

    def _ways(self, patterns: tuple[str, ...]) -> tuple[Compiled, ...]:
        return tuple(way for each in patterns if (way := self._compile(each, each)) is not None)

    def _row(self, pattern: Pattern, scopes: Mapping[str, Scope]) -> Row:
        for name in pattern.unless or ():
            if name not in scopes:
                self.mistake(
                    name, "no-scope", f"no scope '{name}'", did_you_mean(name, scopes) or SCOPES
                )
        return Row(
            pattern,
            self._ways(pattern.match),
            scopes_of(pattern, self.file.scopes_by_default, scopes),
        )

    def _check_scopes(self) -> None:
        for scope in self.file.scopes:
            for words in scope.words:
                try:
                    self.lexicon.atom(words)
                except PatternError as error:
                    hint = (error.slot and did_you_mean(error.slot, self.file.slots)) or PLAIN
                    self.mistake(words, "pattern", str(error), hint)
        known = {each.id for each in self.file.scopes}
        for name in self.file.scopes_by_default:
            if name not in known:
                self.mistake(
                    name, "no-scope", f"no scope '{name}'", did_you_mean(name, known) or SCOPES
                )

    def _check_ids(self) -> None:
        for rows in (self.file.patterns, self.file.scopes, self.file.asked):
            seen: dict[str, int] = {}
            for row in rows:
                if row.id in seen:
                    message = f"the id '{row.id}' stands on line {seen[row.id]} too"
                    self.mistake(row.line, "twice", message, "give one of them another id")
                seen[row.id] = row.line

    def _check_texts(self) -> None:
        for language in ("en", "es"):
            if language not in self.file.replies:
                message = f"replies in '{language}' are missing"
                self.mistake(1, "language", message, "write them, as in the other language")
        asked = {each.id for each in self.file.asked}
        for replies in self.file.replies.values():
            if replies.still_here_asks not in asked:
                asks = replies.still_here_asks
                self.mistake(
                    asks, "asks", f"no direct question '{asks}'", did_you_mean(asks, asked)
                )
            for card in replies.cards:
                for link in card.links:
                    if link not in Country.__struct_fields__:
                        hint = did_you_mean(link, LINES) or f"one of: {', '.join(LINES)}"
                        self.mistake(link, "link", f"no line of help '{link}'", hint)
                if card.asks and card.asks not in asked:
                    hint = did_you_mean(card.asks, asked) or ASKED
                    self.mistake(card.asks, "asks", f"no direct question '{card.asks}'", hint)
            for tier in ("acute", "concern", "question"):
                if not any(c.tier == tier and not c.kind and not c.subject for c in replies.cards):
                    message = f"a card for {tier} without kind and subject is missing"
                    self.mistake(1, "card", message, "add one at the end of the cards")
            for text in texts_of(replies):
                self.mistakes += unfilled(text, SLOTS, self.path)

    def _check_countries(self) -> None:
        if not self.file.countries:
            self.mistake(1, "no-hotlines", "there is no country", "give one with its numbers")
        for country in self.file.countries.values():
            for name in Country.__struct_fields__[1:]:
                line: Hotline | None = getattr(country, name)
                if line is not None and line.url and not line.url.startswith(_LINKS):
                    hint = "give the page's whole address"
                    self.mistake(line.url, "url", f"'{line.url}' must begin with {_LINKS}", hint)

    def _try_out(self, safety: Safety) -> None:
        """Every example must be found by its pattern, and no near miss."""
        for row in self.file.patterns:
            found = {hit.pattern.id: hit.tier for hit in safety.hits(safety.sentences(row.example))}
            if found.get(row.id) != row.tier:
                hint = "widen the pattern, or change the example"
                self.mistake(row.example, "example", f"pattern '{row.id}' misses its example", hint)
            found = {
                hit.pattern.id: hit.tier for hit in safety.hits(safety.sentences(row.near_miss))
            }
            if found.get(row.id) == row.tier:
                message = f"pattern '{row.id}' finds its near miss"
                hint = "narrow the pattern, or change the near miss"
                self.mistake(row.near_miss, "near-miss", message, hint)
