"""What an operator installs is whole, and as closed as it says."""

import re
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
import yaml

from bot.settings import Settings

DEPLOY = Path(__file__).parents[1] / "deploy"
SETTINGS = {field.name.upper() for field in msgspec.structs.fields(Settings)}


@pytest.mark.parametrize("name", ["iop-assistant.service", "Dockerfile", "compose.yaml"])
def test_every_setting_that_is_named_exists(name: str) -> None:
    named = set(re.findall(r"\bBOT_[A-Z_]+", (DEPLOY / name).read_text()))
    assert named - {"BOT_HOST"} <= SETTINGS


def test_the_service_is_hardened() -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("there is no systemd here")
    checked = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=20", DEPLOY / "iop-assistant.service"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout[-200:]


def test_the_key_lies_on_another_volume_than_the_data() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    mounts = [volume.split(":")[:2] for volume in compose["services"]["bot"]["volumes"]]
    assert ["data", "/data"] in mounts
    assert ["keys", "/keys"] in mounts
    assert compose["services"]["bot"]["read_only"] is True


def test_only_the_webhook_is_public() -> None:
    caddy = (DEPLOY / "Caddyfile").read_text()
    assert "path /telegram" in caddy
    assert "8080" not in re.sub(r"#.*", "", caddy)
    assert caddy.count("{") == caddy.count("}")


def test_the_bot_alone_needs_no_public_name() -> None:
    compose = (DEPLOY / "compose.yaml").read_text()
    demanded = set(re.findall(r"\$\{(\w+):\?", compose))
    assert demanded == {"BOT_TOKEN"}, "compose asks for these whichever service is started"
