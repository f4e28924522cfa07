"""The commands of content authors, as they type them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.core.certificate import decision_hash
from bot.core.content import Content

ROOT = Path(__file__).resolve().parents[2]


def bot(
    *arguments: object, folder: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """What `python -m bot` does with these arguments."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *map(str, arguments)],
        capture_output=True,
        cwd=folder,
        env={**os.environ, **environment},
        check=False,
        text=True,
    )


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """A copy of the content that a test may spoil."""
    return Path(shutil.copytree(ROOT / "content", tmp_path / "content"))


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    """Change one place of a file."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_content_as_it_ships_is_fit_to_go_live() -> None:
    ran = bot("check", "--quiet")
    assert ran.stderr == ""
    assert re.match(r"content: fit to go live, proved for [\d,]+ ways through;", ran.stdout)
    assert ran.returncode == 0


def test_all_mistakes_are_told_with_a_chat_that_shows_them(folder: Path) -> None:
    spoil(
        folder,
        "screening.yaml",
        "shakes:        [0, 1, 1, 1, 2, 3, 3, 3, 3, 3]",
        "shakes:        [0, 1, 1, 1, 2, 3, 0, 3, 3, 3]",
    )
    spoil(folder, "wording.yaml", "I'm not a person", "This is confidential. I'm not a person")
    ran = bot("check", "--quiet", folder)
    assert ran.returncode == 1
    lines = ran.stderr.splitlines()
    assert any(line.endswith("[not-monotone]") and "'daily'" in line for line in lines)
    assert any(line.endswith("[example-fails]") for line in lines)
    assert any("clients must not read 'confidential'" in line for line in lines)
    assert "  as in this chat (1):" in lines
    assert "    client: [Every day]" in lines
    assert re.match(rf"{folder}: \d+ errors, \d+ warnings", lines[-1])


def test_a_chat_that_shows_a_mistake_has_only_what_is_asked(folder: Path) -> None:
    spoil(folder, "screening.yaml", "cap: iop", "cap: outpatient")
    ran = bot("check", "--quiet", folder)
    assert "  as in this chat (1):" in ran.stderr
    assert "How often in the past month?" not in ran.stderr.split("as in this chat")[1]
    assert "Does a parent or guardian know" not in ran.stderr.split("as in this chat")[1]


def test_a_folder_with_broken_yaml_is_told_by_line(folder: Path) -> None:
    spoil(folder, "screening.yaml", "in: [seizure-dts]", "in: [seizure-dt]")
    spoil(folder, "faq.yaml", "topics:", "topic:")
    ran = bot("check", folder)
    assert ran.returncode == 1
    assert "no option of 'withdrawal-history' 'seizure-dt'" in ran.stderr
    assert f"{folder}/faq.yaml:" in ran.stderr


def test_every_mistake_is_told_although_one_spoils_the_reading(folder: Path) -> None:
    spoil(folder, "screening.yaml", "rate: {harm: 1}", "rate: {harmm: 1}")
    spoil(folder, "screening.yaml", "outcome: iop\n", "outcome: iopp\n")
    spoil(folder, "screening.yaml", "question: withdrawal-history", "question: withdrawl-history")
    ran = bot("check", "--quiet", folder)
    assert ran.returncode == 1
    assert "no dimension 'harmm'; did you mean 'harm'?" in ran.stderr
    assert "'iopp' is not known here; did you mean 'iop'?" in ran.stderr
    assert "no question 'withdrawl-history'" in ran.stderr
    assert "3 errors" in ran.stderr


def test_a_typo_in_one_key_hides_nothing_elsewhere(folder: Path) -> None:
    spoil(folder, "wording.yaml", "welcome_back:", "welcome_bck:")
    spoil(folder, "wording.yaml", "I can't diagnose.", "This is confidential {clinc}.")
    spoil(folder, "clinic.yaml", "08:00-18:00", "18:00-08:00")
    spoil(folder, "screening.yaml", "cap: iop", "cap: outpatient")
    spoil(folder, "faq.yaml", "answer: |-", "answer: |-\n      **{foo}")
    spoil(folder, "safety.yaml", 'say: "call **911**"', 'say: "call **912**"')
    ran = bot("check", "--quiet", folder)
    for told in (
        "'welcome_back' is missing here; add welcome_back: [missing-key]",
        "unknown key 'welcome_bck'; did you mean 'welcome_back'? [unknown-key]",
        "clients must not read 'confidential' (welcome)",
        "nothing fills {clinc}; did you mean 'clinic'? [placeholder]",
        "'18:00-08:00' ends before it starts",
        "[example-fails]",
        "nothing fills {foo}",
        "a ** is opened and not closed",
        "[number-unsaid]",
    ):
        assert told in ran.stderr, told


def test_a_list_that_cannot_be_read_makes_no_more_mistakes_of_its_names(folder: Path) -> None:
    spoil(folder, "screening.yaml", "    options:", "    optons:")
    ran = bot("check", "--quiet", folder)
    assert "unknown key 'optons'; did you mean 'options'?" in ran.stderr
    assert "'options' is missing here" in ran.stderr
    assert "2 errors" in ran.stderr


def test_the_content_folder_of_the_settings_is_the_one_that_is_meant(
    folder: Path, tmp_path: Path
) -> None:
    spoil(folder, "clinic.yaml", "country: US", "country: ZZ")
    page = tmp_path / "page.html"
    for arguments in (("check",), ("certificate",), ("preview", page), ("diff", "content")):
        ran = bot(*arguments, BOT_CONTENT_DIR=str(folder))
        assert ran.returncode == 1, arguments
        assert f"{folder}/clinic.yaml" in ran.stderr


def test_the_settings_folder_is_compared_with_its_own_past(folder: Path) -> None:
    git = ("git", "-C", folder, "-c", "user.name=ann", "-c", "user.email=ann@example.org")
    for command in (("init", "-q"), ("add", "."), ("commit", "-qm", "first")):
        subprocess.run([*git, *command], check=True)
    spoil(folder, "wording.yaml", "Done", "Finished")
    ran = bot("diff", "HEAD", BOT_CONTENT_DIR=str(folder))
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("Texts: 1 changed")


def test_the_certificate_in_the_repository_is_true() -> None:
    ran = bot("certificate")
    assert ran.returncode == 0, ran.stderr
    kept = (ROOT / "CERTIFICATE.md").read_text(encoding="utf-8")

    def undated(text: str) -> str:
        return re.sub(r"^Made on .*$", "", text, flags=re.MULTILINE)

    assert undated(ran.stdout) == undated(kept), "run: python -m bot certificate -o CERTIFICATE.md"


def test_wording_does_not_touch_what_the_certificate_stands_for(
    content: Content, folder: Path
) -> None:
    spoil(folder, "screening.yaml", '"Managing most things"', '"All is well"')
    ran = bot("certificate", folder)
    assert f"decisions `{decision_hash(content.screening)}`" in ran.stdout
    spoil(folder, "screening.yaml", "rate: {functioning: 3}", "rate: {functioning: 2}")
    ran = bot("certificate", folder)
    assert f"decisions `{decision_hash(content.screening)}`" not in ran.stdout


def test_a_change_of_a_threshold_is_told_in_states_with_a_first_example(folder: Path) -> None:
    spoil(
        folder,
        "screening.yaml",
        "when: {dimension: wd, at_least: 3}",
        "when: {dimension: wd, at_least: 2}",
    )
    spoil(folder, "screening.yaml", '"Managing most things"', '"All is well"')
    ran = bot("diff", ROOT / "content", folder)
    assert ran.returncode == 0, ran.stderr
    assert "Texts: 1 changed" in ran.stdout
    assert "    + All is well" in ran.stdout
    assert "  rule I5\n" in ran.stdout
    assert re.search(
        r"  iop -> inpatient: [\d,]+ states \([\d,]+ ways\), first example:", ran.stdout
    )
    assert "    => 24-hour care may fit better (inpatient, rule I5, same-day)" in ran.stdout


def test_an_emergency_that_is_taken_out_is_told_in_states(folder: Path) -> None:
    spoil(folder, "screening.yaml", "tengo un plan], emergency: suicide", "tengo un plan]")
    ran = bot("diff", ROOT / "content", folder)
    assert "  option suicide-thoughts plan\n" in ran.stdout
    assert re.search(r"  emergency -> info \(now -> routine\): [\d,]+ states", ran.stdout)
    assert "    client: [A plan and intention to do it]" in ran.stdout
    back = bot("diff", folder, ROOT / "content")
    assert re.search(r"  info -> emergency \(routine -> now\): [\d,]+ states", back.stdout)


def test_an_answer_that_only_one_version_takes_is_told(folder: Path) -> None:
    option = '{id: fine, label: "Managing most things"'
    spoil(folder, "screening.yaml", option, '{id: great, label: "Great"}\n      - ' + option)
    for old, new, said in ((ROOT / "content", folder, "added"), (folder, "content", "taken out")):
        ran = bot("diff", old, new)
        assert ran.stdout.splitlines()[-2:] == [
            "Outcomes: the same as before for answers that both versions take",
            f"  not compared, as only one version has it: functioning great: {said}",
        ]


def test_nothing_changed_is_said_too() -> None:
    ran = bot("diff", "content", "content")
    assert ran.stdout.splitlines()[-1] == "Outcomes: nothing changes"


def test_a_revision_that_does_not_exist_is_told() -> None:
    ran = bot("diff", "no-such-revision")
    assert ran.returncode == 1
    assert ran.stderr == "'no-such-revision' is neither a folder nor a git revision\n"


def test_the_preview_shows_every_message_and_needs_nothing_else(
    tmp_path: Path, content: Content
) -> None:
    out = tmp_path / "preview.html"
    assert bot("preview", out).returncode == 0
    page = out.read_text(encoding="utf-8")
    for question in content.screening.questions:
        assert question.text.self_.replace("'", "&#39;") in page
        assert question.text.loved_one.replace("'", "&#39;") in page
        for option in question.options:
            assert option.label.replace("'", "&#39;") in page
    for topic in content.faq.topics:
        assert topic.title.replace("'", "&#39;") in page
    for text in content.screening.outcomes:
        assert text.title in page
    assert "<svg" in page
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page
    assert not re.search(r"<(script|img|link|iframe)|src=|url\(|@import|https?://", page)


def test_a_certificate_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    ran = bot("certificate", "-o", tmp_path / "nowhere" / "page.md")
    assert ran.returncode == 1
    assert ran.stderr == (
        f"bot: {tmp_path}/nowhere/page.md cannot be written: no such file or directory\n"
    )


def test_a_preview_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    ran = bot("preview", tmp_path / "no" / "such" / "folder.html")
    assert ran.returncode == 1
    assert "folder.html cannot be written: no such file or directory" in ran.stderr


def test_a_change_that_moves_no_outcome_is_told_all_the_same(folder: Path) -> None:
    spoil(folder, "screening.yaml", "age-band, in: [under-13]}", "age-band, in: [under-13, 13-17]}")
    spoil(folder, "screening.yaml", "too_little: [who-for, ", "too_little: [")
    spoil(
        folder, "safety.yaml", "tier: acute\n    kind: suicide", "tier: concern\n    kind: suicide"
    )
    spoil(folder, "safety.yaml", "verified_on: 2026-11-24", "verified_on: 2026-11-23")
    spoil(folder, "clinic.yaml", "silence_minutes: 30", "silence_minutes: 45")
    spoil(folder, "faq.yaml", 'source: "Seed', 'source: "The seed')
    spoil(folder, "wording.yaml", 'same-day: "today"', 'same-day: "soon"')
    ran = bot("diff", ROOT / "content", folder)
    assert "Decisions: 2 changed\n  incomplete\n" in ran.stdout
    assert "    + too_young: {question: age-band, in: [under-13, 13-17]}\n" in ran.stdout
    assert "    - too_young: {question: age-band, in: [under-13]}\n" in ran.stdout
    assert "  clinic.yaml silence_minutes\n    - 30\n    + 45\n" in ran.stdout
    assert "  safety.yaml patterns kill-myself tier\n    - acute\n    + concern\n" in ran.stdout
    assert "  safety.yaml countries US emergency verified_on\n" in ran.stdout
    assert "  faq.yaml topics what-is-iop source\n" in ran.stdout
    assert "  wording.yaml staff.urgencies.same-day\n    - today\n    + soon\n" in ran.stdout
    assert "nothing changes" not in ran.stdout
    assert ran.stdout.splitlines()[-1] == "Outcomes: the same as before for all answers"
