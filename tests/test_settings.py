import pytest

from bot.settings import SettingsError, settings


def test_nothing_need_be_set() -> None:
    assert settings({}).bot_token == ""


def test_an_unknown_setting_is_an_error_with_a_hint() -> None:
    with pytest.raises(SettingsError, match="BOT_TOKN; did you mean 'BOT_TOKEN'"):
        settings({"BOT_TOKN": "x"})


def test_other_variables_are_left_alone() -> None:
    assert settings({"PATH": "/bin", "BOTANY": "x"}).bot_token == ""


def test_a_webhook_needs_a_long_secret() -> None:
    with pytest.raises(SettingsError, match="BOT_WEBHOOK_SECRET"):
        settings({"BOT_WEBHOOK_URL": "https://example.org/hook", "BOT_WEBHOOK_SECRET": "short"})


def test_a_webhook_must_be_https_unless_on_this_machine() -> None:
    secret = {"BOT_WEBHOOK_SECRET": "a" * 32}
    with pytest.raises(SettingsError, match="https"):
        settings({"BOT_WEBHOOK_URL": "http://example.org/hook", **secret})
    local = "http://127.0.0.1:9/hook"
    assert settings({"BOT_WEBHOOK_URL": local, **secret}).bot_webhook_url == local


def test_the_key_must_not_lie_beside_what_it_locks() -> None:
    with pytest.raises(SettingsError, match="outside"):
        settings({"BOT_DATA_DIR": "/srv/bot", "BOT_KEY_FILE": "/srv/bot/key"})
