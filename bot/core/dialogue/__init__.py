"""`advance`: the one function that is the product. An event in, a turn out; nothing else.

Order: signs of danger first, then staff, then commands and buttons, then the open stage. Each stage
has a module; `screens` shows again what is open. Laws, each one a test over every stage and event:
danger is answered at every stage; nothing raises; a stale press changes nothing; no answer is lost.
"""

from typing import assert_never

from bot.core.content import Content
from bot.core.dialogue import (
    beginning,
    commands,
    contact,
    crisis,
    erasure,
    faq,
    handoff,
    presses,
    result,
    review,
    screens,
    typed_answer,
    wishes,
)
from bot.core.dialogue.draft import Draft
from bot.core.dialogue.filing import file_incomplete
from bot.core.model import (
    AlertSent,
    AnyEvent,
    AttachmentReceived,
    AwaitingConsent,
    Browsing,
    CheckingSafety,
    CommandReceived,
    ConfirmingErase,
    CrisisCleared,
    InCrisis,
    LeavingContact,
    MessageEdited,
    OptionChosen,
    Reviewing,
    Screening,
    Session,
    StaffHandedBack,
    StaffReplied,
    StaffTookOver,
    TextReceived,
    Turn,
    Wake,
    WithStaff,
    WokeUp,
)


def advance(session: Session, event: AnyEvent, content: Content) -> Turn:
    """Decide what an event leads to. Pure, total, and never raises."""
    draft = Draft(session, event, content)
    match event:
        case TextReceived():
            text_received(draft, event.text)
        case MessageEdited():
            aside_received(draft, event.text, content.wording.other.edited)
        case AttachmentReceived():
            aside_received(draft, event.caption, content.wording.other.attachment)
        case CommandReceived():
            if not crisis.heard(draft, event.argument):
                commands.received(draft, event)
        case OptionChosen():
            presses.received(draft, event)
        case WokeUp():
            woke_up(draft, event)
        case StaffTookOver():
            handoff.took_over(draft, event)
        case StaffReplied():
            handoff.replied(draft, event)
        case StaffHandedBack():
            handoff.handed_back(draft, event.staff)
        case CrisisCleared():
            handoff.crisis_cleared(draft)
        case AlertSent():
            handoff.alert_sent(draft, event)
        case _:
            assert_never(event)
    if isinstance(event, TextReceived | OptionChosen | CommandReceived | AttachmentReceived):
        draft.change(last_event_at=event.at)
    return draft.turn()


def text_received(draft: Draft, text: str) -> None:
    """A typed message: danger first, then whatever is open."""
    asked = draft.session.asked
    if not typed_answer.is_plain_answer(draft, text) and crisis.heard(draft, text):
        return
    if wishes.heard(draft, text):
        return
    stage = draft.session.stage
    match stage:
        case WithStaff():
            said = crisis.typed_reply(draft, text, asked)
            if not crisis.replied(draft, said) and not crisis.typed_under_card(draft, text, asked):
                handoff.client_wrote(draft)
        case CheckingSafety():
            checking(draft, text, asked)
        case InCrisis():
            in_crisis(draft, text, asked)
        case ConfirmingErase():
            erasure.typed(draft, text)
        case AwaitingConsent():
            awaiting_consent(draft, text)
        case Screening():
            typed_answer.typed(draft, text)
        case Reviewing():
            review.typed(draft, text)
        case LeavingContact():
            contact.typed(draft, text)
        case Browsing():
            browsing(draft, text, asked)
        case _:
            assert_never(stage)


def checking(draft: Draft, text: str, asked: str) -> None:
    """The direct question is open: a reply decides, anything else is answered and it stays open."""
    draft.digression = True
    if crisis.replied(draft, crisis.typed_reply(draft, text, asked)):
        if not isinstance(draft.session.stage, InCrisis):
            screens.show_open(draft)
        return
    answer_a_question(draft, text)
    screens.show_open(draft)


def in_crisis(draft: Draft, text: str, asked: str) -> None:
    """The card is shown: questions are still answered, and the card stays in reach."""
    draft.digression = True
    if crisis.typed_under_card(draft, text, asked):
        if not isinstance(draft.session.stage, InCrisis):
            screens.show_open(draft)
        return
    answer_a_question(draft, text)
    crisis.still_here(draft)


def answer_a_question(draft: Draft, text: str) -> None:
    """Where something graver is open: a question that is sure is answered, anything else is not."""
    if draft.content.is_question(text):
        found = draft.content.search(text)
        if found.decision == "answer":
            faq.give(draft, text, found)


def awaiting_consent(draft: Draft, text: str) -> None:
    """Consent is asked for: yes, no, or a question first."""
    said = draft.content.yes_or_no(text)
    if said:
        beginning.consented(draft)
    elif said is False:
        presses.declined(draft)
    else:
        result.aside(draft, text)
        beginning.ask_consent_again(draft)


def browsing(draft: Draft, text: str, asked: str) -> None:
    """Nothing is open: a greeting, a question, or words about the result."""
    is_question = draft.content.is_question(text)
    if draft.is_concerned:
        answer_a_question(draft, text)
    elif not is_question and crisis.acknowledged(draft, text, asked):
        pass
    elif not text.strip():
        draft.reply(draft.content.wording.other.empty, faq.menu(draft))
    elif draft.content.is_greeting(text):
        draft.reply(draft.content.spoken(draft.content.wording.welcome), faq.menu(draft))
    elif result.about_result(draft, text):
        pass
    else:
        faq.asked(draft, text)


def aside_received(draft: Draft, text: str, reply: str) -> None:
    """An edit or an attachment: read for danger, answered politely; what was open stays open."""
    if crisis.heard(draft, text):
        return
    draft.digression = True
    if isinstance(draft.session.stage, WithStaff):
        handoff.client_wrote(draft)
        return
    draft.reply(reply)
    screens.show_open(draft)


def woke_up(draft: Draft, event: WokeUp) -> None:
    """Silence for a while: file what there is; an unanswered question about safety escalates."""
    if event.reason is Wake.STAFF_SILENT:
        handoff.staff_left(draft)
        return
    if not draft.is_silent_long_enough():
        return
    stage = draft.session.stage
    while isinstance(stage, WithStaff | ConfirmingErase):
        stage = stage.parked
    draft.note("silence")
    if isinstance(stage, CheckingSafety):
        crisis.enter(draft, stage.kind, stage.subject, draft.session.language)
    elif isinstance(stage, Screening | Reviewing):
        file_incomplete(draft)
