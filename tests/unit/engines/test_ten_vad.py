"""TEN VAD on a tiny network, against what sherpa-onnx makes of the same file."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx", reason="needs onnx: ./dev test")

import tiny_ten_vad
from huiting.core.errors import EngineError, ModelUnavailable
from huiting.core.types import Audio
from huiting.engines import ten_vad

RATE, WINDOW = 16_000, 256


def rustling(seconds: float, seed: int = 0) -> Audio:
    count = round(seconds * RATE)
    loud = 0.1 + np.abs(np.sin(np.arange(count) / 3000))
    noise = np.random.default_rng(seed).normal(0, 0.05, count)
    return Audio((noise * loud).astype(np.float32), RATE)


def test_regions_are_where_it_is_loud(tmp_path: Path) -> None:
    samples = rustling(3).samples * 1e-4
    samples[RATE : 2 * RATE] *= 1e4
    detector = ten_vad.build(weights=tiny_ten_vad.write(tmp_path, loud=-4.0), pad=0.0)

    (found,) = detector.speech(Audio(samples, RATE))
    assert (found.start, found.end) == pytest.approx((1.0, 2.0), abs=0.1)


def decided(probabilities: Sequence[float], threshold: float) -> Iterator[bool]:
    """Decide as sherpa-onnx does when nothing need last."""
    begun = speaking = False
    for p in probabilities:
        if p > threshold:
            speaking = begun
            begun = True
        elif not (speaking and p > threshold - 0.15):
            begun = speaking = False
        yield speaking


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_the_network_hears_what_sherpa_onnx_lets_it_hear(tmp_path: Path, share: float) -> None:
    """Its Python interface shows decisions alone, so these are compared at several thresholds."""
    native = pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx")
    tiny_ten_vad.write(tmp_path, loud=0.0)
    audio = rustling(2.56, seed=3)
    ear = ten_vad.TenEar(ten_vad._load(tmp_path / tiny_ten_vad.NAME))
    rows = ear._features(audio.samples)
    level = rows[:, : tiny_ten_vad.BANDS].mean(1)
    probabilities = 1 / (1 + np.exp(-level))
    threshold = float(np.quantile(probabilities, share))
    config = native.VadModelConfig()
    config.ten_vad = native.TenVadModelConfig(
        model=str(tmp_path / tiny_ten_vad.NAME),
        threshold=threshold,
        min_silence_duration=0,
        min_speech_duration=0,
    )
    model = native.VadModel.create(config)
    theirs = [
        model.is_speech(audio.samples[i : i + WINDOW]) for i in range(0, len(audio.samples), WINDOW)
    ]

    assert theirs == list(decided(probabilities.tolist(), threshold))
    assert len(set(theirs)) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mean", ""),
        ("mean", "1,2"),
        ("inv_stddev", "a,b"),
        ("window", ",".join(["1"] * 41)),
    ],
)
def test_metadata_of_another_form_are_refused(tmp_path: Path, name: str, value: str) -> None:
    tiny_ten_vad.write(tmp_path, metadata={**tiny_ten_vad.METADATA, name: value})

    with pytest.raises(ModelUnavailable, match=f"its metadata lack '{name}'"):
        ten_vad.build(weights=tmp_path)


def test_the_file_that_ten_publishes_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="no TEN VAD of sherpa-onnx"):
        ten_vad.build(weights=tiny_ten_vad.write(tmp_path, metadata={"x": "1"}))


def test_a_network_with_other_inputs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="it takes 4 inputs, not 5"):
        ten_vad.build(weights=tiny_ten_vad.write(tmp_path, states=3))


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"ten-vad\.onnx: no such file"):
        ten_vad.build(weights=tmp_path)


def test_a_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = tiny_ten_vad.write(tmp_path) / tiny_ten_vad.NAME
    path.write_bytes(path.read_bytes().replace(b"Sigmoid", b"Sigmoyd"))

    with pytest.raises(ModelUnavailable, match="Sigmoyd"):
        ten_vad.build(weights=tmp_path)


def test_a_network_that_fails_is_an_error(tmp_path: Path) -> None:
    network = ten_vad._load(tiny_ten_vad.write(tmp_path) / tiny_ten_vad.NAME)
    states = [np.zeros((1, 64), np.float32)] * 4

    with pytest.raises(EngineError, match="the network failed"):
        network.run(np.zeros((1, 3, 40), np.float32), states)
