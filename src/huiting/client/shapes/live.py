"""Live calls: what is said of one when it begins, and what happens in it. Seconds are of the call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from huiting.core.types import EmotionLabel, Role, Segment, Span


@dataclass(frozen=True, slots=True)
class Opening:
    """A call that is to begin."""

    rate: int = 16_000
    """Hz, 8000 to 48000."""
    roles: tuple[Role, ...] = (Role.UNKNOWN,)
    """Whom each channel carries; samples of channels follow each other in turn."""
    encoding: Literal["pcm16", "mulaw", "alaw"] = "pcm16"
    """`pcm16` is little-endian."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    consent: bool | None = None
    """The customer agrees to being recorded; None when nobody asked."""
    language: str | None = None
    """ISO 639; None to have it heard."""
    hotwords: tuple[str, ...] = ()
    name: str = ""
    """What the recording is to be called."""
    interim: bool = True
    """Tell what is said while somebody still speaks."""


@dataclass(frozen=True, slots=True)
class Speech:
    """A channel begins or ends to speak."""

    channel: int
    at: float
    speaking: bool


@dataclass(frozen=True, slots=True)
class Partial:
    """What is being said; the next one of the same number replaces it."""

    channel: int
    number: int
    span: Span
    stable: str
    """The beginning of `text` that does not change any more."""
    text: str


@dataclass(frozen=True, slots=True)
class Final:
    """What was said."""

    number: int
    segments: tuple[Segment, ...]
    """None when nothing was said after all."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a cue goes by."""

    channel: int
    span: Span
    text: str = ""


@dataclass(frozen=True, slots=True)
class Cue:
    """Something to look at; one of the same key replaces the one before."""

    key: str
    kind: str
    at: float
    text: Mapping[str, str]
    """For people, by language: `zh`, `en`."""
    severity: str = "notice"
    """`notice`, `warning` or `fatal`."""
    evidence: tuple[Proof, ...] = ()
    on: bool = True
    """False when it is over."""
    link: str | None = None
    """Address of a document."""


@dataclass(frozen=True, slots=True)
class Mood:
    """How a party sounded lately."""

    at: float
    label: EmotionLabel
    anger: float | None = None
    """Probability in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """Where the call stands, by channel."""

    at: float
    talk: Mapping[int, float] = field(default_factory=dict)
    silence: float = 0.0
    overlap: float = 0.0
    rate: Mapping[int, float] = field(default_factory=dict)
    moods: Mapping[int, Mood] = field(default_factory=dict)
    roles: Mapping[int, Role] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Strain:
    """The server cannot keep up: partials are left out, or come again."""

    at: float
    on: bool
    behind: float
    """Seconds of speech that wait."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A stretch that could not be recognized now; it will be after the call."""

    number: int
    channel: int
    span: Span
    reason: str


@dataclass(frozen=True, slots=True)
class Away:
    """The side that speaks is cut off, or is back."""

    at: float
    on: bool


@dataclass(frozen=True, slots=True)
class Missed:
    """Events that are gone, because they were not read in time."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over. The last there is."""

    why: str
    """`finished`, `gone`, `restarted`, `too-long`, `no-room` or `failed`."""
    duration: float
    recording: str | None
    """The call has this id once it is analyzed; None when no recording is kept."""
    job: int | None = None
    """That analyzes it."""
    kept_later: bool = False
    """The recording is safe, and will be handed over."""


Update = Speech | Partial | Final | Cue | Pulse | Strain | Lost | Away | Missed | Ended


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened, and its number; numbers grow, and some are left out."""

    number: int
    update: Update


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call that runs, or has just ended, as lists show it."""

    id: str
    name: str
    speaker: str
    """Who opened it."""
    metadata: Mapping[str, str]
    roles: tuple[Role, ...]
    consent: bool | None
    opened_at: datetime
    seconds: float
    away: bool
    behind: float
    strained: bool
    need: int
    """How much somebody should look; more is more."""
