"""Requests as raw bytes on a real server: slow ones, two in one, heads without end."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import uvicorn

from huiting.store import Store
from huiting.web.patience import Patient
from huiting.web.security import Rules
from huiting.web.server import build
from served import Clock, parts_in


class Hasty(Patient):
    """It waits a moment only."""

    head = 0.3


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with answering(tmp_path_factory.mktemp("raw"), Hasty) as port:
        yield port


@pytest.fixture(scope="module")
def patient_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with answering(tmp_path_factory.mktemp("raw"), Patient) as port:
        yield port


@contextmanager
def answering(folder: Path, waits: type[Patient]) -> Iterator[int]:
    """Serve over a socket while inside; give its port."""
    with Store.open(str(folder / "calls.db")) as store, closing(socket.socket()) as listening:
        app = build(parts_in(folder, store, Clock()), Rules(patience=0.3))
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        config = uvicorn.Config(
            app, http=waits, log_config=None, access_log=False, server_header=False,
            h11_max_incomplete_event_size=64 << 10, timeout_keep_alive=1,
        )  # fmt: skip
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join()


def said(port: int, *pieces: bytes) -> bytes:
    """Return all that the server answers until it closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        for piece in pieces:
            line.sendall(piece)
        found = b""
        while more := line.recv(1 << 16):
            found += more
    return found


GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
POST = (
    b"POST /api/v1/batches HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer root\r\n"
    b"Content-Type: application/json\r\n"
)


def test_an_ordinary_request_is_answered(patient_port: int) -> None:
    answer = said(patient_port, GET[:20], GET[20:], b"\r\n")

    assert answer.startswith(b"HTTP/1.1 200")
    assert b"server:" not in answer.lower()


@pytest.mark.parametrize("piece", [b"", b"GET ", GET], ids=["nothing", "a-word", "no-end"])
def test_a_head_that_does_not_come_is_not_waited_for(port: int, piece: bytes) -> None:
    assert said(port, piece) == b""


def test_a_second_head_that_does_not_come_is_not_waited_for(port: int) -> None:
    first = GET.replace(b"Connection: close\r\n", b"") + b"\r\n"

    assert said(port, first + b"GET ").count(b"HTTP/1.1") == 1


def test_a_body_that_stops_coming_is_given_up(port: int) -> None:
    answer = said(port, POST + b"Content-Length: 100\r\n\r\n{")

    assert answer.startswith(b"HTTP/1.1 408")
    assert b"problem+json" in answer


def test_a_form_that_stops_coming_is_given_up(port: int) -> None:
    kind = b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 9999\r\n\r\n"
    head = POST.replace(b"Content-Type: application/json\r\n", kind).replace(
        b"batches", b"recordings"
    )

    assert said(port, head + b"--x\r\n").startswith(b"HTTP/1.1 408")


SMUGGLED = b"GET /api/v1/calls HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer root\r\n\r\n"
TWICE = {
    "length-and-chunks": b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX",
    "two-lengths": b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}",
    "length-with-sign": b"Content-Length: +2\r\n\r\n{}",
    "length-in-words": b"Content-Length: 0x2\r\n\r\n{}",
    "length-without-end": b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n{}",
    "other-coding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "two-codings": b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "space-before-colon": b"Content-Length : 2\r\n\r\n{}",
    "folded": b"X: a\r\n Content-Length: 2\r\nContent-Length: zz\r\n\r\n{}",
    "bare-return": b"X: a\rContent-Length: 2\r\n\r\n{}",
    "wrong-chunk": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("rest", TWICE.values(), ids=TWICE)
def test_no_request_is_read_in_two_ways(port: int, rest: bytes) -> None:
    """What follows a request whose length is in doubt is never taken for another one."""
    answer = said(port, POST + rest + SMUGGLED)

    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501", b"HTTP/1.1 413"))
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b'"items"' not in answer


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * (80 << 10) + b" HTTP/1.1\r\n",
        GET + b"X: " + b"a" * (80 << 10) + b"\r\n",
        GET + b"X: y\r\n" * 20_000,
    ],
    ids=["address", "one-header", "headers"],
)
def test_a_head_without_end_is_not_read(port: int, head: bytes) -> None:
    try:
        answer = said(port, head, b"\r\n")
    except ConnectionError:
        return  # it was closed before all was sent
    assert answer.startswith(b"HTTP/1.1 4")
