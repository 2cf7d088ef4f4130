"""FSMN-VAD computed by numpy, on a tiny network that takes what is loud for speech."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import tiny_fsmn_vad
from huiting.core.errors import ModelUnavailable
from huiting.core.types import Audio
from huiting.engines import fsmn_vad
from huiting.engines._fsmn import network

RATE = 16_000


def noise(seconds: float, level: float = 0.05) -> NDArray[np.float32]:
    rng = np.random.default_rng(0)
    return rng.normal(0, level, round(seconds * RATE)).astype(np.float32)


def test_regions_are_where_it_is_loud(tmp_path: Path) -> None:
    samples = np.concatenate((noise(1, 1e-5), noise(1), noise(1, 1e-5)))
    detector = fsmn_vad.build(weights=tiny_fsmn_vad.write(tmp_path), pad=0.0)

    (found,) = detector.speech(Audio(samples, RATE))
    assert (found.start, found.end) == pytest.approx((1.0, 2.0), abs=0.08)


@pytest.mark.parametrize("sizes", [[1] * 40, [2, 3, 35], [40]])
def test_what_is_heard_does_not_depend_on_how_it_is_cut(tmp_path: Path, sizes: list[int]) -> None:
    samples = noise(40 * 512 / RATE) * np.linspace(0, 1, 40 * 512, dtype=np.float32)
    detector = fsmn_vad.build(weights=tiny_fsmn_vad.write(tmp_path))
    ear, edges = detector._ear(), np.cumsum(sizes)[:-1] * 512
    found = np.concatenate([ear.hear(part) for part in np.split(samples, edges)])

    assert found == pytest.approx(detector._ear().hear(samples), abs=1e-6)


def test_the_memory_of_a_layer_weighs_the_frames_before() -> None:
    state = tiny_fsmn_vad.weights(0.0)
    memory = np.zeros((1, 1, 3, 1), np.float32)
    memory[0, 0] = [[0.5], [0.0], [2.0]]  # two frames ago, the last one, this one
    state["encoder.fsmn.0.fsmn_block.conv_left.weight"] = memory
    layer = network(state, "x").layers[0]
    heard, after = layer.run(
        np.array([[1.0], [10.0], [100.0]], np.float32), np.zeros((2, 1), np.float32)
    )

    assert heard.ravel().tolist() == [3.0, 30.0, 300.5]
    assert after.ravel().tolist() == [10.0, 100.0]


def without(name: str) -> tiny_fsmn_vad.Weights:
    state = tiny_fsmn_vad.weights()
    del state[name]
    return state


LOOKS_AHEAD = {"encoder.fsmn.0.fsmn_block.conv_right.weight": np.zeros((1, 1, 2, 1), np.float32)}


@pytest.mark.parametrize(
    ("state", "complaint"),
    [
        pytest.param(without("encoder.in_linear1.linear.bias"), "no FSMN-VAD", id="a matrix less"),
        pytest.param(tiny_fsmn_vad.weights(layers=0), "no layers", id="no layers"),
        pytest.param(tiny_fsmn_vad.weights() | LOOKS_AHEAD, "it looks ahead", id="looks ahead"),
        pytest.param(tiny_fsmn_vad.weights(width=560), "hears other frames", id="other frames"),
        pytest.param({}, "no FSMN-VAD", id="nothing"),
    ],
)
def test_another_network_is_refused(
    tmp_path: Path, state: tiny_fsmn_vad.Weights, complaint: str
) -> None:
    with pytest.raises(ModelUnavailable, match=complaint):
        fsmn_vad.build(weights=tiny_fsmn_vad.write(tmp_path, state))


@pytest.mark.parametrize("text", ["", "<AddShift> [ 1 2", "<AddShift> [ 1 ] <Rescale> [ x ]"])
def test_a_table_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    tiny_fsmn_vad.write(tmp_path)
    (tmp_path / "am.mvn").write_text(text)

    with pytest.raises(ModelUnavailable, match="no table of numbers"):
        fsmn_vad.build(weights=tmp_path)


@pytest.mark.parametrize("name", ["model.pt", "am.mvn"])
def test_a_file_that_is_missing_is_named(tmp_path: Path, name: str) -> None:
    (tiny_fsmn_vad.write(tmp_path) / name).unlink()

    with pytest.raises(ModelUnavailable, match=f"{name}: No such file"):
        fsmn_vad.build(weights=tmp_path)
