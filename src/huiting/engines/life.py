"""Signs of life while an engine waits for somebody else: a process apart, or a server.

Who runs an engine says to whom the signs go; an engine whose own time limit bounds the wait
gives them. Each thread has its own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_beat: ContextVar[Callable[[], None] | None] = ContextVar("beat", default=None)


@contextmanager
def living(beat: Callable[[], None]) -> Iterator[None]:
    """Send the signs of this thread to `beat` while inside."""
    before = _beat.set(beat)
    try:
        yield
    finally:
        _beat.reset(before)


def alive() -> None:
    """Give a sign of life, if anybody wants one.

    Raises:
        Exception: whatever `beat` raises to end the work.
    """
    beat = _beat.get()
    if beat is not None:
        beat()
