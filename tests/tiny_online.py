"""Streaming models for sherpa-onnx that understand the language of tones, of a few kilobytes.

They have the inputs, the outputs, the caches and the metadata of the published files, and no more
in common with them. A token is written in the frame in which a tone begins; what sounded in the
frame before is all that is remembered, in a cache, so a piece that is decoded without the one
before it is heard wrongly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper

from engines.tones import LETTERS, pitch
from tiny_sensevoice_onnx import BINS, STACKED, Graph, middle, save, write_tokens

ALIKE = "清"
"""Sounds as 请 does, which is likelier."""
TOKENS = ["<blk>", "<sos/eos>", "<unk>", *LETTERS[:-2], "▁H", "I", ALIKE, "▁", "H"]
FIRST = 3
"""Number of the first letter."""
SURE, LESS = 8.0, 7.0
"""Scores of what is heard, and of what sounds alike."""
LOUD = 18.0 - 2 * log(32768)
"""Energy of a bin, in log, above which a tone sounds."""
CHUNK, STEP, EVERY = 20, 16, 4
"""Frames of a piece, from one to the next, and from one output to the next."""
PIECES = "<blk>\t0\n<unk>\t0\n▁H\t-1.0\n▁\t-2.0\nH\t-3.0\nI\t-4.0\n"
"""What words of Latin letters are divided into."""
REAL, WHOLE = TensorProto.FLOAT, TensorProto.INT64


@dataclass(frozen=True)
class State:
    """A cache; N stands for the streams."""

    name: str
    shape: tuple[int | str | None, ...]
    kind: int = REAL


MEMORY = State("memory", (1, "N", 1))
"""What sounded last; every architecture has a cache of this shape."""
METADATA = {
    "lstm": {"num_encoder_layers": "1", "rnn_hidden_size": "1", "d_model": "1"},
    "conformer": {
        "num_encoder_layers": "1", "left_context": "1", "encoder_dim": "1", "pad_length": "4",
        "cnn_module_kernel": "2",
    },
    "zipformer": {
        "encoder_dims": "1", "attention_dims": "2", "num_encoder_layers": "1",
        "cnn_module_kernels": "2", "left_context_len": "1",
    },
    "zipformer2": {
        "encoder_dims": "4", "query_head_dims": "1", "value_head_dims": "1", "num_heads": "1",
        "num_encoder_layers": "1", "cnn_module_kernels": "3", "left_context_len": "1",
    },
}  # fmt: skip
STATES: dict[str, Sequence[State]] = {
    "lstm": [MEMORY, State("cells", (1, "N", 1))],
    "conformer": [State("memory", (1, 1, "N", 1)), State("convolved", (1, 1, "N", 1))],
    "zipformer": [
        State("length", (1, "N"), WHOLE), MEMORY, State("keys", (1, 1, "N", 2)),
        State("values", (1, 1, "N", 1)), State("others", (1, 1, "N", 1)),
        State("convolved", (1, "N", 1, 1)), State("again", (1, "N", 1, 1)),
    ],
    "zipformer2": [
        MEMORY, State("nonlinear", (1, "N", 1, 3)), State("values", (1, "N", 1)),
        State("others", (1, "N", 1)), State("convolved", ("N", 4, 1)), State("again", ("N", 4, 1)),
        State("embedded", ("N", 128, 3, 19)), State("length", ("N",), WHOLE),
    ],
}  # fmt: skip


def write_transducer(
    folder: Path,
    kind: str = "zipformer",
    *,
    metadata: Mapping[str, str] | None = None,
    pieces: bool = False,
    suffix: str = "",
) -> Path:
    """Write an encoder, a decoder and a joiner to `folder`, which is made.

    Args:
        folder: of the model.
        kind: of the encoder.
        metadata: of the encoder, instead of the usual.
        pieces: whether it has a file of them.
        suffix: of the files' names: `.int8`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    said = {"model_type": kind, "T": str(CHUNK), "decode_chunk_len": str(STEP), **METADATA[kind]}
    _write_encoder(folder / f"encoder{suffix}.onnx", kind, said if metadata is None else metadata)
    _write_decoder(folder / f"decoder{suffix}.onnx")
    _write_joiner(folder / f"joiner{suffix}.onnx")
    write_tokens(folder / "tokens.txt", TOKENS)
    if pieces:
        (folder / "bpe.vocab").write_text(PIECES, encoding="utf-8")
    return folder


