"""What `/mydata` sends: all that is kept of a chat, as a text file that its person can read.

Pure: from what is stored and content to text. Cells that do not open are counted, not passed over in
silence. Counterparts: `transcript`, the chat itself; `case_page`, what staff read.
"""

from collections.abc import Iterator

from bot.core.content import Content
from bot.core.content.wording import fill
from bot.core.model import Answer, Contact, Frozen, Intake, Perspective, Result, Session
from bot.core.screening_form import label, stem
from bot.store.records import KeptTurn
from bot.transcript import spoken

LEAVES = {"best_time": "time"}  # fields of a contact that go by another name in wording


class OwnRecord(Frozen):
    """Everything of a chat. `intakes` are the newest of each case; `damaged` cells did not open."""

    session: Session
    status: str
    intakes: tuple[Intake, ...]
    turns: tuple[KeptTurn, ...]
    damaged: int = 0


def own_record(record: OwnRecord, content: Content) -> bytes:
    """The file, in UTF-8."""
    words = content.wording.record
    blocks = [[content.spoken(words.title), record.session.case_code]]
    if record.damaged:
        blocks.append([fill(words.damaged, number=record.damaged)])
    blocks += [list(_intake(each, content)) for each in record.intakes]
    if record.session.case not in {each.case for each in record.intakes}:
        blocks.append(list(_under_way(record, content)))
    blocks.append([words.chat, *spoken(record.turns, words.you, words.bot)])
    return "\n\n".join("\n".join(lines) for lines in blocks if lines).encode() + b"\n"


def _intake(intake: Intake, content: Content) -> Iterator[str]:
    words = content.wording.record
    yield f"{intake.case}: {words.statuses.get(intake.status.value, intake.status.value)}"
    yield f"{words.times}: {intake.started_at:%Y-%m-%d %H:%M} / {intake.filed_at:%Y-%m-%d %H:%M} (UTC)"
    yield from _answers(intake.answers, intake.perspective, content)
    yield from _result(intake.result, content)
    yield from _contact(intake.contact, content)


def _under_way(record: OwnRecord, content: Content) -> Iterator[str]:
    session, words = record.session, content.wording.record
    yield f"{session.case}: {words.statuses.get(record.status, record.status)}"
    times = [at for at in (session.started_at, session.last_event_at) if at is not None]
    if times:
        yield f"{words.times}: {' / '.join(f'{at:%Y-%m-%d %H:%M}' for at in times)} (UTC)"
    yield from _answers(session.answers, session.perspective, content)
    yield from _contact(session.contact, content)


def _answers(
    answers: tuple[Answer, ...], perspective: Perspective, content: Content
) -> Iterator[str]:
    words, form = content.wording.record, content.screening
    for answer in answers:
        question = form.question(answer.question)
        chosen = []
        for option_id in answer.options:
            option = question.option(option_id) if question else None
            chosen.append(label(form, option, perspective) if option else option_id)
        asked = stem(question, perspective) if question else answer.question
        taken_back = f" ({words.taken_back})" if answer.retracted_at else ""
        yield f"- {' '.join(asked.split())} {'; '.join(chosen) or '–'}{taken_back}"


def _result(result: Result | None, content: Content) -> Iterator[str]:
    """The outcome, where the person was told one."""
    if result is not None and not result.staff_call:
        yield f"{content.wording.record.result}: {content.screening.texts(result.level).title}"


def _contact(contact: Contact, content: Content) -> Iterator[str]:
    names = content.wording.record.contact
    labels = {
        (step.id, choice.id): choice.label
        for step in content.wording.contact.steps
        for choice in step.choices
    }
    for field, name in names.items():
        value = getattr(contact, field, "")
        if value is True:
            yield f"- {name}"
        elif value:
            yield f"- {name}: {labels.get((LEAVES.get(field, field), value), value)}"
