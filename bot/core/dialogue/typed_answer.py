"""What is typed while a question is open: an answer, a word for a button, or something off to the side.

Counterparts: `language.options` says which option is meant, `questions` keeps the answer.
"""

from msgspec.structs import replace

from bot.core.content.wording import fill
from bot.core.dialogue import beginning, contact, crisis, faq, questions
from bot.core.dialogue.draft import Draft
from bot.core.dialogue.press import screen_button
from bot.core.language.crisis import Reading, language_of
from bot.core.language.faq import Found
from bot.core.language.options import OptionMatch, match_option
from bot.core.language.plain_answer import is_bare_time, is_option, is_plain, names_time
from bot.core.language.sayings import FILLERS, is_statement, only_yes
from bot.core.language.words import stem, words
from bot.core.model import (
    Browsing,
    CheckingSafety,
    InCrisis,
    LeavingContact,
    OptionId,
    Perspective,
    Screening,
    Tier,
    WithStaff,
)
from bot.core.screening_form import Question

A_KEYWORD = 3  # words; so few that name a topic ask about it
ANY_DANGER = "suicide"  # which danger is not known yet: this card names the lines for all of them


def typed(draft: Draft, text: str) -> None:
    """A typed message while a question is open: an answer, or a question off to the side."""
    question = questions.open_question(draft)
    stage = draft.session.stage
    if question is None or not isinstance(stage, Screening):
        questions.go_on(draft)
        return
    if beginning.replied(draft, text) or _typed_word(draft, question, text):
        return
    if draft.content.is_greeting(text):
        draft.digression = True
        questions.return_to(draft)
        return
    said = draft.content.yes_or_no(text)
    if stage.guess and said is not None:
        questions.guessed(draft, question, is_right=said)
        return
    match = _match(draft, question, text)
    options = match.options if question.multi else match.options[:1]
    found = draft.content.search(text)
    is_question = draft.content.is_question(text)
    if match.certain and options and not (is_question and found.decision == "answer"):
        questions.answered(draft, question, options, typed=True)
        return
    draft.digression = True
    is_keyword = not options and _names_topic(draft, text, found)
    if found.decision == "answer" and (is_question or is_keyword):
        faq.give(draft, text, found)
        questions.return_to(draft)
    elif options:
        _guess(draft, question, options)
    elif only_yes(text):
        _yes(draft, question, text)
    else:
        _not_an_answer(draft, text, found, is_question=is_question)


def _not_an_answer(draft: Draft, text: str, found: Found, *, is_question: bool) -> None:
    """Something else that was said: a question that is not sure or not known, or nothing heard."""
    wording = draft.content.wording
    if is_question:
        if found.decision == "none" or not faq.give(draft, text, found):
            faq.miss(draft, text, found)
            draft.reply(wording.faq.not_known, faq.menu(draft)[2:])
        questions.return_to(draft)
    elif draft.is_concerned:  # it was heard, and answered
        questions.return_to(draft)
    elif draft.is_back:
        beginning.offer_to_go_on(draft)
    else:
        draft.note("answer not-understood")
        questions.show(draft, lead=wording.question.not_understood)


def is_answer(draft: Draft, text: str, *, by_its_words: bool = False) -> bool:
    """Whether a message may mean an option of the open question, or is one `by_its_words`."""
    question = questions.open_question(draft)
    stage = draft.session.stage
    if question is None or (isinstance(stage, Screening) and stage.offered):
        return False
    if by_its_words:
        return is_option(_phrases(draft, question), text, several=question.multi)
    return bool(_match(draft, question, text).options)


