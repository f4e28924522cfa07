"""Erasing a chat's record: asked twice, then everything goes, keys first."""

from bot.core.dialogue import screens
from bot.core.dialogue.draft import Draft
from bot.core.dialogue.press import Press, screen_button
from bot.core.model import ConfirmingErase, EraseChat


def ask(draft: Draft) -> None:
    """Say what goes, and ask whether to go on."""
    stage = draft.session.stage
    draft.note("erase asked")
    parked = stage.parked if isinstance(stage, ConfirmingErase) else stage
    draft.become(ConfirmingErase(parked=parked))
    ask_again(draft)


def ask_again(draft: Draft) -> None:
    """The question with its two buttons."""
    words = draft.content.wording.erase
    rows = [
        (screen_button(words.no, draft.session, "erase", "no"),),
        (screen_button(words.yes, draft.session, "erase", "yes"),),
    ]
    draft.reply(words.ask, rows)


def pressed(draft: Draft, press: Press) -> None:
    """The second answer."""
    decided(draft, is_yes=press.argument(2) == "yes")


def decided(draft: Draft, *, is_yes: bool) -> None:
    """Erase everything, or keep it and go on."""
    stage = draft.session.stage
    if not isinstance(stage, ConfirmingErase):
        return
    draft.become(stage.parked)
    words = draft.content.wording.erase
    if is_yes:
        draft.note("erase yes")
        draft.do(EraseChat())
        draft.reply(words.done)
    else:
        draft.note("erase no")
        draft.receipt(f"✓ {words.no}")
        draft.reply(words.kept)
        screens.show_open(draft)


def typed(draft: Draft, text: str) -> None:
    """A typed yes or no; anything else asks once more, for this cannot be undone."""
    words = draft.content.wording.erase
    if draft.content.says(text, (words.yes, *words.typed_yes)):
        decided(draft, is_yes=True)
    elif draft.content.yes_or_no(text) is False or draft.content.says(text, (words.no,)):
        decided(draft, is_yes=False)
    else:
        ask_again(draft)
