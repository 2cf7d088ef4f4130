"""Online recognizers of sherpa-onnx as ports: streams, and clips fed whole through one.

Knows no architecture. The runtime's own detection of endpoints is not used: whoever feeds a
stream knows where speech ends. Python's reference to a stream is all that keeps it alive.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huiting.core.errors import EngineError
from huiting.core.ports import Hints, Hypothesis
from huiting.core.types import Audio
from huiting.engines._memory import OutOfMemory, ran_out
from huiting.engines._scripts import odds_by_script
from huiting.engines._sherpa import RATE, Loaded, Native

FAULTS = (RuntimeError, ValueError, IndexError, MemoryError)
"""What the runtime raises."""


@dataclass(frozen=True, slots=True)
class Manner:
    """What differs between architectures."""

    tail: float
    """Seconds of silence after the last sound that bring out its last words."""
    read: Callable[[Native, float], Hypothesis]
    """What a result of the runtime says of so many seconds of sound."""
    hotwords: Callable[[Hints], str]
    """The hotwords of a new stream, as the runtime wants them; empty for none."""
    languages: tuple[str, ...]
    """ISO 639 codes of what the model writes."""


class Online:
    """A `StreamingRecognizer`, and a `Recognizer`. Threads may share it."""

    rate = RATE

    def __init__(self, loaded: Loaded, manner: Manner) -> None:
        self._loaded = loaded
        self._manner = manner

    @property
    def device(self) -> str:
        """As sherpa-onnx names it."""
        return self._loaded.device

    def stream(self, hints: Hints, /) -> "Stream":
        """Return a stream for a new sound.

        Raises:
            EngineError: the runtime failed.
        """
        words = self._manner.hotwords(hints)
        try:
            with self._loaded.turns:
                native = (
                    self._loaded.recognizer.create_stream(words)
                    if words
                    else self._loaded.recognizer.create_stream()
                )
        except FAULTS as error:
            raise failed(self._loaded.engine, error) from error
        return Stream(self._loaded, self._manner, native)

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        """Yield one hypothesis for each clip, in order: each is fed whole through a stream.

        Raises:
            EngineError: the model failed.
        """
        for clip in clips:
            stream = self.stream(hints)
            stream.feed(clip.samples)
            yield stream.finish()

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        """Yield for each clip the probability of each language, by the script of what it writes.

        A model of one language is not asked.

        Raises:
            EngineError: the model failed.
        """
        known = self._manner.languages
        for clip in clips:
            if len(known) == 1:
                yield {known[0]: 1.0}
            else:
                [heard] = self.transcribe([clip], Hints())
                yield odds_by_script(heard.text, known)


class Stream:
    """A `RecognitionStream`. One thread at a time."""

    def __init__(self, loaded: Loaded, manner: Manner, native: Native) -> None:
        self._loaded = loaded
        self._manner = manner
        self._native = native
        self._samples = 0
        self._final: Hypothesis | None = None

    def feed(self, samples: NDArray[np.float32], /) -> Hypothesis:
        """Take the next samples at 16 kHz; return what is heard up to now.

        Raises:
            EngineError: the model failed; the stream is of no more use.
            ValueError: it was finished before.
        """
        if self._final is not None:
            raise ValueError("samples after the end of a stream")
        self._samples += len(samples)
        return self._heard(samples)

    def finish(self) -> Hypothesis:
        """Return what was heard in all of it.

        Raises:
            EngineError: the model failed.
        """
        if self._final is None:
            rest = np.zeros(round(self._manner.tail * RATE), np.float32)
            self._final = self._heard(rest, last=True)
            self._native = None
        return self._final

    def _heard(self, samples: NDArray[np.float32], *, last: bool = False) -> Hypothesis:
        recognizer, native = self._loaded.recognizer, self._native
        try:
            with self._loaded.turns:
                if len(samples):
                    native.accept_waveform(RATE, np.ascontiguousarray(samples, np.float32))
                if last:
                    native.input_finished()
                while recognizer.is_ready(native):
                    recognizer.decode_stream(native)
                result = recognizer.get_result_all(native)
        except FAULTS as error:
            raise failed(self._loaded.engine, error) from error
        return self._manner.read(result, self._samples / RATE)


def failed(engine: str, error: Exception) -> EngineError:
    """Return what the runtime raised as an error of ours."""
    kind = OutOfMemory if ran_out(error) else EngineError
    return kind(engine, f"a stream failed: {error}", "try again")
