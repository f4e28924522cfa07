"""Who gets in, who does not, and for how long."""

import re
from pathlib import Path

from clinic import ADDRESS, PASSWORD, Clinic, Colleague, Page, clinic_in

from bot.console.account_pages import first_link
from bot.console.accounts import Role
from bot.console.sign_in import Limits, minutes
from bot.core.content import Content
from bot.store.batch import Batch


async def test_the_first_link_makes_an_admin_and_works_once(clinic: Clinic) -> None:
    path = await clinic.desk.store.run(first_link)
    assert path is not None
    secret = path.rpartition("/")[2]
    admin = Colleague(clinic, "Admin", Role.ADMIN)
    page = await admin.joins(secret)
    assert page.path == "/people"
    assert "Your account is ready" in page.text or "Admin" in page.text
    assert (await admin.opens(f"/join/{secret}")).status == 404
    assert await clinic.desk.store.run(first_link) is None


async def test_a_link_that_was_printed_at_an_earlier_start_stops_working(clinic: Clinic) -> None:
    first = await clinic.desk.store.run(first_link)
    second = await clinic.desk.store.run(first_link)
    assert first
    assert second
    somebody = Colleague(clinic, "X", Role.ADMIN)
    assert (await somebody.opens(first)).status == 404
    assert (await somebody.opens(second)).status == 200
    assert await clinic.accounts() == 1


async def test_a_link_lasts_three_days(clinic: Clinic) -> None:
    path = await clinic.desk.store.run(first_link)
    assert path
    clinic.clock.passes(days=3)
    assert (await Colleague(clinic, "X", Role.ADMIN).opens(path)).status == 404


async def test_a_weak_password_is_told_and_nothing_is_made(clinic: Clinic) -> None:
    path = await clinic.desk.store.run(first_link)
    assert path
    somebody = Colleague(clinic, "X", Role.ADMIN)
    await somebody.opens(path)
    page = await somebody.posts(path, password="short", again="short", code="123456")  # noqa: S106 (a test)
    assert "at least 12 characters" in page.text
    page = await somebody.posts(path, password=PASSWORD, again="something else 1", code="123456")
    assert "not the same" in page.text


