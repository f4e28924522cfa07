import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_model_in_content_is_the_one_that_training_gives() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "fit-safety", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
