"""What a live call tells while it runs. Times are seconds from the beginning of the call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from huiting.core.types import EmotionLabel, Role, Segment, Span


@dataclass(frozen=True, slots=True)
class Speech:
    """Somebody begins or ends to speak."""

    channel: int
    at: float
    speaking: bool


@dataclass(frozen=True, slots=True)
class Partial:
    """What somebody says who still speaks; the next one of the same number replaces it."""

    channel: int
    number: int
    """That its `Final` will have; counts the segments of the whole call."""
    span: Span
    """From where the segment begins to how far it was heard."""
    stable: str
    """The beginning of `text` that later partials of this segment keep."""
    text: str


@dataclass(frozen=True, slots=True)
class Final:
    """What somebody has said. It does not change, but for `segment.emotion` at the end of the call."""

    number: int
    segments: tuple[Segment, ...]
    """In order; none when nothing was said after all."""


class CueKind(StrEnum):
    """Why somebody should look now."""

    RULE = "rule"
    """A rule fails, whatever follows, or what it wants was not said in time."""
    REQUIRED = "required"
    """What the agent must still say; it is not late yet."""
    SILENCE = "silence"
    """Nobody speaks, right now."""
    ANGER = "anger"
    """The customer grows angry."""
    CROSSTALK = "crosstalk"
    """They speak at once, again and again."""
    KNOWLEDGE = "knowledge"
    """A document of the team's fits what is said."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a cue goes by."""

    channel: int
    span: Span
    text: str = ""


@dataclass(frozen=True, slots=True)
class Cue:
    """A hint to agent and supervisor. One of the same `key` replaces the one before."""

    key: str
    """Such as `rule:banned-words` or `required:closing`; the same cause has the same key
    during a call."""
    kind: CueKind
    at: float
    """When it was noticed."""
    text: Mapping[str, str]
    """For people, by language: `zh`, `en`."""
    severity: str = "notice"
    """`notice`, `warning` or `fatal`."""
    evidence: tuple[Evidence, ...] = ()
    on: bool = True
    """False when what it warned of is over: the silence ended, the missing words were said."""
    link: str | None = None
    """Address of a document."""


@dataclass(frozen=True, slots=True)
class Mood:
    """How a party sounded in its latest segments."""

    at: float
    label: EmotionLabel
    anger: float | None = None
    """Probability of anger in [0, 1]; None where nobody says."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """Where the call stands; told every few seconds."""

    at: float
    """Seconds of audio heard."""
    talk: Mapping[int, float] = field(default_factory=dict)
    """Seconds that each channel spoke."""
    silence: float = 0.0
    """Seconds since anybody spoke."""
    overlap: float = 0.0
    """Seconds in which more than one spoke."""
    rate: Mapping[int, float] = field(default_factory=dict)
    """Units a minute of speech by channel, as `quality.metrics` counts; of those that spoke enough."""
    moods: Mapping[int, Mood] = field(default_factory=dict)
    roles: Mapping[int, Role] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Strain:
    """The machine cannot keep up: partials are left out, or come again."""

    at: float
    on: bool
    behind: float
    """Seconds of speech that wait to be decoded."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A stretch could not be decoded; its audio is kept, and heard again after the call."""

    number: int
    channel: int
    span: Span
    reason: str


Update = Speech | Partial | Final | Cue | Pulse | Strain | Lost
