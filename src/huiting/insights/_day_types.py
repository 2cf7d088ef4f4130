"""What a day of calls is made of; see `day`."""

from dataclasses import dataclass
from datetime import date

from huiting.core.judgement import Severity
from huiting.core.types import EmotionLabel
from huiting.insights._shown import BadMoment, Hearing, ToHear
from huiting.insights.agents import AgentReport
from huiting.insights.causes import Causes
from huiting.insights.moments import Outbursts
from huiting.insights.rates import Mean, Rate
from huiting.insights.words import Words


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the day."""

    calls: int
    angry: Rate
    """Calls with an angry customer."""
    emotions: tuple[tuple[EmotionLabel, int], ...]
    """Lines of customers, by how they sound; those that sound like nothing much too."""


@dataclass(frozen=True, slots=True)
class RuleDay:
    """Verdicts of a rule."""

    rule: str
    name: str
    severity: Severity
    failed: Rate
    """Of the calls in which it passed or failed."""
    uncertain: int
    absent: int
    """Calls to which it did not apply."""
    before: Rate
    """As `failed`, in the days before."""


@dataclass(frozen=True, slots=True)
class ScoreDay:
    """Scores by one scorecard."""

    scorecard: str
    most: float
    mean: Mean | None
    before: Mean | None
    """In the days before."""
    fatal: Rate
    uncertain: int
    """Scores that are still open."""
    bins: tuple[int, ...]
    """Calls by tenths of `most`; bonuses beyond it go to the last."""


@dataclass(frozen=True, slots=True)
class IntentDay:
    """A reason to call."""

    name: str
    calls: int
    angry: Rate
    unsolved: Rate


@dataclass(frozen=True, slots=True)
class Day:
    """A day of calls."""

    since: date | None
    until: date | None
    """Last day, included."""
    calls: int
    seconds: float
    before: int
    """Calls in the days before."""
    judged: int
    """Calls with verdicts."""
    listened: int
    """Calls in which somebody listened for the customer's emotion."""
    untimed: int
    """Calls of which it is not known when they began; in no hour."""
    languages: tuple[tuple[str, int], ...]
    hours: tuple[Hour, ...]
    """24."""
    angry: Rate
    rules: tuple[RuleDay, ...]
    """The most often failed first."""
    scores: tuple[ScoreDay, ...]
    intents: tuple[IntentDay, ...]
    """The most frequent first."""
    agents: tuple[AgentReport, ...]
    causes: Causes
    outbursts: Outbursts
    words: Words
    moments: tuple[BadMoment, ...]
    """The gravest first."""
    hear: tuple[Hearing, ...]
    uncertain: tuple[ToHear, ...]
