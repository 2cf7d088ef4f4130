"""Fun-ASR-Nano and Qwen3-ASR of a few kilobytes: real names, shapes and files, made-up networks.

They tell four pitches apart and answer each with a text of its own, which is another one when
the prompt holds the letter X (as hotwords may) or asks for English. So it can be seen whether
sound, hotwords and language reach the network, through the real runtime. Nothing is learned.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

PITCHES = (200.0, 800.0, 2000.0, 6000.0)
"""Hz; a tone of each is heard as one of the classes 0 to 3."""
EMBEDDING = 4
"""Width: token, hotword letter, English, class of the sound plus one."""
LETTER, ENGLISH = "X", "英"

Text = tuple[str, ...]
"""Tokens."""
PLAIN: tuple[Text, ...] = (
    ("您好", "请讲"),
    ("再见", "谢谢"),
    ("我想查", "账单"),
    ("嗯", "嗯"),
)
"""What is said at each pitch; the last goes on for ever."""
WITH_WORDS: tuple[Text, ...] = (
    ("您好", "Xin", "宝请讲"),
    PLAIN[1],
    ("Xin", "、", "Xia", ", ", "Xue", "。"),
    PLAIN[3],
)
IN_ENGLISH: tuple[Text, ...] = (("Hello", " there"), *PLAIN[1:])
TAGS: tuple[Text, ...] = (
    ("language", " Chinese"),
    ("language", " Canton", "ese"),
    ("language", " English"),
    ("language", " None"),
)
SPECIAL = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|audio_start|>",
    "<|audio_end|>",
    "<|audio_pad|>",
    "<asr_text>",
)
MERGE = ("Ġ", "Ġ")


def tone(pitch: float, seconds: float, loudness: float = 0.3) -> np.ndarray:
    """Return a tone at 16 kHz, between a whisper of noise so that no band is empty."""
    time = np.arange(round(seconds * 16_000)) / 16_000
    noise = np.random.default_rng(0).normal(0, 1e-4, len(time))
    return (loudness * np.sin(2 * np.pi * pitch * time) + noise).astype(np.float32)


def write_nano(
    folder: Path,
    *,
    capacity: int = 512,
    metadata: Mapping[str, str] | None = None,
    width: int = 560,
) -> Path:
    """Write a Fun-ASR-Nano to `folder`, which is made.

    Args:
        folder: to hold the files sherpa-onnx publishes.
        capacity: positions of its memory.
        metadata: of the language model, instead of the right one.
        width: of the features the encoder takes; it fails over those of another one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tokens = _write_tokenizer(folder / "Qwen3-0.6B")
    (folder / "Qwen3-0.6B" / "tokenizer_config.json").unlink()  # nor is it published
    size = len(tokens)
    encoder = {"lfr_window_size": "7", "lfr_window_shift": "6", "llm_dim": str(EMBEDDING)}
    _save(
        _listener("x", "encoder_out", width, 80, 1), folder / "encoder_adaptor.int8.onnx", encoder
    )
    _save(_embedding(tokens), folder / "embedding.int8.onnx", {"hidden_size": str(EMBEDDING)})
    right = {
        "model_type": "qwen3_causallm_unified_prefill_decode_kv_delta",
        "vocab_size": str(size),
        "num_layers": "1",
        "max_total_len": str(capacity),
    }
    graph = _nano_decoder(_table(tokens, tags=False), size)
    _save(graph, folder / "llm.int8.onnx", right if metadata is None else metadata)
    return folder


def write_qwen(folder: Path, *, width: int = 128) -> Path:
    """Write a Qwen3-ASR to `folder`, which is made.

    Args:
        folder: to hold the files sherpa-onnx publishes.
        width: of the features the front end takes; it fails over those of another one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tokens = _write_tokenizer(folder / "tokenizer")
    _save(_listener("input_features", "conv_output", width, 128, 8), folder / "conv_frontend.onnx")
    _save(_passing(), folder / "encoder.int8.onnx")
    _save(_qwen_decoder(tokens), folder / "decoder.int8.onnx")
    return folder


def _write_tokenizer(folder: Path) -> dict[str, int]:
    """Write a byte-level tokenizer of a few words; return its tokens, as they are written."""
    folder.mkdir(exist_ok=True)
    letters = _letters()
    written = list(letters.values())
    for text in (*PLAIN, *WITH_WORDS, *IN_ENGLISH, *TAGS):
        written += ["".join(letters[b] for b in word.encode()) for word in text]
    written.append("".join(MERGE))
    vocabulary = {token: i for i, token in enumerate(dict.fromkeys(written))}
    added = {token: len(vocabulary) + i for i, token in enumerate(SPECIAL)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), "utf-8")
    (folder / "merges.txt").write_text(f"#version: 0.2\n{' '.join(MERGE)}\n", "utf-8")
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    listed = [{"id": i, "content": t, **flags, "special": True} for t, i in added.items()]
    (folder / "tokenizer.json").write_text(json.dumps({"added_tokens": listed}), "utf-8")
    by_number = {str(i): {"content": t, **flags, "special": True} for t, i in added.items()}
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"added_tokens_decoder": by_number}), "utf-8"
    )
    return vocabulary | added


def _letters() -> dict[int, str]:
    """Return the letter that stands for each byte, as byte-level tokenizers have it."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in plain]
    return {b: chr(b) for b in plain} | {b: chr(256 + i) for i, b in enumerate(others)}


