"""Records of an older version are brought up to date, and nothing that staff did is lost."""

from datetime import timedelta
from pathlib import Path

import msgspec
from desk import START, Clock
from sqlalchemy import Connection, select, text

from bot.console.arrivals import READ_UP_TO, catch_up
from bot.console.cases import NEVER
from bot.core.content import Content
from bot.core.model import CaseCode, ChatId, Intake, IntakeStatus, Perspective, Session, Urgency
from bot.store.batch import hour_of
from bot.store.database import alembic_config, database_path, open_engine
from bot.store.records import KeptSession
from bot.store.records_of_staff import KeptCase, KeptFact
from bot.store.staff_tables import STAFF, cases
from bot.store.tables import intakes
from bot.store.writer import Store
from bot.vault import Vault

HOUR = hour_of(START)
FOLLOW_UP = 20_517  # 2026-03-05


class Older:
    """A database as version 0002 left it."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self.connection = connection
        self.vault = vault

    def has_chat(self, name: str, code: str) -> str:
        chat_id = ChatId(name)
        ref = self.vault.ref(chat_id)
        session = Session(chat_id=chat_id, case_code=CaseCode(code), content_version="v")
        self.insert(
            "sessions",
            ref=ref,
            case_code=code,
            status="completed",
            question="",
            reachable=1,
            content_version="v",
            rest_hour=HOUR,
            sealed=self.seal(ref, "sessions", ref, KeptSession(session=session)),
        )
        return ref

    def has_intake(self, ref: str, number: int, code: str, status: IntakeStatus, hour: int) -> None:
        urgency = Urgency.NOW if status is IntakeStatus.EMERGENCY else Urgency.SAME_DAY
        intake = Intake(
            case=CaseCode(code),
            status=status,
            perspective=Perspective.SELF,
            urgency=urgency,
            answers=(),
            result=None,
            contact=Session(chat_id=ChatId(""), case_code=CaseCode(""), content_version="").contact,
            consent=None,
            source="",
            content_version="v",
            started_at=START,
            filed_at=START + timedelta(hours=hour),
        )
        self.insert(
            "intakes",
            id=number,
            ref=ref,
            case_code=code,
            status=status.value,
            urgency=urgency.value,
            content_version="v",
            hour=HOUR + hour,
            sealed=self.seal(ref, "intakes", number, intake),
        )

    def has_case(self, ref: str, code: str, newest: int, **changed: object) -> None:
        row: dict[str, object] = {
            "case_code": code,
            "ref": ref,
            "newest": newest,
            "status": "completed",
            "urgency": "same-day",
            "closed": 0,
            "danger": 0,
            "filed_hour": HOUR,
            "due_hour": HOUR + 8,
            "state": "new",
            "assignee": 0,
            "follow_up": 0,
            "unread": 0,
            "waits_for": "",
            "taken": 0,
            "sealed": self.seal(ref, "cases", code, KeptCase(filed_at=START)),
        }
        self.insert("cases", **row | changed)

    def has_read_up_to(self, intake: int, turn: int) -> None:
        ref = self.vault.ref(STAFF)
        fact = KeptFact(text=f'{{"intake":{intake},"turn":{turn}}}')
        sealed = self.seal(ref, "staff_facts", READ_UP_TO, fact)
        self.insert("staff_facts", name=READ_UP_TO, sealed=sealed)

    def seal(self, ref: str, table: str, row: str | int, value: msgspec.Struct) -> bytes:
        return self.vault.seal(ref, f"{table}.sealed", row, msgspec.json.encode(value))

    def insert(self, table: str, **row: object) -> None:
        names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
        self.connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), row)  # noqa: S608 (of a test)


def test_cases_of_version_0002_are_sorted_counted_and_due_as_new_ones(
    tmp_path: Path, content: Content
) -> None:
    from alembic import command  # noqa: PLC0415 (as slow as it is in the program)

    data, clock = tmp_path / "data", Clock()
    vault = Vault.open(data, tmp_path / "key")
    engine = open_engine(f"sqlite:///{database_path(data)}")
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0002")
        old = Older(connection, vault)
        first = old.has_chat("telegram:1", "BBBB-BBB")
        old.has_intake(first, 3, "BBBB-BBB", IntakeStatus.COMPLETED, 0)
        old.has_intake(first, 7, "BBBB-BBB", IntakeStatus.EMERGENCY, 30)
        old.has_case(first, "BBBB-BBB", 7, danger=1, urgency="now", status="emergency", assignee=4)
        second = old.has_chat("telegram:2", "CCCC-CCC")
        old.has_intake(second, 5, "CCCC-CCC", IntakeStatus.COMPLETED, 0)
        day = FOLLOW_UP * 24
        old.has_case(second, "CCCC-CCC", 5, state="contacted", follow_up=FOLLOW_UP, due_hour=day)
        # Filed after an erasure and a restart: below what had been read, so that it was never seen.
        third = old.has_chat("telegram:3", "DDDD-DDD")
        old.has_intake(third, 8, "DDDD-DDD", IntakeStatus.EMERGENCY, 31)
        old.has_read_up_to(12, 40)
        vault.keep()
    engine.dispose()

    store = Store.open(data, vault, clock)
    store.run_now(lambda batch: catch_up(batch, content.clinic))
    found = store.run_now(lambda batch: batch.rows(select(cases).order_by(cases.c.number)))
    rows = {row.case_code: row for row in found}
    assert [row.case_code for row in found] == ["BBBB-BBB", "CCCC-CCC", "DDDD-DDD"]
    assert [row.number for row in found] == [3, 5, 8]
    assert rows["BBBB-BBB"].danger_hour == HOUR + 30
    assert (rows["BBBB-BBB"].assignee, rows["BBBB-BBB"].unread) == (4, 0)
    assert rows["DDDD-DDD"].danger == 1
    assert rows["CCCC-CCC"].state == "contacted"
    assert rows["CCCC-CCC"].due_hour == FOLLOW_UP * 24 + 23, "6 pm in New York"
    assert rows["CCCC-CCC"].due_hour < NEVER
    assert store.run_now(lambda batch: catch_up(batch, content.clinic)) == set(), "once is enough"
    number = store.run_now(lambda batch: batch.next_id(intakes))
    assert number == 9
    store.close_now()
    vault.close()
