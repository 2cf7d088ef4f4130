"""What stands around the application: addresses, names, sizes, rates, headers."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response, WebSocket
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from huiting.access.addresses import networks
from huiting.access.buckets import Rate
from huiting.access.credentials import Credentials
from huiting.access.permissions import PERMITTED, UserRole
from huiting.access.principal import Principal
from huiting.core.errors import TooMany
from huiting.service.people.measured import Measured
from huiting.web import problems
from huiting.web.security import Guard, Rules, known_host, usual_hosts
from huiting.web.security_headers import POLICY, named


class Clock:
    """Seconds that go on when told to."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class Said(BaseModel):
    """A body."""

    text: str


def guarded(rules: Rules, clock: Clock) -> FastAPI:
    app = FastAPI()
    problems.install(app)

    @app.get("/where")
    def where(request: Request) -> dict[str, Any]:
        seen = dict(request.headers)
        assert request.client is not None
        return {"host": request.client.host, "scheme": request.url.scheme, "headers": seen}

    @app.post("/said")
    def said(body: Said) -> int:
        return len(body.text)

    @app.post("/raw")
    async def raw(request: Request) -> int:
        return sum([len(piece) async for piece in request.stream()])

    @app.get("/own")
    def own(response: Response) -> str:
        response.headers["Cache-Control"] = "private, max-age=60"
        response.headers["Content-Security-Policy"] = "default-src 'none'"
        return "own"

    @app.websocket("/live")
    async def live(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(socket.url.scheme)
        await socket.close()

    app.add_middleware(Guard, rules=rules, clock=clock)
    return app


@contextmanager
def asking(
    rules: Rules | None = None,
    peer: str = "10.0.0.1",
    clock: Clock | None = None,
    url: str = "http://huiting.example",
) -> Iterator[TestClient]:
    app = guarded(rules or Rules(), clock or Clock())
    with TestClient(app, url, client=(peer, 5)) as client:
        yield client


def test_every_answer_says_what_a_browser_may_do_with_it() -> None:
    with asking() as client:
        for answer in (client.get("/where"), client.get("/none"), client.post("/said", json=1)):
            for name in named():
                assert name in answer.headers, (answer.status_code, name)
            assert answer.headers["content-security-policy"] == POLICY
            assert "strict-transport-security" not in answer.headers


def test_no_script_in_a_page_runs() -> None:
    assert "unsafe" not in POLICY
    assert "script-src 'self';" in POLICY
    assert "frame-ancestors 'none'" in POLICY


def test_over_https_browsers_are_told_to_stay_with_it() -> None:
    with asking(url="https://huiting.example") as client:
        answer = client.get("/where")

    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_what_a_route_says_of_its_answer_holds() -> None:
    with asking() as client:
        answer = client.get("/own")

    assert answer.headers["cache-control"] == "private, max-age=60"
    assert answer.headers["content-security-policy"] == "default-src 'none'"


LIVE = "ws://huiting.example/live"
PROXY = Rules(proxies=networks(["10.0.0.0/8"]))


def test_trusted_proxies_say_who_asks_and_how() -> None:
    sent = {"X-Forwarded-For": "6.6.6.6, 203.0.113.9", "X-Forwarded-Proto": "https"}
    with asking(PROXY) as client:
        answer = client.get("/where", headers={**sent, "X-Forwarded-Host": "evil.example"})

    assert (answer.json()["host"], answer.json()["scheme"]) == ("203.0.113.9", "https")
    assert not [name for name in answer.json()["headers"] if "forwarded" in name]
    assert "strict-transport-security" in answer.headers


@pytest.mark.parametrize("said", ["ftp", "https, http", ""])
def test_a_proxy_that_says_no_scheme_changes_none(said: str) -> None:
    with asking(PROXY) as client:
        answer = client.get("/where", headers={"X-Forwarded-Proto": said})

    assert answer.json()["scheme"] == "http"


def test_strangers_say_nothing_of_themselves() -> None:
    sent = {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https", "Forwarded": "for=::1"}
    with asking(PROXY, peer="203.0.113.9") as client:
        found = client.get("/where", headers=sent).json()

    assert (found["host"], found["scheme"]) == ("203.0.113.9", "http")
    assert not [name for name in found["headers"] if "forwarded" in name]


@pytest.mark.parametrize(
    ("peer", "status"),
    [("10.1.2.3", 200), ("::ffff:10.1.2.3", 200), ("2001:db8::1", 200), ("192.168.0.1", 403),
     ("2001:db9::1", 403), ("unix", 403)],
)  # fmt: skip
def test_only_allowed_addresses_come_through(peer: str, status: int) -> None:
    rules = Rules(allowed=networks(["10.0.0.0/8", "2001:db8::/32"]))
    with asking(rules, peer=peer) as client:
        answer = client.get("/where")

    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    if status == 403:
        assert answer.headers["content-type"] == "application/problem+json"


def test_behind_a_proxy_the_address_of_the_client_counts() -> None:
    rules = Rules(allowed=networks(["203.0.113.0/24"]), proxies=PROXY.proxies)
    with asking(rules) as client:
        assert client.get("/where", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 200
        assert client.get("/where", headers={"X-Forwarded-For": "6.6.6.6"}).status_code == 403
        assert client.get("/where").status_code == 403


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("huiting.example", True), ("HUITING.example:8443", True), ("huiting.example.", True),
        ("a.calls.example", True), ("calls.example", False), ("evil.example", False), ("", False),
        ("huiting.example.evil.com", False), ("huiting.example@evil.com", False),
        ("evilcalls.example", False), ("[::1", False), ("127.0.0.1:8000", True), ("[::1]:80", True),
    ],
)  # fmt: skip
def test_hosts_are_known_by_name(host: str, *, known: bool) -> None:
    hosts = ("huiting.example", "*.calls.example", "127.0.0.1", "[::1]")

    assert known_host(host, hosts) is known


def test_under_another_name_nobody_is_answered() -> None:
    with asking(Rules(hosts=("huiting.example",))) as client:
        assert client.get("/where").status_code == 200
        assert client.get("/where", headers={"Host": "rebound.evil.com"}).status_code == 422


@pytest.mark.parametrize("listening", ["127.0.0.1", "::1", "localhost"])
def test_alone_on_a_machine_only_its_own_names_are_known(listening: str) -> None:
    hosts = usual_hosts(listening)

    assert known_host("localhost:8000", hosts)
    assert known_host("[::1]:8000", hosts)
    assert not known_host("rebound.evil.com", hosts)
    assert usual_hosts("0.0.0.0") == ()


def test_a_body_that_is_too_large_is_refused_before_it_is_sent() -> None:
    with asking(Rules(body=100)) as client:
        assert client.post("/said", json={"text": "x" * 50}).json() == 50
        answer = client.post("/said", json={"text": "x" * 100})

    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


def pieces(count: int) -> Iterator[bytes]:
    yield b'{"text": "'
    for _ in range(count):
        yield b"x" * 10
    yield b'"}'


def test_a_body_that_says_no_size_is_cut_off_when_it_is_too_large() -> None:
    with asking(Rules(body=100, upload=200)) as client:
        json = {"Content-Type": "application/json"}
        audio = {"Content-Type": "audio/wav"}
        assert client.post("/said", content=pieces(5), headers=json).json() == 50
        assert client.post("/said", content=pieces(20), headers=json).status_code == 413
        assert client.post("/raw", content=pieces(15), headers=audio).json() == 162
        assert client.post("/raw", content=pieces(25), headers=audio).status_code == 413


def test_each_address_has_requests_of_its_own() -> None:
    clock, rules = Clock(), Rules(rate=Rate(1, burst=3), proxies=PROXY.proxies)
    with asking(rules, clock=clock) as client:

        def ask(address: str) -> Response:
            return client.get("/where", headers={"X-Forwarded-For": address})  # type: ignore[return-value]

        assert [ask("1.1.1.1").status_code for _ in range(4)] == [200, 200, 200, 429]
        assert ask("1.1.1.2").status_code == 200
        assert ask("1.1.1.1").headers["retry-after"] == "1"
        clock.seconds += 1
        assert ask("1.1.1.1").status_code == 200
        home = [ask(f"2001:db8::{n}").status_code for n in range(1, 5)]
        assert home == [200, 200, 200, 429], "one user has all addresses of a /64"


def test_all_together_have_a_number_too() -> None:
    rules = Rules(together=Rate(1, burst=2), rate=Rate(10, burst=10), proxies=PROXY.proxies)
    with asking(rules) as client:
        answers = [
            client.get("/where", headers={"X-Forwarded-For": f"1.1.1.{n}"}) for n in range(3)
        ]

    assert [answer.status_code for answer in answers] == [200, 200, 429]


def test_each_person_has_requests_of_their_own() -> None:
    class Keeper:
        def admit(self, credentials: Credentials, /) -> Principal:
            role = UserRole.VIEWER
            return Principal(credentials.bearer or "", "x", role, PERMITTED[role])

    clock = Clock()
    measured = Measured(Keeper(), Rate(1, burst=1), clock)
    measured.admit(Credentials("", bearer="user:1"))
    measured.admit(Credentials("", bearer="user:2"))

    with pytest.raises(TooMany) as raised:
        measured.admit(Credentials("", bearer="user:1"))
    assert raised.value.wait == 1


def test_a_live_connection_is_ours_only_from_our_pages() -> None:
    with asking() as client:
        for headers in ({}, {"Origin": "http://huiting.example"}):
            with client.websocket_connect(LIVE, headers=headers) as socket:
                assert socket.receive_text() == "ws"
        with (
            pytest.raises(WebSocketDisconnect) as raised,
            client.websocket_connect(LIVE, headers={"Origin": "https://evil.example"}),
        ):
            pass
    assert (raised.value.code, raised.value.reason) == (1008, "forbidden")


def test_a_live_connection_is_ours_from_pages_that_were_named() -> None:
    rules = Rules(origins=frozenset({"https://demo.example:1337"}))
    with asking(rules) as client:
        for origin, taken in (("https://DEMO.example:1337", True), ("https://demo.example", False)):
            try:
                with client.websocket_connect(LIVE, headers={"Origin": origin}) as socket:
                    told = socket.receive_text()
            except WebSocketDisconnect:
                told = ""
            assert (told == "ws") is taken


def test_a_live_connection_behind_a_proxy_is_secure_when_it_says_so() -> None:
    headers = {"X-Forwarded-Proto": "https"}
    with asking(PROXY) as client, client.websocket_connect(LIVE, headers=headers) as socket:
        assert socket.receive_text() == "wss"


def test_the_beginning_and_the_end_of_the_server_pass_through() -> None:
    passed: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        passed.append(scope["type"])

    async def nothing() -> Message:
        return {"type": "lifespan.startup"}

    async def none(message: Message) -> None:
        pass

    asyncio.run(Guard(app, Rules(), Clock())({"type": "lifespan"}, nothing, none))

    assert passed == ["lifespan"]


def test_a_connection_without_an_address_is_nobodys() -> None:
    seen: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["client"])

    async def nothing() -> Message:
        return {"type": "http.disconnect"}

    async def none(message: Message) -> None:
        pass

    scope: Scope = {
        "type": "http",
        "headers": [],
        "scheme": "http",
        "client": None,
        "method": "GET",
    }
    asyncio.run(Guard(app, Rules(), Clock())(scope, nothing, none))

    assert seen == [("", 0)]


@given(st.text(st.sampled_from("abc.:[]@/%01* \x00"), max_size=30))
def test_any_host_is_borne(host: str) -> None:
    assert known_host(host, ("huiting.example",)) is False
