"""Where a sound stands still for a tenth of a second: notes of music do, voices hardly.

What a melody holds, its partials hold; babble, an office and rain change from moment to
moment. So the share of steady moments tells music from noise that an event detector takes
for it. Knows no events.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huiting.engines._spectra import STEP, band

LIKE = 0.9
"""Cosine of two amplitude spectra from which they count as the same."""
LAG = 2
"""Frames between the two spectra of a note that holds: 128 ms."""
_LATER = (11, 16)
"""Frames after which a melody has moved on (0.7 and 1 s), and a motor, a hum or rain has not."""
_BINS = band(160, 3600)
_OVER = round(3.0 / STEP)
"""Frames over which moments are counted: some notes, and the changes between them."""


@dataclass(frozen=True, slots=True, eq=False)
class Steady:
    """How steady a sound is around each frame; each of shape (frames,)."""

    frames: NDArray[np.bool_]
    """The frame is like the one `LAG` before it."""
    share: NDArray[np.float32]
    """Of three seconds that are steady, in [0, 1]."""
    melody: NDArray[np.float32]
    """Share that is steady, less what is still the same a second later; at most 1."""


class Steadiness:
    """Looks at consecutive spectra of one track."""

    def __init__(self) -> None:
        self._before = np.zeros((max(_LATER), _BINS.stop - _BINS.start), np.float32)

    def look(self, amplitudes: NDArray[np.float32]) -> Steady:
        """Return how steady the next frames are.

        Args:
            amplitudes: shape (frames, bins); zero where it is quiet.
        """
        spectra = amplitudes[:, _BINS]
        spectra = spectra / (np.linalg.norm(spectra, axis=1, keepdims=True) + 1e-9)
        row = np.concatenate((self._before, spectra))
        self._before = row[-len(self._before) :]
        frames = _alike(row, LAG, len(spectra))
        held = _share(frames)
        later = [_share(_alike(row, lag, len(spectra))) for lag in _LATER]
        return Steady(frames, held, held - np.maximum(*later))


def _alike(row: NDArray[np.float32], lag: int, last: int) -> NDArray[np.bool_]:
    """Tell which of the `last` spectra of a row are like those `lag` before them."""
    now, then = row[len(row) - last :], row[len(row) - last - lag : len(row) - lag]
    return np.asarray((now * then).sum(axis=1) >= LIKE)


def _share(marked: NDArray[np.bool_]) -> NDArray[np.float32]:
    return smooth(marked.astype(np.float32), min(_OVER, len(marked)) or 1)


def smooth(values: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """Return the mean of `width` values around each; at the ends, of those there are."""
    if len(values) == 0:
        return values
    total = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
    places = np.arange(len(values))
    low = np.maximum(places - width // 2, 0)
    high = np.minimum(places + (width + 1) // 2, len(values))
    return np.asarray((total[high] - total[low]) / (high - low), np.float32)
