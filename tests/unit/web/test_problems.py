"""What is answered when something is wrong, and what is noted of a request."""

import logging
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI
from starlette.testclient import TestClient

from huiting.access.principal import Principal
from huiting.core.errors import (
    ConfigError,
    Conflict,
    EngineError,
    HuitingError,
    InputError,
    StoreError,
    TooMany,
    Unauthenticated,
    Unknown,
    UnknownCall,
)
from huiting.service.troubles import StorageAway, Unsatisfiable
from huiting.vault.errors import Away, Damaged, VaultError
from huiting.web import problems, templates
from huiting.web.requests import Requests
from huiting.web.tongue import preferred
from served import Served, person, serving

WORDS = ("it", "is so", "do this")


@dataclass(frozen=True)
class NoParts:
    """Nothing is noted and nothing counted."""

    noting: None = None
    metrics: None = None


def failing(error: Exception) -> TestClient:
    app = FastAPI()
    app.state.parts = NoParts()
    problems.install(app)
    router = APIRouter()

    @router.get("/fail/{name}")
    def fail(name: str) -> None:
        raise error

    app.include_router(router)
    templates.name(app, {"": [router]})
    app.add_middleware(Requests)
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InputError(*WORDS), 422), (UnknownCall(*WORDS), 404), (Unknown(*WORDS), 404),
        (Conflict(*WORDS), 409), (Unauthenticated(*WORDS), 401), (TooMany(*WORDS, 2.5), 429),
        (StoreError(*WORDS), 503), (EngineError(*WORDS), 503), (ConfigError(*WORDS), 500),
        (Unsatisfiable(*WORDS, 7), 416), (Away(*WORDS), 503), (VaultError(*WORDS), 503),
        (Damaged(*WORDS), 500), (StorageAway(*WORDS), 503),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, HuitingError) else None,
)  # fmt: skip
def test_each_error_has_its_status(error: HuitingError, status: int) -> None:
    answer = failing(error).get("/fail/x")

    assert answer.status_code == status
    assert answer.headers["content-type"] == problems.MEDIA_TYPE
    assert answer.json() == {
        "type": f"/errors/{error.code}", "title": answer.json()["title"], "status": status,
        "detail": "it: is so; do this", "code": error.code,
        "instance": f"urn:request:{answer.headers['x-request-id']}", "errors": [],
    }  # fmt: skip


def test_who_asks_too_often_is_told_when_to_come_again() -> None:
    answer = failing(TooMany(*WORDS, 2.5)).get("/fail/x")

    assert answer.headers["retry-after"] == "3"


def test_who_is_not_known_is_told_how_to_show_it() -> None:
    assert failing(Unauthenticated(*WORDS)).get("/fail/x").headers["www-authenticate"] == "Bearer"


def test_an_error_that_nobody_foresaw_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "huiting.web.requests"):
        answer = failing(RuntimeError("张三 13800138000")).get("/fail/x")
    [failed, told] = caplog.records

    assert answer.status_code == 500
    assert "138" not in answer.text
    assert answer.json()["code"] == "internal"
    assert failed.getMessage() == "a request failed"
    assert told.__dict__["status"] == 500


def test_a_request_is_noted_without_what_it_is_about(caplog: pytest.LogCaptureFixture) -> None:
    client = failing(InputError(*WORDS))
    with caplog.at_level(logging.INFO, "huiting.web.requests"):
        answer = client.get("/fail/13800138000?q=x", headers={"X-Request-ID": "abc-1"})
        odd = client.get("/fail/x", headers={"X-Request-ID": "a b\x7f"})
    told = caplog.records[0].__dict__

    assert answer.headers["x-request-id"] == told["request"] == "abc-1"
    assert odd.headers["x-request-id"] != "a b\x7f"
    assert (told["method"], told["route"], told["status"]) == ("GET", "/fail/{name}", 422)
    assert "13800138000" not in str(told)


