"""`python -m bot screen`: what answers come to, one case a line, without a chat.

Each line of standard input is `{"answers": {question id: option id or list of them}}`.
"""

import argparse
import json
import sys
from pathlib import Path

import msgspec

from bot.core.checked_yaml import did_you_mean
from bot.core.content.screening import read_screening
from bot.core.counterfactuals import counterfactuals, sentence
from bot.core.model import Answers, Result
from bot.core.screening import outcome
from bot.core.screening_form import Form


def add(parsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `screen`."""
    parser = parsers.add_parser(
        "screen",
        help="say what answers on standard input come to, one case a line",
        description='Reads lines like {"answers": {"functioning": "missing"}} and tells the outcome.',
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--content", metavar="DIR", type=Path, help="another folder than BOT_CONTENT_DIR"
    )
    parser.set_defaults(run=run)


def run(namespace: argparse.Namespace) -> int:
    """Answer every line; 1 when the screening cannot be read."""
    folder: Path = namespace.content or namespace.settings.content_dir
    path = folder / "screening.yaml"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        print(f"{path}: {error}", file=sys.stderr)
        return 1
    form, mistakes = read_screening(text, str(path))
    for mistake in mistakes:
        print(mistake, file=sys.stderr)
    if form is None:
        return 1
    for line in sys.stdin.buffer:
        if line.strip():
            found = screened(form, line)
            print(
                json.dumps(found, ensure_ascii=False) if namespace.json else _plain(found),
                flush=True,
            )
    return 0


def screened(form: Form, line: bytes) -> dict[str, object]:
    """The outcome of one line's answers, or `{"error": ...}` that says what is wrong with it."""
    try:
        given = msgspec.json.decode(line, type=dict[str, dict[str, str | list[str]]])
    except msgspec.DecodeError as error:
        return {"error": f"not a line of answers: {error}"}
    if "answers" not in given or len(given) > 1:
        return {"error": 'a line holds {"answers": {question id: option id or list of them}}'}
    answers: Answers = {}
    for name, chosen in given["answers"].items():
        question = form.question(name)
        if question is None:
            hint = did_you_mean(name, [each.id for each in form.questions])
            return {"error": _hinted(f"no question '{name}'", hint)}
        options = [chosen] if isinstance(chosen, str) else chosen
        known = [each.id for each in question.options]
        for option in options:
            if option not in known:
                message = f"no option '{option}' of '{name}'"
                return {"error": _hinted(message, did_you_mean(option, known))}
        if not options or (len(options) > 1 and not question.multi):
            return {"error": f"'{name}' takes {'an answer' if not options else 'one answer'}"}
        lonely = [each.id for each in question.options if each.alone and each.id in options]
        if lonely and len(set(options)) > 1:
            return {"error": f"'{lonely[0]}' of '{name}' stands alone, without other options"}
        answers[question.id] = tuple(each for each in known if each in options)
    result = outcome(form, answers)
    return {
        **as_json(result),
        "counterfactuals": [
            {
                "question": each.question,
                "options": each.options,
                "outcome": each.outcome,
                "text": sentence(form, each),
            }
            for each in counterfactuals(form, answers, result)
        ],
    }


def _hinted(message: str, hint: str) -> str:
    return f"{message}; {hint}" if hint else message


def as_json(result: Result) -> dict[str, object]:
    """A result in the names that `screen --json` promises."""
    return {
        "outcome": result.level,
        "urgency": result.urgency,
        "staff_call": result.staff_call,
        "rule": result.rule,
        "flags": result.flags,
        "reasons": [reason.text for reason in result.reasons],
        "ratings": {"known": result.ratings_known, "assumed": result.ratings_assumed},
        "level_known": result.level_known,
        "level_assumed": result.level_assumed,
        "asked": result.asked,
        "missing": result.missing,
        "version": result.version,
    }


def _plain(found: dict[str, object]) -> str:
    if "error" in found:
        return f"error: {found['error']}"
    call = ", staff call first" if found["staff_call"] else ""
    return f"{found['outcome']} ({found['rule']}), {found['urgency']}{call}"
