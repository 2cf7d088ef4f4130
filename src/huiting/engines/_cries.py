"""Laughs, cries, coughs, sneezes, breaths and applause: YAMNet's patches made events.

Knows when to believe the network: not where it hears speech at least as much, a laugh and
a cry only as whichever of the two it hears more, for it takes each for the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huiting.core.types import Event, EventLabel, EventSource, Span
from huiting.engines._runs import gathered, runs
from huiting.engines._spectra import RATE, SIZE, STEP, Block
from huiting.engines._yamnet import LABELS, PATCH, Patches, Yamnet
from huiting.engines._yamnet import STEP as YAMNET_STEP

_HOP = 24
"""Frames of 10 ms from one patch to the next: a quarter of a patch, so that a sneeze lies well
inside one; with half a patch fewer sneezes are found (65 instead of 70 % on ESC-10)."""
_SOUND = -55.0
"""dBFS from which something sounds."""
_FALLS = 25.0
"""dB below the loudest frame of a patch from which the rest of it is not the event."""
_JOIN = 0.5
"""Seconds: sounds closer together are listened to as one, and are one event."""
_LEAST = dict.fromkeys(LABELS, 0.45) | {EventLabel.BREATH: 0.6}
"""Score from which each is believed; scores move in steps of 0.32, 0.50, 0.68."""
_VOICED = frozenset({EventLabel.LAUGHTER, EventLabel.CRY})


@dataclass(frozen=True, slots=True)
class _Heard:
    label: EventLabel
    span: Span
    score: float


class Cries:
    """Collects what the network hears on one track, given in consecutive blocks."""

    def __init__(self, yamnet: Yamnet) -> None:
        self._yamnet = yamnet
        self._heard: list[_Heard] = []

    def hear(self, block: Block) -> None:
        """Take the next block."""
        for first, last in _sounding(block.level):
            patches = self._yamnet.listen(block.samples[first * SIZE : last * SIZE], _HOP)
            for at, label, score in _believed(patches, last - first):
                low = first + round(at / STEP)
                high = min(last, low + round(PATCH * YAMNET_STEP / RATE / STEP))
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


def _believed(patches: Patches, frames: int) -> Iterator[tuple[float, EventLabel, float]]:
    """Yield (seconds from the start, label, score) of each patch that holds an event."""
    last = max(0.0, frames * STEP - PATCH * YAMNET_STEP / RATE)
    for place, scores in enumerate(patches.events):
        best = int(scores.argmax())
        label, score = LABELS[best], float(scores[best])
        if score >= _LEAST[label] and score >= patches.speech[place]:
            yield min(place * _HOP * YAMNET_STEP / RATE, last), label, score
