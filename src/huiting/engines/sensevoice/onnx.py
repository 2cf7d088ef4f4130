"""SenseVoice by sherpa-onnx: quick on a processor, a quarter of the memory in int8.

The runtime shows what the model wrote and when, but not how sure it was: no confidence, and no
score of an emotion or a sound. Of a language it shows the one that was decided for.

A language can be asked for only when a recognizer is loaded, so each that is asked for has one
of its own, loaded when it is first needed.
"""

import logging
import re
import threading
from collections.abc import Callable, Mapping, Sequence

from huiting.core.errors import ModelUnavailable
from huiting.core.ports import Hints, Hypothesis
from huiting.core.tags import tag
from huiting.core.types import Audio
from huiting.engines._decoding import Decoding, decoding
from huiting.engines._exported import REMEDY, TOKENS, Form, check, check_tokens, network
from huiting.engines._onsets import spans_of
from huiting.engines._pieces import Piece, text_of
from huiting.engines._sherpa import Loaded, Native, load
from huiting.engines.device import OutOfRoom
from huiting.engines.sensevoice._options import Options
from huiting.engines.sensevoice._reading import (
    LANGUAGES,
    LONGEST,
    Said,
    checked_language,
    hypothesis_of,
)

log = logging.getLogger(__name__)

AUTO = "auto"
FORM = Form(
    inputs=4,
    numbers=(
        "normalize_samples",
        "with_itn",
        "without_itn",
        *(f"lang_{code}" for code in (AUTO, *LANGUAGES)),
    ),
)
TAGLESS = "Nano"
"""In the comment of a network of this form that writes no tags."""
SPECIAL = re.compile(r"<\|[^|]*\|>|<unk>|</?s>")


def build(options: Options, *, device: str, fallback: str) -> "Decoding[SenseVoice]":
    """Load the model; see the package's `build`."""
    path = network(options.weights, options.compute, device)
    tokens = options.weights / TOKENS
    said = check(path, FORM).metadata
    if TAGLESS in said.get("comment", ""):
        raise ModelUnavailable(
            str(path), "it is a part of Fun-ASR-Nano, which writes no tags", REMEDY
        )
    check_tokens(tokens, [tag(code) for code in LANGUAGES])

    def loaded(name: str, language: str) -> Loaded:
        def recognizer(native: Native, provider: str) -> Native:
            return native.OfflineRecognizer.from_sense_voice(
                model=str(path),
                tokens=str(tokens),
                num_threads=options.threads,
                provider=provider,
                language=language,
                use_itn=options.itn,
            )

        return load("sensevoice", recognizer, [path, tokens], name, several=True)

    return decoding(
        lambda name: SenseVoice(Recognizers(loaded, name), options.languages),
        device,
        fallback,
        batch=options.batch,
        longest=LONGEST,
    )


class Recognizers:
    """A recognizer a language, each loaded when it is first asked for."""

    def __init__(self, load_one: Callable[[str, str], Loaded], device: str) -> None:
        """Load the one that detects the language.

        Args:
            load_one: loads one on a device for a language.
            device: where to.
        """
        self._load = load_one
        self._loaded = {AUTO: load_one(device, AUTO)}
        self._lock = threading.Lock()

    @property
    def device(self) -> str:
        """Where they all are."""
        return self._loaded[AUTO].device

    def of(self, language: str | None) -> Loaded:
        """Return that of a language; where it does not fit, the one that detects it."""
        wanted = language or AUTO
        with self._lock:
            if wanted not in self._loaded:
                try:
                    self._loaded[wanted] = self._load(self.device, wanted)
                except OutOfRoom as error:
                    log.warning(
                        "no room for the model of a language: it is detected instead",
                        extra={"language": wanted, "reason": error.reason},
                    )
                    self._loaded[wanted] = self._loaded[AUTO]
            return self._loaded[wanted]


class SenseVoice:
    """A `Decoder`. Threads may share it."""

    def __init__(self, recognizers: Recognizers, languages: Sequence[str]) -> None:
        self._recognizers = recognizers
        self._languages = [c for c in LANGUAGES if c in languages] or list(LANGUAGES)

    @property
    def device(self) -> str:
        """As sherpa-onnx names it."""
        return self._recognizers.device

    def decode(self, clips: Sequence[Audio], hints: Hints, /) -> list[Hypothesis]:
        """Return one hypothesis for each clip of a batch.

        Raises:
            EngineError: the model failed, or does not know the language.
        """
        results = self._recognizers.of(checked_language(hints.language)).decode(clips)
        return [
            hypothesis_of(said_in(result, clip.duration), clip.duration)
            for result, clip in zip(results, clips, strict=True)
        ]

    def detect(self, clips: Sequence[Audio], /) -> list[Mapping[str, float]]:
        """Return the language of each clip with 1, as the runtime does not show how sure it is.

        Where nobody speaks, or in a language that is not allowed, all are equally likely.

        Raises:
            EngineError: the model failed.
        """
        results = self._recognizers.of(None).decode(clips)
        return [self._odds(result.lang) for result in results]

    def _odds(self, heard: str) -> dict[str, float]:
        spoken = [code for code in self._languages if tag(code) == heard] or self._languages
        return {code: 1 / len(spoken) for code in spoken}


def said_in(result: Native, duration: float) -> Said:
    """Return what the runtime says of a clip of `duration` seconds."""
    spans = spans_of(result.timestamps, duration)
    pieces = [
        Piece(token, start, end)
        for token, (start, end) in zip(result.tokens, spans, strict=True)
        if not SPECIAL.fullmatch(token.strip())
    ]
    return Said(f"{result.lang}{result.emotion}{result.event}{text_of(pieces)}", pieces)
