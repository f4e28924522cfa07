"""What the outbox gives goes out to Telegram, and what comes of it comes back."""

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from desk import Clock, desk
from telegram.error import BadRequest, TelegramError

from bot.channels.telegram import Telegram
from bot.channels.telegram_logs import hidden, quiet_logs
from bot.core.content import Content
from bot.core.model import Button, ChatId, MessageId
from bot.core.post import (
    Delivered,
    Outgoing,
    OutgoingKind,
    Refused,
    TryLater,
    Unreachable,
)
from bot.rehearsal.bot_process import free_address
from bot.rehearsal.people import Person
from bot.rehearsal.telegram_server import TOKEN, TelegramServer
from bot.rehearsal.weather import Broken, Lost, Slow, TooMany
from bot.settings import Settings


def say(text: str = "hi", chat: int = 42, **more: object) -> Outgoing:
    fields: dict[str, object] = {"id": 1, "kind": OutgoingKind.MESSAGE, "text": text} | more
    return Outgoing(chat_id=ChatId(f"telegram:{chat}"), **fields)  # type: ignore[arg-type] # (fields of many types)


@pytest.fixture
async def out(
    server: TelegramServer, ann: Person, tmp_path: Path, content: Content
) -> AsyncIterator[Telegram]:
    """A channel that only sends."""
    await ann.write("hi")
    settings = Settings(bot_token=TOKEN, bot_api_url=server.url)
    async with desk(tmp_path / "data", content) as behind:
        telegram = Telegram(
            settings, vault=behind.vault, wording=lambda: content.wording, clock=Clock()
        )
        yield telegram
        await telegram.close()


GO = ((Button(label="Go", data="go"), Button(label="Read", url="https://example.org/")),)


async def test_a_long_message_comes_in_pieces_with_its_buttons_last(
    out: Telegram, ann: Person
) -> None:
    text = "\n\n".join(["**Part** " + "x" * 2000] * 5)
    outcome = await out.deliver(say(text, buttons=GO))
    bubbles = [each for each in ann.screen() if each.is_from_bot]
    assert len(bubbles) == 3
    assert [bool(each.rows) for each in bubbles] == [False, False, True]
    names = [MessageId(str(each.id)) for each in bubbles]
    assert outcome == Delivered(message=names[-1], before=tuple(names[:-1]))
    assert bubbles[0].entities[0] == {"type": "bold", "offset": 0, "length": 4}


async def test_a_long_message_that_breaks_off_goes_on_where_it_was(
    out: Telegram, ann: Person, server: TelegramServer
) -> None:
    text = "a" * 4096 + "\n\n" + "b" * 4096 + "\n\n" + "c"
    server.weather.plan("sendMessage", Lost(done=True), TooMany(2))
    assert isinstance(await out.deliver(say(text)), TryLater)
    assert await out.deliver(say(text)) == TryLater(
        after=timedelta(seconds=2), why="Flood control exceeded. Retry in 0:00:02"
    )
    assert isinstance(await out.deliver(say(text)), Delivered)
    assert [each[0] for each in ann.bubbles()] == ["a", "a", "b", "c"]


async def test_a_long_message_that_breaks_off_says_what_stands_there(
    out: Telegram, ann: Person, server: TelegramServer
) -> None:
    server.weather.plan("sendMessage", Slow(0), TooMany(2))
    outcome = await out.deliver(say("a" * 4096 + "\n\n" + "b"))
    assert isinstance(outcome, TryLater)
    assert outcome.before == (MessageId(str(ann.screen()[-1].id)),)


async def test_an_edit_takes_the_place_of_a_message(out: Telegram, ann: Person) -> None:
    first = await out.deliver(say("one", buttons=GO))
    assert isinstance(first, Delivered)
    again = await out.deliver(say("one", buttons=GO, edits=first.message))
    assert again == first, "to change nothing is a success"
    assert await out.deliver(say("two", edits=first.message)) == first
    assert ann.bubbles() == ["two"]


async def test_where_the_message_is_gone_an_edit_is_sent_anew(out: Telegram, ann: Person) -> None:
    theirs = MessageId(str(ann.screen()[0].id))
    for edits in (MessageId("999"), theirs):
        outcome = await out.deliver(say("new", edits=edits))
        assert isinstance(outcome, Delivered)
        assert outcome.message not in {None, edits}
    assert ann.bubbles() == ["new", "new"]


async def test_old_buttons_go_and_are_gone_already(out: Telegram, ann: Person) -> None:
    first = await out.deliver(say("one", buttons=GO))
    assert isinstance(first, Delivered)
    for _ in range(2):
        outcome = await out.deliver(say(kind=OutgoingKind.STRIP, edits=first.message))
        assert outcome == Delivered()
    assert ann.buttons() == []
    gone = say(kind=OutgoingKind.STRIP, edits=MessageId("999"))
    assert await out.deliver(gone) == Delivered()


