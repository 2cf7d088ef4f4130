"""A GTCRN for sherpa-onnx that keeps what is below 2 kHz, of a few kilobytes.

It has the inputs, outputs and metadata of the published file, and no more in common with it.
One of its states counts frames, so that a test can tell whether one clip hears of another.
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

from tiny_sensevoice_onnx import Graph, save

BINS = 257
KEPT = 64
"""Bins of 31.25 Hz that pass: below 2 kHz."""
SHAPES = {
    "conv_cache": (2, 1, 16, 16, 33),
    "tra_cache": (2, 3, 1, 1, 16),
    "inter_cache": (2, 1, 33, 16),
}
METADATA = {
    "model_type": "gtcrn",
    "sample_rate": "16000",
    "n_fft": "512",
    "hop_length": "256",
    "window_length": "512",
    "window_type": "hann_sqrt",
    "version": "1",
    **{f"{name}_shape": ",".join(map(str, shape)) for name, shape in SHAPES.items()},
}
NAME = "gtcrn_simple.onnx"


def write(
    folder: Path,
    *,
    metadata: dict[str, str] | None = None,
    frames: int = 100_000,
    states: int = 3,
    gain: float = 1.0,
) -> Path:
    """Write the model to `folder`, which is made.

    Args:
        folder: of the model.
        metadata: instead of the usual.
        frames: of a clip, from which on the model fails.
        states: how many it has.
        gain: of what it keeps.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn = Graph()
    passes = np.zeros((1, BINS, 1, 1), np.float32)
    passes[:, :KEPT] = gain
    heard = drawn.add("Mul", ["mix", drawn.constant(passes)])
    names = list(SHAPES)[:states]
    counted = drawn.add("ReduceMax", [names[0]], keepdims=0)
    place = drawn.add("Cast", [counted], to=TensorProto.INT64)
    nothing = drawn.add("Gather", [drawn.constant(np.zeros(frames, np.float32)), place])
    drawn.add("Add", [heard, nothing], "enh")
    for name in names:
        drawn.add("Add", [name, drawn.real(1.0)], f"{name}_out")
    kind = TensorProto.FLOAT
    mix = helper.make_tensor_value_info("mix", kind, [1, BINS, 1, 2])
    enh = helper.make_tensor_value_info("enh", kind, [1, BINS, 1, 2])
    inputs = [mix, *(helper.make_tensor_value_info(n, kind, SHAPES[n]) for n in names)]
    kept = [helper.make_tensor_value_info(f"{n}_out", kind, SHAPES[n]) for n in names]
    save(folder / NAME, drawn, inputs, [enh, *kept], METADATA if metadata is None else metadata)
    return folder
