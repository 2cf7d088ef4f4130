"""A TEN VAD for sherpa-onnx that takes what is loud for speech, of a few kilobytes.

It has the inputs, outputs and metadata of the published file, and no more in common with it.
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

from tiny_sensevoice_onnx import Graph, save

FEATURES, SEEN, BANDS = 41, 3, 39
"""The band above those that count is one that runtimes do not agree on."""
METADATA = {
    "model_type": "ten-vad",
    "mean": ",".join(["0"] * FEATURES),
    "inv_stddev": ",".join(["1"] * FEATURES),
    "window": ",".join(f"{value:.6f}" for value in np.hanning(768)),
}
NAME = "ten-vad.onnx"
STATES = 4


def write(
    folder: Path,
    *,
    metadata: dict[str, str] | None = None,
    states: int = STATES,
    loud: float = 1.0,
) -> Path:
    """Write the model to `folder`, which is made.

    Args:
        folder: of the model.
        metadata: instead of the usual.
        states: how many it has.
        loud: mean of the bands at which it is as likely as not that somebody speaks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn = Graph()
    weights = np.zeros((SEEN * FEATURES, 1), np.float32)
    weights[-FEATURES : -FEATURES + BANDS] = 1 / BANDS
    flat = drawn.add("Reshape", ["x", drawn.numbers(1, SEEN * FEATURES)])
    level = drawn.add("MatMul", [flat, drawn.constant(weights)])
    drawn.add("Sigmoid", [drawn.add("Sub", [level, drawn.real(loud)])], "prob")
    names = [f"state{i}" for i in range(states)]
    for name in names:
        drawn.add("Add", [name, drawn.real(1.0)], f"{name}_out")
    kind = TensorProto.FLOAT
    inputs = [
        helper.make_tensor_value_info("x", kind, [1, SEEN, FEATURES]),
        *(helper.make_tensor_value_info(name, kind, [1, 64]) for name in names),
    ]
    outputs = [
        helper.make_tensor_value_info("prob", kind, [1, 1]),
        *(helper.make_tensor_value_info(f"{name}_out", kind, [1, 64]) for name in names),
    ]
    save(folder / NAME, drawn, inputs, outputs, METADATA if metadata is None else metadata)
    return folder
