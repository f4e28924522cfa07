"""Reads every file of the content by itself: a mistake in one hides none in another.

Counterpart: `content`, which makes the whole of them.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from bot.core.checked_yaml import Mistake, Part, did_you_mean, line_of
from bot.core.content.clinic import Clinic, clinic_part
from bot.core.content.console import ConsoleWords, console_part
from bot.core.content.faq import Faq, facts_used, faq_part
from bot.core.content.safety import Safety, SafetyFile, safety_part
from bot.core.content.screening import screening_part
from bot.core.content.slips import wording_part
from bot.core.content.wording import Wording
from bot.core.model import Notify
from bot.core.screening_form import Form


class Parts(NamedTuple):
    """What the files hold, as far as it can be read; None for what is not even YAML."""

    clinic: Clinic | None = None
    faq: Faq | None = None
    safety: SafetyFile | None = None
    screening: Form | None = None
    wording: Wording | None = None
    console: ConsoleWords | None = None


class Read(NamedTuple):
    """The parts, all mistakes in them, and what is without any: its names, and the signs of crisis."""

    parts: Parts
    mistakes: list[Mistake]
    sound: frozenset[str]
    safety: Safety | None

    @property
    def form(self) -> Form | None:
        """The screening, if it can be proved."""
        return self.parts.screening if "screening" in self.sound else None


def read_parts(texts: Mapping[str, str], model: bytes, folder: str) -> Read:
    """Every file whose text is there, read on its own, and what one asks of another."""

    def path(name: str) -> str:
        return f"{folder}/{name}.yaml"

    safety, file = None, None
    if "safety.yaml" in texts:
        safety, file = safety_part(texts["safety.yaml"], path("safety"), model)
    readers: dict[str, Callable[[str, str], Part[Any]]] = {
        "clinic": clinic_part,
        "faq": faq_part,
        "screening": screening_part,
        "wording": wording_part,
        "console": console_part,
    }
    read: dict[str, Part[Any]] = {
        name: reader(texts[f"{name}.yaml"], path(name))
        for name, reader in readers.items()
        if f"{name}.yaml" in texts
    }
    if file is not None:
        read["safety"] = file
    parts = Parts(**{name: part.value for name, part in read.items()})
    mistakes = [each for part in read.values() for each in part.mistakes]
    sound = frozenset(name for name, part in read.items() if not part.mistakes)
    if parts.clinic is not None:
        if parts.faq is not None and "faq" in sound:
            mistakes += _unused_facts(parts.clinic, parts.faq, path("clinic"))
        if parts.safety is not None and "safety" in sound:
            mistakes += _country(parts.clinic, parts.safety, path("clinic"))
        if parts.screening is not None and "screening" in sound:
            mistakes += _notify(parts.clinic, parts.screening, path("clinic"))
    return Read(parts, sorted(mistakes), sound, safety)


def _unused_facts(clinic: Clinic, faq: Faq, path: str) -> list[Mistake]:
    used = facts_used(faq)
    return [
        Mistake(
            path=path,
            line=line_of(name),
            code="fact-unused",
            message=f"no answer in faq.yaml uses the fact '{name}'",
            hint=did_you_mean(name, used) or "take it out, or use it in an answer's details",
        )
        for name in clinic.facts
        if name not in used
    ]


def _country(clinic: Clinic, safety: SafetyFile, path: str) -> list[Mistake]:
    if clinic.country in safety.countries or not clinic.country:
        return []
    return [
        Mistake(
            path=path,
            line=line_of(clinic.country),
            code="no-hotlines",
            message=f"safety.yaml has no emergency number for the country '{clinic.country}'",
            hint=f"use one of {', '.join(safety.countries)}, or add it there",
        )
    ]


def _notify(clinic: Clinic, screening: Form, path: str) -> list[Mistake]:
    notify, minors = clinic.minor.notify, screening.minors
    if notify is Notify.NEVER or (notify in minors.notify and minors.notify_staff):
        return []
    return [
        Mistake(
            path=path,
            line=clinic.minor.line,
            code="no-notice",
            message=f"screening.yaml has no words for minor: {{notify: {notify}}}",
            hint="under minors, add them to notify, and notify_staff",
        )
    ]