async def test_messages_are_deleted_as_far_as_telegram_allows(
    out: Telegram, ann: Person, server: TelegramServer
) -> None:
    first = await out.deliver(say("one"))
    assert isinstance(first, Delivered)
    delete = say(kind=OutgoingKind.DELETE, edits=first.message)
    assert await out.deliver(delete) == Delivered()
    assert await out.deliver(delete) == Delivered(), "gone is gone"
    assert ann.bubbles() == []
    old = await out.deliver(say("old"))
    assert isinstance(old, Delivered)
    ann.screen()[-1].sent_at -= timedelta(hours=49)
    refused = await out.deliver(say(kind=OutgoingKind.DELETE, edits=old.message))
    assert isinstance(refused, Refused)
    assert len(server.calls("deleteMessage")) == 3


async def test_a_record_comes_as_a_file(out: Telegram, ann: Person) -> None:
    outcome = await out.deliver(
        say("my-record.txt", kind=OutgoingKind.DOCUMENT, document="Ünï".encode())
    )
    assert isinstance(outcome, Delivered)
    assert ann.screen()[-1].file_name == "my-record.txt"
    assert ann.screen()[-1].document == "Ünï".encode()


async def test_a_press_too_old_to_answer_is_done_with(out: Telegram) -> None:
    toast = say(kind=OutgoingKind.TOAST, callback_id="7")
    assert await out.deliver(toast) == Delivered()


async def test_a_blocked_or_unknown_chat_is_unreachable(out: Telegram, ann: Person) -> None:
    await ann.block()
    assert isinstance(await out.deliver(say()), Unreachable)
    assert isinstance(await out.deliver(say(chat=777)), Unreachable)


@pytest.mark.parametrize("fault", [Broken(502), Broken(500), Lost(done=False), Lost(done=True)])
async def test_trouble_on_the_line_is_for_later(
    out: Telegram, server: TelegramServer, fault: Broken | Lost
) -> None:
    server.weather.plan("sendMessage", fault)
    outcome = await out.deliver(say())
    assert isinstance(outcome, TryLater)
    assert outcome.after == timedelta()
    assert TOKEN not in outcome.why
    assert isinstance(await out.deliver(say()), Delivered)


async def test_a_server_that_does_not_answer_is_for_later(
    out: Telegram, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram_line.READ_WITHIN", 0.2)
    server.weather.plan("sendMessage", Slow(1))
    assert await out.deliver(say()) == TryLater(after=timedelta(), why="Timed out")


async def test_a_server_that_is_not_there_is_for_later(tmp_path: Path, content: Content) -> None:
    settings = Settings(bot_token=TOKEN, bot_api_url=f"http://{free_address()}")
    async with desk(tmp_path / "data", content) as behind:
        nowhere = Telegram(
            settings, vault=behind.vault, wording=lambda: content.wording, clock=Clock()
        )
        outcome = await nowhere.deliver(say())
        assert isinstance(outcome, TryLater)
        assert TOKEN not in outcome.why
        await nowhere.close()


async def test_what_is_wrong_around_a_text_never_keeps_the_text_back(
    out: Telegram, ann: Person, server: TelegramServer
) -> None:
    bad = ((Button(label="Call", url="tel:988"),),)
    assert isinstance(await out.deliver(say("**call** 988", buttons=bad)), Delivered)
    server.group(-6, "supergroup", is_forum=True)
    assert isinstance(await out.deliver(say("alert", chat=-6, topic="99")), Delivered)
    assert ann.bubbles() == ["call 988"]


async def test_nothing_to_show_is_refused(out: Telegram, server: TelegramServer) -> None:
    assert isinstance(await out.deliver(say(" \n")), Refused)
    assert server.calls("sendMessage") == []


async def test_a_group_that_moved_is_followed(out: Telegram, server: TelegramServer) -> None:
    server.group(-6).moved_to = -1006
    server.group(-1006, "supergroup")
    assert isinstance(await out.deliver(say("alert", chat=-6)), Delivered)
    assert isinstance(await out.deliver(say("again", chat=-6)), Delivered)
    moved = server.world.chats[-1006].messages.values()
    assert [each.text for each in moved] == ["alert", "again"]
    assert len(server.calls("sendMessage")) == 3


# --- secrets -------------------------------------------------------------------------------------


def test_the_token_is_taken_out_of_errors_and_logs(caplog: pytest.LogCaptureFixture) -> None:
    assert TOKEN not in hidden(f"POST https://x/bot{TOKEN}/getMe failed", TOKEN)
    factory = logging.getLogRecordFactory()
    try:
        quiet_logs(TOKEN)
        with caplog.at_level(logging.DEBUG):
            logging.getLogger("any").warning("call %s", f"https://x/bot{TOKEN}/getMe")
            try:
                int(TOKEN)
            except ValueError:
                logging.getLogger("any").exception("failed")
            logging.getLogger("httpx").info("HTTP Request: POST https://x/bot%s", TOKEN)
        assert TOKEN.partition(":")[2] not in caplog.text
        assert "call https://x/bot[token]/getMe" in caplog.text
        assert "HTTP Request" not in caplog.text
    finally:
        logging.setLogRecordFactory(factory)


async def test_why_something_failed_says_nothing_that_telegram_quotes(out: Telegram) -> None:
    error: TelegramError = BadRequest('Unsupported start tag "i want to die" at byte offset 2')
    assert out._sender.why(error) == "Unsupported start tag "  # noqa: SLF001 (one door, no other way to this)
