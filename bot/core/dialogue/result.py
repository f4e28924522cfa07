"""What the answers point to, in plain words, and what people say to that."""

from msgspec.structs import replace
from rapidfuzz import fuzz, process, utils

from bot.core.content.wording import fill
from bot.core.dialogue import contact, crisis, faq, handoff
from bot.core.dialogue.draft import Draft
from bot.core.dialogue.filing import ALERTING, file_result, urgency
from bot.core.dialogue.press import button
from bot.core.model import Browsing, LeavingContact
from bot.core.screening_texts import explanation, is_served, result_text

ALIKE = 88


def show(draft: Draft) -> None:
    """File the result, show it, and offer to leave contact details."""
    result = file_result(draft)
    how_soon = urgency(draft)  # of all that is on record, not of these answers alone
    words = draft.content.wording.result
    text = result_text(
        draft.content.screening,
        replace(result, urgency=how_soon),
        draft.session.perspective,
        draft.answers,
        serves_minors=draft.content.clinic.serves_minors,
        notify=draft.content.clinic.minor.notify,
    )
    hours = draft.content.hours(draft.event.at)
    footer = draft.content.footer()
    rows = [
        (button(words.meaning_button, "result", "meaning"),),
        (button(words.disagree_button, "result", "disagree"),),
        (button(words.human_button, "human"),),
    ]
    draft.reply("\n\n".join(filter(None, (text, hours, footer))), rows, lasting=True)
    cannot_wait = result.urgency in ALERTING or draft.session.crisis_at is not None
    if cannot_wait and not draft.content.is_staffed(draft.event.at):
        crisis.show_until_then(draft)
    steps = contact.steps(draft)
    if steps:
        draft.become(LeavingContact(step=steps[0].id))
        contact.show(draft, lead=draft.content.wording.contact.intro)
    else:
        draft.become(Browsing())


def meaning(draft: Draft) -> None:
    """What a result is and is not."""
    draft.note("result meaning")
    words = draft.content.wording.result
    found = draft.session.result
    about = ""
    form = draft.content.screening
    serves_minors = draft.content.clinic.serves_minors
    if (
        found is not None
        and not found.staff_call
        and is_served(form, found, draft.answers, serves_minors=serves_minors)
    ):
        about = explanation(form, found, draft.session.perspective)
    text = "\n\n".join(filter(None, (about, words.meaning)))
    draft.reply(text, [(button(words.human_button, "human"),)], lasting=True)


def disagree(draft: Draft) -> None:
    """The person sees it differently: that is kept, and a person is brought in."""
    draft.note("result disagree")
    draft.digression = True
    draft.reply(draft.content.wording.result.disagree)
    handoff.ask_for_human(draft, quiet=True)


def about_result(draft: Draft, text: str) -> bool:
    """Whether `text` asks about or rejects a result that was shown; then it is answered."""
    if draft.session.result is None:
        return False
    words = draft.content.wording.result
    for phrases, act in ((words.disagree_phrases, disagree), (words.meaning_phrases, meaning)):
        best = process.extractOne(
            text[:200],
            phrases,
            scorer=fuzz.ratio,
            processor=utils.default_process,
            score_cutoff=ALIKE,
        )
        if best is not None:
            act(draft)
            return True
    return False


def aside(draft: Draft, text: str) -> None:
    """Something said while a screen is open that is not for it."""
    draft.digression = True
    if about_result(draft, text):
        return
    found = draft.content.search(text)
    if not faq.give(draft, text, found):
        faq.miss(draft, text, found)
        draft.reply(fill(draft.content.wording.faq.not_known), faq.menu(draft)[2:])
