"""Live calls in lists and as events: who sees which, from which event on, and until when."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import copy
from typing import Any, cast

import httpx
import pytest

from huiting.core.types import Role
from huiting.service.live.calls import Live
from huiting.service.live.opening import Opening
from huiting.service.live.showing import Past
from huiting.store.live import LiveCall
from huiting.web.server import build
from running import listening
from served import NOON, PEOPLE, USUAL, serving
from speaking import RECORDING, STEP, ScriptedLine, ScriptedLive


class Site:
    """A server, asked over real HTTP."""

    def __init__(self, url: str, live: ScriptedLive) -> None:
        self.live = live
        self.web = httpx.Client(base_url=url, timeout=120)

    def ask(self, path: str, name: str = "root") -> httpx.Response:
        return self.web.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {name}"})

    def call(self, **metadata: str) -> ScriptedLine:
        opening = Opening(roles=(Role.AGENT, Role.CUSTOMER), metadata=metadata)
        return self.live.open(opening, PEOPLE["root"])


@contextmanager
def watched(folder: Path, empty: Path, longest: float) -> Iterator[Site]:
    """Give a server whose readers must come again after so many seconds."""
    copy(empty, folder / "calls.db")
    live = ScriptedLive()
    with serving(folder, replace(USUAL, stream=longest)) as served:
        parts = replace(served.parts, live=cast("Live", live))
        with listening(build(parts)) as url:
            site = Site(url, live)
            with site.web:
                yield site


@pytest.fixture
def calls(tmp_path: Path, empty: Path) -> Iterator[Site]:
    with watched(tmp_path, empty, 300.0) as site:
        yield site


def events(text: str) -> list[dict[str, Any]]:
    """Read events as a browser does."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line[:1] != ":")
        if "data" in fields:
            data = json.loads(fields["data"])
            assert data["type"] == fields["event"]
            found.append(data | {"id": int(fields["id"])})
    return found


def test_calls_are_listed_with_what_counts(calls: Site) -> None:
    calls.call(agent="8001", team="A").feed(bytes(5 * STEP))

    (one,) = calls.ask("/live").json()["items"]

    assert one["metadata"] == {"agent": "8001", "team": "A"}
    assert [line["text"] for line in one["last"]] == ["我要退货。"]
    assert one["cues"][0]["text"]["zh"] == "请先致歉"
    assert one["cues"][0]["evidence"][0]["text"] == "我要退货。"
    assert one["pulse"]["moods"]["0"]["emotion"] == "ANGRY"
    assert one["ended"] is None
    assert calls.ask("/live/live1").json() == one


def test_a_call_that_is_over_says_what_became_of_it(calls: Site) -> None:
    calls.call().finish()

    ended = calls.ask("/live/live1").json()["ended"]

    assert ended["recording"] == RECORDING
    assert ended["why"] == "finished"


@pytest.mark.parametrize("path", ["/live/live1", "/live/live1/events", "/live/nothing"])
def test_calls_of_others_are_not_there(calls: Site, path: str) -> None:
    calls.call(team="A")

    assert calls.ask("/live", "team-b").json()["items"] == []
    assert calls.ask(path, "team-b").status_code == 404


@pytest.mark.parametrize("path", ["/live", "/live/live1", "/live/live1/events"])
def test_who_may_not_watch_is_refused(calls: Site, path: str) -> None:
    calls.call()

    assert calls.ask(path, "viewer").status_code == 403
    assert calls.ask(path, "nobody").status_code == 401


@pytest.mark.parametrize("path", ["/live", "/live/live1", "/live/live1/events"])
def test_personal_data_takes_a_permission(calls: Site, path: str) -> None:
    calls.call().finish()

    assert calls.ask(f"{path}?unredacted=true", "lead").status_code == 403
    assert calls.ask(f"{path}?unredacted=true").status_code == 200


def test_what_happens_is_told_as_it_happens(calls: Site) -> None:
    line = calls.call()
    line.feed(bytes(STEP))
    headers = {"Authorization": "Bearer lead"}
    seen = []
    with calls.web.stream("GET", "/api/v1/live/live1/events", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for text in answer.iter_lines():
            if text.startswith("event: "):
                seen.append(text.removeprefix("event: "))
                if len(seen) == 1:
                    line.feed(bytes(2 * STEP))
                if "final" in seen and line.call.state == "runs":
                    line.finish()

    assert seen[0] == "partial"
    assert seen[-4:] == ["final", "pulse", "cue", "ended"]
    assert line.call.log.readers == 0


@pytest.mark.parametrize("how", ["after", "header"])
def test_who_comes_again_misses_nothing_and_reads_nothing_twice(calls: Site, how: str) -> None:
    line = calls.call()
    line.feed(bytes(6 * STEP))
    line.finish()
    whole = events(calls.ask("/live/live1/events").text)

    place = whole[1]["id"]
    headers = {"Authorization": "Bearer root"}
    if how == "header":
        rest = calls.web.get(
            "/api/v1/live/live1/events", headers=headers | {"Last-Event-ID": str(place)}
        )
    else:
        rest = calls.web.get(f"/api/v1/live/live1/events?after={place}", headers=headers)

    assert events(rest.text) == whole[2:]
    assert whole[-1]["type"] == "ended"


@pytest.mark.parametrize("longest", [0.0, 0.5], ids=["at once", "soon"])
def test_a_reader_must_come_again_after_a_while(
    tmp_path: Path, empty: Path, longest: float
) -> None:
    """Who may no longer watch is then refused."""
    with watched(tmp_path, empty, longest) as calls:
        line = calls.call()
        line.feed(bytes(STEP))

        found = events(calls.ask("/live/live1/events").text)

        assert [event["type"] for event in found] == ["partial"]
        assert line.call.log.readers == 0


@pytest.mark.parametrize(
    ("name", "status"), [("root", 204), ("lead", 403), ("nobody", 401)], ids=["may", "may not", "-"]
)
def test_what_was_told_of_a_call_is_removed_by_who_may(calls: Site, name: str, status: int) -> None:
    row = LiveCall("gone1", "user:root", {}, None, NOON, NOON, "finished", 9.0)
    calls.live.gone_by["gone1"] = Past(row, ())
    running = calls.call().id
    headers = {"Authorization": f"Bearer {name}"}
    found = [
        calls.web.delete(f"/api/v1/live/{call}", headers=headers).status_code
        for call in ("gone1", "gone2", running)
    ]

    assert found == ([204, 404, 409] if status == 204 else [status] * 3)
    assert calls.live.removed == ([("gone1", "127.0.0.1")] if status == 204 else [])
