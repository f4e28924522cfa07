"""A case from the queue to the decision, as staff work on it."""

import re
from pathlib import Path

from clinic import ADDRESS, Clinic, clinic_in

from bot.console.accounts import Role
from bot.content_folder import folder_texts
from bot.core.content import read_content

HARD = {"past month": "Thought of a way"}


async def test_a_case_is_in_the_queue_as_soon_as_it_is_filed(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    assert "Nobody waits here" in (await ana.opens("/queue")).text
    await clinic.client().screens(HARD)
    page = await ana.opens("/queue")
    case = await clinic.case_of()
    assert case in page.text
    assert "Same day" in page.text
    assert "Intensive outpatient" in page.text


async def test_danger_stands_first_then_what_is_late_then_the_oldest(clinic: Clinic) -> None:
    await clinic.client("telegram:1").screens()
    clinic.clock.passes(days=1)
    await clinic.client("telegram:2").screens(HARD)
    clinic.clock.passes(days=1)
    await clinic.client("telegram:3").screens()
    clinic.clock.passes(minutes=5)
    await clinic.client("telegram:4").chats("i am going to kill myself tonight")
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    page = await ana.opens("/queue")
    order = re.findall(r'data-case="([^"]+)"', page.html)
    wanted = [await clinic.case_of(f"telegram:{number}") for number in (4, 2, 1, 3)]
    assert order == wanted
    assert "Emergency" in page.text


async def test_the_page_says_why_and_marks_what_was_changed_and_skipped(clinic: Clinic) -> None:
    client = clinic.client()
    await client.chats("/screening", "[Yes, start]", "[For me]", "[← Back]", "[For someone I care]")
    await client.screens(HARD | {"hurting someone": "rather not say"})
    ana = await clinic.colleague("Ana", Role.VIEWER)
    page = await ana.opens(f"/cases/{await clinic.case_of()}")
    assert "Rule P1" in page.text
    assert "Risk of harm at 3 or more" in page.text
    assert "Thought of a way, would not do it" in page.text
    assert re.search(r"<s><span[^>]*>changed from: </span>For me</s>", page.html)
    assert "skipped" in page.text
    assert "42 CFR part 2" in page.text
    assert "Take over" not in page.text, "a viewer only reads"


async def test_asides_stand_beside_the_question_they_interrupted(clinic: Clinic) -> None:
    client = clinic.client()
    await client.chats("/screening", "[Yes, start]", "[For me]", "can i bring my dog?")
    await client.chats("/human")
    ana = await clinic.colleague("Ana", Role.VIEWER)
    page = await ana.opens(f"/cases/{await clinic.case_of()}")
    aside = page.html.split('class="aside"')[1].split("</ol>")[0]
    assert "can i bring my dog?" in aside
    assert "Is anything like this happening right now?" in aside


async def test_taking_over_writing_and_handing_back(clinic: Clinic) -> None:
    client = clinic.client()
    await client.screens(HARD)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    page = await ana.posts(f"/cases/{case}/take-over")
    assert "You are writing with the client now" in page.text
    assert "Ana from our team is here" in client.shown[-1]
    await ana.posts(f"/cases/{case}/reply", text="Is 3 pm good?")
    assert "Is 3 pm good?" in client.shown[-1]
    assert await client.chats("yes, 3 pm is fine") == []
    page = await ana.opens("/queue?view=waiting-for-client")
    assert case not in page.text
    page = await ana.opens("/queue")
    assert "1 new" in page.text
    assert "yes, 3 pm is fine" in (await ana.opens(f"/cases/{case}")).text
    assert "1 new" not in (await ana.opens("/queue")).text
    await ana.opens(f"/cases/{case}")
    before = len(client.shown)
    await ana.posts(f"/cases/{case}/hand-back")
    assert len(client.shown) > before
    assert "The assistant answers now" in (await ana.opens(f"/cases/{case}")).text


async def test_a_double_click_sends_one_message(clinic: Clinic) -> None:
    client = clinic.client()
    await client.screens(HARD)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    page = await ana.posts(f"/cases/{case}/take-over")
    for path, form in (
        (f"/cases/{case}/reply", {"text": "only once"}),
        (f"/cases/{case}/note", {"text": "kept once"}),
    ):
        await ana.posts_again(page, path, **form)
        await ana.posts_again(page, path, **form)
    assert sum("only once" in text for text in client.shown) == 1
    page = await ana.opens(f"/cases/{case}")
    assert page.text.count("kept once") == 1


async def test_signs_of_crisis_still_interrupt_while_staff_write(clinic: Clinic) -> None:
    client = clinic.client()
    await client.screens(HARD)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/take-over")
    answer = await client.chats("i want to kill myself right now")
    assert any("988" in text for text in answer)
    page = await ana.opens(f"/cases/{case}")
    assert "Crisis open" in page.text
    page = await ana.posts(f"/cases/{case}/clear")
    assert page.status == 422, "not without the tick"
    await ana.opens(f"/cases/{case}")
    page = await ana.posts(f"/cases/{case}/clear", sure="yes")
    assert "Crisis open" not in page.text


async def test_a_chat_that_staff_have_left_goes_back_by_itself(clinic: Clinic) -> None:
    client = clinic.client()
    await client.screens(HARD)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/take-over")
    await clinic.desk.ticks()
    clinic.clock.passes(minutes=59)
    await clinic.desk.ticks()
    before = len(client.shown)
    clinic.clock.passes(minutes=2)
    await clinic.desk.ticks()
    assert len(client.shown) > before
    await ana.signs_in()
    assert "The assistant answers now" in (await ana.opens(f"/cases/{case}")).text


async def test_agreeing_and_deciding_otherwise_are_records_of_their_own(clinic: Clinic) -> None:
    await clinic.client().screens(HARD)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    page = await ana.posts(f"/cases/{case}/decide", decision="agree")
    assert "agrees with the suggestion" in page.text
    form = {"decision": "override", "level": "outpatient", "reason": "more-known"}
    assert (await ana.posts(f"/cases/{case}/decide", form, text="")).status == 422
    await ana.opens(f"/cases/{case}")
    page = await ana.posts(f"/cases/{case}/decide", form, text="Spoke on the phone.")
    assert "agrees with the suggestion" in page.text
    assert "instead of Intensive outpatient" in page.text
    assert "Spoke on the phone." in page.text


async def test_status_assignment_and_follow_up(clinic: Clinic) -> None:
    await clinic.client().screens(HARD)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/assign", assignee="1")
    assert case in (await ana.opens("/queue?view=mine")).text
    await ana.opens(f"/cases/{case}")
    page = await ana.posts(f"/cases/{case}/status", state="contacted", follow_up="2026-03-04")
    assert "04 Mar 2026" in page.text
    clinic.clock.passes(days=3)
    await ana.signs_in()
    assert case in (await ana.opens("/queue?view=overdue")).text
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/status", state="closed", follow_up="")
    assert case not in (await ana.opens("/queue")).text
    assert case in (await ana.opens("/queue?view=closed")).text


async def test_a_closed_case_comes_back_with_danger(clinic: Clinic) -> None:
    client = clinic.client()
    await client.screens()
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/status", state="closed", follow_up="")
    await client.chats("i am going to kill myself tonight")
    page = await ana.opens("/queue")
    assert "Emergency" in page.text


async def test_having_an_alert_ends_its_repeats_and_takes_the_case(clinic: Clinic) -> None:
    await clinic.client().screens(HARD)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    page = await ana.opens(f"/cases/{case}")
    assert "nobody has it yet" in page.text
    page = await ana.posts(f"/cases/{case}/have")
    assert "Ana had it" in page.text
    assert case in (await ana.opens("/queue?view=mine")).text


async def test_what_is_searched_for_never_stands_in_an_address(clinic: Clinic) -> None:
    client = clinic.client()
    await client.screens({"past month": "Thought of a way"})
    await client.chats("my cousin told me")
    ana = await clinic.colleague("Ana", Role.VIEWER)
    ben = await clinic.colleague("Ben", Role.VIEWER)
    await ana.opens("/queue")
    case = await clinic.case_of()
    form = (await ana.opens("/search")).hidden("/search") | {"q": "cousin"}
    answer = await ana.http.post("/search", data=form, headers={"Origin": ADDRESS})
    assert case in answer.text
    address = str(answer.url)
    assert "cousin" not in address
    assert case in (await ana.opens(address)).text, "back and reload show it again"
    assert case not in (await ben.opens(address)).text
    by_hand = await ana.http.get("/search?q=cousin")
    assert case in by_hand.text
    assert "cousin" not in str(by_hand.url)


async def test_search_finds_by_code_contact_and_words(clinic: Clinic) -> None:
    client = clinic.client()
    await client.screens(HARD)
    await client.chats("Rosalind Example", "my cousin told me about equine therapy")
    await clinic.client("telegram:2").screens()
    ana = await clinic.colleague("Ana", Role.VIEWER)
    case = await clinic.case_of()
    assert (await ana.opens(f"/search?q={case.lower().replace('-', '')}")).path == f"/cases/{case}"
    assert case in (await ana.opens("/search?q=rosalind")).text
    assert case in (await ana.opens("/search?q=cousin told")).text
    assert case not in (await ana.opens("/search?q=rosalind&from=2026-01-01&to=2026-01-31")).text
    assert "No case of these days" in (await ana.opens("/search?q=zebra")).text


async def test_an_erased_case_is_gone_from_the_console(clinic: Clinic) -> None:
    client = clinic.client()
    await client.screens(HARD)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/note", text="a note that goes with it")
    await client.chats("/delete", "[Yes, erase everything]")
    assert case not in (await ana.opens("/queue")).text
    assert (await ana.opens(f"/cases/{case}")).status == 404


async def test_markup_of_clients_and_staff_is_shown_as_they_wrote_it(clinic: Clinic) -> None:
    attack = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}"
    client = clinic.client()
    await client.screens(HARD)
    await client.chats(attack, attack)
    ana = await clinic.colleague(attack[:30], Role.REVIEWER)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/note", text=attack)
    await ana.opens(f"/cases/{case}")
    form = {"decision": "override", "level": "info", "reason": "wish", "text": attack}
    await ana.posts(f"/cases/{case}/decide", form)
    for path in (f"/cases/{case}", "/queue", f"/search?q={attack[:40]}", "/account"):
        page = await ana.opens(path)
        assert page.status == 200
        assert "<script>alert" not in page.html
        assert "<img src=x" not in page.html
        assert "49" not in page.html.split("{{7*")[0][-3:]


async def test_staff_read_on_the_case_that_their_policy_has_a_guardian_told(tmp_path: Path) -> None:
    texts, _ = folder_texts(Path(__file__).parents[2] / "content")
    texts["clinic.yaml"] = texts["clinic.yaml"].replace("notify: never", "notify: always")
    content, _ = read_content(texts, b"")
    assert content is not None
    async with clinic_in(tmp_path, content) as clinic:
        await clinic.client().screens({"How old": "13 to 17"})
        ana = await clinic.colleague("Ana", Role.VIEWER)
        page = await ana.opens(f"/cases/{await clinic.case_of()}")
        assert "our safety policy has a parent or guardian told" in page.text
