"""How far the speech of a channel stands above what sounds behind it.

Both are measured in the telephone band: the noise as the median power of frames in which
nobody speaks, the speech as the mean power of frames in which somebody does, less the
noise. Reported only where it makes understanding harder.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huiting.core.types import Event, EventLabel, EventSource, Span
from huiting.engines._runs import joined
from huiting.engines._spectra import QUIET, SIZE, STEP, TELEPHONE, Block

_MATTERS = 20.0
"""dB of signal to noise below which it is reported."""
_WINDOW = 80
"""Frames over which noise is taken to stay the same: 5 s."""
_COVERED = 0.2
"""Share of a window from which a tone or music in it keeps noise from being measured."""
_LEAST = 16
"""Frames without speech from which noise is measured: 1 s."""
_MARGIN = 3
"""Frames around speech that may hold its ends."""


@dataclass(frozen=True, slots=True)
class _Window:
    span: Span
    noise: float | None
    """Median power of what is not speech; None where there is too little of it."""


class Noise:
    """Collects the noise of one track, given in consecutive blocks."""

    def __init__(self, speech: Sequence[Span]) -> None:
        self._speech = speech
        self._windows: list[_Window] = []
        self._said = 0.0
        self._frames = 0

    def hear(self, block: Block) -> None:
        """Take the next block."""
        power = np.square(block.amplitudes[:, TELEPHONE]).sum(axis=1) / SIZE**2
        talks = self._marked(block, -1)
        free = ~self._marked(block, _MARGIN)
        said = talks & (block.level > QUIET)
        self._said += float(power[said].sum())
        self._frames += int(said.sum())
        for first in range(0, len(power), _WINDOW):
            here = slice(first, min(first + _WINDOW, len(power)))
            quiet = power[here][free[here]]
            noise = float(np.median(quiet)) if len(quiet) >= _LEAST else None
            span = Span(block.start + here.start * STEP, block.start + here.stop * STEP)
            self._windows.append(_Window(span, noise))

    def _marked(self, block: Block, margin: int) -> NDArray[np.bool_]:
        """Tell which frames of the block hold speech, widened by `margin` frames."""
        found = np.zeros(len(block.level), np.bool_)
        near = bisect_left(self._speech, block.start - 1, key=lambda s: s.end)
        for span in self._speech[near:]:
            if span.start > block.end + 1:
                break
            first = round((span.start - block.start) / STEP) - margin
            last = round((span.end - block.start) / STEP) + margin
            found[max(0, first) : max(0, last)] = True
        return found

    def events(self, channel: int, duration: float, known: Sequence[Span]) -> Iterator[Event]:
        """Yield an event for each stretch of noise that matters; the value is the SNR in dB.

        Args:
            channel: its number.
            duration: of the track.
            known: tones and music, which are no noise.
        """
        measured = [None if _covered(w.span, known) else w.noise for w in self._windows]
        if not self._frames or all(noise is None for noise in measured):
            return
        level = self._said / self._frames
        ratios = [_ratio(level, noise) for noise in _filled(measured)]
        loud = [w.span for w, r in zip(self._windows, ratios, strict=True) if r < _MATTERS]
        for span in joined(loud, _WINDOW * STEP + STEP):
            inside = [
                r for w, r in zip(self._windows, ratios, strict=True) if w.span.overlap(span) > 0
            ]
            yield Event(
                EventLabel.NOISE,
                Span(span.start, min(span.end, duration)),
                EventSource.SIGNAL,
                channel=channel,
                value=float(np.median(inside)),
            )


def _filled(measured: Sequence[float | None]) -> NDArray[np.floating]:
    """Give what was not measured the value of the nearest window that was."""
    known = np.flatnonzero([noise is not None for noise in measured])
    values = np.array([noise or 0.0 for noise in measured])
    places = np.arange(len(measured))
    nearest = known[np.searchsorted((known[1:] + known[:-1]) / 2, places)]
    return np.asarray(values[nearest])


def _covered(span: Span, known: Sequence[Span]) -> bool:
    return sum(one.overlap(span) for one in known) > _COVERED * span.duration


def _ratio(level: float, noise: float) -> float:
    """Return the SNR in dB; the speech was measured with the noise in it."""
    return float(10 * np.log10(max(level - noise, 1e-3 * noise) / (noise + 1e-15)))
