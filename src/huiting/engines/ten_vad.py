"""Voice activity detection with the TEN VAD network, as sherpa-onnx publishes and feeds it.

Its licence forbids competing with its author, so nothing takes it unless a team says so. What
the network hears is what sherpa-onnx lets it hear: windows of 16 ms, and no pitch. But for the
uppermost band, into which sherpa-onnx mixes the square of another bin's power by mistake.
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiting.core.errors import EngineError, ModelUnavailable
from huiting.core.speech import SpeechOptions
from huiting.engines._frame_detector import FrameDetector
from huiting.engines._onnx import signature

NETWORK = "ten-vad.onnx"
USUAL = SpeechOptions(threshold=0.5, release=0.35)
"""As sherpa-onnx has them."""
WINDOW, FFT, BANDS = 256, 1024, 40
FEATURES, SEEN = BANDS + 1, 3
"""Of a window, and windows that the network sees at once."""
STATES, REMEMBERED = 4, 64
LIMITS = {"mean": FEATURES, "inv_stddev": FEATURES, "window": 768}
"""Metadata, and how many numbers each has."""
SCALE, PREEMPHASIS, FLOOR = 32768.0, 0.97, 1e-10
TOGETHER = 2
"""Windows in a frame of 32 ms."""
REMEDY = "fetch the file that sherpa-onnx publishes"


def build(
    *,
    weights: Path,
    threshold: float = USUAL.threshold,
    release: float = USUAL.release,
    min_silence: float = USUAL.min_silence,
    min_speech: float = USUAL.min_speech,
    pad: float = USUAL.pad,
) -> FrameDetector:
    """Load the network out of the folder `weights`, which holds `ten-vad.onnx`.

    The others are those of `SpeechOptions`: when speech begins and ends.

    Raises:
        ModelUnavailable: the file is missing, or another's.
    """
    network = _load(Path(weights) / NETWORK)
    options = SpeechOptions(threshold, release, min_silence, min_speech, pad)
    return FrameDetector("ten-vad", lambda: TenEar(network), options)


class Network:
    """The network, and what it was trained to be fed."""

    def __init__(self, path: Path, metadata: dict[str, str]) -> None:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as native

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.errors = (native.Fail, native.RuntimeException, native.InvalidArgument)
        try:
            self.session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except (*self.errors, native.InvalidGraph, native.InvalidProtobuf) as error:
            raise ModelUnavailable(str(path), str(error), REMEDY) from error
        self.inputs = [given.name for given in self.session.get_inputs()]
        self.mean, self.scale, window = (_numbers(metadata[name]) for name in LIMITS)
        self.window = window[:WINDOW]

    def run(self, seen: NDArray[np.float32], states: list[Any]) -> tuple[float, list[Any]]:
        """Return the probability of speech, and what is to be remembered.

        Raises:
            EngineError: the network failed.
        """
        try:
            heard, *after = self.session.run(
                None, dict(zip(self.inputs, (seen, *states), strict=True))
            )
        except self.errors as error:
            raise EngineError(
                "ten-vad", f"the network failed: {error}", "set vad to silero"
            ) from error
        return float(heard.reshape(-1)[0]), after


class TenEar:
    """An `Ear`."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._states: list[Any] = [np.zeros((1, REMEMBERED), np.float32) for _ in range(STATES)]
        self._seen = np.zeros((SEEN, FEATURES), np.float32)
        self._last = np.float32(0.0)

    def hear(self, samples: NDArray[np.float32], /) -> NDArray[np.float32]:
        """Return the probability of speech in each frame: the mean of its two windows."""
        found = []
        for row in self._features(samples):
            self._seen = np.concatenate((self._seen[1:], row[None]))
            heard, self._states = self._network.run(self._seen[None], self._states)
            found.append(heard)
        frames: NDArray[np.float32] = np.array(found, np.float32).reshape(-1, TOGETHER).mean(1)
        return frames

    def _features(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        loud = samples * np.float32(SCALE)
        before = np.concatenate(([self._last], loud[:-1]))
        self._last = loud[-1]
        frames = (loud - np.float32(PREEMPHASIS) * before).reshape(-1, WINDOW)
        spectrum = np.fft.rfft(frames * self._network.window, FFT)
        power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
        mel = np.log(power @ _mel() + np.float32(FLOOR)) - 2 * np.log(np.float32(SCALE))
        rows = np.concatenate((mel, np.zeros((len(mel), 1), np.float32)), 1)  # no pitch
        return ((rows - self._network.mean) * self._network.scale).astype(np.float32)


def _load(path: Path) -> Network:
    found = signature(path)
    if found.metadata.get("model_type") != "ten-vad":
        raise ModelUnavailable(str(path), "it is no TEN VAD of sherpa-onnx", REMEDY)
    if len(found.inputs) != 1 + STATES:
        raise ModelUnavailable(
            str(path), f"it takes {len(found.inputs)} inputs, not {1 + STATES}", REMEDY
        )
    for name, count in LIMITS.items():
        try:
            right = len(_numbers(found.metadata.get(name, ""))) == count
        except ValueError:
            right = False
        if not right:
            raise ModelUnavailable(str(path), f"its metadata lack {name!r}", REMEDY)
    return Network(path, found.metadata)


def _numbers(text: str) -> NDArray[np.float32]:
    return np.array([float(part) for part in text.split(",")], np.float32)


@cache
def _mel() -> NDArray[np.float32]:
    """Return triangles on Slaney's mel scale, rounded down to bins, shape (513, 40).

    Source: `MelBanks` of kaldi-native-fbank, as sherpa-onnx sets it.
    """
    hertz = _hertz(np.linspace(0.0, _TOP, BANDS + 2))
    edges = np.floor(hertz * (FFT + 1) / 16_000)
    bins = np.arange(FFT // 2 + 1)[:, None]
    low, mid, high = edges[:-2], edges[1:-1], edges[2:]
    rising = (bins - low) / np.maximum(mid - low, 1)
    falling = (high - bins) / np.maximum(high - mid, 1)
    sides = np.where(bins <= mid, rising, falling)
    return np.where((bins > low) & (bins < high), sides, 0).astype(np.float32)


_KNEE, _STEPS = 1000.0, 15.0
"""Hz up to which the scale is straight, and where that is on it."""
_SLOPE = np.log(6.4) / 27
_TOP = float(_STEPS + np.log(8000.0 / _KNEE) / _SLOPE)


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    bent = _KNEE * np.exp(_SLOPE * (mel - _STEPS))
    return np.where(mel < _STEPS, mel * _KNEE / _STEPS, bent)
