"""A live call over a connection that is made again when it was cut: nothing is lost, or told twice.

What the server has not said to be safe is kept, and sent again from where it stands.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, get_args

from pydantic import TypeAdapter, ValidationError
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from huiting.client.errors import Refused, Unavailable, Unreachable, Unreadable, refused
from huiting.client.shapes.live import Ended, Opening, Told, Update

OURS = 4000
"""Close codes of the server are this and a status of HTTP."""
_BACK = frozenset({OURS + 408, OURS + 503})
"""After these it is gone on with: nothing was sent for long, or the server could not take it."""
_ENDED = 1000
_WRONG = frozenset({1002, 1003, 1007, 1008, 1009})
"""After these it is not gone on with: what was sent would be sent again, and refused again."""
_PIECE = 1 << 16
"""Most bytes of audio in a message: servers refuse long ones."""
_FINISH = '{"type":"finish"}'
_PAUSE = 0.5
"""Seconds between two attempts."""
_FUTILE = 6
"""Connections, one after another, over which the call may come no further; pauses grow."""
_KINDS: Mapping[str, TypeAdapter[Any]] = {
    kind.__name__.lower(): TypeAdapter(kind) for kind in get_args(Update)
}
Said = Mapping[str, Any]


class Talk:
    """A call that runs. One thread may `feed` while another reads `updates`.

    Args:
        dial: makes a connection.
        said: that it begins with, as `opening_of` or `resuming_of` returns it.
        gap: seconds that a connection that was cut is tried to be made again.
        pause: waits for so many seconds.
        clock: seconds, of any origin.

    Raises:
        Refused: the server refuses.
        Unreachable: it does not answer.
    """

    def __init__(
        self,
        dial: Callable[[], ClientConnection],
        said: Said,
        gap: float,
        pause: Callable[[float], None],
        clock: Callable[[], float],
    ) -> None:
        self._dial = dial
        self._gap = gap
        self._pause = pause
        self._clock = clock
        self._lock = threading.RLock()
        self._safe = 0
        """Bytes that the server has..."""
        self._kept = bytearray()
        """...and those that follow, as far as it has not said so."""
        self._stood: tuple[int, int] | None = None
        """How far the call was when it was gone on with; None before."""
        self._futile = 0
        """Connections since over which it came no further."""
        self._finished = False
        self._over = False
        self._read = int(said.get("after", 0))
        self._socket, opened = self._begun(said)
        self.id = str(opened["id"])
        self.key = str(opened["key"])
        """With which the call is gone on with: a secret."""
        self._safe = int(opened["received"])

    def __enter__(self) -> Self:
        """Speak inside; a call that is not finished waits for a while after."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    @property
    def received(self) -> int:
        """Bytes that the server has said to be safe."""
        return self._safe

    @property
    def sent(self) -> int:
        """Bytes that were given, of all that the call holds: who resumes goes on from there."""
        return self._safe + len(self._kept)

    def feed(self, data: bytes) -> None:
        """Send audio, of any number of bytes; waits while the server cannot take it.

        Raises:
            Refused: the server refuses, or the call is over.
            Unreachable: it does not answer for as long as the call waits.
        """
        with self._lock:
            self._kept += data
            socket = self._socket
        self._send(socket, data)

    def finish(self) -> None:
        """Say that the call is over; `updates` goes on to its end. Raises as `feed` does."""
        with self._lock:
            self._finished = True
            socket = self._socket
        self._send(socket, _FINISH)

    def updates(self) -> Iterator[Told]:
        """Yield what happens, to the end of the call; raises as `feed` does.

        Raises:
            Unreadable: what came is none of this interface.
        """
        while not self._over:
            socket = self._socket
            try:
                message = _read(socket.recv())
            except ConnectionClosed as closed:
                self._again(socket, closed)
                continue
            told = self._take(socket, message)
            if told is not None:
                self._over = isinstance(told.update, Ended)
                self._read = told.number
                yield told

    def close(self) -> None:
        """Cut the connection. A call that was not finished waits for `resume` for a while."""
        self._over = True
        self._socket.close()

    def _send(self, socket: ClientConnection, data: bytes | str) -> None:
        try:
            _send(socket, data)
        except ConnectionClosed as closed:
            self._again(socket, closed)

    def _take(self, socket: ClientConnection, message: Mapping[str, Any]) -> Told | None:
        """Take a message; return what it tells of the call."""
        kind = message.get("type")
        if kind == "received":
            self._has(int(message["bytes"]))
        elif kind == "error":
            raise _refusal(socket, message)
        elif kind == "event":
            update, number = _update(message["event"]), int(message["number"])
            fresh = number > self._read  # else it was told before the line was cut
            return Told(number, update) if fresh and update is not None else None
        return None

    def _has(self, size: int) -> None:
        with self._lock:
            del self._kept[: max(0, size - self._safe)]
            self._safe = max(self._safe, size)

    def _again(self, socket: ClientConnection, closed: ConnectionClosed) -> None:
        """Make the connection again, unless another thread has, or the server refuses."""
        with self._lock:
            if socket is not self._socket or self._over:
                return
            _check(closed)
            self._rest(closed)
            end = self._clock() + self._gap
            while not self._over:
                try:
                    self._go_on()
                except (Unreachable, Unavailable):
                    if self._clock() >= end:
                        raise
                    self._pause(_PAUSE)
                else:
                    return

    def _rest(self, closed: ConnectionClosed) -> None:
        """Wait, longer each time, where the last connection brought the call no further."""
        if self._stood != (self._safe, self._read):
            self._futile = 0
            return
        self._futile += 1
        if self._futile > _FUTILE:
            raise _gone() from closed
        self._pause(_PAUSE * 2 ** (self._futile - 1))

    def _go_on(self) -> None:
        """Go on with the call over another connection, from where the server stands."""
        socket, opened = self._begun(resuming_of(self.key, self._read))
        received = int(opened["received"])
        if received < self._safe:
            socket.close()
            told = "live call: the server has lost audio that it had; open another one"
            raise refused(HTTPStatus.CONFLICT, "lost", told, "")
        self._socket = socket
        self._has(received)
        self._stood = self._safe, self._read
        try:
            _send(socket, bytes(self._kept))
            if self._finished:
                _send(socket, _FINISH)
        except ConnectionClosed as closed:
            _check(closed)
            raise _gone() from closed
        if self._over:  # closed by another thread meanwhile
            socket.close()

    def _begun(self, said: Said) -> tuple[ClientConnection, Mapping[str, Any]]:
        socket = self._dial()
        try:
            socket.send(json.dumps(said, ensure_ascii=False))
            answer = _read(socket.recv())
        except ConnectionClosed as closed:
            _check(closed)
            raise _gone() from closed
        except Unreadable:
            socket.close()
            raise
        if answer.get("type") != "opened":
            raise _refusal(socket, answer)
        return socket, answer


