"""Who waits is in the queue, and stays there until staff have answered."""

import re

from clinic import Clinic, Colleague

from bot.console.accounts import Role
from bot.core.post import Unreachable

HARD = {"past month": "Thought of a way"}
DANGER = "i am going to kill myself tonight"


async def sets(who: Colleague, case: str, state: str, follow_up: str = "") -> int:
    """Set a case's status; the answer's status."""
    await who.opens(f"/cases/{case}")
    page = await who.posts(f"/cases/{case}/status", state=state, follow_up=follow_up)
    return page.status


async def test_a_case_is_not_closed_while_its_crisis_is_open(clinic: Clinic) -> None:
    await clinic.client().chats(DANGER)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    for state in ("closed", "admitted", "referred"):
        assert await sets(ana, case, state) == 409
    assert "clear the crisis" in (ana.last.text if ana.last else "")
    assert await sets(ana, case, "contacted") == 200
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/clear", sure="yes")
    assert await sets(ana, case, "closed") == 200


async def test_more_danger_in_an_open_crisis_brings_the_case_back(clinic: Clinic) -> None:
    client = clinic.client()
    await client.chats(DANGER)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    await sets(ana, case, "contacted", "2026-03-20")
    clinic.clock.passes(minutes=10)
    await client.chats("i want to kill myself right now")
    page = await ana.opens("/queue?state=new")
    assert case in page.text
    assert "Emergency" in page.text


async def test_asking_for_a_person_again_puts_a_closed_case_back(clinic: Clinic) -> None:
    client = clinic.client()
    await client.screens(HARD)
    await client.chats("/human")
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    assert "Asked for a person" in (await ana.opens("/queue")).text
    assert await sets(ana, case, "closed") == 200
    assert case not in (await ana.opens("/queue")).text
    clinic.clock.passes(days=3)
    await client.chats("/human")
    await ana.signs_in()
    page = await ana.opens("/queue?state=new")
    assert case in page.text
    assert "Asked for a person" in page.text
    assert "late" not in page.text, "it waits from now"
    clinic.clock.passes(days=1)
    await ana.signs_in()
    assert case in (await ana.opens("/queue?view=overdue")).text


async def test_asking_for_a_person_after_a_talk_waits_again(clinic: Clinic) -> None:
    client = clinic.client()
    await client.screens(HARD)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/take-over")
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/hand-back")
    await sets(ana, case, "contacted")
    assert "Asked for a person" not in (await ana.opens("/queue")).text
    clinic.clock.passes(days=3)
    await client.chats("/human")
    await ana.signs_in()
    assert case in (await ana.opens("/queue?state=new")).text


async def test_asking_twice_does_not_put_the_time_off(clinic: Clinic) -> None:
    client = clinic.client()
    await client.chats("/human")
    clinic.clock.passes(days=1)
    await client.chats("/human")
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    assert await clinic.case_of() in (await ana.opens("/queue?view=overdue")).text


async def test_emergencies_stand_in_the_order_in_which_they_came(clinic: Clinic) -> None:
    for number in range(1, 8):
        await clinic.client(f"telegram:{number}").chats(DANGER)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    page = await ana.opens("/queue")
    order = re.findall(r'data-case="([^"]+)"', page.html)
    assert order == [await clinic.case_of(f"telegram:{number}") for number in range(1, 8)]


async def test_pages_of_the_queue_hold_every_case_once_and_in_order(clinic: Clinic) -> None:
    for number in range(1, 66):
        await clinic.client(f"telegram:{number}").chats("/human" if number % 3 else DANGER)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    page = await ana.opens("/queue")
    found = re.findall(r'data-case="([^"]+)"', page.html)
    while more := re.search(r'<p class="more"><a href="([^"]+)"', page.html):
        page = await ana.opens(f"/queue{more[1].replace('&amp;', '&')}")
        found += re.findall(r'data-case="([^"]+)"', page.html)
    wanted = [number for number in range(1, 66) if number % 3 == 0]
    wanted += [number for number in range(1, 66) if number % 3]
    assert found == [await clinic.case_of(f"telegram:{number}") for number in wanted]


async def test_crisis_today_shows_todays_danger_in_an_older_case(clinic: Clinic) -> None:
    client = clinic.client()
    await client.screens()
    await clinic.client("telegram:2").chats(DANGER)
    clinic.clock.passes(days=2)
    await client.chats(DANGER)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    page = await ana.opens("/queue?view=crisis-today")
    assert await clinic.case_of() in page.text
    assert await clinic.case_of("telegram:2") not in page.text


