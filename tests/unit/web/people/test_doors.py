"""What a request must show, and what a browser must not be made to send."""

import pytest
from fastapi.testclient import TestClient

from huiting.access.permissions import Permission, UserRole
from huiting.web.doors import PROOF, Known, Required, known, require, settled
from unit.service.people.house import BOSS, House
from unit.web.people.front import HTTPS, front, sign_in, visiting


def test_nobody_is_asked_to_show_something(browser: TestClient) -> None:
    answer = browser.get("/calls")

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["code"] == "unauthenticated"


@pytest.mark.parametrize("header", ["Basic d2FuZzp4", "Bearer", "Bearer ", "hth_x", "Digest a=b"])
def test_other_ways_to_show_something_are_not_taken(browser: TestClient, header: str) -> None:
    assert browser.get("/calls", headers={"Authorization": header}).status_code == 401


def test_a_program_shows_its_token(house: House, browser: TestClient) -> None:
    token = house.token(house.add(), Permission.CALLS_READ)
    headers = {"Authorization": f"bearer {token.secret}", "Origin": "https://evil.example"}

    assert browser.get("/calls", headers=headers).json() == f"token:{token.token.id}"
    assert browser.post("/calls", headers=headers).status_code == 200, "no cookie, no forgery"


def test_who_may_not_is_told_what_it_takes(house: House, browser: TestClient) -> None:
    token = house.token(house.add(), Permission.RULES_READ)
    answer = browser.get("/calls", headers={"Authorization": f"Bearer {token.secret}"})

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "calls:read" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 200, id="a program, or an old browser"),
        pytest.param({"Origin": HTTPS}, 200, id="our page"),
        pytest.param({"Origin": HTTPS, "Sec-Fetch-Site": "same-origin"}, 200, id="our page says"),
        pytest.param({"Sec-Fetch-Site": "none"}, 200, id="typed by the person"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, 403, id="another site"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, 403, id="a neighbour"),
        pytest.param({"Origin": "https://evil.example"}, 403, id="another origin"),
        pytest.param({"Origin": "https://huiting.example.evil.com"}, 403, id="looks like ours"),
        pytest.param({"Origin": "https://huiting.example:8443"}, 403, id="another port"),
        pytest.param({"Origin": "null"}, 403, id="a page without origin"),
        pytest.param({PROOF: ""}, 403, id="no proof"),
        pytest.param({PROOF: "x" * 43}, 403, id="another proof"),
    ],
)
def test_only_our_own_pages_change_something(
    house: House, browser: TestClient, headers: dict[str, str], status: int
) -> None:
    house.add()
    sign_in(browser)

    assert browser.post("/calls", headers=headers).status_code == status
    assert browser.get("/calls", headers=headers).status_code == 200


def test_who_must_change_the_password_does_nothing_else(house: House, browser: TestClient) -> None:
    given = house.accounts.reset_password(house.add(), BOSS)
    sign_in(browser, password=given.password)

    for path in ("/calls", "/users", "/tokens", "/auth/sessions"):
        answer = browser.get(path)
        assert (answer.status_code, "change it first" in answer.text) == (403, True), path
    assert browser.get("/auth/me").json()["must_change_password"] is True
    change = {"old": given.password, "new": "seven green bicycles"}
    browser.headers[PROOF] = browser.post("/auth/password", json=change).json()["csrf"]
    assert browser.get("/calls").status_code == 200


def test_alone_on_the_machine_other_sites_still_change_nothing() -> None:
    with visiting(front(None), "http://127.0.0.1:8000") as browser:
        assert browser.get("/calls").json() == "local"
        assert browser.post("/calls").status_code == 200
        headers = {"Origin": "https://evil.example"}
        assert browser.post("/calls", headers=headers).status_code == 403
        me = browser.get("/auth/me").json()
        assert (me["role"], me["csrf"]) == (UserRole.ADMINISTRATOR, None)
        assert browser.get("/auth/ways").status_code == 404


def test_doors_are_known_by_what_they_ask() -> None:
    assert require(Permission.CALLS_READ) == Required(Permission.CALLS_READ)
    assert known() == Known()
    assert settled() != known()
