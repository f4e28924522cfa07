"""The language a screening is written in: the shape of content/screening.yaml.

A screening is a list of questions; options rate dimensions; rules turn ratings into an outcome.
This file says which words exist. `screening` walks the questions, `screening_rules` decides, and
`content.screening` finds the mistakes that only a whole file can show. Nothing here is clinical.

Conditions know only `in`, `at_least`, `count`, `any` and `all`: with these a worse answer can only
make more of them true, which is why there is no `not`, `<` or `==`.
"""

from collections.abc import Iterator
from itertools import product
from typing import Annotated, Literal

from msgspec import Meta, field

from bot.core.model import (
    Answers,
    Flag,
    Frozen,
    Level,
    Notify,
    OptionId,
    Perspective,
    QuestionId,
    RuleId,
    Urgency,
)

SourceId = str  # a key of `sources`
DimensionId = str

Id = Annotated[
    str, Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", description="must be small-letters-with-hyphens")
]
Words = Annotated[str, Meta(min_length=1)]
Rating = Annotated[int, Meta(ge=0, le=4)]
Kind = Literal["emergency", "skip", "safety-skip"]


class Condition(Frozen, frozen=True, eq=False):
    """Exactly one of: question/in, dimension/at_least, count/at_least, answered, outcome, any, all.

    `question: q, in: [a, b]` holds when one of these options was chosen (`needed: 2`: two of them).
    `count: [d, e], at_least: 2, needed: 3` holds when three of the dimensions reach 2.
    `answered: skip` holds when some counted skip was chosen, `safety-skip` when one of a safety
    question, `emergency` when some emergency option. `outcome: [iop]` holds for these outcomes.
    """

    question: QuestionId | None = None
    in_: tuple[OptionId, ...] = field(name="in", default=())
    dimension: DimensionId | None = None
    count: tuple[DimensionId, ...] = ()
    at_least: Annotated[int, Meta(ge=1, le=4)] | None = None
    needed: Annotated[int, Meta(ge=1)] = 1
    answered: Kind | None = None
    outcome: tuple[Level, ...] = ()
    any_of: tuple["Condition", ...] = field(name="any", default=())
    all_of: tuple["Condition", ...] = field(name="all", default=())
    line: int = 0


class Text(Frozen, frozen=True):
    """One sentence in two wordings: about the person, or about someone they care for."""

    self_: Words = field(name="self")
    loved_one: Words = field(name="loved-one")
    line: int = 0

    def to(self, perspective: Perspective) -> str:
        """The wording for that perspective; a professional asks about someone else too."""
        return str(self.self_ if perspective is Perspective.SELF else self.loved_one)


