import time
from pathlib import Path

import pytest

from bot.core.content import Content
from bot.core.content.safety import Safety, read_safety
from bot.core.language.crisis import language_of, read, read_reply
from bot.core.language.crisis_model import Model, ModelError
from bot.core.language.crisis_rows import RANK
from bot.core.model import Tier

ROOT = Path(__file__).parents[3]
WIDE = "".join(chr(ord(each) + 0xFEE0) if each != " " else each for each in "i want to kill myself")


@pytest.fixture(scope="module")
def safety(content: Content) -> Safety:
    return content.safety


@pytest.fixture(scope="module")
def rows_only() -> Safety:
    text = (ROOT / "content" / "safety.yaml").read_text(encoding="utf-8")
    safety, mistakes = read_safety(text, "content/safety.yaml")
    assert safety is not None, "\n".join(map(str, mistakes))
    return safety


def test_every_row_finds_its_example_and_leaves_its_near_miss(rows_only: Safety) -> None:
    for row in rows_only.file.patterns:
        found = {h.pattern.id: h.tier for h in rows_only.hits(rows_only.sentences(row.example))}
        assert found.get(row.id) == row.tier, row.id
        found = {h.pattern.id: h.tier for h in rows_only.hits(rows_only.sentences(row.near_miss))}
        assert found.get(row.id) != row.tier, row.id


def test_no_near_miss_alarms(safety: Safety) -> None:
    alarmed = [
        row.near_miss
        for row in safety.file.patterns
        if read(safety, row.near_miss).tier is Tier.ACUTE and read(safety, row.near_miss).certain
    ]
    assert len(alarmed) <= len(safety.file.patterns) * 0.05, alarmed


@pytest.mark.parametrize(
    "text",
    [
        "I want to kill myself",
        "im going to kill myself tonight",
        "i am going to end my life",
        "I want to die",
        "i took all my pills",
        "he is not breathing",
        "the voices are telling me to kill my mother",
        "my husband is beating me right now",
        "i'm going to stab him tonight",
        "me quiero matar",
        "voy a quitarme la vida",
        "he doesn't sleep, my son is suicidal",
        "my wife isn't well she's suicidal",
        "mi hija se tomó un frasco de pastillas",
    ],
)
def test_plain_words_of_danger_are_acute(safety: Safety, text: str) -> None:
    assert read(safety, text).tier is Tier.ACUTE


@pytest.mark.parametrize(
    "text",
    [
        "i want to k1ll mys3lf",
        "i want to k!ll myself",
        "I WANT TO KILL MYSELF!!!!",
        "i want to killll myself",
        "i want to kil myself",
        "i want to k*ll myself",
        "i want to k i l l myself",
        "i wan\u200bt to ki\u200dll mys\u00adelf",
        WIDE,
        "i want to k\u0456ll myself",
        "i want to k\u0336i\u0336l\u0336l\u0336 myself",
        "i\u2019m going to unalive myself",
        "kms tonight",
        "i want to\nkill myself",
    ],
)
def test_tricks_and_slips_of_spelling_hide_nothing(safety: Safety, text: str) -> None:
    assert read(safety, text).tier is Tier.ACUTE


@pytest.mark.parametrize(
    "text",
    [
        "what is an iop",
        "how much does it cost?",
        "do you take medicaid",
        "can i bring my dog",
        "i feel anxious and depressed most days",
        "this traffic is killing me",
        "is suicide risk treated here?",
        "my son isn't suicidal",
        "no seizures",
        "my phone is about to die, can you email me",
        "shoot me an email when a spot opens",
        "every day",
        "18 to 64",
        "¿cuánto cuesta el programa?",
        "me muero de hambre, hay descanso para comer?",
        "yes",
        "ok thanks",
        "",
        "   ",
        "😀😀😀",
        "???",
        "12345",
    ],
)
def test_ordinary_messages_raise_no_alarm(safety: Safety, text: str) -> None:
    assert read(safety, text).tier is Tier.NONE


@pytest.mark.parametrize(
    ("asked", "text", "said", "tier"),
    [
        ("safe-now", "no", "no", Tier.ACUTE),
        ("safe-now", "yes i'm safe", "yes", Tier.NONE),
        ("safe-now", "not really", "unsure", Tier.ACUTE),
        ("safe-now", "no estoy", "no", Tier.ACUTE),
        ("suicidal-now", "yes", "yes", Tier.ACUTE),
        ("suicidal-now", "tonight", "yes", Tier.ACUTE),
        ("suicidal-now", "no", "no", Tier.NONE),
        ("suicidal-now", "idk", "unsure", Tier.ACUTE),
        ("someone-with-you", "i'm alone", "no", Tier.CONCERN),
        ("someone-with-you", "my mom is here", "yes", Tier.NONE),
    ],
)
def test_short_replies_are_read_with_the_question_asked(
    safety: Safety, asked: str, text: str, said: str, tier: Tier
) -> None:
    assert read_reply(safety, asked, text) == said
    assert read(safety, text, asked).tier is tier


def test_short_replies_mean_nothing_without_a_question(safety: Safety) -> None:
    assert read(safety, "tonight").tier is Tier.NONE
    assert read_reply(safety, "", "yes") is None
    assert read_reply(safety, "safe-now", "how long does the whole program last in weeks") is None


def test_the_model_raises_and_never_lowers(safety: Safety, rows_only: Safety) -> None:
    for row in safety.file.patterns:
        with_model, alone = read(safety, row.example), read(rows_only, row.example)
        assert RANK[with_model.tier] >= RANK[alone.tier], row.example


def test_a_reading_says_why(safety: Safety) -> None:
    assert "pattern kill-myself" in read(safety, "I want to kill myself").because
    why = read(safety, "wrote the letters, fed the cat, tonight i get to rest for good").because
    assert any(each.startswith(("pattern ", "model ")) for each in why)


def test_spanish_is_told_from_english() -> None:
    assert language_of("me quiero morir") == "es"
    assert language_of("¿cuánto cuesta?") == "es"
    assert language_of("i want to die") == "en"
    assert language_of("") == "en"


@pytest.mark.parametrize(
    "text",
    [
        "a " * 2_048,
        "i want to " * 400,
        "my son took the pills and will not " * 120,
        "k*" * 2_048,
        "killl" * 800,
        "." * 4_096,
        "(((((" * 800,
        "i " * 2_048,
        "he " * 1_300,
        "\U0001f52b" * 4_096,
        "\ufdfa" * 4_096,
        "a" * 100_000,
        "k.i.l.l." * 500,
        "e\u0301" * 2_048,
    ],
)
def test_no_message_blows_up(safety: Safety, text: str) -> None:
    begin = time.perf_counter()
    read(safety, text)
    assert time.perf_counter() - begin < 1.0


def test_a_damaged_model_is_a_mistake_and_not_a_crash(content: Content) -> None:
    model = (ROOT / "content" / "safety_model.bin").read_bytes()
    for damaged in (b"x", model[:100], model[:-1], model + b"x", b"signs" + model):
        with pytest.raises(ModelError):
            Model.read(damaged)
    text = (ROOT / "content" / "safety.yaml").read_text(encoding="utf-8")
    safety, mistakes = read_safety(text, "content/safety.yaml", model[:100])
    assert safety is None
    assert "fit-safety" in str(mistakes[0])
    assert content.safety.model is not None
