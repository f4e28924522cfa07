"""What many cases tell together, and that few are not told at all."""

from clinic import Clinic

from bot.console.accounts import Role


async def test_small_counts_are_not_told(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.VIEWER)
    for number in range(4):
        await clinic.client(f"telegram:{number}").screens()
    await ana.opens("/queue")
    page = await ana.opens("/insight/sources")
    assert "no tag,under 5," in page.html
    await clinic.client("telegram:5").screens()
    await ana.opens("/queue")
    assert "no tag,5," in (await ana.opens("/insight/sources")).html


async def test_where_people_stop_and_how_often_staff_decide_otherwise(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    for number in range(5):
        client = clinic.client(f"telegram:{number}")
        await client.screens({"past month": "Thought of a way"})
        case = await clinic.case_of(f"telegram:{number}")
        await ana.opens(f"/cases/{case}")
        form = {"decision": "override", "level": "outpatient", "reason": "wish", "text": "talked"}
        await ana.posts(f"/cases/{case}/decide", form if number else {"decision": "agree"})
        stopping = clinic.client(f"telegram:1{number}")
        await stopping.chats("/screening", "[Yes, start]", "[For me]", "[No, nothing like this]")
        await stopping.chats("[Mood")
    assert "P1,80,of 5 decisions" in (await ana.opens("/insight/overrides")).html
    page = await ana.opens("/insight/funnel")
    assert any(line.endswith(",5,") for line in page.html.splitlines()), page.html
    page = await ana.opens("/insight")
    assert "Where people stopped" in page.text


async def test_what_people_ask_about_and_how_far_they_come(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.VIEWER)
    for number in range(6):
        client = clinic.client(f"telegram:{number}")
        await client.chats("how long does it take?")
        if number < 5:
            await client.screens()
        else:
            await client.chats("/screening", "[Yes, start]", "[For me]", "/human")
    await ana.opens("/queue")
    assert "How long does the program last?,6," in (await ana.opens("/insight/hits")).html
    funnel = (await ana.opens("/insight/funnel")).html
    assert "Who are you asking for?,6," in funnel, funnel
    assert "How old are you?,5," in funnel, funnel
