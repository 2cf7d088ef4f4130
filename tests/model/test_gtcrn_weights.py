"""The published network of GTCRN by the real runtime."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: pip install 'huiting[onnx]'")

from huiting.audio.decode import decode
from huiting.core.types import Audio, Span
from huiting.engines import gtcrn

RATE = 16_000
SAMPLE = Path(__file__).parents[2] / "samples" / "8002_20250313143005_16055550102_in.wav"
pytestmark = pytest.mark.model
Samples = NDArray[np.float32]


@pytest.fixture(scope="module")
def enhancer(published: Callable[[str], Path]) -> gtcrn.Gtcrn:
    return gtcrn.build(weights=published("gtcrn"), strength=1.0)


@pytest.fixture(scope="module")
def said() -> Samples:
    """A few seconds of a call in which somebody mostly speaks."""
    with decode(SAMPLE, rate=RATE) as decoded:
        return decoded.tracks[0].cut(Span(2.0, 12.0)).samples


def white(size: int, level: float) -> Samples:
    return np.random.default_rng(3).normal(0, level, size).astype(np.float32)


def power(samples: Samples) -> float:
    return float(np.mean(samples**2, dtype=np.float64))


@pytest.mark.parametrize("samples", [1, 255, 257, 16_001, 160_000])
def test_clips_keep_their_length(enhancer: gtcrn.Gtcrn, said: Samples, samples: int) -> None:
    assert len(enhancer.enhance(Audio(said[:samples], RATE)).samples) == samples


def test_of_white_noise_alone_a_hundredth_is_left_at_most(enhancer: gtcrn.Gtcrn) -> None:
    noise = white(3 * RATE, 0.02)
    left = enhancer.enhance(Audio(noise, RATE)).samples

    assert power(left[RATE:]) < power(noise) / 100


def test_speech_in_white_noise_comes_out_nearer_to_what_was_said(
    enhancer: gtcrn.Gtcrn, said: Samples
) -> None:
    noise = white(len(said), np.sqrt(power(said) / 10))
    heard = enhancer.enhance(Audio(said + noise, RATE)).samples

    assert power(heard - said) < power(noise) / 2


def test_speech_without_noise_stays_where_it_was(enhancer: gtcrn.Gtcrn, said: Samples) -> None:
    heard = enhancer.enhance(Audio(said, RATE)).samples
    lags = np.correlate(heard, said[200:-200], "valid")

    assert abs(int(lags.argmax()) - 200) <= 1
