"""A CT-Transformer for sherpa-onnx that puts marks after known characters, of a few kilobytes.

It has the inputs, the output and the metadata of the published files, and no more in common with
them: what follows a token depends on that token alone.
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

from tiny_sensevoice_onnx import Graph, save

MARKS = ("<unk>", "_", "，", "。", "？", "、")
AFTER = {"好": "，", "了": "。", "吗": "？", "和": "、", "hello": "，", "了的": "_", "七": "，"}
"""What follows a token; nothing any other."""
TOKENS = [*AFTER, "<unk>"]
METADATA = {
    "tokens": "|".join(TOKENS),
    "vocab_size": str(len(TOKENS)),
    "punctuations": "|".join(MARKS),  # codespell:ignore punctuations
    "unk_symbol": "<unk>",
}
LONGEST = 120
"""Tokens from which on it fails."""


def write(
    folder: Path,
    *,
    name: str = "model.int8.onnx",
    metadata: dict[str, str] | None = None,
    told: int | str = len(MARKS),
) -> Path:
    """Write the model to `folder`, which is made.

    Args:
        folder: of the model.
        name: of the file.
        metadata: instead of the usual.
        told: how many marks it says it tells.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn = Graph()
    table = np.zeros((len(TOKENS), len(MARKS)), np.float32)
    for number, token in enumerate(TOKENS):
        table[number, MARKS.index(AFTER.get(token, "_"))] = 1.0
    place = drawn.add("Cast", ["text_lengths"], to=TensorProto.INT64)
    nothing = drawn.add("Gather", [drawn.constant(np.zeros(LONGEST, np.float32)), place])
    known = drawn.add("Gather", [drawn.constant(table), "inputs"])
    drawn.add("Add", [known, nothing], "logits")
    inputs = [
        helper.make_tensor_value_info("inputs", TensorProto.INT32, ["N", "T"]),
        helper.make_tensor_value_info("text_lengths", TensorProto.INT32, ["N"]),
    ]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", "T", told])]
    save(folder / name, drawn, inputs, outputs, METADATA if metadata is None else metadata)
    return folder
