"""When a person from the team comes in: asked for, taking over, writing, handing back.

Staff who take over and then write nothing for `hand_back_minutes` of content/console.yaml hand back by
themselves: the chat asks to be woken then, each time that they write.
"""

from datetime import timedelta

from msgspec.structs import replace

from bot.core.content.wording import fill
from bot.core.dialogue import screens
from bot.core.dialogue.draft import Draft
from bot.core.dialogue.filing import file_intake
from bot.core.model import (
    AlertKind,
    AlertSent,
    AlertStaff,
    CheckingSafety,
    InCrisis,
    IntakeStatus,
    StaffReplied,
    StaffTookOver,
    Wake,
    WakeMe,
    WithStaff,
)


def ask_for_human(draft: Draft, *, quiet: bool = False) -> None:
    """Put the case on record and alert staff; the bot goes on answering meanwhile."""
    words = draft.content.wording.handoff
    hours = draft.content.hours(draft.event.at)
    is_new = draft.session.human_asked_at is None
    if is_new:
        draft.note("human asked")
        draft.change(human_asked_at=draft.event.at)
        file_intake(draft, draft.session.filed or IntakeStatus.IN_PROGRESS)
    draft.do(
        AlertStaff(
            case=draft.session.case,
            kind=AlertKind.HUMAN,
            urgency=draft.content.clinic.human_urgency,
        )
    )
    if not quiet:
        draft.reply(fill(words.asked if is_new else words.asked_again, hours=hours))


def took_over(draft: Draft, event: StaffTookOver) -> None:
    """The bot falls silent, and the client is told who writes."""
    stage = draft.session.stage
    if isinstance(stage, WithStaff):
        if stage.staff == event.staff:
            return
        stage = stage.parked
    draft.note("staff took-over")
    draft.become(WithStaff(staff=event.staff, parked=stage))
    staff_are_here(draft)
    draft.reply(fill(draft.content.wording.handoff.took_over, staff=event.staff))


def replied(draft: Draft, event: StaffReplied) -> None:
    """What a member of staff wrote, marked as theirs."""
    draft.note("staff replied")
    text = fill(draft.content.wording.handoff.from_staff, staff=event.staff)
    draft.reply(text.replace("{text}", event.text), staff=event.staff)
    staff_are_here(draft)


def staff_are_here(draft: Draft) -> None:
    """From now counts the time after which a chat that staff have left is handed back."""
    if isinstance(draft.session.stage, WithStaff):
        draft.change(staff_wrote_at=draft.event.at)
        after = timedelta(minutes=draft.content.console.hand_back_minutes)
        draft.do(WakeMe(at=draft.event.at + after, reason=Wake.STAFF_SILENT))


def client_wrote(draft: Draft) -> None:
    """The bot is silent; the clock runs also for a chat taken over before there was one."""
    draft.note("staff silent")
    if draft.session.staff_wrote_at is None:
        staff_are_here(draft)


def staff_left(draft: Draft) -> None:
    """Staff have written nothing for too long: the bot goes on."""
    stage = draft.session.stage
    if isinstance(stage, WithStaff):
        handed_back(draft, stage.staff)


def handed_back(draft: Draft, staff: str) -> None:
    """The bot goes on where the client was."""
    stage = draft.session.stage
    if not isinstance(stage, WithStaff):
        return
    draft.note("staff handed-back")
    draft.become(stage.parked)
    draft.change(human_asked_at=None, staff_wrote_at=None)
    draft.reply(fill(draft.content.wording.handoff.handed_back, staff=staff))
    screens.show_open(draft)


def crisis_cleared(draft: Draft) -> None:
    """Staff have seen to the danger: the chat goes on; the urgency on record stays as it was."""
    stage = draft.session.stage
    parked = stage.parked if isinstance(stage, WithStaff) else stage
    if not isinstance(parked, InCrisis | CheckingSafety):
        return
    draft.note("crisis cleared")
    if isinstance(stage, WithStaff):
        draft.become(WithStaff(staff=stage.staff, parked=parked.parked))
        return
    draft.become(parked.parked)
    draft.reply(draft.content.wording.handoff.cleared)
    screens.show_open(draft)


def alert_sent(draft: Draft, event: AlertSent) -> None:
    """Only now is the client told that staff have been alerted."""
    stage = draft.session.stage
    crisis = stage.parked if isinstance(stage, WithStaff) else stage
    if event.case != draft.session.case or not isinstance(crisis, InCrisis) or crisis.told:
        return
    draft.note("alert sent")
    told = replace(crisis, told=True)
    # the same revision: the buttons under the card stay good
    draft.change(stage=replace(stage, parked=told) if isinstance(stage, WithStaff) else told)
    draft.reply(draft.content.wording.handoff.told, lasting=True)
