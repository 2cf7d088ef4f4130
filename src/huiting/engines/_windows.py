"""Clips as the windows a Whisper encoder is given. Knows the features, not the model.

Whisper was trained on 30 s of sound, silence added as samples. A shorter window costs less,
and is good enough from about ten seconds on, if what is added to a clip looks like
silence to the encoder: the floor of the log-mel scale, not zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiting.core.types import Audio

RATE = 16_000
FRAME = 0.01
"""Seconds from one feature frame to the next."""
LONGEST = 30.0
"""Seconds; the encoder knows no position beyond."""
STEP = 2.0
"""Seconds by which windows grow, so that clips of about one length share a batch."""
SHORTEST = 400
"""Samples; one frame of the analysis."""
DYNAMIC = 2.0
"""The features' range below their maximum: 8 decades of power, divided by 4."""


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a clip; lengths in seconds."""

    window: float = 10.0
    """The encoder is given this much at least."""
    margin: float = 1.0
    """Silence a window must hold behind the clip."""
    lead: float = 0.0
    """Silence put before the clip."""
    beam: int = 2

    def size(self, seconds: float) -> float:
        """Return the window for a clip of this length."""
        need = max(self.window, self.lead + seconds + self.margin)
        return min(LONGEST, ceil(need / STEP) * STEP)


def features_of(clip: Audio) -> NDArray[np.float32]:
    """Return the log-mel features of a clip at 16 kHz, shape (80, frames)."""
    samples = clip.samples
    samples = np.pad(samples, (0, max(0, SHORTEST - len(samples))))
    return np.asarray(_extractor()(samples, padding=160), np.float32)


def padded(features: NDArray[np.float32], size: float, lead: float) -> NDArray[np.float32]:
    """Return a window of `size` seconds, shape (1, 80, frames): silence, the clip, silence.

    What does not fit is cut off at the end.
    """
    frames, first = round(size / FRAME), round(lead / FRAME)
    width = min(frames - first, features.shape[1])
    floor = features.max() - DYNAMIC
    window = np.full((1, features.shape[0], frames), floor, np.float32)
    window[0, :, first : first + width] = features[:, :width]
    return window


def batches(
    seconds: Sequence[float], sizes: Sequence[float], most: float, workers: int
) -> list[list[int]]:
    """Return indexes of clips that are decoded together, the longest first.

    Args:
        seconds: length of each clip.
        sizes: of its window; only windows of one size share a batch.
        most: seconds of windows in a batch; one window is always taken.
        workers: batches decoded at once; few clips are divided among all of them.
    """
    share = max(1, ceil(len(seconds) / workers))
    found: list[list[int]] = []
    for i in sorted(range(len(seconds)), key=lambda i: (-sizes[i], -seconds[i])):
        clips = len(found[-1]) + 1 if found else 1
        fits = clips <= share and clips * sizes[i] <= most
        if found and fits and sizes[found[-1][0]] == sizes[i]:
            found[-1].append(i)
        else:
            found.append([i])
    return found


@cache
def _extractor() -> Any:  # noqa: ANN401  (faster-whisper ships no types)
    from faster_whisper.feature_extractor import FeatureExtractor

    return FeatureExtractor(feature_size=80)
