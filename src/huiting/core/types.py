"""What a call is: frozen values, composed and never subclassed.

Times are seconds from the start of the recording, always. Nothing here reads a
file, a clock or a model.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import PlainSerializer

from huiting.core.value import ordered_value

# Written with three decimals: finer than any engine's time, and files stay comparable.
Seconds = Annotated[float, PlainSerializer(lambda x: round(x, 3), return_type=float)]
Share = Annotated[float, PlainSerializer(lambda x: round(x, 4), return_type=float)]


def clock(seconds: float) -> str:
    """Return a time as people read it: `3:07`, or `1:03:07` from an hour on."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


@ordered_value
class Span:
    """A stretch of time, half-open: 0 <= start <= end."""

    start: Seconds
    end: Seconds

    def __post_init__(self) -> None:
        """Refuse times that run backwards or begin before the recording; NaN too."""
        if not 0 <= self.start <= self.end:
            raise ValueError(f"need 0 <= start <= end, not {self.start}, {self.end}")
        # A numpy number would go on into every sum and comparison, and not into JSON.
        if type(self.start) is not float:
            object.__setattr__(self, "start", float(self.start))
        if type(self.end) is not float:
            object.__setattr__(self, "end", float(self.end))

    @property
    def duration(self) -> float:
        """Length, >= 0."""
        return self.end - self.start

    def shift(self, by: float) -> "Span":
        """Return the span `by` seconds later."""
        return Span(self.start + by, self.end + by)

    def overlap(self, other: "Span") -> float:
        """Return how many seconds the two share; 0 when they only touch."""
        return max(0.0, min(self.end, other.end) - max(self.start, other.start))


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """One mono track or a piece of it, in memory. A `Track`."""

    samples: NDArray[np.float32]
    """Shape (n,), in [-1, 1]."""
    rate: int
    """Hz."""

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate

    def cut(self, span: Span) -> "Audio":
        """Return the samples of `span` as a view; shorter where the track ends earlier."""
        return Audio(
            self.samples[round(span.start * self.rate) : round(span.end * self.rate)], self.rate
        )

    def blocks(self, size: float) -> Iterator["Audio"]:
        """Yield consecutive pieces of `size` seconds; the last may be shorter."""
        step = max(1, round(size * self.rate))
        for start in range(0, len(self.samples), step):
            yield Audio(self.samples[start : start + step], self.rate)


class Role(StrEnum):
    """Whom a voice belongs to."""

    AGENT = "agent"
    CUSTOMER = "customer"
    SYSTEM = "system"
    """Announcements, voice menus, hold music."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Channel:
    """A physical track, and whom the caller says it carries."""

    index: int
    role: Role = Role.UNKNOWN


@dataclass(frozen=True, slots=True)
class Recording:
    """An accepted file. Same bytes, same `id`."""

    id: str
    """SHA-256 of the bytes, in hex."""
    path: str
    """Where it was read; kept to find it again, never an identity."""
    size: int
    """Bytes."""
    duration: Seconds
    """As decoded, not as the header claims."""
    rate: int
    """Hz, as stored in the file."""
    codec: str
    """FFmpeg's name, such as `pcm_mulaw`."""
    channels: tuple[Channel, ...]
    started_at: datetime | None = None
    """When the call began, from its metadata."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """What came with the call: agent, phone, direction, and the team's own fields."""


