"""What short answers share in English and Spanish: yes, no, not, maybe, and words that say nothing.

A word under "not" becomes another word ("-safe"), on both sides: "not safe" never means "safe".
"""

import re
from collections.abc import Collection

from bot.core.language.words import folded, stem

_YES = frozenset("yes yeah yea yep yup ya yess si sip aye yah ye".split())
_NO = frozenset("no nope nah nop naw noo".split())
_NEVER = frozenset("never nunca jamas".split())
_NONE = frozenset("none ninguno ninguna ningun".split())
_NOTHING = frozenset("nothing nada nothin nuthin".split())
_OPENERS = {
    **dict.fromkeys(_NO, "no"),
    **dict.fromkeys(_NEVER, "never"),
    **dict.fromkeys(_NONE, "none"),
    **dict.fromkeys(_NOTHING, "nothing"),
    "cant": "cant",
    **dict.fromkeys(("not", "without", "sin", "ni", "aint"), "not"),
}
# After these, "no" was the whole answer, and what follows says it again.
_ANEW = frozenset(
    "i im ive id he hes she shes they theyre we were it its that thats my mine our you thank thanks "
    "gracias but because just only never not none nothing yes no why nobody sir maam there theres "
    "pero porque , . ; !".split()
)
_BREAKS = frozenset(", . ; ! but just only pero except because cause and y though although".split())
_DENIALS = frozenset(("no", "not", "none", "nothing", "never", "nobody"))
_REACH = 4  # words; further on a "not" no longer holds
FILLERS = frozenset(
    "i im ive id ill me my myself he hes him his she shes her hers they theyre them their we us our "
    "you your it its that thats this these those the a an of to in on at for with from is am are was "
    "were be been being have has had do does did so well um uh like really very honestly actually "
    "guess some any and or y e el la los las lo de del un una mi mis su es que en con por "
    "para me yo estoy esta too also just only right now here there as if by about up out even much "
    "would could will can got get gets getting one ones thing things ever lol pretty quite please "
    "maybe n ago hi hello thanks thank god gracias u ur r bc cuz than then when all still lot "
    "lots bit".split()
)
_SAYINGS = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"\b(?:do|does|did|is|are|was|were|have|has|had|could|would|should)n'?t\b", "not"),
        (r"\bwon'?t\b", "not"),
        (r"\b(?:can'?t|cannot|can not)\b", "cant"),
        (r"\bno[ -]?(?:one|body)\b|\bnadie\b", "nobody"),
        (r"\bof course not\b|\bhell no\b|\bno way\b|\babsolutely not\b", "no"),
        (r"\b(?:not|cant) (?:stop|quit)\b", "keep"),  # what follows is done, not left
        (r"\bi not think so\b|\bnot really\b|\bnot exactly\b|\bno creo\b", "no ~"),
        (
            r"\bnot (?:that|as far as|to my)\b.{0,12}\b(?:knowledge|know|aware|noticed|seen)\b",
            "no ~",
        ),
        (
            r"\b(?:as far as|that)\b.{0,10}\b(?:know|aware|noticed|can tell)(?: of| about)?\b",
            "~",
        ),
        (
            r"\b(?:of course|for sure|definitely|absolutely|totally|claro(?: que si)?|por supuesto)\b",
            "yes",
        ),
        (r"\b(?:i (?:guess|think|suppose|believe) so|probably|creo que si)\b", "yes ~"),
        (r"\btodo el dia\b", "all day"),
    )
)
_HEDGES = re.compile(
    r"~|\b(?:maybe|guess|possibly|perhaps|might|unsure|not sure|quizas|tal vez|hard to say|sort of|"
    r"kinda|kind of|depends|i think|almost)\b"
)
_ASKING = re.compile(
    r"(?:(?:so|and|but|ok|hi|hey|hello|um|y),? )*"
    r"(?:what|whats|what's|how|hows|how's|where|who|whos|why|which|que es|cuanto|cuando|donde|"
    r"como|quien|aceptan|puedo|when (?:do|does|can|is|are|will)|(?:is|are) there|"
    r"(?:do|does|are|can|could|will|would|should|am|is) "
    r"(?:i|you|u|we|my|it|this|that|they|he|she|your|ur|the))\b"
)
_CONTRAST = re.compile(r"\b(?:but|except|besides|other than|pero|menos)\b")
_SPEAKERS = frozenset(
    "i im ive id ill me my myself we were us our he hes him his she shes her they theyre them their it "
    "its that thats this you your youre yo mi me el ella".split()
)
_TOKEN = re.compile(r"[a-z0-9]+(?:'[a-z]+)*|[,.;!]|&|\+")


def said_plainly(text: str) -> str:
    """A folded text with usual turns of phrase in one form."""
    for saying, plain in _SAYINGS:
        text = saying.sub(plain, text)
    return text


def is_hedged(plain: str) -> bool:
    """Whether somebody was not sure of their own words."""
    return bool(_HEDGES.search(plain))


def is_asking(said: str) -> bool:
    """Whether a message asks something rather than answers."""
    return "?" in said or bool(_ASKING.match(said))


def only_yes(text: str) -> bool:
    """Whether a message says yes and nothing else that tells: "yeah", "yes right now"."""
    found = [each for each in tokens(said_plainly(folded(text))) if each not in FILLERS]
    return bool(found) and set(found) == {"yes"}


def is_statement(text: str) -> bool:
    """Whether a message begins as a sentence about somebody does: "i live alone", "she drinks"."""
    words = [each.replace("'", "") for each in _TOKEN.findall(folded(text))]
    return bool(words) and words[0] in _SPEAKERS


def after_contrast(plain: str) -> str:
    """What follows "but" or "except": that is what somebody wanted to say."""
    return plain[match.end() :] if (match := _CONTRAST.search(plain)) else ""


def is_denial(words: Collection[str]) -> bool:
    """Whether words only say no."""
    return all(each in FILLERS or each in _DENIALS for each in words)


def tokens(plain: str) -> list[str]:
    """The stems of a plain text; those that a "not" holds for begin with "-"."""
    words = [each.replace("'", "") for each in _TOKEN.findall(plain)]
    found: list[str] = []
    reach = 0
    for place, word in enumerate(words):
        if word in _BREAKS:
            reach = 0
        if word in ",.;!&+":
            continue
        if word in _OPENERS:
            if _holds(words[place + 1 :]):
                reach = _REACH
                found.append("not")
            else:
                found.append(_OPENERS[word])
            continue
        if word == "nobody" and _holds(words[place + 1 :]):
            reach = _REACH  # "no one is hurt"; what nobody does is not done
        if word in _YES:
            found.append("yes")
            continue
        is_filler = word in FILLERS
        root = word if is_filler else stem(word)
        if reach and not is_filler:
            found.append(f"-{root}")
            reach -= 1
        else:
            found.append(root)
    return found


def _holds(following: list[str]) -> bool:
    """Whether a "no" belongs to words after it, rather than standing for itself."""
    if not following or following[0] in _ANEW or following[0] in _YES:
        return False
    for word in following[:_REACH]:
        if word in _BREAKS or word in _OPENERS:
            return False
        if word not in FILLERS:
            return True
    return False
