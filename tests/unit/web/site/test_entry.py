"""Coming in, going out, and what somebody chooses for themselves."""

import pytest

from huiting.access.permissions import UserRole
from huiting.web.site.showing import THEME
from huiting.web.tongue import COOKIE as LANGUAGE
from unit.service.people.house import GOOD, PASSWORDS
from unit.web.site.conftest import HTML, Site

HTMX = {"HX-Request": "true"}


def test_who_has_not_signed_in_is_led_to_the_door_and_back(site: Site) -> None:
    answer = site.web.get("/users?role=agent", headers=HTML)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fusers%3Frole%3Dagent"


def test_a_program_gets_a_problem_and_no_page(site: Site) -> None:
    answer = site.web.get("/api/v1/calls", headers=HTML)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_right_password_opens(site: Site) -> None:
    site.house.add("wang")
    given = {"name": "wang", "password": GOOD, "next": "/me"}

    answer = site.web.post("/sign-in", data=given, headers=HTMX)

    assert answer.headers["hx-redirect"] == "/me"
    assert "huiting" in answer.cookies
    assert "wang" in site.read("/me")


def test_a_wrong_password_is_told_under_the_form(site: Site) -> None:
    site.house.add("wang")

    answer = site.web.post("/sign-in", data={"name": "wang", "password": "x"}, headers=HTMX)

    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert "huiting" not in answer.cookies


@pytest.mark.parametrize("next", ["//evil.example", "https://evil.example", "/\\evil", "x"])
def test_nobody_is_led_to_another_site(site: Site, next: str) -> None:  # noqa: A002
    site.house.add("wang")
    given = {"name": "wang", "password": GOOD, "next": next}

    answer = site.web.post("/sign-in", data=given, headers=HTMX)

    assert answer.headers["hx-redirect"] == "/"


def test_another_sites_form_signs_nobody_in(site: Site) -> None:
    site.house.add("wang")
    given = {"name": "wang", "password": GOOD}

    answer = site.web.post("/sign-in", data=given, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert "huiting" not in answer.cookies


def test_a_password_of_somebody_elses_making_is_changed_first(site: Site) -> None:
    number = site.enter()
    with site.house.people.writing() as desk:
        desk.accounts.set_password(number, PASSWORDS.hash(GOOD), must_change=True)

    led = site.web.get("/me", headers=HTML)
    page = site.read("/password")
    differ = site.send("/password", old=GOOD, new="a long new sentence", again="another one")
    changed = site.web.post(
        "/password",
        data={"old": GOOD, "new": "a long new sentence", "again": "a long new sentence"},
        headers=HTMX,
    )

    assert led.headers["location"] == "/password"
    assert "made by somebody else" in page
    assert "not the same" in differ
    assert changed.headers["hx-redirect"] == "/"
    assert site.web.get("/me", headers=HTML).status_code == 200


def test_signing_out_ends_the_session(site: Site) -> None:
    site.enter()

    answer = site.web.post("/sign-out", headers=HTMX)

    assert answer.headers["hx-redirect"] == "/sign-in"
    assert site.web.get("/me", headers=HTML).status_code == 303


def test_a_change_without_the_proof_of_the_session_is_refused(site: Site) -> None:
    site.enter()
    del site.web.headers["x-csrf-token"]

    assert site.web.post("/sign-out", headers=HTMX).status_code == 403


def test_language_holds_in_this_browser_and_with_the_account(site: Site) -> None:
    number = site.enter(language="en")

    answer = site.web.post("/language/zh", headers=HTMX)

    assert answer.headers["hx-refresh"] == "true"
    assert site.house.accounts.get(number).profile.language == "zh"
    assert "已登录的设备" in site.read("/me")


@pytest.mark.parametrize(("language", "title"), [("zh", "登录"), ("en", "Sign in")])
def test_a_language_is_chosen_before_signing_in(site: Site, language: str, title: str) -> None:
    site.web.post(f"/language/{language}", headers=HTMX)

    assert site.web.cookies[LANGUAGE] == language
    assert f"<title>{title}" in site.read("/sign-in")


def test_light_and_dark_are_chosen_and_let_go(site: Site) -> None:
    site.web.post("/theme/dark", headers=HTMX)
    dark = site.read("/sign-in")
    site.web.post("/theme/auto", headers=HTMX)

    assert 'data-bs-theme="dark"' in dark
    assert THEME not in site.web.cookies


def test_a_session_elsewhere_is_ended(site: Site) -> None:
    site.enter()
    other = site.house.sign_in("administrator.en")
    assert other.principal.session is not None

    part = site.send(f"/me/sessions/{other.principal.session}/end")

    assert part.count("<tr>") == 2  # the head, and this one


@pytest.mark.parametrize(
    ("role", "place"),
    [(UserRole.REVIEWER, "/today"), (UserRole.AGENT, "/results"), (UserRole.INTEGRATOR, "/today")],
)
def test_everybody_begins_where_their_work_is(site: Site, role: UserRole, place: str) -> None:
    site.enter(role)
    there = site.web.app.state.screens  # type: ignore[attr-defined]
    answer = site.web.get("/", headers=HTML)

    wanted = place if place in there else "/calls" if "/calls" in there else None

    assert answer.headers.get("location") == wanted


def test_a_wrong_address_is_told_as_a_page_with_the_menu(site: Site) -> None:
    site.enter()

    page = site.read("/nowhere", status=404)

    assert "There is no page at this address." in page
    assert 'href="/users"' in page


@pytest.mark.parametrize("code", ["forbidden", "provider", "unauthenticated"])
def test_why_single_sign_on_did_not_work_is_said(site: Site, code: str) -> None:
    assert 'role="alert"' in site.read(f"/sign-in?failed={code}")


def test_an_app_is_described_in_the_readers_language(site: Site) -> None:
    chinese = site.web.get("/manifest.webmanifest", headers={"Accept-Language": "zh-CN"}).json()

    assert chinese["short_name"] == "慧听"
    assert chinese["display"] == "standalone"
    assert "无法连接慧听" in site.web.get("/offline", headers={"Accept-Language": "zh"}).text
