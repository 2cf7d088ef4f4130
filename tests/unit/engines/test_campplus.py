from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from huiting.core.errors import EngineError
from huiting.engines._campplus import RATE, SIZE, Embedder, fbank


def tone(hertz: float, seconds: float = 0.5) -> NDArray[np.float32]:
    return np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE).astype(np.float32)


class Network:
    """Answers with the mean of its features, stretched to a voice print."""

    def __init__(self) -> None:
        self.fed: list[NDArray[np.float32]] = []

    def run(self, _names: None, feeds: dict[str, NDArray[np.float32]]) -> list[Any]:
        self.fed.append(feeds["feats"])
        return [np.full((1, SIZE), 3.0, np.float32)]


class Broken:
    def run(self, _names: None, _feeds: dict[str, Any]) -> list[Any]:
        raise RuntimeError("bad node")


def test_there_are_a_hundred_frames_a_second() -> None:
    assert fbank(tone(440, 1.0)).shape == (98, 80)  # the last two would reach beyond the end


def test_less_than_a_frame_is_a_frame() -> None:
    assert fbank(np.zeros(10, np.float32)).shape == (1, 80)


@pytest.mark.parametrize("hertz", [300, 1000, 3000])
def test_a_tone_is_loudest_in_the_band_at_its_pitch(hertz: float) -> None:
    mel = 1127 * np.log(1 + np.array([20, hertz, 8000]) / 700)
    expected = (mel[1] - mel[0]) / (mel[2] - mel[0]) * 81 - 1

    assert fbank(tone(hertz)).mean(0).argmax() == pytest.approx(expected, abs=1)


def test_silence_is_finite() -> None:
    assert np.isfinite(fbank(np.zeros(RATE, np.float32))).all()


def test_prints_have_length_one_and_loudness_is_taken_off() -> None:
    network = Network()
    noise = np.random.default_rng(5).uniform(-1, 1, RATE).astype(np.float32)

    prints = Embedder(network).embed([noise, 0.1 * noise])

    assert prints.shape == (2, SIZE)
    assert np.allclose(np.linalg.norm(prints, axis=1), 1)
    assert np.allclose(network.fed[0].mean(1), 0, atol=1e-3)
    assert np.allclose(network.fed[0], network.fed[1], atol=1e-3)


def test_no_clips_give_no_prints() -> None:
    assert Embedder(Network()).embed([]).shape == (0, SIZE)


def test_a_network_that_fails_is_an_engine_error() -> None:
    with pytest.raises(EngineError, match="voice print failed: bad node"):
        Embedder(Broken()).embed([tone(440)])
