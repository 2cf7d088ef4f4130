"""Speech enhancement with GTCRN, a network of 24,000 weights, by sherpa-onnx.

It takes noise out of a clip before it is recognized. A recognizer that was trained on noisy
speech hears such a clip worse than the noise itself: alone the enhanced sound costs Whisper base
errors, half of it neither costs nor saves any that can be told from chance (bench/enhance.py).
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.core.types import Audio
from huiting.engines._memory import ran_out
from huiting.engines._onnx import signature
from huiting.engines._sherpa import Native, load

RATE = 16_000
NETWORK = "gtcrn_simple.onnx"
KIND = "gtcrn"
NUMBERS = ("n_fft", "hop_length", "window_length", "version")
STATES = ("conv_cache_shape", "tra_cache_shape", "inter_cache_shape")
"""Shapes of what the network remembers from one frame to the next."""
REMEDY = "fetch a model that was exported for sherpa-onnx"
USUAL_STRENGTH = 0.5
"""The most that did no harm where it was measured."""


def build(
    *, weights: Path, strength: float = USUAL_STRENGTH, device: str = "cpu", threads: int = 1
) -> "Gtcrn":
    """Load the network.

    Args:
        weights: folder that holds `gtcrn_simple.onnx`.
        strength: share of the enhanced sound in what comes out, in (0, 1]; the rest is the
            sound as it was, which hides what the network spoils.
        device: `auto`, `cpu`, `cuda` or `coreml`.
        threads: that one call uses.

    Raises:
        ConfigError: the strength makes no sense, or sherpa-onnx cannot use the device.
        ModelUnavailable: the package or the file is missing, or the file is another's.
        OutOfRoom: the model does not fit.
    """
    if not 0 < strength <= 1:
        raise ConfigError(f"strength {strength}", "no share", "give a number above 0, at most 1")
    path = Path(weights) / NETWORK
    frame = check(path)

    def denoiser(native: Native, provider: str) -> Native:
        network = native.OfflineSpeechDenoiserGtcrnModelConfig(model=str(path))
        model = native.OfflineSpeechDenoiserModelConfig(
            gtcrn=network, num_threads=threads, provider=provider
        )
        return native.OfflineSpeechDenoiser(native.OfflineSpeechDenoiserConfig(model=model))

    return Gtcrn(load(KIND, denoiser, [path], device).recognizer, frame, strength)


def check(path: Path) -> int:
    """Return the samples of a frame of the network.

    Raises:
        ModelUnavailable: the runtime would end the process over the file.
    """
    found = signature(path)
    said = found.metadata
    if said.get("model_type") != KIND:
        raise ModelUnavailable(str(path), "it is no GTCRN", REMEDY)
    count = 1 + len(STATES)
    if (len(found.inputs), len(found.outputs)) != (count, count):
        raise ModelUnavailable(
            str(path), f"it takes {len(found.inputs)} inputs, not {count}", REMEDY
        )
    if said.get("sample_rate") != str(RATE):
        raise ModelUnavailable(str(path), "its metadata lack 'sample_rate'", REMEDY)
    for name in NUMBERS:
        if not said.get(name, "").isdecimal() or not int(said[name]):
            raise ModelUnavailable(str(path), f"its metadata lack {name!r}", REMEDY)
    for name in STATES:
        sizes = said.get(name, "").split(",")
        if not all(size.strip().isdecimal() for size in sizes):
            raise ModelUnavailable(str(path), f"its metadata lack {name!r}", REMEDY)
    if "window_type" not in said:
        raise ModelUnavailable(str(path), "its metadata lack 'window_type'", REMEDY)
    if not int(said["hop_length"]) <= int(said["window_length"]) <= int(said["n_fft"]):
        raise ModelUnavailable(str(path), "its frames do not meet", REMEDY)
    return int(said["n_fft"])


class Gtcrn:
    """An `Enhancer`. One instance may be called from several threads."""

    rate = RATE

    def __init__(self, denoiser: Native, frame: int, strength: float) -> None:
        self._denoiser = denoiser
        self._frame = frame
        self._strength = strength

    def enhance(self, clip: Audio, /) -> Audio:
        """Return the clip with less noise; silence stays as it is.

        Raises:
            ValueError: the clip is not at 16 kHz.
            EngineError: the network failed.
        """
        if clip.rate != RATE:
            raise ValueError(f"gtcrn wants {RATE} Hz, not {clip.rate}")
        if not np.any(clip.samples):
            return clip
        # The runtime drops the last samples that fill no frame, and reads beyond a clip
        # shorter than one.
        length = len(clip.samples)
        heard = self._run(np.pad(clip.samples, (0, self._frame)))[:length]
        if len(heard) < length or not np.isfinite(heard).all():
            raise EngineError(KIND, "the network gave no sound", "set enhancer to nothing")
        mixed = self._strength * heard + (1 - self._strength) * clip.samples
        return Audio(mixed.astype(np.float32), RATE)

    def _run(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        try:
            found = self._denoiser.run(samples, RATE)
        except (RuntimeError, ValueError, IndexError, MemoryError) as error:
            remedy = "free memory" if ran_out(error) else "set enhancer to nothing"
            raise EngineError(KIND, f"the network failed: {error}", remedy) from error
        return np.asarray(found.samples, np.float32)
