"""Who speaks within ten seconds: pyannote's segmentation network, window by window.

The network tells up to three voices of a window apart and says where two of them speak
at once. It numbers them anew in every window; whose voice a number is, across windows,
is not its business. What is kept of it here is what needs no number: where anyone speaks,
where two do, and where one voice gives way to another.

Source:
    Plaquet and Bredin, "Powerset multi-class cross entropy loss for neural speaker
    diarization", Interspeech 2023: seven classes, none, each of three voices, each pair.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiting.core.errors import EngineError
from huiting.core.ports import Track
from huiting.core.types import Span

RATE = 16_000
"""Hz."""
HOP = 270
"""Samples from one frame to the next: 16.9 ms."""
FRAMES = 589
"""In a window."""
WINDOW = 160_000
"""Samples in a window: ten seconds, as in training."""
STEP = 296
"""Frames from one window to the next: five seconds, so that all is heard twice."""

_OFFSET = 495
"""Samples to the middle of the first frame: half the 991 that a frame sees."""
_PAIRS = 4
"""The first class of two voices; class 0 is nobody."""


@dataclass(frozen=True, slots=True, eq=False)
class Activity:
    """What the network heard in a whole track, a value a frame."""

    speech: NDArray[np.float32]
    """Probability that anyone speaks."""
    overlap: NDArray[np.float32]
    """Probability that two speak at once."""
    change: NDArray[np.bool_]
    """Where one voice has given way to another."""


class Segmenter:
    """The network behind a session of onnxruntime. May be called from several threads."""

    def __init__(self, session: Any) -> None:  # noqa: ANN401  (onnxruntime ships no types)
        self._session = session

    def listen(self, track: Track) -> Activity:
        """Hear the whole track, ten seconds in memory at a time.

        Raises:
            EngineError: the network failed.
        """
        length = frames(track.duration)
        room = length + STEP + FRAMES
        speech, overlap = np.zeros(room, np.float32), np.zeros(room, np.float32)
        heard, change = np.zeros(room, np.float32), np.zeros(room, np.bool_)
        for first, classes in self._windows(track, length):
            here = slice(first, first + FRAMES)
            speech[here] += 1 - classes[:, 0]
            overlap[here] += classes[:, _PAIRS:].sum(1)
            heard[here] += 1
            start, stop = _middle(first, length)
            found = changes(classes.argmax(1)[start:stop])
            change[[first + start + frame for frame in found]] = True
        heard = np.maximum(heard, 1)
        return Activity((speech / heard)[:length], (overlap / heard)[:length], change[:length])

    def _windows(self, track: Track, length: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Yield windows as (first frame, class probabilities (589, 7)); the last is padded."""
        for first in range(0, max(0, length - FRAMES) + STEP, STEP):
            start = first * HOP / RATE
            heard = track.cut(Span(start, start + WINDOW / RATE)).samples[:WINDOW]
            samples = np.pad(heard, (0, WINDOW - len(heard)))
            try:
                logs = self._session.run(None, {"wav": samples[None, None]})[0][0]
            except RuntimeError as error:  # onnxruntime's own errors all derive from it
                raise EngineError(
                    "diarizer", f"the segmentation failed: {error}", "run the call again"
                ) from error
            yield first, np.exp(logs)


def _middle(first: int, length: int) -> tuple[int, int]:
    """Return the frames of a window that no other window hears nearer to its middle."""
    edge = (FRAMES - STEP) // 2
    start = 0 if first == 0 else edge
    return start, FRAMES if first + FRAMES >= length else edge + STEP


def changes(classes: NDArray[np.intp]) -> list[int]:
    """Return the frames at which the class changes to another; silence alone is no change.

    Where silence lies between two classes, the change is in its middle.
    """
    spoken = np.flatnonzero(classes)
    before, after = spoken[:-1], spoken[1:]
    differ = classes[before] != classes[after]
    middles: list[int] = ((before[differ] + after[differ] + 1) // 2).tolist()
    return middles


def check(track: Track, count: int | None) -> None:
    """Refuse what no diarizer on this network can be asked.

    Raises:
        ValueError: the track has another rate, or `count` is below 1.
    """
    if track.rate != RATE:
        raise ValueError(f"the diarizer wants {RATE} Hz, not {track.rate}")
    if count is not None and count < 1:
        raise ValueError(f"a call has at least one speaker, not {count}")


def frames(duration: float) -> int:
    """Return how many frames begin within `duration` seconds."""
    return int(np.ceil(duration * RATE / HOP))


def frame_at(time: float) -> int:
    """Return the frame whose middle is nearest to `time`, >= 0."""
    return max(0, round((time * RATE - _OFFSET) / HOP))


def time_of(frame: int) -> float:
    """Return where `frame` begins to count: half a hop before its middle, in seconds."""
    return (_OFFSET + (frame - 0.5) * HOP) / RATE