def _table(tokens: Mapping[str, int], *, tags: bool) -> np.ndarray:
    """Return what follows each token, shape (class, words, English, token)."""
    letters = _letters()

    def known(word: str) -> int:
        return (
            tokens[word] if word in tokens else tokens["".join(letters[b] for b in word.encode())]
        )

    end = tokens["<|im_end|>"]
    begin = tokens[letters[ord("\n")]]
    table = np.full((4, 2, 2, len(tokens)), end, np.int64)
    for sound in range(4):
        for words in (0, 1):
            for english in (0, 1):
                said = (IN_ENGLISH if english else WITH_WORDS if words else PLAIN)[sound]
                row = table[sound, words, english]
                chain = [begin, *(known(w) for w in said)]
                if tags:
                    text = chain[1:]
                    tag = [begin, *(known(w) for w in TAGS[sound]), tokens["<asr_text>"]]
                    row[tag[:-1]] = tag[1:]
                    chain = [tag[-1], *text]
                row[chain[:-1]] = chain[1:]
    return table


def _listener(given: str, made: str, width: int, bands: int, every: int) -> onnx.GraphProto:
    """Return a network that tells in which quarter of the first `bands` features most sound is."""
    constants: dict[str, np.ndarray] = {
        "first": np.array([0], np.int64),
        "last": np.array([bands], np.int64),
        "features": np.array([2], np.int64),
        "time": np.array([1], np.int64),
        "quarters": np.array([1, 4, bands // 4], np.int64),
        "one": np.array(1.0, np.float32),
        "scalar": np.array([1, 1, 1], np.int64),
        "step": np.array([every], np.int64),
        "end": np.array([2**31 - 1], np.int64),
        "place": np.eye(1, EMBEDDING, 3, dtype=np.float32).reshape(1, 1, EMBEDDING),
    }
    nodes = [
        helper.make_node("Slice", [given, "first", "last", "features"], ["low"]),
        helper.make_node("ReduceMean", ["low"], ["mean"], axes=[1], keepdims=0),
        helper.make_node("Reshape", ["mean", "quarters"], ["divided"]),
        helper.make_node("ReduceMax", ["divided"], ["heights"], axes=[2], keepdims=0),
        helper.make_node("ArgMax", ["heights"], ["highest"], axis=1, keepdims=0),
        helper.make_node("Cast", ["highest"], ["as_number"], to=TensorProto.FLOAT),
        helper.make_node("Add", ["as_number", "one"], ["sound"]),
        helper.make_node("Reshape", ["sound", "scalar"], ["shaped"]),
        helper.make_node("Slice", [given, "first", "end", "time", "step"], ["frames"]),
        helper.make_node("ReduceMean", ["frames"], ["level"], axes=[2], keepdims=1),
        helper.make_node("Mul", ["level", "zero"], ["nothing"]),
        helper.make_node("Add", ["nothing", "shaped"], ["steady"]),
        helper.make_node("Mul", ["steady", "place"], [made]),
    ]
    constants["zero"] = np.array(0.0, np.float32)
    return _graph(
        nodes,
        [_value(given, [1, "frames", width])],
        [_value(made, [1, "tokens", EMBEDDING])],
        constants,
    )


def _passing() -> onnx.GraphProto:
    """Return an encoder that hands on what it is given."""
    given = [
        _value("input_features", [1, "tokens", EMBEDDING]),
        _value("feature_attention_mask", [1, "tokens"], TensorProto.BOOL),
    ]
    nodes = [
        helper.make_node("Cast", ["feature_attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["column"]),
        helper.make_node("Mul", ["input_features", "column"], ["audio_features"]),
    ]
    made = [_value("audio_features", [1, "tokens", EMBEDDING])]
    return _graph(nodes, given, made, {"last": np.array([2], np.int64)})


def _embedding(tokens: Mapping[str, int]) -> onnx.GraphProto:
    nodes = [helper.make_node("Gather", ["rows", "input_ids"], ["embeddings"])]
    return _graph(
        nodes,
        [_value("input_ids", [1, "seq"], TensorProto.INT64)],
        [_value("embeddings", [1, "seq", EMBEDDING])],
        {"rows": _rows(tokens, english=_letters()[ENGLISH.encode()[-1]])},
    )


def _rows(tokens: Mapping[str, int], english: str) -> np.ndarray:
    rows = np.zeros((len(tokens), EMBEDDING), np.float32)
    rows[:, 0] = np.arange(len(tokens))
    rows[tokens[LETTER], 1] = 1
    rows[tokens[english], 2] = 1
    return rows


def _nano_decoder(table: np.ndarray, size: int) -> onnx.GraphProto:
    given = [
        _value("inputs_embeds", [1, "seq", EMBEDDING]),
        _value("attention_mask", [1, "mask"], TensorProto.INT64),
        _value("cache_position", ["seq"], TensorProto.INT64),
    ]
    return _decoder([], "inputs_embeds", given, table, size)


def _qwen_decoder(tokens: Mapping[str, int]) -> onnx.GraphProto:
    """Return a decoder that reads the sound at every step, as the real one does."""
    given = [
        _value("input_ids", [1, "seq"], TensorProto.INT64),
        _value("audio_features", [1, "tokens", EMBEDDING]),
        _value("attention_mask", [1, "seq"], TensorProto.INT64),
        _value("cache_position", ["seq"], TensorProto.INT64),
    ]
    nodes = [
        helper.make_node("Gather", ["rows", "input_ids"], ["written"]),
        helper.make_node("ReduceMax", ["audio_features"], ["heard"], axes=[1], keepdims=1),
        helper.make_node("Add", ["written", "heard"], ["embedded"]),
    ]
    extra = {"rows": _rows(tokens, english="E")}
    return _decoder(nodes, "embedded", given, _table(tokens, tags=True), len(tokens), extra)


def _decoder(
    nodes: list[onnx.NodeProto],
    embedded: str,
    given: list[onnx.ValueInfoProto],
    table: np.ndarray,
    size: int,
    extra: Mapping[str, np.ndarray] | None = None,
) -> onnx.GraphProto:
    """Return a network that looks up what follows a token, by what it remembers of the prompt."""
    pairs = [f"{kind}_0" for kind in ("cache_key", "cache_value")]
    caches = [_value(name, [1, "capacity", 1, EMBEDDING]) for name in pairs]
    constants: dict[str, np.ndarray] = {
        "heads": np.array([2], np.int64),
        "start": np.array([0], np.int64),
        "weights": np.array([0, 2 * size, size, 4 * size], np.float32),
        "past": np.array(4.0 * size, np.float32),
        "none": np.array(0.0, np.float32),
        "most": np.array(15.0 * size, np.float32),
        "table": table.reshape(-1),
        "depth": np.array(size, np.int64),
        "on_off": np.array([0.0, 1.0], np.float32),
        **(extra or {}),
    }
    nodes = [
        *nodes,
        helper.make_node("Unsqueeze", [embedded, "heads"], ["key_delta_0"]),
        helper.make_node("Identity", ["key_delta_0"], ["value_delta_0"]),
        helper.make_node("ReduceMax", ["cache_key_0"], ["before"], axes=[0, 1, 2], keepdims=0),
        helper.make_node("ReduceMax", ["key_delta_0"], ["now"], axes=[0, 1, 2], keepdims=0),
        helper.make_node("Max", ["before", "now"], ["known"]),
        helper.make_node("Mul", ["known", "weights"], ["weighed"]),
        helper.make_node("ReduceSum", ["weighed"], ["sum"], keepdims=0),
        helper.make_node("Sub", ["sum", "past"], ["row"]),
        helper.make_node("Clip", ["row", "none", "most"], ["kept"]),
        helper.make_node("Cast", ["kept"], ["offset"], to=TensorProto.INT64),
        helper.make_node("Gather", [embedded, "start"], ["column"], axis=2),
        helper.make_node("ReduceSum", ["column", "heads"], ["token"], keepdims=0),
        helper.make_node("Cast", ["token"], ["ids"], to=TensorProto.INT64),
        helper.make_node("Add", ["ids", "offset"], ["places"]),
        helper.make_node("Gather", ["table", "places"], ["next"]),
        helper.make_node("OneHot", ["next", "depth", "on_off"], ["logits"]),
    ]
    made = [
        _value("logits", [1, "seq", size]),
        _value("key_delta_0", [1, "seq", 1, EMBEDDING]),
        _value("value_delta_0", [1, "seq", 1, EMBEDDING]),
    ]
    return _graph(nodes, [*given, *caches], made, constants)


def _value(name: str, shape: Sequence[Any], kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


def _graph(
    nodes: Sequence[onnx.NodeProto],
    given: Sequence[onnx.ValueInfoProto],
    made: Sequence[onnx.ValueInfoProto],
    constants: Mapping[str, np.ndarray],
) -> onnx.GraphProto:
    weights = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    return helper.make_graph(nodes, "tiny", given, made, weights)


def _save(graph: onnx.GraphProto, path: Path, metadata: Mapping[str, str] | None = None) -> None:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    helper.set_model_props(model, dict(metadata or {}))
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
