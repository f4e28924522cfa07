"""What an operator sets, read once from the environment; an unknown BOT_ name is an error."""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from bot.core.checked_yaml import did_you_mean

SECRET_LENGTH = 16


class SettingsError(Exception):
    """A setting cannot be used; the message says which, and what to do."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Each field is the environment variable of that name in capitals."""

    bot_token: Annotated[
        str,
        Meta(description="Token from @BotFather. Without it, `run` opens a chat in the terminal."),
    ] = ""
    bot_data_dir: Annotated[
        str, Meta(description="Folder of the databases; made when missing.")
    ] = "./data"
    bot_key_file: Annotated[
        str,
        Meta(
            description="File with the key-encryption keys, outside the data folder; made at the"
            " first run, readable by its owner alone. Keep a copy elsewhere."
        ),
    ] = "~/.config/iop-assistant/bot.key"
    bot_content_dir: Annotated[
        str, Meta(description="Folder of the YAML files that clinicians edit.")
    ] = "./content"
    bot_staff_chat_id: Annotated[
        str,
        Meta(description="Telegram chat that gets alerts: a case code and an urgency, no more."),
    ] = ""
    bot_api_url: Annotated[str, Meta(description="Root of the Bot API server.")] = (
        "https://api.telegram.org"
    )
    bot_webhook_url: Annotated[
        str, Meta(description="Public https address for a webhook; empty means long polling.")
    ] = ""
    bot_webhook_secret: Annotated[
        str,
        Meta(description="Secret of the webhook, 16 to 256 of A-Z a-z 0-9 _ -; needed with it."),
    ] = ""
    bot_webhook_listen: Annotated[
        str, Meta(description="Address and port where the webhook listens.")
    ] = "127.0.0.1:8081"
    bot_console_listen: Annotated[
        str,
        Meta(description="Address and port of the staff console and of /healthz; `off` for none."),
    ] = "127.0.0.1:8080"
    bot_console_url: Annotated[
        str,
        Meta(
            description="Address where staff open the console, if another server stands before it."
        ),
    ] = ""
    bot_console_proxy: Annotated[
        str,
        Meta(
            description="IP address of that server, if it passes on in X-Forwarded-For where staff"
            " come from."
        ),
    ] = ""
    bot_fhir_base: Annotated[
        str,
        Meta(description="Root of the names in FHIR exports, an https address; else urn:uuid."),
    ] = ""
    bot_messages_per_second: Annotated[
        str,
        Meta(description="How fast the bot may write to all chats together; Telegram allows 30."),
    ] = "25"
    bot_log_level: Annotated[str, Meta(description="debug, info, warning or error.")] = "info"

    @property
    def data_dir(self) -> Path:
        """The data folder as a path."""
        return Path(self.bot_data_dir).expanduser()

    @property
    def key_file(self) -> Path:
        """The key file as a path."""
        return Path(self.bot_key_file).expanduser()

    @property
    def content_dir(self) -> Path:
        """The content folder as a path."""
        return Path(self.bot_content_dir).expanduser()


def settings(environment: Mapping[str, str]) -> Settings:
    """The settings in `environment`.

    Raises:
        SettingsError: a BOT_ name is unknown, or values do not fit together.

    """
    given = {
        name.lower(): value.strip()
        for name, value in environment.items()
        if name.startswith("BOT_") and value.strip()
    }
    known = {field.name for field in msgspec.structs.fields(Settings)}
    for name in given:
        if name not in known:
            hint = did_you_mean(name.upper(), [each.upper() for each in known])
            raise SettingsError(f"unknown setting {name.upper()}; {hint or 'see README'}")
    chosen = Settings(**given)
    if chosen.bot_webhook_url and len(chosen.bot_webhook_secret) < SECRET_LENGTH:
        raise SettingsError(
            "BOT_WEBHOOK_URL needs BOT_WEBHOOK_SECRET of at least 16 characters;"
            " make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )
    loopback = ("https://", "http://127.0.0.1", "http://localhost")
    if chosen.bot_webhook_url and not chosen.bot_webhook_url.startswith(loopback):
        raise SettingsError("BOT_WEBHOOK_URL must begin with https:// (http only on this machine)")
    if chosen.bot_console_proxy and not _is_address(chosen.bot_console_proxy):
        raise SettingsError("BOT_CONSOLE_PROXY must be an IP address, such as 172.18.0.2")
    if chosen.bot_fhir_base and not re.fullmatch(r"https?://[^\s|#?]+", chosen.bot_fhir_base):
        raise SettingsError("BOT_FHIR_BASE must be an address such as https://clinic.example/fhir")
    if not re.fullmatch(r"-?\d*", chosen.bot_staff_chat_id):
        raise SettingsError("BOT_STAFF_CHAT_ID must be a number, such as -1001234567890")
    if not re.fullmatch(r"[1-9]\d{0,3}", chosen.bot_messages_per_second):
        raise SettingsError("BOT_MESSAGES_PER_SECOND must be a whole number from 1 to 9999")
    if chosen.bot_log_level not in {"debug", "info", "warning", "error"}:
        raise SettingsError("BOT_LOG_LEVEL must be debug, info, warning or error")
    if chosen.key_file.resolve().is_relative_to(chosen.data_dir.resolve()):
        raise SettingsError(
            "BOT_KEY_FILE must lie outside BOT_DATA_DIR: a key beside its lock is none"
        )
    return chosen


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def settings_table() -> str:
    """The settings as the Markdown table that README holds."""
    rows = ["| setting | default | what it is |", "|---|---|---|"]
    for field in msgspec.structs.fields(Settings):
        description = next(
            each.description
            for each in field.type.__metadata__
            if isinstance(each, Meta) and each.description
        )
        default = f"`{field.default}`" if field.default else "none"
        rows.append(f"| `{field.name.upper()}` | {default} | {description} |")
    return "\n".join(rows)
