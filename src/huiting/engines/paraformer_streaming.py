"""Streaming Paraformer by sherpa-onnx: Mandarin with some English, decoded as it is said.

It hears in pieces of 0.6 s, and 0.18 s ahead. The runtime tells no times of words and not how sure
it was, and has no hotwords for this model: the stages of the text correct them.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from huiting.core.errors import ModelUnavailable
from huiting.core.ports import Hints, Hypothesis
from huiting.engines._exported import REMEDY, STACKED, TOKENS, Form, check
from huiting.engines._sherpa import RATE, Native, load
from huiting.engines.online.files import check_plain, file_of, needed, number, vocabulary
from huiting.engines.online.streaming import Manner, Online
from huiting.engines.paraformer._reading import Token, hypothesis_of

STREAMING = True
BLOCKS = "decoder_num_blocks"
ENCODER = Form(inputs=2, numbers=("encoder_output_size", BLOCKS, "decoder_kernel_size"))
GIVEN = 3
"""Outputs of the encoder: what it heard, its length, and how much of a token is in each frame."""
PIECE = 61
"""Frames that the runtime decodes at once, of 10 ms."""
TAIL = 1.0
"""Seconds of silence that fill the last piece, and what the network hears ahead."""


def untimed(_options: Mapping[str, Any]) -> bool:
    """Tell that words come without times."""
    return True


def build(
    *,
    weights: str | Path,
    device: str = "auto",
    compute: str = "auto",
    threads: int = 2,
) -> Online:
    """Load the model.

    Args:
        weights: folder of a streaming model as sherpa-onnx publishes it: encoder and decoder,
            tokens.txt.
        device: `auto`, `cpu`, `cuda` or `coreml`.
        compute: `auto`, `int8` or `float32`; auto takes what the folder holds, int8 first.
        threads: cores to use.

    Raises:
        ConfigError: there is no such device or number format.
        ModelUnavailable: a file or the package is missing or wrong, or the model does not fit.
    """
    folder = Path(weights)
    encoder = needed(file_of(folder, "encoder", compute), folder, "encoder")
    decoder = needed(file_of(folder, "decoder", compute), folder, "decoder")
    found = check(encoder, ENCODER)
    if len(found.outputs) < GIVEN:
        raise ModelUnavailable(
            str(encoder), f"it gives {len(found.outputs)} outputs, not {GIVEN}", REMEDY
        )
    if number(encoder, found.metadata, STACKED) > PIECE:
        raise ModelUnavailable(str(encoder), "it takes no frames at a time", REMEDY)
    for name in ENCODER.numbers:
        number(encoder, found.metadata, name)
    blocks = int(found.metadata[BLOCKS])
    check_plain(decoder, 4 + blocks, 2 + blocks)
    vocabulary(folder, int(found.metadata["vocab_size"]))

    def recognizer(native: Native, provider: str) -> Native:
        return native.OnlineRecognizer.from_paraformer(
            tokens=str(folder / TOKENS),
            encoder=str(encoder),
            decoder=str(decoder),
            num_threads=threads,
            provider=provider,
            sample_rate=RATE,
        )

    files = [encoder, decoder, folder / TOKENS]
    loaded = load("paraformer-streaming", recognizer, files, device, several=True)
    return Online(loaded, Manner(TAIL, _read, _no_hotwords, ("zh",)))


def _read(result: Native, duration: float) -> Hypothesis:
    return hypothesis_of([Token(text, None, None) for text in result.tokens], duration)


def _no_hotwords(_hints: Hints) -> str:
    return ""
