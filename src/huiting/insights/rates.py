"""Shares and means with how far a sample lets them be trusted, and tests between two of them.

All intervals are for 95 %. A share of nothing is None, never 0. Calls are taken to be
independent of each other; what repeats within a call is counted by call, or with the
errors of clusters (see `moments`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import inf, log, sqrt

import numpy as np
import numpy.typing as npt
from scipy import stats

Z = 1.959963984540054
"""Of the normal distribution, for 95 %."""
_SAME = 1e-7
"""Two probabilities no further apart, by their logarithms, are the same but for rounding."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From where to where a value may lie."""

    low: float
    high: float


ANYWHERE = Interval(-inf, inf)
NEVER_BELOW_0 = Interval(0.0, inf)
SHARE = Interval(0.0, 1.0)
"""Between what values lie."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of how many."""

    count: int
    of: int

    @property
    def share(self) -> float | None:
        """In [0, 1]; None of nothing."""
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> Interval | None:
        """Where the share lies with 95 % confidence; None of nothing.

        Source:
            Wilson (1927), Probable inference, the law of succession, and statistical inference.
        """
        return wilson(self.count / self.of, self.of) if self.of else None

    @property
    def least(self) -> float:
        """The lower end of the interval, to sort by: 1 of 1 says less than 29 of 32."""
        return 0.0 if self.interval is None else self.interval.low


@dataclass(frozen=True, slots=True)
class Weighted:
    """How many of how many, where each that was looked at stands for several."""

    count: float
    """Weight of the hits."""
    weight: float
    """Of all that were looked at."""
    squares: float
    """Sum of the squares of their weights."""
    of: int
    """That were looked at."""

    @property
    def share(self) -> float | None:
        """In [0, 1]; None of nothing."""
        return self.count / self.weight if self.weight else None

    @property
    def interval(self) -> Interval | None:
        """Where the share lies with 95 % confidence: Wilson's, of the effective sample.

        Source:
            Kish (1965), Survey Sampling: unequal weights tell as much as
            (sum of weights)² / (sum of their squares) equal ones.
        """
        if self.share is None:
            return None
        return wilson(self.share, self.weight**2 / self.squares)


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean and its spread."""

    value: float
    of: int
    deviation: float | None
    """Standard deviation of the sample; None of a single value."""
    low: float = -inf
    """The least that a value can be."""
    high: float = inf
    """The most that a value can be."""

    @property
    def interval(self) -> Interval | None:
        """Where the mean lies with 95 % confidence, by Student's t; None of a single value.

        What no mean can be is cut off: that part of the interval holds nothing.
        """
        if self.deviation is None:
            return None
        reach = float(stats.t.ppf(0.975, self.of - 1)) * self.deviation / sqrt(self.of)
        return Interval(max(self.low, self.value - reach), min(self.high, self.value + reach))


@dataclass(slots=True)
class Spread:
    """Values summed as they come; exact enough for any number of them.

    Source:
        Welford (1962), Note on a method for calculating corrected sums of squares.
    """

    of: int = 0
    value: float = 0.0
    squares: float = 0.0
    within: Interval | None = None
    """Between what each value must lie; the widest of those given."""

    def add(self, value: float, within: Interval = ANYWHERE) -> None:
        """Take one more value, and between what it must lie."""
        known = self.within or within
        self.within = Interval(min(known.low, within.low), max(known.high, within.high))
        self.of += 1
        step = value - self.value
        self.value += step / self.of
        self.squares += step * (value - self.value)

    def add_all(self, values: Iterable[float], within: Interval = ANYWHERE) -> None:
        """Take more values, one after another; nothing changes when there are none.

        Args:
            values: in their order; the sums are those of `add`, to the last bit.
            within: between what each of them must lie.
        """
        of, mean, squares = self.of, self.value, self.squares
        for value in values:
            of += 1
            step = value - mean
            mean += step / of
            squares += step * (value - mean)
        if of > self.of:
            known = self.within or within
            self.within = Interval(min(known.low, within.low), max(known.high, within.high))
            self.of, self.value, self.squares = of, mean, squares

    def mean(self) -> Mean | None:
        """Return the mean; None of nothing."""
        if not self.of:
            return None
        deviation = sqrt(self.squares / (self.of - 1)) if self.of > 1 else None
        ends = self.within or ANYWHERE
        return Mean(self.value, self.of, deviation, ends.low, ends.high)


@dataclass(slots=True)
class Count:
    """Hits counted as they come."""

    count: int = 0
    of: int = 0

    def add(self, hit: object) -> None:
        """Take one more, a hit when it is true."""
        self.count += bool(hit)
        self.of += 1

    def rate(self) -> Rate:
        """Return how many of how many."""
        return Rate(self.count, self.of)


@dataclass(frozen=True, slots=True)
class Difference:
    """One value minus another."""

    value: float
    interval: Interval | None
    p: float | None
    """Of a difference at least as large if there were none; None when it cannot be tested."""


def wilson(share: float, of: float) -> Interval:
    """Return Wilson's interval; `of` may be an effective size that is no whole number."""
    middle = share + Z * Z / (2 * of)
    reach = Z * sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    scale = 1 + Z * Z / of
    return Interval(max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale))


