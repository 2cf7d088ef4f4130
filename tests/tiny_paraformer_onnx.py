"""A Paraformer for sherpa-onnx that understands the language of tones, of a few kilobytes.

It has the inputs, the outputs and the metadata of the published files, and no more in common
with them: a token is written where a tone begins.
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

from engines.tones import LETTERS, pitch
from tiny_sensevoice_onnx import (
    BINS,
    LOUD,
    STACKED,
    Graph,
    heard_in,
    limited,
    middle,
    save,
    write_tokens,
)

TOKENS = ["<blank>", "<s>", "</s>", *LETTERS[:-2], "h@@", "i", "<unk>"]
END = TOKENS.index("</s>")
MOST = 1000
"""Frames of a clip at most."""
FINER = 3
"""Places in the times that stand for one frame."""
METADATA = {
    "vocab_size": str(len(TOKENS)),
    "lfr_window_size": str(STACKED),
    "lfr_window_shift": "6",
    "neg_mean": ",".join(["0"] * (BINS * STACKED)),
    "inv_stddev": ",".join(["1"] * (BINS * STACKED)),
    "model_type": "paraformer",
}


def write(
    folder: Path,
    *,
    times: bool = True,
    fails_in_silence: bool = False,
    metadata: dict[str, str] | None = None,
) -> Path:
    """Write the model to `folder`, which is made.

    Args:
        folder: of the model.
        times: whether it has a head for them.
        fails_in_silence: whether it fails over a batch in which nobody speaks.
        metadata: instead of the usual.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn = Graph()
    token, begins = beginnings(drawn, middle(drawn, limited(drawn, "speech", 10_000, 10**7)))
    order = in_order(drawn, begins)
    if fails_in_silence:
        order = drawn.add("Add", [order, nothing_but_in_silence(drawn, begins)])
    kept = drawn.add("GatherElements", [begins, order], axis=1)
    written = drawn.add("GatherElements", [token, order], axis=1)
    meant = drawn.add(
        "Where", [drawn.add("Cast", [kept], to=TensorProto.BOOL), written, drawn.numbers(END)]
    )
    values = drawn.real(0.0, 1.0)
    drawn.add("OneHot", [meant, drawn.numbers(len(TOKENS)), values], "logits", axis=-1)
    count = drawn.add("ReduceSum", [begins, drawn.numbers(1)], keepdims=0)
    drawn.add("Cast", [count], "token_num", to=TensorProto.INT32)
    outputs = [
        helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", "L", len(TOKENS)]),
        helper.make_tensor_value_info("token_num", TensorProto.INT32, ["N"]),
    ]
    if times:
        peaks(drawn, begins)
        outputs += [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", "P"])
            for name in ("us_alphas", "us_cif_peak")
        ]
    inputs = [
        helper.make_tensor_value_info("speech", TensorProto.FLOAT, ["N", "T", BINS * STACKED]),
        helper.make_tensor_value_info("speech_lengths", TensorProto.INT32, ["N"]),
    ]
    save(folder / "model.onnx", drawn, inputs, outputs, METADATA if metadata is None else metadata)
    write_tokens(folder / "tokens.txt", TOKENS)
    return folder


def beginnings(drawn: Graph, mid: str) -> tuple[str, str]:
    """Return the token of each frame, and 1 where another one is heard than before."""
    loudness = np.zeros((BINS, len(TOKENS)), np.float32)
    at_least = np.full(len(TOKENS), -1e4, np.float32)
    at_least[0] = LOUD
    for i, letter in enumerate(LETTERS):
        loudness[heard_in(pitch(letter)), 3 + i] = 1
        at_least[3 + i] = 0
    scores = drawn.add("MatMul", [mid, drawn.constant(loudness)])
    scores = drawn.add("Add", [scores, drawn.constant(at_least)])
    token = drawn.add("ArgMax", [scores], axis=2, keepdims=0)
    one = drawn.numbers(1)
    early = drawn.add("Slice", [token, drawn.numbers(0), drawn.numbers(-1), one])
    before = drawn.add(
        "Concat", [drawn.add("Mul", [first_of(drawn, token), drawn.numbers(0)]), early], axis=1
    )
    same = drawn.add("Cast", [drawn.add("Equal", [token, before])], to=TensorProto.INT64)
    silent = drawn.add(
        "Cast", [drawn.add("Equal", [token, drawn.numbers(0)])], to=TensorProto.INT64
    )
    return token, drawn.add("Sub", [one, drawn.add("Max", [same, silent])])


def first_of(drawn: Graph, rows: str) -> str:
    """Return the first column."""
    return drawn.add("Slice", [rows, drawn.numbers(0), drawn.numbers(1), drawn.numbers(1)])


def in_order(drawn: Graph, begins: str) -> str:
    """Return the frames of each clip: those where a token begins, then the others."""
    shape = drawn.add("Shape", [begins])
    length = drawn.add("Gather", [shape, drawn.numbers(1)])
    late = drawn.constant(np.arange(MOST, 0, -1, dtype=np.int64)[None])
    late = drawn.add("Slice", [late, drawn.numbers(0), length, drawn.numbers(1)])
    rank = drawn.add("Add", [drawn.add("Mul", [begins, drawn.numbers(MOST)]), late])
    name = f"TopK{len(drawn.nodes)}"
    drawn.nodes.append(helper.make_node("TopK", [rank, length], [f"{name}v", name], axis=1))
    return name


def nothing_but_in_silence(drawn: Graph, begins: str) -> str:
    """Return 0 by a way that fails where no token begins in the whole batch."""
    some = drawn.add("ReduceMax", [begins], axes=[0, 1], keepdims=0)
    place = drawn.add("Sub", [drawn.numbers(1), drawn.add("Reshape", [some, drawn.numbers(1)])])
    return drawn.add("Gather", [drawn.numbers(0), place])


def peaks(drawn: Graph, begins: str) -> None:
    """Add the times: a peak where a token begins, and a last one at the end."""
    real = drawn.add("Cast", [begins], to=TensorProto.FLOAT)
    fine = drawn.add("Unsqueeze", [real, drawn.numbers(2)])
    fine = drawn.add("Mul", [fine, drawn.real(1.0, 0.0, 0.0)])
    shape = drawn.constant(np.array([0, -1], np.int64))
    flat = drawn.add("Reshape", [fine, shape])
    end = drawn.add(
        "Add", [drawn.add("Mul", [first_of(drawn, flat), drawn.real(0.0)]), drawn.real(1.0)]
    )
    drawn.add("Concat", [flat, end], "us_cif_peak", axis=1)
    drawn.add("Identity", ["us_cif_peak"], "us_alphas")
