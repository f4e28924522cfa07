"""Contact details after the result: optional, one screen at a time, never scored."""

import re

from msgspec.structs import replace

from bot.core.content.wording import ContactStep, fill
from bot.core.dialogue import faq, result
from bot.core.dialogue.draft import Draft, Parking
from bot.core.dialogue.filing import file_intake
from bot.core.dialogue.press import Press, screen_button
from bot.core.language.plain_answer import is_option, names_time
from bot.core.language.sayings import is_statement
from bot.core.model import Browsing, Contact, IntakeStatus, LeavingContact, Perspective

MOST_CHARACTERS = 200
REACH = "reach"
A_NAME = 5  # words
A_NAME_AND_ROLE = 15
A_TIME = 12
A_KEYWORD = 3  # words; what is longer and names a topic asks about it
_NAMED = re.compile(
    r"^\W*(?:my name is|my name's|my names|name is|i am|i'm|i’m|im|this is|it's|it’s|its|call me|"
    r"you can call me|me llamo|soy|mi nombre es)\b",
    re.IGNORECASE,
)
_DIGITS = r"\+?\(?\d(?:[\s().\-/–]{0,3}\d){6,14}"  # a phone number has seven digits or more
_ADDRESS = r"[^\s@]+@[^\s@]+\.[^\s@]{2,}"
_USERNAME = r"(?<!\S)@\w{3,}"
_REACH = re.compile(rf"{_DIGITS}|{_ADDRESS}|{_USERNAME}")
_ONLY_REACH = re.compile(rf"\s*(?:{_DIGITS}|{_ADDRESS}|{_USERNAME})\s*")


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
    """A typed contact detail, a refusal, a "why"; a question about the program is answered first."""
    step = open_step(draft)
    if step is None:
        finish(draft)
        return
    wording = draft.content.wording
    said = text.strip()
    choice = _choice(draft, step, said)
    if draft.content.says(said, wording.question.typed_words.why):
        why(draft, step)
    elif draft.content.says(said, wording.words.refuse):
        next_step(draft, step)
    elif choice:
        keep(draft, step, choice)
        next_step(draft, step)
    elif _is_skipped(draft, said):
        next_step(draft, step)
    elif step.toggle and draft.content.says(said, (step.toggle,)):
        draft.change(contact=replace(draft.session.contact, message_ok=True))
        show(draft)
    elif result.about_result(draft, said):
        draft.digression = True
        show(draft)
    elif len(said) <= MOST_CHARACTERS and _is_detail(draft, step, said):
        keep(draft, step, said)
        next_step(draft, step)
    elif _is_about_program(draft, said):
        show(draft)
    elif len(said) > MOST_CHARACTERS:
        show(draft, lead=fill(wording.contact.too_long, limit=MOST_CHARACTERS))
    else:
        draft.note("contact not-understood")
        show(draft, lead=step.again or wording.question.not_understood)


def why(draft: Draft, step: ContactStep) -> None:
    """Why this is asked, and then the same screen again."""
    draft.note(f"why {step.id}")
    draft.digression = True
    draft.reply(step.why)
    show(draft)


def _choice(draft: Draft, step: ContactStep, said: str) -> str:
    """The choice that was typed; asked for a yes or a no, any word for them will do."""
    choice = draft.content.choice(step, said)
    is_yes = draft.content.yes_or_no(said)
    if choice or is_yes is None or {each.id for each in step.choices} != {"yes", "no"}:
        return choice
    return "yes" if is_yes else "no"


def _is_skipped(draft: Draft, said: str) -> bool:
    words = draft.content.wording
    skips = (*words.question.typed_words.skip, words.contact.skip)
    return draft.content.says(said, skips) or draft.content.yes_or_no(said) is False


def _is_about_program(draft: Draft, said: str) -> bool:
    """Answer a question about the program; False when it was none."""
    found = draft.content.search(said)
    is_question = draft.content.is_question(said)
    if not is_question and (found.decision != "answer" or len(said.split()) <= A_KEYWORD):
        return False
    draft.digression = True
    if not faq.give(draft, said, found):
        faq.miss(draft, said, found)
        draft.reply(draft.content.wording.faq.not_known, faq.menu(draft)[2:])
    return True


def is_plain(draft: Draft, text: str) -> bool:
    """Whether a typed message is a choice by its very words, a refusal, or the way to reach alone."""
    step = open_step(draft)
    if step is None:
        return False
    phrases = [draft.content.wording.words.refuse]
    phrases += [(each.label, *each.also) for each in step.choices]
    return is_option(phrases, text) or (step.id == "reach" and bool(_ONLY_REACH.fullmatch(text)))


def _is_detail(draft: Draft, step: ContactStep, said: str) -> bool:
    """Whether a message may be what the open screen asks for; choices alone are no details."""
    match step.id:
        case "name":
            return _is_name(draft, said)
        case "reach":
            return bool(_REACH.search(said))
        case "time":
            is_short = len(said.split()) <= A_TIME and not draft.content.is_question(said)
            return is_short and names_time(said)
        case _:
            return False


def _is_name(draft: Draft, said: str) -> bool:
    """A few words that are no question, sentence, yes or label; who refers a person adds a role."""
    is_professional = draft.session.perspective is Perspective.PROFESSIONAL
    buttons = draft.content.safety.buttons(draft.session.language)
    name = _NAMED.sub("", said)
    return (
        any(each.isalpha() for each in name)
        and len(name.split()) <= (A_NAME_AND_ROLE if is_professional else A_NAME)
        and not draft.content.is_question(said)
        and draft.content.yes_or_no(said) is None
        and not draft.content.says(said, (buttons.safe_now, buttons.with_someone, buttons.not_sure))
        and not is_statement(name)
    )


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
