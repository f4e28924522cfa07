"""The part of the page about danger: every card with its buttons, and what is said under it."""

from collections.abc import Iterator
from dataclasses import replace

from bot.core.content import Content
from bot.core.content.safety_replies import LINES, CardText, Country, Hotline
from bot.core.crisis_card import concern_reply, first_that_fits
from bot.core.dialogue import crisis
from bot.core.dialogue.draft import Draft
from bot.core.language.crisis_rows import KINDS
from bot.core.model import Browsing, InCrisis
from bot.preview.bubble import Bubble, Group, Section, shown

NO_KIND = "none"  # what is read where the words tell danger, and not of which kind
SUBJECTS = {"self": "about oneself", "other": "about someone else"}
TIERS = {
    "acute": "Danger now",
    "question": "Not certain: one gentle question",
    "concern": "A concern",
}
LANGUAGES = {"en": "English", "es": "Spanish"}


def dangers(content: Content) -> Section:
    """Every card of the clinic's country, each for what shows it; then the lines of all countries."""
    country = content.clinic.country
    section = Section(
        "crisis",
        f"Crisis cards ({country})",
        "Shown at any stage, whatever is open. The numbers are those of the clinic's country.",
    )
    for language in content.safety.file.replies:
        section.groups += _cards(content, language)
        section.groups += _under_cards(content, language)
    section.groups += [
        (f"Lines of help: {each.name}", [_lines(each, is_ours=code == country)])
        for code, each in content.safety.countries.items()
    ]
    return section


def _cards(content: Content, language: str) -> Iterator[Group]:
    for card in content.safety.replies(language).cards:
        readings = _readings(content, card, language)
        kinds = ", ".join(card.kind).replace("_", " ") or "anything else"
        subjects = {subject for _, subject in readings}
        about = SUBJECTS[subjects.pop()] if len(subjects) == 1 else "about anyone"
        name = f"{TIERS[card.tier]}: {kinds}, {about} ({LANGUAGES[language]})"
        if readings:
            yield name, _card(content, card.tier, *readings[0], language)
        else:
            text = content.safety.filled(card.text, content.clinic.country, language)
            never = "never shown: a card above it always fits first"
            yield name, [Bubble(f"{text} {card.ask}".strip(), (), (never,), language)]


def _readings(content: Content, card: CardText, language: str) -> list[tuple[str, str]]:
    """Each kind and subject for which this very card is shown."""
    kinds: tuple[str, ...] = card.kind or (NO_KIND, *KINDS)
    return [
        (kind, subject)
        for kind in kinds
        for subject in SUBJECTS
        if first_that_fits(content.safety, card.tier, kind, subject, language) is card
    ]


def _card(content: Content, tier: str, kind: str, subject: str, language: str) -> list[Bubble]:
    def act(draft: Draft) -> None:
        if tier == "acute":
            crisis.show_card(draft, kind, subject, told=False)
        elif tier == "question":
            crisis.ask(draft, kind, subject)
        else:
            safety, country = draft.content.safety, draft.content.clinic.country
            card = concern_reply(safety, country, kind, subject, language, ask=True)
            crisis.reply_to_concern(draft, card)

    return shown(content, act, language=language)


def _under_cards(content: Content, language: str) -> Iterator[Group]:
    safety, country = content.safety, content.clinic.country
    stage = InCrisis(kind=NO_KIND, subject="self", parked=Browsing())
    told = InCrisis(kind=NO_KIND, subject="self", parked=Browsing(), told=True)
    buttons = safety.buttons(language)
    still = shown(content, crisis.still_here, stage=stage, language=language)
    alone = [replace(each, text=safety.alone(country, language)) for each in still]
    human = ((content.wording.menu.human,),)
    spoken = LANGUAGES[language]
    yield (
        f"Once staff were alerted ({spoken})",
        [
            Bubble(content.wording.handoff.told),
            *shown(
                content,
                lambda draft: crisis.show_card(draft, NO_KIND, "self", told=True),
                "the card, shown again",
                stage=told,
                language=language,
            ),
        ],
    )
    yield (
        f"“{buttons.safe_now}” ({spoken})",
        [
            *shown(
                content,
                lambda draft: crisis.said_safe(draft, stage),
                "staff not alerted yet",
                stage=stage,
                language=language,
            ),
            *shown(
                content,
                lambda draft: crisis.said_safe(draft, told),
                "staff alerted",
                stage=told,
                language=language,
            ),
        ],
    )
    yield (
        f"“{buttons.with_someone}” ({spoken})",
        shown(content, crisis.said_with_someone, stage=stage, language=language),
    )
    yield f"Alone with it ({spoken})", alone
    yield f"Anything else that is said under the card ({spoken})", still
    yield (
        f"A concern again, soon after ({spoken})",
        [Bubble(safety.again(country, language), human, language=language)],
    )
    yield (
        f"Until the team is there ({spoken})",
        shown(content, crisis.show_until_then, language=language),
    )
    yield (
        f"Under other messages ({spoken})",
        [
            Bubble(
                safety.filled(safety.replies(language).footer, country, language), (), (), language
            )
        ],
    )
    text = safety.filled(safety.replies(language).last_resort, country, language)
    yield (
        f"When everything else is broken ({spoken})",
        [Bubble(text, language=language)],
    )


def _lines(country: Country, *, is_ours: bool) -> Bubble:
    """How each line of a country is said, and what stands on its button."""
    told, notes = [], ["this clinic's country"] if is_ours else []
    for name in LINES:
        line: Hotline | None = getattr(country, name)
        if line is None:
            continue
        label = " / ".join(dict.fromkeys(filter(None, (line.label, line.label_es))))
        told.append(f"{line.name}: {line.say} / {line.say_es}" + (f" [{label} ↗]" if label else ""))
        tested = "called" if line.call_tested else "not called yet"
        notes.append(f"{name}: {line.number}, verified {line.verified_on}, {tested}, {line.source}")
    return Bubble("\n".join(told), notes=tuple(notes), manner="page", language="")
