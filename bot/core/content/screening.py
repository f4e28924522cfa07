"""Reads content/screening.yaml: every mistake that only the whole file can show, all at once.

`checked_yaml` has checked the shape of each part by then; here each name must lead somewhere, each
table be whole, and each list end where it must. Counterparts: `screening_form`, `condition`.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from bot.core.checked_yaml import Mistake, Part, line_of, load_part
from bot.core.content.blank import blanks
from bot.core.content.condition import Tell, check_condition, is_known, operator_mistake
from bot.core.content.places import unfilled
from bot.core.content.soundness import check_soundness
from bot.core.content.sure import sure
from bot.core.model import Level, Perspective, QuestionId, Urgency
from bot.core.screening_form import Form, Question, Table, all_examples, label
from bot.core.screening_rules import leaves

LABEL_LENGTH = 40  # what a phone shows of a button
ASKED, LOOKED_UP = "what is asked", "what a table says"  # by answers alone
PLACES = frozenset({"reasons", "urgency", "note"})
# What is still sure when other parts of the file could not be read.
SURE = frozenset(
    f"unknown-{kind}" for kind in ("question", "option", "dimension", "flag", "source", "rule")
) | {"duplicate-id", "label-long", "label-twice", "placeholder", "empty"}


def read_screening(text: str, path: str) -> tuple[Form | None, list[Mistake]]:
    """The screening in `text`, or None and every mistake in it."""
    return screening_part(text, path).whole


def screening_part(text: str, path: str) -> Part[Form]:
    """The screening as far as it can be read, and every mistake in its file."""
    part = load_part(text, path, Form)
    form = part.value
    if form is None:
        return part
    found: list[Mistake] = [*blanks(form, path), *_unfilled(form, path)]

    def tell(line: int, code: str, message: str, hint: str = "") -> None:
        found.append(Mistake(path=path, line=line, code=code, message=message, hint=hint))

    checks = (
        *(_ids, _labels, _options, _paths, _dimensions, _rules, _order, _examples),
        check_soundness,
    )
    for check in checks:
        check(form, tell)
    mistakes = sure(part, found, SURE)
    value = form if mistakes else _with_typed_skips(form)
    return Part(value, sorted(map(operator_mistake, mistakes)), part.unread)


def perspective_question(form: Form) -> QuestionId | None:
    """The question that tells whom the person chats for: its options are the perspectives."""
    wanted = set(Perspective)
    needed = {Perspective.SELF, Perspective.LOVED_ONE}
    return next(
        (
            each.id
            for each in form.questions
            if needed <= {option.id for option in each.options} <= wanted
        ),
        None,
    )


def _with_typed_skips(form: Form) -> Form:
    """The form with the typed words for skipping at each option that skips."""
    questions = tuple(
        replace(
            question,
            options=tuple(
                replace(option, also=(*option.also, *form.skips.also)) if option.skip else option
                for option in question.options
            ),
        )
        for question in form.questions
    )
    return replace(form, questions=questions)


def _unique(tell: Tell, kind: str, ids: Sequence[str]) -> None:
    first: dict[str, int] = {}
    for each in ids:
        if each in first:
            message = f"the {kind} '{each}' stands here a second time (first on line {first[each]})"
            tell(line_of(each), "duplicate-id", message, "give one of them another id")
        first.setdefault(each, line_of(each))


def _ids(form: Form, tell: Tell) -> None:
    _unique(tell, "question", [each.id for each in form.questions])
    for question in form.questions:
        _unique(tell, "option", [each.id for each in question.options])
    _unique(tell, "dimension", [each.id for each in form.dimensions])
    rules = [each.id for each in form.rules]
    _unique(tell, "rule", rules + [each.id for each in form.urgency_rules])
    _unique(tell, "flag", [each.id for each in form.flags])
    sources = [
        *(each.source for each in form.questions),
        *(each.source for each in form.dimensions),
        *(each.source for each in form.rules),
        *(each.source for each in form.urgency_rules),
        *(each.source for each in form.flags),
        *(each.source for each in form.outcomes),
        *(form.skips.source, form.incomplete.source, form.minors.source),
    ]
    for source in sources:
        is_known(tell, "source", source, form.sources)


def _labels(form: Form, tell: Tell) -> None:
    """Each label fits on a button, and no two of a question look the same."""
    told: set[tuple[str, str]] = set()
    for question in form.questions:
        for perspective in (Perspective.SELF, Perspective.LOVED_ONE):
            seen = set()
            for option in question.options:
                words = label(form, option, perspective)
                line = line_of(option.label)
                if len(words) > LABEL_LENGTH and ("long", words) not in told:
                    told.add(("long", words))
                    message = f"the label '{words}' has {len(words)} characters"
                    tell(line, "label-long", message, f"at most {LABEL_LENGTH} fit")
                if words.casefold() in seen and (question.id, words) not in told:
                    told.add((question.id, words))
                    message = f"the label '{words}' stands twice in '{question.id}'"
                    tell(line, "label-twice", message, "word one of them differently")
                seen.add(words.casefold())


def _options(form: Form, tell: Tell) -> None:
    flags = [each.id for each in form.flags]
    for question in form.questions:
        options = [option.id for option in question.options]
        usual = [option for option in question.options if option.usual]
        for option in usual[1:]:
            tell(option.line, "usual-twice", f"'{question.id}' has two usual options", "keep one")
        for option in question.options:
            if option.alone and not question.multi:
                message = f"'alone' means nothing in '{question.id}', which takes one answer"
                tell(option.line, "alone", message, "take it out, or add 'multi: true'")
            for flag in option.flags:
                is_known(tell, "flag", flag, flags)
            for worse in option.worse_than:
                is_known(tell, f"option of '{question.id}'", worse, options)
            for name in option.rate:
                is_known(tell, "dimension", name, [each.id for each in form.dimensions])


def _paths(form: Form, tell: Tell) -> None:
    """A condition about the path can only look back."""
    earlier: set[str] = set()
    for question in form.questions:
        check_condition(form, question.ask_if, tell, only_answers=ASKED)
        check_condition(form, question.end_if, tell, only_answers=ASKED)
        looked_at = [*leaves(question.ask_if)]
        looked_at += [each for each in leaves(question.end_if) if each.question != question.id]
        for leaf in looked_at:
            if leaf.question and form.question(leaf.question) and leaf.question not in earlier:
                message = f"'{question.id}' comes before '{leaf.question}' is answered"
                hint = "move it below, or change the condition"
                tell(line_of(leaf.question), "asked-later", message, hint)
        earlier.add(question.id)
    check_condition(form, form.minors.too_young, tell, only_answers=ASKED)


def _dimensions(form: Form, tell: Tell) -> None:
    rated = {name for question in form.questions for each in question.options for name in each.rate}
    earlier: set[str] = set()
    for dimension in form.dimensions:
        for part in dimension.max:
            known = is_known(tell, "dimension", part, [each.id for each in form.dimensions])
            if known and part not in earlier:
                message = f"'{dimension.id}' is built from '{part}', which comes after it"
                tell(line_of(part), "dimension-order", message, "move it below")
        if dimension.bump is not None:
            check_condition(form, dimension.bump.when, tell)
        if dimension.table is not None:
            _table(form, dimension.table, tell)
        if not (dimension.max or dimension.table or dimension.id in rated):
            message = f"nothing rates '{dimension.id}'"
            tell(
                dimension.line, "dimension-unused", message, "rate it in an option, or take it out"
            )
        earlier.add(dimension.id)


def _table(form: Form, table: Table, tell: Tell) -> None:
    rows = form.question(table.rows.question)
    columns = form.question(table.columns.question)
    for axis in (table.rows, table.columns):
        is_known(tell, "question", axis.question, [each.id for each in form.questions])
    if rows is None or columns is None:
        return
    row_kind, row_ids = f"option of '{rows.id}'", [option.id for option in rows.options]
    column_kind, column_ids = f"option of '{columns.id}'", [option.id for option in columns.options]
    is_known(tell, row_kind, table.rows.otherwise, row_ids)
    for name in (table.columns.otherwise, *table.column_order):
        is_known(tell, column_kind, name, column_ids)
    _unique(tell, "column", table.column_order)
    for name in sorted(set(column_ids) - set(table.column_order)):
        tell(table.line, "table", f"the column '{name}' is missing", "add it to column_order")
    width = len(table.column_order)
    for sheet in table.classes:
        check_condition(form, sheet.when, tell, only_answers=LOOKED_UP)
        for name, cells in sheet.cells.items():
            is_known(tell, row_kind, name, row_ids)
            if len(cells) != width:
                message = f"the row '{name}' has {len(cells)} ratings for {width} columns"
                tell(line_of(name), "table", message, "give one for each column")
        for name in sorted(set(row_ids) - set(sheet.cells)):
            tell(sheet.line, "table", f"the row '{name}' is missing in '{sheet.id}'", "add it")
    _ends_open(tell, "class", [(each.line, each.when is None) for each in table.classes])
    for each in table.raises:
        check_condition(form, each.when, tell, only_answers=LOOKED_UP)


def _ends_open(tell: Tell, kind: str, lines: list[tuple[int, bool]]) -> None:
    """The last of a list, and only the last, holds for everything that is left."""
    for line, is_open in lines[:-1]:
        if is_open:
            message = f"a {kind} without 'when' holds always: those after it are never looked at"
            tell(line, "never-reached", message, f"only the last {kind} has no 'when'")
    line, is_open = lines[-1] if lines else (0, True)
    if not is_open:
        message = f"the last {kind} must hold for all that is left"
        tell(line, "not-total", message, "take out its 'when'")


def _rules(form: Form, tell: Tell) -> None:
    for name in form.incomplete.too_little:
        is_known(tell, "question", name, [each.id for each in form.questions])
    flags = [each.id for each in form.flags]
    is_known(tell, "flag", form.minors.flag, flags)
    for rule in form.rules:
        check_condition(form, rule.when, tell)
        for flag in rule.flags:
            is_known(tell, "flag", flag, flags)
        for leaf in leaves(rule.when):
            if leaf.outcome:
                message = f"rule '{rule.id}' makes the outcome and cannot ask for it"
                tell(leaf.line, "condition", message, "ask for ratings or answers")
            if rule.emergency and leaf.question is None:
                message = f"rule '{rule.id}' stops the screening and can only look at answers"
                tell(leaf.line, "condition", message, "use question: and in:")
    _ends_open(tell, "rule", [(each.line, each.when is None) for each in form.rules])
    others = [each.when for each in (*form.urgency_rules, *form.incomplete.rules)]
    for condition in (*others, *(each.when for each in form.flags)):
        check_condition(form, condition, tell)


def _order(form: Form, tell: Tell) -> None:
    """Each outcome and each urgency has its words, from the least to the most."""
    outcomes = [str(each.id) for each in form.outcomes]
    urgencies = [str(each.id) for each in form.urgencies]
    if outcomes != [*Level]:
        line = form.outcomes[0].line if form.outcomes else form.line
        hint = f"give each of {', '.join(Level)} once, in this order"
        tell(line, "order", "the outcomes are not whole or not in order", hint)
    if urgencies != [*Urgency]:
        line = form.urgencies[0].line if form.urgencies else form.line
        hint = f"give each of {', '.join(Urgency)} once, in this order"
        tell(line, "order", "the urgencies are not whole or not in order", hint)


def _unfilled(form: Form, path: str) -> Iterator[Mistake]:
    """Each {place} in a text is one that can be filled."""
    results = [each.text for each in form.outcomes]
    results += [form.skips.text, form.minors.not_served]
    filled = {id(words) for text in results for words in (text.self_, text.loved_one)}
    for words in _texts(form):
        yield from unfilled(words, PLACES if id(words) in filled else (), path)


def _texts(value: object) -> Iterator[str]:
    """Every text in a form, however deep; each object once."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from _texts(getattr(value, name))
    elif isinstance(value, dict):
        for each in (*value, *value.values()):
            yield from _texts(each)
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)


