"""One case on one page, as staff read it in a terminal or on paper.

Pure: from what is kept of a case, and the content it was made with, to text. What was taken back
stands between two tildes, as ~~struck through~~. Counterpart: `transcript`, the whole chat.
"""

import textwrap
from collections.abc import Iterator

from bot.core.content import Content
from bot.core.counterfactuals import counterfactuals, sentence
from bot.core.model import Answer, Contact, Intake, QuestionId, Reply, Result
from bot.core.screening import outcome
from bot.core.screening_form import label, stem
from bot.store.cases import CaseRecord
from bot.store.records import KeptTurn
from bot.transcript import labels_shown, said

WIDTH = 92
_DANGER = "crisis "
MOST_OTHERWISE = 8
LONGEST = 300  # characters of a digression; the whole chat is in the record


def case_page(record: CaseRecord, content: Content) -> str:
    """The page. `content` is the version that the case was made with, or the newest."""
    result = record.intake.result if record.intake else None
    blocks = [
        _head(record, content),
        _danger(record),
        _outcome(result, content),
        _again(record, content),
        _guardian(record, content),
        _otherwise(record, content),
        _ratings(result, content),
        _answers(record, content),
        _digressions(record, None),
        _contact(record.contact),
        _alerts(record),
        [content.wording.staff.part_2],
    ]
    return "\n\n".join("\n".join(lines) for lines in map(list, blocks) if lines)


def _head(record: CaseRecord, content: Content) -> Iterator[str]:
    intake = record.intake
    urgency = content.wording.staff.urgencies[intake.urgency] if intake else "not filed yet"
    yield f"Case {record.case}   {record.status.value}   {urgency}"
    session = record.session
    started = intake.started_at if intake else session.started_at
    times = [f"began {started:%Y-%m-%d %H:%M}"] if started else []
    if intake:
        times.append(f"filed {intake.filed_at:%Y-%m-%d %H:%M}")
    if session.last_event_at:
        times.append(f"last heard {session.last_event_at:%Y-%m-%d %H:%M}")
    yield ", ".join(times) + " (UTC)"
    version = intake.content_version if intake else session.content_version
    source = (intake.source if intake else session.source) or "-"
    yield f"for {record.perspective.value}, source {source}, content {version[:12]}"
    consent = intake.consent if intake else session.consent
    if consent:
        yield f"consent: version {consent.version}, {consent.at:%Y-%m-%d %H:%M} UTC"
    if record.filed_before:
        at = ", ".join(f"{each.filed_at:%m-%d %H:%M}" for each in record.filed_before)
        yield f"filed before as well: {at}"


def _danger(record: CaseRecord) -> Iterator[str]:
    """Every message and press in which danger was seen or talked about, whatever was open."""
    labels = labels_shown(record.turns)
    found = [each for each in record.turns if any(why.startswith(_DANGER) for why in each.because)]
    if found:
        yield "DANGER  what was said when signs of danger were seen"
    for turn in found:
        seen = [why.removeprefix(_DANGER) for why in turn.because if why.startswith(_DANGER)]
        read = [why for why in seen if not why.startswith(("pattern", "model", "reply "))]
        marks = f" [{'; '.join(read or seen)}]"
        yield from _wrapped(
            f"{turn.event.at:%m-%d %H:%M} “{_short(said(turn.event, labels))}”{marks}"
        )


def _outcome(result: Result | None, content: Content) -> Iterator[str]:
    if result is None:
        yield "OUTCOME  none yet"
        return
    form = content.screening
    level = form.texts(result.level).label
    yield f"OUTCOME  {result.level.value}: {level}   rule {result.rule}"
    if result.staff_call:
        known, assumed = result.level_known.value, result.level_assumed.value
        yield (
            f"  Some answers were skipped. On what was answered: {known}."
            f" If the skipped ones are as we assume: {assumed}. The person was shown no level."
        )
    for reason in result.reasons:
        yield f"  - {reason.text}"
    labels = {flag.id: flag.label for flag in form.flags}
    for flag in result.flags:
        yield f"  [{flag}] {labels.get(flag, '')}".rstrip()


def _again(record: CaseRecord, content: Content) -> Iterator[str]:
    """Whether the stored answers still come to the stored result, on the questions of that time."""
    intake = record.intake
    if intake is None or intake.result is None:
        return
    if content.version != intake.content_version:
        yield f"  Not run again: content {intake.content_version[:12]} does not open any more."
        return
    again = _rerun(intake, content)
    if again == intake.result:
        yield "  Run again on the stored answers: the same result."
    elif any(each.result == intake.result == _rerun(each, content) for each in record.filed_before):
        yield "  Run again on the answers it was made of: the same result. Some were changed since."
    else:
        told = f"{again.level.value}, rule {again.rule}, {again.urgency.value}"
        yield f"  RUN AGAIN ON THE STORED ANSWERS, IT COMES OUT OTHERWISE: {told}"


def _rerun(intake: Intake, content: Content) -> Result:
    """What the answers of an intake come to now."""
    stored = {each.question: each.options for each in intake.answers if not each.retracted_at}
    return outcome(content.screening, stored)


