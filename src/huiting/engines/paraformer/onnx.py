"""Paraformer by sherpa-onnx: quick on a processor, a quarter of the memory in int8.

The runtime shows what the model wrote, and when where the network has a head for that; not how
sure it was. It has no hotwords for this model: the stages of the text correct them.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from huiting.core.ports import Hints, Hypothesis
from huiting.core.types import Audio
from huiting.engines._decoding import Decoding, decoding
from huiting.engines._exported import TOKENS, Form, check, check_tokens, network
from huiting.engines._onsets import spans_of
from huiting.engines._sherpa import Loaded, Native, load
from huiting.engines.paraformer._reading import Token, hypothesis_of

FORM = Form(inputs=2, numbers=())
END = "</s>"
"""Without it the runtime does not know where a text ends."""


def build(
    *,
    weights: Path,
    device: str = "auto",
    compute: str = "auto",
    threads: int = 2,
    batch: float = 0.0,
    fallback: str = "none",
) -> "Decoding[Paraformer]":
    """Load the model; see the package's `build`."""
    path = network(weights, compute, device)
    check(path, FORM)
    check_tokens(weights / TOKENS, [END])

    def recognizer(native: Native, provider: str) -> Native:
        return native.OfflineRecognizer.from_paraformer(
            paraformer=str(path),
            tokens=str(weights / TOKENS),
            num_threads=threads,
            provider=provider,
        )

    def loaded(name: str) -> Paraformer:
        # an exported network may have no way to write no token at all, and fail instead
        files = [path, weights / TOKENS]
        return Paraformer(load("paraformer", recognizer, files, name, several=True, excused=True))

    return decoding(loaded, device, fallback, batch=batch)


class Paraformer:
    """A `Decoder`. Threads may share it."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded

    @property
    def device(self) -> str:
        """As sherpa-onnx names it."""
        return self._loaded.device

    def decode(self, clips: Sequence[Audio], _hints: Hints, /) -> list[Hypothesis]:
        """Return one hypothesis for each clip, decoded one by one.

        In a batch the runtime does not see where the shorter clips end: it goes on to write
        until the network happens to say so.

        Raises:
            EngineError: the model failed.
        """
        results = [self._loaded.decode([clip])[0] for clip in clips]
        return [
            hypothesis_of(tokens_in(result, clip.duration), clip.duration)
            for result, clip in zip(results, clips, strict=True)
        ]

    def detect(self, clips: Sequence[Audio], /) -> list[Mapping[str, float]]:
        """Return Mandarin for each clip: it knows no other language."""
        return [{"zh": 1.0} for _ in clips]


def tokens_in(result: Native, duration: float) -> list[Token]:
    """Return the tokens of a clip of `duration` seconds; without times where there are none."""
    texts: list[str] = result.tokens
    spans = spans_of(result.timestamps, duration) if result.timestamps else [None] * len(texts)
    return [Token(text, None, span) for text, span in zip(texts, spans, strict=True)]
