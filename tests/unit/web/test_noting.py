"""What people see and hear is in the audit log before it leaves; what cannot be noted is not given."""

import pytest
from fastapi.routing import APIRoute

from huiting.core.errors import StoreError
from huiting.store.audit import Entry
from huiting.web import server
from huiting.web.noting import NOTED, Noting
from served import Served, refund


def entries(served: Served) -> list[tuple[str, str, str]]:
    assert served.parts.noting is not None
    found = served.parts.noting.audit.entries()
    return [(one.entry.who, str(one.entry.action), one.entry.subject) for one in found][::-1]


def test_who_reads_a_call_is_noted_once(served: Served, call: str) -> None:
    for part in ("", "/segments", "/findings"):
        served.web.get(f"/api/v1/calls/{call}{part}")
    served.web.get(f"/api/v1/calls/{call}", headers=served.by("team-a"))

    assert entries(served) == [
        ("user:root", "saw", f"call:{call}"), ("user:team-a", "saw", f"call:{call}"),
    ]  # fmt: skip


def test_to_see_personal_data_is_noted_as_such(served: Served, call: str) -> None:
    served.web.get(f"/api/v1/calls/{call}")
    served.web.get(f"/api/v1/calls/{call}?unredacted=true")

    assert served.parts.noting is not None
    kinds = [one.entry.detail.get("kind") for one in served.parts.noting.audit.entries()]
    assert kinds == ["unredacted", None]


@pytest.mark.parametrize(
    ("path", "subject"),
    [
        ("/today", "today"),
        ("/api/v1/dashboard", "dashboard"),
        ("/found/values?name=phone&unredacted=true", "found:values"),
        ("/api/v1/fields/phone?unredacted=true", "fields:{name}"),
    ],
)
def test_what_is_told_of_many_calls_is_noted_too(
    path: str, subject: str, served: Served, call: str
) -> None:
    assert served.web.get(path).status_code == 200

    assert entries(served) == [("user:root", "saw", subject)]


def test_exports_and_searches_are_noted_each_time_and_never_with_what_for(
    served: Served, call: str
) -> None:
    for _ in range(2):
        served.web.get("/api/v1/search", params={"q": "13800138000"})
        served.web.get(f"/api/v1/calls/{call}/export", params={"format": "md"})

    found = entries(served)
    assert [action for _, action, _ in found] == ["searched", "exported"] * 2
    assert "13800138000" not in str(found)


def test_what_was_refused_or_not_found_gave_nothing(served: Served, call: str) -> None:
    served.web.get("/api/v1/calls/00000000")
    served.web.get(f"/api/v1/calls/{call}", headers=served.by("team-b"))
    served.web.get(f"/api/v1/calls/{call}", headers={"Authorization": "Bearer nobody"})
    served.web.get("/api/v1/calls")

    assert entries(served) == []


def test_what_cannot_be_noted_is_not_given(
    served: Served, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_noting: Noting, _entry: Entry) -> bool:
        raise StoreError("audit log", "the disk is full", "make room")

    monkeypatch.setattr(Noting, "_lately", full)

    answer = served.web.get(f"/api/v1/calls/{call}")
    assert answer.status_code == 503
    assert "退货" not in answer.text


def test_every_route_that_gives_something_of_a_call_is_noted() -> None:
    paths = {
        (method, prefix + route.path)
        for module, prefix in (
            *((module, getattr(module, "PREFIX", server.PREFIX)) for module in server.resources()),
            *((module, "") for module in server.screens()),
        )
        for route in module.router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
    }

    of_calls = {(m, p) for m, p in paths if p.startswith("/api/") and "{call}" in p and m == "GET"}
    assert of_calls <= set(NOTED)
    assert set(NOTED) <= paths


def test_requests_are_counted_and_told_to_who_may_watch(served: Served) -> None:
    call = served.save(refund())
    served.web.get(f"/api/v1/calls/{call}")

    told = served.web.get("/metrics")
    assert told.headers["content-type"].startswith("text/plain")
    line = (
        'huiting_http_request_seconds_count{method="GET",route="/api/v1/calls/{call}",status="200"}'
    )
    assert f"{line} 1.0" in told.text
    assert call not in told.text
    assert served.web.get("/metrics", headers=served.by("viewer")).status_code == 403
