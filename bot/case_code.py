"""The name of a case, for people to read out and type."""

import secrets

from bot.core.model import CaseCode

CODE_LETTERS = "BCDFGHJKMNPQRSTVWXYZ23456789"  # none that look alike, no vowels, so no words


def fresh_case_code() -> CaseCode:
    """A code that tells nothing: 28^7, about 13 billion of them."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(7))
    return CaseCode(f"{letters[:4]}-{letters[4:]}")
