"""Signs of danger come first, at every stage and from every event that carries text.

A certain sign shows the crisis card at once and tells staff; an uncertain one asks one gentle direct
question; a concern is answered kindly, and the person goes on. What was open is parked, never lost.
Counterparts: `language.crisis` reads the words, `crisis_card` words the replies.
"""

from datetime import timedelta

from bot.core.crisis_card import Card, concern_reply, crisis_card, safety_question
from bot.core.dialogue.draft import Draft
from bot.core.dialogue.filing import file_emergency
from bot.core.dialogue.press import button
from bot.core.language.crisis import Reading, read, read_reply
from bot.core.model import (
    AlertKind,
    AlertStaff,
    AnyStage,
    Browsing,
    Button,
    CheckingSafety,
    ConfirmingErase,
    InCrisis,
    Tier,
    Urgency,
    WithStaff,
)

CONCERN_AGAIN_AFTER = timedelta(minutes=30)


def heard(draft: Draft, text: str) -> bool:
    """Look for danger in `text`. True when the turn is thereby decided."""
    reading = read(draft.content.safety, text, draft.session.asked)
    draft.change(asked="")
    if reading.tier is Tier.NONE:
        return False
    # the n-grams of the model are the person's words: for `ask`, never for `because`
    ids = [why for why in reading.because if not why.startswith("words ")]
    draft.because.extend(f"crisis {why}" for why in ids[:6] or ["model"])
    draft.note(f"crisis {reading.tier} {reading.kind} {reading.subject}")
    stage = draft.session.stage
    if reading.tier is Tier.CONCERN:
        return _concern(draft, reading)
    if reading.certain or isinstance(stage, CheckingSafety | InCrisis):
        enter(draft, reading.kind, reading.subject, reading.language)
    else:
        check(draft, reading)
    return True


def enter(draft: Draft, kind: str, subject: str, language: str = "en") -> None:
    """Show the crisis card, park what was open, file the case and alert staff."""
    session = draft.session
    is_known = isinstance(session.stage, InCrisis)
    told = isinstance(session.stage, InCrisis) and session.stage.told
    draft.change(crisis_at=session.crisis_at or draft.event.at, language=language)
    if isinstance(session.stage, WithStaff):
        draft.become(WithStaff(staff=session.stage.staff, parked=_parked(session.stage.parked)))
    else:
        draft.become(InCrisis(kind=kind, subject=subject, parked=_parked(session.stage), told=told))
    show_card(draft, kind, subject, told=told)
    if not is_known or session.filed is None:
        file_emergency(draft)
    draft.do(AlertStaff(case=draft.session.case, kind=AlertKind.EMERGENCY, urgency=Urgency.NOW))


def show_card(draft: Draft, kind: str, subject: str, *, told: bool) -> None:
    """The crisis card with its links and the two buttons under it."""
    safety = draft.content.safety
    card = crisis_card(
        safety, draft.content.clinic.country, kind, subject, draft.session.language, told=told
    )
    buttons = safety.buttons(draft.session.language)
    rows = [
        *links(card),
        (button(buttons.with_someone, "crisis", "with"),),
        (button(buttons.safe_now, "crisis", "safe"),),
    ]
    draft.reply(card.text, rows, lasting=True)
    draft.change(asked=card.asks)


def links(card: Card) -> list[tuple[Button, ...]]:
    """A row for each https link of a card."""
    return [(Button(label=label, url=url),) for label, url in card.links]


def check(draft: Draft, reading: Reading) -> None:
    """Ask one gentle direct question before anything else."""
    stage = draft.session.stage
    draft.change(language=reading.language)
    if isinstance(stage, WithStaff):
        parked: AnyStage = stage.parked
        draft.become(
            WithStaff(
                staff=stage.staff,
                parked=CheckingSafety(
                    kind=reading.kind, subject=reading.subject, parked=_parked(parked)
                ),
            )
        )
    else:
        draft.become(
            CheckingSafety(kind=reading.kind, subject=reading.subject, parked=_parked(stage))
        )
    ask(draft, reading.kind, reading.subject)


