"""Parts of a kit that show life while they read a track. Know no model.

A voice detector reads a day-long call for minutes without a result. Each piece of the track
that is read is a sign of life, and a place where a cancelled task can end.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huiting.core.ports import Diarizer, SoundTagger, SpeechMeter, Track, VoiceDetector
from huiting.core.types import Audio, Event, Span

Alive = Callable[[], None]
"""Called with each piece; may raise to end the work."""


@dataclass(frozen=True, slots=True)
class LivelyTrack:
    """A `Track` whose reader is heard of."""

    track: Track
    alive: Alive

    @property
    def rate(self) -> int:
        """Hz."""
        return self.track.rate

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.track.duration

    def cut(self, span: Span, /) -> Audio:
        """Return the samples of `span`; shorter where the track ends earlier."""
        self.alive()
        return self.track.cut(span)

    def blocks(self, size: float, /) -> Iterator[Audio]:
        """Yield consecutive pieces of `size` seconds; the last may be shorter."""
        for block in self.track.blocks(size):
            self.alive()
            yield block


@dataclass(frozen=True, slots=True)
class LivelyVoiceDetector:
    """A `VoiceDetector`."""

    detector: VoiceDetector
    alive: Alive

    def speech(self, track: Track, /) -> Sequence[Span]:
        """Return where someone speaks, in order and without overlap."""
        return self.detector.speech(LivelyTrack(track, self.alive))


@dataclass(frozen=True, slots=True)
class LivelySpeechMeter:
    """A `SpeechMeter`."""

    meter: SpeechMeter
    alive: Alive

    @property
    def rate(self) -> int:
        """Hz."""
        return self.meter.rate

    @property
    def hop(self) -> int:
        """Samples from one frame to the next."""
        return self.meter.hop

    def probabilities(self, track: Track, /) -> NDArray[np.float32]:
        """Return the probability of speech in each frame."""
        return self.meter.probabilities(LivelyTrack(track, self.alive))


@dataclass(frozen=True, slots=True)
class LivelyDiarizer:
    """A `Diarizer`."""

    diarizer: Diarizer
    alive: Alive

    def turns(
        self, track: Track, speech: Sequence[Span], count: int | None, /
    ) -> Sequence[tuple[int, Span]]:
        """Return turns as (speaker, span), by start."""
        return self.diarizer.turns(LivelyTrack(track, self.alive), speech, count)


@dataclass(frozen=True, slots=True)
class LivelySoundTagger:
    """A `SoundTagger`."""

    tagger: SoundTagger
    alive: Alive

    def events(self, track: Track, channel: int, speech: Sequence[Span], /) -> Sequence[Event]:
        """Return what sounds on a channel besides words, by start."""
        return self.tagger.events(LivelyTrack(track, self.alive), channel, speech)
