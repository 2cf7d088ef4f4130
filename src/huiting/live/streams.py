"""Streams of segments that are open: of each ask only what its stream has not heard is decoded.

An ask carries all of its segment's sound, so nothing is lost when a stream is not there: it is
begun anew and fed all. So it is, too, when the sound does not go on where the stream is, as when
a segment was cut off before what was heard of it, or ended earlier than the voice detector had
thought. Knows no engine.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from huiting.core.ports import Hints, Hypothesis, RecognitionStream, StreamingRecognizer

MOST = 64
"""Streams kept at once, by default."""
PATIENCE = 60.0
"""Seconds after which one that nobody feeds is let go, by default."""


@dataclass(frozen=True, slots=True)
class Key:
    """Names a segment of a call."""

    call: str
    channel: int
    number: int
    """Of the segment; later ones of the channel have higher ones."""


@dataclass(slots=True)
class _Kept:
    stream: RecognitionStream
    samples: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    """What it was fed."""
    heard: Hypothesis | None = None
    """What was heard in it."""
    used: float = 0.0

    def goes_on(self, samples: NDArray[np.float32]) -> bool:
        """Tell whether these begin with what it was fed."""
        return _begins(samples, self.samples)


class Streams:
    """The streams of all calls. May be used from several threads.

    Args:
        source: makes them.
        now: seconds of a clock that never goes back.
        most: kept at once; those used longest ago go first.
        patience: seconds after which one that nobody feeds is let go.
    """

    def __init__(
        self,
        source: StreamingRecognizer,
        now: Callable[[], float],
        *,
        most: int = MOST,
        patience: float = PATIENCE,
    ) -> None:
        self._source = source
        self._now = now
        self._most = most
        self._patience = patience
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        """The one used longest ago first."""
        self._lock = Lock()

    def __len__(self) -> int:
        """Return how many are kept."""
        with self._lock:
            return len(self._kept)

    def hear(
        self, key: Key, samples: NDArray[np.float32], hints: Hints, *, over: bool
    ) -> Hypothesis:
        """Return what is heard in a segment up to now.

        Args:
            key: of the segment.
            samples: all of its sound, at the rate of the recognizer.
            hints: for a stream that is begun.
            over: it has ended; its stream is let go.

        Raises:
            EngineError: the model failed; the next time begins anew.
        """
        kept = self._take(key)
        if kept and kept.heard and not over and _begins(kept.samples, samples):
            self._put(key, kept)  # it reaches less far than the last time: nothing is new
            return kept.heard
        if kept is None or not kept.goes_on(samples):
            kept = _Kept(self._source.stream(hints))
        heard = kept.stream.feed(samples[len(kept.samples) :])
        if over:
            return kept.stream.finish()
        kept.samples, kept.heard = samples, heard
        self._put(key, kept)
        return heard

    def _take(self, key: Key) -> _Kept | None:
        """Return the stream of a segment, which is nobody else's meanwhile.

        Those of earlier segments of the channel are let go: nobody asks for them any more.
        """
        with self._lock:
            self._rest()
            for other in [k for k in self._kept if _earlier(k, key)]:
                del self._kept[other]
            return self._kept.pop(key, None)

    def _put(self, key: Key, kept: _Kept) -> None:
        with self._lock:
            kept.used = self._now()
            self._kept[key] = kept
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def _rest(self) -> None:
        least = self._now() - self._patience
        for key in [key for key, kept in self._kept.items() if kept.used < least]:
            del self._kept[key]


def _earlier(key: Key, other: Key) -> bool:
    return (key.call, key.channel) == (other.call, other.channel) and key.number < other.number


def _begins(samples: NDArray[np.float32], first: NDArray[np.float32]) -> bool:
    """Tell whether samples begin with those of `first`."""
    return len(samples) >= len(first) and np.array_equal(samples[: len(first)], first)
