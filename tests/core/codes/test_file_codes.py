"""Files that are not there, or are no text, or far too much of it: what is told of the folder."""

from pathlib import Path

from checking import CONTENT, TODAY, sound, told

from bot.content_check import check_folder


def told_of(folder: Path) -> list[str]:
    """What is told of the files themselves."""
    found = check_folder(folder, TODAY).mistakes
    return [str(each).replace(f"{folder}/", "") for each in found if not each.warning]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A folder with clinic.yaml and nothing else in it."""
    (tmp_path / "clinic.yaml").write_text(sound("clinic.yaml"), encoding="utf-8")
    names = ("console", "faq", "safety", "screening", "wording")
    missing = "the file cannot be read: No such file or directory"
    list_missing = (
        "the list of banned words cannot be read: [Errno 2] No such file or directory:"
        f" '{tmp_path}/banned.yaml'"
    ).replace(f"{tmp_path}/", "")
    assert told_of(tmp_path) == [
        f"banned.yaml:1: {list_missing}; bring it back, or begin with `groups:` [no-file]",
        *(
            f"{name}.yaml:1: {missing}; BOT_CONTENT_DIR names the folder [no-file]"
            for name in names
        ),
    ]


def test_files_that_are_no_text_or_too_much_of_it(tmp_path: Path) -> None:
    """Every file as it ships, but wording.yaml in UTF-16 and console.yaml of five megabytes."""
    for name in ("banned.yaml", "clinic.yaml"):
        (tmp_path / name).write_bytes((CONTENT / name).read_bytes())
    for name in ("faq.yaml", "safety.yaml", "screening.yaml"):
        (tmp_path / name).write_text(sound(name), encoding="utf-8")
    (tmp_path / "wording.yaml").write_text(sound("wording.yaml"), encoding="utf-16")
    (tmp_path / "console.yaml").write_text("#" * 5_000_000, encoding="utf-8")
    assert [each for each in told_of(tmp_path) if not each.startswith("screening")] == [
        "console.yaml:1: the file is over 4 MB; split or shorten it [too-large]",
        "wording.yaml:1: the file is not UTF-8 text; save it as UTF-8 [encoding]",
    ]


def test_more_phrasings_than_can_be_searched() -> None:
    """
    # faq.yaml
    not_ours: ["message 0", ..., "message 20000"]
    """
    many = ", ".join(f"message {number}" for number in range(20_001))
    assert told(f"# faq.yaml\nnot_ours: [{many}]\n") == [
        "faq.yaml:0: over 20000 phrasings in all; take some out [too-many]"
    ]


def test_nobody_to_ask_for() -> None:
    """
    # screening.yaml
    version: "2"
    questions: # without one that has the options self and loved-one
    """
    assert told("# screening.yaml\nversion: '2'\n", also="perspectives") == [
        (
            "screening.yaml:2: no question has the options self, loved-one, professional, and no"
            " other; the wording about someone else depends on these names [perspectives]"
        )
    ]
