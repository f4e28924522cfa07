"""Cases as staff read them: the newest intake of each, and everything about one."""

from sqlalchemy import func, select

from bot.core.model import (
    Answer,
    CaseCode,
    Contact,
    Frozen,
    Intake,
    IntakeStatus,
    Perspective,
    Session,
    Urgency,
)
from bot.store.batch import Batch
from bot.store.erasure import chat_code
from bot.store.records import KeptAlert, KeptSession, KeptTurn
from bot.store.tables import alerts, intakes, sessions, turns

MOST_URGENT_FIRST = tuple(reversed(Urgency))


class CaseRecord(Frozen):
    """Everything about one case. `intake` is None while nothing was filed for staff."""

    case: CaseCode
    session: Session
    intake: Intake | None
    filed_before: tuple[Intake, ...]
    turns: tuple[KeptTurn, ...]
    alerts: tuple[KeptAlert, ...]

    @property
    def status(self) -> IntakeStatus:
        """How far the case has come."""
        return self.intake.status if self.intake else IntakeStatus.IN_PROGRESS

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers with those taken back, as filed or as far as they go."""
        return self.intake.answers if self.intake else self.session.answers

    @property
    def perspective(self) -> Perspective:
        """Whom it is for."""
        return self.intake.perspective if self.intake else self.session.perspective

    @property
    def contact(self) -> Contact:
        """How to reach the person."""
        return self.intake.contact if self.intake else self.session.contact


def newest_intakes(batch: Batch, most: int = 1000) -> list[Intake]:
    """The newest intake of each case, the most urgent first, then the oldest."""
    newest = select(func.max(intakes.c.id)).group_by(intakes.c.case_code)
    found: list[Intake] = []
    for urgency in MOST_URGENT_FIRST:
        statement = (
            select(intakes)
            .where(intakes.c.id.in_(newest), intakes.c.urgency == urgency.value)
            .order_by(intakes.c.hour, intakes.c.id)
            .limit(most - len(found))
        )
        found += [
            batch.unseal(row.ref, intakes.c.sealed, row.id, row.sealed, Intake)
            for row in batch.rows(statement)
        ]
    return found


def unfiled_count(batch: Batch) -> int:
    """How many chats have begun a screening that is not filed."""
    statement = select(func.count()).where(sessions.c.status == "in-progress")
    return int(batch.rows(statement)[0][0])


def case_record(batch: Batch, case: str) -> CaseRecord | None:
    """Everything about a case; None when there is no such code."""
    wanted = CaseCode(case.strip().upper())
    rows = batch.rows(select(sessions).where(sessions.c.case_code == chat_code(case)))
    if not rows:
        return None
    [row] = rows
    session = batch.unseal(row.ref, sessions.c.sealed, row.ref, row.sealed, KeptSession).session
    filed = [
        batch.unseal(row.ref, intakes.c.sealed, each.id, each.sealed, Intake)
        for each in batch.rows(
            select(intakes).where(intakes.c.case_code == wanted).order_by(intakes.c.id)
        )
    ]
    if not filed and wanted != session.case:
        return None
    said = (
        batch.unseal(row.ref, turns.c.sealed, each.id, each.sealed, KeptTurn)
        for each in batch.rows(select(turns).where(turns.c.ref == row.ref).order_by(turns.c.id))
    )
    raised = (
        batch.unseal(row.ref, alerts.c.sealed, each.id, each.sealed, KeptAlert)
        for each in batch.rows(
            select(alerts).where(alerts.c.case_code == wanted).order_by(alerts.c.id)
        )
    )
    return CaseRecord(
        case=wanted,
        session=session,
        intake=filed[-1] if filed else None,
        filed_before=tuple(filed[:-1]),
        turns=tuple(each for each in said if each.case == wanted),
        alerts=tuple(raised),
    )