class Option(Frozen, frozen=True, eq=False):
    """An answer that can be chosen; `also` are other words for it that people type.

    `skip` is "counted" (staff should talk with the person), "safety" (so much is unknown that staff
    should do so the same day) or "free" (nothing follows). `emergency` names the kind of danger; the
    screening stops at once. `alone` clears the other ticks of a multi-select. `usual` is the answer
    that progress and examples expect where none is given. `worse_than` is a promise that is proved.
    """

    id: Annotated[OptionId, Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
    label: Words
    loved_one: str = field(name="loved-one", default="")
    also: tuple[Words, ...] = ()
    rate: dict[DimensionId, Rating] = field(default_factory=dict)
    because: str = ""
    skip: Literal["counted", "safety", "free"] | None = None
    emergency: str = ""
    flags: tuple[Flag, ...] = ()
    alone: bool = False
    usual: bool = False
    worse_than: tuple[OptionId, ...] = ()
    line: int = 0


class Question(Frozen, frozen=True):
    """Something asked, once, if `ask_if` holds; after its answer the screening is over if `end_if` does.

    `no_skip` says why there is no way to skip it, where that is so.
    """

    id: Annotated[QuestionId, Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
    text: Text
    source: SourceId
    options: Annotated[tuple[Option, ...], Meta(min_length=2)]
    why: str = ""
    ask_if: Condition | None = None
    end_if: Condition | None = None
    multi: bool = False
    no_skip: str = ""
    line: int = 0

    @property
    def skip(self) -> Option | None:
        """The option that "skip" means here."""
        return next((option for option in self.options if option.skip), None)

    @property
    def usual(self) -> Option:
        """The answer expected where none is given: the marked one, or the first."""
        return next((option for option in self.options if option.usual), self.options[0])

    @property
    def is_safety(self) -> bool:
        """Whether not answering it leaves open if someone is in danger."""
        return any(option.skip == "safety" for option in self.options)

    def option(self, option_id: str) -> Option | None:
        """The option with that id."""
        return next((option for option in self.options if option.id == option_id), None)


class Axis(Frozen, frozen=True):
    """A side of a table: the question that picks the line, and the line when it has no answer."""

    question: QuestionId
    otherwise: OptionId
    line: int = 0


class Class(Frozen, frozen=True):
    """A sheet of a table: the first whose `when` holds is used, and the last one has no `when`."""

    id: Words
    cells: dict[OptionId, tuple[Rating, ...]]  # row -> one rating for each column
    when: Condition | None = None
    line: int = 0


class Raise(Frozen, frozen=True):
    """Lifts a table's rating to at least `to` when the condition holds."""

    to: Annotated[int, Meta(ge=1, le=4)]
    when: Condition
    line: int = 0


class Table(Frozen, frozen=True):
    """A rating looked up from two answers, on the sheet that a third one picks."""

    rows: Axis
    columns: Axis
    column_order: tuple[OptionId, ...]
    classes: Annotated[tuple[Class, ...], Meta(min_length=1)]
    raises: tuple[Raise, ...] = ()
    line: int = 0


class Bump(Frozen, frozen=True):
    """Adds to a maximum when several things come together."""

    when: Condition
    add: Rating
    cap: Rating
    line: int = 0


class Dimension(Frozen, frozen=True):
    """Something rated 0 to 4: by options, as a maximum of earlier dimensions, or from a table.

    `label` is for staff; a dimension without one is only a step on the way.
    """

    id: Annotated[DimensionId, Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
    source: SourceId
    label: str = ""
    max: tuple[DimensionId, ...] = ()
    bump: Bump | None = None
    table: Table | None = None
    line: int = 0


class Example(Frozen, frozen=True):
    """Answers and what must come of them. Questions left out get their usual answer.

    `each` tries the example with each of these options in turn. `ratings` are those as assumed.
    `unanswered` is the question at which somebody left: it and all after it have no answer.
    """

    answers: dict[QuestionId, OptionId | tuple[OptionId, ...]] = field(default_factory=dict)
    each: dict[QuestionId, tuple[OptionId, ...]] = field(default_factory=dict)
    ratings: dict[DimensionId, Rating] = field(default_factory=dict)
    outcome: Level | None = None
    rule: RuleId | None = None
    urgency: Urgency | None = None
    staff_call: bool | None = None
    flags: tuple[Flag, ...] = ()
    no_flags: tuple[Flag, ...] = ()
    asked: tuple[QuestionId, ...] = ()
    not_asked: tuple[QuestionId, ...] = ()
    unanswered: QuestionId | None = None
    line: int = 0


class Rule(Frozen, frozen=True):
    """The first rule whose `when` holds gives the outcome; the last one has no `when`."""

    id: Annotated[RuleId, Meta(min_length=1)]
    outcome: Level
    source: SourceId
    when: Condition | None = None
    flags: tuple[Flag, ...] = ()
    emergency: str = ""
    examples: tuple[Example, ...] = ()
    line: int = 0


class UrgencyRule(Frozen, frozen=True):
    """All that hold count, the most urgent wins. `known_only`: what is assumed does not count."""

    id: Annotated[RuleId, Meta(min_length=1)]
    urgency: Urgency
    when: Condition
    source: SourceId
    known_only: bool = False
    examples: tuple[Example, ...] = ()
    line: int = 0


class FlagRule(Frozen, frozen=True):
    """A mark for staff, set by options, by rules, or by `when`. It never changes the outcome."""

    id: Annotated[Flag, Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
    label: Words
    source: SourceId
    when: Condition | None = None
    examples: tuple[Example, ...] = ()
    line: int = 0


class OutcomeTexts(Frozen, frozen=True):
    """A care setting in words; `text` may hold {reasons}, {urgency}, {note} on their own lines."""

    id: Level
    label: Words  # for staff
    title: Words  # for the person
    text: Text
    explains: Text  # what this setting is, for "what does that mean?"
    source: SourceId
    stops: bool = False  # the screening stops at once
    line: int = 0


class UrgencyTexts(Frozen, frozen=True):
    """How soon staff act, in words for staff (`label`) and for the person."""

    id: Urgency
    label: Words
    text: Text
    line: int = 0


class Skips(Frozen, frozen=True):
    """What skipped answers may do: raise the outcome to at most `cap`. `also`: typed words for one."""

    cap: Level
    text: Text  # the staff-call wording; may hold {urgency} and {note}
    loved_one_label: Words
    source: SourceId
    also: tuple[Words, ...] = ()
    line: int = 0


class Incomplete(Frozen, frozen=True):
    """How soon staff act when someone left half way: at least `urgency`, or more by `rules`.

    Answers to `too_little` alone leave no record.
    """

    urgency: Urgency
    source: SourceId
    too_little: tuple[QuestionId, ...] = ()
    rules: tuple[UrgencyRule, ...] = ()
    line: int = 0


class Minors(Frozen, frozen=True):
    """What is said to minors, and whom the program cannot take.

    `notify` says whom staff tell, by the clinic's policy; `notify_staff` reminds staff of it.
    """

    flag: Flag
    note: Text
    too_young: Condition
    not_served: Text
    source: SourceId
    notify: dict[Notify, Text] = field(default_factory=dict)
    notify_staff: str = ""
    line: int = 0


class Source(Frozen, frozen=True):
    """Where a number or a rule comes from."""

    title: Words
    url: str = ""
    line: int = 0


class Form(Frozen, frozen=True, eq=False):
    """A whole screening, compared by identity: what is worked out once for it can be kept."""

    version: Words
    sources: dict[SourceId, Source]
    questions: Annotated[tuple[Question, ...], Meta(min_length=1)]
    dimensions: tuple[Dimension, ...]
    rules: Annotated[tuple[Rule, ...], Meta(min_length=1)]
    urgency_rules: tuple[UrgencyRule, ...]
    flags: tuple[FlagRule, ...]
    skips: Skips
    incomplete: Incomplete
    outcomes: tuple[OutcomeTexts, ...]
    urgencies: tuple[UrgencyTexts, ...]
    minors: Minors
    proxy_note: Words
    reviewed_by: str = ""
    most_reasons: Annotated[int, Meta(ge=1)] = 5
    examples: tuple[Example, ...] = ()
    line: int = 0

    def question(self, question_id: str) -> Question | None:
        """The question with that id."""
        return next((each for each in self.questions if each.id == question_id), None)

    def texts(self, level: Level) -> OutcomeTexts:
        """The words for that outcome."""
        return next(each for each in self.outcomes if each.id == level)

    def urgency(self, urgency: Urgency) -> UrgencyTexts:
        """The words for that urgency."""
        return next(each for each in self.urgencies if each.id == urgency)


def stem(question: Question, perspective: Perspective) -> str:
    """The question as it is asked."""
    return question.text.to(perspective)


def label(form: Form, option: Option, perspective: Perspective) -> str:
    """The words on the button: who asks for someone else does not "prefer", but may not know."""
    if perspective is Perspective.SELF:
        return str(option.label)
    return str(option.loved_one or (form.skips.loved_one_label if option.skip else option.label))


def full_answers(form: Form, example: Example) -> Iterator[Answers]:
    """An example's answers, with the usual one for each question before it was left."""
    given = {
        question: (chosen,) if isinstance(chosen, str) else chosen
        for question, chosen in example.answers.items()
    }
    for picked in product(*example.each.values()):
        given |= {name: (option,) for name, option in zip(example.each, picked, strict=True)}
        full = {each.id: given.get(each.id, (each.usual.id,)) for each in form.questions}
        names = list(full)
        left = names.index(example.unanswered) if example.unanswered in full else len(names)
        yield {name: full[name] for name in names[:left]}


def all_examples(form: Form) -> Iterator[Example]:
    """The examples beside rules, urgencies and flags, and those at the end."""
    for rule in form.rules:
        yield from rule.examples
    for urgency in (*form.urgency_rules, *form.incomplete.rules):
        yield from urgency.examples
    for flag in form.flags:
        yield from flag.examples
    yield from form.examples
