"""Tones stand still, voices do not."""

import numpy as np
import pytest
from numpy.typing import NDArray

from huiting.engines._stillness import still_frames

SECOND = 16_000


def sine(*frequencies: float, seconds: float = 1.0) -> NDArray[np.float32]:
    t = np.arange(round(seconds * SECOND)) / SECOND
    waves = [np.sin(2 * np.pi * f * t) for f in frequencies]
    return np.asarray(0.2 * np.sum(waves, axis=0), np.float32)


def framed(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    return samples[: len(samples) // 512 * 512].reshape(-1, 512)


def glide() -> NDArray[np.float32]:
    """A buzz whose pitch falls from 180 to 120 Hz in a second, as in a statement."""
    t = np.arange(SECOND) / SECOND
    phase = 2 * np.pi * (180 * t - 30 * t**2)
    return np.asarray(0.1 * sum(np.sin(k * phase) / k for k in range(1, 20)), np.float32)


@pytest.mark.parametrize(
    "samples",
    [
        pytest.param(sine(450), id="ring-back"),
        pytest.param(sine(697, 1209), id="a DTMF digit"),
        pytest.param(sine(262, 330, 392), id="a chord"),
    ],
)
def test_what_machines_play_stands_still(samples: NDArray[np.float32]) -> None:
    assert still_frames(framed(samples)).all()


@pytest.mark.parametrize(
    "samples",
    [
        pytest.param(glide(), id="a falling voice"),
        pytest.param(
            np.random.default_rng(1).normal(0, 0.1, SECOND).astype(np.float32), id="noise"
        ),
        pytest.param(sine(450, seconds=0.12), id="a blip, shorter than a syllable"),
        pytest.param(np.zeros(SECOND, np.float32), id="digital silence"),
        pytest.param(np.zeros(0, np.float32), id="nothing"),
    ],
)
def test_what_moves_does_not(samples: NDArray[np.float32]) -> None:
    assert not still_frames(framed(samples)).any()


def test_only_the_still_part_is_found() -> None:
    found = still_frames(framed(np.concatenate((glide(), sine(450)))))

    assert not found[:29].any()
    assert found[33:].all()
