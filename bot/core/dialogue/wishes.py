"""What people wish for in words, at any stage: a person, to stop, to start over, to have all deleted.

Heard after danger and before questions to the FAQ; an answer by its very words comes first, since
"quit" may be one. A typed label does what its button does. Counterparts: `commands` does most of it;
the phrases stand in content/wording.yaml.
"""

from bot.core.dialogue import (
    beginning,
    commands,
    contact,
    crisis,
    erasure,
    faq,
    presses,
    questions,
    review,
    screens,
    typed_answer,
)
from bot.core.dialogue.draft import Draft
from bot.core.model import (
    AwaitingConsent,
    Browsing,
    CheckingSafety,
    ConfirmingErase,
    InCrisis,
    LeavingContact,
    Perspective,
    Reviewing,
    Screening,
    WithStaff,
)


def heard(draft: Draft, text: str) -> bool:
    """Do what was wished; False when nothing was. While staff write, only erasing counts."""
    words = draft.content.wording.words
    stage = draft.session.stage
    if isinstance(stage, CheckingSafety) and crisis.typed_reply(draft, text, "") is not None:
        return False
    if typed_answer.is_answer(draft, text, by_its_words=True):
        return False
    if draft.content.says(text, words.erase):
        draft.note("wish erase")
        erasure.ask(draft)
    elif isinstance(stage, WithStaff):
        return False
    elif draft.content.asks_for_person(text):
        draft.note("wish person")
        _leave_erasing(draft)
        commands.human(draft)
    else:
        return _label(draft, text) or (
            not typed_answer.is_answer(draft, text) and _less_urgent(draft, text)
        )
    return True


def _less_urgent(draft: Draft, text: str) -> bool:
    """To stop, to start over, or thanks; False when it is none of these."""
    words = draft.content.wording.words
    if draft.content.says(text, words.stop):
        draft.note("wish stop")
        commands.cancel(draft)
    elif draft.content.says(text, words.over) and not _is_offered(draft):
        draft.note("wish over")
        start_over(draft)
    elif draft.content.says(text, words.courtesy):
        return _courtesy(draft, text)
    else:
        return False
    return True


def _is_offered(draft: Draft) -> bool:
    stage = draft.session.stage
    return isinstance(stage, Screening | Reviewing) and stage.offered


def _leave_erasing(draft: Draft) -> None:
    """Nothing is erased when something else is wished for while that is asked."""
    if isinstance(draft.session.stage, ConfirmingErase):
        draft.become(draft.session.stage.parked)


def start_over(draft: Draft) -> None:
    """Ask whether to start over, where there is anything to; the answers are not touched yet."""
    _leave_erasing(draft)
    if isinstance(draft.session.stage, Screening | Reviewing):
        beginning.offer_to_go_on(draft)
    elif isinstance(draft.session.stage, LeavingContact):
        commands.again(draft)
    elif isinstance(draft.session.stage, Browsing):
        commands.screening(draft, None)
    else:
        screens.show_open(draft)


def _courtesy(draft: Draft, text: str) -> bool:
    """Thanks, an OK, a goodbye: a short kind reply, and what is open stays open."""
    stage = draft.session.stage
    if isinstance(stage, Browsing):
        draft.note("courtesy")
        draft.reply(draft.content.wording.other.courtesy, faq.menu(draft)[2:])
        return True
    if isinstance(stage, InCrisis | CheckingSafety | ConfirmingErase):
        return False
    if draft.content.yes_or_no(text) is not None and not isinstance(stage, LeavingContact):
        return False
    if draft.content.yes_or_no(text) is False:
        return False
    draft.note("courtesy")
    draft.digression = True
    screens.show_open(draft)
    return True


def _label(draft: Draft, text: str) -> bool:
    """Do what a button does whose label was typed; False when it is no label in reach."""
    words = draft.content.wording

    def is_label(label: str) -> bool:
        return draft.content.says(text, (label,))

    stage = draft.session.stage
    question = questions.open_question(draft)
    asks_for_whom = question is not None and question.id == draft.content.perspective_question
    if is_label(words.menu.screening):
        _leave_erasing(draft)
        commands.screening(draft, None)
    elif is_label(words.menu.screening_loved_one) and not asks_for_whom:
        _leave_erasing(draft)
        commands.screening(draft, Perspective.LOVED_ONE)
    elif is_label(words.menu.topics) or is_label(words.menu.more):
        draft.digression = True
        faq.show_topics(draft)
    elif is_label(words.faq.none_of_these) and draft.session.last_question:
        draft.digression = True
        faq.none_chosen(draft)
        screens.show_open(draft)
    elif isinstance(stage, Browsing | LeavingContact) and is_label(words.again.change):
        presses.again(draft, "change")
    elif isinstance(stage, Browsing | LeavingContact) and is_label(words.again.fresh):
        presses.again(draft, "fresh")
    elif isinstance(stage, AwaitingConsent):
        labels = {
            "yes": words.consent.yes,
            "privacy": words.consent.privacy,
            "no": words.consent.no,
        }
        choice = next((each for each, label in labels.items() if is_label(label)), "")
        if choice:
            presses.consent(draft, choice)
        return bool(choice)
    elif isinstance(stage, Reviewing) and is_label(words.review.submit):
        review.submit(draft)
    elif isinstance(stage, LeavingContact) and is_label(words.contact.skip_all):
        contact.finish(draft)
    elif isinstance(stage, ConfirmingErase) and is_label(words.erase.yes):
        erasure.decided(draft, is_yes=True)
    elif isinstance(stage, ConfirmingErase) and is_label(words.erase.no):
        erasure.decided(draft, is_yes=False)
    else:
        return False
    return True
