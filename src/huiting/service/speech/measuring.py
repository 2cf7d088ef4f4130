"""Measure how likely somebody speaks in a recording, and how loud it is: each sample is read once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from huiting.audio.decode import Limits, decode
from huiting.audio.spool import SpooledTrack
from huiting.core.ports import SpeechMeter, Track
from huiting.core.speech import LOUDEST, Speech, SpeechTrack, steps
from huiting.core.types import Audio, Span
from huiting.core.watch import Watch

Told = Callable[[float], None]
"""Told the share that is over, in [0, 1]."""


def measure(
    path: Path, meter: SpeechMeter, *, called: str = "", limits: Limits, watch: Watch
) -> Speech:
    """Return how likely somebody speaks on each channel that carries a signal of its own.

    Args:
        path: where the recording is.
        meter: what measures.
        called: name that it came with.
        limits: what it may cost.
        watch: told of the stages "decode" and "vad".

    Raises:
        UndecodableAudio: it is no audio that we can read.
        EngineError: the model failed.
    """
    with watch("decode"):
        decoded = decode(
            path, rate=meter.rate, limits=limits, called=called, advance=watch.advance
        )  # fmt: skip
    with decoded, watch("vad"):
        alive = decoded.alive
        tracks = []
        for number, track in enumerate(alive):

            def told(share: float, number: int = number) -> None:
                watch.advance((number + share) / len(alive))

            tracks.append(_measured(track, meter, told))
        return Speech(meter.hop / meter.rate, decoded.duration, decoded.channels, tuple(tracks))


def _measured(track: SpooledTrack, meter: SpeechMeter, told: Told) -> SpeechTrack:
    overheard = _Overheard(track, meter.hop, told)
    likely = steps(meter.probabilities(overheard))
    loud = overheard.loudness()
    return SpeechTrack(track.channel, track.duration, likely, loud[: len(likely)])


@dataclass(slots=True)
class _Overheard:
    """A `Track` that notes how loud it is while somebody else reads it in blocks, once."""

    track: Track
    hop: int
    """Samples of a frame."""
    told: Told
    _found: list[NDArray[np.float32]] = field(default_factory=list)
    _left: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    _read: float = 0.0
    """Seconds."""

    @property
    def rate(self) -> int:
        """Hz."""
        return self.track.rate

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.track.duration

    def cut(self, span: Span, /) -> Audio:
        """Return the samples of `span`, of which nothing is noted."""
        return self.track.cut(span)

    def blocks(self, size: float, /) -> Iterator[Audio]:
        """Yield consecutive pieces of `size` seconds; the last may be shorter."""
        for block in self.track.blocks(size):
            self._note(block.samples)
            self._read += block.duration
            self.told(min(1.0, self._read / max(self.duration, block.duration)))
            yield block

    def loudness(self) -> bytes:
        """Return the loudest sample of each frame that was read; the last may be a short one."""
        rest = [np.abs(self._left).max(keepdims=True)] if len(self._left) else []
        whole = np.concatenate([*self._found, *rest, np.zeros(0, np.float32)])
        told: NDArray[np.uint8] = np.rint(np.clip(whole, 0, 1) * LOUDEST).astype(np.uint8)
        return told.tobytes()

    def _note(self, samples: NDArray[np.float32]) -> None:
        known = np.concatenate((self._left, samples))
        size = len(known) // self.hop * self.hop
        self._found.append(np.abs(known[:size]).reshape(-1, self.hop).max(axis=1, initial=0.0))
        self._left = known[size:]
