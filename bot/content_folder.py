"""Reads the folder that clinicians edit; `core.content` says what its texts mean."""

from pathlib import Path

from bot.core.checked_yaml import MAX_BYTES, Mistake
from bot.core.content import FILES, MODEL, Content, read_content


def folder_texts(folder: Path) -> tuple[dict[str, str], list[Mistake]]:
    """The texts of the content files by name; what cannot be read is a mistake."""
    texts: dict[str, str] = {}
    mistakes: list[Mistake] = []
    for name in FILES:
        path = folder / name
        try:
            if path.stat().st_size > MAX_BYTES:
                mistakes.append(
                    Mistake(
                        path=str(path),
                        line=1,
                        code="too-large",
                        message=f"the file is over {MAX_BYTES // 1_000_000} MB",
                        hint="split or shorten it",
                    )
                )
            else:
                texts[name] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            mistakes.append(
                Mistake(
                    path=str(path),
                    line=1,
                    code="encoding",
                    message="the file is not UTF-8 text",
                    hint="save it as UTF-8",
                )
            )
        except OSError as error:
            mistakes.append(
                Mistake(
                    path=str(path),
                    line=1,
                    code="no-file",
                    message=f"the file cannot be read: {error.strerror}",
                    hint="BOT_CONTENT_DIR names the folder",
                )
            )
    return texts, mistakes


def model_bytes(folder: Path) -> bytes:
    """The fitted part of reading signs of crisis; without it the patterns work alone."""
    path = folder / MODEL
    return path.read_bytes() if path.is_file() else b""


def read_folder(folder: Path) -> tuple[Content | None, list[Mistake]]:
    """The content of a folder, or every mistake in it."""
    texts, mistakes = folder_texts(folder)
    if mistakes:
        return None, mistakes
    return read_content(texts, model_bytes(folder), str(folder))
