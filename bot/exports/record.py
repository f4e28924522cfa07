"""Cases as JSON: everything that is kept of an intake, as it is kept."""

from collections.abc import Sequence

import msgspec

from bot.core.model import Frozen, Intake


class Record(Frozen):
    """The file: the notice first, for whoever opens it."""

    notice: str
    intakes: tuple[Intake, ...]


def as_json(intakes: Sequence[Intake], notice: str) -> str:
    """The cases, with the notice that has to go with them."""
    record = Record(notice=notice, intakes=tuple(intakes))
    # A text that knows its line in a content file is a str of another class.
    return msgspec.json.format(msgspec.json.encode(record, enc_hook=str), indent=2).decode() + "\n"
