"""A SenseVoice for sherpa-onnx that understands the language of tones, of a few kilobytes.

It has the inputs, the output and the metadata of the published files, and no more in common with
them: a token is the tone that is loudest in a frame, a tag the tone that is loudest in the clip.
Nothing is learned, so what it hears is known exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from engines.tones import HUMS, LETTERS, RATE, pitch

BINS, STACKED, MIDDLE = 80, 7, 3
LANGUAGES = {"auto": 0, "zh": 3, "en": 4, "yue": 7, "ja": 11, "ko": 12}
"""Number by which a language is asked for."""
ITN = {"withitn": 14, "woitn": 15}
ASKABLE = 16
SPOKEN = ("zh", "en", "yue", "ja", "ko", "nospeech")
FEELINGS = ("HAPPY", "SAD", "ANGRY", "NEUTRAL", "EMO_UNKNOWN")
SOUNDS = ("Speech", "BGM", "Laughter", "Event_UNK")
TAGS = [f"<|{name}|>" for name in (*SPOKEN, *FEELINGS, *SOUNDS, *ITN)]
TOKENS = ["<unk>", "<s>", "</s>", *LETTERS[:-2], "▁h", "i", *TAGS]
"""As SentencePiece has them; a text begins with a space only where a word of letters does."""
BLANK = 0
LOUD = 18.0
"""Energy of a bin, in log, above which a tone sounds."""
HUMMED, STEEP = 18.5, 20.0
"""Energy above which a tone hums all through a clip, and how much it counts."""
NEVER = -1e4
METADATA = {
    "vocab_size": str(len(TOKENS)),
    "lfr_window_size": str(STACKED),
    "lfr_window_shift": "6",
    "normalize_samples": "0",
    **{f"lang_{code}": str(number) for code, number in LANGUAGES.items()},
    "with_itn": str(ITN["withitn"]),
    "without_itn": str(ITN["woitn"]),
    "neg_mean": ",".join(["0"] * (BINS * STACKED)),
    "inv_stddev": ",".join(["1"] * (BINS * STACKED)),
    "model_type": "sense_voice_ctc",
    "comment": "a language of tones",
}


def write(
    folder: Path,
    *,
    name: str = "model.onnx",
    metadata: dict[str, str] | None = None,
    frames: int = 10_000,
    room: int = 10_000_000,
) -> Path:
    """Write the model to `folder`, which is made.

    Args:
        folder: of the model.
        name: of the file.
        metadata: instead of the usual.
        frames: of a clip, from which on the model fails.
        room: frames of a batch, padding included, above which there is no memory.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn = Graph()
    mid = middle(drawn, limited(drawn, "x", frames, room))
    every = body(drawn, mid)
    first = header(drawn, mid)
    drawn.add("Concat", [first, every], "logits", axis=1)
    inputs = [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", "T", BINS * STACKED]),
        *(
            helper.make_tensor_value_info(n, TensorProto.INT32, ["N"])
            for n in ("x_length", "language", "text_norm")
        ),
    ]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", "L", len(TOKENS)])]
    save(folder / name, drawn, inputs, outputs, METADATA if metadata is None else metadata)
    write_tokens(folder / "tokens.txt", TOKENS)
    return folder


@dataclass
class Graph:
    """Nodes and constants of an ONNX graph, as they are drawn."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def add(
        self,
        kind: str,
        inputs: Sequence[str],
        output: str = "",
        **attributes: Any,  # noqa: ANN401
    ) -> str:
        """Add a node and return the name of its output."""
        made = output or f"{kind}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [made], **attributes))
        return made

    def constant(self, value: NDArray[np.generic]) -> str:
        """Add a constant and return its name."""
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def numbers(self, *values: int) -> str:
        """Add whole numbers and return their name."""
        return self.constant(np.array(values, np.int64))

    def real(self, *values: float) -> str:
        """Add numbers and return their name."""
        return self.constant(np.array(values, np.float32))


def save(
    path: Path,
    drawn: Graph,
    inputs: Sequence[onnx.ValueInfoProto],
    outputs: Sequence[onnx.ValueInfoProto],
    metadata: dict[str, str],
) -> None:
    """Write a graph as a file."""
    graph = helper.make_graph(drawn.nodes, "tones", inputs, outputs, drawn.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, metadata)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def write_tokens(path: Path, tokens: Sequence[str]) -> None:
    """Write tokens and their numbers, one a line."""
    lines = [f"{token} {number}\n" for number, token in enumerate(tokens)]
    path.write_text("".join(lines), encoding="utf-8")


def limited(drawn: Graph, features: str, frames: int, room: int) -> str:
    """Return features, got at by a way that fails for long clips and large batches."""
    shape = drawn.add("Shape", [features])
    count = drawn.add("Gather", [shape, drawn.numbers(0)])
    length = drawn.add("Gather", [shape, drawn.numbers(1)])
    table = drawn.constant(np.zeros(frames, np.float32))
    place = drawn.add("Gather", [table, length])
    all_of_them = drawn.add("Mul", [count, length])
    over = drawn.add(
        "Max", [drawn.add("Sub", [all_of_them, drawn.numbers(room)]), drawn.numbers(0)]
    )
    wanted = drawn.add("Mul", [over, drawn.numbers(10**13)])
    huge = drawn.add("ConstantOfShape", [wanted])
    nothing = drawn.add("ReduceSum", [huge], keepdims=0)
    return drawn.add("Add", [features, drawn.add("Add", [place, nothing])])


def middle(drawn: Graph, features: str) -> str:
    """Return the frame in the middle of those stacked, shape (clips, frames, bins)."""
    first = MIDDLE * BINS
    return drawn.add(
        "Slice", [features, drawn.numbers(first), drawn.numbers(first + BINS), drawn.numbers(2)]
    )


def heard_in(frequency: float) -> int:
    """Return the bin of a tone, on Kaldi's mel scale from 20 Hz to 8 kHz."""

    def mel(value: float) -> float:
        return 1127 * log(1 + value / 700)

    low, high = mel(20), mel(RATE / 2)
    return round((mel(frequency) - low) / (high - low) * (BINS + 1)) - 1


