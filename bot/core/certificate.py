"""One page that says what was proved of a screening, for people who have to sign for it."""

import hashlib
from collections.abc import Iterator
from datetime import date

import msgspec

from bot.core.model import Level
from bot.core.proof import Law, Proof
from bot.core.screening_form import Form, all_examples
from bot.core.tally import Tally

# What people read may change without a new proof: no outcome depends on it.
_WORDING = frozenset(
    "label loved-one also because text why title explains source sources examples line version"
    " reviewed_by no_skip note not_served proxy_note loved_one_label".split()
)


def decision_hash(form: Form) -> str:
    """A short hash of all that outcomes depend on: ids, ratings, tables, rules; not of wording."""
    plain = _decisive(msgspec.to_builtins(form, enc_hook=str))
    return hashlib.sha256(msgspec.json.encode(plain, order="sorted")).hexdigest()[:16]


def _decisive(value: object) -> object:
    if isinstance(value, dict):
        return {key: _decisive(each) for key, each in value.items() if key not in _WORDING}
    if isinstance(value, list | tuple):
        return [_decisive(each) for each in value]
    return value


def certificate(form: Form, proof: Proof, made_on: date, content_version: str) -> str:
    """The page, in Markdown."""
    return "\n".join(_lines(form, proof, made_on, content_version)) + "\n"


def _lines(form: Form, proof: Proof, made_on: date, content_version: str) -> Iterator[str]:
    verdict = "Everything below holds" if not proof.broken else "**Something below does not hold**"
    yield "# Certificate of the screening"
    yield ""
    yield f"Screening version {form.version}, decisions `{decision_hash(form)}`."
    yield f"Made on {made_on} by `python -m bot certificate` for content `{content_version}`."
    yield f"Reviewed by: {form.reviewed_by or 'no clinician yet'}."
    yield ""
    yield (
        f"{verdict} for every way through the questions. It was worked out for all rating states,"
        " not for a sample. It says that the rules do what they say; whether they are the right"
        " rules is for clinicians to judge."
    )
    yield ""
    yield from _counts(form, proof.tally)
    yield "## What was proved"
    yield ""
    yield "| | law | looked at |"
    yield "|---|---|---|"
    for law in proof.laws:
        yield _law(law)
    yield ""
    yield "Worse means: rated at least as high in each dimension and higher in one; or rated as high,"
    yield "meeting at least the same conditions and opening at least the same questions; or named so"
    yield "by `worse_than`; or one more tick. Wording may change without a new certificate: no outcome"
    yield "depends on it."


def _law(law: Law) -> str:
    mark = "✗" if law.broken else "✓"
    return f"| {mark} | {law.says} | {law.looked_at} |"


def _counts(form: Form, tally: Tally | None) -> Iterator[str]:
    options = sum(len(question.options) for question in form.questions)
    examples = len(list(all_examples(form)))
    yield "## What there is"
    yield ""
    yield f"- {len(form.questions)} questions with {options} options, {len(form.rules)} rules,"
    yield f"  {len(form.urgency_rules)} urgency rules, {len(form.flags)} flags, {examples} examples"
    if tally is None:
        yield ""
        return
    shortest, longest = tally.lengths
    yield f"- {tally.ways:,} different ways through, {tally.states:,} rating states"
    yield f"- whole ways have {shortest} to {longest} questions"
    for ways in (each.ways for each in tally.early.values()):
        yield f"- {ways.count:,} ways end early, after {ways.shortest} questions"
    danger = tally.emergencies
    yield f"- {danger.count:,} ways stop at an emergency, the shortest after {danger.shortest} questions"
    yield ""
    yield "| outcome | urgency | rating states | ways |"
    yield "|---|---|---:|---:|"
    for (level, urgency), states in tally.ends.items():
        yield f"| {level} | {urgency} | {states.states:,} | {states.ways.count:,} |"
    yield f"| {Level.EMERGENCY} | {form.urgencies[-1].id} | | {danger.count:,} |"
    yield ""
