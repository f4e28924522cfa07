"""How an outcome is told to the person; all the words stand in content/screening.yaml."""

from bot.core.model import Answers, Notify, Perspective, Result
from bot.core.screening_form import Form
from bot.core.screening_rules import Given, holds


def result_text(
    form: Form,
    result: Result,
    perspective: Perspective,
    answers: Answers,
    *,
    serves_minors: bool = True,
    notify: Notify = Notify.NEVER,
) -> str:
    """What the person is told: no setting is named when staff should talk with them first."""
    texts = form.texts(result.level)
    template = texts.text
    if not texts.stops and not is_served(form, result, answers, serves_minors=serves_minors):
        template = form.minors.not_served
    elif not texts.stops and result.staff_call:
        template = form.skips.text
    return _filled(
        template.to(perspective),
        reasons="\n".join(f"• {reason.text}" for reason in result.reasons),
        urgency=form.urgency(result.urgency).text.to(perspective),
        note="\n\n".join(_notes(form, result, perspective, notify)),
    )


def explanation(form: Form, result: Result, perspective: Perspective) -> str:
    """What the setting is, in a few sentences."""
    return form.texts(result.level).explains.to(perspective)


def is_served(form: Form, result: Result, answers: Answers, *, serves_minors: bool) -> bool:
    """Whether the clinic has a program for somebody of that age; if not, no level is told."""
    if form.minors.flag not in result.flags:
        return True
    return serves_minors and not holds(form.minors.too_young, Given(answers))


def guardian_notice(form: Form, notify: Notify, perspective: Perspective) -> str:
    """Whether staff tell a parent or guardian, to a minor or to whom asks about one."""
    text = form.minors.notify.get(notify)
    return text.to(perspective) if text else ""


def _notes(form: Form, result: Result, perspective: Perspective, notify: Notify) -> list[str]:
    notes = []
    if form.minors.flag in result.flags:
        told = guardian_notice(form, notify, perspective)
        notes.append(" ".join(filter(None, (form.minors.note.to(perspective), told))))
    if perspective is not Perspective.SELF:
        notes.append(str(form.proxy_note))
    return notes


def _filled(template: str, **values: str) -> str:
    """The template with its places filled; an empty place leaves no gap behind."""
    paragraphs = []
    for paragraph in template.split("\n\n"):
        filled = paragraph
        for name, value in values.items():
            filled = filled.replace(f"{{{name}}}", value)
        if filled.strip():
            paragraphs.append(filled.strip())
    return "\n\n".join(paragraphs)
