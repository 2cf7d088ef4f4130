"""GTCRN by the real sherpa-onnx, on a tiny network that keeps what is below 2 kHz."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: pip install 'huiting[onnx]'")

import tiny_gtcrn
from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.core.types import Audio
from huiting.engines import gtcrn

RATE = 16_000


def tones(*pitches: float, seconds: float = 1.0) -> Audio:
    time = np.arange(round(seconds * RATE)) / RATE
    waves = sum((0.2 * np.sin(2 * np.pi * pitch * time) for pitch in pitches), np.zeros(len(time)))
    return Audio(waves.astype(np.float32), RATE)


def inner(audio: Audio) -> NDArray[np.float32]:
    """Return the samples that no edge of the clip has a say in."""
    return audio.samples[1024:-1024]


def test_what_the_network_takes_for_noise_is_gone_and_the_rest_is_as_it_was(
    tmp_path: Path,
) -> None:
    enhancer = gtcrn.build(weights=tiny_gtcrn.write(tmp_path), strength=1.0)
    found = enhancer.enhance(tones(500, 5000))

    assert inner(found) == pytest.approx(inner(tones(500)), abs=2e-3)


@pytest.mark.parametrize("strength", [0.25, 0.5, 1.0])
def test_the_strength_is_the_share_of_the_enhanced_sound(tmp_path: Path, strength: float) -> None:
    enhancer = gtcrn.build(weights=tiny_gtcrn.write(tmp_path), strength=strength)
    found = enhancer.enhance(tones(5000))

    assert inner(found) == pytest.approx((1 - strength) * inner(tones(5000)), abs=2e-3)


def test_half_of_what_comes_out_is_as_it_was_unless_a_team_says_otherwise(tmp_path: Path) -> None:
    found = gtcrn.build(weights=tiny_gtcrn.write(tmp_path)).enhance(tones(5000))

    assert inner(found) == pytest.approx(0.5 * inner(tones(5000)), abs=2e-3)


@pytest.mark.parametrize("strength", [0.0, -1.0, 1.5])
def test_a_strength_that_is_no_share_is_refused(tmp_path: Path, strength: float) -> None:
    with pytest.raises(ConfigError, match="no share; give a number above 0, at most 1"):
        gtcrn.build(weights=tmp_path, strength=strength)


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("model_type", "dpdfnet", "no GTCRN"),
        ("model_type", None, "no GTCRN"),
        ("sample_rate", "8000", "'sample_rate'"),
        ("n_fft", None, "'n_fft'"),
        ("hop_length", "0", "'hop_length'"),
        ("window_length", "x", "'window_length'"),
        ("window_type", None, "'window_type'"),
        ("version", None, "'version'"),
        ("conv_cache_shape", "2,1,a", "'conv_cache_shape'"),
        ("tra_cache_shape", None, "'tra_cache_shape'"),
        ("inter_cache_shape", "", "'inter_cache_shape'"),
        ("window_length", "1024", "do not meet"),
    ],
)
def test_a_file_over_which_the_runtime_would_end_the_process_is_refused(
    tmp_path: Path, name: str, value: str | None, complaint: str
) -> None:
    said = {**tiny_gtcrn.METADATA, name: value or ""}
    if value is None:
        del said[name]
    tiny_gtcrn.write(tmp_path, metadata=said)

    with pytest.raises(ModelUnavailable, match=complaint):
        gtcrn.build(weights=tmp_path)


def test_a_network_with_other_inputs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="it takes 3 inputs, not 4"):
        gtcrn.build(weights=tiny_gtcrn.write(tmp_path, states=2))


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"gtcrn_simple\.onnx: no such file"):
        gtcrn.build(weights=tmp_path)


def test_states_of_another_shape_than_the_network_has_are_an_error_when_it_runs(
    tmp_path: Path,
) -> None:
    said = {**tiny_gtcrn.METADATA, "tra_cache_shape": "2,3,1,1,17"}
    enhancer = gtcrn.build(weights=tiny_gtcrn.write(tmp_path, metadata=said))

    with pytest.raises(EngineError, match=r"the network failed: .*tra_cache"):
        enhancer.enhance(tones(500))


def test_a_failing_network_is_an_error_and_the_next_clip_is_heard(tmp_path: Path) -> None:
    enhancer = gtcrn.build(weights=tiny_gtcrn.write(tmp_path, frames=100))

    with pytest.raises(EngineError, match="the network failed"):
        enhancer.enhance(tones(500, seconds=3.0))
    assert len(enhancer.enhance(tones(500)).samples) == RATE


@dataclass
class Answers:
    """A denoiser that gives what it was told to."""

    samples: list[float]
    sample_rate: int = RATE
    given: list[int] = field(default_factory=list)

    def run(self, samples: NDArray[np.float32], _rate: int) -> "Answers":
        self.given.append(len(samples))
        return self


@pytest.mark.parametrize("samples", [[], [0.0] * 10, [float("nan")] * 40_000])
def test_what_is_no_sound_is_an_error(samples: list[float]) -> None:
    with pytest.raises(EngineError, match="gave no sound"):
        gtcrn.Gtcrn(Answers(samples), 512, 1.0).enhance(tones(500))


def test_digital_silence_is_not_asked_about() -> None:
    denoiser = Answers([])
    gtcrn.Gtcrn(denoiser, 512, 1.0).enhance(Audio(np.zeros(100, np.float32), RATE))

    assert denoiser.given == []


class Full:
    def run(self, _samples: NDArray[np.float32], _rate: int) -> None:
        raise RuntimeError("Failed to allocate memory for requested buffer")


def test_a_full_device_is_told() -> None:
    with pytest.raises(EngineError, match="free memory"):
        gtcrn.Gtcrn(Full(), 512, 1.0).enhance(tones(500))
