"""Shows again what is open, so that no message ever leaves somebody without a next step."""

from typing import assert_never

from bot.core.dialogue import beginning, contact, crisis, erasure, faq, questions, review
from bot.core.dialogue.draft import Draft
from bot.core.model import (
    AwaitingConsent,
    Browsing,
    CheckingSafety,
    ConfirmingErase,
    InCrisis,
    LeavingContact,
    Reviewing,
    Screening,
    WithStaff,
)


def show_open(draft: Draft) -> None:
    """The open screen of the present stage; nothing while browsing, or while staff write."""
    stage = draft.session.stage
    match stage:
        case Browsing() | WithStaff():
            pass
        case AwaitingConsent():
            beginning.ask_consent_again(draft)
        case Screening():
            questions.return_to(draft)
        case Reviewing():
            review.show(draft)
        case LeavingContact():
            contact.show(draft)
        case CheckingSafety():
            crisis.ask(draft, stage.kind, stage.subject)
        case InCrisis():
            crisis.still_here(draft)
        case ConfirmingErase():
            erasure.ask_again(draft)
        case _:
            assert_never(stage)


def show_open_or_menu(draft: Draft, text: str) -> None:
    """`text`, then the open screen; while browsing, the menu stands under the text."""
    if isinstance(draft.session.stage, Browsing):
        draft.reply(text, faq.menu(draft), lasting=True)
    else:
        draft.reply(text)
        show_open(draft)
