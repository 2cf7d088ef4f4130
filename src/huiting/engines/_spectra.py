"""A track as short spectra: what telephone tones, music and noise are found in.

One pass over the samples in blocks; 64 ms at a time, fine enough for all of them and
cheap enough for every second of every call. Knows no events.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huiting.core.ports import Track

RATE = 16_000
SIZE = 1024
"""Samples of a frame; frames do not overlap."""
STEP = SIZE / RATE
"""Seconds from one frame to the next."""
BINS = SIZE // 2 + 1
BLOCK = 480 * STEP
"""Seconds read at once, a whole number of frames."""
QUIET = -60.0
"""dBFS below which there is nothing to listen to."""


def band(low: float, high: float) -> slice:
    """Return the bins from `low` to `high` Hz."""
    return slice(round(low * SIZE / RATE), round(high * SIZE / RATE) + 1)


TELEPHONE = band(300, 3400)


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A piece of a track, with its spectra."""

    start: float
    """Seconds."""
    samples: NDArray[np.float32]
    """At 16 kHz; a whole number of frames, the last filled up with silence."""
    amplitudes: NDArray[np.float32]
    """Shape (frames, 513); zero for a quiet frame, whose spectrum nobody needs."""
    level: NDArray[np.float32]
    """Power of each frame in dBFS, shape (frames,)."""

    @property
    def end(self) -> float:
        """Seconds; where the next block begins."""
        return self.start + len(self.level) * STEP

    def share(self, *bands: slice) -> NDArray[np.float32]:
        """Return which share of each frame's power lies in these bands, shape (frames,)."""
        power = np.square(self.amplitudes)
        inside = sum((power[:, part].sum(axis=1) for part in bands), np.zeros(len(power)))
        return np.asarray(inside / (power.sum(axis=1) + 1e-12), np.float32)


def blocks(track: Track) -> Iterator[Block]:
    """Yield the track in consecutive blocks of half a minute.

    Raises:
        ValueError: the track is not at 16 kHz.
    """
    if track.rate != RATE:
        raise ValueError(f"sounds want {RATE} Hz, not {track.rate}")
    start = 0.0
    for audio in track.blocks(BLOCK):
        block = analyzed(audio.samples, start)
        yield block
        start = block.end


def analyzed(samples: NDArray[np.float32], start: float) -> Block:
    """Return the block that these samples make."""
    from scipy.fft import rfft

    short = -len(samples) % SIZE
    padded = np.pad(samples, (0, short)) if short else samples
    frames = padded.reshape(-1, SIZE)
    power = np.square(frames).mean(axis=1)
    level = 10 * np.log10(power + 1e-12)
    amplitudes = np.zeros((len(frames), BINS), np.float32)
    loud = level > QUIET
    if loud.any():
        window = np.hanning(SIZE).astype(np.float32)
        amplitudes[loud] = np.abs(rfft(frames[loud] * window))
    return Block(start, padded, amplitudes, level.astype(np.float32))
