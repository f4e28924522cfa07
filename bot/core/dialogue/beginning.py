"""How the screening begins and goes on: consent first, back after a while, over again, anew.

Counterpart: `questions` asks what comes then, one at a time.
"""

from msgspec.structs import replace

from bot.core.content.wording import fill
from bot.core.dialogue import commands, erasure, questions, review
from bot.core.dialogue.draft import Draft
from bot.core.dialogue.press import screen_button
from bot.core.model import (
    AwaitingConsent,
    Browsing,
    Button,
    Consent,
    Contact,
    OptionId,
    Perspective,
    Reviewing,
    Screening,
)
from bot.core.screening import next_question, progress


def begin(draft: Draft, perspective: Perspective | None = None) -> None:
    """Ask for consent, unless this text of it was agreed to already; then the first question."""
    consent = draft.session.consent
    if consent is None or consent.version != draft.content.wording.consent.version:
        draft.become(AwaitingConsent(perspective=perspective))
        show_consent(draft)
        return
    start(draft, perspective)


def show_consent(draft: Draft) -> None:
    """What is kept, who reads it, and that this is not for emergencies; nothing is asked before."""
    words = draft.content.wording.consent
    draft.reply(draft.content.spoken(words.text), _consent_rows(draft))


def ask_consent_again(draft: Draft) -> None:
    """The short question after something else was said."""
    draft.reply(draft.content.wording.consent.ask_again, _consent_rows(draft))


def _consent_rows(draft: Draft) -> list[tuple[Button, ...]]:
    words = draft.content.wording.consent
    return [
        (screen_button(words.yes, draft.session, "consent", "yes"),),
        (screen_button(words.privacy, draft.session, "consent", "privacy"),),
        (screen_button(words.no, draft.session, "consent", "no"),),
    ]


def consented(draft: Draft) -> None:
    """Keep the consent with its version, and ask the first question."""
    stage = draft.session.stage
    words = draft.content.wording.consent
    draft.note(f"consent {words.version}")
    draft.receipt(f"✓ {words.yes}")
    draft.change(consent=Consent(version=words.version, at=draft.event.at))
    start(draft, stage.perspective if isinstance(stage, AwaitingConsent) else None)


def start(draft: Draft, perspective: Perspective | None) -> None:
    """Begin the questions from the first, or from the second when it is known who they are for."""
    form = draft.content.screening
    draft.change(
        started_at=draft.event.at, perspective=perspective or Perspective.SELF, result=None
    )
    first = next_question(form, draft.answers)
    if (
        first is not None
        and perspective is not None
        and first.id == draft.content.perspective_question
    ):
        questions.record(draft, first.id, (OptionId(perspective.value),), typed=False)
    questions.go_on(draft)


def offer_to_go_on(draft: Draft, lead: str = "", perspective: Perspective | None = None) -> None:
    """For somebody who comes back: where they were, and what they may do; over for whom, if known."""
    words = draft.content.wording.resume
    stage = draft.session.stage
    text = words.review
    if isinstance(stage, Screening):
        number, total = place(draft)
        text = fill(words.text, number=number, total=total)
    questions.forget_guess(draft)
    stage = draft.session.stage
    if isinstance(stage, Screening | Reviewing):
        draft.change(stage=replace(stage, offered=True, over_for=perspective))
    rows = [
        (screen_button(words.continue_, draft.session, "resume", "continue"),),
        (screen_button(words.over, draft.session, "resume", "over"),),
        (screen_button(words.delete, draft.session, "resume", "delete"),),
    ]
    draft.reply("\n\n".join(filter(None, (lead, text))), rows)


def place(draft: Draft) -> tuple[int, int]:
    """The number of the open question and of about how many."""
    stage = draft.session.stage
    if not isinstance(stage, Screening):
        return 0, 0
    return progress(draft.content.screening, draft.answers, stage.question)


def go_on_later(draft: Draft, perspective: Perspective | None = None) -> None:
    """Somebody with unfinished answers asks for the questions again: where they were."""
    question = next_question(draft.content.screening, draft.answers)
    draft.become(Reviewing() if question is None else Screening(question=question.id))
    offer_to_go_on(draft, perspective=perspective)


def resumed(draft: Draft, choice: str) -> None:
    """What somebody who came back chose to do."""
    words = draft.content.wording.resume
    if choice == "over":
        draft.receipt(f"✓ {words.over}")
        start_over(draft)
    elif choice == "delete":
        erasure.ask(draft)
    else:
        draft.receipt(f"✓ {words.continue_}")
        draft.is_back = False
        if isinstance(draft.session.stage, Reviewing):
            review.show(draft)
        else:
            questions.show(draft)


def replied(draft: Draft, text: str) -> bool:
    """A typed reply to the offer to go on; False when the offer does not stand, or it is none."""
    stage = draft.session.stage
    if not isinstance(stage, Screening | Reviewing) or not stage.offered:
        return False
    words = draft.content.wording
    said = draft.content.yes_or_no(text)
    if said or draft.content.says(text, (words.resume.continue_,)):
        resumed(draft, "continue")
    elif draft.content.says(text, (words.resume.over, *words.words.over)):
        resumed(draft, "over")
    elif said is False:
        commands.cancel(draft)
    else:
        return False
    return True


def start_over(draft: Draft) -> None:
    """Begin again, for whom they said; the answers so far stay on record, struck through."""
    stage = draft.session.stage
    perspective = stage.over_for if isinstance(stage, Screening | Reviewing) else None
    draft.note("start-over")
    questions.retract(draft, {answer.question for answer in draft.session.answers})
    draft.change(result=None)
    start(draft, perspective)


def start_fresh(draft: Draft, perspective: Perspective | None = None) -> None:
    """A new intake in the same chat, for instance for somebody else; the old one stays on record."""
    draft.note("start-fresh")
    draft.change(
        intake_number=draft.session.intake_number + 1,
        answers=(),
        result=None,
        contact=Contact(),
        filed=None,
        filed_urgency=None,
        crisis_at=None,
        human_asked_at=None,
        started_at=None,
    )
    draft.become(Browsing())
    begin(draft, perspective)
