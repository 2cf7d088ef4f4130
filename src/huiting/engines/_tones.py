"""Tell call-progress tones (ring-back, busy, DTMF) from speech, frame by frame.

A tone is one or two sinusoids that stand still: nearly all energy lies at two places of
the spectrum, and these do not move. A vowel has more partials, and its pitch moves.
Music is none of this module's business; the network keeps most of it out.
"""

import numpy as np
from numpy.typing import NDArray

PURITY = 0.97
"""Share of the energy at the two strongest places from which a frame may be a tone."""
STILL = 5
"""Frames for which the strongest place must not move: 160 ms, longer than any steady vowel."""
WIDTH = 2
"""Bins a sinusoid spreads to either side under the window used."""


def tones(frames: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell for each frame whether it lies in a stretch of tone.

    Args:
        frames: consecutive samples, shape (frames, samples).

    Returns:
        Shape (frames,). A stretch cut by the edge of `frames` is judged by what is there.
    """
    if len(frames) == 0:
        return np.zeros(0, np.bool_)
    window = np.hanning(frames.shape[1]).astype(np.float32)
    power = np.abs(np.fft.rfft(frames * window)).astype(np.float32) ** 2
    total = power.sum(axis=1) + 1e-12
    first, most = _strongest(power)
    _, next_most = _strongest(power)
    pure = (most + next_most) / total >= PURITY
    still = np.abs(np.diff(first, prepend=first[:1])) <= 1
    return _long(pure & still, STILL)


def _strongest(power: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return place and energy of the strongest sinusoid of each frame, and take it out."""
    place = power.argmax(axis=1)
    near = place[:, None] + np.arange(-WIDTH, WIDTH + 1)
    near = np.clip(near, 0, power.shape[1] - 1)
    rows = np.arange(len(power))[:, None]
    energy = np.zeros(len(power), np.float32)
    energy += power[rows, near].sum(axis=1)
    power[rows, near] = 0
    return place, energy


def _long(marked: NDArray[np.bool_], least: int) -> NDArray[np.bool_]:
    """Keep only runs of at least `least` marked frames."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], marked.astype(np.int8), [0]))))
    kept = np.zeros(len(marked), np.bool_)
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        kept[start:stop] = stop - start >= least
    return kept
