"""A world in which speech is tones: audio whose words can be heard without a model.

Each sentence has a frequency. `speak` makes a track of sentences, `Ear` recognizes them,
`Energy` finds where they are. The pipeline, the batch and the command line run on these
as they do on real engines.
"""

import threading
import wave
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from huiting.audio.clips import Cutting
from huiting.core.analysis import MadeBy
from huiting.core.errors import EngineError
from huiting.core.ports import Hints, Hypothesis, Track
from huiting.core.types import Audio, Call, Party, Role, RoleSource, Span, Word
from huiting.pipeline import Kit

RATE = 16_000
SENTENCES = {
    400: "您好工号八零零一为您服务",
    500: "我想退货",
    600: "好的马上为您处理",
    700: "谢谢",
    800: "字幕由志愿者提供",
}
"""By frequency in Hz; the last one is what a recognizer makes up, and is gated."""
PHANTOM = 800


def speak(
    duration: float, *said: tuple[float, float, int], rate: int = RATE
) -> NDArray[np.float32]:
    """Return a track of `duration` seconds with tones (start, end, frequency)."""
    track = np.zeros(round(duration * rate), np.float32)
    for start, end, frequency in said:
        at = slice(round(start * rate), round(end * rate))
        time = np.arange(at.stop - at.start) / rate
        track[at] = 0.3 * np.sin(2 * np.pi * frequency * time)
    return track


def write_wav(path: Path, *tracks: NDArray[np.float32], rate: int = RATE) -> Path:
    """Write tracks as 16-bit WAV; returns `path`."""
    samples = (np.stack(tracks, axis=1) * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(tracks))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


class Energy:
    """A `VoiceDetector`: speech is where there is sound."""

    def speech(self, track: Track, /) -> Sequence[Span]:
        """Return stretches louder than -40 dBFS, at 10 ms."""
        loud: list[bool] = []
        for block in track.blocks(1.0):
            frames = block.samples[: len(block.samples) // 160 * 160].reshape(-1, 160)
            loud += list(np.sqrt((frames**2).mean(axis=1)) > 0.01)
        edges = np.flatnonzero(np.diff([False, *loud, False]))
        return [Span(a / 100, b / 100) for a, b in zip(edges[::2], edges[1::2], strict=True)]


@dataclass
class Ear:
    """A `Recognizer` that knows the sentences by their tones."""

    fail_at: int | None = None
    """Frequency at which the model fails."""
    before: Callable[[], None] = lambda: None
    """Called before each batch."""
    batches: list[int] = field(default_factory=list)
    """Sizes of the batches that were asked for."""
    rate: int = RATE
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        """Yield the sentence of each clip; words are its characters, evenly."""
        self.before()
        with self._lock:
            self.batches.append(len(clips))
        for clip in clips:
            yield self._hear(clip, hints)

    def _hear(self, clip: Audio, hints: Hints) -> Hypothesis:
        spectrum = np.abs(np.fft.rfft(clip.samples))
        peak = int(np.argmax(spectrum)) * clip.rate / len(clip.samples)
        frequency = min(SENTENCES, key=lambda f: abs(f - peak))
        if frequency == self.fail_at:
            raise EngineError("ear", "it hurts", "try again")
        if frequency == PHANTOM:
            return Hypothesis("", language=hints.language, gate="phantom")
        text = SENTENCES[frequency]
        step = clip.duration / len(text)
        words = [Word(c, Span(i * step, (i + 1) * step), 0.9) for i, c in enumerate(text)]
        return Hypothesis(text, tuple(words), hints.language, 0.9)

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        """Say that everything is Chinese, but for 700 Hz, which might be anything."""
        for clip in clips:
            peak = int(np.argmax(np.abs(np.fft.rfft(clip.samples)))) * clip.rate / len(clip.samples)
            yield {"zh": 0.3, "en": 0.35, "ja": 0.35} if abs(peak - 700) < 20 else {"zh": 0.95}


def first_is_agent(call: Call) -> Sequence[Party]:
    """Decide roles: who speaks first is the agent; a role that was given stays."""
    first = call.segments[0] if call.segments else None

    def role(party: Party) -> Party:
        if party.source is RoleSource.GIVEN or first is None:
            return party
        is_first = (party.channel, party.speaker) == (first.channel, first.speaker)
        heard = Role.AGENT if is_first else Role.CUSTOMER
        return Party(party.channel, party.speaker, heard, RoleSource.HEARD, 0.8)

    return [role(party) for party in call.parties]


def kit(ear: Ear | None = None, **options: object) -> Kit:
    """Return a kit of tone engines."""
    parts: dict[str, object] = {
        "vad": Energy(),
        "asr": ear or Ear(),
        "roles": first_is_agent,
        "made_by": MadeBy("0", "ear", {"ear": "0" * 64}),
        "cutting": Cutting(max_gap=0.0),  # an ear hears one tone a clip
    }
    return Kit(**(parts | options))  # type: ignore[arg-type]
