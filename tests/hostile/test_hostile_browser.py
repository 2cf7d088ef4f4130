"""What a page elsewhere may make a browser do: nothing; and what of ours may be framed or kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from huiting.service.reading import Reading
from huiting.store import Store
from huiting.store.audit import Action
from huiting.web.security import known_host, usual_hosts
from served import Served
from unit.service.people.house import House
from unit.web.people.front import front, sign_in, visiting

EVIL = "https://evil.example"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[TestClient]:
    """A browser in which somebody has signed in."""
    with Store.open(str(tmp_path / "people.db")) as store:
        house = House(store)
        house.add()
        with visiting(front(house)) as client:
            sign_in(client)
            yield client


@pytest.mark.parametrize(
    "origin", [EVIL, "null", "http://[", "https://huiting.example.evil.example"]
)
def test_no_other_origin_reads_or_changes(browser: TestClient, origin: str) -> None:
    read = browser.get("/calls", headers={"Origin": origin})
    asked = browser.options(
        "/calls", headers={"Origin": origin, "Access-Control-Request-Method": "POST"}
    )
    changed = browser.post("/calls", headers={"Origin": origin})

    assert not [
        name for name in (*read.headers, *asked.headers) if name.startswith("access-control")
    ]
    assert asked.status_code == 405
    assert changed.status_code == 403


def test_a_change_takes_the_proof(browser: TestClient) -> None:
    with_proof = browser.post("/calls")
    del browser.headers["x-csrf-token"]

    assert (with_proof.status_code, browser.post("/calls").status_code) == (200, 403)


def test_the_cookie_is_for_this_host_and_no_script(browser: TestClient) -> None:
    again = browser.post(
        "/auth/sign-in", json={"name": "wang", "password": "the otter reads my mail"}
    )
    cookie = again.headers["set-cookie"]

    assert cookie.startswith("__Host-huiting=")
    assert "Domain" not in cookie
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))


@pytest.mark.parametrize(
    "path", ["/api/v1/calls", "/api/v1/nothing", "/healthz", "/api/v1/calls/zz"]
)
def test_every_answer_is_framed_nowhere_and_kept_nowhere(served: Served, path: str) -> None:
    told = served.web.get(path).headers

    assert told["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in told["content-security-policy"]
    assert "unsafe" not in told["content-security-policy"]
    assert told["cache-control"] == "no-store"
    assert told["x-content-type-options"] == "nosniff"
    assert told["referrer-policy"] == "same-origin"
    assert "server" not in told


def test_what_is_fetched_of_a_call_is_kept_by_no_cache_between(served: Served, call: str) -> None:
    for path in ("", "/segments", "/export?format=json", "/meaning"):
        told = served.web.get(f"/api/v1/calls/{call}{path}").headers["cache-control"]
        assert told == "no-store" or told.startswith("private"), path


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "[", "", "localhost@evil"]
)
def test_another_name_for_this_machine_is_not_ours(host: str) -> None:
    """A page elsewhere may have its own name lead here, and would read what is answered."""
    assert not known_host(host, usual_hosts("127.0.0.1"))


def test_an_address_in_an_answer_is_a_path(served: Served) -> None:
    """So that no `Host` header finds its way into one."""
    made = served.web.post("/api/v1/batches", json={"name": "x"}, headers={"Host": "evil.example"})

    assert made.headers["location"].startswith("/api/v1/")
    assert "evil" not in made.text


@pytest.mark.parametrize("word", ["true", "1", "yes", "on", "True", "t", "Y"])
def test_personal_data_is_not_seen_unnoted_by_another_word(
    served: Served, call: str, word: str
) -> None:
    answer = served.web.get(f"/api/v1/calls/{call}/segments", params={"unredacted": word})
    noted = (
        [found.entry for found in served.parts.noting.audit.read()] if served.parts.noting else []
    )

    assert answer.status_code == 200
    assert "13800138000" in answer.text
    assert [(one.action, one.detail) for one in noted] == [(Action.SAW, {"kind": "unredacted"})]


def test_nothing_of_the_inside_is_told(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret /srv/huiting/calls.db 13800138000")

    monkeypatch.setattr(Reading, "hits", broken)
    client = TestClient(served.web.app, raise_server_exceptions=False)
    answer = client.get("/api/v1/search?q=x", headers=served.by("root"))

    assert answer.status_code == 500
    assert answer.json()["detail"] == "Internal error"
    assert not {"secret", "Traceback", "RuntimeError", "138001"} & set(answer.text.split())
    assert "secret" not in answer.text