async def test_password_and_code_together_open_the_queue(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    await ana.opens("/account")
    await ana.posts("/sign-out")
    assert (await ana.opens("/queue")).path == "/sign-in"
    page = await ana.signs_in()
    assert page.path == "/queue"


async def test_whatever_is_wrong_the_answer_is_the_same(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    await ana.opens("/account")
    await ana.posts("/sign-out")
    pages = [
        await ana.signs_in(password="wrong wrong wrong"),  # noqa: S106 (a test)
        await ana.signs_in(code="000000"),
        await ana.signs_in(login="nobody"),
    ]
    assert {page.status for page in pages} == {422}
    assert {page.text.replace("nobody", "ana") for page in pages} == {pages[0].text}


async def test_a_code_works_once(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    await ana.opens("/account")
    await ana.posts("/sign-out")
    code = ana.code
    assert (await ana.signs_in(code=code)).path == "/queue"
    await ana.opens("/account")
    await ana.posts("/sign-out")
    clinic.clock.passes(seconds=-30)  # `signs_in` took a fresh one and let it be
    assert (await ana.signs_in(code=code)).status == 422


async def test_guessing_makes_one_wait_and_the_right_password_waits_too(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    await ana.opens("/account")
    await ana.posts("/sign-out")
    for _ in range(5):
        code = ana.code
        clinic.clock.passes(seconds=-30)
        await ana.signs_in(password="wrong wrong wrong", code=code)  # noqa: S106 (a test)
        clinic.clock.passes(seconds=-30)
    page = await ana.signs_in()
    assert "Too many tries" in page.text
    clinic.clock.passes(minutes=2)
    assert (await ana.signs_in()).path == "/queue"


async def test_fifteen_minutes_without_a_click_end_a_session(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    clinic.clock.passes(minutes=14)
    assert (await ana.opens("/queue")).path == "/queue"
    clinic.clock.passes(minutes=14)
    assert (await ana.opens("/queue")).path == "/queue"
    clinic.clock.passes(minutes=15)
    assert (await ana.opens("/queue")).path == "/sign-in"


async def test_what_a_page_does_by_itself_keeps_no_session_alive(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    for _ in range(3):
        clinic.clock.passes(minutes=6)
        answer = await ana.http.get("/queue", headers={"X-Live": "1"})
    assert answer.status_code == 401


async def test_eight_hours_end_a_session_however_busy_it_is(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    for _ in range(47):
        clinic.clock.passes(minutes=10)
        assert (await ana.opens("/queue")).path == "/queue"
    clinic.clock.passes(minutes=11)
    assert (await ana.opens("/queue")).path == "/sign-in"


async def test_a_session_that_was_revoked_is_over_at_once(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    other = Colleague(clinic, "Ana", Role.REVIEWER)
    other.totp = ana.totp
    assert (await other.signs_in()).path == "/queue"
    page = await ana.opens("/account")
    here, there = (form for form in page.html.split("<form") if 'name="session"' in form)
    elsewhere = there if "(here)" in here else here
    session = elsewhere.split('name="session" value="')[1].split('"')[0]
    await ana.posts("/account/end", session=session)
    assert (await other.opens("/queue")).path == "/sign-in"
    assert (await ana.opens("/queue")).path == "/queue"


async def test_somebody_whose_account_is_closed_is_out_at_once(clinic: Clinic) -> None:
    admin = await clinic.colleague("Root", Role.ADMIN)
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    page = await admin.confirms("/people/2")
    assert "Ana" in page.text, page.text
    page = await admin.posts("/people/2", does="close")
    assert "The account is changed" in page.text
    assert (await ana.opens("/queue")).path == "/sign-in"
    assert (await ana.signs_in()).status == 422


async def test_the_only_admin_cannot_be_closed(clinic: Clinic) -> None:
    admin = await clinic.colleague("Root", Role.ADMIN)
    await admin.confirms("/people/1")
    assert "only admin" in (await admin.posts("/people/1", does="close")).text


async def test_the_only_admin_cannot_lock_everybody_out_with_a_new_link(clinic: Clinic) -> None:
    admin = await clinic.colleague("Root", Role.ADMIN)
    await admin.confirms("/people/1")
    page = await admin.posts("/people/1", does="link")
    assert page.status == 409
    assert "invite-admin" in page.text
    assert (await admin.opens("/people")).path == "/people"
    assert (await admin.signs_in()).path == "/people"


async def test_strangers_who_guess_do_not_lock_out_who_shares_their_address(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    await ana.opens("/account")
    await ana.posts("/sign-out")
    stranger = Colleague(clinic, "Mallory", Role.REVIEWER)
    stranger.totp = ana.totp
    for _ in range(6):
        page = await stranger.signs_in(login="mallory")
    assert "Too many tries" in page.text
    assert (await ana.signs_in()).path == "/queue"


async def test_an_address_that_goes_on_guessing_names_waits_too(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    await ana.opens("/account")
    await ana.posts("/sign-out")
    for number in range(50):
        await ana.signs_in(login=f"name-{number}", code="000000")
        clinic.clock.passes(seconds=-30)
    assert "Too many tries" in (await ana.signs_in()).text
    clinic.clock.passes(minutes=1)
    assert (await ana.signs_in()).path == "/queue"


async def test_the_wait_that_is_told_is_long_enough(clinic: Clinic) -> None:
    limits = Limits(clinic.clock)
    for _ in range(5):
        limits.failed("name:x")
    clinic.clock.passes(seconds=1)
    assert minutes(limits.wait("name:x")) == "1 minute"
    for _ in range(5):
        limits.failed("name:x")
    clinic.clock.passes(seconds=1)
    assert minutes(limits.wait("name:x")) == "2 minutes"
    clinic.clock.passes(days=1)
    limits.failed("name:x")
    assert not limits.wait("name:x"), "a day later it begins anew"


async def test_behind_https_the_cookie_goes_nowhere_else(tmp_path: Path, content: Content) -> None:
    url = "https://console.clinic.example"
    async with clinic_in(tmp_path / "data", content, public_url=url) as clinic:
        ana = Colleague(clinic, "Ana", Role.REVIEWER)
        secret = (await clinic.desk.store.run(first_link) or "").rpartition("/")[2]
        # The server before us speaks https, and http with us: what the request says is no guide.
        asked = await ana.http.get(f"/join/{secret}")
        assert asked.status_code == 200
        await ana.opens(f"/join/{secret}")
        key = re.search(r"<code>([A-Z2-7 ]+)</code>", asked.text)
        assert key
        ana.totp = key[1].replace(" ", "")
        form = {"password": PASSWORD, "again": PASSWORD, "code": ana.code}
        answer = await ana.http.post(
            f"/join/{secret}", data=form, headers={"Origin": ADDRESS}, follow_redirects=False
        )
        [cookie] = answer.headers.get_list("set-cookie")
        assert cookie.startswith("__Host-staff=")
        assert {"Secure", "HttpOnly", "Path=/"} <= {each.strip() for each in cookie.split(";")}
        assert "Domain" not in cookie
        secret_of_cookie = cookie.partition("=")[2].partition(";")[0]
        shown = await ana.http.get("/people", headers={"Cookie": f"staff={secret_of_cookie}"})
        assert shown.url.path == "/sign-in", "the other name is not taken"
        shown = await ana.http.get(
            "/people", headers={"Cookie": f"__Host-staff={secret_of_cookie}"}
        )
        assert shown.url.path == "/people"


async def test_inviting_needs_a_code_first_and_shows_the_link_once(clinic: Clinic) -> None:
    admin = await clinic.colleague("Root", Role.ADMIN)
    assert (await admin.opens("/people/invite")).path == "/confirm"
    page = await admin.confirms("/people/invite")
    page = await admin.posts("/people/invite", name="Ben", login="ben", role="lead")
    secret = page.text.split("/join/")[1].split()[0]
    ben = Colleague(clinic, "Ben", Role.LEAD)
    assert (await ben.joins(secret)).path == "/queue"
    clinic.clock.passes(minutes=6)
    assert (await admin.opens("/people/invite")).path == "/confirm"


async def test_a_form_of_another_site_does_nothing(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    page = await ana.opens("/account")
    form = page.hidden("/sign-out")
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {}):
        assert (await ana.http.post("/sign-out", data=form, headers=headers)).status_code == 403
    wrong = form | {"csrf": "0" * 64}
    answer = await ana.http.post("/sign-out", data=wrong, headers={"Origin": ADDRESS})
    assert answer.status_code == 403
    assert (await ana.opens("/queue")).path == "/queue"


async def test_another_name_for_this_address_is_refused(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    answer = await ana.http.get("/sign-in", headers={"Host": "rebound.example"})
    assert answer.status_code == 421


async def test_every_answer_carries_the_strictest_headers(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    for path in ("/queue", "/sign-in", "/static/console.css", "/nothing-here", "/healthz"):
        headers = Page(await ana.http.get(path)).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "trusted-types 'none'" in policy
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"


async def test_the_next_page_is_never_another_site(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)
    await ana.opens("/account")
    await ana.posts("/sign-out")
    for elsewhere in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:1"):
        await ana.opens("/sign-in")
        form = {"login": "ana", "password": PASSWORD, "code": ana.code, "next": elsewhere}
        answer = await ana.http.post(
            "/sign-in", data=form, headers={"Origin": ADDRESS}, follow_redirects=False
        )
        assert answer.headers["location"] == "/"


async def test_passwords_and_secrets_are_kept_sealed(clinic: Clinic) -> None:
    ana = await clinic.colleague("Ana", Role.REVIEWER)

    def job(batch: Batch) -> bytes:
        from sqlalchemy import select  # noqa: PLC0415 (for this test alone)

        from bot.store.staff_tables import accounts, staff_sessions  # noqa: PLC0415 (as above)

        rows = [*batch.rows(select(accounts)), *batch.rows(select(staff_sessions))]
        return repr([tuple(row) for row in rows]).encode()

    kept = await clinic.desk.store.run(job)
    cookie = ana.http.cookies["staff"]
    for secret in (ana.totp, PASSWORD, cookie, "ana", "argon2"):
        assert secret.encode() not in kept
