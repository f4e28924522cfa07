"""Cases as CSV for a spreadsheet, which must not take anybody's words for a formula."""

import csv
import io
from collections.abc import Sequence

from bot.core.model import Intake
from bot.core.screening_form import Form

FULL_WIDTH = ("\uff1d", "\uff0b", "\uff0d", "\uff20")  # = + - @, as some keyboards write them
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", *FULL_WIDTH)
COLUMNS = (
    "case",
    "status",
    "perspective",
    "urgency",
    "suggested",
    "rule",
    "staff_call",
    "flags",
    "started_at",
    "filed_at",
    "name",
    "reach",
    "message_ok",
    "best_time",
    "insurance",
    "source",
    "content_version",
)


def cell(text: str) -> str:
    """A value that a spreadsheet shows and does not run: OWASP's quote before the first sign."""
    return f"'{text}" if text.lstrip(" ").startswith(STARTS_A_FORMULA) else text


def as_csv(intakes: Sequence[Intake], form: Form, notice: str) -> str:
    """A line a case: what it is, then the ids of the answers, a column for each question.

    Questions that the form does not have any more come last, so that no answer is left out.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    asked = [each.id for each in form.questions]
    answered = (each.question for intake in intakes for each in intake.answers)
    questions = list(dict.fromkeys([*asked, *answered]))
    writer.writerow([*COLUMNS, *questions, "notice"])
    for intake in intakes:
        answers = {
            each.question: " ".join(each.options)
            for each in intake.answers
            if each.retracted_at is None
        }
        row = [*_fields(intake), *(answers.get(each, "") for each in questions), notice]
        writer.writerow([cell(each) for each in row])
    return "\ufeff" + out.getvalue()  # without the mark, a spreadsheet takes UTF-8 for Latin-1


def _fields(intake: Intake) -> list[str]:
    result, contact = intake.result, intake.contact
    return [
        intake.case,
        intake.status.value,
        intake.perspective.value,
        intake.urgency.value,
        result.level.value if result else "",
        result.rule if result else "",
        ("yes" if result.staff_call else "no") if result else "",
        " ".join(result.flags) if result else "",
        intake.started_at.isoformat(timespec="seconds"),
        intake.filed_at.isoformat(timespec="seconds"),
        contact.name,
        contact.reach,
        "yes" if contact.message_ok else "no",
        contact.best_time,
        contact.insurance,
        intake.source,
        intake.content_version,
    ]
