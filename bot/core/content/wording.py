"""Every fixed sentence outside the FAQ, the screening and the crisis replies: content/wording.yaml.

Each field is a sentence or a list of words; a missing one is an error with its line. Counterpart:
`slips`, which finds other mistakes in it, such as {places} that nothing fills.
"""

import re
from collections.abc import Iterator

import msgspec

from bot.core.content.clinic import Step
from bot.core.model import Frozen, Perspective, Urgency

_SLOT = re.compile(r"\{(\w+)\}")


def fill(text: str, **values: str | int) -> str:
    """Put `values` into their {slots}; stars in a value are dropped, as they would make bold."""
    return _SLOT.sub(lambda slot: str(values.get(slot[1], slot[0])).replace("**", ""), text).strip()


class Menu(Frozen):
    """Buttons of the first message and of the list of topics."""

    screening: str
    screening_loved_one: str
    topics: str
    human: str
    more: str
    first: str


class ConsentWords(Frozen):
    """What is agreed to before the first question; a new `version` asks everybody again."""

    version: str
    text: str
    yes: str
    privacy: str
    no: str
    declined: str
    ask_again: str


class TypedWords(Frozen):
    """Words that, typed alone, stand for a button."""

    skip: tuple[str, ...]
    back: tuple[str, ...]
    why: tuple[str, ...]
    done: tuple[str, ...]


class QuestionWords(Frozen):
    """Around each question of the screening."""

    progress: str
    pick_several: str
    picked: str
    done: str
    back: str
    why: str
    stay: str
    pick_one_first: str
    guess: str
    guess_yes: str
    guess_no: str
    not_understood: str
    which_closest: str
    noted: str
    typed_words: TypedWords
    cannot_skip: str


class ResumeWords(Frozen, rename={"continue_": "continue"}):
    """Offered to somebody who comes back."""

    text: str
    continue_: str
    over: str
    delete: str
    review: str


class ReviewWords(Frozen):
    """The last look before the answers go to staff."""

    title: str
    answer: str
    row: str
    submit: str
    next: str
    previous: str


class AgainWords(Frozen):
    """Offered to somebody who has finished already."""

    text: str
    change: str
    fresh: str


class ResultWords(Frozen):
    """Around the result; the result itself stands in screening.yaml."""

    meaning_button: str
    disagree_button: str
    human_button: str
    meaning: str
    disagree: str
    meaning_phrases: tuple[str, ...]
    disagree_phrases: tuple[str, ...]
    hours_now: str
    hours_later: str
    hours_unknown: str


class HandoffWords(Frozen):
    """When a person from the team comes in."""

    asked: str
    asked_again: str
    told: str
    took_over: str
    from_staff: str
    handed_back: str
    cleared: str


class Choice(Frozen):
    """A button of a contact step; `also` are other words for it that people type."""

    id: str
    label: str
    also: tuple[str, ...] = ()


class ContactStep(Frozen, rename={"for_": "for"}):
    """One optional screen after the result; `free` when more than its choices may be typed."""

    id: str
    text: dict[Perspective, str]
    why: str
    free: bool = False
    again: str = ""
    for_: tuple[Perspective, ...] = (*Perspective,)
    minor_text: str = ""
    toggle: str = ""
    choices: tuple[Choice, ...] = ()
    line: int = 0


class ContactWords(Frozen):
    """Contact details: all optional, asked after the result."""

    intro: str
    skip: str
    skip_all: str
    thanks: str
    next_reachable: str
    next_unreachable: str
    too_long: str
    steps: tuple[ContactStep, ...]


class FaqWords(Frozen):
    """Around the answers of the FAQ."""

    helpful: str
    unhelpful: str
    thanks: str
    sorry: str
    did_you_mean: str
    none_of_these: str
    none_chosen: str
    not_known: str
    spanish: str


class SafetyWords(Frozen):
    """The line that stands under answers."""

    footer: str


class CancelWords(Frozen):
    """After /cancel."""

    kept: str
    nothing: str


class StatusWords(Frozen):
    """After /status."""

    browsing: str
    consent: str
    review: str
    filed: str
    human: str
    crisis: str


class EraseWords(Frozen):
    """Around /delete."""

    ask: str
    yes: str
    typed_yes: tuple[str, ...]
    no: str
    kept: str
    done: str


class RecordWords(Frozen):
    """Around /mydata."""

    sent: str
    file: str
    title: str
    you: str
    bot: str
    chat: str
    times: str
    result: str
    taken_back: str
    damaged: str
    statuses: dict[str, str]  # of an intake, or of a chat without one
    contact: dict[str, str]  # by the fields of a `Contact`


class OtherWords(Frozen):
    """What fits nowhere else."""

    attachment: str
    edited: str
    stale: str
    stale_plain: str
    forged: str
    flood: str
    empty: str
    courtesy: str


class PlainWords(Frozen):
    """Questions, hello, yes and no, and wishes, as people type them.

    `polite` words may stand around those that ask for a `person`; `refuse` says no to one question.
    """

    ask: tuple[str, ...]
    greet: tuple[str, ...]
    affirm: tuple[str, ...]
    deny: tuple[str, ...]
    person: tuple[str, ...]
    polite: tuple[str, ...]
    stop: tuple[str, ...]
    over: tuple[str, ...]
    erase: tuple[str, ...]
    courtesy: tuple[str, ...]
    refuse: tuple[str, ...]


class TelegramWords(Frozen):
    """What Telegram shows about the bot."""

    description: str
    short_description: str
    commands: dict[str, str]


class GroupWords(Frozen):
    """What the bot answers to staff who write in their Telegram group."""

    sent: str
    not_sent: str
    handed_back: str
    nobody_writes: str
    client_wrote: str
    no_case: str
    several_cases: str
    only_text: str
    only_back: str
    edited: str
    hidden: str


class StaffWords(Frozen):
    """What staff see outside the console; never any words of a client."""

    alert: str
    signs: dict[Urgency, str]
    urgencies: dict[Urgency, str]
    digest: str
    digest_line: str
    steps: dict[Step, str]
    write_back: str
    acknowledge: str
    acknowledge_one: str
    acknowledged: str
    group: GroupWords
    daily_head: str
    content_refused: str
    content_unfit: str
    content_lost: str
    part_2: str


class Wording(Frozen):
    """content/wording.yaml."""

    welcome: str
    welcome_back: str
    menu: Menu
    help: str
    topics_title: str
    group_reply: str
    consent: ConsentWords
    privacy: str
    question: QuestionWords
    resume: ResumeWords
    review: ReviewWords
    again: AgainWords
    result: ResultWords
    handoff: HandoffWords
    contact: ContactWords
    faq: FaqWords
    safety: SafetyWords
    cancel: CancelWords
    status: StatusWords
    erase: EraseWords
    record: RecordWords
    other: OtherWords
    words: PlainWords
    telegram: TelegramWords
    staff: StaffWords


def sentences(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a tree of structs, with its dotted name."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, msgspec.Struct):
        for field in msgspec.structs.fields(value):
            yield from sentences(
                getattr(value, field.name), f"{name}.{field.encode_name}".strip(".")
            )
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from sentences(each, f"{name}.{key}")
    elif isinstance(value, tuple):
        for index, each in enumerate(value):
            yield from sentences(each, f"{name}.{index}")