def between_rates(first: Rate, second: Rate) -> Difference | None:
    """Return the first share minus the second; None when one is of nothing.

    Source:
        Newcombe (1998), Interval estimation for the difference between independent
        proportions, method 10; Fisher's exact test.
    """
    a, b = first.interval, second.interval
    p, q = first.share, second.share
    if a is None or b is None or p is None or q is None:
        return None
    down = sqrt((p - a.low) ** 2 + (b.high - q) ** 2)
    up = sqrt((a.high - p) ** 2 + (q - b.low) ** 2)
    value = p - q
    interval = Interval(max(-1.0, value - down), min(1.0, value + up))
    return Difference(value, interval, fisher(first, second))


def between_means(first: Mean, second: Mean) -> Difference:
    """Return the first mean minus the second, by Welch's test."""
    value = first.value - second.value
    if first.deviation is None or second.deviation is None:
        return Difference(value, None, None)
    a, b = first.deviation**2 / first.of, second.deviation**2 / second.of
    if not a + b:
        return Difference(value, Interval(value, value), None)
    low, high = first.low - second.high, first.high - second.low
    freedom = (a + b) ** 2 / (a * a / (first.of - 1) + b * b / (second.of - 1))
    reach = float(stats.t.ppf(0.975, freedom)) * sqrt(a + b)
    p = 2 * float(stats.t.sf(abs(value) / sqrt(a + b), freedom))
    return Difference(value, Interval(max(low, value - reach), min(high, value + reach)), p)


def fisher(first: Rate, second: Rate) -> float:
    """Return the p-value of Fisher's exact test, two-sided.

    All tables with these margins are looked at: each one's probability is told from that of the
    one before, so that there is no factorial to be rounded.

    Source:
        Fisher (1922), On the interpretation of χ² from contingency tables; tables that are as
        likely but for a rounding count as at least as extreme, as in R's `fisher.test`.
    """
    hits, of, others = first.count + second.count, first.of, second.of
    least, most = max(0, hits - others), min(hits, of)
    if least == most:
        return 1.0
    count = np.arange(least, most, dtype=float)
    grows = (hits - count) * (of - count) / ((count + 1) * (others - hits + count + 1))
    logs = np.concatenate(([0.0], np.cumsum(np.log(grows))))
    likely = np.exp(logs - logs.max())
    extreme = logs <= logs[first.count - least] + _SAME
    return min(1.0, float(likely[extreme].sum() / likely.sum()))


def log_likelihood(first: Rate, second: Rate) -> float:
    """Return G², how surprising two shares are if there were one; 0 when they are the same.

    Source:
        Dunning (1993), Accurate methods for the statistics of surprise and coincidence.
    """
    total = (first.count + second.count) / max(1, first.of + second.of)
    both = ((first.count, first.of), (second.count, second.of))
    return 2 * sum(
        seen * log(seen / expected)
        for count, of in both
        for seen, expected in ((count, of * total), (of - count, of * (1 - total)))
        if seen
    )


def lift(rate: Rate, base: Rate) -> float | None:
    """Return how many times more often something is in `rate` than in `base`; None of nothing."""
    if rate.share is None or not base.share:
        return None
    return rate.share / base.share


