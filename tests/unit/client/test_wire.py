"""What is sent again and what is not, and how an upload goes on, against scripted answers."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from huiting.client import (
    Client,
    Refused,
    StillRunning,
    Terms,
    Unavailable,
    Unreachable,
    Unreadable,
)
from huiting.client.errors import refused
from huiting.client.jobs import events
from huiting.client.shapes.jobs import State
from huiting.core.errors import ConfigError, InputError

Answer = httpx.Response | httpx.TransportError
JOB = {
    "id": 7, "kind": "analyze", "state": "running", "recording": None, "batch": None,
    "stage": "asr", "done": 0.5, "attempt": 1, "attempts": 3, "trouble": None,
    "cancelling": False, "held": False, "put_at": "2025-03-12T12:00:00Z",
    "due_at": "2025-03-12T12:00:00Z", "begun_at": None, "ended_at": None,
}  # fmt: skip


class Scripted:
    """A server that gives the answers it was told to, and a clock that only waiting moves."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []
        self.waits: list[float] = []
        terms = Terms(pause=self.waits.append, clock=lambda: sum(self.waits), large=4)
        self.client = Client("http://huiting.test", "token", terms)
        old = self.client.wire.web
        old._transport = httpx.MockTransport(self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, httpx.TransportError):
            raise answer
        return answer


def told(status: int = 200, body: object = None, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json=body, headers=named)


def problem(status: int, detail: str, code: str = "busy", **headers: str) -> httpx.Response:
    return told(status, {"code": code, "detail": detail}, **headers)


SYSTEM: dict[str, object] = {
    "version": "1", "engine": "w", "models": [], "device": None, "disks": [], "queue": [],
    "calls": 3,
}  # fmt: skip


@pytest.mark.parametrize(
    ("first", "waits"),
    [
        pytest.param(problem(503, "a: b; c", Retry_After="7"), [7.0], id="busy for a time"),
        pytest.param(problem(429, "a: b; c"), [0.5], id="too often"),
        pytest.param(told(502), [0.5], id="a proxy without its server"),
        pytest.param(httpx.ReadTimeout("late"), [0.5], id="no answer"),
    ],
)
def test_reading_is_tried_again(first: Answer, waits: list[float]) -> None:
    server = Scripted(first, told(200, SYSTEM))

    assert server.client.system().calls == 3
    assert server.waits == waits


def test_it_is_not_tried_for_ever() -> None:
    server = Scripted(*[httpx.ConnectError("refused")] * 4)

    with pytest.raises(Unreachable, match=r"http://huiting\.test: no answer \(ConnectError"):
        server.client.system()
    assert server.waits == [0.5, 1.0, 2.0]


def test_a_long_wait_is_told_and_not_waited_for() -> None:
    server = Scripted(problem(429, "sign-in: too often; wait", Retry_After="900"))

    with pytest.raises(Unavailable) as raised:
        server.client.system()
    assert raised.value.retryable
    assert server.waits == []


def test_what_may_not_be_done_twice_is_sent_once() -> None:
    server = Scripted(httpx.ReadTimeout("late"))

    with pytest.raises(Unreachable):
        server.client.jobs.retry(7)
    assert len(server.asked) == 1


def test_what_never_reached_the_server_is_sent_again() -> None:
    server = Scripted(httpx.ConnectError("refused"), told(200, JOB))

    assert server.client.jobs.retry(7).id == 7


def test_a_key_makes_a_post_safe_to_send_again() -> None:
    made = {
        "id": "b", "name": "", "at": "2025-03-12T12:00:00Z", "paused": False, "revision": 1,
        "recordings": 0, "refused": 0, "waiting": 0, "running": 0, "done": 0, "failed": 0,
        "cancelled": 0, "over": True,
    }  # fmt: skip
    server = Scripted(httpx.ReadTimeout("late"), problem(409, "k: busy; wait"), told(201, made))

    assert server.client.batches.make().id == "b"
    assert len({request.headers["idempotency-key"] for request in server.asked}) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param(told(404), ("http", "HTTP 404"), id="of a proxy"),
        pytest.param(httpx.Response(500, text="<html>"), ("http", "HTTP 500"), id="no JSON"),
        pytest.param(
            problem(403, "没有权限：不可查看；请联系管理员", "forbidden"),
            ("forbidden", "不可查看"),
            id="in Chinese",
        ),
    ],
)
def test_every_refusal_is_told(answer: httpx.Response, said: tuple[str, str]) -> None:
    with pytest.raises(Refused) as raised:
        Scripted(answer).client.system()

    assert (raised.value.code, raised.value.detail) == said
    assert raised.value.remedy


def test_a_refusal_survives_a_trip_between_processes() -> None:
    error = pickle.loads(pickle.dumps(refused(404, "unknown", "job 7: none; list", "x")))

    assert (error.status, error.code, str(error)) == (404, "unknown", "job 7: none; list")


def test_an_answer_of_something_else_is_told() -> None:
    with pytest.raises(Unreadable, match="answers something else"):
        Scripted(told(200, {"hello": "world"})).client.system()


@pytest.mark.parametrize("address", ["", "huiting.test", "ftp://huiting.test"])
def test_an_address_without_its_beginning_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match="no address"):
        Client(address, "token")


