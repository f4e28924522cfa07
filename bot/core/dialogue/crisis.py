"""Signs of danger come first, at every stage and from every event that carries text.

A certain sign shows the crisis card at once and tells staff; an uncertain one asks one gentle direct
question; a concern is answered kindly, and the person goes on. What was open is parked, never lost.
Counterparts: `language.crisis` reads the words, `crisis_card` words the replies.
"""

from datetime import timedelta

from msgspec.structs import replace
from rapidfuzz.utils import default_process

from bot.core.crisis_card import Card, concern_reply, crisis_card, safety_question
from bot.core.dialogue.draft import Draft, Parking
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
    Perspective,
    Tier,
    Urgency,
    WithStaff,
)

CONCERN_AGAIN_AFTER = timedelta(minutes=30)
SAFE_AFTER_CARD = "safe-after-card"  # the row of `asked` in safety.yaml that nobody asks


def heard(draft: Draft, text: str) -> bool:
    """Look for danger in `text`. True when the turn is thereby decided."""
    reading = _of_stage(read(draft.content.safety, text, draft.session.asked), draft.session.stage)
    draft.change(asked="")
    if reading.tier is Tier.NONE:
        return False
    draft.digression = True
    # the n-grams of the model are the person's words: for `ask`, never for `because`
    ids = [why for why in reading.because if not why.startswith("words ")]
    draft.because.extend(f"crisis {why}" for why in ids[:6] or ["model"])
    draft.note(f"crisis {reading.tier} {reading.kind} {reading.subject}")
    stage = draft.session.stage
    if reading.tier is Tier.CONCERN:
        return _concern(draft, reading)
    if reading.certain or isinstance(_open(stage), CheckingSafety | InCrisis):
        enter(draft, reading.kind, reading.subject, reading.language)
    else:
        check(draft, reading)
    return True


def _of_stage(reading: Reading, stage: AnyStage) -> Reading:
    """A reply to the direct question is about what the question was asked for."""
    about = _open(stage)
    if reading.by_reply and isinstance(about, CheckingSafety | InCrisis):
        return replace(reading, kind=about.kind, subject=about.subject)
    return reading


def enter(draft: Draft, kind: str, subject: str, language: str = "en") -> None:
    """Show the crisis card, park what was open, file the case and alert staff.

    Staff who have taken over stay; the crisis is what they hand back.
    """
    session = draft.session
    before = _open(session.stage)
    is_known = isinstance(before, InCrisis)
    told = isinstance(before, InCrisis) and before.told
    draft.change(crisis_at=session.crisis_at or draft.event.at, language=language)
    leave(draft, InCrisis(kind=kind, subject=subject, parked=_parked(session.stage), told=told))
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
    leave(draft, CheckingSafety(kind=reading.kind, subject=reading.subject, parked=_parked(stage)))
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
    stage = _open(draft.session.stage)
    if not isinstance(stage, CheckingSafety) or said is None:
        return False
    draft.digression = True
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


def leave(draft: Draft, stage: AnyStage) -> None:
    """Go on to `stage`, or back to what was parked; staff who have taken over stay."""
    if isinstance(draft.session.stage, WithStaff):
        draft.become(WithStaff(staff=draft.session.stage.staff, parked=stage))
    else:
        draft.become(stage)


def said_safe(draft: Draft, stage: InCrisis) -> None:
    """The person says they are safe now: back to what was open; the alert to staff stands."""
    draft.digression = True
    draft.note("crisis said-safe")
    leave(draft, stage.parked)
    language = draft.session.language
    text = draft.content.safety.said_safe(language, told=stage.told)
    rows = [(button(draft.content.wording.menu.human, "human"),)]
    if not draft.session.contact.reach:
        rows.append((button(draft.content.safety.buttons(language).reach, "reach"),))
    draft.reply(text, rows, lasting=True)


def said_with_someone(draft: Draft) -> None:
    """Somebody is with them: good; the card stays in reach."""
    draft.digression = True
    draft.note("crisis with-someone")
    safety = draft.content.safety
    language = draft.session.language
    row = (button(safety.buttons(language).safe_now, "crisis", "safe"),)
    text = safety.with_someone(draft.content.clinic.country, language)
    draft.reply(text, [row], lasting=True)


