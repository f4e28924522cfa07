"""Commands for those who write the content: check, certificate, diff, preview."""

import argparse
import difflib
import os
import subprocess
import sys
from pathlib import Path

from bot.content_check import check_folder
from bot.content_folder import folder_texts
from bot.core.certificate import certificate
from bot.core.changes import Change, Shift, changed_decisions, changed_texts, only_in_one, shifts
from bot.core.content import FILES, Content, read_content
from bot.core.finding import chat
from bot.core.other_changes import other_changes
from bot.core.proof import prove

GENTLE = 10  # added to the niceness
NO_MODEL = b""  # texts and rules are compared, not what is found in messages

Parsers = argparse._SubParsersAction  # noqa: SLF001 (argparse gives it no public name)


class UnreadableError(Exception):
    """The content cannot be read; the text says why."""


def add(parsers: "Parsers[argparse.ArgumentParser]") -> None:
    """Register the commands."""
    check = parsers.add_parser(
        "check",
        help="tell every mistake in the content, and prove the screening",
        description="Reads a content folder, and tells each mistake with its line and a hint.",
    )
    _add_folder(check)
    check.add_argument("--quiet", action="store_true", help="leave out warnings")
    check.add_argument("--gently", action="store_true", help="let other programs go first")
    check.set_defaults(run=run_check)
    proved = parsers.add_parser(
        "certificate",
        help="write one page on what was proved of the screening",
        description="Proves the screening and prints a page in Markdown that says what holds.",
    )
    _add_folder(proved)
    proved.add_argument("-o", "--output", metavar="FILE", type=Path, help="instead of printing it")
    proved.set_defaults(run=run_certificate)
    diff = parsers.add_parser(
        "diff",
        help="say what changed between two versions of the content",
        description="Compares texts, rules and the outcome of every rating state.",
    )
    diff.add_argument("old", metavar="OLD", help="a folder or a git revision")
    diff.add_argument("new", metavar="NEW", nargs="?", help="default: BOT_CONTENT_DIR, or content")
    diff.set_defaults(run=run_diff)
    preview = parsers.add_parser(
        "preview",
        help="write one page that shows every message as clients see it",
        description="Writes a page that opens from disk: every message, result and crisis card.",
    )
    preview.add_argument("output", metavar="OUT.html", type=Path)
    _add_folder(preview)
    preview.set_defaults(run=run_preview)


def _add_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        metavar="DIR",
        type=Path,
        nargs="?",
        help="default: BOT_CONTENT_DIR, or content",
    )


def _folder(namespace: argparse.Namespace) -> Path:
    """The content folder that is meant: the one given, or the one of the settings."""
    folder: Path = namespace.folder or namespace.settings.content_dir
    return folder


def run_check(namespace: argparse.Namespace) -> int:
    """Print every mistake; 1 when one of them is an error."""
    folder = _shown(_folder(namespace))
    if namespace.gently:
        os.nice(GENTLE)
    checked = check_folder(folder, namespace.clock().date())
    for mistake in checked.mistakes:
        if mistake.warning and namespace.quiet:
            continue
        print(mistake, file=sys.stderr)
        for number, told in enumerate(checked.chats.get(mistake, ()), start=1):
            print(f"  as in this chat ({number}):", file=sys.stderr)
            print(_indented(told), file=sys.stderr)
    errors = sum(not mistake.warning for mistake in checked.mistakes)
    warnings = len(checked.mistakes) - errors
    if checked.is_fit and checked.proof is not None and checked.proof.tally is not None:
        ways = checked.proof.tally.ways
        print(f"{folder}: fit to go live, proved for {ways:,} ways through; {warnings} warnings")
    else:
        print(f"{folder}: {errors} errors, {warnings} warnings", file=sys.stderr)
    return int(not checked.is_fit)


def run_certificate(namespace: argparse.Namespace) -> int:
    """Write the page; 1 when something does not hold."""
    try:
        content = _content(str(_folder(namespace)))
    except UnreadableError as error:
        print(error, file=sys.stderr)
        return 1
    proof = prove(content.screening)
    today = namespace.clock().date()
    text = certificate(content.screening, proof, today, content.version)
    if namespace.output is None:
        print(text, end="")
    elif not _written(namespace.output, text):
        return 1
    for finding in proof.broken:
        print(finding.mistake(f"{_shown(_folder(namespace))}/screening.yaml"), file=sys.stderr)
    return int(bool(proof.broken))


