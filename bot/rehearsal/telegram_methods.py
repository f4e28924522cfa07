"""The methods of the Bot API that the assistant uses, refusing what Telegram refuses."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.rehearsal.telegram_rules import (
    JSON,
    MAX_TOAST,
    Refusal,
    bad_request,
    commands,
    keyboard,
    message_text,
    too_many,
    utf16_length,
)
from bot.rehearsal.telegram_world import BOT, Chat, Message, World

FOR_EVERYONE = timedelta(hours=48)  # how long a message can be deleted, or edited without buttons
ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
LIMITS = {"description": 512, "short_description": 120, "name": 128}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    content: bytes


class Methods:
    """One call each, by its name in small letters: parameters in, the `result` out."""

    def __init__(self, world: World) -> None:
        self._world = world

    def named(self, name: str) -> Callable[[Mapping[str, str], Mapping[str, Upload]], Any] | None:
        """The method called `name`, None when there is none."""
        return {
            "getme": self._get_me,
            "sendmessage": self._send_message,
            "editmessagetext": self._edit_text,
            "editmessagereplymarkup": self._edit_keyboard,
            "deletemessage": self._delete,
            "answercallbackquery": self._answer_callback,
            "senddocument": self._send_document,
            "sendchataction": self._send_action,
            "getchat": self._get_chat,
            "createforumtopic": self._create_topic,
            "deleteforumtopic": self._delete_topic,
            "setmycommands": self._set_commands,
            "getmycommands": self._get_commands,
            "setmydescription": self._set_description,
            "setmyshortdescription": self._set_short_description,
        }.get(name)

    def _get_me(self, _params: Mapping[str, str], _files: Mapping[str, Upload]) -> JSON:
        return BOT

    def _send_message(self, params: Mapping[str, str], _files: Mapping[str, Upload]) -> JSON:
        text, entities = message_text(params, is_edit=False)
        rows = keyboard(params)
        chat = self._writable(params)
        topic = self._topic(params, chat)
        answers = self._answered(params, chat)
        self._pace(chat)
        message = self._world.put(
            chat,
            BOT["id"],
            text,
            entities=entities,
            rows=rows,
            topic=topic,
            answers=answers,
        )
        return message.json()

    def _edit_text(self, params: Mapping[str, str], _files: Mapping[str, Upload]) -> JSON:
        text, entities = message_text(params, is_edit=True)
        rows = keyboard(params)
        message = self._editable(params)
        if message.file_name:
            raise bad_request("there is no text in the message to edit")
        self._change(message, text, entities, rows)
        return message.json()

    def _edit_keyboard(self, params: Mapping[str, str], _files: Mapping[str, Upload]) -> JSON:
        rows = keyboard(params)
        message = self._editable(params)
        self._change(message, message.text, message.entities, rows)
        return message.json()

    def _change(
        self, message: Message, text: str, entities: list[JSON], rows: list[list[JSON]]
    ) -> None:
        if (message.text, message.entities, message.rows) == (text, entities, rows):
            raise bad_request(
                "message is not modified: specified new message content and reply markup are"
                " exactly the same as a current content and reply markup of the message"
            )
        message.edited = message.edited or message.text != text
        message.text, message.entities, message.rows = text, entities, rows
        self._world.show(message)
        self._world.changed()

    def _delete(self, params: Mapping[str, str], _files: Mapping[str, Upload]) -> bool:
        chat = self._known(params)
        message = self._message(params, chat, "message to delete")
        if not message.is_from_bot and chat.kind != "private":
            raise bad_request("message can't be deleted")
        if self._world.clock() - message.sent_at > FOR_EVERYONE:
            raise bad_request("message can't be deleted for everyone")
        del chat.messages[message.id]
        self._world.changed()
        return True

    def _answer_callback(self, params: Mapping[str, str], _files: Mapping[str, Upload]) -> bool:
        text = params.get("text", "")
        if utf16_length(text) > MAX_TOAST:
            raise bad_request("MESSAGE_TOO_LONG")
        callback = self._world.callbacks.get(params.get("callback_query_id", ""))
        if (
            callback is None
            or callback.answer is not None
            or self._world.clock() - callback.pressed_at > self._world.callback_lifetime
        ):
            raise bad_request(
                "query is too old and response timeout expired or query ID is invalid"
            )
        callback.answer = text
        self._world.changed()
        return True

    def _send_document(self, params: Mapping[str, str], files: Mapping[str, Upload]) -> JSON:
        given = params.get("document", "")
        upload = files.get(given.removeprefix("attach://"), files.get("document"))
        if upload is None or not upload.content:
            raise bad_request("there is no document in the request")
        chat = self._writable(params)
        self._pace(chat)
        message = self._world.put(
            chat,
            BOT["id"],
            file_name=upload.name,
            document=upload.content,
            rows=keyboard(params),
            topic=self._topic(params, chat),
            answers=self._answered(params, chat),
        )
        return message.json()

    def _send_action(self, params: Mapping[str, str], _files: Mapping[str, Upload]) -> bool:
        if params.get("action") not in ACTIONS:
            raise bad_request("Wrong parameter action in request")
        self._writable(params)
        return True

    def _get_chat(self, params: Mapping[str, str], _files: Mapping[str, Upload]) -> JSON:
        return self._known(params).json() | {
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": {
                "unlimited_gifts": False,
                "limited_gifts": False,
                "unique_gifts": False,
                "premium_subscription": False,
                "gifts_from_channels": False,
            },
        }

    def _create_topic(self, params: Mapping[str, str], _files: Mapping[str, Upload]) -> JSON:
        chat = self._writable(params)
        name = params.get("name", "").strip()
        if chat.kind != "supergroup" or not chat.is_forum:
            raise bad_request("the chat is not a forum")
        if not chat.may_open_topics:
            raise bad_request("not enough rights to create a topic")
        if not name:
            raise bad_request("topic name must be non-empty")
        if utf16_length(name) > LIMITS["name"]:
            raise bad_request("TOPIC_TITLE_INVALID")
        self._pace(chat)
        opening = self._world.put(chat, BOT["id"], opens=name)
        opening.topic = opening.id
        chat.topics[opening.id] = name
        return {"message_thread_id": opening.id, "name": name, "icon_color": 7322096}

    def _delete_topic(self, params: Mapping[str, str], _files: Mapping[str, Upload]) -> bool:
        chat = self._writable(params)
        if not chat.is_forum:
            raise bad_request("the chat is not a forum")
        if not chat.may_delete:
            raise bad_request("not enough rights to delete a topic")
        self._world.drop_topic(chat, self._topic(params, chat))
        return True

    def _set_commands(self, params: Mapping[str, str], _files: Mapping[str, Upload]) -> bool:
        self._world.commands = commands(params)
        return True

    def _get_commands(self, _params: Mapping[str, str], _files: Mapping[str, Upload]) -> list[JSON]:
        return self._world.commands

    def _set_description(self, params: Mapping[str, str], _files: Mapping[str, Upload]) -> bool:
        self._world.description = self._short(params, "description")
        return True

    def _set_short_description(
        self, params: Mapping[str, str], _files: Mapping[str, Upload]
    ) -> bool:
        self._world.short_description = self._short(params, "short_description")
        return True

    @staticmethod
    def _short(params: Mapping[str, str], name: str) -> str:
        text = params.get(name, "")
        if utf16_length(text) > LIMITS[name]:
            raise bad_request(f"{name.replace('_', ' ')} is too long")
        return text

    def _known(self, params: Mapping[str, str]) -> Chat:
        """The chat of `chat_id`."""
        given = params.get("chat_id", "")
        if not given:
            raise bad_request("chat_id is empty")
        chat = self._world.chats.get(int(given)) if re.fullmatch(r"-?\d{1,18}", given) else None
        if chat is None:
            raise bad_request("chat not found")
        if chat.moved_to:
            raise Refusal(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": chat.moved_to},
            )
        return chat

    def _writable(self, params: Mapping[str, str]) -> Chat:
        """The same, when the bot may write there."""
        chat = self._known(params)
        if chat.is_blocked:
            raise Refusal(
                403,
                "Forbidden: bot was blocked by the user"
                if chat.kind == "private"
                else f"Forbidden: bot was kicked from the {chat.kind} chat",
            )
        if chat.kind == "private" and not chat.is_started:
            raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
        return chat

    def _pace(self, chat: Chat) -> None:
        """Refuse what is too much for a group."""
        if seconds := chat.wait(self._world.clock()):
            raise too_many(seconds)

    @staticmethod
    def _topic(params: Mapping[str, str], chat: Chat) -> int:
        given = params.get("message_thread_id", "")
        if not given:
            return 0
        if not re.fullmatch(r"\d{1,18}", given) or int(given) not in chat.topics:
            raise bad_request("message thread not found")
        return int(given)

    @staticmethod
    def _answered(params: Mapping[str, str], chat: Chat) -> Message | None:
        """The message that this one replies to."""
        written = params.get("reply_parameters", "")
        if not written:
            return None
        try:
            given = json.loads(written)
            number, may_lack = int(given["message_id"]), given.get("allow_sending_without_reply")
        except (ValueError, TypeError, KeyError, AttributeError):
            raise bad_request("can't parse reply parameters JSON object") from None
        if number not in chat.messages and may_lack is not True:
            raise bad_request("message to be replied not found")
        return chat.messages.get(number)

    @staticmethod
    def _message(params: Mapping[str, str], chat: Chat, what: str) -> Message:
        given = params.get("message_id", "")
        message = chat.messages.get(int(given)) if re.fullmatch(r"\d{1,18}", given) else None
        if message is None:
            raise bad_request(f"{what} not found")
        return message

    def _editable(self, params: Mapping[str, str]) -> Message:
        chat = self._writable(params)
        message = self._message(params, chat, "message to edit")
        is_old = self._world.clock() - message.sent_at > FOR_EVERYONE and not message.rows
        if not message.is_from_bot or is_old:
            raise bad_request("message can't be edited")
        return message
