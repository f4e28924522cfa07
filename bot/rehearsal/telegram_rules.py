"""What Telegram refuses, in its own words: texts, entities, buttons and links.

Ported from the sources of the official Bot API server (tdlib/telegram-bot-api, Client.cpp) and of
TDLib (MessageEntity.cpp, ReplyMarkup.cpp, LinkManager.cpp, HttpUrl.cpp); errors that only Telegram's
data centers give are as people report them. Counterpart: `telegram_methods`, which applies these.
"""

import html
import json
import re
from collections.abc import Mapping
from typing import Any

JSON = dict[str, Any]

MAX_TEXT = 4096  # UTF-16 units, after the entities are parsed
MAX_TEXT_BYTES = 1 << 15  # before they are
MAX_CALLBACK_DATA = 64  # bytes
MAX_BUTTONS = 100
MAX_TOAST = 200
MAX_PORT = 65535
TAGS = frozenset(
    [
        "a",
        "b",
        "strong",
        "i",
        "em",
        "s",
        "strike",
        "del",
        "u",
        "ins",
        "tg-spoiler",
        "tg-emoji",
        "span",
        "pre",
        "code",
        "blockquote",
    ]
)
ENTITY = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "u": "underline",
    "ins": "underline",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "pre": "pre",
    "code": "code",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
}
_CHARACTER = re.compile(r"&(?:#[0-9]+|#x[0-9a-fA-F]+|lt|gt|amp|quot);")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>/"']+)(?:\s*=\s*("[^"]*"|'[^']*'|[\w.\-]+))?""")


class Refusal(Exception):
    """An answer with `ok: false`."""

    def __init__(
        self, code: int, description: str, parameters: Mapping[str, int] | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = dict(parameters or {})

    def body(self) -> JSON:
        """The JSON that Telegram sends."""
        body: JSON = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(why: str) -> Refusal:
    """A 400; like Telegram, it begins small unless it is a server's CONSTANT."""
    if not re.match(r"^.[A-Z_]", why):
        why = why[:1].lower() + why[1:]
    return Refusal(400, f"Bad Request: {why}")


def too_many(retry_after: int) -> Refusal:
    """A 429."""
    return Refusal(
        429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after}
    )


