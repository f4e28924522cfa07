"""Mistakes in content/wording.yaml that its shape does not show: places, phrases, steps, commands.

Counterpart: `wording`, which says what must be there.
"""

import re
from collections.abc import Iterator, Mapping

from bot.core.checked_yaml import Mistake, Part, did_you_mean, line_of, load_part
from bot.core.content.blank import blanks
from bot.core.content.phrases import ambiguous, wordless
from bot.core.content.places import unfilled
from bot.core.content.sure import sure
from bot.core.content.wording import ContactWords, PlainWords, Wording, sentences
from bot.core.model import Urgency

_SPOKEN = tuple(
    "clinic questions emergency crisis_line keep_days keep_days_unfinished keep_days_open".split()
)
# What is filled into each sentence, by the beginning of its name; the first that fits. All others
# are said as they stand.
PLACES: Mapping[str, tuple[str, ...]] = {
    "welcome_back": (),
    "welcome": _SPOKEN,
    "group_reply": ("link",),
    "consent.text": _SPOKEN,
    "privacy": _SPOKEN,
    "question.progress": ("number", "total"),
    "question.picked": ("label",),
    "question.guess_": (),
    "question.guess": ("label",),
    "question.noted": ("label",),
    "resume.text": ("number", "total"),
    "review.answer": ("number", "stem", "label"),
    "review.row": ("number", "label"),
    "result.hours_later": ("when",),
    "handoff.asked": ("hours",),
    "handoff.took_over": ("staff",),
    "handoff.from_staff": ("staff", "text"),
    "handoff.handed_back": ("staff",),
    "contact.thanks": ("next",),
    "contact.too_long": ("limit",),
    "safety.footer": _SPOKEN,
    "status.filed": ("case", "hours"),
    "status.human": ("hours",),
    "record.title": _SPOKEN,
    "record.damaged": ("number",),
    "other.flood": _SPOKEN,
    "staff.alert": ("sign", "case", "urgency", "waiting"),
    "staff.digest_line": ("sign", "case", "urgency", "waiting"),
    "staff.digest": ("count",),
    "staff.acknowledge_one": ("case",),
    "staff.acknowledged": ("staff", "case"),
    "staff.group.client_wrote": ("case",),
    "staff.group.": ("staff", "case"),
    "staff.daily_head": ("date", "head"),
}
COMMANDS = tuple(  # what `dialogue.commands` does something for
    "start screening faq help status human privacy mydata delete cancel stop back skip why done".split()
)
STEPS = ("name", "reach", "time", "insurance", "knows")  # what `dialogue.contact` keeps
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def slips(wording: Wording, path: str) -> Iterator[Mistake]:
    """All of them."""
    yield from _alert_words(wording, path)
    for name, sentence in sentences(wording):
        known = next((PLACES[each] for each in PLACES if name.startswith(each)), ())
        yield from unfilled(sentence, known, path)
    yield from _contact(wording.contact, path)
    yield from _phrases(wording.words, path)
    yield from _commands(wording.telegram.commands, path)


def _mistake(path: str, line: int, code: str, message: str, hint: str) -> Mistake:
    return Mistake(path=path, line=line, code=code, message=message, hint=hint)


def _contact(words: ContactWords, path: str) -> Iterator[Mistake]:
    """Steps that are not known, texts that are missing, phrases that would choose two things."""
    seen: set[str] = set()
    for step in words.steps:
        line = line_of(step.id)
        if step.id not in STEPS:
            hint = did_you_mean(step.id, STEPS) or f"one of: {', '.join(STEPS)}"
            message = f"nothing keeps what is answered to a step '{step.id}'"
            yield _mistake(path, line, "contact-step", message, hint)
        if step.id in seen:
            message = f"the step '{step.id}' stands here a second time"
            yield _mistake(path, line, "duplicate-id", message, "keep one of them")
        seen.add(step.id)
        missing = [f"text for '{each}'" for each in step.for_ if each not in step.text]
        if step.free and not step.again:
            missing.append("'again', to ask once more")
        for each in missing:
            message = f"step '{step.id}' has no {each}"
            yield _mistake(path, step.line, "contact-text", message, "write it, as other steps do")
        chosen: set[str] = set()
        for choice in step.choices:
            if not _ID.fullmatch(choice.id):
                message = f"'{choice.id}' must be small-letters-with-hyphens"
                yield _mistake(path, line_of(choice.id), "value", message, "change the id")
            if choice.id in chosen:
                message = f"the choice '{choice.id}' stands twice in '{step.id}'"
                hint = "give one of them another id"
                yield _mistake(path, line_of(choice.id), "duplicate-id", message, hint)
            chosen.add(choice.id)
        yield from ambiguous([(each.id, (each.label, *each.also)) for each in step.choices], path)


def _phrases(words: PlainWords, path: str) -> Iterator[Mistake]:
    """Phrases without a word in them, and those that would do two things at once."""
    wishes = ("person", "stop", "over", "erase", "courtesy", "greet")
    groups = [[(each, getattr(words, each)) for each in wishes]]
    groups.append([("affirm", words.affirm), ("deny", words.deny)])
    for name in words.__struct_fields__:
        yield from wordless(getattr(words, name), path)
    for group in groups:
        yield from ambiguous(group, path)


def _commands(commands: Mapping[str, str], path: str) -> Iterator[Mistake]:
    """Telegram refuses the whole menu for one wrong name, and an unknown one would do nothing."""
    for name in commands:
        if name not in COMMANDS:
            hint = did_you_mean(name, COMMANDS) or f"one of: {', '.join(COMMANDS)}"
            message = f"there is no command '{name}'"
            yield _mistake(path, line_of(name), "unknown-command", message, hint)


def _alert_words(wording: Wording, path: str) -> Iterator[Mistake]:
    """An alert of any urgency must have its words, or it could not be sent."""
    for name, words in (("signs", wording.staff.signs), ("urgencies", wording.staff.urgencies)):
        missing = [each.value for each in Urgency if each not in words]
        if missing:
            line = line_of(next(iter(words.values()), wording.staff.alert))
            message = f"staff.{name} has nothing for {', '.join(missing)}"
            yield _mistake(path, line, "alert-words", message, f"give each of {', '.join(Urgency)}")


# What is still sure when other parts of the file could not be read.
SURE = frozenset(
    {"placeholder", "phrase", "contact-step", "unknown-command", "duplicate-id", "empty"}
)


def wording_part(text: str, path: str) -> Part[Wording]:
    """The wording as far as it can be read, and every mistake in its file."""
    part = load_part(text, path, Wording)
    if part.value is None:
        return part
    found = [*blanks(part.value, path), *slips(part.value, path)]
    return part._replace(mistakes=sure(part, found, SURE))


def read_wording(text: str, path: str) -> tuple[Wording | None, list[Mistake]]:
    """The wording, or every mistake in its file."""
    return wording_part(text, path).whole
