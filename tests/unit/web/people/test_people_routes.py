"""Signing in, users, tokens and the audit log over HTTP."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from huiting.access.permissions import Permission, UserRole
from huiting.web.doors import PROOF
from unit.service.people.house import GOOD, House
from unit.web.people.front import front, sign_in, visiting


@pytest.fixture
def boss(house: House, browser: TestClient) -> TestClient:
    """A browser in which an administrator is signed in."""
    house.add("boss", UserRole.ADMINISTRATOR)
    sign_in(browser, "boss")
    return browser


def test_the_cookie_is_kept_from_scripts_and_other_sites(house: House, browser: TestClient) -> None:
    house.add()
    answer = browser.post("/auth/sign-in", json={"name": "wang", "password": GOOD})

    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-huiting=")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=43200"):
        assert part in cookie
    assert "Domain" not in cookie
    assert answer.headers["cache-control"] == "no-store"


def test_without_https_the_cookie_has_another_name(house: House) -> None:
    house.add()
    with visiting(front(house), "http://127.0.0.1") as browser:
        answer = browser.post("/auth/sign-in", json={"name": "wang", "password": GOOD})

        assert answer.headers["set-cookie"].startswith("huiting=")
        assert "Secure" not in answer.headers["set-cookie"]
        assert browser.get("/auth/me").status_code == 200


def test_another_site_cannot_sign_anybody_in(house: House, browser: TestClient) -> None:
    house.add()
    answer = browser.post(
        "/auth/sign-in",
        json={"name": "wang", "password": GOOD},
        headers={"Origin": "https://evil.example"},
    )

    assert answer.status_code == 403


def test_who_guesses_is_told_how_long_to_wait(house: House, browser: TestClient) -> None:
    house.add()
    wrong = {"name": "wang", "password": "wrong"}
    statuses = [browser.post("/auth/sign-in", json=wrong).status_code for _ in range(6)]
    answer = browser.post("/auth/sign-in", json=wrong)

    assert statuses == [401] * 5 + [429]
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "15")


def test_one_sees_oneself(house: House, browser: TestClient) -> None:
    house.add(role=UserRole.AGENT, agent="8001", language="zh")
    sign_in(browser)
    me = browser.get("/auth/me").json()

    assert (me["name"], me["role"], me["only"]) == ("wang", "agent", {"agent": ["8001"]})
    assert me["permissions"] == ["calls:audio", "calls:read", "live:speak"]
    assert me["csrf"] == browser.headers[PROOF]
    assert browser.patch("/auth/me", json={"language": "en"}).json()["language"] == "en"
    assert browser.get("/auth/me").json()["language"] == "en"
    assert browser.patch("/auth/me", json={"role": "administrator"}).status_code == 422


def test_signing_out_ends_the_session_and_clears_the_browser(
    house: House, browser: TestClient
) -> None:
    house.add()
    sign_in(browser)
    before = dict(browser.cookies)
    answer = browser.post("/auth/sign-out")

    assert answer.json() == {"url": None}
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert not browser.cookies
    browser.cookies.update(before)
    assert browser.get("/auth/me").status_code == 401


def test_one_ends_ones_other_sessions(house: House, browser: TestClient) -> None:
    house.add()
    other = house.sign_in().principal.session
    sign_in(browser)

    listed = browser.get("/auth/sessions").json()
    assert [(each["current"], each["browser"]) for each in listed] == [
        (True, "testclient"), (False, ""),
    ]  # fmt: skip
    assert browser.delete(f"/auth/sessions/{other}").status_code == 204
    assert browser.delete(f"/auth/sessions/{other}").status_code == 404
    assert len(browser.get("/auth/sessions").json()) == 1


def test_another_password_brings_another_cookie(house: House, browser: TestClient) -> None:
    house.add()
    sign_in(browser)
    before = dict(browser.cookies)
    change = {"old": GOOD, "new": "seven green bicycles"}
    answer = browser.post("/auth/password", json=change)

    assert answer.status_code == 200
    assert dict(browser.cookies) != before
    assert browser.get("/auth/me").json()["csrf"] == answer.json()["csrf"]


def test_a_user_is_added_and_changed(boss: TestClient) -> None:
    profile = {"name": "Li", "shown": "李娜", "role": "team-lead", "teams": ["乙", "甲"]}
    made = boss.post("/users", json=profile)

    assert made.status_code == 201
    user, path = made.json()["user"], f"/users/{made.json()['user']['id']}"
    assert (user["name"], user["teams"], user["must_change_password"]) == ("li", ["乙", "甲"], True)
    assert len(made.json()["password"]) == 23
    assert boss.post("/users", json=profile).status_code == 409
    assert boss.get(path).json() == user
    assert boss.get("/users").json()["items"][1] == user
    changed = boss.patch(path, json={"role": "agent", "agent": "8001", "teams": []}).json()
    assert (changed["role"], changed["agent"], changed["teams"]) == ("agent", "8001", [])
    assert changed["shown"] == "李娜"
    assert boss.patch(path, json={"agent": None, "shown": None}).json()["agent"] is None
    assert boss.patch(path, json={"disabled": True}).json()["disabled"] is True
    assert boss.patch(path, json={}).json()["disabled"] is True
    assert boss.post(f"{path}/password").json()["user"]["must_change_password"] is True
    assert boss.post(f"{path}/unlock").status_code == 204
    assert "password" not in boss.get(path).text.replace("must_change_password", "")


@pytest.mark.parametrize(
    "profile",
    [{"name": "a b"}, {"role": "king"}, {"teams": [""]}, {"key": 1}, {"name": "\x00"}],
    ids=str,
)
def test_who_cannot_be_added_is_refused(boss: TestClient, profile: dict[str, object]) -> None:
    assert boss.post("/users", json={"name": "li", "role": "viewer", **profile}).status_code == 422


def test_the_last_administrator_stays(boss: TestClient) -> None:
    [me] = boss.get("/users").json()["items"]

    assert boss.patch(f"/users/{me['id']}", json={"disabled": True}).status_code == 409
    assert boss.patch(f"/users/{me['id']}", json={"role": "viewer"}).status_code == 409
    assert boss.get("/users/99").status_code == 404


@pytest.mark.parametrize("role", [r for r in UserRole if r is not UserRole.ADMINISTRATOR])
def test_nobody_else_administers(house: House, browser: TestClient, role: UserRole) -> None:
    house.add(role=role)
    sign_in(browser)

    for path in ("/users", "/users/1", "/audit", "/audit/verification", "/audit/export"):
        assert browser.get(path).status_code == 403, path
    assert browser.post("/users", json={"name": "x", "role": "viewer"}).status_code == 403
    assert browser.patch("/users/1", json={"role": "administrator"}).status_code == 403
    assert browser.post("/users/1/password").status_code == 403
    assert browser.get("/tokens?everybody=true").status_code == 403


def test_people_make_and_revoke_tokens_of_their_own(house: House, browser: TestClient) -> None:
    house.add(role=UserRole.VIEWER)
    sign_in(browser)
    order = {"name": "CRM", "scopes": ["calls:read"]}
    made = browser.post("/tokens", json=order).json()

    headers = {"Authorization": f"Bearer {made['secret']}"}
    assert browser.get("/calls", headers=headers).json() == f"token:{made['token']['id']}"
    assert browser.get("/tokens").json()["items"][0]["used"] is not None
    assert made["secret"] not in browser.get("/tokens").text
    assert browser.post("/tokens", json={**order, "scopes": ["audit:read"]}).status_code == 422
    assert browser.post("/tokens", json={**order, "owner": 99}).status_code == 403
    assert browser.delete(f"/tokens/{made['token']['id']}").status_code == 204
    assert browser.get("/calls", headers=headers).status_code == 401


def test_a_token_makes_no_tokens_and_changes_no_password(house: House, browser: TestClient) -> None:
    token = house.token(house.add("boss", UserRole.ADMINISTRATOR), *Permission)
    browser.headers["Authorization"] = f"Bearer {token.secret}"

    order = {"name": "more", "scopes": ["calls:read"]}
    assert browser.post("/tokens", json=order).status_code == 403
    assert browser.get("/tokens").status_code == 403
    assert browser.post("/auth/password", json={"old": GOOD, "new": "x"}).status_code == 403
    assert browser.patch("/auth/me", json={"language": "zh"}).status_code == 403
    assert browser.get("/auth/me").json()["csrf"] is None


def test_others_tokens_are_not_seen_and_administrators_make_and_revoke_them(
    house: House, boss: TestClient
) -> None:
    owner = house.add()
    theirs = boss.post("/tokens", json={"name": "a", "scopes": ["calls:read"], "owner": owner})
    number = theirs.json()["token"]["id"]
    assert boss.get("/tokens").json()["items"] == []
    assert [t["owner"] for t in boss.get("/tokens?everybody=true").json()["items"]] == [owner]
    house.add("li")
    with visiting(front(house)) as browser:
        sign_in(browser, "li")
        assert browser.delete(f"/tokens/{number}").status_code == 404

    assert boss.delete(f"/tokens/{number}").status_code == 204


def test_the_audit_log_is_read_in_pages_by_filter(house: House, boss: TestClient) -> None:
    for n in range(5):
        house.clock.on(minutes=1)
        house.add(f"u{n}")
    since = (house.clock.time - timedelta(minutes=2)).isoformat()

    first = boss.get("/audit", params={"limit": 3}).json()
    rest = boss.get("/audit", params={"limit": 9, "cursor": first["next"]}).json()
    numbers = [entry["number"] for entry in first["items"] + rest["items"]]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 7
    assert rest["next"] is None
    assert len(boss.get("/audit", params={"since": since}).json()["items"]) == 3
    added = boss.get("/audit", params={"action": "user-added", "subject": "user:3"}).json()
    assert added["items"][0]["detail"] == {"name": "u1", "role": "supervisor"}
    assert boss.get("/audit", params={"what": "x"}).status_code == 422


def test_the_audit_log_says_whether_it_is_whole(house: House, boss: TestClient) -> None:
    state = boss.get("/audit/verification").json()
    assert (state["whole"], state["checked"], state["broken"]) == (True, 2, None)
    later = boss.get("/audit/verification", params={"head": state["head"]}).json()
    assert later["whole"] is True
    wrong = boss.get("/audit/verification", params={"head": f"9:{'0' * 64}"}).json()

    assert (wrong["whole"], wrong["broken"]) == (False, 3)
    assert "missing" in wrong["reason"]


def test_the_audit_log_is_downloaded_and_that_is_noted(house: House, boss: TestClient) -> None:
    table = boss.get("/audit/export")
    lines = boss.get("/audit/export", params={"format": "jsonl", "action": "audit-exported"})

    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.headers["content-disposition"] == 'attachment; filename="huiting-audit.csv"'
    assert table.text.splitlines()[0].startswith("number,at,who,name,action")
    assert len(table.text.splitlines()) == 4
    assert len(lines.text.splitlines()) == 2