def write_ctc(folder: Path) -> Path:
    """Write a Zipformer2 with CTC to `folder`, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    said = {"T": str(CHUNK), "decode_chunk_len": str(STEP), **METADATA["zipformer2"]}
    _write_encoder(folder / "ctc.onnx", "zipformer2", said, normal=True)
    write_tokens(folder / "tokens.txt", TOKENS)
    return folder


def _write_encoder(
    path: Path, kind: str, metadata: Mapping[str, str], *, normal: bool = False
) -> None:
    drawn = Graph()
    frames = drawn.add(
        "Slice",
        ["x", drawn.numbers(0), drawn.numbers(STEP), drawn.numbers(1), drawn.numbers(EVERY)],
    )
    token = _loudest(drawn, frames, LOUD, scale=1.0, tokens=len(TOKENS))
    before = drawn.add("Reshape", ["memory", drawn.numbers(-1, 1)])
    begun = _begun(drawn, token, drawn.add("Cast", [before], to=WHOLE))
    table = drawn.constant(_scores())
    scores = drawn.add("Gather", [table, drawn.add("Mul", [token, begun])])
    if normal:
        drawn.add("LogSoftmax", [scores], "heard", axis=-1)
    else:
        drawn.add("Identity", [scores], "heard")
    states = STATES[kind]
    last = drawn.add("Slice", [token, drawn.numbers(-1), drawn.numbers(9999), drawn.numbers(1)])
    last = drawn.add("Cast", [last], to=REAL)
    for state in states:
        if state.name == "memory":
            shape = [size if isinstance(size, int) else -1 for size in state.shape]
            drawn.add("Reshape", [last, drawn.numbers(*shape)], "new_memory")
        else:
            drawn.add("Identity", [state.name], f"new_{state.name}")
    inputs = [helper.make_tensor_value_info("x", REAL, ["N", "T", BINS])]
    inputs += [helper.make_tensor_value_info(s.name, s.kind, s.shape) for s in states]
    if kind == "conformer":
        inputs.append(helper.make_tensor_value_info("processed", WHOLE, ["N"]))
    outputs = [helper.make_tensor_value_info("heard", REAL, ["N", "L", len(TOKENS)])]
    outputs += [helper.make_tensor_value_info(f"new_{s.name}", s.kind, s.shape) for s in states]
    save(path, drawn, inputs, outputs, dict(metadata))


def _write_decoder(path: Path) -> None:
    """Write one that has no opinion."""
    drawn = Graph()
    nothing = drawn.add("Mul", ["y", drawn.numbers(0)])
    nothing = drawn.add("ReduceSum", [nothing, drawn.numbers(1)], keepdims=1)
    nothing = drawn.add("Cast", [nothing], to=REAL)
    drawn.add("Add", [nothing, drawn.real(*[0.0] * len(TOKENS))], "expected")
    inputs = [helper.make_tensor_value_info("y", WHOLE, ["N", 2])]
    outputs = [helper.make_tensor_value_info("expected", REAL, ["N", len(TOKENS)])]
    save(path, drawn, inputs, outputs, {"vocab_size": str(len(TOKENS)), "context_size": "2"})


def _write_joiner(path: Path) -> None:
    drawn = Graph()
    drawn.add("Add", ["heard", "expected"], "scores")
    inputs = [
        helper.make_tensor_value_info(name, REAL, ["N", len(TOKENS)])
        for name in ("heard", "expected")
    ]
    outputs = [helper.make_tensor_value_info("scores", REAL, ["N", len(TOKENS)])]
    save(path, drawn, inputs, outputs, {"joiner_dim": str(len(TOKENS))})


PARAFORMER_TOKENS = ["<blank>", "<s>", "</s>", *LETTERS[:-2], "h@@", "i", "<unk>"]
SIZE, KERNEL = len(PARAFORMER_TOKENS), 3
PARAFORMER_METADATA = {
    "vocab_size": str(SIZE),
    "lfr_window_size": str(STACKED),
    "lfr_window_shift": "6",
    "encoder_output_size": str(SIZE),
    "decoder_num_blocks": "1",
    "decoder_kernel_size": str(KERNEL),
    "neg_mean": ",".join(["0"] * (BINS * STACKED)),
    "inv_stddev": ",".join(["1"] * (BINS * STACKED)),
    "model_type": "paraformer",
}


def write_paraformer(folder: Path, *, metadata: Mapping[str, str] | None = None) -> Path:
    """Write a streaming Paraformer to `folder`, which is made.

    Args:
        folder: of the model.
        metadata: of the encoder, instead of the usual.
    """
    folder.mkdir(parents=True, exist_ok=True)
    said = PARAFORMER_METADATA if metadata is None else metadata
    _write_paraformer_encoder(folder / "encoder.onnx", said)
    _write_paraformer_decoder(folder / "decoder.onnx")
    write_tokens(folder / "tokens.txt", PARAFORMER_TOKENS)
    return folder


def _write_paraformer_encoder(path: Path, metadata: Mapping[str, str]) -> None:
    drawn = Graph()
    # the runtime scales what it hears by the square root of the encoder's size
    loud = LOUD + 2 * log(32768)
    token = _loudest(drawn, middle(drawn, "speech"), loud, scale=sqrt(SIZE), tokens=SIZE)
    none = drawn.add("Slice", [token, drawn.numbers(0), drawn.numbers(1), drawn.numbers(1)])
    begun = _begun(drawn, token, drawn.add("Mul", [none, drawn.numbers(0)]))
    drawn.add("OneHot", [token, drawn.numbers(SIZE), drawn.real(0.0, 1.0)], "enc", axis=-1)
    drawn.add("Identity", ["speech_lengths"], "enc_len")
    drawn.add("Cast", [begun], "alphas", to=REAL)
    inputs = [
        helper.make_tensor_value_info("speech", REAL, ["N", "T", BINS * STACKED]),
        helper.make_tensor_value_info("speech_lengths", TensorProto.INT32, ["N"]),
    ]
    outputs = [
        helper.make_tensor_value_info("enc", REAL, ["N", "T", SIZE]),
        helper.make_tensor_value_info("enc_len", TensorProto.INT32, ["N"]),
        helper.make_tensor_value_info("alphas", REAL, ["N", "T"]),
    ]
    save(path, drawn, inputs, outputs, dict(metadata))


def _write_paraformer_decoder(path: Path) -> None:
    drawn = Graph()
    drawn.add("Identity", ["acoustic_embeds"], "logits")
    drawn.add("ArgMax", ["acoustic_embeds"], "sample_ids", axis=-1, keepdims=0)
    drawn.add("Identity", ["in_cache_0"], "out_cache_0")
    embedded: list[int | str | None] = ["N", "L", SIZE]
    inputs = [
        helper.make_tensor_value_info("enc", REAL, ["N", "T", SIZE]),
        helper.make_tensor_value_info("enc_len", TensorProto.INT32, ["N"]),
        helper.make_tensor_value_info("acoustic_embeds", REAL, embedded),
        helper.make_tensor_value_info("acoustic_embeds_len", TensorProto.INT32, ["N"]),
        helper.make_tensor_value_info("in_cache_0", REAL, ["N", SIZE, KERNEL - 1]),
    ]
    outputs = [
        helper.make_tensor_value_info("logits", REAL, embedded),
        helper.make_tensor_value_info("sample_ids", WHOLE, ["N", "L"]),
        helper.make_tensor_value_info("out_cache_0", REAL, ["N", SIZE, KERNEL - 1]),
    ]
    save(path, drawn, inputs, outputs, {})


def _loudest(drawn: Graph, frames: str, loud: float, *, scale: float, tokens: int) -> str:
    """Return the token of each frame, shape (N, frames); 0 where nothing is loud."""
    loudness = np.zeros((BINS, tokens), np.float32)
    at_least = np.full(tokens, -1e4, np.float32)
    at_least[0] = loud * scale
    for i, letter in enumerate(LETTERS):
        loudness[_bin(pitch(letter)), FIRST + i] = 1
        at_least[FIRST + i] = 0
    scores = drawn.add("MatMul", [frames, drawn.constant(loudness)])
    scores = drawn.add("Add", [scores, drawn.constant(at_least)])
    return drawn.add("ArgMax", [scores], axis=2, keepdims=0)


def _begun(drawn: Graph, token: str, first: str) -> str:
    """Return 1 where a tone begins: another one than in the frame before, shape (N, frames)."""
    one = drawn.numbers(1)
    early = drawn.add("Slice", [token, drawn.numbers(0), drawn.numbers(-1), one])
    before = drawn.add("Concat", [first, early], axis=1)
    same = drawn.add("Cast", [drawn.add("Equal", [token, before])], to=WHOLE)
    silent = drawn.add("Cast", [drawn.add("Equal", [token, drawn.numbers(0)])], to=WHOLE)
    return drawn.add("Sub", [one, drawn.add("Max", [same, silent])])


def _scores() -> NDArray[np.float32]:
    """Return the scores of all tokens where one is heard, shape (tokens, tokens)."""
    table: NDArray[np.float32] = np.eye(len(TOKENS), dtype=np.float32) * SURE
    table[TOKENS.index("请"), TOKENS.index(ALIKE)] = LESS
    return table


def _bin(frequency: float) -> int:
    """Return the bin of a tone, on Kaldi's mel scale from 20 to 7600 Hz."""

    def mel(value: float) -> float:
        return 1127 * log(1 + value / 700)

    low, high = mel(20), mel(7600)
    return round((mel(frequency) - low) / (high - low) * (BINS + 1)) - 1
