"""A case as PDF: what its page shows, on paper that says whose case it is on every sheet.

What the font lacks, such as an emoji, is written out by its name: nothing that a client wrote is lost.
"""

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.console.case_view import CasePage
from bot.core.model import Frozen

if TYPE_CHECKING:
    from fpdf import FPDF

FONTS = Path(__file__).parent / "fonts"
SANS = "DejaVu"
MARGIN = 16  # millimetres, as all lengths here
HEAD, BODY, SMALL = 13.0, 9.5, 7.5  # points
INK, SOFT, RED = (20, 26, 32), (90, 100, 108), (152, 32, 26)


class Paper(Frozen):
    """What a case needs besides itself to be printed."""

    clinic: str
    printed_by: str
    printed_at: datetime
    zone: ZoneInfo
    notice: str
    urgency: str
    state: str
    levels: dict[str, str]
    reasons: dict[str, str]


def as_pdf(case: CasePage, paper: Paper) -> bytes:
    """The file."""
    sheet = _Sheet(case.code, paper)
    sheet.title(f"Case {case.code}", f"{paper.urgency} · {paper.state} · {case.perspective}")
    _facts(sheet, case)
    if case.marks:
        sheet.head("Flags")
        for mark in case.marks:
            sheet.line(f"• {mark.text}", bold=mark.is_red, red=mark.is_red)
    _suggestion(sheet, case)
    _answers(sheet, case)
    if case.ratings:
        sheet.head("Ratings, 0 to 4")
        for rating in case.ratings:
            more = f" ({rating.assumed} assumed)" if rating.assumed != rating.known else ""
            sheet.pair(rating.label, f"{rating.known}{more}")
    sheet.head("Decision")
    for each in case.decisions:
        decided = paper.levels.get(each.decided, each.decided)
        instead = paper.levels.get(each.suggested, each.suggested)
        is_same = each.decided == each.suggested
        sheet.line(decided if is_same else f"{decided}, instead of {instead}", bold=True)
        sheet.line(" – ".join(filter(None, (paper.reasons.get(each.reason, ""), each.text))))
        sheet.line(f"{each.by}, {sheet.time(each.at)}", soft=True)
    if not case.decisions:
        sheet.line("Nobody has decided yet.", soft=True)
    if case.notes:
        sheet.head("Private notes, for colleagues")
        for note in case.notes:
            sheet.line(note.text)
            sheet.line(f"{note.by}, {sheet.time(note.at)}", soft=True)
    _chat(sheet, case)
    return sheet.whole()


def _facts(sheet: "_Sheet", case: CasePage) -> None:
    intake, contact = case.intake, case.intake.contact
    consent = intake.consent
    rows = [
        ("Came", sheet.time(case.kept.filed_at)),
        ("Form", intake.status.value),
        ("With", case.assignee or "nobody"),
        ("Follow-up", f"{case.follow_up:%d %b %Y}" if case.follow_up else ""),
        (
            "Consent",
            f"{sheet.time(consent.at)}, text {consent.version}" if consent else "not given",
        ),
        ("Content", intake.content_version[:8]),
        ("Source", intake.source),
        ("Same person", ", ".join(case.others)),
        ("Name", contact.name),
        ("Reach at", contact.reach),
        ("Best time", contact.best_time),
        ("Insurance", contact.insurance),
    ]
    for name, words in rows:
        if words:
            sheet.pair(name, str(words))


def _suggestion(sheet: "_Sheet", case: CasePage) -> None:
    sheet.head("Suggested setting")
    found = case.suggestion
    if found is None:
        sheet.line("There is no result: the questions were not answered that far.")
        return
    sheet.line(found.label, bold=True)
    if found.staff_call:
        told = "Questions were skipped, so the client was told no setting."
        sheet.line(f"{told} On what was answered: {found.known}. As assumed: {found.assumed}.")
    sheet.line(f"Rule {found.rule}: {found.rule_words}")
    for title, lines in (
        ("Because of these answers", found.reasons),
        ("What would change it", found.changes),
    ):
        if lines:
            sheet.line(title, bold=True)
            for each in lines:
                sheet.line(f"• {each}")


def _answers(sheet: "_Sheet", case: CasePage) -> None:
    if not case.answers:
        return
    sheet.head("Answers")
    for each in case.answers:
        words = "not answered" if each.is_missing else each.answer
        marks = [f"changed from: {old}" for old in each.retracted]
        marks += ["skipped"] * each.is_skipped + ["typed"] * each.is_typed
        marks += ["a reason for the result"] * each.is_cause
        sheet.pair(each.question, f"{words} ({'; '.join(marks)})" if marks else words)


def _chat(sheet: "_Sheet", case: CasePage) -> None:
    sheet.head("Chat")
    if case.is_cut:
        sheet.line("Only the newest turns are printed.", soft=True)
    for passage in case.chat:
        if passage.is_answers:
            sheet.line(f"{len(passage.lines)} messages: see Answers.", soft=True)
            continue
        if passage.is_aside:
            sheet.line(f"Aside, while this was open: {passage.question}", soft=True)
        for line in passage.lines:
            who = f"{line.name}, " if line.name else ""
            sheet.line(f"{who}{sheet.time(line.at)}", soft=True)
            sheet.line(line.text)


