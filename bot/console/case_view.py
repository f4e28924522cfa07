"""What stands on the page of a case: worked out here, so that the template only writes it down."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from bot.console.accounts import names
from bot.console.case_records import is_reachable, opened, rows_of, session_of, states_of, turns_of
from bot.console.cases import (
    CaseRow,
    case_due_at,
    case_row,
    chat_cases,
    follow_up_date,
    kept_case,
    newest_intake,
)
from bot.console.rule_words import held_words
from bot.console.timeline import WAITING, Line, Passage, dangers, passages
from bot.core.content import Content
from bot.core.counterfactuals import counterfactuals, sentence
from bot.core.model import (
    CaseCode,
    ConfirmingErase,
    Flag,
    Frozen,
    InCrisis,
    Intake,
    OptionId,
    Perspective,
    QuestionId,
    Result,
    Session,
    WithStaff,
)
from bot.core.screening_form import Form, label, stem
from bot.store.batch import Batch
from bot.store.contents import Contents
from bot.store.records import KeptAlert
from bot.store.records_of_staff import KeptCase, KeptDecision, KeptNote
from bot.store.staff_tables import decisions, notes
from bot.store.tables import alerts

MOST_CHANGES = 6
MOST_DANGERS = 3  # shown above all else; the chat holds the others
REMEMBERED = 500  # screenings for which what would change them is known
PERSPECTIVES = {
    Perspective.SELF: "For themselves",
    Perspective.LOVED_ONE: "For a loved one",
    Perspective.PROFESSIONAL: "For a patient",
}
# Marks that staff should see first, whatever else there is.
RED = frozenset(
    {
        "crisis",
        "acute-psych-review",
        "withdrawal-medical-review",
        "medical-review",
        "insufficient-safety",
        "home-safety",
        "minor",
        "guardian-unaware",
    }
)


class Mark(Frozen):
    """A flag in words."""

    text: str
    is_red: bool


class AnswerLine(Frozen):
    """A question and how it was answered. `retracted` are earlier answers, struck through."""

    question: str
    answer: str
    is_skipped: bool
    is_typed: bool
    is_cause: bool
    rates: tuple[tuple[str, int], ...]
    at: datetime | None
    retracted: tuple[str, ...] = ()
    is_missing: bool = False


class Rating(Frozen):
    """A dimension as it was rated, on what was answered and on what is assumed."""

    label: str
    known: int
    assumed: int


class Suggestion(Frozen):
    """The outcome in words for staff."""

    level: str
    label: str
    rule: str
    rule_words: str
    staff_call: bool
    known: str
    assumed: str
    reasons: tuple[str, ...]
    changes: tuple[str, ...] = ()


class CasePage(Frozen):
    """Everything on the page."""

    code: CaseCode
    others: tuple[CaseCode, ...]
    row: CaseRow
    kept: KeptCase
    intake: Intake
    perspective: str
    due_at: datetime
    marks: tuple[Mark, ...]
    suggestion: Suggestion | None
    answers: tuple[AnswerLine, ...]
    ratings: tuple[Rating, ...]
    chat: tuple[Passage, ...]
    dangers: tuple[Line, ...]
    is_cut: bool
    notes: tuple[KeptNote, ...]
    decisions: tuple[KeptDecision, ...]
    alerts: tuple[KeptAlert, ...]
    waiting_alerts: bool
    assignee: str
    names: dict[int, str]
    follow_up: date | None
    with_staff: str
    in_crisis: bool
    is_reachable: bool
    damaged: int
    has_asked: bool

    @property
    def has_assumed(self) -> bool:
        """Whether skipped answers could make a rating higher."""
        return any(each.known != each.assumed for each in self.ratings)

    @property
    def sending_since(self) -> datetime | None:
        """When staff wrote the newest message that is still to be sent."""
        lines = (line for passage in self.chat for line in passage.lines)
        return max((line.at for line in lines if line.arrival == WAITING), default=None)


def marks(form: Form, flags: tuple[Flag, ...]) -> tuple[Mark, ...]:
    """Flags in words, red ones first."""
    words = {each.id: str(each.label) for each in form.flags}
    found = [Mark(text=words.get(each, each), is_red=each in RED) for each in flags]
    return tuple(sorted(found, key=lambda each: not each.is_red))


def _notify_marks(content: Content, intake: Intake) -> tuple[Mark, ...]:
    """That a parent or guardian is to be told, where the clinic's policy says so."""
    words = str(content.screening.minors.notify_staff)
    return (Mark(text=words, is_red=True),) if content.tells_guardian(intake) else ()


def case_page(batch: Batch, code: str, contents: Contents) -> CasePage | None:
    """The case, or None where there is none.

    Raises:
        SealBrokenError: the intake itself is damaged; anything else that is damaged is left out.

    """
    row = case_row(batch, code)
    if row is None:
        return None
    intake = newest_intake(batch, row)
    content = contents.version(batch, intake.content_version)
    session = session_of(batch, row.ref)
    said, is_cut = turns_of(batch, row)
    shown = [(question, turn) for question, turn in said if turn is not None]
    kept, known = kept_case(batch, row), names(batch)
    alert_rows = rows_of(batch, row, alerts.c.sealed, KeptAlert)
    note_rows = rows_of(batch, row, notes.c.sealed, KeptNote)
    decision_rows = rows_of(batch, row, decisions.c.sealed, KeptDecision)
    result = intake.result
    return CasePage(
        code=CaseCode(code),
        others=tuple(each for each in chat_cases(batch, row) if each != code),
        row=row,
        kept=kept,
        intake=intake,
        perspective=PERSPECTIVES[intake.perspective],
        due_at=case_due_at(row, kept, contents.newest.clinic),
        marks=(
            *_notify_marks(content, intake),
            *(marks(content.screening, result.flags) if result else ()),
        ),
        suggestion=suggestion(content.screening, intake),
        answers=tuple(answer_lines(content.screening, intake)),
        ratings=ratings(content.screening, intake),
        chat=tuple(passages(shown, content, intake.perspective, states_of(batch, row, shown))),
        dangers=dangers(shown)[-MOST_DANGERS:],
        is_cut=is_cut,
        notes=opened(note_rows),
        decisions=opened(decision_rows),
        alerts=opened(alert_rows),
        waiting_alerts=any(each.state != "acknowledged" for each, _ in alert_rows),
        assignee=known.get(row.assignee, ""),
        names=known,
        follow_up=follow_up_date(row),
        with_staff=with_staff(session),
        in_crisis=_in_crisis(session) or bool(row.danger),
        is_reachable=is_reachable(batch, row),
        damaged=(session is None)
        + len(said)
        - len(shown)
        + sum(kept is None for rows in (alert_rows, note_rows, decision_rows) for _, kept in rows),
        has_asked=bool(row.asked),
    )


