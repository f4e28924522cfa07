"""What is typed while a question is open: an answer, a word for a button, or a question off to the side.

Counterparts: `language.options` says which option is meant, `questions` keeps the answer.
"""

from msgspec.structs import replace

from bot.core.content.wording import fill
from bot.core.dialogue import beginning, faq, questions
from bot.core.dialogue.draft import Draft
from bot.core.dialogue.press import screen_button
from bot.core.language.options import match_option
from bot.core.model import OptionId, Screening
from bot.core.screening_form import Question

A_KEYWORD = 3  # words; so few that name a topic ask about it


def typed(draft: Draft, text: str) -> None:
    """A typed message while a question is open: an answer, or a question off to the side."""
    question = questions.open_question(draft)
    stage = draft.session.stage
    if question is None or not isinstance(stage, Screening):
        questions.go_on(draft)
        return
    if _typed_word(draft, question, text):
        return
    if draft.content.is_greeting(text):
        draft.digression = True
        questions.return_to(draft)
        return
    words = draft.content.wording
    said = draft.content.yes_or_no(text)
    if stage.guess and said is not None:
        questions.guessed(draft, question, is_right=said)
        return
    match = match_option(
        [(each.id, draft.label(each)) for each in question.options],
        text,
        {each.id: each.also for each in question.options},
        several=question.multi,
    )
    options = match.options if question.multi else match.options[:1]
    found = draft.content.search(text)
    is_question = draft.content.is_question(text)
    if match.certain and options and not (is_question and found.decision == "answer"):
        questions.answered(draft, question, options, typed=True)
        return
    draft.digression = True
    is_keyword = len(text.split()) <= A_KEYWORD and not options
    if found.decision == "answer" and (is_question or is_keyword):
        faq.give(draft, text, found)
        questions.return_to(draft)
    elif options:
        _guess(draft, question, options)
    elif found.decision == "suggest" and is_question:
        faq.give(draft, text, found)
        questions.return_to(draft)
    elif is_question:
        faq.miss(draft, text, found)
        draft.reply(words.faq.not_known, faq.menu(draft)[2:])
        questions.return_to(draft)
    elif draft.is_back:
        beginning.offer_to_go_on(draft)
    else:
        draft.note("answer not-understood")
        questions.show(draft, lead=words.question.not_understood)


def _guess(draft: Draft, question: Question, options: tuple[OptionId, ...]) -> None:
    stage = draft.session.stage
    if not isinstance(stage, Screening):
        return
    draft.digression = False
    draft.note(f"guess {question.id}")
    words = draft.content.wording.question
    labels = ", ".join(draft.label(each) for each in question.options if each.id in options)
    draft.become(replace(stage, guess=options))
    rows = [
        (screen_button(words.guess_yes, draft.session, "guess", question.id, "yes"),),
        (screen_button(words.guess_no, draft.session, "guess", question.id, "no"),),
    ]
    draft.reply(fill(words.guess, label=labels), rows)


def _typed_word(draft: Draft, question: Question, text: str) -> bool:
    """Act on a word that stands for a button; False when it is none."""
    words = draft.content.wording.question
    said = text.strip().casefold().rstrip(".!?")
    if said in words.typed_words.back:
        questions.back(draft)
    elif said in words.typed_words.why:
        questions.why(draft, question)
    elif said in words.typed_words.done and question.multi:
        questions.done(draft, question)
    elif said in words.typed_words.skip:
        questions.skip(draft, question)
    else:
        return False
    return True
