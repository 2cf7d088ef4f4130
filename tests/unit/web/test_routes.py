"""Every route, walked: who may pass, what somebody limited sees, and how it is described."""

from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute

from huiting.web import health, server
from huiting.web.doors import Known, Required
from huiting.web.live.entering import Speaking
from served import Served, refund

OPEN = {
    ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/auth/ways"), ("POST", "/auth/sign-in"),
    ("GET", "/auth/single-sign-on"), ("GET", "/auth/single-sign-on/back"),
    ("GET", "/sign-in"), ("POST", "/sign-in"), ("POST", "/language/{language}"),
    ("POST", "/theme/{theme}"), ("GET", "/static/{name}"), ("GET", "/manifest.webmanifest"),
    ("GET", "/sw.js"), ("GET", "/offline"),
}  # fmt: skip
"""Routes for everybody: they tell nothing, or are how one comes in."""


def routes() -> Iterator[APIRoute]:
    modules = (*server.resources(), *server.screens(), health)
    routers = [module.router for module in modules]
    for router in routers:
        yield from (route for route in router.routes if isinstance(route, APIRoute))


@pytest.mark.parametrize(
    ("method", "route"),
    [(method, route) for route in routes() for method in sorted(route.methods or ())],
    ids=lambda value: value if isinstance(value, str) else value.path,
)
def test_no_route_is_without_a_door(method: str, route: APIRoute) -> None:
    guards = [d.call for d in route.dependant.dependencies]  # codespell:ignore dependant

    guarded = any(isinstance(guard, Required | Known) for guard in guards)
    assert guarded or (method, route.path) in OPEN


def sockets() -> Iterator[APIWebSocketRoute]:
    for module in server.resources():
        found = module.router.routes
        yield from (route for route in found if isinstance(route, APIWebSocketRoute))


@pytest.mark.parametrize("route", list(sockets()), ids=lambda route: route.path)
def test_no_socket_is_without_a_door(route: APIWebSocketRoute) -> None:
    guards = [d.call for d in route.dependant.dependencies]  # codespell:ignore dependant

    assert any(isinstance(guard, Speaking) for guard in guards)


def test_there_are_two_sockets() -> None:
    assert sorted(route.path for route in sockets()) == ["/", "/live"]


def reads() -> list[str]:
    found = (r for r in routes() if r.include_in_schema)  # pages have tests of their own
    return sorted({r.path for r in found if "GET" in (r.methods or ()) and "{call}" in r.path})


@pytest.mark.parametrize("path", reads())
def test_a_call_of_others_is_not_there(path: str, served: Served, call: str) -> None:
    """The call is of team A."""
    url = "/api/v1" + path.format(call=call, rule="greeting")
    asked: dict[str, str | int] = {"format": "md", "start": 1, "end": 2}

    answer = served.web.get(url, params=asked, headers=served.by("team-b"))
    own = served.web.get(url, params=asked, headers=served.by("team-a"))

    assert answer.status_code == 404
    assert answer.json()["code"] == "unknown-call"
    assert own.status_code == 200 or own.json()["code"] == "unknown"  # there is no audio


LISTS = [
    "/calls", "/calls?q=退货", "/search?q=退货", "/fields", "/fields/agent", "/jobs", "/batches",
]  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_lists_hold_nothing_of_others(path: str, served: Served, call: str) -> None:
    given = {"metadata": '{"team": "A"}'}
    files = {"files": ("8001_a.wav", b"RIFF", "audio/wav")}
    served.web.post("/api/v1/recordings", data=given, files=files)
    served.web.post("/api/v1/batches", json={})

    empty = served.web.get("/api/v1" + path, headers=served.by("team-b")).json()
    found = served.web.get("/api/v1" + path).json()

    assert (empty if isinstance(empty, list) else empty["items"]) == []
    assert (found if isinstance(found, list) else found["items"]) != []


@pytest.mark.parametrize("name", ["day", "causes", "words", "trends", "agents"])
def test_reports_count_nothing_of_others(name: str, served: Served, call: str) -> None:
    served.save(refund("b", agent="9002", team="B"))
    url = f"/api/v1/reports/{name}?format=json&measure=angry&by=agent"

    answer = served.web.get(url, headers=served.by("team-b"))

    assert answer.status_code == 200
    assert "8001" not in answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/batches/{batch}/cancel"), ("post", "/batches/{batch}/retry"),
        ("get", "/batches/{batch}"), ("get", "/batches/{batch}/recordings"),
        ("get", "/batches/{batch}/events"), ("patch", "/batches/{batch}"),
        ("get", "/jobs/{job}"), ("get", "/jobs/{job}/events"),
        ("post", "/jobs/{job}/cancel"), ("post", "/jobs/{job}/retry"),
        ("get", "/exports/{job}"), ("get", "/exports/{job}/file"),
    ],
)  # fmt: skip
def test_work_of_others_is_not_there(method: str, path: str, served: Served) -> None:
    batch = served.web.post("/api/v1/batches", json={}).json()["id"]
    job = served.web.post("/api/v1/exports", json={}).json()["id"]
    url = "/api/v1" + path.format(batch=batch, job=job)

    body: dict[str, str] | None = None if method == "get" else {}
    answer = served.web.request(method, url, headers=served.by("team-b"), json=body)

    assert answer.status_code == 404