def with_staff(session: Session | None) -> str:
    """Who writes in the bot's place, "" for nobody."""
    stage = session.stage if session else None
    while isinstance(stage, ConfirmingErase):
        stage = stage.parked
    return stage.staff if isinstance(stage, WithStaff) else ""


def _in_crisis(session: Session | None) -> bool:
    stage = session.stage if session else None
    while isinstance(stage, WithStaff | ConfirmingErase):
        stage = stage.parked
    return isinstance(stage, InCrisis)


# --- the screening -------------------------------------------------------------------------------


def suggestion(form: Form, intake: Intake) -> Suggestion | None:
    """The outcome, the rule in words, and the answers that caused it."""
    result = intake.result
    if result is None:
        return None
    reasons = []
    for each in result.reasons:
        question = form.question(each.question)
        option = question.option(each.option) if question else None
        if question and option:
            words = stem(question, intake.perspective)
            reasons.append(f"{words} – {label(form, option, intake.perspective)}")
        else:
            reasons.append(each.text)
    return Suggestion(
        level=result.level.value,
        label=str(form.texts(result.level).label),
        rule=result.rule,
        rule_words=held_words(form, result, intake.answers),
        staff_call=result.staff_call,
        known=str(form.texts(result.level_known).label),
        assumed=str(form.texts(result.level_assumed).label),
        reasons=tuple(reasons),
        changes=_changes(form, intake, result),
    )


def _changes(form: Form, intake: Intake, result: Result) -> tuple[str, ...]:
    """What other single answer would have led elsewhere, as sentences."""
    answers = {
        each.question: each.options
        for each in intake.answers
        if each.retracted_at is None and each.question in result.asked
    }
    if set(answers) != set(result.asked):
        return ()  # answered on other questions than the content has now
    return _otherwise(_Asked(form=form, answers=tuple(sorted(answers.items())), result=result))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A screening with its answers, which the result follows from."""

    form: Form
    answers: tuple[tuple[QuestionId, tuple[OptionId, ...]], ...]
    result: Result = field(compare=False)


@lru_cache(maxsize=REMEMBERED)
def _otherwise(asked: _Asked) -> tuple[str, ...]:
    """Most of the work for a page, so it is done once for each."""
    found = counterfactuals(asked.form, dict(asked.answers), asked.result)
    sentences = (sentence(asked.form, each) for each in found[:MOST_CHANGES])
    told = tuple(f"It {words}." for words in sentences if words)
    left = len(found) - MOST_CHANGES
    return (*told, f"And {left} more answers would change it.") if left > 0 else told


def answer_lines(form: Form, intake: Intake) -> list[AnswerLine]:
    """Each question that was asked, in the order of the screening."""
    causes = {
        (each.question, each.option) for each in (intake.result.reasons if intake.result else ())
    }
    missing = set(intake.result.missing) if intake.result else set()
    dimensions = {each.id: str(each.label) for each in form.dimensions if each.label}
    lines = []
    for question in form.questions:
        given = [each for each in intake.answers if each.question == question.id]
        if not given and question.id not in missing:
            continue
        current = next((each for each in reversed(given) if each.retracted_at is None), None)

        def words(options: tuple[str, ...]) -> str:
            found = [question.option(each) for each in options]  # noqa: B023 (used at once)
            return ", ".join(
                label(form, each, intake.perspective) if each else "?" for each in found
            )

        chosen = [question.option(each) for each in current.options] if current else []
        options = [each for each in chosen if each is not None]
        rates: dict[str, int] = {}
        for option in options:
            for name, rate in option.rate.items():
                rates[name] = max(rates.get(name, 0), rate)
        lines.append(
            AnswerLine(
                question=stem(question, intake.perspective),
                answer=words(current.options) if current else "",
                is_skipped=any(each.skip for each in options),
                is_typed=bool(current and current.typed),
                is_cause=any((question.id, each.id) in causes for each in options),
                rates=tuple(
                    (dimensions[each], rates[each]) for each in rates if each in dimensions
                ),
                at=current.at if current else None,
                retracted=tuple(words(each.options) for each in given if each.retracted_at),
                is_missing=current is None and question.id in missing,
            )
        )
    return lines


def ratings(form: Form, intake: Intake) -> tuple[Rating, ...]:
    """The dimensions that staff know, both ways."""
    result = intake.result
    if result is None:
        return ()
    return tuple(
        Rating(
            label=str(each.label),
            known=result.ratings_known.get(each.id, 0),
            assumed=result.ratings_assumed.get(each.id, 0),
        )
        for each in form.dimensions
        if each.label
    )
