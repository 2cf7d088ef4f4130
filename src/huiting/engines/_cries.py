"""Laughs, cries, coughs, sneezes, breaths and applause: a network's patches made events.

Knows when to believe the network: not where it hears speech at least as much, a laugh and
a cry only as whichever of the two it hears more, for it takes each for the other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from huiting.core.types import Event, EventLabel, EventSource, Span
from huiting.engines._runs import gathered, runs
from huiting.engines._spectra import SIZE, STEP, Block
from huiting.engines._yamnet import LABELS, Patches

_FRAME = 0.01
"""Seconds of a network's frame."""
_SOUND = -55.0
"""dBFS from which something sounds."""
_FALLS = 25.0
"""dB below the loudest frame of a patch from which the rest of it is not the event."""
_JOIN = 0.5
"""Seconds: sounds closer together are listened to as one, and are one event."""
_VOICED = frozenset({EventLabel.LAUGHTER, EventLabel.CRY})


class Listener(Protocol):
    """A network that tells what it hears in patches of sound. Threads may share it."""

    @property
    def patch(self) -> int:
        """Frames of 10 ms that it is shown at once."""
        ...

    @property
    def hop(self) -> int:
        """Frames from one patch to the next."""
        ...

    @property
    def least(self) -> Mapping[EventLabel, float]:
        """Score from which each event is believed."""
        ...

    def listen(self, samples: NDArray[np.float32], hop: int, /) -> Patches:
        """Return what each patch holds; the last ends with the samples.

        Raises:
            EngineError: the network failed.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Heard:
    label: EventLabel
    span: Span
    score: float


class Cries:
    """Collects what the network hears on one track, given in consecutive blocks."""

    def __init__(self, network: Listener) -> None:
        self._network = network
        self._heard: list[_Heard] = []

    def hear(self, block: Block) -> None:
        """Take the next block."""
        for first, last in _sounding(block.level):
            samples = block.samples[first * SIZE : last * SIZE]
            patches = self._network.listen(samples, self._network.hop)
            for at, label, score in self._believed(patches, last - first):
                low = first + round(at / STEP)
                high = min(last, low + round(self._network.patch * _FRAME / STEP))
                loud = np.flatnonzero(block.level[low:high] >= block.level[low:high].max() - _FALLS)
                start = block.start + (low + int(loud[0])) * STEP
                end = block.start + (low + int(loud[-1]) + 1) * STEP
                self._heard.append(_Heard(label, Span(start, end), score))

    def events(self, channel: int) -> Iterator[Event]:
        """Yield an event for each sound heard."""
        voiced = [h for h in self._heard if h.label in _VOICED]
        for span, here in gathered(voiced, _span, _JOIN):
            total = {label: sum(h.score for h in here if h.label is label) for label in _VOICED}
            label = max(sorted(total), key=lambda one: total[one])
            yield _event(label, span, channel, max(h.score for h in here if h.label is label))
        for label in LABELS:
            mine = [h for h in self._heard if h.label is label and label not in _VOICED]
            for span, here in gathered(mine, _span, _JOIN):
                yield _event(label, span, channel, max(h.score for h in here))

    def _believed(self, patches: Patches, frames: int) -> Iterator[tuple[float, EventLabel, float]]:
        """Yield (seconds from the start, label, score) of each patch that holds an event."""
        last = max(0.0, frames * STEP - self._network.patch * _FRAME)
        for place, scores in enumerate(patches.events):
            best = int(scores.argmax())
            label, score = LABELS[best], float(scores[best])
            if score >= self._network.least[label] and score >= patches.speech[place]:
                yield min(place * self._network.hop * _FRAME, last), label, score


def _span(heard: _Heard) -> Span:
    return heard.span


def _event(label: EventLabel, span: Span, channel: int, score: float) -> Event:
    return Event(label, span, EventSource.MODEL, channel=channel, score=score)


def _sounding(level: NDArray[np.float32]) -> Iterator[tuple[int, int]]:
    """Yield stretches of frames to listen to, with the half second around them."""
    gap = round(_JOIN / STEP)
    loud = level >= _SOUND
    marked = np.zeros(len(loud), np.bool_)
    for first, last in runs(loud):
        marked[max(0, first - gap // 2) : last + gap // 2] = True
    yield from runs(marked)
