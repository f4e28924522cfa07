"""What somebody asks to see of the queue, from the address of the page, and back into one.

Urgency, status and colleague stand in clear beside each case. Setting, flags and perspective are
sealed: records are opened in the queue's order until a page is full, or enough have been looked at.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from bot.console import queue
from bot.console.accounts import Role, State, all_accounts
from bot.console.case_view import PERSPECTIVES
from bot.console.cases import STATES
from bot.core.model import Frozen, Intake, Urgency
from bot.core.screening_form import Form
from bot.store.batch import Batch

MOST_OPENED = 600  # records for one page of a sealed filter


class Sealed(Frozen):
    """Filters that records are opened for; all empty: none is."""

    setting: str = ""
    flag: str = ""
    perspective: str = ""

    @property
    def is_set(self) -> bool:
        """Whether anything is asked of the records."""
        return self != Sealed()


class Choice(Frozen):
    """A filter as the page shows it: its name in the address, and what may be picked."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    chosen: str


def wanted_of(asked: Mapping[str, str]) -> tuple[queue.Wanted, Sealed]:
    """What an address asks for; what makes no sense is left out."""
    view, urgency, state = (asked.get(name, "") for name in ("view", "urgency", "state"))
    colleague = asked.get("colleague", "")
    wanted = queue.Wanted(
        view=queue.View(view) if view in [*queue.View] else queue.View.OPEN,
        urgency=urgency if urgency in [*Urgency] else "",
        state=state if state in STATES else "",
        colleague=int(colleague) if colleague.isdecimal() and len(colleague) < 9 else 0,  # noqa: PLR2004 (no such number of staff)
        after=asked.get("after", ""),
    )
    sealed = Sealed(
        setting=asked.get("setting", "")[:40],
        flag=asked.get("flag", "")[:60],
        perspective=asked.get("perspective", "")[:20],
    )
    return wanted, sealed


def query(wanted: queue.Wanted, sealed: Sealed, **changed: str) -> str:
    """The address again, "?..." or "", with some of it changed; a page number only where given."""
    values = {
        "view": "" if wanted.view is queue.View.OPEN else str(wanted.view),
        "urgency": wanted.urgency,
        "state": wanted.state,
        "colleague": str(wanted.colleague or ""),
        **msgspec.structs.asdict(sealed),
        **changed,
    }
    kept = {name: value for name, value in values.items() if value}
    return f"?{urlencode(kept)}" if kept else ""


def choices(
    batch: Batch, form: Form, wanted: queue.Wanted, sealed: Sealed, urgencies: Mapping[Urgency, str]
) -> list[Choice]:
    """All filters, with what is chosen."""
    people = [
        (str(each.id), each.kept.name)
        for each in all_accounts(batch)
        if each.state is State.ACTIVE and each.role in {Role.REVIEWER, Role.LEAD}
    ]
    settings = [(each.id.value, str(each.label)) for each in form.outcomes]
    flags = [(str(each.id), str(each.label)) for each in form.flags]
    perspectives = [(each.value, words) for each, words in PERSPECTIVES.items()]
    found = [
        ("urgency", "Urgency", [(each.value, words) for each, words in urgencies.items()]),
        ("state", "Status", list(STATES.items())),
        ("setting", "Suggested", settings),
        ("flag", "Flag", flags),
        ("perspective", "Asked", perspectives),
        ("colleague", "With", people),
    ]
    chosen = {
        "urgency": wanted.urgency,
        "state": wanted.state,
        "colleague": str(wanted.colleague or ""),
        **msgspec.structs.asdict(sealed),
    }
    return [
        Choice(name=name, label=label, options=tuple(options), chosen=chosen[name])
        for name, label, options in found
    ]


def matches(intake: Intake | None, sealed: Sealed) -> bool:
    """Whether the record is one of those asked for. A damaged one is: it must not be lost."""
    if not sealed.is_set or intake is None:
        return True
    result = intake.result
    return (
        (not sealed.perspective or intake.perspective.value == sealed.perspective)
        and (not sealed.setting or (result is not None and result.level.value == sealed.setting))
        and (not sealed.flag or (result is not None and sealed.flag in result.flags))
    )
