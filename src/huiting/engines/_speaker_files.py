"""The two networks of sherpa-onnx's diarizer, looked at before the runtime does.

It ends the process over metadata that it misses, and writes beyond its memory over a network
that tells other shapes than its metadata: so each network is run once here, by onnxruntime.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from huiting.core.errors import ModelUnavailable
from huiting.engines._onnx import signature

RATE = 16_000
REMEDY = "fetch a model that was exported for sherpa-onnx"
FRAMEWORKS = ("wespeaker", "3d-speaker")
"""Whose voice prints are known to be computed from features as these are."""
NORMALIZED = ("", "global-mean")
PAIRS = 2
"""Voices at most that the runtime takes for speaking at once."""
BANDS, PROBED = 80, 100
"""Of the features of a voice print, and frames that are shown to it on trial."""
LONGEST = 60 * RATE
"""Samples of a window; the runtime asks for it at once."""


@dataclass(frozen=True, slots=True)
class Windows:
    """How the runtime shows a track to the segmentation. In samples."""

    size: int
    shift: int
    """From one window to the next: a tenth."""

    def filled(self, length: int) -> int:
        """Return the samples that fill windows where so many do not, by those of silence.

        In the last window of what does not fill it the runtime may find a voice where no sample
        is left, and ends the process.
        """
        if length <= self.size:
            return length
        return self.size + -(-(length - self.size) // self.shift) * self.shift


def segmentation(path: Path) -> Windows:
    """Look at the network that tells the voices of a window apart.

    Raises:
        ModelUnavailable: the runtime would end the process over it.
    """
    said = signature(path).metadata
    rate, size, _field, step, voices, most, classes = (
        _number(path, said, name)
        for name in (
            "sample_rate", "window_size", "receptive_field_size", "receptive_field_shift",
            "num_speakers", "powerset_max_classes", "num_classes",
        )
    )  # fmt: skip
    pairs = voices * (voices - 1) // 2 if most == PAIRS else 0
    for name, right in (
        ("sample_rate", rate == RATE),
        ("window_size", RATE <= size <= LONGEST),
        ("receptive_field_shift", step * 10 <= size),
        ("powerset_max_classes", most <= PAIRS),
        ("num_classes", classes == 1 + voices + pairs),
    ):
        if not right:
            raise ModelUnavailable(str(path), f"its metadata lack {name!r}", REMEDY)
    _told(path, (1, 1, size), (1, range(1, size // step + 1), classes))
    return Windows(size, size // 10)


def embedding(path: Path) -> int:
    """Look at the network that makes voice prints; return how long a print is.

    Raises:
        ModelUnavailable: the runtime would end the process over it.
    """
    said = signature(path).metadata
    size = _number(path, said, "output_dim")
    for name, right in (
        ("framework", said.get("framework") in FRAMEWORKS),
        ("sample_rate", said.get("sample_rate") == str(RATE)),
        ("normalize_samples", said.get("normalize_samples") in {"0", "1"}),
        ("language", bool(said.get("language"))),
        ("feature_normalize_type", said.get("feature_normalize_type", "") in NORMALIZED),
    ):
        if not right:
            raise ModelUnavailable(str(path), f"its metadata lack {name!r}", REMEDY)
    _told(path, (1, PROBED, BANDS), (1, size))
    return size


def _number(path: Path, said: dict[str, str], name: str) -> int:
    digits = said.get(name, "")
    if not digits.isdecimal() or not 0 < int(digits) <= LONGEST:
        raise ModelUnavailable(str(path), f"its metadata lack {name!r}", REMEDY)
    return int(digits)


def _told(path: Path, shown: tuple[int, ...], expected: tuple[int | range, ...]) -> None:
    """Run a network once, over silence, and look at the shape of what it tells.

    Raises:
        ModelUnavailable: it fails, or tells another shape.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        (wanted,) = session.get_inputs()
        told = session.run(None, {wanted.name: np.zeros(shown, np.float32)})[0].shape
    except Exception as error:  # onnxruntime's own errors have nothing in common
        raise ModelUnavailable(str(path), f"it does not run ({error})", REMEDY) from error
    fits = len(told) == len(expected) and all(
        found in wish if isinstance(wish, range) else found == wish
        for found, wish in zip(told, expected, strict=True)
    )
    if not fits:
        shape = "×".join(str(size) for size in told)
        raise ModelUnavailable(str(path), f"it tells {shape} numbers, not those it names", REMEDY)