def typed_under_card(draft: Draft, text: str, asked: str) -> bool:
    """What is typed while the card is shown: the label of a button, or a reply; False when neither."""
    stage = _open(draft.session.stage)
    if not isinstance(stage, InCrisis):
        return False
    safety = draft.content.safety
    buttons = safety.buttons(draft.session.language)
    word = default_process(text)
    company = safety.replies(draft.session.language).still_here_asks
    said = read_reply(safety, company, text, only_named=asked != company)
    if word == default_process(buttons.safe_now) or read_reply(
        safety, SAFE_AFTER_CARD, text, only_named=True
    ):
        said_safe(draft, stage)
    elif word == default_process(buttons.with_someone) or said == "yes":
        said_with_someone(draft)
    elif said == "no":
        draft.note("crisis alone")
        _under_card(draft, safety.alone(draft.content.clinic.country, draft.session.language))
    else:
        return False
    return True


def still_here(draft: Draft) -> None:
    """Answer anything said during a crisis without leaving it: the card stays in reach."""
    if isinstance(draft.session.stage, InCrisis):
        safety = draft.content.safety
        language = draft.session.language
        _under_card(draft, safety.still_here(draft.content.clinic.country, language))
        draft.change(asked=safety.replies(language).still_here_asks)


def _under_card(draft: Draft, text: str) -> None:
    buttons = draft.content.safety.buttons(draft.session.language)
    draft.reply(
        text,
        [
            (button(buttons.with_someone, "crisis", "with"),),
            (button(buttons.safe_now, "crisis", "safe"),),
            (button(draft.content.wording.menu.human, "human"),),
        ],
        lasting=True,
    )


def show_until_then(draft: Draft) -> None:
    """Whom to call until staff are there, under a result that cannot wait."""
    safety, country = draft.content.safety, draft.content.clinic.country
    language = draft.session.language
    subject = "self" if draft.session.perspective is Perspective.SELF else "other"
    card = crisis_card(safety, country, "none", subject, language, told=False)
    draft.reply(safety.until_then(country, language), links(card), lasting=True)


def acknowledged(draft: Draft, text: str, asked: str) -> bool:
    """A reply to the direct question of a concern that says no danger: kindly, and the number."""
    if not asked or read_reply(draft.content.safety, asked, text) is None:
        return False
    draft.digression = True
    draft.note(f"crisis reply {asked}")
    _heard_again(draft, draft.content.safety.said_safe(draft.session.language, told=False), "")
    return True


def _heard_again(draft: Draft, text: str, asks: str) -> None:
    human = (button(draft.content.wording.menu.human, "human"),)
    draft.reply(text, [human], lasting=True)
    draft.change(asked=asks)


def _concern(draft: Draft, reading: Reading) -> bool:
    """Answer a concern kindly: at length once in a while, else in a line; then the turn goes on."""
    session = draft.session
    stage = session.stage
    if isinstance(stage, WithStaff | InCrisis | CheckingSafety | ConfirmingErase):
        return False
    draft.is_concerned = True
    is_soon = (
        session.concern_at is not None
        and draft.event.at - session.concern_at < CONCERN_AGAIN_AFTER
        and session.concern_kind == reading.kind
    )
    safety, country = draft.content.safety, draft.content.clinic.country
    is_open = isinstance(stage, Browsing)
    card = concern_reply(
        safety, country, reading.kind, reading.subject, reading.language, ask=is_open
    )
    if is_soon:
        text = safety.again(country, reading.language)
        _heard_again(draft, " ".join(filter(None, (text, card.question))), card.asks)
        return False
    draft.change(concern_at=draft.event.at, concern_kind=reading.kind, language=reading.language)
    reply_to_concern(draft, card)
    return False


def reply_to_concern(draft: Draft, card: Card) -> None:
    """The kind answer to a concern, with its links and the way to a person."""
    human = (button(draft.content.wording.menu.human, "human"),)
    draft.reply(card.text, [*links(card), human], lasting=True)
    draft.change(asked=card.asks)


def _open(stage: AnyStage) -> AnyStage:
    """What is open, also while staff write."""
    return stage.parked if isinstance(stage, WithStaff) else stage


def _parked(stage: AnyStage) -> AnyStage:
    """What to come back to: never a crisis within a crisis, nor a question about erasing."""
    while isinstance(stage, Parking):
        stage = stage.parked
    return stage