def body(drawn: Graph, mid: str) -> str:
    """Return the score of each token in each frame: how loud its tone is."""
    loudness = np.zeros((BINS, len(TOKENS)), np.float32)
    at_least = np.full(len(TOKENS), NEVER, np.float32)
    at_least[BLANK] = LOUD
    for i, letter in enumerate(LETTERS):
        loudness[heard_in(pitch(letter)), 3 + i] = 1
        at_least[3 + i] = 0
    scores = drawn.add("MatMul", [mid, drawn.constant(loudness)])
    return drawn.add("Add", [scores, drawn.constant(at_least)])


def header(drawn: Graph, mid: str) -> str:
    """Return the scores of the four tags, shape (clips, 4, tokens)."""
    peak = drawn.add("ReduceMax", [mid], axes=[1], keepdims=0)
    mean = average(drawn, mid)
    chinese, english = (
        drawn.add(
            "ReduceMax",
            [drawn.add("Gather", [peak, drawn.numbers(*map(heard_in, map(pitch, some)))], axis=1)],
            axes=[1],
            keepdims=1,
        )
        for some in (LETTERS[:-2], LETTERS[-2:])
    )
    speech = drawn.add("Max", [chinese, english])
    rows = [
        language(drawn, chinese, english, speech),
        chosen(drawn, mean, speech, "NEUTRAL", "EMO_UNKNOWN", {"ANGRY": "ANGRY", "SAD": "SAD"}),
        chosen(drawn, mean, speech, "Speech", "Event_UNK", {"BGM": "BGM"}),
        drawn.add("Gather", [drawn.constant(asked(ITN)), "text_norm"]),
    ]
    one = drawn.numbers(1)
    return drawn.add("Concat", [drawn.add("Unsqueeze", [row, one]) for row in rows], axis=1)


def average(drawn: Graph, mid: str) -> str:
    """Return the mean of each bin over the frames of a clip, shape (clips, bins)."""
    total = drawn.add("ReduceSum", [mid, drawn.numbers(1)], keepdims=0)
    frames = drawn.add("Cast", ["x_length"], to=TensorProto.FLOAT)
    return drawn.add("Div", [total, drawn.add("Unsqueeze", [frames, drawn.numbers(1)])])


def language(drawn: Graph, chinese: str, english: str, speech: str) -> str:
    """Return the scores of the languages: that asked for, or that of the loudest tones."""
    allowed = asked({code: number for code, number in LANGUAGES.items() if code != "auto"})
    allowed[LANGUAGES["auto"], [tag("zh"), tag("en")]] = 0
    allowed[:, tag("nospeech")] = 0
    is_open = drawn.add("Equal", ["language", drawn.constant(np.array([0], np.int32))])
    is_open = drawn.add("Cast", [is_open], to=TensorProto.FLOAT)
    is_open = drawn.add("Unsqueeze", [is_open, drawn.numbers(1)])
    # a language that was asked for need not be the loudest
    lacking = [
        drawn.add(
            "Mul",
            [
                drawn.add("Mul", [drawn.add("Sub", [loudest, speech]), is_open]),
                drawn.constant(only(code)),
            ],
        )
        for code, loudest in (("zh", chinese), ("en", english))
    ]
    return drawn.add(
        "Sum",
        [
            *lacking,
            drawn.add("Mul", [speech, drawn.constant(only(*SPOKEN[:-1]))]),
            drawn.constant(only("zh") + only("nospeech") * LOUD),
            drawn.add("Gather", [drawn.constant(allowed), "language"]),
        ],
    )


def chosen(
    drawn: Graph, mean: str, speech: str, usual: str, silent: str, hums: dict[str, str]
) -> str:
    """Return the scores of tags of a kind: a hum's own, the usual one, or that of silence."""
    loudness = np.zeros((BINS, len(TOKENS)), np.float32)
    at_least = np.full(len(TOKENS), NEVER, np.float32)
    at_least[[tag(usual), tag(silent)]] = 0, LOUD
    for hum, name in hums.items():
        loudness[heard_in(HUMS[hum]), tag(name)] = STEEP
        at_least[tag(name)] = -STEEP * HUMMED
    hummed = drawn.add("MatMul", [mean, drawn.constant(loudness)])
    said = drawn.add("Mul", [speech, drawn.constant(only(usual))])
    return drawn.add("Sum", [hummed, said, drawn.constant(at_least[None])])


def asked(numbers: dict[str, int]) -> NDArray[np.float32]:
    """Return what each number that may be asked with lets be said: that tag only."""
    table = np.full((ASKABLE, len(TOKENS)), NEVER, np.float32)
    for name, number in numbers.items():
        table[number, tag(name)] = 0
    return table


def only(*names: str) -> NDArray[np.float32]:
    """Return 1 for some tags, and 0 for other tokens."""
    row = np.zeros((1, len(TOKENS)), np.float32)
    row[0, [tag(name) for name in names]] = 1
    return row


def tag(name: str) -> int:
    """Return the number of a tag."""
    return TOKENS.index(f"<|{name}|>")