class ConditionKind(StrEnum):
    """What can be wrong with a recording and yet let it be analyzed."""

    DUAL_MONO = "dual-mono"
    """Two channels hold the same signal; treated as one. Value: correlation."""
    DEAD_CHANNEL = "dead-channel"
    """A channel carries no signal. Value: its level in dBFS."""
    LEVEL_DIFFERENCE = "level-difference"
    """The channel is far quieter than the loudest one, and was raised. Value: dB."""
    BLEED = "bleed"
    """The channel holds a quiet copy of another; the copy was ignored. Value: level in dB."""
    CLIPPING = "clipping"
    """Samples at full scale. Value: their share of the active samples."""
    WRONG_DURATION = "wrong-duration"
    """The header claims another duration. Value: the claimed seconds."""
    MISSING_DURATION = "missing-duration"
    """The header claims no duration."""
    TRUNCATED = "truncated"
    """The file ends in the middle; what came before was read. Value: seconds read."""
    DAMAGED = "damaged"
    """Packets that did not decode were left out. Value: how many."""
    SILENT = "silent"
    """Nobody speaks and nothing sounds. Value: level in dBFS."""
    SWAPPED = "swapped-channels"
    """What is said contradicts the roles that were given, which were exchanged. Value: confidence."""
    UNPROCESSABLE = "unprocessable"
    """Stretches that the recognizer does not survive were left out. Value: seconds of speech."""
    FALLBACK = "fallback"
    """What was asked for could not, and another device or engine recognized this. Value: seconds of
    speech."""
    HEARD_AGAIN = "heard-again"
    """The first engine was not sure, and a second one heard this too. Value: seconds of speech."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something found in the recording that a reader of the result should know."""

    kind: ConditionKind
    channel: int | None = None
    value: float | None = None


class RoleSource(StrEnum):
    """How a role was found."""

    GIVEN = "given"
    HEARD = "heard"
    """Decided from what is said."""
    ASSUMED = "assumed"
    """Nothing told; the usual order of channels or of speaking."""


@dataclass(frozen=True, slots=True)
class Party:
    """Someone who speaks in the call: a channel, or a diarized speaker on one."""

    channel: int
    speaker: int | None
    """Number within the channel when it was diarized; None when the channel is one voice."""
    role: Role
    source: RoleSource
    confidence: Share | None = None
    """Of a role that was heard, in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Region:
    """Where someone speaks, as the voice detector (and the diarizer) found it; never merged."""

    channel: int
    speaker: int | None
    span: Span


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or a character in languages without spaces, with its time."""

    text: str
    span: Span
    confidence: Share | None
    """In [0, 1]; None when the engine gives none."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A place where the written text differs from the spoken one."""

    start: int
    """First character replaced, as an offset into `Segment.spoken`."""
    end: int
    """One past the last; equal to `start` for an insertion."""
    written: str
    """What stands there instead."""
    stages: tuple[str, ...]
    """Text stages that made it, in order: `script`, `hotword`, `itn`, `punctuation`."""
    score: Share | None = None
    """How sure the least sure of them was; None for a rule that has no degree."""


class EmotionLabel(StrEnum):
    """How somebody sounds: SenseVoice's vocabulary."""

    HAPPY = "HAPPY"
    SAD = "SAD"
    ANGRY = "ANGRY"
    NEUTRAL = "NEUTRAL"
    FEARFUL = "FEARFUL"
    DISGUSTED = "DISGUSTED"
    SURPRISED = "SURPRISED"
    UNKNOWN = "EMO_UNKNOWN"
    """Nothing stands out enough to say."""


class EmotionSource(StrEnum):
    """What an emotion was told from."""

    ENGINE = "engine"
    """A tag of the recognizer."""
    VOICE = "voice"
    """How it sounds, by our classifier."""
    WORDS = "words"
    """What is said, by our lexicon."""


@dataclass(frozen=True, slots=True)
class Emotion:
    """How a segment sounds."""

    label: EmotionLabel
    score: Share | None = None
    """Calibrated: of labels given at 0.8, eight in ten are right; None when the source has none."""
    arousal: Share | None = None
    """From calm, -1, to excited, 1."""
    valence: Share | None = None
    """From unpleasant, -1, to pleasant, 1."""
    odds: Mapping[EmotionLabel, Share] = field(default_factory=dict)
    """Probability of each label that is likely enough to matter; for ranking."""
    sources: tuple[EmotionSource, ...] = ()
    words: tuple[str, ...] = ()
    """What was said that counted."""


