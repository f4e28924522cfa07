"""What holds at every stage and for every event: the invariants of ARCHITECTURE.md."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from chat import CHAT, START, Chat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.content import Content
from bot.core.dialogue import advance
from bot.core.model import (
    AlertSent,
    AlertStaff,
    Answer,
    AnyEvent,
    AnyStage,
    AttachmentReceived,
    AwaitingConsent,
    Browsing,
    CaseCode,
    CheckingSafety,
    CommandReceived,
    ConfirmingErase,
    Consent,
    CrisisCleared,
    EraseChat,
    EventId,
    InCrisis,
    LeavingContact,
    MessageEdited,
    OptionChosen,
    OptionId,
    Perspective,
    QuestionId,
    Reply,
    Reviewing,
    Screening,
    Session,
    StaffHandedBack,
    StaffReplied,
    StaffTookOver,
    TextReceived,
    Turn,
    Wake,
    WithStaff,
    WokeUp,
)

QUESTION = Screening(question=QuestionId("age-band"))
STAGES: list[AnyStage] = [
    Browsing(),
    AwaitingConsent(),
    AwaitingConsent(perspective=Perspective.LOVED_ONE),
    Screening(question=QuestionId("who-for")),
    QUESTION,
    Screening(question=QuestionId("age-band"), guess=(OptionId("18-64"),)),
    Screening(question=QuestionId("medical"), chosen=(OptionId("stable"),)),
    Screening(question=QuestionId("no-such-question")),
    Reviewing(),
    Reviewing(page=7),
    LeavingContact(step="name"),
    LeavingContact(step="time"),
    LeavingContact(step="no-such-step"),
    WithStaff(staff="Ana", parked=QUESTION),
    CheckingSafety(kind="suicide", subject="self", parked=QUESTION),
    InCrisis(kind="suicide", subject="self", parked=QUESTION),
    InCrisis(kind="no-such-kind", subject="other", parked=Browsing(), told=True),
    ConfirmingErase(parked=QUESTION),
    WithStaff(staff="Ana", parked=InCrisis(kind="overdose", subject="self", parked=QUESTION)),
]
STAMP: dict[str, Any] = {
    "event_id": EventId("e"),
    "chat_id": CHAT,
    "at": START + timedelta(minutes=1),
}
PRESSES = [
    "pick|HTZ4|0|age-band|18-64",
    "on|HTZ4|0|medical|none",
    "off|HTZ4|0|medical|stable",
    "done|HTZ4|0|medical",
    "back|HTZ4|0|age-band",
    "why|HTZ4|0|age-band",
    "guess|HTZ4|0|age-band|yes",
    "consent|HTZ4|0|yes",
    "consent|HTZ4|0|no",
    "submit|HTZ4|0",
    "page|HTZ4|0|1",
    "change|HTZ4|0|who-for",
    "resume|HTZ4|0|over",
    "resume|HTZ4|0|continue",
    "resume|HTZ4|0|delete",
    "give|HTZ4|0|name",
    "skip-all|HTZ4|0",
    "message|HTZ4|0|time",
    "erase|HTZ4|0|yes",
    "erase|HTZ4|0|no",
    "topic|duration",
    "topics|8",
    "none",
    "thumb|duration|down",
    "human",
    "screening|loved-one",
    "result|disagree",
    "result|meaning",
    "again|change",
    "again|fresh",
    "crisis|safe",
    "crisis|with",
    "safe|yes",
    "safe|unsure",
    "",
    "||||||||",
    "pick|HTZ4|x|\U0001f600|",
]
COMMANDS = [
    *"start screening faq help status human privacy mydata delete cancel stop back skip why".split(),
    "nonsense",
]
TEXTS = [
    *("", "   ", "yes", "no", "2", "skip", "back", "why", "hello", "how long is it?"),
    "x" * 5000,
    "\u202e",
]
EVENTS: list[AnyEvent] = [
    *(TextReceived(**STAMP, text=text) for text in TEXTS),
    *(OptionChosen(**STAMP, data=data) for data in PRESSES),
    *(CommandReceived(**STAMP, name=name) for name in COMMANDS),
    CommandReceived(**STAMP, name="start", argument="loved-one__flyer"),
    CommandReceived(**STAMP, name="start", argument="duration"),
    CommandReceived(**STAMP, name="start", argument="__" * 40),
    AttachmentReceived(**STAMP, kind="photo", caption=""),
    AttachmentReceived(**STAMP, kind="voice"),
    MessageEdited(**STAMP, text="hello"),
    WokeUp(**STAMP, reason=Wake.SILENCE),
    WokeUp(event_id=EventId("e"), chat_id=CHAT, at=START - timedelta(days=1), reason=Wake.SILENCE),
    WokeUp(event_id=EventId("e"), chat_id=CHAT, at=START + timedelta(days=1), reason=Wake.SILENCE),
    StaffTookOver(**STAMP, staff="Ben"),
    StaffReplied(**STAMP, staff="Ben", text="{text} {staff} **hello** <b>"),
    StaffHandedBack(**STAMP, staff="Ben"),
    CrisisCleared(**STAMP, staff="Ben"),
    WokeUp(**STAMP, reason=Wake.STAFF_SILENT),
    AlertSent(**STAMP, case=CaseCode("HTZ4-9QM")),
]
DANGER = "I want to kill myself tonight"
DANGERS: list[AnyEvent] = [
    TextReceived(**STAMP, text=DANGER),
    MessageEdited(**STAMP, text=DANGER),
    AttachmentReceived(**STAMP, kind="photo", caption=DANGER),
    CommandReceived(**STAMP, name="start", argument=DANGER),
    CommandReceived(**STAMP, name="human", argument=DANGER),
]
ANSWERS = tuple(
    Answer(question=QuestionId(question), options=(OptionId(option),), at=START)
    for question, option in (
        ("who-for", "self"),
        ("danger-now", "none"),
        ("main-concern", "mood"),
    )
)


def session_at(stage: AnyStage, content: Content, answers: tuple[Answer, ...] = ANSWERS) -> Session:
    """A session that stands at `stage` with the first three questions answered."""
    return Session(
        chat_id=CHAT,
        case_code=CaseCode("HTZ4-9QM"),
        content_version=content.version,
        stage=stage,
        answers=answers,
        consent=Consent(version=content.wording.consent.version, at=START),
        last_event_at=START,
        started_at=START,
    )


def replies(turn: Turn) -> list[Reply]:
    return [effect for effect in turn.effects if isinstance(effect, Reply)]


def name(stage: AnyStage) -> str:
    return type(stage).__name__


@pytest.mark.parametrize("stage", STAGES, ids=name)
def test_danger_is_answered_at_every_stage_from_every_event_with_text(
    stage: AnyStage, content: Content
) -> None:
    for event in DANGERS:
        turn = advance(session_at(stage, content), event, content)
        assert any("988" in reply.text for reply in replies(turn)), event
        assert any(isinstance(effect, AlertStaff) for effect in turn.effects), event
        assert any(why.startswith("crisis acute") for why in turn.because)


@pytest.mark.parametrize("stage", STAGES, ids=name)
def test_nothing_raises_and_sessions_pass_through_json(stage: AnyStage, content: Content) -> None:
    for event in EVENTS:
        turn = advance(session_at(stage, content), event, content)
        kept = msgspec.json.decode(msgspec.json.encode(turn), type=Turn)
        assert kept == turn, event


@pytest.mark.parametrize("stage", STAGES, ids=name)
def test_every_message_gets_a_reply_unless_staff_write(stage: AnyStage, content: Content) -> None:
    for event in EVENTS:
        if not isinstance(
            event, TextReceived | CommandReceived | AttachmentReceived | MessageEdited
        ):
            continue
        turn = advance(session_at(stage, content), event, content)
        is_silent = isinstance(turn.session.stage, WithStaff)
        assert replies(turn) or is_silent, event


@pytest.mark.parametrize("stage", STAGES, ids=name)
def test_the_bot_is_silent_while_staff_write_except_for_a_persons_rights(
    stage: AnyStage, content: Content
) -> None:
    held = WithStaff(staff="Ana", parked=stage if not isinstance(stage, WithStaff) else Browsing())
    for event in EVENTS:
        if isinstance(event, StaffTookOver | StaffReplied | StaffHandedBack | WokeUp):
            continue
        if isinstance(event, CommandReceived) and event.name in ("delete", "privacy", "mydata"):
            continue
        parked = held.parked
        if isinstance(parked, InCrisis | CheckingSafety | ConfirmingErase):
            continue  # the buttons of a card that is still on the screen do answer
        turn = advance(session_at(held, content), event, content)
        assert not replies(turn), event
        assert turn.session.answers == ANSWERS, event


@pytest.mark.parametrize("stage", STAGES, ids=name)
def test_a_stale_press_changes_no_answer(stage: AnyStage, content: Content) -> None:
    for data in PRESSES:
        stale = data.replace("|0|", "|99|")
        if stale == data:
            continue
        before = session_at(stage, content)
        turn = advance(before, OptionChosen(**STAMP, data=stale), content)
        assert turn.session.answers == before.answers, data
        assert not any(isinstance(effect, EraseChat) for effect in turn.effects)
        assert turn.session.contact == before.contact


@pytest.mark.parametrize("stage", STAGES, ids=name)
def test_a_reply_never_holds_an_unfilled_slot_or_too_long_button(
    stage: AnyStage, content: Content
) -> None:
    for event in EVENTS:
        if isinstance(event, StaffReplied):
            continue
        turn = advance(session_at(stage, content), event, content)
        for reply in replies(turn):
            assert "{" not in reply.text, (event, reply.text)
            for row in reply.buttons:
                for button in row:
                    assert len(button.data.encode()) <= 52
                    assert bool(button.data) != bool(button.url)


def test_a_message_without_danger_alerts_nobody(content: Content) -> None:
    for stage in STAGES[:13]:
        for text in ("how long is it?", "yes", "no", "2", "skip", "my name is Sam"):
            turn = advance(session_at(stage, content), TextReceived(**STAMP, text=text), content)
            assert not any(isinstance(effect, AlertStaff) for effect in turn.effects), (stage, text)


words = st.one_of(st.sampled_from(TEXTS), st.text(max_size=80))
actions = st.one_of(
    st.tuples(st.just("text"), words),
    st.tuples(st.just("command"), st.sampled_from(COMMANDS)),
    st.tuples(st.just("press"), st.integers(0, 40).map(str)),
    st.tuples(st.just("stale"), st.sampled_from(PRESSES)),
    st.tuples(st.just("waits"), st.integers(1, 5000).map(str)),
    st.tuples(st.just("staff"), st.sampled_from(["takes over", "hands back", "clears", "hello"])),
    st.tuples(st.just("alert"), st.just("")),
)


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(script=st.lists(actions, max_size=40), begun=st.booleans())
def test_whatever_people_do_no_answer_is_lost(
    content: Content, script: list[tuple[str, str]], *, begun: bool
) -> None:
    chat = Chat(content)
    if begun:
        chat.writes("/screening")
        chat.writes("yes")
    for kind, value in script:
        before = chat.session
        erased = len(chat.effects)
        match kind:
            case "text":
                chat.writes(value if not value.startswith(("[", "(")) else f" {value}")
            case "command":
                chat.writes(f"/{value}")
            case "press":
                visible = chat.visible()
                if visible:
                    shown, button = visible[int(value) % len(visible)]
                    if button.data:
                        chat.presses_data(button.data, shown.id)
            case "stale":
                chat.presses_data(value)
            case "waits":
                chat.waits(timedelta(minutes=int(value)))
            case "staff":
                chat.staff_event("Ana", value)
            case _:
                chat.alert_arrives()
        if any(isinstance(effect, EraseChat) for effect in chat.effects[erased:]):
            continue
        if chat.session.intake_number != before.intake_number:
            continue  # a fresh intake; the old one was filed
        kept = [(each.question, each.options, each.at) for each in chat.session.answers]
        for each in before.answers:
            assert (each.question, each.options, each.at) in kept
        live = [each.question for each in chat.session.answers if each.retracted_at is None]
        assert len(live) == len(set(live))
