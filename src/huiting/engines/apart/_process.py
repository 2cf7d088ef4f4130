"""A process in another environment: started, written to, read with a time limit, and ended.

Knows neither what is asked of it nor what its answers mean.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import time
import weakref
from collections.abc import Mapping, Sequence

from huiting.engines.apart._complaints import Complaints
from huiting.engines.life import alive

LOOK = 0.5
"""Seconds between two looks at whether it is alive; what it started may hold its streams open."""
PATIENCE = 2.0
"""Seconds in which the last that a process wrote is read."""
BLOCK = 1 << 16
"""Bytes read or written at once."""
OURS = "HUITING_"
"""Beginning of variables that are none of its business: they may hold secrets."""
ALONE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_USE_MODELSCOPE": "False",
    "VLLM_WORKER_MULTIPROCESSING_METHOD": "spawn",
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "TOKENIZERS_PARALLELISM": "false",
}
"""What the libraries over there are told: nothing is downloaded, nobody hears that it runs, and
what they start does not begin as a copy of a process that has threads."""
_RUNNING: set["subprocess.Popen[bytes]"] = set()


def running() -> tuple[int, ...]:
    """Return the process ids of those that we started and did not end; each leads a session."""
    return tuple(popen.pid for popen in tuple(_RUNNING) if popen.poll() is None)


class Gone(Exception):
    """It died, or talks nonsense."""


class Late(Exception):
    """It did not answer in time."""


class Process:
    """A child, for one thread at a time. It is ended when nobody holds it any more."""

    def __init__(self, command: Sequence[str], variables: Mapping[str, str]) -> None:
        """Start it.

        Args:
            command: program and arguments.
            variables: of its environment, beside ours.

        Raises:
            OSError: there is no such program, or it cannot be run.
        """
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
        self._popen = subprocess.Popen(  # noqa: S603  (an exact command, no shell)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=inherited | ALONE | dict(variables),
            start_new_session=True,  # what it starts ends with it, and Ctrl-C is ours
        )
        _RUNNING.add(self._popen)
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        self._sink, self._source = self._popen.stdin.fileno(), self._popen.stdout.fileno()
        os.set_blocking(self._sink, False)
        os.set_blocking(self._source, False)
        self.complaints = Complaints(self._popen)
        self._finalize = weakref.finalize(self, _end, self._popen)

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._popen.poll() is None

    @property
    def number(self) -> int:
        """Its process id."""
        return self._popen.pid

    def send(self, message: bytes, until: float) -> None:
        """Write a message.

        Raises:
            Gone: it died.
            Late: it did not take it by `until`, of the monotonic clock.
        """
        left = memoryview(message)
        while left:
            self._wait(self._sink, selectors.EVENT_WRITE, until)
            try:
                left = left[os.write(self._sink, left[:BLOCK]) :]
            except BrokenPipeError:
                raise Gone from None

    def take(self, count: int, until: float) -> bytes:
        """Return exactly so many bytes that it wrote.

        Raises:
            Gone: it died.
            Late: it did not write them by `until`, of the monotonic clock.
        """
        found = bytearray()
        while len(found) < count:
            self._wait(self._source, selectors.EVENT_READ, until)
            part = os.read(self._source, min(BLOCK, count - len(found)))
            if not part:
                raise Gone
            found += part
        return bytes(found)

    def _wait(self, stream: int, event: int, until: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(stream, event)
            while not selector.select(max(0.0, min(LOOK, until - time.monotonic()))):
                if not self.alive and not selector.select(0):  # it may have answered last
                    raise Gone
                if time.monotonic() >= until:
                    raise Late
                alive()  # until then: nobody else need take it to hang

    def end(self) -> str:
        """End it and all that it started, now; say how it ended if it was over already.

        Its status was settled when its streams closed: to kill what is left does not change it.
        """
        self._finalize()
        self.complaints.wait(PATIENCE)
        return ending(self._popen.returncode)


def _end(popen: "subprocess.Popen[bytes]") -> None:
    """End a process, what it started, and its streams; as it was given clips it has nothing to save."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(popen.pid, signal.SIGKILL)
    popen.wait()
    _RUNNING.discard(popen)
    for stream in (popen.stdin, popen.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()


def ending(status: int) -> str:
    """Say how a process ended.

    Args:
        status: the negative number of a signal, or what it exited with.
    """
    if status >= 0:
        return f"it ended with status {status}"
    known = {s.value: s.name for s in signal.Signals}
    return f"it was ended by {known.get(-status, f'signal {-status}')}"