def adjusted(p_values: Sequence[float]) -> list[float]:
    """Return for each p-value the share of false discoveries if it and all smaller are believed.

    Source:
        Benjamini & Hochberg (1995), Controlling the false discovery rate.
    """
    if not p_values:
        return []
    values = np.asarray(p_values, dtype=float)
    order = np.argsort(values)
    ranked = values[order] * len(values) / np.arange(1, len(values) + 1)
    lowest = np.minimum.accumulate(ranked[::-1])[::-1]
    found = np.empty(len(values))
    found[order] = np.minimum(1.0, lowest)
    return [float(value) for value in found]


@dataclass(slots=True)
class Clusters:
    """Two shares whose trials come in calls: sums of products, so that no call is kept.

    A call gives (hits, trials) of the first kind and of the second. Moments of one call
    are alike, so errors are those of the calls (Taylor linearization of a ratio).

    Source:
        Cochran (1977), Sampling Techniques, sections 6.3 and 9A (ratio estimates, clusters).
    """

    calls: int = 0
    with_first: int = 0
    """Calls with moments of the first kind."""
    with_second: int = 0
    sums: np.ndarray = field(default_factory=lambda: np.zeros(4))
    products: np.ndarray = field(default_factory=lambda: np.zeros((4, 4)))

    def add(self, first: Rate, second: Rate) -> None:
        """Take one call."""
        row = np.array([first.count, first.of, second.count, second.of], dtype=float)
        if row.any():
            self.calls += 1
            self.with_first += first.of > 0
            self.with_second += second.of > 0
            self.sums += row
            self.products += np.outer(row, row)

    def add_all(self, calls: npt.NDArray[np.int64]) -> None:
        """Take more calls at once: hits and trials of the first kind, then of the second."""
        some = calls[calls.any(axis=1)].astype(float)
        self.calls += len(some)
        self.with_first += int((some[:, 1] > 0).sum())
        self.with_second += int((some[:, 3] > 0).sum())
        self.sums += some.sum(axis=0)
        self.products += some.T @ some

    def rates(self) -> tuple[Rate, Rate]:
        """Return both shares over all calls."""
        hits, of, other_hits, other_of = (int(n) for n in self.sums)
        return Rate(hits, of), Rate(other_hits, other_of)

    def interval(self) -> Interval | None:
        """Return where the first share lies; None of nothing."""
        first, _ = self.rates()
        if first.share is None:
            return None
        share = first.share
        variance = self._variance(np.array([1 / first.of, -share / first.of, 0, 0]))
        if variance is None or variance <= 0:  # all alike: a call tells no more than a moment
            return wilson(share, self.with_first)
        return wilson(share, min(first.of, share * (1 - share) / variance))

    def difference(self) -> Difference | None:
        """Return the first share minus the second; None when one is of nothing.

        Where a share is 0 or 1 its spread cannot be seen; each call then counts as one moment
        (Newcombe, Fisher).
        """
        first, second = self.rates()
        if first.share is None or second.share is None:
            return None
        p, q = first.share, second.share
        value = p - q
        weights = np.array([1 / first.of, -p / first.of, -1 / second.of, q / second.of])
        variance = self._variance(weights)
        freedom = min(self.with_first, self.with_second) - 1
        if {p, q} & {0.0, 1.0} or variance is None or variance <= 0 or not freedom:
            by_call = between_rates(
                Rate(round(p * self.with_first), self.with_first),
                Rate(round(q * self.with_second), self.with_second),
            )
            return replace(by_call, value=value) if by_call else None
        reach = float(stats.t.ppf(0.975, freedom)) * sqrt(variance)
        test = 2 * float(stats.t.sf(abs(value) / sqrt(variance), freedom))
        interval = Interval(max(-1.0, value - reach), min(1.0, value + reach))
        return Difference(value, interval, test)

    def _variance(self, weights: np.ndarray) -> float | None:
        if self.calls < 2:  # noqa: PLR2004  (one call shows no spread)
            return None
        raw = float(weights @ self.products @ weights)
        return raw * self.calls / (self.calls - 1)
