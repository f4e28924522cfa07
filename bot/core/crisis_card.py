"""What is said when there may be danger: texts of content/safety.yaml with the country's numbers.

Pure rendering: which card is shown when is decided in `dialogue.crisis`. Numbers stand in the text,
since buttons of a chat cannot hold them; links go to https pages of the lines.
"""

from bot.core.content.safety import Safety
from bot.core.content.safety_replies import CardText, Hotline
from bot.core.model import Frozen


class Card(Frozen):
    """A reply: its text, links as (label, https address), and the direct question it asks.

    `asks` is the question's id; `question` its words, where they stand at the end of the text.
    """

    text: str
    links: tuple[tuple[str, str], ...] = ()
    asks: str = ""
    question: str = ""


class Lines(Frozen):
    """How the lines of help of a country are said in a sentence."""

    emergency: str
    crisis_line: str
    text_line: str
    poison: str
    domestic_violence: str
    child: str
    treatment: str


def crisis_card(
    safety: Safety, country: str, kind: str, subject: str, language: str, *, told: bool
) -> Card:
    """The card for danger now. `told` adds that staff were alerted: only when that was sent."""
    card = first_that_fits(safety, "acute", kind, subject, language)
    rendered = _rendered(safety, card, country, language)
    if not told:
        return rendered
    told_text = safety.filled(safety.replies(language).told, country, language)
    return Card(text=f"{rendered.text} {told_text}", links=rendered.links, asks=rendered.asks)


def concern_reply(
    safety: Safety, country: str, kind: str, subject: str, language: str, *, ask: bool
) -> Card:
    """The kind answer to a concern; with `ask`, the direct question stands at its end."""
    card = first_that_fits(safety, "concern", kind, subject, language)
    return _rendered(safety, card, country, language, ask=ask)


def safety_question(safety: Safety, country: str, kind: str, subject: str, language: str) -> Card:
    """The one gentle direct question, asked when it is not certain that there is danger."""
    return _rendered(
        safety, first_that_fits(safety, "question", kind, subject, language), country, language
    )


def footer(safety: Safety, country: str, language: str) -> str:
    """The one line of help that stands under answers."""
    return safety.filled(safety.replies(language).footer, country, language)


def last_resort(safety: Safety, country: str) -> str:
    """Said when everything else is broken: an apology, and whom to call if someone is in danger."""
    return safety.filled(safety.replies("en").last_resort, country, "en")


def hotlines(safety: Safety, country: str) -> Lines:
    """The country's lines; the emergency number where there is none of a sort."""
    lines = safety.lines(country)

    def number(line: Hotline | None) -> str:
        return (line or lines.emergency).number

    return Lines(
        emergency=lines.emergency.number,
        crisis_line=lines.crisis_line.number,
        text_line=number(lines.text_line or lines.crisis_line),
        poison=number(lines.poison),
        domestic_violence=number(lines.domestic_violence),
        child=number(lines.child),
        treatment=number(lines.treatment or lines.crisis_line),
    )


def first_that_fits(safety: Safety, tier: str, kind: str, subject: str, language: str) -> CardText:
    """The first card that fits; content is checked to have one that fits anything."""
    return next(
        card
        for card in safety.replies(language).cards
        if card.tier == tier
        and (not card.kind or kind in card.kind)
        and card.subject in (None, subject)
    )


def _rendered(
    safety: Safety, card: CardText, country: str, language: str, *, ask: bool = True
) -> Card:
    lines = safety.lines(country)
    text = safety.filled(card.text, country, language)
    if ask and card.ask:
        text = f"{text} {card.ask}"
    links = []
    for name in card.links:
        line: Hotline | None = getattr(lines, name)
        if line is not None and line.url:
            links.append(((line.label_es if language == "es" else "") or line.label, line.url))
    asks, question = (card.asks, card.ask) if ask else ("", "")
    return Card(text=text, links=tuple(links), asks=asks, question=question)
