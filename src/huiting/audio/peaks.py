"""The outline of a waveform: what a player draws. Decoded once, in memory that does not grow."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from huiting.audio.decode import DEFAULT_LIMITS, Limits
from huiting.audio.native import pieces

FULL = 127
"""What the loudest sample is told as."""


@dataclass(frozen=True, slots=True)
class Peaks:
    """The outline of each channel, in stretches of equal length."""

    step: float
    """Seconds of a stretch."""
    low: tuple[tuple[int, ...], ...]
    """By channel: the lowest sample of each stretch, in [-127, 127]."""
    high: tuple[tuple[int, ...], ...]
    """By channel: the highest."""


def peaks(
    source: Path | bytes,
    duration: float,
    points: int,
    *,
    expected: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Peaks:
    """Return the outline of a recording in `points` stretches.

    Args:
        source: where the recording is, or its content.
        duration: seconds it lasts; what comes later belongs to the last stretch.
        points: stretches wanted, > 0.
        expected: SHA-256 that the source must have; None for any.
        limits: what it may cost.

    Raises:
        InputError: the source cannot be read, or is another than expected.
        UndecodableAudio: it is no audio that we can read.
    """
    low: NDArray[np.float32] | None = None
    high: NDArray[np.float32] | None = None
    done = 0
    with closing(pieces(source, expected=expected, limits=limits)) as found:
        for piece in found:
            if low is None or high is None:
                low = np.zeros((points, piece.samples.shape[1]), np.float32)
                high = np.zeros_like(low)
                size = max(1.0, duration * piece.rate / points)
            first, begins = _stretches(done, len(piece.samples), size, points)
            here = slice(first, first + len(begins))
            low[here] = np.minimum(low[here], np.minimum.reduceat(piece.samples, begins))
            high[here] = np.maximum(high[here], np.maximum.reduceat(piece.samples, begins))
            done += len(piece.samples)
    assert low is not None  # a recording without a sample does not decode
    assert high is not None
    return Peaks(duration / points, _told(low), _told(high))


def _stretches(done: int, count: int, size: float, points: int) -> tuple[int, NDArray[np.int64]]:
    """Return the first stretch that samples belong to, and where each stretch begins in them.

    Args:
        done: samples before these.
        count: samples, > 0.
        size: samples of a stretch, >= 1.
        points: stretches; what comes later belongs to the last one.
    """
    first = min(int(done / size), points - 1)
    last = max(first, min(int((done + count - 1) / size), points - 1))
    begins = np.ceil(np.arange(first, last + 1) * size).astype(np.int64) - done
    begins = np.clip(begins, 0, count - 1)
    begins[0] = 0
    return first, begins


def _told(values: NDArray[np.float32]) -> tuple[tuple[int, ...], ...]:
    whole = np.rint(np.clip(values, -1, 1) * FULL).astype(int)
    return tuple(tuple(map(int, channel)) for channel in whole.T)