def ask(draft: Draft, kind: str, subject: str) -> None:
    """The direct question, with its three buttons."""
    language = draft.session.language
    card = safety_question(
        draft.content.safety, draft.content.clinic.country, kind, subject, language
    )
    buttons = draft.content.safety.buttons(language)
    rows = [
        (button(buttons.yes, "safe", "yes"), button(buttons.no, "safe", "no")),
        (button(buttons.not_sure, "safe", "unsure"),),
        *links(card),
    ]
    draft.reply(card.text, rows, lasting=True)
    draft.change(asked=card.asks)


def replied(draft: Draft, said: str | None) -> bool:
    """Act on the reply to the direct question; False when it was not one."""
    stage = draft.session.stage
    if isinstance(stage, WithStaff):
        stage = stage.parked
    if not isinstance(stage, CheckingSafety) or said is None:
        return False
    draft.note(f"crisis reply {said}")
    if said == "yes":
        leave(draft, stage.parked)
        card = concern_reply(
            draft.content.safety,
            draft.content.clinic.country,
            stage.kind,
            stage.subject,
            draft.session.language,
            ask=False,
        )
        draft.reply(card.text, links(card), lasting=True)
    else:
        enter(draft, stage.kind, stage.subject, draft.session.language)
    return True


def typed_reply(draft: Draft, text: str, asked: str) -> str | None:
    """What `text` says to the direct question that was open."""
    return read_reply(draft.content.safety, asked or "safe-now", text)


def leave(draft: Draft, parked: AnyStage) -> None:
    """Go back to what was parked."""
    if isinstance(draft.session.stage, WithStaff):
        draft.become(WithStaff(staff=draft.session.stage.staff, parked=parked))
    else:
        draft.become(parked)


def said_safe(draft: Draft, stage: InCrisis) -> None:
    """The person says they are safe now: back to what was open; the alert to staff stands."""
    draft.note("crisis said-safe")
    leave(draft, stage.parked)
    text = draft.content.safety.said_safe(draft.session.language, told=stage.told)
    human = (button(draft.content.wording.menu.human, "human"),)
    draft.reply(text, [human], lasting=True)


def said_with_someone(draft: Draft) -> None:
    """Somebody is with them: good; the card stays in reach."""
    draft.note("crisis with-someone")
    safety = draft.content.safety
    language = draft.session.language
    row = (button(safety.buttons(language).safe_now, "crisis", "safe"),)
    text = safety.with_someone(draft.content.clinic.country, language)
    draft.reply(text, [row], lasting=True)


def still_here(draft: Draft) -> None:
    """Answer anything said during a crisis without leaving it: the card stays in reach."""
    stage = draft.session.stage
    if isinstance(stage, InCrisis):
        safety = draft.content.safety
        country = draft.content.clinic.country
        language = draft.session.language
        buttons = safety.buttons(language)
        draft.reply(
            safety.still_here(country, language),
            [
                (button(buttons.with_someone, "crisis", "with"),),
                (button(buttons.safe_now, "crisis", "safe"),),
                (button(draft.content.wording.menu.human, "human"),),
            ],
            lasting=True,
        )


def _concern(draft: Draft, reading: Reading) -> bool:
    """Answer a concern kindly, one kind at most once in a while; then the turn goes on as ever."""
    stage = draft.session.stage
    last = draft.session.concern_at
    is_soon = (
        last is not None
        and draft.event.at - last < CONCERN_AGAIN_AFTER
        and draft.session.concern_kind == reading.kind
    )
    if isinstance(stage, WithStaff | InCrisis | CheckingSafety | ConfirmingErase) or is_soon:
        return False
    draft.change(concern_at=draft.event.at, concern_kind=reading.kind, language=reading.language)
    is_open = isinstance(stage, Browsing)
    card = concern_reply(
        draft.content.safety,
        draft.content.clinic.country,
        reading.kind,
        reading.subject,
        reading.language,
        ask=is_open,
    )
    human = (button(draft.content.wording.menu.human, "human"),)
    draft.reply(card.text, [*links(card), human], lasting=True)
    if is_open:
        draft.change(asked=card.asks)
    return False


def _parked(stage: AnyStage) -> AnyStage:
    """What to come back to: never a crisis within a crisis, nor a question about erasing."""
    while isinstance(stage, InCrisis | CheckingSafety | ConfirmingErase | WithStaff):
        stage = stage.parked
    return stage