def test_a_token_that_cannot_be_sent_is_refused() -> None:
    with pytest.raises(ConfigError, match="no token of Huiting"):
        Client("http://huiting.test", "令牌")


def test_a_list_goes_over_many_pages() -> None:
    entries = [{"name": "agent", "calls": 1}, {"name": "team", "calls": 2}]
    page = [{"items": [{"id": "1"}], "next": "x"}, {"items": [{"id": "2"}], "next": None}]
    server = Scripted(told(200, page[0]), told(200, page[1]), told(200, entries))

    assert [call.id for call in server.client.calls.list()] == ["1", "2"]
    assert server.asked[1].url.params["cursor"] == "x"


def test_what_cannot_be_listened_to_is_asked_for() -> None:
    done = JOB | {"state": "done"}
    server = Scripted(
        told(200, JOB), httpx.RemoteProtocolError("cut"), told(200, JOB), told(200, done)
    )

    assert server.client.jobs.wait(7).state is State.DONE
    assert [request.url.path.rpartition("/")[2] for request in server.asked] == [
        "7", "events", "7", "7",
    ]  # fmt: skip


def test_events_are_read_with_their_signs_of_life() -> None:
    lines = ["retry: 500", "", "event: progress", "data: {", "data: }", "", ": still here", ""]

    assert list(events(iter(lines))) == [b"{\n}", b""]


def upload(offset: int, *, whole: bool = False) -> httpx.Response:
    body = {
        "id": "u", "length": 8, "offset": offset, "expires_at": "2025-03-14T12:00:00Z",
        "recording": "r" if whole else None, "job": 7 if whole else None,
    }  # fmt: skip
    return told(200, body)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.wav"
    path.write_bytes(b"12345678")
    return path


def test_an_upload_goes_on_where_the_server_stands(file: Path) -> None:
    server = Scripted(
        told(201, Location="/api/v1/uploads/u"), upload(0),
        httpx.WriteError("broken"), upload(2),  # two bytes had arrived
        told(204), upload(6),
        problem(460, "piece: damaged; again"), upload(6),
        told(204), upload(8, whole=True),
        told(200, JOB),
    )  # fmt: skip

    [accepted] = server.client.recordings.hand_in(file).accepted

    pieces = [(r.headers["upload-offset"], r.content) for r in server.asked if r.method == "PATCH"]
    assert pieces == [("0", b"1234"), ("2", b"3456"), ("6", b"78"), ("6", b"78")]
    assert (accepted.recording, accepted.job) == ("r", 7)


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        pytest.param(lambda: httpx.WriteError("broken"), Unreachable, id="no line"),
        pytest.param(lambda: told(503), Unavailable, id="no server"),
    ],
)
def test_an_upload_that_never_gets_further_ends(
    broken: Callable[[], Answer], kind: type[Exception], file: Path
) -> None:
    tries = [answer for _ in range(4) for answer in (upload(0), broken())]

    with pytest.raises(kind):
        Scripted(*tries).client.recordings.resume("u", file)


def test_another_file_cannot_be_gone_on_with(file: Path) -> None:
    file.write_bytes(b"other length")

    with pytest.raises(InputError, match="not the file that was announced"):
        Scripted(upload(0)).client.recordings.resume("u", file)


def test_a_download_that_breaks_begins_anew_and_leaves_nothing_half(tmp_path: Path) -> None:
    server = Scripted(httpx.ReadError("broken"), httpx.Response(200, content=b"RIFF"))

    saved = server.client.calls.audio("c", tmp_path / "c.wav")

    assert saved.read_bytes() == b"RIFF"
    assert json.dumps([p.name for p in tmp_path.iterdir()]) == '["c.wav"]'


def test_uploads_are_forgotten_on_request() -> None:
    server = Scripted(told(204))
    server.client.recordings.uploads.remove("u")

    assert (server.asked[0].method, server.asked[0].url.path) == ("DELETE", "/api/v1/uploads/u")


def test_an_export_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    waiting = {
        "id": 3, "state": "waiting", "stage": None, "done": 0.0, "trouble": None,
        "put_at": "2025-03-12T12:00:00Z", "file": None,
    }  # fmt: skip
    trouble = {"code": "input", "reason": "no calls", "remedy": "choose others"}
    server = Scripted(
        told(202, waiting), told(200, waiting | {"state": "failed", "trouble": trouble})
    )

    with pytest.raises(Refused, match="export 3: no calls; choose others"):
        server.client.calls.export_all(tmp_path / "a.xlsx")
    late = Scripted(told(202, waiting))
    with pytest.raises(StillRunning):
        late.client.calls.export_all(tmp_path / "a.xlsx", longest=0)


def test_a_transcript_that_takes_long_is_asked_for_again(file: Path) -> None:
    transcript = {
        "text": "您好", "language": "zh", "duration": 1.0, "segments": [], "engine": "w",
        "audio": "r", "known": True,
    }  # fmt: skip
    over = told(200, JOB | {"state": "done"})
    server = Scripted(told(202, {"job": 7}), over, told(200, transcript))

    assert server.client.transcribe(file).text == "您好"
    with pytest.raises(StillRunning):
        Scripted(told(202, {"job": 7})).client.transcribe(file, longest=0)
