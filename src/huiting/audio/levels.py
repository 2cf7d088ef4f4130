"""What is kept of each channel while it is decoded: enough to judge it, small for any length.

Per channel a histogram of the levels of 20 ms frames (mean removed, so that a direct
current is not taken for sound), one of their peaks, and counts of clipped samples; per
half second the products of each channel with each, from which similarity is judged. That
is 1 MB an hour for two channels. Nothing here decides anything: see `channels`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FLOOR = -120.0
"""dBFS of the lowest bin: digital silence."""
STEP = 0.5
"""dB a bin."""
BINS = 256
FRAME = 0.02
"""Seconds."""
FRAMES_A_BLOCK = 25
FULL_SCALE = 0.999
FLAT_TOP = 0.97
"""G.711's largest codes decode to 0.98: clipping shows there as equal neighbours."""
ACTIVE = -50.0
"""dBFS above which a frame counts as active when the share of clipped samples is taken."""
SMALLEST = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Levels of one channel as recorded."""

    frames: NDArray[np.int64]
    """How many frames have each level; bin i starts at FLOOR + i * STEP dBFS."""
    peaks: NDArray[np.int64]
    """How many frames have each peak level; the same bins."""
    clipped: int
    """Samples at full scale or on a flat top."""
    active: int
    """Samples in active frames."""

    def loudest(self, seconds: float) -> float:
        """Return the level that the loudest `seconds` reach, in dBFS; FLOOR for silence."""
        return _top(self.frames, max(1, round(seconds / FRAME)))

    def peak(self, seconds: float) -> float:
        """Return the peak level that only `seconds` exceed, in dBFS."""
        return _top(self.peaks, max(1, round(seconds / FRAME)))

    def quietest(self, share: float) -> float:
        """Return the level below which `share` of the frames lie, digital silence left out."""
        frames = self.frames[1:].cumsum()
        if not frames[-1]:
            return FLOOR
        return FLOOR + STEP * (1 + int(np.searchsorted(frames, share * frames[-1])))

    def mean(self, above: float) -> float:
        """Return the mean power of the frames at or above a level, in dBFS; FLOOR if none."""
        edges = FLOOR + STEP * (np.arange(BINS) + 0.5)
        counts = np.where(edges >= above, self.frames, 0)
        if not counts.sum():
            return FLOOR
        return float(10 * np.log10((counts * 10 ** (edges / 10)).sum() / counts.sum()))

    @property
    def duration(self) -> float:
        """Seconds measured, in whole frames."""
        return float(self.frames.sum() * FRAME)


def _top(counts: NDArray[np.int64], frames: int) -> float:
    from_top = counts[::-1].cumsum()
    frames = min(frames, int(from_top[-1]))
    if not frames:
        return FLOOR
    return FLOOR + STEP * (BINS - 1 - int(np.searchsorted(from_top, frames)))


class Meter:
    """Gathers the levels of all channels, block by block.

    Args:
        channels: how many the blocks have.
        rate: Hz.
    """

    def __init__(self, channels: int, rate: int) -> None:
        self._frame = max(1, round(rate * FRAME))
        self._rest = np.zeros((0, channels), np.float32)
        self._frames = np.zeros((channels, BINS), np.int64)
        self._peaks = np.zeros((channels, BINS), np.int64)
        self._clipped = np.zeros(channels, np.int64)
        self._active = np.zeros(channels, np.int64)
        self._products: list[NDArray[np.float32]] = []

    def feed(self, block: NDArray[np.float32]) -> None:
        """Take the next samples, shape (n, channels)."""
        samples = np.concatenate([self._rest, block])
        step = self._frame * FRAMES_A_BLOCK
        whole = len(samples) // step * step
        self._rest = samples[whole:]
        if whole:
            self._measure(samples[:whole])

    def finish(self) -> tuple[Levels, ...]:
        """Measure what is left and return the levels by channel."""
        whole = len(self._rest) // self._frame * self._frame
        if whole:
            step = self._frame * FRAMES_A_BLOCK
            padded = np.zeros((step, self._rest.shape[1]), np.float32)
            padded[:whole] = self._rest[:whole]
            self._measure(padded, frames=whole // self._frame)
        self._rest = self._rest[:0]
        numbers = zip(self._frames, self._peaks, self._clipped, self._active, strict=True)
        return tuple(Levels(f, p, int(c), int(a)) for f, p, c, a in numbers)

    @property
    def products(self) -> NDArray[np.float32]:
        """Sums of products of channel with channel by half second, (blocks, channels, channels)."""
        if not self._products:
            channels = self._rest.shape[1]
            return np.zeros((0, channels, channels), np.float32)
        return np.concatenate(self._products)

    def _measure(self, samples: NDArray[np.float32], frames: int | None = None) -> None:
        channels = samples.shape[1]
        framed = np.ascontiguousarray(samples.T).reshape(channels, -1, self._frame)
        mean = framed.mean(axis=2, keepdims=True)
        power = np.square(framed - mean).mean(axis=2)[:, :frames]
        peaks = np.maximum(framed.max(axis=2), -framed.min(axis=2))[:, :frames]
        level = 10 * np.log10(power + SMALLEST)
        self._active += (level >= ACTIVE).sum(axis=1) * self._frame
        for channel in range(channels):
            self._frames[channel] += _histogram(level[channel])
            self._peaks[channel] += _histogram(20 * np.log10(peaks[channel] + 1e-6))
            if peaks[channel].max(initial=0) >= FLAT_TOP:
                self._clipped[channel] += _clipped(framed[channel].ravel())
        if channels > 1:
            centred = (framed - mean).reshape(channels, -1, FRAMES_A_BLOCK * self._frame)
            blocks = centred.transpose(1, 0, 2)
            self._products.append(np.matmul(blocks, blocks.transpose(0, 2, 1)))


def _clipped(samples: NDArray[np.float32]) -> int:
    size = np.abs(samples)
    flat = (size[1:] >= FLAT_TOP) & (samples[1:] == samples[:-1])
    return int((size >= FULL_SCALE).sum() + (flat & (size[1:] < FULL_SCALE)).sum())


def _histogram(levels: NDArray[np.float32]) -> NDArray[np.int64]:
    bins = np.clip(((levels - FLOOR) / STEP).astype(np.int64), 0, BINS - 1)
    return np.bincount(bins, minlength=BINS)
