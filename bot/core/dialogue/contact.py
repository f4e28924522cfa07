"""Contact details after the result: optional, one screen at a time, never scored."""

from msgspec.structs import replace

from bot.core.content.wording import ContactStep, fill
from bot.core.dialogue import faq, result
from bot.core.dialogue.draft import Draft, Parking
from bot.core.dialogue.filing import file_intake
from bot.core.dialogue.press import Press, screen_button
from bot.core.model import Browsing, Contact, IntakeStatus, LeavingContact

MOST_CHARACTERS = 200
REACH = "reach"
A_NAME = 3  # words; what is longer may be a question


def steps(draft: Draft) -> list[ContactStep]:
    """The screens that this perspective sees, in order."""
    return [
        each
        for each in draft.content.wording.contact.steps
        if draft.session.perspective in each.for_
    ]


def offered(draft: Draft) -> bool:
    """Ask only how to reach somebody who was in danger; False when this is not the moment."""
    step = next((each for each in steps(draft) if each.id == REACH), None)
    if step is None or isinstance(draft.session.stage, Parking):
        return False
    draft.become(LeavingContact(step=step.id))
    show(draft)
    return True


def open_step(draft: Draft) -> ContactStep | None:
    """The screen that is open, None when the content no longer has it."""
    stage = draft.session.stage
    if not isinstance(stage, LeavingContact):
        return None
    return next((each for each in steps(draft) if each.id == stage.step), None)


def show(draft: Draft, lead: str = "", *, in_place: bool = False) -> None:
    """The open screen; every one of them can be skipped."""
    step = open_step(draft)
    if step is None:
        finish(draft)
        return
    words = draft.content.wording.contact
    text = step.text[draft.session.perspective]
    if step.minor_text and draft.content.is_minor(draft.answers):
        text = step.minor_text
    rows = []
    if step.toggle:
        is_on = draft.session.contact.message_ok
        label = fill(draft.content.wording.question.picked, label=step.toggle)
        verb = "no-message" if is_on else "message"
        rows.append((screen_button(label if is_on else step.toggle, draft.session, verb, step.id),))
    rows.extend(
        (screen_button(each.label, draft.session, "give", step.id, each.id),)
        for each in step.choices
    )
    skips = (
        screen_button(words.skip, draft.session, "give", step.id),
        screen_button(words.skip_all, draft.session, "skip-all"),
    )
    draft.reply("\n\n".join(filter(None, (lead, text))), [*rows, skips], in_place=in_place)


def pressed(draft: Draft, press: Press) -> None:
    """A fresh button of the open screen."""
    step = open_step(draft)
    if step is None or press.verb == "skip-all":
        draft.receipt(f"✓ {draft.content.wording.contact.skip_all}")
        finish(draft)
    elif press.verb in ("message", "no-message"):
        contact = replace(draft.session.contact, message_ok=press.verb == "message")
        draft.change(contact=contact)
        show(draft, in_place=True)
    elif press.verb == "give":
        _given_choice(draft, step, press.argument(3))
    else:
        show(draft)


def _given_choice(draft: Draft, step: ContactStep, choice_id: str) -> None:
    label = next((each.label for each in step.choices if each.id == choice_id), "")
    draft.receipt(
        f"{step.text[draft.session.perspective]}\n✓ {label or draft.content.wording.contact.skip}"
    )
    if label:
        keep(draft, step, choice_id)
    next_step(draft, step)


def typed(draft: Draft, text: str) -> None:
    """A typed contact detail; a question about the program is answered first."""
    step = open_step(draft)
    if step is None:
        finish(draft)
        return
    words = draft.content.wording
    said = text.strip()
    if said.casefold() in words.question.typed_words.skip or (
        draft.content.yes_or_no(said) is False and step.id != "knows"
    ):
        next_step(draft, step)
        return
    choice = draft.content.choice(step, said)
    if choice:
        keep(draft, step, choice)
        next_step(draft, step)
        return
    found = draft.content.search(said)
    is_question = draft.content.is_question(said)
    if result.about_result(draft, said):
        draft.digression = True
        show(draft)
    elif is_question or (found.decision == "answer" and len(said.split()) > A_NAME):
        draft.digression = True
        if not faq.give(draft, said, found):
            faq.miss(draft, said, found)
            draft.reply(words.faq.not_known, faq.menu(draft)[2:])
        show(draft)
    elif len(said) > MOST_CHARACTERS:
        show(draft, lead=fill(words.contact.too_long, limit=MOST_CHARACTERS))
    elif step.id in ("insurance", "knows"):
        show(draft, lead=words.question.not_understood)
    else:
        keep(draft, step, said)
        next_step(draft, step)


def keep(draft: Draft, step: ContactStep, value: str) -> None:
    """Put one detail into the record at once, so that nothing depends on the last screen."""
    contact = draft.session.contact
    match step.id:
        case "name":
            contact = replace(contact, name=value)
        case "reach":
            contact = replace(contact, reach=value)
        case "time":
            contact = replace(contact, best_time=value)
        case "insurance":
            contact = replace(contact, insurance=value)
        case _:
            contact = replace(contact, loved_one_knows=value)
    draft.note(f"contact {step.id}")
    draft.change(contact=contact)
    file_intake(draft, draft.session.filed or IntakeStatus.INCOMPLETE)


def next_step(draft: Draft, step: ContactStep) -> None:
    """The next screen, or thanks."""
    path = steps(draft)
    place = path.index(step) + 1
    if place < len(path):
        draft.become(LeavingContact(step=path[place].id))
        show(draft)
    else:
        finish(draft)


def finish(draft: Draft) -> None:
    """Thanks, and what happens next."""
    words = draft.content.wording.contact
    draft.become(Browsing())
    if draft.session.contact != Contact() and draft.session.contact.message_ok:
        file_intake(draft, draft.session.filed or IntakeStatus.INCOMPLETE)
    reach = draft.session.contact.reach
    text = words.next_reachable if reach and reach != "telegram" else words.next_unreachable
    draft.reply(fill(words.thanks, next=text))
