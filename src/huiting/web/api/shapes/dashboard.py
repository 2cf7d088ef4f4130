"""Today at a glance, as it is told."""

from datetime import date, datetime
from typing import Self
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from huiting.core.judgement import Severity
from huiting.core.types import EmotionLabel
from huiting.insights.rates import Interval, Rate
from huiting.insights.words import Term
from huiting.jobs.queue import Load
from huiting.service.dashboard import DayToday, Named, Need, RuleToday, Today, Volume, Waiting
from huiting.web.api.shapes.library import RateOf


class VolumeOf(BaseModel):
    """Calls, and how long they are."""

    calls: int
    hours: float

    @classmethod
    def of(cls, volume: Volume) -> Self:
        """Return it as it is told."""
        return cls(calls=volume.calls, hours=volume.seconds / 3600)


class EmotionOf(BaseModel):
    """How many lines of customers sound so."""

    emotion: EmotionLabel
    lines: int


class RuleOf(BaseModel):
    """How often a rule was broken."""

    rule: str
    name: str
    severity: Severity
    failed: RateOf = Field(description="Of the calls in which it passed or failed.")
    uncertain: int
    before: RateOf = Field(description="As `failed`, in the days before.")

    @classmethod
    def of(cls, rule: RuleToday) -> Self:
        """Return it as it is told."""
        return cls(
            rule=rule.rule,
            name=rule.name,
            severity=rule.severity,
            failed=RateOf.of_rate(rule.failed),
            uncertain=rule.uncertain,
            before=RateOf.of_rate(rule.before),
        )


class RisingOf(BaseModel):
    """A term that is said more often than before."""

    text: str
    calls: int
    share: float | None
    before: float | None = Field(description="Share of the calls of the days before.")
    lift: float | None = Field(description="How many times more often; none if never before.")
    examples: list[str] = Field(description="Ids of calls.")

    @classmethod
    def of(cls, term: Term) -> Self:
        """Return it as it is told."""
        return cls(
            text=term.text,
            calls=term.calls.count,
            share=term.calls.share,
            before=term.baseline.share,
            lift=term.lift,
            examples=list(term.examples[:5]),
        )


class NamedOf(BaseModel):
    """A call, as much as leads to it."""

    id: str
    at: datetime = Field(description="When it began, or was first analyzed.")
    agent: str
    duration: float

    @classmethod
    def of(cls, named: Named) -> Self:
        """Return it as it is told."""
        return cls(id=named.call, at=named.at, agent=named.agent, duration=named.duration)


class NeedOf(BaseModel):
    """Calls that need a person for one reason."""

    need: Need
    calls: int
    first: list[NamedOf] = Field(description="The latest, a few.")
    query: str = Field(description="By which `GET /calls` lists them: `since=…&emotion=ANGRY`.")
    whole: bool = Field(
        description="Whether the query says all that was asked for; otherwise it lists others too."
    )

    @classmethod
    def of(cls, waiting: Waiting) -> Self:
        """Return it as it is told."""
        first = [NamedOf.of(named) for named in waiting.first]
        return cls(
            need=waiting.need,
            calls=waiting.calls,
            first=first,
            query=urlencode(waiting.query),
            whole=waiting.whole,
        )


class DayOf(BaseModel):
    """One day, for a chart."""

    day: date
    calls: int
    hours: float
    clean: RateOf
    angry: RateOf

    @classmethod
    def of(cls, day: DayToday) -> Self:
        """Return it as it is told."""
        return cls(
            day=day.day,
            calls=day.calls,
            hours=day.seconds / 3600,
            clean=RateOf.of_rate(day.clean),
            angry=RateOf.of_rate(day.angry),
        )


class LoadOf(BaseModel):
    """What one kind of job has to do."""

    kind: str
    waiting: int
    running: int
    oldest: float = Field(description="Seconds since the first that could run was put.")

    @classmethod
    def of(cls, load: Load) -> Self:
        """Return it as it is told."""
        return cls(kind=load.kind, waiting=load.waiting, running=load.running, oldest=load.oldest)


class TodayOf(BaseModel):
    """Some days at a glance."""

    since: date
    until: date
    volume: VolumeOf
    before: VolumeOf = Field(description="Of the days before that they are compared with.")
    days_before: int
    judged: int
    clean: RateOf = Field(
        description="Calls in which no rule failed, of those in which one passed or failed."
    )
    kept: RateOf = Field(
        description="Verdicts that passed, of those that passed or failed; the interval has the "
        "errors of calls."
    )
    angry: RateOf
    emotions: list[EmotionOf]
    rules: list[RuleOf]
    rising: list[RisingOf]
    needs: list[NeedOf]
    series: list[DayOf]
    queue: list[LoadOf]
    uncounted: int = Field(description="Calls that changed a moment ago and are counted soon.")

    @classmethod
    def of(cls, today: Today) -> Self:
        """Return it as it is told."""
        return cls(
            since=today.since,
            until=today.until,
            volume=VolumeOf.of(today.volume),
            before=VolumeOf.of(today.before),
            days_before=today.days_before,
            judged=today.judged,
            clean=RateOf.of_rate(today.clean),
            kept=_clustered(today.kept, today.kept_interval),
            angry=RateOf.of_rate(today.angry),
            emotions=[EmotionOf(emotion=e, lines=n) for e, n in today.emotions],
            rules=[RuleOf.of(rule) for rule in today.rules],
            rising=[RisingOf.of(term) for term in today.rising],
            needs=[NeedOf.of(waiting) for waiting in today.needs],
            series=[DayOf.of(day) for day in today.series],
            queue=[LoadOf.of(load) for load in today.queue],
            uncounted=today.uncounted,
        )


def _clustered(rate: Rate, ends: Interval | None) -> RateOf:
    low, high = (ends.low, ends.high) if ends else (None, None)
    return RateOf(share=rate.share, low=low, high=high, of=rate.of)
