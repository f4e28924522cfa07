"""Session: where a chat stands; its stages say what is open."""

from datetime import datetime

from bot.core.model.ids import (
    CaseCode,
    ChatId,
    Frozen,
    OptionId,
    Perspective,
    QuestionId,
    TopicId,
    Urgency,
)
from bot.core.model.outcome import Answer, Consent, Contact, IntakeStatus, Result


class Browsing(Frozen, tag=True):
    """No screening under way: questions are welcome. `offered` are topics of a "did you mean"."""

    offered: tuple[TopicId, ...] = ()


class AwaitingConsent(Frozen, tag=True):
    """The consent text is shown; nothing is asked before a yes. A known perspective skips Q1."""

    perspective: Perspective | None = None


class Screening(Frozen, tag=True):
    """A question is open. `chosen` are the ticks of a multi-select so far; `guess` awaits a yes.

    `offered`: the question was not shown last, but whether to go on with the questions at all;
    then `over_for` is whom they would begin anew for, where that was said.
    """

    question: QuestionId
    chosen: tuple[OptionId, ...] = ()
    guess: tuple[OptionId, ...] = ()
    from_review: bool = False
    offered: bool = False
    over_for: Perspective | None = None


class Reviewing(Frozen, tag=True):
    """All is answered; the person looks it over before it goes to staff. `page` of the list shown.

    `offered`: the list was not shown last, but whether to go on at all; `over_for` as above.
    """

    page: int = 0
    offered: bool = False
    over_for: Perspective | None = None


class LeavingContact(Frozen, tag=True):
    """After the outcome: optional contact details, one `step` (an id in wording) at a time."""

    step: str


class WithStaff(Frozen, tag=True):
    """A member of staff writes; the bot is silent, except at signs of crisis."""

    staff: str
    parked: "AnyStage"


class CheckingSafety(Frozen, tag=True):
    """One gentle direct question is open: are you safe right now? `kind` is what was heard."""

    kind: str
    subject: str
    parked: "AnyStage"


class InCrisis(Frozen, tag=True):
    """The crisis card is shown; this lasts until a person clears it. `told` once an alert was sent."""

    kind: str
    subject: str
    parked: "AnyStage"
    told: bool = False


class ConfirmingErase(Frozen, tag=True):
    """The person asked to erase everything and is asked again."""

    parked: "AnyStage"


AnyStage = (
    Browsing
    | AwaitingConsent
    | Screening
    | Reviewing
    | LeavingContact
    | WithStaff
    | CheckingSafety
    | InCrisis
    | ConfirmingErase
)


class Session(Frozen):
    """Everything a chat's next turn depends on.

    `case_code` is given once, when the chat is first seen; the n-th intake of the chat is that code
    with "-n" after it (`case`). `revision` grows with every change of answers or stage, so that a
    button of an older screen is known to be stale. `asked` is the id of a direct question about
    danger that is open, so that a short "yes" is read with it; `last_question` is what the FAQ was
    last asked, for a thumb down.
    """

    chat_id: ChatId
    case_code: CaseCode
    content_version: str
    stage: AnyStage = Browsing()
    intake_number: int = 1
    revision: int = 0
    perspective: Perspective = Perspective.SELF
    language: str = "en"
    source: str = ""
    consent: Consent | None = None
    answers: tuple[Answer, ...] = ()
    result: Result | None = None
    contact: Contact = Contact()
    filed: IntakeStatus | None = None
    filed_urgency: Urgency | None = None
    crisis_at: datetime | None = None
    concern_at: datetime | None = None
    concern_kind: str = ""
    human_asked_at: datetime | None = None
    staff_wrote_at: datetime | None = None
    started_at: datetime | None = None
    last_event_at: datetime | None = None
    asked: str = ""
    last_question: str = ""

    @property
    def case(self) -> CaseCode:
        """The code of the present intake."""
        if self.intake_number == 1:
            return self.case_code
        return CaseCode(f"{self.case_code}-{self.intake_number}")
