"""Several calls share one recognizer: their clips are gathered into common batches.

Calls are analyzed in threads. While the model is busy with one batch, the clips of every
call that asks wait together; the next batch takes them all, sorted by length, so that
windows are full and little is padded. An error reaches the call whose clips caused
it, and no other. Knows no model.
"""

import threading
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from huiting.core.errors import EngineError
from huiting.core.ports import Hints, Hypothesis, Recognizer
from huiting.core.types import Audio

PATIENCE = 0.02
"""Seconds an idle model waits for clips of other calls before it starts on the first."""
LIMIT = 600.0
"""Seconds of clips taken at once; bounds memory, and how long a late call waits."""


@contextmanager
def gathering(
    recognizer: Recognizer, *, patience: float = PATIENCE, limit: float = LIMIT
) -> Iterator["Gathered"]:
    """Share `recognizer` between threads while inside; what waits at the end is still decoded.

    Args:
        recognizer: `transcribe` is called by one thread at a time from now on;
            `languages` by any.
        patience: seconds an idle model waits for more clips.
        limit: seconds of clips decoded at once, at least one request.
    """
    gathered = Gathered(recognizer, patience=patience, limit=limit)
    try:
        yield gathered
    finally:
        gathered.close()


@dataclass(slots=True, eq=False)
class _Request:
    """What one call asked, and what came of it."""

    clips: Sequence[Audio]
    hints: Hints
    seconds: float
    done: threading.Event = field(default_factory=threading.Event)
    hypotheses: list[Hypothesis] = field(default_factory=list)
    error: Exception | None = None


class Gathered:
    """A `Recognizer`. Call it from as many threads as there are calls; close it at the end."""

    def __init__(self, recognizer: Recognizer, *, patience: float, limit: float) -> None:
        self._recognizer = recognizer
        self._patience = patience
        self._limit = limit
        self._waiting: deque[_Request] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="gather", daemon=True)
        self._thread.start()

    @property
    def rate(self) -> int:
        """Sample rate the model wants, in Hz."""
        return self._recognizer.rate

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        """Yield one hypothesis for each clip, in order.

        Raises:
            EngineError: the model failed on these clips, or `close` was called before.
        """
        request = _Request(clips, hints, sum(clip.duration for clip in clips))
        with self._changed:
            if self._closed:
                raise EngineError("recognizer", "it was closed", "start the batch again")
            self._waiting.append(request)
            self._changed.notify_all()
        request.done.wait()
        if request.error is not None:
            raise request.error
        yield from request.hypotheses

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        """Yield what the model itself says; short enough not to be gathered."""
        return self._recognizer.languages(clips)

    def close(self) -> None:
        """Let what waits be decoded, then end; calling it again does nothing."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _work(self) -> None:
        while requests := self._next():
            by_hints: dict[Hints, list[_Request]] = defaultdict(list)
            for request in requests:
                by_hints[request.hints].append(request)
            for hints, group in by_hints.items():
                self._answer(group, hints)

    def _next(self) -> list[_Request]:
        """Return the requests of the next batch; none when closed and all is done."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if not self._closed and self._patience > 0:
                self._changed.wait_for(self._enough, self._patience)
            taken: list[_Request] = []
            length = 0.0
            while self._waiting and (not taken or length + self._waiting[0].seconds <= self._limit):
                taken.append(self._waiting.popleft())
                length += taken[-1].seconds
            return taken

    def _enough(self) -> bool:
        return self._closed or sum(request.seconds for request in self._waiting) >= self._limit

    def _answer(self, requests: Sequence[_Request], hints: Hints) -> None:
        """Decode the clips of several requests at once; one by one when that fails."""
        clips = [clip for request in requests for clip in request.clips]
        order = sorted(range(len(clips)), key=lambda i: clips[i].duration)
        try:
            heard = list(self._recognizer.transcribe([clips[i] for i in order], hints))
            placed = dict(zip(order, heard, strict=True))
        except Exception as error:  # noqa: BLE001  (whatever it is, it belongs to a waiting call)
            if len(requests) == 1:
                requests[0].error = error
                requests[0].done.set()
                return
            for request in requests:
                self._answer([request], hints)
            return
        at = 0
        for request in requests:
            request.hypotheses = [placed[at + i] for i in range(len(request.clips))]
            at += len(request.clips)
            request.done.set()