def _examples(form: Form, tell: Tell) -> None:
    flags = [each.id for each in form.flags]
    for example in all_examples(form):
        for name, chosen in (*example.answers.items(), *example.each.items()):
            if is_known(tell, "question", name, [each.id for each in form.questions]):
                question = form.question(name)
                options = (chosen,) if isinstance(chosen, str) else chosen
                if question is not None:
                    _example_answer(question, options, tell, is_each=name in example.each)
        for flag in (*example.flags, *example.no_flags):
            is_known(tell, "flag", flag, flags)
        left = [example.unanswered] if example.unanswered is not None else []
        for name in (*example.asked, *example.not_asked, *left):
            is_known(tell, "question", name, [each.id for each in form.questions])
        for dimension in example.ratings:
            is_known(tell, "dimension", dimension, [each.id for each in form.dimensions])
        if example.rule is not None:
            is_known(tell, "rule", example.rule, [each.id for each in form.rules])


def _example_answer(
    question: Question, options: Sequence[str], tell: Tell, *, is_each: bool
) -> None:
    ids = [each.id for each in question.options]
    known = [is_known(tell, f"option of '{question.id}'", each, ids) for each in options]
    if len(known) > 1 and not question.multi and not is_each:
        message = f"'{question.id}' takes one answer"
        tell(line_of(options[0]), "example", message, "give one option")
    lonely = [each.id for each in question.options if each.alone and each.id in options]
    if lonely and len(known) > 1 and not is_each:
        message = f"'{lonely[0]}' of '{question.id}' stands alone"
        tell(line_of(options[0]), "example", message, "take the others out")
