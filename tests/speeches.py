"""Made-up measurements of speech: two channels whose probabilities are known."""

import numpy as np
from numpy.typing import NDArray

from huiting.core.ports import Track
from huiting.core.speech import Speech, SpeechTrack, steps

HOP = 0.032
STRETCHES = ((10, 60, 0.9), (64, 90, 0.8), (140, 150, 0.45), (200, 230, 0.5))
"""First frame, frame after the last, probability."""


def likely(frames: int, *stretches: tuple[int, int, float]) -> NDArray[np.float32]:
    """Return probabilities that are 0.02 but for these stretches."""
    found = np.full(frames, 0.02, np.float32)
    for begin, end, value in stretches:
        found[begin:end] = value
    return found


def speech(frames: int = 250) -> Speech:
    """Return a measurement of two channels; on the second somebody speaks once."""
    sides = (likely(frames, *STRETCHES), likely(frames, (100, 140, 0.95)))
    tracks = tuple(
        SpeechTrack(n, frames * HOP, steps(side), (side * 100).astype(np.uint8).tobytes())
        for n, side in enumerate(sides)
    )
    return Speech(HOP, frames * HOP, 2, tracks)


class Loudness:
    """A `SpeechMeter` that takes loud for likely, and reads in blocks that are no whole frames."""

    rate = 16_000
    hop = 512

    def probabilities(self, track: Track, /) -> NDArray[np.float32]:
        """Return 0.9 for each frame in which there is something loud."""
        samples = np.concatenate([block.samples for block in track.blocks(0.5)])
        frames = np.pad(samples, (0, -len(samples) % self.hop)).reshape(-1, self.hop)
        return np.where(np.abs(frames).max(axis=1) > 0.1, 0.9, 0.0).astype(np.float32)
