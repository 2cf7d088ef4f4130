"""Voice prints: turn a stretch of speech into a vector that tells speakers apart.

Holds the acoustic features CAM++ was trained on and the call into the network. The
vectors have length 1, so that a dot product is a cosine; what counts as the same
voice is decided elsewhere.

Source:
    Kaldi's `fbank` (25 ms frames every 10 ms, Povey window, pre-emphasis 0.97) with the
    utterance's mean taken off, as 3D-Speaker feeds the model; Wang et al., "CAM++",
    Interspeech 2023.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from huiting.core.errors import EngineError

RATE = 16_000
"""Hz."""
SIZE = 192
"""Of a voice print."""

_FRAME, _HOP, _FFT, _BANDS, _LOWEST = 400, 160, 512, 80, 20.0
_PREEMPHASIS = 0.97
_FLOOR = float(np.finfo(np.float32).eps)


class Embedder:
    """CAM++ behind a session of onnxruntime. May be called from several threads."""

    def __init__(self, session: Any) -> None:  # noqa: ANN401  (onnxruntime ships no types)
        self._session = session

    def embed(self, clips: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        """Return one voice print a clip, shape (clips, 192), each of length 1.

        Clips are done one after the other: they differ in length, and one of a second
        keeps a core busy already.

        Args:
            clips: samples at 16 kHz, none empty.

        Raises:
            EngineError: the network failed.
        """
        prints = np.zeros((len(clips), SIZE), np.float32)
        for row, clip in zip(prints, clips, strict=True):
            features = fbank(clip)
            features -= features.mean(0)
            try:
                row[:] = self._session.run(None, {"feats": features[None]})[0][0]
            except RuntimeError as error:  # onnxruntime's own errors all derive from it
                raise EngineError(
                    "diarizer", f"the voice print failed: {error}", "run the call again"
                ) from error
        lengths = np.linalg.norm(prints, axis=1, keepdims=True)
        unit: NDArray[np.float32] = prints / np.maximum(lengths, _FLOOR)
        return unit


def fbank(
    samples: NDArray[np.float32], window: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """Return log mel energies, shape (frames, 80), 100 frames a second; at least one.

    Args:
        samples: at 16 kHz.
        window: of 400 samples; Povey's by default.
    """
    shape = _window() if window is None else window
    samples = np.pad(samples, (0, max(0, _FRAME - len(samples))))
    frames = sliding_window_view(samples, _FRAME)[::_HOP].astype(np.float32)
    frames = frames - frames.mean(1, keepdims=True)
    before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    spectrum = np.fft.rfft((frames - _PREEMPHASIS * before) * shape, _FFT)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    energies: NDArray[np.float32] = np.log(np.maximum(power @ _mel(), _FLOOR))
    return energies


@cache
def _window() -> NDArray[np.float32]:
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FRAME) / (_FRAME - 1))
    povey: NDArray[np.float32] = (hann**0.85).astype(np.float32)
    return povey


@cache
def _mel() -> NDArray[np.float32]:
    """Triangles of equal width in mel, shape (257, 80)."""
    bins = _to_mel(np.arange(_FFT // 2 + 1) * RATE / _FFT)[:, None]
    edges = np.linspace(_to_mel(np.array(_LOWEST)), _to_mel(np.array(RATE / 2)), _BANDS + 2)
    low, mid, high = edges[:-2], edges[1:-1], edges[2:]
    triangles = np.maximum(0, np.minimum((bins - low) / (mid - low), (high - bins) / (high - mid)))
    triangles[-1] = 0  # Kaldi leaves out the Nyquist bin
    return triangles.astype(np.float32)


def _to_mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1127 * np.log(1 + hertz / 700)
