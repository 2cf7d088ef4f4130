"""A voice detector made of what tells, frame by frame, how likely somebody speaks.

Knows no network. Every frame is 512 samples, whatever the network's own are, so that what is
decided on them, in a track that is there or that arrives, is decided as with the usual one.
"""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from huiting.core.ports import Track
from huiting.core.speech import SpeechOptions
from huiting.core.types import Span
from huiting.engines._hysteresis import speech_spans
from huiting.engines._speech_stream import SpeechStream
from huiting.engines._stillness import still_frames
from huiting.engines.silero import BLOCK, HOP, RATE, decision_of


class Ear(Protocol):
    """Hears one track from its beginning on."""

    def hear(self, samples: NDArray[np.float32], /) -> NDArray[np.float32]:
        """Return the probability of speech in each frame of 512 samples, which are whole.

        Raises:
            EngineError: the network failed.
        """
        ...


class FrameDetector:
    """A `VoiceDetector`, `SpeechMeter` and `StreamingVoice`. Threads may share it."""

    rate = RATE
    hop = HOP

    def __init__(self, name: str, ear: Callable[[], Ear], options: SpeechOptions) -> None:
        """Hear nothing yet.

        Args:
            name: for errors.
            ear: makes one for a new track.
            options: when speech begins and ends.
        """
        self._name = name
        self._ear = ear
        self._decision = decision_of(options)

    def speech(self, track: Track, /) -> list[Span]:
        """Return where someone speaks, in order and apart; raw regions, never merged or split.

        Raises:
            ValueError: the track is not at 16 kHz.
            EngineError: the network failed.
        """
        if track.rate != RATE:
            raise ValueError(f"{self._name} wants {RATE} Hz, not {track.rate}")
        found = self.probabilities(track)
        end = min(track.duration, len(found) * HOP / RATE)
        return speech_spans(found.tolist(), hop=HOP / RATE, end=end, decision=self._decision)

    def probabilities(self, track: Track, /) -> NDArray[np.float32]:
        """Return the probability of speech in each frame, shape (frames,).

        Frames of a sound that stands still (ring-back, DTMF, chords) get 0.

        Raises:
            EngineError: the network failed.
        """
        found = [np.zeros(0, np.float32)]
        ear = self._ear()
        left = np.zeros(0, np.float32)
        for block in track.blocks(BLOCK):
            samples = np.concatenate((left, block.samples))
            whole = len(samples) // HOP * HOP
            found.append(self._heard(ear, samples[:whole]))
            left = samples[whole:]
        found.append(self._heard(ear, np.pad(left, (0, -len(left) % HOP))))
        return np.concatenate(found)

    def stream(self) -> SpeechStream:
        """Return a `StreamingDetector` for a new track; all of them share the network."""
        return SpeechStream(self._ear().hear, self._decision, HOP, RATE)

    def _heard(self, ear: Ear, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        if not len(samples):
            return np.zeros(0, np.float32)
        heard = ear.hear(samples)
        heard[still_frames(samples.reshape(-1, HOP))] = 0.0
        return heard
