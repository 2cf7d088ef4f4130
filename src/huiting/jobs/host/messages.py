"""What a host and its child say to each other, and how it travels: a length, then msgpack.

Written at once to a pipe, a message is safe from whatever becomes of its writer: what a
child said before a crash is read after it.
"""

import os
import struct
import threading
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

_LENGTH = struct.Struct("<I")
LARGEST = 1 << 30
"""Bytes of one message; the analysis of a day-long call has some tens of millions."""


class Begin(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Build what does the work."""

    path: tuple[str, ...]
    """Where modules are found: the host's own `sys.path`."""
    factory: str
    """`module:function`."""
    payload: bytes
    """What the factory is given."""


class Work(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Run a task."""

    task: int
    name: str
    payload: bytes
    subject: str
    """What it is about, for messages."""
    apart: tuple[bytes, ...] = ()
    """Steps that were under way at a crash: each is to be taken by itself."""
    skipped: tuple[bytes, ...] = ()
    """Steps that took the process down by themselves: they are not to be taken."""


class Cancel(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """End a task at its next step."""

    task: int


class Stop(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Let everything go, and end; nothing is running."""


class Fault(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """An error that crosses the border: the words of a `HuitingError`, or an error's name."""

    code: str
    subject: str
    reason: str
    remedy: str
    notes: tuple[str, ...] = ()


class Ready(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """What does the work is built."""


class Unready(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """It cannot be built."""

    fault: Fault


class Advanced(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """A task came further."""

    task: int
    stage: str
    done: float


class Alive(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """A task works on; how far it is nobody knows."""

    task: int


class Waits(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """A task begins or ends to wait for what several tasks share."""

    task: int
    begins: bool


class Entered(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Native code is about to take some steps together."""

    group: int
    steps: tuple[bytes, ...]


class Moved(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """It works on them, and has come further."""

    group: int


class Left(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """It has come back from them."""

    group: int


class Done(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """A task is done."""

    task: int
    result: bytes


class Failed(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """A task ended with an error."""

    task: int
    fault: Fault


ToChild = Begin | Work | Cancel | Stop
ToHost = Ready | Unready | Advanced | Alive | Waits | Entered | Moved | Left | Done | Failed

_encoder = msgspec.msgpack.Encoder()
to_child = msgspec.msgpack.Decoder(ToChild)
"""Reads what a child is told."""
to_host = msgspec.msgpack.Decoder(ToHost)
"""Reads what a child tells."""


def packed(message: ToChild | ToHost) -> bytes:
    """Return a message as it travels.

    Raises:
        ValueError: it is too large.
    """
    body = _encoder.encode(message)
    if len(body) > LARGEST:
        raise ValueError(f"a message of {len(body)} bytes; at most {LARGEST} travel")
    return _LENGTH.pack(len(body)) + body


def bodies(file: BinaryIO) -> Iterator[bytes]:
    """Yield the body of each message in `file`; one that its writer did not finish is left out."""
    while len(head := file.read(_LENGTH.size)) == _LENGTH.size:
        (length,) = _LENGTH.unpack(head)
        body = file.read(length)
        if len(body) < length:
            return
        yield body


class Outlet:
    """The end of a pipe that messages go into. May be used from several threads."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def send(self, message: ToChild | ToHost) -> None:
        """Write a message; returns when it is in the pipe.

        Raises:
            OSError: nobody reads the pipe any more.
        """
        rest = memoryview(packed(message))
        with self._lock:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
