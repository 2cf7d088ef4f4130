"""Sounds besides words, where laughs, coughs and the like are heard by sherpa-onnx's AudioTagging.

Its networks, CED and Zipformer, tell all 527 classes of AudioSet, once for what they are shown.
So they are shown two seconds twice a second; what is made of it is what is made of YAMNet's
patches. Tones, music and noise are found as ever: by spectra, and a network that knows music.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from huiting.core.errors import ConfigError, EngineError, ModelUnavailable
from huiting.core.types import EventLabel
from huiting.engines import _aed, _audioset
from huiting.engines._memory import ran_out
from huiting.engines._onnx import Signature, signature
from huiting.engines._sherpa import Loaded, Native, load
from huiting.engines._yamnet import LABELS, Patches
from huiting.engines.sounds import Sounds

NAME = "audio-tagging"
RATE = 16_000
NETWORKS = ("model.int8.onnx", "model.onnx")
CLASSES = "class_labels_indices.csv"
CED, ZIPFORMER = 1, 2
"""How many inputs each has."""
STEP = 160
"""Samples of a frame."""
REMEDY = "fetch a model that was exported for sherpa-onnx"


def build(
    *, weights: Path, threshold: float = 0.5, device: str = "cpu", threads: int = 1
) -> Sounds:
    """Load the network.

    Args:
        weights: folder that holds `model.int8.onnx` or `model.onnx`, and
            `class_labels_indices.csv`.
        threshold: score from which an event is believed, in (0, 1].
        device: `auto`, `cpu`, `cuda` or `coreml`.
        threads: that one call uses.

    Raises:
        ConfigError: the threshold makes no sense, or sherpa-onnx cannot use the device.
        ModelUnavailable: the package or a file is missing, or a file is another's.
        OutOfRoom: the model does not fit.
    """
    if not 0 < threshold <= 1:
        raise ConfigError(f"threshold {threshold}", "no share", "give a number above 0, at most 1")
    folder = Path(weights)
    path = next((folder / n for n in NETWORKS if (folder / n).exists()), folder / NETWORKS[0])
    names = _audioset.classes(folder / CLASSES)
    found = check(path, names)

    def tagging(native: Native, provider: str) -> Native:
        ced = str(path) if len(found.inputs) == CED else ""
        zipformer = native.OfflineZipformerAudioTaggingModelConfig("" if ced else str(path))
        model = native.AudioTaggingModelConfig(
            zipformer=zipformer, ced=ced, num_threads=threads, provider=provider
        )
        return native.AudioTagging(
            native.AudioTaggingConfig(model=model, labels=str(folder / CLASSES), top_k=len(names))
        )

    tags = Tags(load(NAME, tagging, [path, folder / CLASSES], device), names, threshold)
    try:
        tags.listen(np.zeros(RATE, np.float32), tags.hop)
    except EngineError as error:
        raise ModelUnavailable(str(path), error.reason, REMEDY) from error
    return Sounds(_aed.load(), tags)


def check(path: Path, names: tuple[str, ...]) -> Signature:
    """Look at a network before the runtime does.

    Raises:
        ModelUnavailable: the runtime would end the process over it, or it tells other classes.
    """
    found = signature(path)
    if len(found.inputs) not in {CED, ZIPFORMER}:
        raise ModelUnavailable(
            str(path), f"it takes {len(found.inputs)} inputs, not {CED} or {ZIPFORMER}", REMEDY
        )
    if not found.shapes or found.shapes[0][1:] != (len(names),):
        raise ModelUnavailable(
            str(path), f"it does not tell the {len(names)} classes that are listed", REMEDY
        )
    lacking = [label for label, some in _audioset.EVENTS.items() if some.isdisjoint(names)]
    if lacking or _audioset.SPEECH.isdisjoint(names):
        raise ModelUnavailable(str(path), "its classes are not those of AudioSet", REMEDY)
    return found


class Tags:
    """The network, a `Listener`. One instance may be called from several threads."""

    patch = 200
    hop = 48

    def __init__(self, loaded: Loaded, names: tuple[str, ...], threshold: float) -> None:
        self._loaded = loaded
        self._count = len(names)
        self._rows = [
            [row for row, name in enumerate(names) if name in _audioset.EVENTS[label]]
            for label in LABELS
        ]
        self._speech = [row for row, name in enumerate(names) if name in _audioset.SPEECH]
        known = {*self._speech, *(row for rows in self._rows for row in rows)}
        self._others = [row for row in range(self._count) if row not in known]
        self.least: Mapping[EventLabel, float] = dict.fromkeys(LABELS, threshold)

    def listen(self, samples: NDArray[np.float32], hop: int, /) -> Patches:
        """Return what each patch holds; a short piece is one patch, filled up with silence.

        Args:
            samples: at 16 kHz.
            hop: frames of 10 ms from one patch to the next.

        Raises:
            EngineError: the network failed.
        """
        size = self.patch * STEP
        samples = np.pad(samples, (0, max(0, size - len(samples))))
        last = len(samples) - size
        starts = [*range(0, last, hop * STEP), last]
        scores = np.stack([self._tell(samples[start : start + size]) for start in starts])
        return Patches(
            np.stack([scores[:, rows].max(1) for rows in self._rows], axis=1),
            scores[:, self._speech].max(1),
            scores[:, self._others].max(1, initial=0.0),
        )

    def _tell(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the score of each class, shape (classes,)."""
        tagging = self._loaded.recognizer
        try:
            stream = tagging.create_stream()
            stream.accept_waveform(RATE, samples)
            with self._loaded.turns:
                told = tagging.compute(stream, self._count)
            scores = np.full(self._count, np.nan, np.float32)
            for one in told:
                scores[one.index] = one.prob
        except (RuntimeError, ValueError, IndexError, MemoryError) as error:
            remedy = "free memory" if ran_out(error) else "set sound_detector to yamnet"
            raise EngineError(NAME, f"the network failed: {error}", remedy) from error
        if not ((scores >= 0) & (scores <= 1)).all():
            raise EngineError(
                NAME, "the network told what is no probability", "set sound_detector to yamnet"
            )
        return scores
