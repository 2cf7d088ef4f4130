"""The last of a track that arrives: what may still be cut out of it."""

from collections import deque
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from huiting.core.types import Audio, Span


class Tail:
    """A `Track` whose beginning is forgotten. Times are those of the whole track."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._pieces: deque[NDArray[np.float32]] = deque()
        self._first = 0
        """Samples forgotten."""
        self._count = 0
        """Samples added."""

    @property
    def duration(self) -> float:
        """Seconds added so far."""
        return self._count / self.rate

    def add(self, samples: NDArray[np.float32]) -> None:
        """Take the next samples, shape (n,)."""
        self._pieces.append(samples)
        self._count += len(samples)

    def forget(self, before: float) -> None:
        """Let go of what ends before a moment."""
        while self._pieces and (self._first + len(self._pieces[0])) / self.rate <= before:
            self._first += len(self._pieces.popleft())

    def cut(self, span: Span) -> Audio:
        """Return the samples of `span` as a copy; shorter where they are forgotten or to come."""
        start, end = round(span.start * self.rate), round(span.end * self.rate)
        found, at = [np.zeros(0, np.float32)], self._first
        for piece in self._pieces:
            if at >= end:
                break
            if at + len(piece) > start:
                found.append(piece[max(0, start - at) : end - at])
            at += len(piece)
        return Audio(np.concatenate(found), self.rate)

    def blocks(self, size: float) -> Iterator[Audio]:
        """Yield what is kept, in pieces of `size` seconds; the last may be shorter."""
        yield from self.cut(Span(self._first / self.rate, self.duration)).blocks(size)