def is_plain_answer(draft: Draft, text: str) -> bool:
    """Whether a message so plainly answers what is open that no fitted model need guess at danger.

    Such are an option by its words, a bare age or time where one is asked for, and, at the screens
    around the questions, a yes or a no.

    Never when a direct question about danger was asked; nor when a row for danger is found in it, but
    for the very words of an option: that one has its own rating, and its own card where it needs one.
    """
    stage = draft.session.stage
    question = questions.open_question(draft)
    if draft.session.asked or isinstance(stage, Browsing | WithStaff | CheckingSafety | InCrisis):
        return False
    if question is not None:
        labels = [(draft.label(each),) for each in question.options]
        if is_option(labels, text, several=question.multi):
            return True
        plain = is_plain(_phrases(draft, question), text, several=question.multi)
    elif draft.content.yes_or_no(text) is not None:
        plain = True
    elif isinstance(stage, LeavingContact):
        plain = contact.is_plain(draft, text) or (stage.step == "time" and is_bare_time(text))
    else:
        plain = False
    safety = draft.content.safety
    return plain and not safety.hits(safety.sentences(text))


def _phrases(draft: Draft, question: Question) -> list[tuple[str, ...]]:
    return [(draft.label(each), *each.also) for each in question.options]


def _match(draft: Draft, question: Question, text: str) -> OptionMatch:
    return match_option(
        [(each.id, draft.label(each)) for each in question.options],
        text,
        {each.id: each.also for each in question.options},
        several=question.multi,
    )


def _names_topic(draft: Draft, text: str, found: Found) -> bool:
    """Whether a few words are a topic's own, such as "insurance", and say nothing of a person."""
    said = words(text)
    if not found.topics or len(said) > A_KEYWORD or is_statement(text) or names_time(text):
        return False
    topic = draft.content.topic(found.topics[0])
    told = {stem(each) for each in said if each not in FILLERS}
    title = f"{topic.title} {topic.id.replace('-', ' ')}" if topic is not None else ""
    return bool(told) and told <= {stem(each) for each in words(title)}


def _yes(draft: Draft, question: Question, text: str) -> None:
    """A bare yes that no option takes: to danger now it opens the direct question about safety."""
    draft.note("answer yes")
    others = question.options[1:]
    if not question.options[0].emergency and all(each.emergency or each.skip for each in others):
        subject = "self" if draft.session.perspective is Perspective.SELF else "other"
        crisis.check(
            draft,
            Reading(
                tier=Tier.ACUTE,
                kind=ANY_DANGER,
                subject=subject,
                certain=False,
                language=language_of(text),
            ),
        )
        return
    questions.show(draft, lead=draft.content.wording.question.which_closest)


def _guess(draft: Draft, question: Question, options: tuple[OptionId, ...]) -> None:
    stage = draft.session.stage
    if not isinstance(stage, Screening):
        return
    draft.digression = False
    draft.note(f"guess {question.id}")
    wording = draft.content.wording.question
    labels = ", ".join(draft.label(each) for each in question.options if each.id in options)
    draft.become(replace(stage, guess=options, offered=False))
    rows = [
        (screen_button(wording.guess_yes, draft.session, "guess", question.id, "yes"),),
        (screen_button(wording.guess_no, draft.session, "guess", question.id, "no"),),
    ]
    draft.reply(fill(wording.guess, label=labels), rows)


def _typed_word(draft: Draft, question: Question, text: str) -> bool:
    """Act on a word that stands for a button; False when it is none."""
    wording = draft.content.wording.question
    typed_words = wording.typed_words
    stage = draft.session.stage
    if draft.content.says(text, (wording.back, *typed_words.back)):
        questions.back(draft)
    elif draft.content.says(text, (wording.why, *typed_words.why)):
        questions.why(draft, question)
    elif draft.content.says(text, (wording.done, *typed_words.done)) and question.multi:
        questions.done(draft, question)
    elif draft.content.says(text, typed_words.skip):
        questions.skip(draft, question)
    elif isinstance(stage, Screening) and stage.guess:
        if draft.content.says(text, (wording.guess_yes,)):
            questions.guessed(draft, question, is_right=True)
        elif draft.content.says(text, (wording.guess_no,)):
            questions.guessed(draft, question, is_right=False)
        else:
            return False
    else:
        return False
    return True
