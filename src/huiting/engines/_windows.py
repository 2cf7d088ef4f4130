"""Clips as the windows a Whisper encoder is given. Knows the features, not the model.

Whisper was trained on 30 s of sound, silence added as samples. A shorter window costs less
in proportion, and is good enough from about ten seconds on, if what is added to a clip
looks like silence to the encoder: the floor of the log-mel scale, not zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiting.core.types import Audio

RATE = 16_000
FRAME = 0.01
"""Seconds from one feature frame to the next."""
LONGEST = 30.0
"""Seconds; the encoder knows no position beyond."""
SHORTEST = 400
"""Samples; one frame of the analysis."""
DYNAMIC = 2.0
"""The features' range below their maximum: 8 decades of power, divided by 4."""


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """One clip, ready to be encoded."""

    features: NDArray[np.float32]
    """Log-mel features, shape (80, frames), padding not included."""
    seconds: float
    """Of sound inside; what is behind it is padding."""


def window_of(clip: Audio, *, lead: float, level: float | None) -> Window:
    """Return the features of a clip.

    Args:
        clip: at 16 kHz, at most 30 s less `lead`.
        lead: seconds of silence put before it.
        level: RMS in dBFS the clip is brought to; None to leave it as it is. Only the floor
            of the scale depends on it: the features are relative to their maximum.
    """
    samples = clip.samples
    if level is not None:
        power = float(np.mean(np.square(samples, dtype=np.float64))) if len(samples) else 0.0
        if power > 0:
            samples = samples * np.float32(10 ** (level / 20) / np.sqrt(power))
    if lead > 0:
        samples = np.pad(samples, (round(lead * RATE), 0))
    samples = np.pad(samples, (0, max(0, SHORTEST - len(samples))))
    features = _extractor()(samples, padding=160)
    return Window(np.asarray(features, np.float32), len(samples) / RATE)


def stacked(windows: Sequence[Window], frames: int) -> NDArray[np.float32]:
    """Return the windows as one batch, shape (windows, 80, frames), silence added behind."""
    batch = np.empty((len(windows), windows[0].features.shape[0], frames), np.float32)
    for row, window in zip(batch, windows, strict=True):
        width = min(frames, window.features.shape[1])
        row[:, :width] = window.features[:, :width]
        row[:, width:] = window.features.max() - DYNAMIC
    return batch


@cache
def _extractor() -> Any:  # noqa: ANN401  (faster-whisper ships no types)
    from faster_whisper.feature_extractor import FeatureExtractor

    return FeatureExtractor(feature_size=80)