def run_diff(namespace: argparse.Namespace) -> int:
    """Print what changed; 0 also when nothing did."""
    try:
        kept: Path = namespace.settings.content_dir
        old, new = (_content(each, kept) for each in (namespace.old, namespace.new or str(kept)))
    except UnreadableError as error:
        print(error, file=sys.stderr)
        return 1
    texts = list(changed_texts(old, new))
    decisions = list(changed_decisions(old.screening, new.screening))
    others = list(other_changes(old, new))
    _print_changes("Texts", texts)
    _print_changes("Decisions", decisions)
    _print_changes("Everything else", others)
    moved = shifts(old.screening, new.screening) if decisions else []
    apart = list(only_in_one(old.screening, new.screening))
    same = "nothing changes"
    if apart:
        same = "the same as before for answers that both versions take"
    elif texts or decisions or others:
        same = "the same as before for all answers"
    print(f"Outcomes: {'' if moved else same}".rstrip())
    for each in apart:
        print(f"  not compared, as only one version has it: {each}")
    for shift in moved:
        _print_shift(shift, new)
    return 0


def _print_changes(title: str, changes: list[Change]) -> None:
    print(f"{title}: {len(changes) or 'nothing'} changed")
    for change in changes:
        print(f"  {change.where}")
        old, new = change.old.splitlines(), change.new.splitlines()
        for line in list(difflib.unified_diff(old, new, n=0, lineterm=""))[2:]:
            if not line.startswith("@@"):
                print(f"    {line[0]} {line[1:]}")
    print()


def _print_shift(shift: Shift, new: Content) -> None:
    """One group of states, with the first example as a chat."""
    (before, soon_before), (after, soon_after) = shift.old, shift.new
    if before != after:
        moved = f"{before} -> {after}"
        if soon_before != soon_after:
            moved += f" ({soon_before or '-'} -> {soon_after or '-'})"
    else:
        moved = f"{before}, {soon_before} -> {soon_after}"
    print(f"  {moved}: {shift.states:,} states ({shift.ways:,} ways), first example:")
    print(_indented(chat(new.screening, shift.example)))


def run_preview(namespace: argparse.Namespace) -> int:
    """Write the page."""
    from bot.preview import page  # noqa: PLC0415 (only this command needs the templates)

    try:
        content = _content(str(_folder(namespace)))
    except UnreadableError as error:
        print(error, file=sys.stderr)
        return 1
    if not _written(namespace.output, page(content)):
        return 1
    print(f"{namespace.output}: open it in a browser")
    return 0


def _written(path: Path, text: str) -> bool:
    """Whether the page could be written; says why not."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        print(f"bot: {path} cannot be written: {why}", file=sys.stderr)
        return False
    return True


def _content(where: str, kept: Path | None = None) -> Content:
    """The content of a folder, or of the `kept` one at a git revision."""
    folder = Path(where)
    if folder.is_dir():
        texts, mistakes = folder_texts(folder)
    elif kept is not None and kept.is_dir():
        texts, mistakes = _at_revision(where, kept), []
    else:
        raise UnreadableError(f"there is no folder '{where}'")
    content = None
    if not mistakes:
        content, mistakes = read_content(texts, NO_MODEL, where.rstrip("/"))
    if content is None:
        raise UnreadableError("\n".join(str(each) for each in mistakes if not each.warning))
    return content


def _at_revision(revision: str, folder: Path) -> dict[str, str]:
    """The files as they were; one that was not there yet is taken as it is now."""
    texts = {}
    for name in FILES:
        shown = subprocess.run(  # noqa: S603 (git, with one revision of ours)
            ["git", "show", f"{revision}:./{name}"],  # noqa: S607 (found on the path)
            capture_output=True,
            cwd=folder,
            check=False,
        )
        if shown.returncode == 0:
            texts[name] = shown.stdout.decode("utf-8", errors="replace")
        elif _is_revision(revision, folder):
            print(f"{name} was not there at {revision}: taken as it is now", file=sys.stderr)
            texts[name] = (folder / name).read_text(encoding="utf-8")
        else:
            raise UnreadableError(f"'{revision}' is neither a folder nor a git revision")
    return texts


def _is_revision(revision: str, folder: Path) -> bool:
    found = subprocess.run(  # noqa: S603 (git, with one revision of ours)
        ["git", "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"],  # noqa: S607 (as above)
        capture_output=True,
        cwd=folder,
        check=False,
    )
    return found.returncode == 0


def _indented(text: str, by: str = "    ") -> str:
    return "\n".join(f"{by}{line}" for line in text.splitlines())


def _shown(folder: Path) -> Path:
    """The folder as one would type it from here."""
    try:
        return folder.resolve().relative_to(Path.cwd())
    except ValueError:
        return folder
