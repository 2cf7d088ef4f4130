"""The published weights in sherpa-onnx's own diarizer."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: pip install 'huiting[onnx]'")

import real_speakers
from huiting.app.settings import Settings
from huiting.engines import _campplus, catalogue, diarizer, sherpa_diarizer
from huiting.engines._campplus import Embedder
from huiting.engines.sherpa_diarizer import SherpaDiarizer

RATE, HOP, FRAME, FFT, BANDS = 16_000, 160, 400, 512, 80
HIGHEST = 7600.0
"""Hz up to which sherpa-onnx hears; those who trained the network heard up to 8000."""

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def who(tmp_path_factory: pytest.TempPathFactory) -> SherpaDiarizer:
    segmentation, embedding = real_speakers.write(
        Settings().models, tmp_path_factory.mktemp("weights")
    )
    return sherpa_diarizer.build(segmentation=segmentation, embedding=embedding)


@pytest.fixture(scope="module")
def ours() -> Embedder:
    embedding, segmentation = (
        next(iter(catalogue.weights(name, Settings().models).paths.values()))
        for name in ("campplus", "pyannote-segmentation-3.0")
    )
    return diarizer.build(embedding=embedding, segmentation=segmentation).embedder


def mel() -> NDArray[np.float32]:
    """Return triangles as sherpa-onnx has them, shape (257, 80)."""
    bins = _campplus._to_mel(np.arange(FFT // 2 + 1) * RATE / FFT)[:, None]
    low, high = (_campplus._to_mel(np.array(hertz)) for hertz in (20.0, HIGHEST))
    edges = np.linspace(low, high, BANDS + 2)
    left, middle, right = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (bins - left) / (middle - left), (right - bins) / (right - middle)
    return np.maximum(0, np.minimum(rising, falling)).astype(np.float32)


def mirrored(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the samples with their mirror image at both ends, where frames reach beyond them."""
    frames = (len(samples) + HOP // 2) // HOP
    before = (FRAME - HOP) // 2
    after = (frames - 1) * HOP + FRAME - before - len(samples)
    return np.pad(samples, (before, after), "symmetric")


@pytest.mark.parametrize("seconds", [2.0, 4.0, 6.0])
def test_voice_prints_are_ours_but_for_the_bands(
    who: SherpaDiarizer, ours: Embedder, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """Of whole times two seconds: the onnxruntime in sherpa-onnx 2.0 divides a pool of CAM++ that
    reaches beyond the end by its full length, unlike PyTorch and newer ones."""
    samples = np.random.default_rng(3).normal(0, 0.1, round(seconds * RATE)).astype(np.float32)
    stream = who._native.extractor.create_stream()
    stream.accept_waveform(RATE, samples)
    stream.input_finished()
    theirs = np.array(who._native.extractor.compute(stream), np.float32)
    theirs /= np.linalg.norm(theirs)
    monkeypatch.setattr(_campplus, "_mel", mel)
    same = ours.embed([mirrored(samples)])[0]

    assert np.abs(theirs - same).max() < 1e-3


def test_networks_with_real_weights_are_what_the_runtime_wants(
    who: SherpaDiarizer, tmp_path: Path
) -> None:
    assert who._windows.size == 10 * RATE
    assert who._size == 192