def test_routes_of_the_service_are_noted_by_their_name(
    served: Served, caplog: pytest.LogCaptureFixture, call: str
) -> None:
    with caplog.at_level(logging.INFO, "huiting.web.requests"):
        served.web.get(f"/api/v1/calls/{call}/segments")
    [told] = caplog.records

    assert told.__dict__["principal"] == "user:root"
    assert told.__dict__["route"].endswith("/calls/{call}/segments")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404), ("DELETE", "/api/v1/calls", 405), ("POST", "/healthz", 405),
        ("GET", "/api/v1/calls/", 404), ("GET", "/api/v1/calls/xyz", 422),
        ("GET", "/api/v1/jobs/99999999999999999999", 422),
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_problem_too(
    method: str, path: str, status: int, served: Served
) -> None:
    answer = served.web.request(method, path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == problems.MEDIA_TYPE
    if status == 405:
        assert answer.headers["allow"]


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400), (b'{"name": 1}', "application/json", 422),
        (b"[]", "application/json", 422), (b"name=1", "application/x-www-form-urlencoded", 415),
        (b"\xff", "application/json", 400), (b'{"name": "\\ud800"}', "application/json", 422),
        (b'{"colour": "red"}', "application/json", 422),
    ],
)  # fmt: skip
def test_bodies_that_cannot_be_read(content: bytes, kind: str, status: int, served: Served) -> None:
    answer = served.web.post("/api/v1/batches", content=content, headers={"Content-Type": kind})

    assert answer.status_code == status
    assert answer.headers["content-type"] == problems.MEDIA_TYPE


def test_mistakes_are_named_and_not_repeated(served: Served) -> None:
    answer = served.web.get("/api/v1/calls?limit=13800138000&sort=phone")
    body = answer.json()

    assert {mistake["where"] for mistake in body["errors"]} == {"query.limit", "query.sort"}
    assert "13800138000" not in answer.text


def test_problems_are_told_in_the_language_that_is_read(served: Served) -> None:
    mandarin = served.web.get("/api/v1/calls/abcd", headers={"Accept-Language": "zh-CN,en;q=0.5"})
    english = served.web.get("/api/v1/calls/abcd", headers={"Accept-Language": "fr"})

    assert mandarin.json()["title"] == "未找到"
    assert english.json()["title"] == "Not found"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"), ("zh", "zh"), ("zh-TW;q=0.4, en;q=0.9", "en"), ("en;q=0, zh;q=0.1", "zh"),
        ("zh;q=x", "en"), ("fr,zh;q=0.2", "zh"), ("zh;v=1", "zh"), ("zh;q=7,en;q=0.9", "zh"),
    ],
)  # fmt: skip
def test_the_language_that_is_liked_best(header: str, language: str) -> None:
    assert preferred(header) == language


def test_a_person_who_has_chosen_is_told_in_that_language(served: Served) -> None:
    chosen: Principal = replace(person("root"), language="zh")
    served.parts.doorkeeper.known["root"] = chosen  # type: ignore[attr-defined]
    answer = served.web.get("/api/v1/calls/abcd", headers={"Accept-Language": "en"})
    served.parts.doorkeeper.known["root"] = person("root")  # type: ignore[attr-defined]

    assert answer.json()["title"] == "未找到"


def test_health(served: Served, tmp_path: Path) -> None:
    (tmp_path / "ill").mkdir()
    with serving(tmp_path / "ill", ready="the disk is full") as ill:
        sick = ill.web.get("/readyz", headers={"Authorization": ""})

        assert (sick.status_code, sick.json()) == (503, {"status": "unavailable"})
        assert ill.web.get("/healthz").json() == {"status": "ok"}
    assert served.web.get("/readyz", headers={"Authorization": ""}).json() == {"status": "ok"}


def test_the_system(served: Served, call: str) -> None:
    served.web.post("/api/v1/recordings", files={"files": ("a.wav", b"a")})
    found = served.web.get("/api/v1/system").json()

    assert found["models"][0]["sha256"] == "d0" * 32
    assert (found["calls"], found["queue"][0]["waiting"]) == (1, 1)
    assert served.web.get("/api/v1/system", headers=served.by("viewer")).status_code == 403