class EventLabel(StrEnum):
    """What happens in a call besides words. `Event.value` is given in parentheses."""

    MUSIC = "music"
    """Music and nobody speaking: music on hold."""
    MUSIC_UNDER_SPEECH = "music-under-speech"
    SINGING = "singing"
    LAUGHTER = "laughter"
    APPLAUSE = "applause"
    CRY = "cry"
    COUGH = "cough"
    SNEEZE = "sneeze"
    BREATH = "breath"
    """A breath or a sigh."""
    NOISE = "noise"
    """(signal-to-noise ratio in dB)"""
    RINGBACK = "ringback"
    BUSY = "busy"
    DTMF = "dtmf"
    """Keys pressed; `text` holds the digits."""
    SILENCE = "silence"
    """Nobody speaks, long enough to be noticed; `role` was expected to (seconds)."""
    HOLD = "hold"
    """A silence that the agent had announced (seconds)."""
    CROSSTALK = "crosstalk"
    """Two speak at once; `role` began second (seconds)."""
    INTERRUPTION = "interruption"
    """`role` took the turn from the other (seconds both spoke)."""
    LOUDNESS_JUMP = "loudness-jump"
    """`role` suddenly speaks louder (dB above its last segment)."""
    RATE_SPIKE = "rate-spike"
    """`role` suddenly speaks faster (units a minute)."""


class EventSource(StrEnum):
    """How an event was found."""

    ENGINE = "engine"
    """A tag of the recognizer."""
    MODEL = "model"
    SIGNAL = "signal"
    """Computed from the samples."""
    DERIVED = "derived"
    """Follows from who speaks when, and what is said."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens in a call besides words."""

    label: EventLabel
    span: Span
    source: EventSource
    channel: int | None = None
    score: Share | None = None
    """In [0, 1]; None where there is no degree."""
    role: Role | None = None
    """Whom it concerns."""
    value: Share | None = None
    """The measured number; the label says which."""
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """What one party says between pauses."""

    channel: int
    speaker: int | None
    role: Role
    span: Span
    spoken: str
    """As recognized."""
    text: str
    """As written: always `spoken` with `edits` applied."""
    edits: tuple[Edit, ...] = ()
    """In order and apart."""
    words: tuple[Word, ...] = ()
    """Words of `spoken`, in order; empty when the engine gives no times."""
    language: str | None = None
    """ISO 639 code; `yue` for Cantonese."""
    confidence: Share | None = None
    """Geometric mean of the token probabilities; None when the engine gives none."""
    loudness: Share | None = None
    """RMS of the speech as recorded, in dBFS."""
    emotion: Emotion | None = None
    """None when nobody listened for it."""

    def __post_init__(self) -> None:
        """Hold the text to its edits, so that word times survive every stage."""
        if apply(self.spoken, self.edits) != self.text:
            raise ValueError("text is not spoken with edits applied")


def apply(spoken: str, edits: Sequence[Edit]) -> str:
    """Return `spoken` with `edits` applied.

    Raises:
        ValueError: the edits overlap, are out of order, or lie outside `spoken`.
    """
    bounds = [0, *(place for edit in edits for place in (edit.start, edit.end)), len(spoken)]
    if any(a > b for a, b in pairwise(bounds)):
        raise ValueError("edits must be in order, apart, and inside the text")
    pieces, at = [], 0
    for edit in edits:
        pieces += [spoken[at : edit.start], edit.written]
        at = edit.end
    return "".join([*pieces, spoken[at:]])


@dataclass(frozen=True, slots=True)
class Rejected:
    """A stretch that was recognized as speech and then not believed."""

    channel: int
    span: Span
    gate: str
    """Which check refused it: `no-speech`, `low-confidence`, `repetition`, `phantom`…"""


@dataclass(frozen=True, slots=True)
class Call:
    """All that was heard in a recording; what metrics and rules read."""

    recording: Recording
    parties: tuple[Party, ...] = ()
    regions: tuple[Region, ...] = ()
    segments: tuple[Segment, ...] = ()
    """By start, then channel: the order in which people read a call."""
    events: tuple[Event, ...] = ()
    """By start; those heard and those derived."""
    rejected: tuple[Rejected, ...] = ()
    conditions: tuple[Condition, ...] = ()
    language: str | None = None
    """The one most spoken; ISO 639."""
