"""What is added up of a day, whether calls come one by one or in columns."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date

from huiting.core.judgement import Severity, Verdict
from huiting.core.types import EmotionLabel
from huiting.insights._shown import ToHear
from huiting.insights.rates import Count, Spread

HOURS = 24
BINS = 10
"""Of the distribution of scores."""
TO_HEAR = 20
"""Moments listed that decide uncertain verdicts."""


@dataclass(slots=True)
class HourSum:
    """Of an hour of the day."""

    calls: int = 0
    angry: Count = field(default_factory=Count)
    emotions: Counter[EmotionLabel] = field(default_factory=Counter)


@dataclass(slots=True)
class RuleSum:
    """Of a rule."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    before: Count = field(default_factory=Count)
    name: str = ""
    severity: Severity | None = None
    """Of the latest call, which comes first; None in the days before."""


@dataclass(slots=True)
class ScoreSum:
    """Of a scorecard."""

    most: float = 0.0
    points: Spread = field(default_factory=Spread)
    before: Spread = field(default_factory=Spread)
    fatal: Count = field(default_factory=Count)
    uncertain: int = 0
    bins: list[int] = field(default_factory=lambda: [0] * BINS)


@dataclass(slots=True)
class IntentSum:
    """Of a reason to call."""

    calls: int = 0
    angry: Count = field(default_factory=Count)
    unsolved: Count = field(default_factory=Count)


@dataclass(slots=True)
class Sums:
    """Of a day."""

    calls: int = 0
    before: int = 0
    seconds: float = 0.0
    judged: int = 0
    listened: int = 0
    untimed: int = 0
    since: date | None = None
    until: date | None = None
    languages: Counter[str] = field(default_factory=Counter)
    angry: Count = field(default_factory=Count)
    hours: list[HourSum] = field(default_factory=lambda: [HourSum() for _ in range(HOURS)])
    rules: defaultdict[str, RuleSum] = field(default_factory=lambda: defaultdict(RuleSum))
    scores: defaultdict[str, ScoreSum] = field(default_factory=lambda: defaultdict(ScoreSum))
    intents: defaultdict[str, IntentSum] = field(default_factory=lambda: defaultdict(IntentSum))
    uncertain: list[ToHear] = field(default_factory=list)