def _guardian(record: CaseRecord, content: Content) -> Iterator[str]:
    if record.intake is not None and content.tells_guardian(record.intake):
        yield f"  [!] {content.screening.minors.notify_staff}"


def _otherwise(record: CaseRecord, content: Content) -> Iterator[str]:
    """Which single answers, had they been different, would have led to another outcome."""
    result = record.intake.result if record.intake else None
    if result is None or content.screening.version != result.version:
        return
    answers = {each.question: each.options for each in record.answers if not each.retracted_at}
    if not all(each in answers for each in result.asked):
        return
    found = counterfactuals(content.screening, answers, result)
    if found:
        yield "IF ONE ANSWER WERE DIFFERENT"
    for each in found[:MOST_OTHERWISE]:
        yield from _wrapped(f"- {sentence(content.screening, each)}")
    if len(found) > MOST_OTHERWISE:
        yield f"  and {len(found) - MOST_OTHERWISE} more: `screen --json` tells them all"
    if found:
        yield "  Not looked at: skips, answers that stop, and what the person asked help with."


def _ratings(result: Result | None, content: Content) -> Iterator[str]:
    if result is None:
        return
    shown = []
    for dimension in content.screening.dimensions:
        if dimension.label:
            known = result.ratings_known.get(dimension.id, 0)
            assumed = result.ratings_assumed.get(dimension.id, 0)
            rating = f"{known}" if known == assumed else f"{known} (assumed {assumed})"
            shown.append(f"{dimension.label} {rating}")
    yield "RATINGS  0 to 4, as answered"
    yield from _wrapped(", ".join(shown))


def _answers(record: CaseRecord, content: Content) -> Iterator[str]:
    by_question: dict[QuestionId, list[Answer]] = {}
    for answer in record.answers:
        by_question.setdefault(answer.question, []).append(answer)
    for turn in record.turns:  # a question that was interrupted and is still open
        if turn.digression and turn.question:
            by_question.setdefault(turn.question, [])
    order = [each.id for each in content.screening.questions]
    asked = sorted(by_question, key=lambda each: order.index(each) if each in order else len(order))
    yield "ANSWERS"
    for number, question in enumerate(asked, start=1):
        known = content.screening.question(question)
        text = stem(known, record.perspective) if known else question
        yield f"  {number}. {text}"
        for answer in by_question[question]:
            yield f"     {_answer(answer, record, content)}"
        yield from _digressions(record, question)
    result = record.intake.result if record.intake else None
    if result and result.missing:
        yield f"  not asked or left open: {', '.join(result.missing)}"


def _answer(answer: Answer, record: CaseRecord, content: Content) -> str:
    question = content.screening.question(answer.question)
    labels, is_skip = [], False
    for option_id in answer.options:
        option = question.option(option_id) if question else None
        name = label(content.screening, option, record.perspective) if option else option_id
        is_skip = is_skip or bool(option and option.skip)
        labels.append(name)
    text = "; ".join(labels) or "-"
    marks = [f"{answer.at:%H:%M}"]
    if is_skip:
        marks.append("skipped")
    if answer.typed:
        marks.append("typed")
    if answer.retracted_at:
        text = f"~~{text}~~"
        marks.append(f"taken back {answer.retracted_at:%H:%M}")
    return f"{text}  ({', '.join(marks)})"


def _digressions(record: CaseRecord, question: QuestionId | None) -> Iterator[str]:
    """What was said beside a question; for None, what was said while none was open."""
    labels = labels_shown(record.turns)
    found = [each for each in record.turns if each.question == question and each.digression]
    if question is None and found:
        yield "BESIDE THE QUESTIONS"
    for turn in found:
        words = said(turn.event, labels)
        if words:
            yield from _digression(turn, words)


def _digression(turn: KeptTurn, words: str) -> Iterator[str]:
    yield from _wrapped(f"↳ {turn.event.at:%H:%M} “{_short(words)}”", "     ")
    replies = [each.text for each in turn.effects if isinstance(each, Reply)]
    if replies:
        yield from _wrapped(f"  answered: {_short(replies[0])}", "     ")


def _contact(contact: Contact) -> Iterator[str]:
    given = {
        "name": contact.name,
        "reach": contact.reach,
        "best time": contact.best_time,
        "insurance": contact.insurance,
        "loved one knows": contact.loved_one_knows,
    }
    told = [f"{name}: {value}" for name, value in given.items() if value]
    yield "CONTACT  " + (", ".join(told) if told else "none left")


def _alerts(record: CaseRecord) -> Iterator[str]:
    for alert in record.alerts:
        taken = (
            f"{alert.acknowledged_by or 'staff'} had it at {alert.acknowledged_at:%m-%d %H:%M}"
            if alert.acknowledged_at
            else "nobody has it yet"
        )
        yield f"ALERT  {alert.kind.value}, {alert.made_at:%m-%d %H:%M}: {taken}"


def _wrapped(text: str, indent: str = "  ") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")


def _short(text: str) -> str:
    one_line = " ".join(text.replace("**", "").split())
    return one_line if len(one_line) <= LONGEST else one_line[: LONGEST - 1] + "…"
