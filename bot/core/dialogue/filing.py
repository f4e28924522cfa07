"""What goes on record for staff, and when they are told.

An intake is filed at the outcome, at an emergency, when the person goes silent, and when contact
details come in; every filing is kept, the newest counts. Nothing ever lowers an urgency once filed.
"""

from bot.core.dialogue.draft import Draft
from bot.core.model import (
    AlertKind,
    AlertStaff,
    FileIntake,
    Intake,
    IntakeStatus,
    Level,
    Result,
    Urgency,
)
from bot.core.screening import outcome

RANK = {urgency: rank for rank, urgency in enumerate(Urgency)}
ALERTING = frozenset({Urgency.NOW, Urgency.SAME_DAY})


def file_intake(draft: Draft, status: IntakeStatus) -> None:
    """Keep the intake as it stands."""
    session = draft.session
    draft.change(filed=status, filed_urgency=urgency(draft))
    draft.do(
        FileIntake(
            intake=Intake(
                case=session.case,
                status=status,
                perspective=session.perspective,
                urgency=urgency(draft),
                answers=session.answers,
                result=session.result,
                contact=session.contact,
                consent=session.consent,
                source=session.source,
                content_version=session.content_version,
                started_at=session.started_at or draft.event.at,
                filed_at=draft.event.at,
            )
        )
    )


def urgency(draft: Draft) -> Urgency:
    """The highest of the result's, of a danger seen, of a person asked for, and of what was filed."""
    session = draft.session
    found = [session.filed_urgency or Urgency.ROUTINE]
    if session.result is not None:
        found.append(session.result.urgency)
    if session.crisis_at is not None:
        found.append(Urgency.NOW)
    if session.human_asked_at is not None:
        found.append(draft.content.clinic.human_urgency)
    return max(found, key=RANK.__getitem__)


def file_emergency(draft: Draft) -> None:
    """Put a case of danger on record at once, with whatever has been answered."""
    file_intake(draft, IntakeStatus.EMERGENCY)


def file_result(draft: Draft) -> Result:
    """Rate the answers, put them on record, and alert staff when it is urgent."""
    result = outcome(draft.content.screening, draft.answers)
    draft.change(result=result)
    draft.note(f"rule {result.rule}")
    file_intake(draft, IntakeStatus.AMENDED if is_finished(draft) else IntakeStatus.COMPLETED)
    if urgency(draft) in ALERTING:
        draft.do(AlertStaff(case=draft.session.case, kind=AlertKind.RESULT, urgency=urgency(draft)))
    return result


def is_finished(draft: Draft) -> bool:
    """Whether a result of this intake is on record already."""
    return draft.session.filed in (IntakeStatus.COMPLETED, IntakeStatus.AMENDED)


def _is_worse(draft: Draft, result: Result) -> bool:
    """Whether a result asks for more care, or sooner, than what is on record."""
    before = draft.session.result
    levels = list(Level)
    return RANK[result.urgency] > RANK[urgency(draft)] or (
        before is not None and levels.index(result.level) > levels.index(before.level)
    )


def file_incomplete(draft: Draft) -> None:
    """Put on record what somebody answered who stopped or went silent; too little leaves no record.

    A result that stands is not replaced by changes that were never sent, unless they are worse.
    """
    form = draft.content.screening
    if draft.answers.keys() <= set(form.incomplete.too_little):
        draft.note("incomplete too-little")
        return
    result = outcome(form, draft.answers)
    if is_finished(draft) and not _is_worse(draft, result):
        draft.note("incomplete unsent")
        return
    draft.change(result=result)
    draft.note(f"incomplete rule {result.rule}")
    file_intake(draft, IntakeStatus.AMENDED if is_finished(draft) else IntakeStatus.INCOMPLETE)
    if urgency(draft) in ALERTING:
        draft.do(AlertStaff(case=draft.session.case, kind=AlertKind.RESULT, urgency=urgency(draft)))
