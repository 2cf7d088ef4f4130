"""What is asked of the models while a call runs, what they answer, and how both travel."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from huiting.core.types import Audio, Role, Segment, Span
from huiting.core.watch import Progress
from huiting.jobs.host.ticket import Task
from huiting.live.asks import Ask
from huiting.service.tasks import Host

LISTEN = "listen"
"""Task: hear a stretch of a call that runs. The result is `Heard.packed`."""
RATE = 16_000
"""Hz, of what is heard."""
_segments = TypeAdapter(tuple[Segment, ...])


@dataclass(frozen=True, slots=True)
class Earlier:
    """A segment that the voice said before, and what it sounded like."""

    text: str
    impression: bytes
    """Of `EmotionTagger.listen`, as float32."""


@dataclass(frozen=True, slots=True)
class Listen:
    """A stretch of speech to be heard. Times are seconds of the call."""

    samples: bytes
    """At 16 kHz, float32."""
    channel: int
    start: float
    spans: tuple[tuple[float, float], ...]
    offsets: tuple[float, ...]
    since: float
    """Where the segment's own speech begins."""
    complete: bool
    """Nothing of the segment is missing: how it sounds is wanted, too."""
    role: Role = Role.UNKNOWN
    language: str | None = None
    """ISO 639; None to hear it."""
    options: str = "{}"
    """JSON object of what is to be otherwise than in the settings."""
    earlier: tuple[Earlier, ...] = ()
    """What this voice said before, where the segment is complete."""
    call: str = ""
    """Names the call, for who hears its segments as they go on; empty for nobody."""
    number: int = 0
    """Of the segment, in the call."""
    final: bool = False
    """The segment has ended."""

    @property
    def ask(self) -> Ask:
        """The stretch as a live session asks for it."""
        return Ask(
            number=0,
            channel=self.channel,
            start=self.start,
            audio=Audio(np.frombuffer(self.samples, np.float32), RATE),
            final=self.complete,
            revision=0,
            spans=tuple(Span(start, end) for start, end in self.spans),
            offsets=self.offsets,
            since=self.since,
            complete=self.complete,
        )

    def packed(self) -> bytes:
        """Return it as it travels."""
        return msgspec.msgpack.encode(self)

    @classmethod
    def read(cls, payload: bytes) -> "Listen":
        """Return what `packed` made."""
        return _listen.decode(payload)


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What was heard in a stretch."""

    segments: tuple[Segment, ...] = ()
    impressions: tuple[NDArray[np.float32], ...] = ()
    """Of each segment that is complete; empty when nobody listens for emotion."""
    odds: Mapping[str, float] = field(default_factory=dict)
    """Of each language, where it was not said which it is."""

    def packed(self) -> bytes:
        """Return it as it travels."""
        impressions = [row.astype(np.float32).tobytes() for row in self.impressions]
        body = (_segments.dump_json(self.segments), impressions, dict(self.odds))
        return msgspec.msgpack.encode(body)

    @classmethod
    def read(cls, result: bytes) -> "Heard":
        """Return what `packed` made."""
        segments, impressions, odds = _heard.decode(result)
        rows = tuple(np.frombuffer(row, np.float32) for row in impressions)
        return cls(_segments.validate_json(segments), rows, odds)


class Listener(Protocol):
    """Hears stretches of calls that run. May be called from several threads."""

    def hear(self, asked: Listen, /) -> Heard:
        """Hear one.

        Raises:
            HuitingError: it could not be heard.
        """
        ...

    def warm(self) -> None:
        """Get ready, so that the first stretch does not wait for it.

        Raises:
            HuitingError: it cannot.
        """
        ...


@dataclass(frozen=True, slots=True)
class HostListener:
    """A `Listener` whose models are in a model host."""

    host: Host
    load: Callable[[], None]
    """Returns when the models are loaded."""

    def hear(self, asked: Listen) -> Heard:
        """Hear a stretch."""

        def ignore(_progress: Progress) -> None:
            pass

        return Heard.read(self.host.run(Task(LISTEN, asked.packed(), "live call"), ignore))

    def warm(self) -> None:
        """Load the models."""
        self.load()


def spans_of(spans: Sequence[Span]) -> tuple[tuple[float, float], ...]:
    """Return spans as they travel."""
    return tuple((span.start, span.end) for span in spans)


_listen = msgspec.msgpack.Decoder(Listen)
_heard = msgspec.msgpack.Decoder(tuple[bytes, list[bytes], dict[str, float]])
