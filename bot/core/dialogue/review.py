"""The last look: every answer, each one open to change, before anything goes to staff."""

from bot.core.content.wording import fill
from bot.core.dialogue import beginning, questions, result
from bot.core.dialogue.draft import Draft
from bot.core.dialogue.press import Press, screen_button
from bot.core.model import Reviewing, Screening
from bot.core.screening import next_question, reachable
from bot.core.screening_form import Question, stem

ANSWERS_ON_A_PAGE = 8
BUTTON_LENGTH = 40


def show(draft: Draft, lead: str = "", *, in_place: bool = False) -> None:
    """The page of answers that is open, with a button for each and one to send them."""
    stage = draft.session.stage
    page = stage.page if isinstance(stage, Reviewing) else 0
    questions.forget_guess(draft)
    words = draft.content.wording.review
    answered = _answered(draft)
    pages = max(1, -(-len(answered) // ANSWERS_ON_A_PAGE))
    first = min(page, pages - 1) * ANSWERS_ON_A_PAGE
    lines, rows = [], []
    for number, question in enumerate(answered, start=1):
        label = _label(draft, question)
        asked = stem(question, draft.session.perspective)
        lines.append(fill(words.answer, number=number, stem=asked, label=label))
        if first < number <= first + ANSWERS_ON_A_PAGE:
            text = fill(words.row, number=number, label=label)
            short = text if len(text) <= BUTTON_LENGTH else text[: BUTTON_LENGTH - 1] + "…"
            rows.append((screen_button(short, draft.session, "change", question.id),))
    turning = []
    if first > 0:
        turning.append(screen_button(words.previous, draft.session, "page", page - 1))
    if first + ANSWERS_ON_A_PAGE < len(answered):
        turning.append(screen_button(words.next, draft.session, "page", page + 1))
    submit = (screen_button(words.submit, draft.session, "submit"),)
    text = "\n".join(filter(None, (lead, words.title, *lines)))
    draft.reply(text, [submit, *rows, tuple(turning)], in_place=in_place)


def _answered(draft: Draft) -> list[Question]:
    path = reachable(draft.content.screening, draft.answers)
    return [each for each in path if each.id in draft.answers]


def _label(draft: Draft, question: Question) -> str:
    chosen = draft.answers[question.id]
    return ", ".join(draft.label(each) for each in question.options if each.id in chosen)


def pressed(draft: Draft, press: Press) -> None:
    """A fresh button of the review."""
    if press.verb == "submit":
        submit(draft)
    elif press.verb == "page" and press.argument(2).isdecimal():
        draft.change(stage=Reviewing(page=int(press.argument(2))))
        show(draft, in_place=True)
    elif press.verb == "change":
        named = [each for each in _answered(draft) if each.id == press.argument(2)]
        if named:
            change(draft, named[0])
        else:
            show(draft)
    else:
        show(draft)


def change(draft: Draft, question: Question) -> None:
    """Open one question again; its answer stands until another one is given."""
    draft.note(f"change {question.id}")
    draft.receipt(draft.content.wording.review.title)
    chosen = draft.answers[question.id] if question.multi else ()
    draft.become(Screening(question=question.id, chosen=chosen, from_review=True))
    questions.show(draft)


def submit(draft: Draft) -> None:
    """Send the answers to staff and show what they point to."""
    if next_question(draft.content.screening, draft.answers) is not None:
        questions.go_on(draft)
        return
    draft.receipt(f"✓ {draft.content.wording.review.submit}")
    result.show(draft)


def typed(draft: Draft, text: str) -> None:
    """A typed message during the review: yes sends, a number changes, a question is answered."""
    said = text.strip().rstrip(".)").lstrip("#")
    answered = _answered(draft)
    if beginning.replied(draft, text):
        return
    if draft.content.yes_or_no(text):
        submit(draft)
    elif said.isdecimal() and 1 <= int(said[:3]) <= len(answered):
        change(draft, answered[int(said[:3]) - 1])
    else:
        draft.digression = True
        if not draft.content.is_greeting(text):
            result.aside(draft, text)
        if draft.is_back:
            beginning.offer_to_go_on(draft)
        else:
            show(draft)
