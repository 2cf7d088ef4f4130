"""Networks for sherpa-onnx's AudioTagging that take tones for sounds, of a few kilobytes.

They have the inputs and the output of the published files, and a list of classes; no more in
common with them. The louder its tone, the surer a class.
"""

from math import log
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

from tiny_sensevoice_onnx import Graph, save

TONES = {"Speech": 400.0, "Laughter": 900.0, "Cough": 1700.0, "Applause": 3000.0}
OTHERS = ("Crying, sobbing", "Sneeze", "Breathing", "Dog", "Male speech, man speaking")
NAMES = (*TONES, *OTHERS)
NEVER = -50.0
STEEP = 0.5
QUIETEST = {"ced": 10.0, "zipformer": 3.0}
"""Energy at which a class is as sure as not: in dB, and in log."""


def write(
    folder: Path,
    *,
    kind: str = "ced",
    names: tuple[str, ...] = NAMES,
    listed: str = "",
    frames: int = 10_000,
    probable: bool = True,
) -> Path:
    """Write a network and its list of classes to `folder`, which is made.

    Args:
        folder: of the model.
        kind: `ced` or `zipformer`.
        names: of the classes.
        listed: the list of classes, instead of the usual.
        frames: of a patch, from which on the network fails.
        probable: whether it tells probabilities; else what comes before.
    """
    folder.mkdir(parents=True, exist_ok=True)
    bands = 64 if kind == "ced" else 80
    drawn = Graph()
    shape = drawn.add("Shape", ["x"])
    length = drawn.add("Gather", [shape, drawn.numbers(2 if kind == "ced" else 1)])
    nothing = drawn.add("Gather", [drawn.constant(np.zeros(frames, np.float32)), length])
    heard = drawn.add("Add", ["x", drawn.add("Squeeze", [nothing])])
    loudest = drawn.add("ReduceMax", [heard], axes=[2 if kind == "ced" else 1], keepdims=0)
    weights = np.zeros((bands, len(names)), np.float32)
    least = np.full(len(names), NEVER, np.float32)
    for row, name in enumerate(names):
        if name in TONES:
            weights[band_of(TONES[name], kind), row] = STEEP
            least[row] = -STEEP * QUIETEST[kind]
    told = drawn.add("MatMul", [loudest, drawn.constant(weights)])
    told = drawn.add("Add", [told, drawn.constant(least)])
    drawn.add("Sigmoid" if probable else "Identity", [told], "probs")
    sizes: list[str | int | None] = ["N", bands, "T"] if kind == "ced" else ["N", "T", bands]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, sizes)]
    if kind != "ced":
        inputs.append(helper.make_tensor_value_info("x_lens", TensorProto.INT64, ["N"]))
    output = helper.make_tensor_value_info("probs", TensorProto.FLOAT, ["N", len(names)])
    save(folder / "model.int8.onnx", drawn, inputs, [output], {})
    lines = [f'{row},/m/{row},"{name}"\n' for row, name in enumerate(names)]
    text = listed or "".join(["index,mid,display_name\n", *lines])
    (folder / "class_labels_indices.csv").write_text(text, encoding="utf-8")
    return folder


def band_of(frequency: float, kind: str) -> int:
    """Return the band of a tone, on Kaldi's mel scale."""
    bands, low, high = (64, 0.0, 8000.0) if kind == "ced" else (80, 20.0, 7600.0)
    place = (_mel(frequency) - _mel(low)) / (_mel(high) - _mel(low))
    return round(place * (bands + 1)) - 1


def _mel(frequency: float) -> float:
    return 1127 * log(1 + frequency / 700)
