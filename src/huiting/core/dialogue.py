"""A call as rules and reports read it: flat, small, and quick to load by the thousand.

Made from an `Analysis` (see `quality.dialogue`) and kept beside it in the store, so that
all of history is judged anew without the audio and without the full analyses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from huiting.core.meaning import Meaning
from huiting.core.metrics import Metrics
from huiting.core.types import Emotion, Event, Role, Seconds, Share, Span


@dataclass(frozen=True, slots=True)
class Line:
    """One segment."""

    segment: int
    """Place in `Call.segments`, from 0; lines are in the same order."""
    channel: int
    speaker: int | None
    role: Role
    span: Span
    text: str
    """As written."""
    spoken: str
    """As recognized."""
    sound: tuple[str, ...] = ()
    """How each character of `text` sounds: toneless pinyin of a Chinese character and of a digit
    as it is read (1 and 幺 are both `yi`), a letter (in lower case) itself; empty where there is
    no sound. As long as `text`."""
    starts: tuple[Seconds, ...] = ()
    """When each character of `text` begins; empty when the engine gave no times."""
    ends: tuple[Seconds, ...] = ()
    """When each character of `text` ends."""
    language: str | None = None
    confidence: Share | None = None
    loudness: Share | None = None
    """dBFS."""
    rate: Share | None = None
    """Units a minute; None where too short to tell."""
    emotion: Emotion | None = None

    def when(self, start: int, end: int) -> Span:
        """Return when the characters [start, end) of the text are said; at worst the segment."""
        if not self.starts or not 0 <= start < end <= len(self.starts):
            return self.span
        return Span(self.starts[start], max(self.starts[start], self.ends[end - 1]))


@dataclass(frozen=True, slots=True)
class Unclear:
    """Somebody speaks, and what they say was not understood."""

    role: Role
    channel: int
    span: Span


@dataclass(frozen=True, slots=True)
class Dialogue:
    """All that a rule may ask about a call."""

    call: str
    """Id of the recording."""
    name: str
    """Of the recording, as shown to people."""
    duration: Seconds
    metrics: Metrics
    lines: tuple[Line, ...] = ()
    events: tuple[Event, ...] = ()
    """By start; heard and derived."""
    unclear: tuple[Unclear, ...] = ()
    """By start."""
    meaning: Meaning = field(default_factory=Meaning)
    language: str | None = None
    started_at: datetime | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
