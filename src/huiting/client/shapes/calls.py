"""Calls as lists, searches and readers see them. What is heard in one is of `huiting.core`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from huiting.core.analysis import Analysis
from huiting.core.judgement import Judgement, Verdict
from huiting.core.meaning import Outcome, OutcomeKind, Quote, Sign, Summary
from huiting.core.types import EmotionLabel, EventLabel, Role


class Sort(StrEnum):
    """By what calls are sorted."""

    STARTED = "started_at"
    DURATION = "duration"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls are meant; what is left out does not matter."""

    since: datetime | None = None
    """That began then or later."""
    until: datetime | None = None
    """That began before."""
    agent: str | None = None
    team: str | None = None
    language: str | None = None
    batch: str | None = None
    """Handed in with this batch."""
    metadata: tuple[str, ...] = ()
    """Entries: `name:value`."""
    rule: str | None = None
    verdict: Verdict | None = None
    """Of that rule, or of any."""
    intent: str | None = None
    """Its name, or the beginning of its path."""
    emotion: EmotionLabel | None = None
    """`role` sounds so."""
    role: Role = Role.CUSTOMER
    fatal: bool = False
    """Only calls with a fatal item failed."""
    outcome: OutcomeKind | None = None
    sound: EventLabel | None = None
    """It is heard."""
    measure: tuple[str, ...] = ()
    """`name:least:most`; either may be left out."""
    scorecard: str | None = None
    score_min: float | None = None
    score_max: float | None = None
    duration_min: float | None = None
    """Seconds."""
    duration_max: float | None = None
    """Seconds."""
    q: str | None = None
    """Words that are said in one segment; "a phrase" in quotes."""
    sounds_like: bool = False
    """What sounds alike counts too."""
    said_by: Role | None = None
    """Who says `q`."""


@dataclass(frozen=True, slots=True)
class CallScore:
    """What a scorecard gives a call."""

    scorecard: str
    version: int
    points: float | None
    most: float
    grade: str
    fatal: bool
    uncertain: bool


@dataclass(frozen=True, slots=True)
class CallEntry:
    """A call as lists show it."""

    id: str
    name: str = ""
    started_at: datetime | None = None
    duration: float = 0.0
    language: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    version: int = 1
    analyzed_at: datetime | None = None
    segments: int = 0
    intents: tuple[str, ...] = ()
    scores: tuple[CallScore, ...] = ()
    verdicts: Mapping[Verdict, int] = field(default_factory=dict)
    """How many rules say so."""
    emotions: Mapping[EmotionLabel, int] = field(default_factory=dict)
    """Of the customer, in segments."""


@dataclass(frozen=True, slots=True)
class WholeCall:
    """All that is known of a call."""

    call: CallEntry
    analysis: Analysis
    judgement: Judgement | None
    """None when no rules have judged it."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What a call is about, at a glance."""

    call: CallEntry
    needs: tuple[Quote, ...]
    outcome: Outcome | None
    churn: Sign | None
    urgency: Sign | None
    summary: Summary | None
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A segment in which something is said."""

    call: str
    name: str
    started_at: datetime | None
    segment: int
    """Place in the call's segments, from 0."""
    role: Role
    start: float
    end: float
    language: str | None
    snippet: str
    marks: tuple[tuple[int, int], ...]
    """Where it stands in the snippet, as [start, end)."""
    match: Literal["exact", "sounds-like"]
    score: float
    """Relevance; comparable within one `match` only."""


@dataclass(frozen=True, slots=True)
class Version:
    """An analysis of a call: it may be heard again."""

    number: int
    at: datetime
    huiting: str
    engine: str
    models: Mapping[str, str]
    settings: str


@dataclass(frozen=True, slots=True)
class Outline:
    """The outline of a waveform, in stretches of equal length."""

    step: float
    """Seconds of a stretch."""
    low: tuple[tuple[int, ...], ...]
    """By channel, -127 to 127."""
    high: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class FieldName:
    """A field of metadata."""

    name: str
    calls: int


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A value that a field of metadata has."""

    value: str
    calls: int