def utf16_length(text: str) -> int:
    """How long Telegram finds `text`."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def message_text(params: Mapping[str, str], *, is_edit: bool) -> tuple[str, list[JSON]]:
    """The plain text and entities of a message that may be sent."""
    text = params.get("text", "")
    if not text:
        raise bad_request("Message text is empty")
    if len(text.encode("utf-8", "surrogatepass")) > MAX_TEXT_BYTES:
        raise bad_request("Text is too long")
    mode = params.get("parse_mode", "").lower()
    if mode == "html":
        plain, entities = parsed(text)
    elif mode in {"", "none"}:
        plain, entities = text, []
    elif mode in {"markdown", "markdownv2"}:
        raise NotImplementedError("the rehearsal reads HTML only")
    else:
        raise bad_request("Unsupported parse_mode")
    if not plain.strip():
        raise bad_request("Text must be non-empty")
    if utf16_length(plain.strip()) > MAX_TEXT:
        raise bad_request("MESSAGE_TOO_LONG" if is_edit else "Message is too long")
    return _trimmed(plain, entities)


def _trimmed(plain: str, entities: list[JSON]) -> tuple[str, list[JSON]]:
    """Without white space at both ends, as people see it."""
    before = utf16_length(plain) - utf16_length(plain.lstrip())
    text = plain.strip()
    length = utf16_length(text)
    kept = []
    for entity in entities:
        start = max(entity["offset"] - before, 0)
        end = min(entity["offset"] - before + entity["length"], length)
        if end > start:
            kept.append(entity | {"offset": start, "length": end - start})
    return text, kept


def parsed(text: str) -> tuple[str, list[JSON]]:
    """HTML as Telegram reads it (TDLib's parse_html): the plain text and its entities."""
    plain: list[str] = []
    units = 0
    is_open: list[tuple[str, str, int]] = []
    entities: list[JSON] = []
    at = 0
    while at < len(text):
        if text[at] == "&" and (found := _CHARACTER.match(text, at)):
            piece, at = html.unescape(found[0]), found.end()
        elif text[at] != "<":
            piece, at = text[at], at + 1
        elif text.startswith("</", at):
            at = _close(text, at, is_open, entities, units)
            continue
        else:
            tag, argument, end = _opened(text, at)
            is_open.append((tag, argument, units))
            at = end
            continue
        plain.append(piece)
        units += utf16_length(piece)
    if is_open:
        raise _unparsable(f'Can\'t find end tag corresponding to start tag "{is_open[-1][0]}"')
    entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return "".join(plain), entities


def _unparsable(why: str) -> Refusal:
    return bad_request(f"Can't parse entities: {why}")


def _byte(text: str, at: int) -> int:
    return len(text[:at].encode("utf-8", "surrogatepass"))


def _opened(text: str, at: int) -> tuple[str, str, int]:
    """The tag that opens at `at`: name, the attribute that matters, where its content begins."""
    name = re.compile(r"[^\s>]*").match(text, at + 1)
    end = name.end() if name else at + 1
    if end >= len(text):
        raise _unparsable(f"Unclosed start tag at byte offset {_byte(text, at)}")
    tag = text[at + 1 : end].lower()
    if tag not in TAGS:
        raise _unparsable(f'Unsupported start tag "{tag}" at byte offset {_byte(text, at)}')
    attributes: dict[str, str] = {}
    while True:
        while end < len(text) and text[end].isspace():
            end += 1
        if end >= len(text):
            raise _unparsable(f"Unclosed start tag at byte offset {_byte(text, at)}")
        if text[end] == ">":
            break
        attribute = _ATTRIBUTE.match(text, end)
        if not attribute:
            raise _unparsable(
                f'Empty attribute name in the tag "{tag}" at byte offset {_byte(text, at)}'
            )
        attributes[attribute[1].lower()] = html.unescape((attribute[2] or "").strip("\"'"))
        end = attribute.end()
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise _unparsable(
            f'Tag "span" must have class "tg-spoiler" at byte offset {_byte(text, at)}'
        )
    return tag, attributes.get("href", attributes.get("emoji-id", "")), end + 1


def _close(
    text: str, at: int, is_open: list[tuple[str, str, int]], entities: list[JSON], units: int
) -> int:
    """Close the tag at `at`, keep its entity, and say where the text goes on."""
    if not is_open:
        raise _unparsable(f"Unexpected end tag at byte offset {_byte(text, at)}")
    found = re.compile(r"</([^\s>]*)\s*(>?)").match(text, at)
    if not found or not found[2]:
        raise _unparsable(f"Unclosed end tag at byte offset {_byte(text, at)}")
    tag, argument, start = is_open.pop()
    if found[1] and found[1].lower() != tag:
        raise _unparsable(
            f"Unmatched end tag at byte offset {_byte(text, at)}, expected"
            f' "</{tag}>", found "</{found[1].lower()}>"'
        )
    if units > start:
        entity: JSON = {"type": ENTITY[tag], "offset": start, "length": units - start}
        if tag == "a":
            entity["url"] = argument
        entities.append(entity)
    return found.end()


def keyboard(params: Mapping[str, str]) -> list[list[JSON]]:
    """The rows of buttons in `reply_markup`; other keyboards than inline ones are not rehearsed."""
    written = params.get("reply_markup", "")
    if not written:
        return []
    try:
        markup = json.loads(written)
    except ValueError:
        raise bad_request("Can't parse reply keyboard markup JSON object") from None
    if not isinstance(markup, dict):
        raise bad_request("Object expected as reply markup")
    rows = markup.get("inline_keyboard", [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(
            'Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
        )
    kept = [[_button(each) for each in row if each.get("text")] for row in rows]
    kept = [row for row in kept if row]
    if sum(map(len, kept)) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return kept


def _button(button: JSON) -> JSON:
    text = str(button["text"])
    if url := button.get("url"):
        try:
            return {"text": text, "url": checked_link(str(url))}
        except ValueError as wrong:
            raise bad_request(f"Inline keyboard button URL '{url}' is invalid: {wrong}") from None
    if data := button.get("callback_data"):
        if len(str(data).encode()) > MAX_CALLBACK_DATA:
            raise bad_request("BUTTON_DATA_INVALID")
        return {"text": text, "callback_data": str(data)}
    raise bad_request(
        "Can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
    )


def checked_link(url: str) -> str:
    """A link as TDLib normalizes it.

    Raises:
        ValueError: Telegram does not take it; the text says why.

    """
    if re.match(r"(?i)(tg|ton|tonsite):", url):
        return url
    rest = url
    if scheme := re.match(r"^([^:/?#@\[\]]*)://", url):
        if scheme[1].lower() not in {"http", "https"}:
            raise ValueError("Unsupported URL protocol")
        rest = url[scheme.end() :]
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    host = authority.rpartition("@")[2]
    if ":" in host:
        host, _, port = host.rpartition(":")
        if not port.isascii() or not port.isdigit() or not 0 < int(port) <= MAX_PORT:
            raise ValueError("Wrong port number specified in the URL")
    if not host:
        raise ValueError("URL host is empty")
    if re.search(r"[^\w.\-!$,~*'();&+=%]", host):
        raise ValueError("Disallowed character in URL host")
    if "." not in host:
        raise ValueError("Wrong HTTP URL")
    return url


def commands(params: Mapping[str, str]) -> list[JSON]:
    """The commands of `setMyCommands`."""
    try:
        listed = json.loads(params.get("commands", ""))
    except ValueError:
        raise bad_request("Can't parse commands JSON object") from None
    if not isinstance(listed, list):
        raise bad_request("Expected an Array of BotCommand")
    if len(listed) > MAX_BUTTONS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for each in listed:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(each.get("command", "")).removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not re.fullmatch(r"(?s).{1,256}", str(each.get("description", ""))):
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return listed
