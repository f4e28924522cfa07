"""The head of the access log reaches the staff group, and finds out who cuts the log off."""

import re

from clinic import Clinic
from desk import STAFF

from bot.console.access_log import verified
from bot.console.accounts import Role
from bot.console.daily_head import DailyHead
from bot.store.contents import Contents


def heads(clinic: Clinic) -> list[str]:
    """The heads that were told."""
    return re.findall(r"head (\d+:[0-9a-f]+)", " ".join(clinic.desk.channel.texts(STAFF)))


async def test_the_head_of_the_log_is_told_once_a_day_and_the_log_still_holds_it(
    clinic: Clinic,
) -> None:
    contents: Contents = clinic.console.house.contents
    teller = DailyHead(clinic.desk.store, contents, clinic.desk.outbox, STAFF)
    await teller.look()
    await clinic.desk.settles()
    assert heads(clinic) == [], "there is no log yet"
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    for _ in range(3):
        await teller.look()
    await clinic.desk.settles()
    assert len(heads(clinic)) == 1
    await ana.opens("/queue")
    clinic.clock.passes(days=1)
    again = DailyHead(clinic.desk.store, contents, clinic.desk.outbox, STAFF)
    await again.look()
    await clinic.desk.settles()
    told = heads(clinic)
    assert len(set(told)) == 2
    for head in told:
        found = await clinic.desk.store.run(lambda batch, head=head: verified(batch, told=head))  # type: ignore[misc] # (a lambda's default has no type)
        assert found.holds_told
        assert found.broken_at is None


async def test_a_status_that_staff_set_ends_the_alerts_of_the_case(clinic: Clinic) -> None:
    await clinic.client().chats("/human")
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    case = await clinic.case_of()
    await ana.opens(f"/cases/{case}")
    await ana.posts(f"/cases/{case}/status", state="contacted", follow_up="")
    assert f"Ana has case {case}" in clinic.desk.channel.texts(STAFF)[-1]
    before = len(clinic.desk.channel.texts(STAFF))
    clinic.clock.passes(days=2)
    await clinic.desk.ticks()
    assert len(clinic.desk.channel.texts(STAFF)) == before


async def test_i_have_this_in_telegram_assigns_the_case_to_the_colleague_of_that_name(
    clinic: Clinic,
) -> None:
    from bot.core.post import Delivery  # noqa: PLC0415 (only here)

    await clinic.client().chats("/human")
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    await clinic.colleague("Vic", Role.VIEWER)
    case = await clinic.case_of()
    await ana.opens("/queue")
    for name in ("Vic", "Ana"):
        await clinic.desk.reception.receive(
            Delivery(
                update_id=f"telegram:{name}",
                received_at=clinic.clock(),
                callback_id=name,
                acknowledges=case,
                staff=name,
            )
        )
    assert case in (await ana.opens("/queue?view=mine")).text
