"""Work that goes wrong in every way, for the model host: built in the child by `build`."""

import ctypes
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from huiting.core.errors import ConfigError, InputError
from huiting.core.watch import Progress
from huiting.jobs.host.child import Function
from huiting.jobs.host.journal import Journal

FACTORY = "host_work:build"
PATH = tuple(sys.path)
POISON = 13
"""A number that no native code here survives."""
TAR = 14
"""One that it never comes back from."""

Listen = Callable[[Progress], None]
_kept: list[bytearray] = []
_shared = threading.Lock()


@contextmanager
def build(payload: bytes, journal: Journal) -> Iterator[Mapping[str, Function]]:
    """Offer the work; `payload` says what goes wrong before that."""
    if payload == b"refuse":
        raise ConfigError("weights", "there are none", "install them")
    if payload == b"crash":
        ctypes.string_at(0)
    if payload == b"hang":
        time.sleep(1000)
    yield {
        "echo": echo,
        "slow": slow,
        "gate": gate,
        "crash": crash,
        "crash-once": crash_once,
        "leave": leave,
        "kill": kill,
        "hang": hang,
        "hold": hold,
        "deaf": deaf,
        "allocate": allocate,
        "refuse": refuse,
        "break": break_,
        "starve": starve,
        "whoami": whoami,
        "numbers": partial(numbers, journal=journal),
        "read": partial(read, journal=journal),
    }


def echo(payload: bytes, listen: Listen) -> bytes:
    listen(Progress("echo", 1.0))
    return payload


def whoami(payload: bytes, listen: Listen) -> bytes:
    return str(os.getpid()).encode()


def slow(payload: bytes, listen: Listen) -> bytes:
    """Take `payload` hundredths of a second, telling each; say what it was."""
    for i in range(int(payload)):
        listen(Progress("slow", i / int(payload)))
        time.sleep(0.01)
    return payload


def gate(payload: bytes, listen: Listen) -> bytes:
    """Be at work until there is a file of this name."""
    while not Path(os.fsdecode(payload)).exists():
        listen(Progress("gate", 0.5))
        time.sleep(0.01)
    return b"open"


def crash(payload: bytes, listen: Listen) -> bytes:
    listen(Progress("asr", 0.5))
    ctypes.string_at(0)
    return b""


def crash_once(payload: bytes, listen: Listen) -> bytes:
    mark = Path(os.fsdecode(payload))
    if not mark.exists():
        mark.touch()
        ctypes.string_at(0)
    return b"second time"


def leave(payload: bytes, listen: Listen) -> bytes:
    os._exit(int(payload))


def kill(payload: bytes, listen: Listen) -> bytes:
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


def hang(payload: bytes, listen: Listen) -> bytes:
    listen(Progress("vad", 0.0))
    threading.Event().wait()
    return b""


def hold(payload: bytes, listen: Listen) -> bytes:
    """Hang in native code that does not let Python do anything else."""
    listen(Progress("vad", 0.0))
    ctypes.PyDLL(None).sleep(1000)
    return b""


def deaf(payload: bytes, listen: Listen) -> bytes:
    """Work on without ever looking whether anybody wants the result."""
    listen(Progress("deaf", 0.0))
    Path(os.fsdecode(payload)).touch()
    while True:
        time.sleep(0.01)


def allocate(payload: bytes, listen: Listen) -> bytes:
    """Take `payload` MB and keep them."""
    _kept.append(bytearray(os.urandom(1 << 10) * (int(payload) << 10)))
    return str(os.getpid()).encode()


def refuse(payload: bytes, listen: Listen) -> bytes:
    raise InputError("this.wav", "it is a picture", "give a recording")


def break_(payload: bytes, listen: Listen) -> bytes:
    raise KeyError("what was said")


def starve(payload: bytes, listen: Listen) -> bytes:
    raise MemoryError


def read(payload: bytes, listen: Listen, *, journal: Journal) -> bytes:
    """Work for `payload` hundredths of a second without a word on how far it is, but alive."""
    for _ in range(int(payload)):
        time.sleep(0.01)
        journal.alive()
    return payload


def numbers(payload: bytes, listen: Listen, *, journal: Journal) -> bytes:
    """Double numbers in "native code" that several tasks share; a skipped one is None."""
    wanted: list[int] = json.loads(payload)
    listen(Progress("numbers", 0.0))
    with journal.waiting(), _shared:
        found = _doubled(wanted, journal)
    return json.dumps(found).encode()


def _doubled(wanted: list[int], journal: Journal) -> list[int | None]:
    keys = [b"%d" % n for n in wanted]
    found: dict[int, int] = {}
    together = []
    for n, key in zip(wanted, keys, strict=True):
        if journal.skipped(key):
            continue
        if journal.apart(key):
            with journal.step([key]):
                found[n] = _native(n)
        else:
            together.append((n, key))
    with journal.step([key for _, key in together]):
        for n, _ in together:
            found[n] = _native(n)
    return [found.get(n) for n in wanted]


def _native(n: int) -> int:
    time.sleep(0.02)
    if n == POISON:
        ctypes.string_at(0)
    if n == TAR:
        time.sleep(1000)
    return 2 * n
