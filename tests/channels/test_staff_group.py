"""The staff group as staff use it, on a strict Telegram: take a case, write to its client, hand back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from desk import Clock, Desk, desk
from joint import Joint

from bot.channels.telegram import Telegram
from bot.core.content import Content
from bot.core.dialogue import advance
from bot.core.model import ChatId, WithStaff
from bot.rehearsal.people import Person
from bot.rehearsal.telegram_server import TOKEN, TelegramServer
from bot.rehearsal.telegram_world import Message
from bot.settings import Settings

STAFF = -100500
CONSOLE = "https://desk.example"
DANGER = "i am going to kill myself tonight"


@asynccontextmanager
async def running(
    server: TelegramServer, folder: Path, content: Content, clock: Clock | None = None
) -> AsyncIterator[Desk]:
    """The assistant with its own dialogue, on the server."""
    chosen = Settings(bot_token=TOKEN, bot_api_url=server.url, bot_staff_chat_id=str(STAFF))
    joint, clock = Joint(), clock or Clock()
    async with (
        AsyncExitStack() as after,
        desk(
            folder, content, channel=joint, clock=clock, advance=advance, console_url=CONSOLE
        ) as behind,
    ):
        telegram = Telegram(
            chosen, vault=behind.vault, wording=lambda: content.wording, clock=clock
        )
        joint.telegram = telegram
        after.push_async_callback(telegram.close)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(telegram.run(behind.reception, behind.outbox))
            try:
                yield behind
            finally:
                telegram.stop()


@pytest.fixture
async def bot(server: TelegramServer, tmp_path: Path, content: Content) -> AsyncIterator[Desk]:
    async with running(server, tmp_path / "data", content) as found:
        yield found


@pytest.fixture
def cleo(server: TelegramServer) -> Person:
    """Staff, in a group without topics."""
    server.group(STAFF, "supergroup")
    return Person(server.world, 77, "Cleo", chat_id=STAFF)


@pytest.fixture
def forum(server: TelegramServer) -> Person:
    """Staff, in a group with topics."""
    server.group(STAFF, "supergroup", is_forum=True)
    return Person(server.world, 77, "Cleo", chat_id=STAFF)


async def stage(bot: Desk, chat: str = "telegram:42") -> object:
    kept = await bot.store.run(lambda batch: batch.session(ChatId(chat)))
    assert kept is not None
    return kept.session.stage


async def shown(person: Person, fragment: str) -> Message:
    """The newest message in the group that says so, once there is one."""

    def found() -> list[Message]:
        return [each for each in person.screen() if fragment in each.text]

    assert await person.world.until(lambda: bool(found()), 10), person.picture()
    return found()[-1]


# --- writing to a client -------------------------------------------------------------------------


async def test_a_reply_to_an_alert_takes_over_and_reaches_the_client_by_first_name(
    bot: Desk, ann: Person, cleo: Person, content: Content
) -> None:
    await ann.write("/human")
    await ann.expects("I've asked our team")
    alert = await cleo.expects("Case")
    assert f"{CONSOLE}/cases/" in alert.text
    await cleo.reply(alert, "Hi, when can I call you?")
    await ann.expects("Cleo from our team is here", "Cleo: Hi, when can I call you?")
    sent = await cleo.expects("Sent to the client as Cleo")
    assert cleo.chat.messages[sent.message].answers is not None
    stood = await stage(bot)
    assert isinstance(stood, WithStaff)
    assert stood.staff == "Cleo"
    taken = await shown(cleo, "Cleo has case")
    assert taken.id == alert.message, "the alert itself says who has it"
    assert not taken.rows
    await cleo.reply(sent, "Or shall I write here?")
    await ann.expects("Cleo: Or shall I write here?")
    assert sum("from our team is here" in each for each in ann.bubbles()) == 1
    assert content.wording.staff.acknowledge not in cleo.buttons()


@pytest.mark.usefixtures("bot")
async def test_staff_learn_once_that_the_client_has_answered_and_read_it_elsewhere(
    ann: Person, cleo: Person
) -> None:
    await ann.write("/human")
    alert = await cleo.expects("Case")
    await cleo.reply(alert, "Hi, when can I call you?")
    await ann.expects("when can I call you")
    await cleo.expects("Sent to the client")
    await shown(cleo, "Cleo has case")
    await ann.write("secretword at 3 pm")
    await ann.write("and not before")
    news = await cleo.expects("has written")
    assert "secretword" not in news.text
    assert f"{CONSOLE}/cases/" in news.text
    await cleo.expects_nothing()
    await cleo.reply(news, "At three, then.")
    await ann.expects("Cleo: At three, then.")


async def test_back_hands_the_chat_back(bot: Desk, ann: Person, cleo: Person) -> None:
    await ann.write("/human")
    alert = await cleo.expects("Case")
    await cleo.reply(alert, "/back")
    await cleo.expects("Nobody of the team writes")
    await cleo.reply(alert, "Hello Ann")
    await ann.expects("Cleo: Hello Ann")
    await cleo.reply(alert, "/back@rehearsal_bot")
    await ann.expects("Cleo has left the chat")
    await cleo.expects("The assistant goes on")
    assert not isinstance(await stage(bot), WithStaff)


async def test_what_cannot_be_sent_is_said_and_the_client_gets_nothing(
    bot: Desk, ann: Person, cleo: Person, content: Content, server: TelegramServer
) -> None:
    words = content.wording.staff.group
    await ann.write("/human")
    await ann.expects("I've asked our team")
    alert = await cleo.expects("Case")
    before = len(ann.bubbles())
    await cleo.reply(alert, "/bakc")
    await cleo.expects(words.only_back)
    photo = [{"file_id": "x", "file_unique_id": "x", "width": 1, "height": 1}]
    answered = cleo.chat.messages[alert.message].shallow()
    await cleo.send(photo=photo, reply_to_message=answered)
    await cleo.expects(words.only_text)
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    await cleo.write(
        "hi", reply_to_message=answered, sender_chat=cleo.chat.json(), **{"from": anonymous}
    )
    await cleo.expects(words.hidden)
    stranger = server.world.put(cleo.chat, 123456, "a sentence about the bot itself")
    await cleo.reply(stranger, "hi")
    await cleo.expects(words.no_case)
    await bot.settles()
    assert len(ann.bubbles()) == before


async def test_talk_among_colleagues_stays_among_them(bot: Desk, ann: Person, cleo: Person) -> None:
    await ann.write("/human")
    await ann.expects("I've asked our team")
    await cleo.expects("Case")
    said = await cleo.write("who has time?")
    await cleo.reply(said, "I do, after lunch")
    await cleo.expects_nothing()
    assert not isinstance(await stage(bot), WithStaff)


@pytest.mark.usefixtures("bot")
async def test_a_changed_message_does_not_reach_the_client_and_staff_are_told(
    ann: Person, cleo: Person, content: Content
) -> None:
    await ann.write("/human")
    alert = await cleo.expects("Case")
    said = await cleo.reply(alert, "At tree")
    await ann.expects("Cleo: At tree")
    await cleo.edit(said, "At three")
    await cleo.expects(content.wording.staff.group.edited)
    assert not any("three" in each for each in ann.bubbles())


@pytest.mark.usefixtures("bot")
async def test_staff_learn_when_the_client_cannot_be_reached(
    ann: Person, cleo: Person, content: Content
) -> None:
    await ann.write("/human")
    await ann.expects("I've asked our team")
    alert = await cleo.expects("Case")
    ann.chat.is_blocked = True
    await cleo.reply(alert, "Are you there?")
    await cleo.expects(content.wording.staff.group.not_sent)
    assert not any("Sent to the client" in each for each in cleo.bubbles())


@pytest.mark.usefixtures("bot")
async def test_a_reply_about_an_erased_case_is_not_sent(
    ann: Person, cleo: Person, content: Content
) -> None:
    await ann.write("/human")
    alert = await cleo.expects("Case")
    old = cleo.chat.messages[alert.message]
    await ann.write("/delete")
    await ann.expects("Erase it?")
    await ann.press(content.wording.erase.yes)
    await ann.expects("Your record is erased")
    assert await cleo.world.until(lambda: alert.message not in cleo.chat.messages, 10)
    cleo.chat.messages[alert.message] = old  # as Telegram keeps those of more than two days ago
    before = len(ann.bubbles())
    await cleo.reply(alert, "Hello?")
    await cleo.expects(content.wording.staff.group.no_case)
    assert len(ann.bubbles()) == before


async def test_a_reply_to_a_message_about_several_cases_is_not_guessed(
    bot: Desk, ann: Person, cleo: Person, server: TelegramServer, content: Content
) -> None:
    ben = server.person(43, "Ben")
    for each in (ann, ben):
        await each.write("/human")
        await each.expects("I've asked our team")
    await cleo.expects("Case", "Case")
    await bot.ticks()
    bot.clock.passes(hours=2)
    await bot.ticks()
    digest = await cleo.expects("2 cases wait")
    assert len(digest.labels) == 2
    await cleo.reply(digest, "Hello?")
    await cleo.expects(content.wording.staff.group.several_cases)
    await cleo.press(digest.labels[0])
    await cleo.expects_toast("Cleo has case")
    await cleo.expects("Cleo has case")


async def test_writing_goes_on_after_a_restart(
    server: TelegramServer, tmp_path: Path, content: Content, ann: Person, cleo: Person
) -> None:
    async with running(server, tmp_path / "data", content):
        await ann.write("/human")
        alert = await cleo.expects("Case")
    async with running(server, tmp_path / "data", content):
        await cleo.reply(alert, "Good morning")
        await ann.expects("Cleo: Good morning")
        assert (await shown(cleo, "Cleo has case")).id == alert.message


@pytest.mark.usefixtures("bot")
async def test_danger_while_staff_write_from_the_group_alerts_anew(
    ann: Person, cleo: Person, content: Content
) -> None:
    await ann.write("/human")
    alert = await cleo.expects("Case")
    await cleo.reply(alert, "Hello Ann")
    await ann.expects("Cleo: Hello Ann")
    await ann.write(DANGER)
    await ann.expects("988")
    again = await cleo.expects(content.wording.staff.urgencies["now"])  # type: ignore[index] # (Urgency is a str)
    assert "kill" not in again.text


# --- topics --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bot")
async def test_each_case_has_a_topic_and_what_is_written_there_goes_to_its_client(
    ann: Person, forum: Person, server: TelegramServer
) -> None:
    ben = server.person(43, "Ben")
    for each in (ann, ben):
        await each.write("/human")
        await each.expects("I've asked our team")
    first, second = await forum.expects("Case"), await forum.expects("Case")
    topics = [forum.chat.messages[each.message].topic for each in (first, second)]
    assert len(set(topics)) == 2
    assert all(
        forum.chat.topics[topic] in each.text
        for topic, each in zip(topics, (first, second), strict=True)
    )
    [topic, other] = topics
    await forum.write_in(topic, "Hello from the topic")
    sent = await forum.expects("Sent to the client")
    assert forum.chat.messages[sent.message].topic == topic
    got = [any("Hello from" in text for text in each.bubbles()) for each in (ann, ben)]
    assert sum(got) == 1, "only the client of that topic"
    await forum.write_in(other, "And to you")
    await forum.expects("Sent to the client")
    got = [any("And to you" in text for text in each.bubbles()) for each in (ann, ben)]
    assert sum(got) == 1
    assert not all(
        any("Hello from" in text for text in each.bubbles())
        == any("And to you" in text for text in each.bubbles())
        for each in (ann, ben)
    )


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(("topics", "may_delete"), [(True, True), (True, False), (False, False)])
async def test_nothing_that_the_bot_wrote_of_an_erased_case_stays_in_the_group(
    ann: Person, server: TelegramServer, content: Content, *, topics: bool, may_delete: bool
) -> None:
    group = server.group(STAFF, "supergroup", is_forum=topics)
    group.may_delete = may_delete
    cleo = Person(server.world, 77, "Cleo", chat_id=STAFF)
    await ann.write("/human")
    await ann.expects("I've asked our team")
    alert = await cleo.expects("Case")
    await cleo.reply(alert, "Hello Ann")
    await cleo.expects("Sent to the client")
    await ann.write("/delete")
    await ann.expects("Cleo from our team is here", "Cleo: Hello", "Erase it?")
    await ann.press(content.wording.erase.yes)
    await ann.expects("record is erased")
    assert await server.world.until(lambda: "Case" not in cleo.picture(), 10), cleo.picture()
    assert bool(group.topics) is (topics and not may_delete)


async def test_an_alert_that_comes_again_stands_in_the_topic_of_its_case(
    bot: Desk, ann: Person, forum: Person, server: TelegramServer
) -> None:
    await ann.write(DANGER)
    await ann.expects("988")
    first = await forum.expects("Case")
    await bot.ticks()
    bot.clock.passes(minutes=6)
    await bot.ticks()
    again = await forum.expects("Nobody has taken it")
    assert forum.chat.messages[again.message].topic == forum.chat.messages[first.message].topic != 0
    assert len(server.calls("createForumTopic")) == 1


async def test_a_topic_that_was_deleted_is_opened_again(
    bot: Desk, ann: Person, forum: Person, server: TelegramServer
) -> None:
    await ann.write(DANGER)
    await ann.expects("988")
    first = await forum.expects("Case")
    old = forum.chat.messages[first.message].topic
    await bot.ticks()
    await forum.delete_topic(old)
    bot.clock.passes(minutes=6)
    await bot.ticks()
    again = await forum.expects("Nobody has taken it")
    new = forum.chat.messages[again.message].topic
    assert new not in {0, old}
    await forum.write_in(new, "Ann, are you safe?")
    await ann.expects("Cleo: Ann, are you safe?")
    assert len(server.calls("createForumTopic")) == 2


@pytest.mark.usefixtures("bot")
async def test_without_the_right_to_open_topics_alerts_stand_in_the_group(
    ann: Person, forum: Person
) -> None:
    forum.chat.may_open_topics = False
    await ann.write(DANGER)
    await ann.expects("988")
    alert = await forum.expects("Case")
    assert forum.chat.messages[alert.message].topic == 0
    await forum.reply(alert, "Ann, are you safe?")
    await ann.expects("Cleo: Ann, are you safe?")


async def test_what_colleagues_answer_each_other_in_a_topic_stays_there(
    bot: Desk, ann: Person, forum: Person
) -> None:
    await ann.write("/human")
    await ann.expects("I've asked our team")
    alert = await forum.expects("Case")
    topic = forum.chat.messages[alert.message].topic
    said = await forum.write_in(topic, "Hello Ann")
    await ann.expects("Cleo: Hello Ann")
    await forum.expects("Sent to the client")
    await shown(forum, "Cleo has case")
    await forum.reply(said, "should we call her?")
    await forum.expects_nothing()
    await bot.settles()
    assert not any("should we" in each for each in ann.bubbles())
