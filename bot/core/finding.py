"""Something that speaks against a law of a screening, with a chat that shows it."""

from dataclasses import dataclass

from bot.core.checked_yaml import Mistake
from bot.core.model import Answers, Perspective
from bot.core.screening import outcome
from bot.core.screening_form import Form, label, stem
from bot.core.screening_rules import chosen


@dataclass(frozen=True, slots=True)
class Finding:
    """Where it is, what it is, how to mend it, and the answers of each chat that shows it.

    `is_brief`: what was answered as usual says nothing, and is left out of the chats.
    """

    line: int
    code: str
    message: str
    hint: str = ""
    chats: tuple[Answers, ...] = ()
    is_brief: bool = False

    def mistake(self, path: str) -> Mistake:
        """The same as a mistake in that file."""
        return Mistake(
            path=path, line=self.line, code=self.code, message=self.message, hint=self.hint
        )


def chat(form: Form, answers: Answers, *, is_brief: bool = False) -> str:
    """The answers as they would stand on a phone, with what they come to."""
    lines = []
    usual = 0
    result = outcome(form, answers)
    for question in form.questions:
        if question.id not in result.asked:
            continue
        if is_brief and answers[question.id] == (question.usual.id,):
            usual += 1
            continue
        labels = [
            label(form, option, Perspective.SELF)
            for asked, option in chosen(form, answers)
            if asked.id == question.id
        ]
        if labels:
            lines.append(f"bot: {stem(question, Perspective.SELF)}")
            lines.append("client: " + " ".join(f"[{each}]" for each in labels))
    if usual:
        lines.append(f"(and {usual} other questions, each answered as usual)")
    texts = form.texts(result.level)
    call = ", staff call first" if result.staff_call else ""
    lines.append(f"=> {texts.title} ({result.level}, rule {result.rule}, {result.urgency}{call})")
    return "\n".join(lines)
