"""What the team's rules say of a call: verdicts with their evidence, and scores.

Kept apart from the analysis: rules change, and a call is judged again without being
heard again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from huiting.core.types import Role, Share, Span
from huiting.core.value import value


class Verdict(StrEnum):
    """What a rule says of a call."""

    PASS = "pass"  # noqa: S105  (a verdict, no password)
    FAIL = "fail"
    NOT_APPLICABLE = "n/a"
    UNCERTAIN = "uncertain"
    """Somebody should listen: what decides was not heard clearly enough."""


class Severity(StrEnum):
    """How much a broken rule matters."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class Match(StrEnum):
    """How closely what was said fits what the rule asks for."""

    EXACT = "exact"
    SOUNDS_LIKE = "sounds-like"
    SIMILAR = "similar"
    """In meaning."""


class EvidenceKind(StrEnum):
    """What a piece of evidence is."""

    SAID = "said"
    SOUND = "sound"
    """An event, or an emotion that is heard."""
    MEASURED = "measured"
    """A number; `value` and `limit` say which."""
    KNOWN = "known"
    """Metadata, language, intent, another rule."""
    SEARCHED = "searched"
    """The stretch in which nothing was found."""
    NEAREST = "nearest"
    """What came closest to it."""
    UNCLEAR = "unclear"
    """Where the answer may hide: speech not understood, overlap, low confidence."""
    ANSWERED = "answered"
    """By a language model; the quote was found in the call."""


@value
class Evidence:
    """Something that can be played, or read, to check a verdict."""

    kind: EvidenceKind
    span: Span | None = None
    """None when it concerns the whole call."""
    channel: int | None = None
    role: Role | None = None
    segment: int | None = None
    """Place in `Call.segments`, from 0."""
    quote: str | None = None
    match: Match | None = None
    score: Share | None = None
    """Of the match, in [0, 1]."""
    value: float | None = None
    limit: float | None = None
    """What `value` was compared with."""
    note: str | None = None
    """What was looked for or measured, in the rule's words."""


@value
class Finding:
    """What one rule says of one call."""

    rule: str
    """Id of the rule."""
    version: int
    """Of the rule."""
    verdict: Verdict
    effect: float = 0.0
    """What it adds to the score."""
    evidence: tuple[Evidence, ...] = ()
    name: str = ""
    severity: Severity = Severity.MINOR
    advice: str = ""
    """What to do better; given when the rule failed."""


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """One item of a scorecard, and how its points came about."""

    id: str
    name: str
    section: str
    points: float
    """Given."""
    most: float
    """That could be given; 0 for an item that did not apply."""
    verdict: Verdict
    fatal: bool = False
    """Failed and fatal: the whole score is lost."""
    rules: tuple[str, ...] = ()
    """Ids of the rules it rests on."""
    why: str = ""
    advice: str = ""
    moment: Span | None = None
    """Where to listen."""


@dataclass(frozen=True, slots=True)
class Score:
    """A scorecard filled in."""

    scorecard: str
    """Its id."""
    version: int
    points: float | None
    """Out of `most`; None when nothing applied."""
    most: float
    items: tuple[ScoredItem, ...] = ()
    fatal: tuple[str, ...] = ()
    """Ids of the fatal items that failed."""
    uncertain: bool = False
    """An item rests on a rule that is uncertain: the score may still change."""
    grade: str = ""
    low: float | None = None
    """What the points become if all that is uncertain turns out badly."""
    high: float | None = None
    """What they become if it all turns out well."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a set of rules and scorecards says of one call."""

    call: str
    """Id of the recording."""
    findings: tuple[Finding, ...] = ()
    """In the order of the rules."""
    scores: tuple[Score, ...] = ()
    rules: str = ""
    """Digest of the rules and scorecards that were used."""
    problems: Mapping[str, str] = field(default_factory=dict)
    """Rule id to why it could not be judged, such as a server that did not answer."""
