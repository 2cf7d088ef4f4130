"""The colour of a voice: the shape of its spectrum, how much it varies and how fast. numpy only.

Cepstra of mel bands within the telephone band; how loud the voice is leaves no trace in them.
Knows spectra of frames, nothing of where they come from.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

COUNT = 12
"""Cepstra that are kept; the zeroth, the level, is not."""
BANDS = 18
LOW, HIGH = 250.0, 3450.0
"""Hz that the bands span."""
APART = 4
"""Frames between which a change is measured: 40 ms."""
FLOOR = 1e-4
"""Share of the power of a frame that any band is taken to hold: below it lies noise."""
SILENT = 1e-12
"""Keeps the logarithm finite where there is nothing."""

NAMES = tuple(
    f"cepstrum-{of}-{i}" for of in ("mean", "spread", "change") for i in range(1, COUNT + 1)
)


def cepstra(power: Array, active: NDArray[np.bool_], voiced: NDArray[np.bool_]) -> Array:
    """Return what a stretch sounds like, in the order of `NAMES`.

    Args:
        power: shape (frames, frequencies), from 0 to 4 kHz.
        active: which frames are speech.
        voiced: which are voiced; at least one.
    """
    heard = power @ _bands(power.shape[1])
    heard += FLOOR * heard.sum(axis=1, keepdims=True) + SILENT
    found = np.log(heard) @ _cosines()
    spoken = found[voiced]
    both = active[APART:] & active[:-APART]
    changes = np.abs(found[APART:] - found[:-APART])[both]
    change = changes.mean(axis=0) if len(changes) else np.zeros(COUNT)
    return np.concatenate([spoken.mean(axis=0), spoken.std(axis=0), change])


@cache
def _bands(size: int) -> Array:
    """Return triangles, evenly spaced in mel, shape (size, BANDS)."""
    edges = np.linspace(_mel(np.array(LOW)), _mel(np.array(HIGH)), BANDS + 2)
    mel = _mel(np.linspace(0, 4000, size))[:, None]
    rise = (mel - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - mel) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(0, np.minimum(rise, fall)))


@cache
def _cosines() -> Array:
    """Return the cosine transform of the bands, shape (BANDS, COUNT)."""
    place = np.outer(np.arange(BANDS) + 0.5, np.arange(1, COUNT + 1))
    return np.asarray(np.cos(np.pi * place / BANDS) * np.sqrt(2 / BANDS))


def _mel(hertz: Array) -> Array:
    return np.asarray(2595 * np.log10(1 + hertz / 700))
