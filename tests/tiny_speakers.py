"""Networks for sherpa-onnx's diarizer that tell voices by loudness and pitch, of a few kilobytes.

They have the inputs, outputs and metadata of the published files, and no more in common with them.
A voice is a tone: how loud it is says whose it is within a window, its pitch is its voice print.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper

import real_speakers
from tiny_sensevoice_onnx import Graph, save

RATE = 16_000
A, B, C, BOTH = 0.1, 0.2, 0.4, 0.3
"""How loud voices are, and two of them at once."""
LEVELS = (0.0, A, B, C, BOTH, 9.0, 9.0)
"""Of nobody, each voice, and each pair."""
PITCHES = {A: 300.0, B: 900.0, C: 2200.0, BOTH: 1500.0}
SEGMENTATION = real_speakers.SEGMENTATION
EMBEDDING = {
    name: value
    for name, value in real_speakers.EMBEDDING.items()
    if name != "feature_normalize_type"
} | {"output_dim": "80"}
"""Of features as they are: a tone is the same all the time, so its mean is all there is."""


def segmentation(folder: Path, *, metadata: dict[str, str] | None = None, classes: int = 7) -> Path:
    """Write the network that tells voices apart; return where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = Graph()
    size = drawn.add("Abs", ["x"])
    peak = drawn.add("MaxPool", [size], kernel_shape=[991], strides=[270])
    column = drawn.add("Transpose", [peak], perm=[0, 2, 1])
    levels = np.array(LEVELS[:classes], np.float32)[None, None]
    far = drawn.add("Abs", [drawn.add("Sub", [column, drawn.constant(levels)])])
    drawn.add("Neg", [far], "y")
    kind = TensorProto.FLOAT
    save(
        folder / "segmentation.onnx",
        drawn,
        [helper.make_tensor_value_info("x", kind, ["N", 1, "T"])],
        [helper.make_tensor_value_info("y", kind, ["N", "F", classes])],
        SEGMENTATION if metadata is None else metadata,
    )
    return folder / "segmentation.onnx"


def embedding(
    folder: Path, *, metadata: dict[str, str] | None = None, frames: int = 100_000
) -> Path:
    """Write the network that makes voice prints; it fails from `frames` on."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = Graph()
    shape = drawn.add("Shape", ["x"])
    length = drawn.add("Gather", [shape, drawn.numbers(1)])
    nothing = drawn.add("Gather", [drawn.constant(np.zeros(frames, np.float32)), length])
    heard = drawn.add("Add", ["x", drawn.add("Squeeze", [nothing])])
    loud = drawn.add("Relu", [drawn.add("Add", [heard, drawn.real(2.0)])])
    drawn.add("ReduceMean", [loud], "embedding", axes=[1], keepdims=0)
    kind = TensorProto.FLOAT
    save(
        folder / "embedding.onnx",
        drawn,
        [helper.make_tensor_value_info("x", kind, ["N", "T", 80])],
        [helper.make_tensor_value_info("embedding", kind, ["N", 80])],
        EMBEDDING if metadata is None else metadata,
    )
    return folder / "embedding.onnx"


def voice(level: float, seconds: float) -> NDArray[np.float32]:
    """Return a voice that speaks so long; level 0 is silence."""
    time = np.arange(round(seconds * RATE)) / RATE
    pitch = PITCHES.get(level, 0.0)
    return (level * np.sin(2 * np.pi * pitch * time)).astype(np.float32)
