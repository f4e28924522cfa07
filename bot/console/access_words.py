"""What the access log says to whoever reads it: a row as a short sentence without its subject."""

from bot.console.access_log import Access

_DID = {
    "account": "opened their own account page",
    "acknowledge!": "took the case: its alerts stop",
    "assign!": "assigned the case",
    "case": "read the case",
    "clear!": "cleared the crisis",
    "confirm!": "gave their code once more",
    "confirm": "gave their code once more",
    "decide!": "decided",
    "erase": "opened the page for erasing the record",
    "erase!": "had the record erased",
    "export": "opened the export page",
    "export!": "exported the case",
    "export-set": "opened the page for exporting many cases",
    "export-set!": "exported cases",
    "hand-back!": "handed the chat back to the assistant",
    "insight": "looked at the figures",
    "insight-csv": "took out a table of figures",
    "invite": "opened the form for inviting somebody",
    "invite!": "invited somebody",
    "invite-admin!": "made a link for an admin on the machine itself",
    "join!": "made their account",
    "log": "read the access log",
    "note!": "wrote a note",
    "people": "looked at the list of people",
    "person": "opened somebody's account",
    "person!": "changed somebody's account",
    "queue": "looked at the queue",
    "reply!": "wrote to the client",
    "search": "opened the search",
    "search!": "searched",
    "session-end!": "signed a session out",
    "sign-in": "signed in",
    "sign-out!": "signed out",
    "status!": "set the status",
    "take-over!": "took over the chat",
}
_TRIED = {
    "case": "reading the case",
    "confirm": "giving their code once more",
    "export!": "exporting the case",
    "export-set!": "exporting cases",
    "erase!": "erasing the record",
    "sign-in": "signing in",
}
_OUTCOMES = {"refused": "was refused", "failed": "met a fault of ours"}


def in_words(row: Access) -> str:
    """What somebody did, or tried; with the ids and counts that the row holds."""
    name, sent = row.action.removesuffix("!"), "!" if row.action.endswith("!") else ""
    action, _, outcome = name.rpartition("-")
    if outcome in _OUTCOMES:
        tried = _TRIED.get(f"{action}{sent}") or f"\u201c{words_of(f'{action}{sent}')}\u201d"
        said = f"{_OUTCOMES[outcome]}: {tried}"
    else:
        said = words_of(row.action)
    return f"{said} ({row.detail})" if row.detail else said


def words_of(action: str) -> str:
    """What that action is; its own name where an older version wrote it."""
    return _DID.get(action, action)
