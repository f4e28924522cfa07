"""Who may see what: the matrix of roles and routes, made from the table of pages."""

import pytest
from clinic import ADDRESS, Clinic

from bot.console.accounts import Role
from bot.console.app import PAGES
from bot.console.guard import Page

SIGNED_IN = [page for page in PAGES if page.roles]


def path_of(page: Page, case: str) -> str:
    return page.path.format(case=case, person=1, chart="hours", cluster="000000")


@pytest.mark.parametrize("role", [*Role])
async def test_a_role_opens_its_pages_and_no_others(clinic: Clinic, role: Role) -> None:
    await clinic.client().screens({"past month": "Thought of a way"})
    case = await clinic.case_of()
    somebody = await clinic.colleague("Ana", role)
    for page in SIGNED_IN:
        if "GET" not in page.methods or page.name == "live":
            continue
        answer = await somebody.http.get(path_of(page, case))
        allowed = role in page.roles
        assert (answer.status_code == 403) is not allowed, f"{role} {page.path}"


@pytest.mark.parametrize("role", [*Role])
async def test_a_role_does_what_it_may_and_nothing_else(clinic: Clinic, role: Role) -> None:
    await clinic.client().screens({"past month": "Thought of a way"})
    case = await clinic.case_of()
    somebody = await clinic.colleague("Ana", role)
    first = await somebody.opens("/account")
    form = first.hidden("/sign-out")
    for page in SIGNED_IN:
        if "POST" not in page.methods or page.name == "sign-out":
            continue
        answer = await somebody.http.post(
            path_of(page, case), data=form, headers={"Origin": ADDRESS}, follow_redirects=False
        )
        assert (answer.status_code == 403) is (role not in page.roles), f"{role} {page.path}"


async def test_without_signing_in_there_is_nothing_to_see(clinic: Clinic) -> None:
    await clinic.client().screens({"past month": "Thought of a way"})
    case = await clinic.case_of()
    ana = await clinic.colleague("Ana", Role.LEAD)
    await ana.opens("/account")
    await ana.posts("/sign-out")
    for page in SIGNED_IN:
        for method in page.methods:
            answer = await ana.http.request(
                method,
                path_of(page, case),
                headers={"Origin": ADDRESS},
                follow_redirects=False,
                data={"x": "1"} if method == "POST" else None,
            )
            if method == "POST":  # what was sent is kept in the page that asks to sign in
                assert answer.status_code == 401
                assert "<h1>Sign in</h1>" in answer.text
                assert case not in answer.text.replace(path_of(page, case), "")
                continue
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/sign-in")


def test_an_admin_sees_no_case() -> None:
    for page in PAGES:
        if page.path.startswith("/cases") or page.name in {"queue", "search", "live"}:
            assert Role.ADMIN not in page.roles
