"""Sends what the outbox gives, and says what came of it in the outbox's own words.

Nothing that can be shown is lost for its looks: without its topic, its buttons or its bold, a message
still goes out. Edits that change nothing, and presses too old to answer, count as done.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import structlog
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.channels.telegram_text import html_pieces, readable, without_html
from bot.core.model import ChatId, MessageId
from bot.core.post import (
    Delivered,
    Outcome,
    Outgoing,
    OutgoingKind,
    Refused,
    TryLater,
    Unreachable,
)

# Else RetryAfter warns that its seconds will one day be a timedelta.
os.environ.setdefault("PTB_TIMEDELTA", "1")

LONGEST_TOAST = 200
LONGEST_WHY = 200
UNDER_WAY = 1_000  # messages of several pieces whose first pieces are remembered
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_GONE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "there is no text in the message to edit",
)
_NO_CHAT = ("chat not found", "peer_id_invalid", "user not found", "have no rights to send")
_NO_TOPIC = ("thread", "topic_")
_BAD_KEYBOARD = ("button", "reply markup", "reply_markup", "keyboard")
log = structlog.get_logger()


class Sender:
    """Carries out `Outgoing`s. `sign` signs a button's data for its chat, `hide` takes out the token."""

    def __init__(
        self, bot: Bot, *, sign: Callable[[ChatId, str], str], hide: Callable[[str], str]
    ) -> None:
        self._bot = bot
        self._sign = sign
        self._hide = hide
        self._moved: dict[int, int] = {}  # groups that became supergroups
        self._pieces_sent: dict[int, tuple[MessageId, ...]] = {}
        self._without_topics: set[int] = set()  # groups that have none, as far as is known
        self._opened: dict[tuple[int, str], int] = {}  # topics, until the store knows them

    async def deliver(self, outgoing: Outgoing) -> Outcome:
        """Do it, and say what came of it."""
        try:
            return await self._carried_out(outgoing)
        except ChatMigrated as moved:
            self._moved[_address(outgoing.chat_id)] = moved.new_chat_id
            log.warning("telegram.group_moved")
        except TelegramError as error:
            return self._outcome(error, outgoing)
        try:
            return await self._carried_out(outgoing)
        except TelegramError as error:
            return self._outcome(error, outgoing)

    def current(self, chat: int) -> int:
        """The id of a group now."""
        return self._moved.get(chat, chat)

    def why(self, error: TelegramError) -> str:
        """What went wrong, without the token and without words that Telegram quotes."""
        return self._hide(error.message.split('"')[0])[:LONGEST_WHY]

    def _outcome(self, error: TelegramError, outgoing: Outgoing) -> Outcome:
        why = self.why(error)
        before = self._pieces_sent.get(outgoing.id, ())
        match error:
            case RetryAfter():
                after = error.retry_after
                if not isinstance(after, timedelta):
                    after = timedelta(seconds=after)
                return TryLater(after=after, why=why, before=before)
            case Forbidden():
                return Unreachable(why=why)
            case BadRequest():
                if any(sign in why.lower() for sign in _NO_CHAT):
                    return Unreachable(why=why)
                return Refused(why=why)
            case _:
                return TryLater(after=timedelta(), why=why, before=before)

    async def _carried_out(self, outgoing: Outgoing) -> Outcome:
        match outgoing.kind:
            case OutgoingKind.MESSAGE:
                return await self._say(outgoing)
            case OutgoingKind.TOAST:
                return await self._toast(outgoing)
            case OutgoingKind.DOCUMENT:
                return await self._document(outgoing)
            case OutgoingKind.STRIP:
                return await self._strip(outgoing)
            case OutgoingKind.DELETE:
                return await self._delete(outgoing)
            case OutgoingKind.DROP_TOPIC:
                return await self._drop_topic(outgoing)

    async def _say(self, outgoing: Outgoing) -> Outcome:
        """Send the pieces that are not sent yet; the buttons stand under the last one."""
        pieces = html_pieces(outgoing.text)
        if not pieces:
            return Refused(why="nothing to show")
        topic = int(outgoing.topic) if outgoing.topic else None
        if topic is None and outgoing.topic_title and outgoing.edits is None:
            topic = await self._new_topic(outgoing)
        sent = self._pieces_sent.get(outgoing.id, ())
        keyboard = self._keyboard(outgoing)
        for index in range(len(sent), len(pieces)):
            is_last = index == len(pieces) - 1
            below = keyboard if is_last else None
            if index == 0 and outgoing.edits is not None:
                message, topic = await self._replace(
                    outgoing, outgoing.edits, pieces[0], below, topic
                )
            else:
                message, topic = await self._send(outgoing, pieces[index], below, topic)
            sent = (*sent, message)
            if not is_last and outgoing.id:
                self._remember(outgoing.id, sent)
        self._pieces_sent.pop(outgoing.id, None)
        return Delivered(message=sent[-1], before=sent[:-1], topic=str(topic or ""))

    async def _new_topic(self, outgoing: Outgoing) -> int | None:
        """Open the case's topic; None where the group has none, or the bot may not open any."""
        chat = self._chat(outgoing)
        if chat in self._without_topics:
            return None
        known = self._opened.get((chat, outgoing.topic_title))
        if known is not None:
            return known
        try:
            opened = await self._bot.create_forum_topic(chat, outgoing.topic_title)
        except (BadRequest, Forbidden) as error:
            self._without_topics.add(chat)
            if "forum" not in error.message.lower():
                log.warning("telegram.no_topic", why=self.why(error))
            return None
        self._opened[chat, outgoing.topic_title] = opened.message_thread_id
        if len(self._opened) > UNDER_WAY:
            self._opened.pop(next(iter(self._opened)))
        return opened.message_thread_id

    def _remember(self, outgoing_id: int, sent: tuple[MessageId, ...]) -> None:
        self._pieces_sent[outgoing_id] = sent
        if len(self._pieces_sent) > UNDER_WAY:
            self._pieces_sent.pop(next(iter(self._pieces_sent)))

    async def _replace(
        self,
        outgoing: Outgoing,
        message: MessageId,
        html: str,
        keyboard: InlineKeyboardMarkup | None,
        topic: int | None,
    ) -> tuple[MessageId, int | None]:
        """Put the text in place of `message`; where that is gone, send it anew."""
        try:
            await self._bot.edit_message_text(
                html,
                chat_id=self._chat(outgoing),
                message_id=int(message),
                parse_mode=ParseMode.HTML,
                link_preview_options=_NO_PREVIEW,
                reply_markup=keyboard,
            )
        except BadRequest as error:
            why = error.message.lower()
            if "not modified" in why:
                return message, topic
            if any(sign in why for sign in (*_GONE, *_BAD_KEYBOARD, "parse entities")):
                return await self._send(outgoing, html, keyboard, topic)
            raise
        return message, topic

    async def _send(
        self,
        outgoing: Outgoing,
        html: str,
        keyboard: InlineKeyboardMarkup | None,
        topic: int | None,
    ) -> tuple[MessageId, int | None]:
        """Send a piece; what Telegram finds wrong around the text is left away.

        A case's topic that somebody has deleted is opened again. Says where the piece stands.
        """
        answers = (
            ReplyParameters(int(outgoing.replies_to), allow_sending_without_reply=True)
            if outgoing.replies_to
            else None
        )
        may_open = bool(outgoing.topic_title)
        text, mode = html, ParseMode.HTML if html else None
        while True:
            try:
                sent = await self._bot.send_message(
                    self._chat(outgoing),
                    text,
                    parse_mode=mode,
                    link_preview_options=_NO_PREVIEW,
                    reply_markup=keyboard,
                    message_thread_id=topic,
                    reply_parameters=answers,
                )
            except BadRequest as error:
                why = error.message.lower()
                if topic is not None and any(sign in why for sign in _NO_TOPIC):
                    self._opened.pop((self._chat(outgoing), outgoing.topic_title), None)
                    topic = await self._new_topic(outgoing) if may_open else None
                    may_open = False
                elif answers is not None and "repl" in why and "markup" not in why:
                    answers = None
                elif mode is not None and "parse entities" in why:
                    text, mode = without_html(html), None
                elif keyboard is not None and any(sign in why for sign in _BAD_KEYBOARD):
                    keyboard = None
                else:
                    raise
                log.warning("telegram.sent_without", why=self.why(error))
            else:
                if sent.chat.is_forum:
                    self._without_topics.discard(sent.chat.id)
                return MessageId(str(sent.message_id)), topic

    async def _toast(self, outgoing: Outgoing) -> Outcome:
        try:
            await self._bot.answer_callback_query(
                outgoing.callback_id, readable(outgoing.text)[:LONGEST_TOAST] or None
            )
        except BadRequest as error:
            if "query" not in error.message.lower():
                raise
        return Delivered()

    async def _document(self, outgoing: Outgoing) -> Outcome:
        sent = await self._bot.send_document(
            self._chat(outgoing),
            InputFile(BytesIO(outgoing.document), filename=outgoing.text or "record.txt"),
        )
        return Delivered(message=MessageId(str(sent.message_id)))

    async def _strip(self, outgoing: Outgoing) -> Outcome:
        try:
            await self._bot.edit_message_reply_markup(
                chat_id=self._chat(outgoing), message_id=int(outgoing.edits or 0)
            )
        except BadRequest as error:
            if not any(sign in error.message.lower() for sign in ("not modified", *_GONE)):
                raise
        return Delivered()

    async def _delete(self, outgoing: Outgoing) -> Outcome:
        try:
            await self._bot.delete_message(self._chat(outgoing), int(outgoing.edits or 0))
        except BadRequest as error:
            if "not found" not in error.message.lower():
                raise
        return Delivered()

    async def _drop_topic(self, outgoing: Outgoing) -> Outcome:
        """Delete a case's topic. Without the right to, what the bot wrote there is deleted alone."""
        chat = self._chat(outgoing)
        try:
            await self._bot.delete_forum_topic(chat, int(outgoing.topic))
        except (BadRequest, Forbidden) as error:
            if not any(sign in error.message.lower() for sign in (*_NO_TOPIC, "forum")):
                log.warning("telegram.topic_stays", why=self.why(error))
        self._opened = {
            name: opened for name, opened in self._opened.items() if str(opened) != outgoing.topic
        }
        return Delivered()

    def _chat(self, outgoing: Outgoing) -> int:
        return self.current(_address(outgoing.chat_id))

    def _keyboard(self, outgoing: Outgoing) -> InlineKeyboardMarkup | None:
        chat_id = ChatId(f"telegram:{self._chat(outgoing)}")
        rows = [
            [
                InlineKeyboardButton(each.label, url=each.url)
                if each.url
                else InlineKeyboardButton(
                    each.label, callback_data=f"{each.data}~{self._sign(chat_id, each.data)}"
                )
                for each in row
            ]
            for row in outgoing.buttons
            if row
        ]
        return InlineKeyboardMarkup(rows) if rows else None


def _address(chat_id: ChatId) -> int:
    return int(chat_id.partition(":")[2])
