"""The client and `huiting remote bulk` have something done of all calls that are found."""

import json
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from huiting.app.cli import app
from huiting.client import CallFilter, Client, Deed, Refused, State, StillRunning, Told, Wanted
from huiting.core.errors import InputError
from running import Running
from served import refund
from unit.client.test_wire import Scripted, told

RUN = CliRunner()
NOON = datetime(2025, 3, 12, 12, tzinfo=UTC)


def kept(server: Running, agent: str, count: int = 3) -> CallFilter:
    """Keep calls of an agent; return what finds them."""
    for number in range(count):
        server.served.save(refund(f"{agent}{number}", agent=agent))
    return CallFilter(agent=agent)


def test_calls_are_removed_and_brought_back(client: Client, server: Running) -> None:
    where = kept(server, "7001")
    counted = client.many.count(where)
    seen: list[State] = []
    made = client.many.start(Deed.REMOVE, where, Wanted(counted.newest, "old"))
    end = client.many.wait(made.id, listen=lambda now: seen.append(now.state), longest=300)

    assert (counted.count, counted.more) == (3, False)
    assert (end.state, end.done, end.total, end.in_bin) == (State.DONE, 3, 3, 3)
    assert seen[-1] is State.DONE
    assert list(client.calls.list(where)) == []
    assert client.many.get(made.id).act is Deed.REMOVE
    assert made.id in {one.id for one in client.many.list()}

    back = client.many.wait(client.many.undo(made.id).id, longest=300)
    assert (back.act, back.done) == (Deed.RESTORE, 3)
    assert len(list(client.calls.list(where))) == 3


def test_what_is_over_stays_over(client: Client, server: Running) -> None:
    made = client.many.start(Deed.ASSIGN, kept(server, "7002"))
    end = client.many.wait(made.id, longest=300)

    assert client.many.cancel(made.id) == end
    with pytest.raises(Refused):
        client.many.undo(made.id)
    with pytest.raises(Refused):
        client.many.start(Deed.REMOVE, CallFilter(agent="none"))


def work(state: str, done: int) -> httpx.Response:
    body: dict[str, object] = {
        "id": "a" * 32, "act": "hear", "state": state, "job": 7, "batch": "b" * 16, "total": None,
        "done": done, "left": {"silent": 1}, "trouble": None, "in_bin": 0,
        "at": "2025-03-12T12:00:00Z", "ended_at": None,
    }  # fmt: skip
    return told(body=body)


def test_a_wait_tells_what_changes_and_ends_in_time() -> None:
    server = Scripted(
        work("waiting", 0), work("running", 2), work("running", 2), work("running", 3)
    )
    seen: list[int] = []
    with pytest.raises(StillRunning):
        server.client.many.wait("a" * 32, listen=lambda now: seen.append(now.done), longest=6.0)

    assert seen == [0, 2, 3]
    assert server.waits == [2.0, 2.0, 2.0]


def test_an_order_says_all_that_is_wanted() -> None:
    server = Scripted(work("waiting", 0))
    how = Wanted(5, "", Told(language="en", hotwords=("耳机",)), "second", "night")
    server.client.many.start(Deed.HEAR, CallFilter(team="A", since=NOON), how)

    assert json.loads(server.asked[0].content) == {
        "act": "hear", "filter": {"team": "A", "since": "2025-03-12T12:00:00+00:00"},
        "unredacted": False, "newest": 5, "reason": "", "language": "en", "hotwords": ["耳机"],
        "engine": "second", "name": "night",
    }  # fmt: skip
    assert server.asked[0].headers["Idempotency-Key"]


@pytest.fixture
def surroundings(server: Running, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "HUITING_LANG": "en", "COLUMNS": "200", "HUITING_SERVER": server.url,
        "HUITING_TOKEN": "root",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)


def remote(*words: str) -> Result:
    return RUN.invoke(app, ["remote", "bulk", *words])


@pytest.mark.usefixtures("surroundings")
def test_the_command_line_does_the_same(server: Running) -> None:
    kept(server, "7004")
    counted = remote("start", "remove", "--agent", "7004", "--count")
    started = remote("start", "remove", "--agent", "7004", "--reason", "old", "--wait")
    key = started.stdout.split()[0]
    undone = remote("undo", key, "--json")

    assert (counted.exit_code, counted.stdout.strip()) == (0, "3")
    assert started.exit_code == 0, started.output
    assert "into the bin  done  3/3" in started.stdout
    assert key in remote("list").stdout
    assert remote("wait", key).exit_code == 0
    assert remote("cancel", key).exit_code == 0
    assert (undone.exit_code, json.loads(undone.stdout)["done"]) == (0, 3)


@pytest.mark.usefixtures("surroundings")
def test_everything_is_removed_only_if_that_is_said(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(server, "7007")
    monkeypatch.setenv("HUITING_TOKEN", "viewer")  # whom the server lets remove nothing
    unsaid = remote("start", "remove", "--reason", "old")
    counted = remote("start", "remove", "--count")
    said = remote("start", "remove", "--all")
    some = remote("start", "remove", "--agent", "7007")

    assert isinstance(unsaid.exception, InputError)
    assert unsaid.exception.remedy == "narrow it, or say --all"
    assert int(counted.stdout) >= 3
    assert isinstance(said.exception, Refused)
    assert isinstance(some.exception, Refused)


@pytest.mark.usefixtures("surroundings")
def test_what_is_refused_is_told(server: Running) -> None:
    kept(server, "7005")

    assert isinstance(remote("start", "restore", "--agent", "7005").exception, InputError)
    assert isinstance(remote("start", "judge", "--agent", "none").exception, Refused)
    assert isinstance(remote("undo", "f" * 32).exception, Refused)


@pytest.mark.usefixtures("surroundings")
def test_work_that_fails_says_why_and_exits_with_1(server: Running) -> None:
    kept(server, "7006", 1)
    shown = remote("start", "judge", "--agent", "7006", "--wait")

    assert shown.exit_code == 1
    assert "failed  0/1" in shown.stdout
    assert "there are none" in shown.stdout
