"""What an engine does when its device runs out of memory: halve, then fall back.

Knows no runtime: an adapter raises `OutOfMemory`, and says where to go when one clip is too
much. What was too much once is not tried again.
"""

import gc
import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from huiting.core.errors import EngineError
from huiting.core.types import Audio

log = logging.getLogger(__name__)

Found = TypeVar("Found")
Work = Callable[[Sequence[Audio]], Iterable[Found]]
"""Returns one result for each clip, in order."""

SIGNS = ("out of memory", "alloc_failed", "allocate memory", "bad_alloc")
"""What runtimes say, in lower case."""


class OutOfMemory(EngineError):
    """A device had no room for a batch; nothing of it was kept."""

    code = "device-memory"


def ran_out(error: Exception) -> bool:
    """Tell by its message whether an error of a runtime means that memory ran out."""
    said = str(error).lower()
    return any(sign in said for sign in SIGNS)


class Bound:
    """Seconds of sound that a device is given at once. May be used from several threads."""

    def __init__(self, most: float) -> None:
        self._most = most
        self._lock = threading.Lock()

    @property
    def most(self) -> float:
        """At present; only ever falls."""
        return self._most

    def too_much(self, seconds: float) -> None:
        """Learn that a batch of this many seconds did not fit."""
        with self._lock:
            self._most = min(self._most, seconds / 2)


def spared(
    clips: Sequence[Audio],
    work: Work[Found],
    spare: Work[Found] | None,
    bound: Bound | None = None,
) -> list[Found]:
    """Return what `work` finds in each clip, in smaller batches where memory does not suffice.

    Args:
        clips: a batch, not empty.
        work: raises `OutOfMemory` when the device has no room for what it is given.
        spare: does the same elsewhere; given a clip for which there is no room alone.
        bound: told what did not fit.

    Raises:
        OutOfMemory: there is no room for a single clip, and nowhere to fall back to.
    """
    try:
        return list(work(clips))
    except OutOfMemory:
        # What the error holds on to must be let go before the next try, so that comes after.
        if len(clips) == 1 and spare is None:
            raise
    gc.collect()  # PyTorch's errors hold the batch's tensors in cycles: seen on an H100
    seconds = sum(clip.duration for clip in clips)
    if len(clips) > 1:
        if bound is not None:
            bound.too_much(seconds)
        log.warning(
            "out of memory: the batch is halved", extra={"clips": len(clips), "seconds": seconds}
        )
        middle = len(clips) // 2
        return [
            found
            for half in (clips[:middle], clips[middle:])
            for found in spared(half, work, spare, bound)
        ]
    assert spare is not None
    log.warning("out of memory: a clip goes to the fallback", extra={"seconds": seconds})
    return list(spare(clips))
