"""A measure over days or weeks, by agent, site or any field; and two sets of calls compared."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from huiting.insights.case import Case
from huiting.insights.columns import measured
from huiting.insights.columns.calls import Calls, Rows
from huiting.insights.columns.facts import MARK
from huiting.insights.fields import UNNAMED, Filter, monday, values
from huiting.insights.measures import Kind, Measure
from huiting.insights.rates import (
    Difference,
    Interval,
    Mean,
    Rate,
    Spread,
    between_means,
    between_rates,
)

ENOUGH = 5
"""Calls from which an interval says more than their number."""
GROUPS = 200
"""Groups told apart; calls of further ones go together."""
OTHERS = "…"


class Step(StrEnum):
    """How long a period is."""

    DAY = "day"
    WEEK = "week"
    """From Monday."""
    MONTH = "month"
    ALL = "all"
    """One period."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share or a mean of a sample of calls."""

    value: float | None
    """None of no calls."""
    of: int
    """Calls of which the measure says something."""
    interval: Interval | None
    """None of fewer than `ENOUGH` calls."""

    @property
    def too_few(self) -> bool:
        """Whether so few calls stand behind it that it says something of them only."""
        return self.of < ENOUGH


@dataclass(frozen=True, slots=True)
class Point:
    """A measure in one period and group."""

    start: date | None
    """First day; None where there is one period."""
    group: str
    """Value of the field; empty where there is one group."""
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Trend:
    """A measure over time."""

    measure: str
    kind: Kind
    step: Step
    by: str | None
    points: tuple[Point, ...]
    """By group, then time; periods without calls are left out."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A measure in two sets of calls."""

    measure: str
    kind: Kind
    first: Estimate
    second: Estimate
    difference: Difference | None
    """First minus second."""
    shared: int
    """Calls in both sets: above 0 the test does not hold, as they are not independent."""


class TrendTally:
    """Adds up a measure as calls come."""

    def __init__(self, measure: Measure, step: Step = Step.DAY, by: str | None = None) -> None:
        self._measure, self._step, self._by = measure, step, by
        self._points: defaultdict[tuple[str, date | None], Spread] = defaultdict(Spread)
        self._groups: set[str] = set()

    def add(self, case: Case) -> None:
        """Take one more call; one without a time counts only where time does not."""
        value = self._measure.value(case)
        began = case.dialogue.started_at
        if value is None or (began is None and self._step is not Step.ALL):
            return
        start = None
        if began is not None and self._step is not Step.ALL:
            start = _first(began.date(), self._step)
        known = values(case, self._by) if self._by is not None else None
        for group in self._groups_of(known or (UNNAMED,)):
            self._points[group, start].add(value, self._measure.within(case))

    def add_all(self, calls: Calls, rows: Rows) -> None:
        """Take more calls at once."""
        value = measured.values(self._measure, calls)
        within = measured.highest(self._measure, calls)
        days, timed = calls.whole("day"), self._step is not Step.ALL
        wanted = rows & ~np.isnan(value) & (days >= 0 if timed else True)
        found: defaultdict[int, list[str]] = defaultdict(list)
        bag, begins = calls.bag("fields"), f"{self._by}{MARK}"
        for entry, row in zip(*(part.tolist() for part in bag.within(wanted)), strict=True):
            if bag.table[entry].startswith(begins):
                found[row].append(bag.table[entry].removeprefix(begins))
        for row in np.flatnonzero(wanted).tolist():
            start = measured.day_of(int(days[row])) if timed else None
            if start is not None:
                start = _first(start, self._step)
            for group in self._groups_of(found.get(row) or (UNNAMED,)):
                self._points[group, start].add(float(value[row]), within(row))

    def _groups_of(self, known: Iterable[str]) -> Iterator[str]:
        if self._by is None:
            yield ""
            return
        for value in known:
            if value in self._groups or len(self._groups) < GROUPS:
                self._groups.add(value)
                yield value
            else:
                yield OTHERS

    def result(self) -> Trend:
        """Return what was found so far."""
        ordered = sorted(self._points.items(), key=lambda kv: (kv[0][0], kv[0][1] or date.min))
        points = tuple(
            Point(start, group, estimate(spread, self._measure.kind))
            for (group, start), spread in ordered
        )
        return Trend(self._measure.name, self._measure.kind, self._step, self._by, points)


def trend(
    cases: Iterable[Case], measure: Measure, step: Step = Step.DAY, by: str | None = None
) -> Trend:
    """Return a measure by day or week, and by the values of a field.

    Args:
        cases: read once.
        measure: what is asked of each call.
        step: length of a period.
        by: a field, such as `agent`, `topic` or one of the metadata; None for one group.
    """
    tally = TrendTally(measure, step, by)
    for case in cases:
        tally.add(case)
    return tally.result()


def _first(day: date, step: Step) -> date:
    """Return the first day of the period with a day."""
    if step is Step.MONTH:
        return day.replace(day=1)
    return monday(day) if step is Step.WEEK else day


def compare(cases: Iterable[Case], measure: Measure, first: Filter, second: Filter) -> Comparison:
    """Return a measure in two sets of calls and how far they differ; `cases` is read once."""
    spreads = Spread(), Spread()
    shared = 0
    for case in cases:
        value = measure.value(case)
        if value is None:
            continue
        inside = first.keeps(case), second.keeps(case)
        shared += all(inside)
        for spread, kept in zip(spreads, inside, strict=True):
            if kept:
                spread.add(value, measure.within(case))
    return Comparison(
        measure.name,
        measure.kind,
        estimate(spreads[0], measure.kind),
        estimate(spreads[1], measure.kind),
        _difference(*spreads, measure.kind),
        shared,
    )


def estimate(spread: Spread, kind: Kind) -> Estimate:
    """Return the share or the mean of values added up."""
    if kind is Kind.SHARE:
        rate = rate_of(spread)
        return Estimate(rate.share, rate.of, rate.interval if rate.of >= ENOUGH else None)
    mean: Mean | None = spread.mean()
    if mean is None:
        return Estimate(None, 0, None)
    return Estimate(mean.value, mean.of, mean.interval if mean.of >= ENOUGH else None)


def rate_of(spread: Spread) -> Rate:
    """Return how many of the values were 1."""
    return Rate(round(spread.value * spread.of), spread.of)


def _difference(first: Spread, second: Spread, kind: Kind) -> Difference | None:
    if kind is Kind.SHARE:
        return between_rates(rate_of(first), rate_of(second))
    means = first.mean(), second.mean()
    if means[0] is None or means[1] is None:
        return None
    return between_means(means[0], means[1])
