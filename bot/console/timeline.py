"""A chat as staff read it: who said what, with asides beside the question that they interrupted."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from bot.core.content import Content
from bot.core.model import (
    AlertStaff,
    CrisisCleared,
    Frozen,
    NoteFeedback,
    OptionChosen,
    Perspective,
    Reply,
    StaffHandedBack,
    StaffReplied,
    StaffTookOver,
    Wake,
    WokeUp,
)
from bot.core.screening_form import stem
from bot.store.records import KeptTurn
from bot.transcript import labels_shown, said

WAITING = "waiting to be sent"
DANGER = "crisis "  # how the reason begins of an answer to danger
TALK = {"reply", "said-safe", "with-someone", "alone", "cleared"}  # of what follows it
ARRIVALS = {  # by the state of an outgoing message, what matters most first
    "unreachable": "not delivered: they have blocked the assistant",
    "refused": "not delivered",
    "pending": WAITING,
    "sending": WAITING,
    "sent": "sent",
}


class Line(Frozen):
    """Something that somebody said or did. `who`: client, assistant, staff, or event."""

    at: datetime
    who: str
    name: str
    text: str
    choices: tuple[str, ...] = ()
    why: str = ""
    arrival: str = ""  # of what staff wrote: sent, waiting, not delivered


class Passage(Frozen):
    """Lines that belong together: of the main thread, an aside from `question`, or answers pressed.

    `is_answers`: questions and the buttons pressed, which the list of answers shows already.
    """

    question: str
    is_aside: bool
    lines: tuple[Line, ...]
    is_answers: bool = False


def passages(
    rows: Sequence[tuple[str, KeptTurn]],
    content: Content,
    perspective: Perspective,
    states: Mapping[int, str],
) -> list[Passage]:
    """The chat, oldest first; each row is a turn with the question that was open then.

    `states` are those of outgoing messages, as far as they are still known.
    """
    labels = labels_shown(turn for _, turn in rows)
    found: list[tuple[str, bool, bool, list[Line]]] = []
    for open_question, turn in rows:
        lines = list(_lines(turn, labels, states))
        if not lines:
            continue
        question = content.screening.question(open_question) if turn.digression else None
        words = stem(question, perspective) if question is not None else ""
        is_aside = turn.digression and bool(words)
        is_answers = bool(open_question) and not turn.digression and _is_pressed(turn)
        kind = (words, is_aside, is_answers)
        if found and found[-1][:3] == kind:
            found[-1][3].extend(lines)
        else:
            found.append((*kind, lines))
    return [
        Passage(question=words, is_aside=is_aside, is_answers=is_answers, lines=tuple(lines))
        for words, is_aside, is_answers, lines in found
    ]


def dangers(rows: Sequence[tuple[str, KeptTurn]]) -> tuple[Line, ...]:
    """What the client said or pressed that was read as a sign of danger."""
    labels = labels_shown(turn for _, turn in rows)
    found = [
        Line(at=turn.event.at, who="client", name="Client", text=said(turn.event, labels))
        for _, turn in rows
        if any(why.startswith(DANGER) and why.split()[1] not in TALK for why in turn.because)
    ]
    return tuple(line for line in found if line.text)


def _is_pressed(turn: KeptTurn) -> bool:
    is_quiet = not any(isinstance(effect, AlertStaff) for effect in turn.effects)
    return isinstance(turn.event, OptionChosen) and is_quiet


def _arrival(turn: KeptTurn, states: Mapping[int, str]) -> str:
    found = {states.get(number, "") for number in turn.sent}
    words = (ARRIVALS[state] for state in ARRIVALS if state in found)
    return next(words, "")


def _lines(turn: KeptTurn, labels: dict[str, str], states: Mapping[int, str]) -> Iterator[Line]:
    event = turn.event
    why = ", ".join(turn.because)
    match event:
        case StaffReplied():
            yield Line(
                at=event.at,
                who="staff",
                name=event.staff,
                text=event.text,
                arrival=_arrival(turn, states),
            )
            return
        case StaffTookOver():
            yield Line(at=event.at, who="event", name=event.staff, text="took over the chat")
        case StaffHandedBack():
            text = "handed the chat back to the assistant"
            yield Line(at=event.at, who="event", name=event.staff, text=text)
        case CrisisCleared():
            yield Line(at=event.at, who="event", name=event.staff, text="cleared the crisis")
        case WokeUp(reason=Wake.STAFF_SILENT):
            if turn.effects:
                text = "staff wrote nothing for a while: handed back to the assistant"
                yield Line(at=event.at, who="event", name="", text=text)
        case WokeUp():
            yield Line(at=event.at, who="event", name="", text="silence for a while")
        case _:
            text = said(event, labels)
            if text:
                yield Line(at=event.at, who="client", name="Client", text=text)
    for effect in turn.effects:
        match effect:
            case Reply():
                choices = tuple(button.label for row in effect.buttons for button in row)
                yield Line(
                    at=event.at,
                    who="staff" if effect.staff else "assistant",
                    name=effect.staff or "Assistant",
                    text=effect.text.replace("**", ""),
                    choices=choices,
                    why=why,
                )
            case AlertStaff():
                text = f"staff were alerted: {effect.kind.value}, {effect.urgency.value}"
                yield Line(at=event.at, who="event", name="", text=text)
            case NoteFeedback():
                thumb = "helpful" if effect.helpful else "not helpful"
                text = f"the answer on {effect.topic} was {thumb}"
                yield Line(at=event.at, who="event", name="", text=text)
            case _:
                pass