class _Sheet:
    """Where the next line goes."""

    def __init__(self, code: str, paper: Paper) -> None:
        self._paper = paper
        self._pdf = _blank(code, paper, self.time(paper.printed_at))

    def time(self, at: datetime) -> str:
        """A time with its date: paper is read on another day."""
        return f"{at.astimezone(self._paper.zone):%d %b %Y, %H:%M}"

    def title(self, words: str, below: str) -> None:
        self._write(words, 18, bold=True, height=9)
        self._write(below, BODY + 1, bold=True)
        self._pdf.ln(2)

    def head(self, words: str) -> None:
        if self._pdf.will_page_break(20):
            self._pdf.add_page()
        self._pdf.ln(3)
        self._pdf.set_draw_color(*SOFT)
        self._pdf.line(MARGIN, self._pdf.get_y(), self._pdf.w - MARGIN, self._pdf.get_y())
        self._pdf.ln(1.5)
        self._write(words, HEAD, bold=True, height=7)

    def line(
        self, words: str, *, bold: bool = False, soft: bool = False, red: bool = False
    ) -> None:
        if words.strip():
            color = RED if red else SOFT if soft else INK
            self._write(words, SMALL if soft else BODY, bold=bold, color=color)

    def pair(self, name: str, words: str) -> None:
        """A name on the left, what it holds on the right."""
        pdf = self._pdf
        wide = (pdf.w - 2 * MARGIN) * 0.45
        if pdf.will_page_break(12):
            pdf.add_page()
        top = pdf.get_y()
        pdf.set_font(SANS, "", BODY)
        pdf.set_text_color(*SOFT)
        pdf.multi_cell(wide, 4.8, printable(name), align="L")
        left_end, page = pdf.get_y(), pdf.page
        pdf.set_xy(MARGIN + wide + 3, top)
        pdf.set_font(SANS, "B", BODY)
        pdf.set_text_color(*INK)
        pdf.multi_cell(0, 4.8, printable(words), align="L")
        is_same_page = pdf.page == page
        pdf.set_y(max(left_end, pdf.get_y()) + 0.6 if is_same_page else pdf.get_y())

    def _write(
        self,
        words: str,
        size: float,
        *,
        bold: bool = False,
        height: float = 4.8,
        color: tuple[int, int, int] = INK,
    ) -> None:
        self._pdf.set_font(SANS, "B" if bold else "", size)
        self._pdf.set_text_color(*color)
        self._pdf.set_x(MARGIN)
        self._pdf.multi_cell(0, height, printable(words), align="L", new_x="LMARGIN", new_y="NEXT")

    def whole(self) -> bytes:
        return bytes(self._pdf.output())


def _blank(code: str, paper: Paper, printed_at: str) -> "FPDF":
    """A file whose every page names the case, who printed it and when, and the notice."""
    from fpdf import FPDF  # noqa: PLC0415 (slow to load, and seldom wanted)

    top = printable(f"{paper.clinic} · Case {code}")
    below = printable(f"Printed by {paper.printed_by}, {printed_at}")

    class Sheets(FPDF):
        def header(self) -> None:
            self.set_font(SANS, "B", SMALL + 1)
            self.set_text_color(*SOFT)
            self.cell(0, 5, top, new_x="LMARGIN", new_y="NEXT")
            self.ln(2)

        def footer(self) -> None:
            self.set_y(-20)
            self.set_font(SANS, "", SMALL - 0.5)
            self.set_text_color(*SOFT)
            self.multi_cell(0, 3.4, printable(paper.notice), align="L", new_x="LMARGIN")
            self.set_y(-9)
            self.cell(0, 4, below)
            self.set_x(MARGIN)
            self.cell(0, 4, f"Page {self.page_no()} of {{nb}}", align="R")

    pdf = Sheets(format="Letter")
    pdf.set_margins(MARGIN, 12, MARGIN)
    pdf.set_auto_page_break(auto=True, margin=24)
    pdf.add_font(SANS, "", FONTS / "DejaVuSans.ttf")
    pdf.add_font(SANS, "B", FONTS / "DejaVuSans-Bold.ttf")
    pdf.set_title(f"Case {code}")
    pdf.set_creation_date(paper.printed_at)
    pdf.alias_nb_pages()
    pdf.add_page()
    return pdf


def printable(text: str) -> str:
    """The text, with the name of each character that the font lacks in its place."""
    known = _known()
    return "".join(each if ord(each) in known or each == "\n" else _named(each) for each in text)


def _named(character: str) -> str:
    if unicodedata.category(character) in {"Cf", "Mn", "Cc"}:
        return " " if character == "\t" else ""
    name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
    return f"[{name}]"


@cache
def _known() -> frozenset[int]:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 (as above)

    found: Iterable[int] = TTFont(FONTS / "DejaVuSans.ttf").getBestCmap()
    return frozenset(found)
