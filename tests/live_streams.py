"""Live calls in the language of tones, heard by a streaming engine on a tiny drawn network."""

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic

import numpy as np
from numpy.typing import NDArray

import tiny_online
from engines.tones import RATE, sound
from huiting.app.hosting import Made
from huiting.app.live_hosting import ByStream, heard
from huiting.app.settings import Settings
from huiting.core.ports import Hints, Hypothesis, RecognitionStream
from huiting.core.types import Audio
from huiting.core.watch import Progress
from huiting.engines import paraformer_streaming, zipformer
from huiting.engines.online.streaming import Online
from huiting.jobs.host.child import Function
from huiting.jobs.host.journal import Journal
from huiting.live.streams import Streams
from huiting.service.live.hearing import LISTEN, Heard, Listen
from tones import Ear, kit

FACTORY = "live_streams:build"
DIE = "die"
"""Task: take the child down."""


def talk(*said: str, pause: float = 1.2) -> NDArray[np.float32]:
    """Return a track: what is said, with a pause before each and after the last."""
    rest = np.zeros(round(pause * RATE), np.float32)
    return np.concatenate([rest, *(part for one in said for part in (_still(sound(one)), rest))])


def _still(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the samples without the noise between tones, which detectors here take for speech."""
    return np.where(np.abs(samples) < 0.006, np.float32(0), samples)


def transducer(folder: Path) -> Online:
    weights = tiny_online.write_transducer(folder)
    return zipformer.build(weights=weights, device="cpu", threads=1)


def paraformer(folder: Path) -> Online:
    weights = tiny_online.write_paraformer(folder)
    return paraformer_streaming.build(weights=weights, device="cpu", threads=1)


@dataclass
class Counting:
    """A `StreamingRecognizer` that counts what the streams of another are fed."""

    engine: Online
    fed: int = 0
    begun: int = 0
    rate: int = RATE
    lock: threading.Lock = field(default_factory=threading.Lock)

    def stream(self, hints: Hints, /) -> "CountingStream":
        """Begin one."""
        with self.lock:
            self.begun += 1
        return CountingStream(self, self.engine.stream(hints))


@dataclass
class CountingStream:
    """One of its streams."""

    counting: Counting
    stream: RecognitionStream

    def feed(self, samples: NDArray[np.float32], /) -> Hypothesis:
        """Count the samples, and hear them."""
        with self.counting.lock:
            self.counting.fed += len(samples)
        return self.stream.feed(samples)

    def finish(self) -> Hypothesis:
        """Hear the end."""
        return self.stream.finish()


class Refusing(Ear):
    """A `Recognizer` that is to hear nothing."""

    def transcribe(self, clips: Sequence[Audio], hints: Hints, /) -> Iterator[Hypothesis]:
        """Fail: all is for the stream."""
        raise AssertionError(f"{len(clips)} clips came, {hints}")

    def languages(self, clips: Sequence[Audio], /) -> Iterator[Mapping[str, float]]:
        """Fail: nobody is to ask."""
        raise AssertionError(f"{len(clips)} clips came")


@dataclass
class StreamEars:
    """A `Listener` that hears by streams, by the code that hears real calls."""

    counting: Counting
    finals: bool = True
    ear: Ear = field(default_factory=Refusing)
    """Hears what is not for the stream."""
    asked: list[Listen] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin without any stream."""
        self.streams = Streams(self.counting, monotonic)

    def hear(self, asked: Listen) -> Heard:
        """Hear a stretch."""
        self.asked.append(asked)
        by_stream = ByStream(self.streams, Journal(lambda _: None), finals=self.finals)
        return heard(asked, Made(kit(self.ear), Hints(), Settings()), set(), by_stream)

    def warm(self) -> None:
        """Be ready."""

    @property
    def finals_in(self) -> list[Listen]:
        """Return what was asked of segments that had ended."""
        return [asked for asked in self.asked if asked.final]


@contextmanager
def build(payload: bytes, journal: Journal) -> Iterator[Mapping[str, Function]]:
    """Offer `listen` by streams, and `die`. A `child.Factory`; the payload is a folder."""
    streams = Streams(transducer(Path(os.fsdecode(payload))), monotonic)
    by_stream = ByStream(streams, journal, finals=True)
    yield {LISTEN: partial(listen, by_stream=by_stream), DIE: die}


def listen(payload: bytes, _progress: Callable[[Progress], None], *, by_stream: ByStream) -> bytes:
    made = Made(kit(Refusing()), Hints(), Settings())
    return heard(Listen.read(payload), made, set(), by_stream).packed()


def die(_payload: bytes, _progress: Callable[[Progress], None]) -> bytes:
    os._exit(3)
