"""A Whisper of a few kilobytes: the real architecture and runtime, weights drawn by lot.

What it says means nothing. It loads, batches, aligns and fails as the real one does.
"""

import json
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import tokenizers

TEXT = [*"你好请讲再见谢的是我在有这", " hello", " world", " yes", " no"]
LANGUAGES = ["en", "zh", "ja", "ko"]
"""Those it is asked about; as many more have a token as in the real one, which is known by it."""
SPECIAL = [
    "<|endoftext|>",
    "<|startoftranscript|>",
    *(f"<|{code}|>" for code in LANGUAGES),
    *(f"<|x{i}|>" for i in range(99 - len(LANGUAGES))),
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
    *(f"<|{i * 0.02:.2f}|>" for i in range(1501)),
]
FIRST_SPECIAL = 50_257
"""Where the special tokens begin, after an empty one: so CTranslate2 knows many languages."""
MELS, FRAMES, MOST = 80, 1500, 448


def write(folder: Path, *, size: int = 16, layers: int = 2, seed: int = 0) -> Path:
    """Write the files of a model to `folder`, which is made; `size` is the width of its states."""
    folder.mkdir(parents=True, exist_ok=True)
    tokens = [*TEXT, *(f"<{i}>" for i in range(len(TEXT), FIRST_SPECIAL - 1)), "", *SPECIAL]
    spec = _spec(size, layers, len(tokens), np.random.default_rng(seed))
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [FIRST_SPECIAL]
    spec.config.lang_ids = [tokens.index(f"<|{code}|>") for code in LANGUAGES]
    spec.config.alignment_heads = [(layers - 1, 0), (layers - 1, 1)]
    spec.validate()
    spec.save(str(folder))
    vocabulary = tokenizers.Tokenizer(
        tokenizers.models.WordLevel({t: i for i, t in enumerate(tokens)}, unk_token="你")
    )
    vocabulary.add_special_tokens(SPECIAL)
    vocabulary.decoder = tokenizers.decoders.Fuse()
    vocabulary.save(str(folder / "tokenizer.json"))
    assert json.loads((folder / "config.json").read_text())["lang_ids"]
    return folder


def _spec(size: int, layers: int, tokens: int, random: np.random.Generator) -> Any:  # noqa: ANN401
    spec = ctranslate2.specs.WhisperSpec(layers, 2, layers, 2)

    def drawn(*shape: int) -> Any:  # noqa: ANN401
        return (random.normal(0, 0.4, shape) / np.sqrt(shape[-1])).astype(np.float32)

    def linear(layer: Any, out: int, into: int) -> None:  # noqa: ANN401
        layer.weight, layer.bias = drawn(out, into), np.zeros(out, np.float32)

    def norm(layer: Any) -> None:  # noqa: ANN401
        layer.gamma, layer.beta = np.ones(size, np.float32), np.zeros(size, np.float32)

    def attention(layer: Any, widths: list[int]) -> None:  # noqa: ANN401
        norm(layer.layer_norm)
        for one, width in zip(layer.linear, widths, strict=True):
            linear(one, width * size, size)

    def feed_forward(layer: Any) -> None:  # noqa: ANN401
        norm(layer.layer_norm)
        linear(layer.linear_0, 4 * size, size)
        linear(layer.linear_1, size, 4 * size)

    encoder, decoder = spec.encoder, spec.decoder
    for conv, into in ((encoder.conv1, MELS), (encoder.conv2, size)):
        conv.weight, conv.bias = drawn(size, into, 3), np.zeros(size, np.float32)
    encoder.position_encodings.encodings = drawn(FRAMES, size)
    decoder.position_encodings.encodings = drawn(MOST, size)
    decoder.embeddings.weight = 3 * drawn(tokens, size)
    linear(decoder.projection, tokens, size)
    decoder.projection.weight *= 12  # sure of itself, so that no gate refuses it
    decoder.projection.weight[len(TEXT) :] = 0
    decoder.projection.bias[len(TEXT) :] = -30
    decoder.projection.bias[FIRST_SPECIAL] = 12  # only text, and its end, is ever said
    for side in (encoder, decoder):
        norm(side.layer_norm)
        for layer in side.layer:
            attention(layer.self_attention, [3, 1])
            feed_forward(layer.ffn)
    for layer in decoder.layer:
        attention(layer.attention, [1, 2, 1])
    return spec
