"""How far people agree who judge the same, beyond what chance alone would give.

Categories have no order. Intervals are the percentiles of resampled verdicts; what cannot be
told, since everybody always chose the same, is None and never 1.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from huiting.insights.rates import Interval

LEAST = 10
"""Verdicts below which nothing is told."""
_SAMPLES, _SEED = 2_000, 20_240
"""Of the resampling: always the same, so that a page does not change by itself."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far people agree: 1 always, 0 as chance would have it."""

    value: float
    interval: Interval | None
    """None where resampling told nothing."""
    of: int
    """Verdicts that several judged."""
    same: float
    """Share of pairs of decisions that were the same; says nothing about chance."""


def cohen(pairs: Sequence[tuple[str, str]]) -> Agreement | None:
    """Return Cohen's kappa of two people; None of fewer than `LEAST` verdicts.

    Args:
        pairs: for each verdict, what the one and the other decided.

    Source:
        Cohen (1960), A coefficient of agreement for nominal scales; interval: Efron &
        Tibshirani (1993), An Introduction to the Bootstrap, percentile method.
    """
    if len(pairs) < LEAST:
        return None
    places = {name: n for n, name in enumerate(sorted({one for pair in pairs for one in pair}))}
    table = np.zeros((len(places), len(places)))
    for one, other in pairs:
        table[places[one], places[other]] += 1
    value = _kappa(table[None])[0]
    if np.isnan(value):
        return None
    drawn = np.random.default_rng(_SEED).multinomial(
        len(pairs), (table / len(pairs)).ravel(), _SAMPLES
    )
    again = _kappa(drawn.reshape(_SAMPLES, *table.shape).astype(float))
    return Agreement(float(value), _ends(again), len(pairs), float(np.trace(table)) / len(pairs))


def krippendorff(units: Sequence[Sequence[str]]) -> Agreement | None:
    """Return Krippendorff's alpha of any number of people; None of fewer than `LEAST` verdicts.

    Args:
        units: for each verdict, what each person decided who judged it; those that only one
            has judged tell nothing and are left out.

    Source:
        Krippendorff (2011), Computing Krippendorff's Alpha-Reliability: nominal data, any
        number of observers, missing data; interval by resampling of units.
    """
    alike = Counter(tuple(sorted(unit)) for unit in units if len(unit) > 1)
    count = alike.total()
    if count < LEAST:
        return None
    places = {name: n for n, name in enumerate(sorted({one for unit in alike for one in unit}))}
    tables = np.stack([_coincidences(unit, places) for unit in alike])
    often = np.array(list(alike.values()), dtype=float)
    total = np.tensordot(often, tables, axes=1)
    value = _alpha(total[None])[0]
    if np.isnan(value):
        return None
    weights = np.random.default_rng(_SEED).multinomial(count, often / count, _SAMPLES)
    again = _alpha(np.tensordot(weights.astype(float), tables, axes=1))
    return Agreement(float(value), _ends(again), count, float(np.trace(total) / total.sum()))


def _coincidences(unit: Sequence[str], places: Mapping[str, int]) -> Floats:
    """Return the pairs of decisions about one verdict, each decision counted once in all."""
    counts = np.zeros(len(places))
    for one in unit:
        counts[places[one]] += 1
    table: Floats = (np.outer(counts, counts) - np.diag(counts)) / (len(unit) - 1)
    return table


def _kappa(tables: Floats) -> Floats:
    """Return the kappa of each table; not a number where both always chose the same."""
    count = tables.sum(axis=(1, 2))
    same = np.trace(tables, axis1=1, axis2=2) / count
    chance = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1) / count**2
    return _beyond(same, chance)


def _alpha(tables: Floats) -> Floats:
    """Return the alpha of each table of coincidences."""
    margins = tables.sum(axis=1)
    count = margins.sum(axis=1)
    same = np.trace(tables, axis1=1, axis2=2) / count
    chance = (margins * (margins - 1)).sum(axis=1) / (count * (count - 1))
    return _beyond(same, chance)


def _beyond(same: Floats, chance: Floats) -> Floats:
    told = chance < 1
    found: Floats = np.full(same.shape, np.nan)
    found[told] = (same[told] - chance[told]) / (1 - chance[told])
    return found


def _ends(values: Floats) -> Interval | None:
    known = values[~np.isnan(values)]
    if len(known) < _SAMPLES // 2:
        return None
    low, high = np.percentile(known, [2.5, 97.5])
    return Interval(float(low), float(high))
