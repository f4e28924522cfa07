"""What each /command does, at any stage; what was open is shown again afterwards."""

from bot.core.content.slips import COMMANDS
from bot.core.content.wording import fill
from bot.core.dialogue import beginning, contact, crisis, erasure, faq, handoff, questions, screens
from bot.core.dialogue.draft import Draft
from bot.core.dialogue.filing import file_incomplete
from bot.core.dialogue.press import button
from bot.core.model import (
    AwaitingConsent,
    Browsing,
    CheckingSafety,
    CommandReceived,
    ConfirmingErase,
    InCrisis,
    IntakeStatus,
    LeavingContact,
    Perspective,
    Reviewing,
    Screening,
    SendRecord,
    TopicId,
    WithStaff,
)

ALWAYS_ALLOWED = frozenset({"delete", "mydata", "privacy"})
OF_ERASING = frozenset({"delete", "cancel", "stop"})
SOURCE_LENGTH = 32


def received(draft: Draft, event: CommandReceived) -> None:
    """Do what a command asks. While staff write, only a person's rights over their record count."""
    name = event.name.casefold()
    draft.note(f"command {name if name in COMMANDS else 'unknown'}")
    if isinstance(draft.session.stage, WithStaff) and name not in ALWAYS_ALLOWED:
        return
    if isinstance(draft.session.stage, ConfirmingErase) and name not in OF_ERASING:
        draft.become(draft.session.stage.parked)
    match name:
        case "start":
            start(draft, event.argument)
        case "screening":
            screening(draft, None)
        case "faq":
            draft.digression = True
            faq.show_topics(draft)
        case "help":
            aside(draft, draft.content.wording.help)
        case "status":
            aside(draft, status(draft))
        case "human":
            human(draft)
        case "privacy":
            aside(draft, draft.content.spoken(draft.content.wording.privacy))
        case "mydata":
            draft.do(SendRecord())
            aside(draft, draft.content.wording.record.sent)
        case "delete":
            erasure.ask(draft)
        case "cancel" | "stop":
            cancel(draft)
        case "back" | "skip" | "why" | "done":
            step(draft, name)
        case _:
            aside(draft, draft.content.wording.help)


def aside(draft: Draft, text: str) -> None:
    """Say something, and show again what was open."""
    draft.digression = True
    draft.reply(text)
    screens.show_open(draft)


def start(draft: Draft, payload: str) -> None:
    """Welcome. A deep link's payload may choose a perspective or a topic, and a source tag.

    The payload is `choice__source`, each part optional: `loved-one`, `duration__flyer`, `__radio`.
    """
    choice, _, source = payload.partition("__")
    if source and not draft.session.source:
        draft.change(source=source[:SOURCE_LENGTH])
    if _is_held(draft):
        screens.show_open(draft)
        return
    if choice in set(Perspective) and not _is_busy(draft):
        draft.reply(draft.content.spoken(draft.content.wording.welcome))
        screening(draft, Perspective(choice))
    elif draft.content.topic(TopicId(choice)) is not None:
        faq.answer(draft, TopicId(choice))
        screens.show_open(draft)
    elif isinstance(draft.session.stage, Screening | Reviewing):
        known = Perspective(choice) if choice in set(Perspective) else None
        beginning.offer_to_go_on(draft, draft.content.wording.welcome_back, known)
    elif _is_busy(draft):
        screens.show_open(draft)
    else:
        draft.reply(
            draft.content.spoken(draft.content.wording.welcome), faq.menu(draft), lasting=True
        )


def _is_held(draft: Draft) -> bool:
    return isinstance(draft.session.stage, InCrisis | CheckingSafety)


def _is_busy(draft: Draft) -> bool:
    return not isinstance(draft.session.stage, Browsing)


def screening(draft: Draft, perspective: Perspective | None) -> None:
    """Begin the questions, go on with them, or offer both when there are answers already."""
    stage = draft.session.stage
    if _is_held(draft):
        screens.show_open(draft)
    elif isinstance(stage, LeavingContact):
        contact.show(draft)
    elif isinstance(stage, Screening | Reviewing):
        if perspective in (None, draft.session.perspective):
            questions.return_to(draft)
        else:
            beginning.offer_to_go_on(draft, perspective=perspective)
    elif isinstance(stage, AwaitingConsent) or not draft.answers:
        beginning.begin(draft, perspective)
    elif draft.session.filed in (IntakeStatus.COMPLETED, IntakeStatus.AMENDED):
        again(draft, perspective)
    else:
        beginning.go_on_later(draft, perspective)


def again(draft: Draft, perspective: Perspective | None = None) -> None:
    """Somebody who has finished may change answers, or start fresh, for whom they said already."""
    words = draft.content.wording.again
    draft.reply(
        words.text,
        [
            (button(words.change, "again", "change"),),
            (button(words.fresh, "again", "fresh", perspective or ""),),
        ],
        lasting=True,
    )


def human(draft: Draft) -> None:
    """Ask for a person; what was open goes on."""
    draft.digression = True
    handoff.ask_for_human(draft)
    screens.show_open(draft)


def cancel(draft: Draft) -> None:
    """Stop what is open; answers are kept for a while."""
    words = draft.content.wording.cancel
    stage = draft.session.stage
    match stage:
        case Screening() | Reviewing() | AwaitingConsent():
            if draft.answers:
                file_incomplete(draft)
            draft.become(Browsing())
            draft.reply(words.kept if draft.answers else words.nothing)
        case LeavingContact():
            contact.finish(draft)
        case ConfirmingErase():
            erasure.decided(draft, is_yes=False)
        case InCrisis():
            crisis.still_here(draft)
        case CheckingSafety():
            crisis.ask(draft, stage.kind, stage.subject)
        case _:
            draft.reply(words.nothing)


def step(draft: Draft, name: str) -> None:
    """/back, /skip, /why and /done, for those who type them."""
    question = questions.open_question(draft)
    if isinstance(draft.session.stage, LeavingContact) and name == "skip":
        open_step = contact.open_step(draft)
        if open_step is not None:
            contact.next_step(draft, open_step)
            return
    if question is None:
        aside(draft, draft.content.wording.help)
    elif name == "back":
        questions.back(draft)
    elif name == "skip":
        questions.skip(draft, question)
    elif name == "why":
        questions.why(draft, question)
    else:
        questions.done(draft, question)


def status(draft: Draft) -> str:
    """Where things stand, in a sentence or two."""
    words = draft.content.wording.status
    session = draft.session
    hours = draft.content.hours(draft.event.at)
    parts = []
    match session.stage:
        case InCrisis() | CheckingSafety():
            parts.append(words.crisis)
        case AwaitingConsent():
            parts.append(words.consent)
        case Reviewing():
            parts.append(words.review)
        case Screening():
            number, total = beginning.place(draft)
            parts.append(fill(draft.content.wording.resume.text, number=number, total=total))
        case _:
            pass
    if session.filed in (IntakeStatus.COMPLETED, IntakeStatus.AMENDED):
        parts.append(fill(words.filed, case=session.case, hours=hours))
    if session.human_asked_at is not None:
        parts.append(fill(words.human, hours=hours))
    return "\n".join(parts) or words.browsing