def opening_of(opening: Opening) -> dict[str, Any]:
    """Return what a call begins with, as it is sent."""
    return {"type": "open", **asdict(opening), "roles": [str(role) for role in opening.roles]}


def resuming_of(key: str, after: int) -> dict[str, Any]:
    """Return what a call is gone on with."""
    return {"type": "resume", "key": key, "after": after}


def _send(socket: ClientConnection, data: bytes | str) -> None:
    """Send a message, or audio in as many as it needs."""
    if isinstance(data, str):
        socket.send(data)
        return
    for at in range(0, len(data), _PIECE):
        socket.send(data[at : at + _PIECE])


def _read(text: str | bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise _unreadable("no JSON") from error
    if not isinstance(found, dict):
        raise _unreadable("no JSON object")
    return found


def _update(body: Mapping[str, Any]) -> Update | None:
    """Return what happened; None for what a later server tells besides."""
    adapter = _KINDS.get(str(body.get("type")))
    if adapter is None:
        return None
    try:
        found: Update = adapter.validate_python({k: v for k, v in body.items() if k != "type"})
    except ValidationError as error:
        raise _unreadable(str(error.errors()[0]["msg"])) from error
    return found


def _refusal(socket: ClientConnection, message: Mapping[str, Any]) -> Refused:
    """Return the error that a server told; how it closes the connection says the status."""
    with suppress(ConnectionClosed):
        while True:
            socket.recv()
    status = max(0, (socket.close_code or 0) - OURS)
    told = (str(message.get(name, "")) for name in ("subject", "reason", "remedy"))
    return refused(status, str(message.get("code")), "{}: {}; {}".format(*told), "live call")


def _check(closed: ConnectionClosed) -> None:
    """Refuse to go on where the server will not."""
    code, reason = (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (0, "")
    if code == _ENDED:
        raise refused(410, "gone", "live call: it is over; open another one", "") from closed
    if code in _WRONG:
        told = f"the server ended the connection ({reason or code})"
        raise refused(HTTPStatus.BAD_REQUEST, str(code), told, "live call") from closed
    if code > OURS and code not in _BACK:
        told = f"the server ended the connection ({reason})"
        raise refused(code - OURS, reason, told, "live call") from closed


def _gone() -> Unreachable:
    return Unreachable("live call", "the connection was cut", "check that the server runs")


def _unreadable(reason: str) -> Unreadable:
    return Unreadable(
        "live call", f"it answers something else ({reason})",
        "check the address; client and server should be of one version",
    )  # fmt: skip
