"""A recognizer out of a decoder: clips in parts, in batches, and elsewhere where room lacks.

A decoder is what differs between runtimes; it is given short clips, few at a time. Knows none.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Generic, Protocol, TypeVar

from huiting.core.errors import ConfigError
from huiting.core.ports import Hints, Hypothesis
from huiting.core.types import Audio
from huiting.engines._batching import each
from huiting.engines._memory import Bound
from huiting.engines._parts import joined, parts_at_pauses
from huiting.engines.device import CPU, OutOfRoom

RATE = 16_000
LONGEST = 30.0
"""Seconds; what is longer is heard in parts."""
TOGETHER = {CPU: 30.0}
TOGETHER_ELSEWHERE = 300.0
"""Seconds of clips decoded at once; on a processor a batch gains nothing."""
FALLBACKS = ("none", CPU)


class Decoder(Protocol):
    """A model on a device. Threads may share it."""

    @property
    def device(self) -> str:
        """As its runtime names it."""
        ...

    def decode(self, clips: Sequence[Audio], hints: Hints, /) -> Sequence[Hypothesis]:
        """Return one hypothesis for each clip of a batch, in order.

        Raises:
            OutOfMemory: the device has no room for the batch.
            EngineError: the model failed, or does not know the language.
        """
        ...

    def detect(self, clips: Sequence[Audio], /) -> Sequence[Mapping[str, float]]:
        """Return for each clip of a batch the probability of each language; they add up to 1.

        Raises:
            OutOfMemory: the device has no room for the batch.
            EngineError: the model failed.
        """
        ...


Made = TypeVar("Made", bound=Decoder)


class Decoding(Generic[Made]):
    """A `Recognizer`. Threads may share it, as they may its decoder."""

    rate = RATE

    def __init__(
        self,
        decoder: Made,
        *,
        batch: float = 0.0,
        longest: float = LONGEST,
        mark: str | None = None,
        spare: "Callable[[], Decoding[Made]] | None" = None,
    ) -> None:
        """Hear with `decoder`.

        Args:
            decoder: of short clips.
            batch: seconds of clips decoded at once; 0 for what suits the device.
            longest: seconds of a clip, from which on it is heard in parts.
            mark: device that hypotheses say they fell back to; None for no fallback.
            spare: builds another for what has no room here; None to fail.
        """
        self.decoder = decoder
        self.spare = spare
        self._longest = longest
        self._mark = mark
        self._bound = Bound(batch or TOGETHER.get(decoder.device, TOGETHER_ELSEWHERE))

    @property
    def device(self) -> str:
        """As the runtime names it."""
        return self.decoder.device

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        """Yield one hypothesis for each clip, in order, as they are decoded.

        Raises:
            EngineError: the model failed, or does not know the language.
        """
        parts = [parts_at_pauses(clip, self._longest) for clip in clips]
        spare = self.spare
        found = each(
            [part for few in parts for part in few],
            lambda batch: self.decoder.decode(batch, hints),
            self._bound,
            spare and (lambda batch: spare().transcribe(batch, hints)),
        )
        for few in parts:
            hypothesis = joined([next(found) for _ in few], few)
            yield replace(hypothesis, fallback=self._mark) if self._mark else hypothesis

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        """Yield for each clip the probability of each language; they add up to 1.

        Raises:
            EngineError: the model failed.
        """
        spare = self.spare
        yield from each(
            [parts_at_pauses(clip, self._longest)[0] for clip in clips],
            self.decoder.detect,
            self._bound,
            spare and (lambda batch: spare().languages(batch)),
        )


def decoding(
    make: Callable[[str], Made],
    device: str,
    fallback: str,
    *,
    batch: float = 0.0,
    longest: float = LONGEST,
) -> Decoding[Made]:
    """Return a recognizer that goes on where it was told to when its device has no room.

    Args:
        make: loads the model on a device.
        device: where to.
        fallback: `cpu`, or `none` to fail.
        batch: seconds of clips decoded at once; 0 for what suits the device.
        longest: seconds of a clip, from which on it is heard in parts.

    Raises:
        ConfigError: there is no such fallback, or what `make` raises.
        OutOfRoom: the model does not fit, and nothing was said of a fallback.
    """
    if fallback not in FALLBACKS:
        raise ConfigError(
            f"fallback {fallback!r}", "no such device", f"choose one of {', '.join(FALLBACKS)}"
        )

    @cache
    def spare() -> Decoding[Made]:
        return Decoding(make(CPU), batch=batch, longest=longest, mark=CPU)

    try:
        made = make(device)
    except OutOfRoom:
        if fallback != CPU:
            raise
        return spare()
    goes_on = fallback == CPU and made.device != CPU
    return Decoding(made, batch=batch, longest=longest, spare=spare if goes_on else None)
