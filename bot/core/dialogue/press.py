"""What a button carries, as text of at most 52 bytes: a verb and its arguments.

Buttons of one screen name the intake and its revision, so that a press on an older screen is known
to be stale. Topic and crisis buttons carry neither: they mean the same at any time.
"""

from bot.core.model import Button, Frozen, Session

MAX_BYTES = 52


class Press(Frozen):
    """A pressed button, taken apart."""

    verb: str
    arguments: tuple[str, ...]

    def argument(self, index: int) -> str:
        """The argument at `index`, or nothing."""
        return self.arguments[index] if index < len(self.arguments) else ""


def button(label: str, verb: str, *arguments: str | int) -> Button:
    """A button that comes back as `Press(verb, arguments)`."""
    return Button(label=label, data="|".join((verb, *map(str, arguments))))


def screen_button(label: str, session: Session, verb: str, *arguments: str | int) -> Button:
    """A button that counts only while the session is at its present revision."""
    return button(label, verb, reference(session), session.revision, *arguments)


def pressed(data: str) -> Press:
    """The press that `data` stands for; unknown text gives a verb that nobody knows."""
    verb, *arguments = data.split("|")
    return Press(verb=verb, arguments=tuple(arguments))


def reference(session: Session) -> str:
    """A short name of the intake, the same for its whole life."""
    number = "" if session.intake_number == 1 else str(session.intake_number)
    return session.case_code.replace("-", "")[:4] + number


def is_fresh(press: Press, session: Session) -> bool:
    """Whether a screen button was shown at the session's present revision."""
    return press.arguments[:2] == (reference(session), str(session.revision))
