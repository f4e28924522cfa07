"""Ways through the screening, as labels to press, for conversations that are about something else."""

from chat import Chat

BEGIN = ("/screening", "[Yes, start]", "[For me]")
MILD = (
    "[No, nothing like this]",
    "[Mood, worry, trauma or stress]",
    "[18 to 64]",
    "[No thoughts of dying or suicide]",
    "[No, never]",
    "[No]",
    "[None of these]",
    "[Some days]",
    "[Managing, but it takes more effort]",
    "[No]",
    "[None]",
    "[Safe and supportive]",
    "[Yes, every day]",
    "[None of these]",
    "[Done]",
)
SUBMIT = "[Looks right – send to staff]"
NO_CONTACT = "[Skip the rest]"


def goes_through(chat: Chat, *presses: str) -> None:
    """Press one after the other; what the bot says meanwhile is another test's business."""
    for press in presses:
        chat.writes(press)
    chat.unread.clear()
    chat.unseen.clear()


def reviews(chat: Chat) -> None:
    """Go as far as the last look, with mild answers."""
    goes_through(chat, *BEGIN, *MILD)


def finishes(chat: Chat) -> None:
    """Go through everything with mild answers, and leave no contact details."""
    reviews(chat)
    goes_through(chat, SUBMIT, NO_CONTACT)
