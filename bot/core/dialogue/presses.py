"""What each button does. A button of an older screen changes nothing and says so kindly."""

from bot.core.dialogue import (
    beginning,
    commands,
    contact,
    crisis,
    erasure,
    faq,
    questions,
    result,
    review,
    screens,
)
from bot.core.dialogue.draft import Draft
from bot.core.dialogue.press import Press, is_fresh, pressed
from bot.core.model import (
    AwaitingConsent,
    Browsing,
    CheckingSafety,
    ConfirmingErase,
    InCrisis,
    IntakeStatus,
    LeavingContact,
    OptionChosen,
    Perspective,
    Reviewing,
    Screening,
    TopicId,
    WithStaff,
)

OF_QUESTION = frozenset({"pick", "on", "off", "done", "back", "why", "guess"})
OF_REVIEW = frozenset({"submit", "page", "change"})
OF_CONTACT = frozenset({"give", "skip-all", "message", "no-message"})


def received(draft: Draft, event: OptionChosen) -> None:
    """Act on a pressed button, if it still counts."""
    press = pressed(event.data)
    draft.note(f"press {press.verb if press.verb.isalpha() else 'other'}"[:24])
    stage = draft.session.stage
    if press.verb in ("crisis", "safe"):
        _of_crisis(draft, press)
        return
    if isinstance(stage, WithStaff) and not isinstance(stage.parked, ConfirmingErase):
        draft.note("staff silent")
        return
    if _anytime(draft, press):
        return
    if not is_fresh(press, draft.session) or not _of_screen(draft, press):
        stale(draft)


def _of_screen(draft: Draft, press: Press) -> bool:
    """A fresh press on the open screen; False when it belongs to another one."""
    match draft.session.stage:
        case AwaitingConsent() if press.verb == "consent":
            consent(draft, press.argument(2))
        case Screening() | Reviewing() if press.verb == "resume":
            beginning.resumed(draft, press.argument(2))
        case Screening() if press.verb in OF_QUESTION:
            questions.pressed(draft, press)
        case Reviewing() if press.verb in OF_REVIEW:
            review.pressed(draft, press)
        case LeavingContact() if press.verb in OF_CONTACT:
            contact.pressed(draft, press)
        case ConfirmingErase() if press.verb == "erase":
            erasure.pressed(draft, press)
        case _:
            return False
    return True


def stale(draft: Draft) -> None:
    """Nothing changes: a kind toast, and what is open now."""
    draft.note("press stale")
    if isinstance(draft.session.stage, Browsing):
        draft.toast(draft.content.wording.other.stale_plain)
        draft.reply(draft.content.wording.welcome_back, faq.menu(draft))
        return
    draft.toast(draft.content.wording.other.stale)
    screens.show_open(draft)


def _anytime(draft: Draft, press: Press) -> bool:
    """Buttons that mean the same at any time; False when it is none of them."""
    match press.verb:
        case "topic":
            draft.digression = True
            if not faq.answer(draft, TopicId(press.argument(0))):
                stale(draft)
                return True
            draft.note(f"faq {press.argument(0)} pressed")
            screens.show_open(draft)
        case "topics":
            start = press.argument(0)
            draft.digression = True
            faq.show_topics(
                draft, int(start) if start.isdecimal() else 0, in_place=start.isdecimal()
            )
        case "none":
            draft.digression = True
            faq.none_chosen(draft)
            screens.show_open(draft)
        case "thumb":
            draft.digression = True
            faq.thumb(draft, press)
        case "human":
            commands.human(draft)
        case "reach":
            if not contact.offered(draft):
                stale(draft)
        case "screening":
            commands.screening(draft, _perspective(press.argument(0)))
        case "result":
            if press.argument(0) == "disagree":
                result.disagree(draft)
            else:
                result.meaning(draft)
            screens.show_open(draft)
        case "again":
            again(draft, press.argument(0), _perspective(press.argument(1)))
        case _:
            return False
    return True


def _perspective(choice: str) -> Perspective | None:
    """Whom a button says that the questions are for, where it does."""
    return Perspective(choice) if choice in set(Perspective) else None


def again(draft: Draft, choice: str, perspective: Perspective | None = None) -> None:
    """Somebody who has finished changes answers, or starts a fresh intake."""
    is_finished = draft.session.filed in (IntakeStatus.COMPLETED, IntakeStatus.AMENDED)
    if not is_finished or not isinstance(draft.session.stage, Browsing | LeavingContact):
        stale(draft)
    elif choice == "change":
        draft.become(Reviewing())
        review.show(draft)
    else:
        beginning.start_fresh(draft, perspective)


def consent(draft: Draft, choice: str) -> None:
    """Yes, no, or more about privacy first."""
    if choice == "yes":
        beginning.consented(draft)
    elif choice == "privacy":
        draft.reply(draft.content.spoken(draft.content.wording.privacy))
        beginning.ask_consent_again(draft)
    else:
        declined(draft)


def declined(draft: Draft) -> None:
    """No questions, then; the rest stays open to them."""
    draft.note("consent declined")
    draft.receipt(f"✓ {draft.content.wording.consent.no}")
    draft.become(Browsing())
    draft.reply(draft.content.wording.consent.declined, faq.menu(draft)[2:])


def _of_crisis(draft: Draft, press: Press) -> None:
    """Buttons under the crisis card and the direct question; they count as long as either stands."""
    stage = draft.session.stage
    parked = stage.parked if isinstance(stage, WithStaff) else stage
    choice = press.argument(0)
    if press.verb == "safe":
        if crisis.replied(draft, choice):
            if not isinstance(draft.session.stage, InCrisis):
                screens.show_open(draft)
        else:
            stale(draft)
        return
    if not isinstance(parked, InCrisis):
        if isinstance(parked, CheckingSafety):
            screens.show_open(draft)
        else:
            stale(draft)
    elif choice == "safe":
        crisis.said_safe(draft, parked)
        screens.show_open(draft)
    else:
        crisis.said_with_someone(draft)