async def test_a_crisis_of_an_earlier_case_is_cleared_after_a_fresh_start(clinic: Clinic) -> None:
    client = clinic.client()
    await client.chats(DANGER, "[I'm safe now]")
    await client.screens()
    first = await clinic.case_of()
    await client.chats("/cancel", "/screening", "[Start fresh]", "/human")
    second = await clinic.case_of()
    assert second != first
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    page = await ana.opens(f"/cases/{second}")
    await ana.opens(f"/cases/{first}")
    page = await ana.posts(f"/cases/{first}/clear", sure="yes")
    assert "Crisis open" not in page.text
    assert "Emergency" not in (await ana.opens("/queue")).text
    assert await sets(ana, first, "closed") == 200


async def test_whether_a_message_arrived_stands_beside_it(clinic: Clinic) -> None:
    client = clinic.client()
    await client.screens(HARD)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/take-over")
    page = await ana.posts(f"/cases/{case}/reply", text="Is 3 pm good?")
    page = await ana.opens(f"/cases/{case}")
    assert re.search(r'Is 3 pm good\?</p><p class="by">sent</p>', page.html)
    assert "blocked" not in page.text


async def test_a_client_who_blocked_the_assistant_is_shown_as_such(clinic: Clinic) -> None:
    await clinic.client().screens(HARD)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/take-over")
    clinic.desk.channel.outcomes.append(Unreachable(why="blocked"))
    page = await ana.posts(f"/cases/{case}/reply", text="Is 3 pm good?")
    page = await ana.opens(f"/cases/{case}")
    assert "The client has blocked the assistant." in page.text
    assert "not delivered: they have blocked the assistant" in page.text
    clinic.desk.channel.outcomes.append(Unreachable(why="blocked"))
    page = await ana.posts(f"/cases/{case}/reply", text="And 4 pm?")
    assert "cannot be delivered" in page.text
    assert "on its way" not in page.text
    await clinic.client().chats("i am back")
    assert "has blocked the assistant" not in (await ana.opens(f"/cases/{case}")).text


async def test_an_old_page_cannot_write_beside_the_assistant(clinic: Clinic) -> None:
    client = clinic.client()
    await client.screens(HARD)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    old = await ana.posts(f"/cases/{case}/take-over")
    await ana.posts(f"/cases/{case}/hand-back")
    before = list(client.shown)
    page = await ana.posts_again(old, f"/cases/{case}/reply", text="a long message of mine")
    assert page.status == 409
    assert "the assistant answers now" in page.text
    assert ">a long message of mine</textarea>" in page.html
    assert client.shown == before
    page = await ana.posts(f"/cases/{case}/take-over", text="a long message of mine")
    assert page.status == 200
    assert "Ana from our team is here" in client.shown[-2]
    assert "a long message of mine" in client.shown[-1]


async def test_two_colleagues_do_not_write_at_the_same_time(clinic: Clinic) -> None:
    client = clinic.client()
    await client.screens(HARD)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    ben = await clinic.colleague("Ben", Role.REVIEWER)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    page = await ana.posts(f"/cases/{case}/take-over")
    await ben.opens(f"/cases/{case}")
    await ben.posts(f"/cases/{case}/take-over")
    page = await ana.posts_again(page, f"/cases/{case}/reply", text="from Ana")
    assert page.status == 409
    assert "Ben is writing with the client now" in page.text
    assert "from Ana" not in client.shown[-1]


async def test_a_follow_up_is_due_when_that_office_day_ends(clinic: Clinic) -> None:
    await clinic.client().screens(HARD)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    await sets(ana, case, "contacted", "2026-03-04")
    overdue = "/queue?view=overdue"
    clinic.clock.now = clinic.clock.now.replace(day=4, hour=22, minute=30)  # 17:30 in New York
    await ana.signs_in()
    assert case not in (await ana.opens(overdue)).text
    clinic.clock.passes(minutes=35)
    await ana.signs_in()
    assert case in (await ana.opens(overdue)).text


async def test_a_glance_of_somebody_else_leaves_what_is_new_as_new(clinic: Clinic) -> None:
    client = clinic.client()
    await client.screens(HARD)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    eve = await clinic.colleague("Eve", Role.VIEWER)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    await client.chats("is anybody there?")
    await eve.opens(f"/cases/{case}")
    assert "1 new" in (await eve.opens("/queue")).text
    await ana.opens(f"/cases/{case}")
    assert "1 new" not in (await ana.opens("/queue")).text


async def test_a_changed_message_is_something_new(clinic: Clinic) -> None:
    client = clinic.client()
    await client.screens(HARD)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    await client.chats("(edits) i can come on tuesday")
    assert "1 new" in (await ana.opens("/queue")).text


async def test_the_first_page_of_a_case_says_since_when_it_is_late(clinic: Clinic) -> None:
    await clinic.client().chats("/human")
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    assert "Act by" in (await ana.opens(f"/cases/{case}")).text
    clinic.clock.passes(hours=9)
    await ana.signs_in()
    assert "Late since" in (await ana.opens(f"/cases/{case}")).text
