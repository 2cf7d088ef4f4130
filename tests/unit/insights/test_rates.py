"""Shares, means and tests against known values."""

from math import isclose, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from huiting.insights.rates import (
    Clusters,
    Count,
    Interval,
    Mean,
    Rate,
    Spread,
    adjusted,
    between_means,
    between_rates,
    fisher,
    lift,
    log_likelihood,
)


@pytest.mark.parametrize(("count", "of"), [(0, 10), (5, 10), (10, 10), (1, 1), (73, 100)])
def test_the_interval_of_a_share_is_wilsons(count: int, of: int) -> None:
    known = stats.binomtest(count, of).proportion_ci(method="wilson")
    found = Rate(count, of).interval

    assert found is not None
    assert found.low == pytest.approx(known.low, abs=1e-12)
    assert found.high == pytest.approx(known.high, abs=1e-12)


def test_a_share_of_nothing_is_not_known() -> None:
    assert Rate(0, 0).share is None
    assert Rate(0, 0).interval is None
    assert between_rates(Rate(0, 0), Rate(1, 2)) is None
    assert between_rates(Rate(1, 2), Rate(0, 0)) is None
    assert lift(Rate(1, 2), Rate(0, 2)) is None
    assert lift(Rate(0, 0), Rate(1, 2)) is None


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("of", [10, 40, 200])
def test_wilsons_interval_covers_the_truth_about_as_often_as_it_says(share: float, of: int) -> None:
    counts = np.arange(of + 1)
    weights = stats.binom.pmf(counts, of, share)
    covers = []
    for count in counts:
        found = Rate(int(count), of).interval
        assert found is not None
        covers.append(found.low <= share <= found.high)

    assert 0.88 <= float(weights[np.array(covers)].sum()) <= 1.0


def test_the_difference_of_shares_is_newcombes() -> None:
    found = between_rates(Rate(56, 70), Rate(48, 80))  # his example (a)

    assert found is not None
    assert found.value == pytest.approx(0.2)
    assert found.interval is not None
    assert found.interval.low == pytest.approx(0.0524, abs=5e-5)
    assert found.interval.high == pytest.approx(0.3339, abs=5e-5)


def test_fishers_test_of_the_lady_tasting_tea() -> None:
    assert fisher(Rate(3, 4), Rate(1, 4)) == pytest.approx(0.4857, abs=1e-4)


def test_log_likelihood_is_the_g_test() -> None:
    known = stats.chi2_contingency([[30, 70], [10, 190]], correction=False, lambda_=0).statistic

    assert log_likelihood(Rate(30, 100), Rate(10, 200)) == pytest.approx(known)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(Rate(1, 10), Rate(10, 100), id="the same share"),
        pytest.param(Rate(0, 10), Rate(0, 10), id="never"),
        pytest.param(Rate(10, 10), Rate(10, 10), id="always"),
        pytest.param(Rate(0, 0), Rate(0, 0), id="nothing"),
    ],
)
def test_log_likelihood_of_no_difference_is_nothing(first: Rate, second: Rate) -> None:
    assert log_likelihood(first, second) == pytest.approx(0)


def test_the_interval_of_a_mean_is_students() -> None:
    values = [3.0, 5.0, 4.0, 8.0]
    spread = Spread()
    for value in values:
        spread.add(value)
    mean = spread.mean()
    known = stats.ttest_1samp(values, 0).confidence_interval()

    assert mean is not None
    assert mean.value == 5
    assert mean.interval is not None
    assert (mean.interval.low, mean.interval.high) == pytest.approx((known.low, known.high))


def test_one_value_has_a_mean_and_no_interval() -> None:
    spread = Spread()

    assert spread.mean() is None
    spread.add(3)
    assert spread.mean() == Mean(3, 1, None)
    assert Mean(3, 1, None).interval is None


def test_the_difference_of_means_is_welchs() -> None:
    first, second = [1.0, 2.0, 3.0, 9.0], [5.0, 6.0, 8.0]
    known = stats.ttest_ind(first, second, equal_var=False)
    a, b = (Mean(float(np.mean(v)), len(v), float(np.std(v, ddof=1))) for v in (first, second))
    found = between_means(a, b)

    assert found.p == pytest.approx(known.pvalue)
    assert found.interval is not None
    ends = known.confidence_interval()
    assert (found.interval.low, found.interval.high) == pytest.approx((ends.low, ends.high))


def test_means_without_spread_are_not_tested() -> None:
    assert between_means(Mean(3, 1, None), Mean(2, 5, 1.0)).p is None
    assert between_means(Mean(3, 4, 0.0), Mean(2, 5, 0.0)).interval == Interval(1, 1)


@given(st.lists(st.floats(0, 1), max_size=40))
def test_adjusted_p_values_are_those_of_scipy(p_values: list[float]) -> None:
    known = stats.false_discovery_control(p_values) if p_values else []

    assert adjusted(p_values) == pytest.approx(list(known))


def test_counts_add_up() -> None:
    count = Count()
    for hit in (True, False, 1.0):
        count.add(hit)

    assert count.rate() == Rate(2, 3)


def test_clusters_of_one_moment_each_are_as_sure_as_moments() -> None:
    clusters = Clusters()
    for n in range(100):
        clusters.add(Rate(int(n < 30), 1), Rate(0, 0))
    found, wilsons = clusters.interval(), Rate(30, 100).interval

    assert clusters.rates()[0] == Rate(30, 100)
    assert found is not None
    assert wilsons is not None
    assert isclose(found.low, wilsons.low, abs_tol=0.002)
    assert isclose(found.high, wilsons.high, abs_tol=0.002)


def test_moments_that_are_alike_in_a_call_count_as_one() -> None:
    alike, apart = Clusters(), Clusters()
    for n in range(100):
        alike.add(Rate(10 * (n < 30), 10), Rate(0, 0))
        apart.add(Rate(3, 10), Rate(0, 0))
    wide, narrow = alike.interval(), apart.interval()

    assert wide is not None
    assert narrow is not None
    assert wide.high - wide.low > 0.17
    assert narrow.high - narrow.low < wide.high - wide.low


def test_the_difference_over_clusters_is_that_of_a_paired_test() -> None:
    rng = np.random.default_rng(7)
    firsts, seconds = rng.integers(0, 11, 50), rng.integers(0, 8, 50)
    clusters = Clusters()
    for a, b in zip(firsts, seconds, strict=True):
        clusters.add(Rate(int(a), 10), Rate(int(b), 10))
    known = stats.ttest_rel(firsts / 10, seconds / 10)
    found = clusters.difference()

    assert found is not None
    assert found.p == pytest.approx(known.pvalue)
    assert found.value == pytest.approx((firsts - seconds).mean() / 10)


def test_the_error_over_clusters_covers_the_truth() -> None:
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(300):
        clusters = Clusters()
        for share in rng.beta(2, 3, 60):  # calls differ: the mean is 0.4
            of = int(rng.integers(1, 8))
            clusters.add(Rate(int(rng.binomial(of, share)), of), Rate(0, 0))
        found = clusters.interval()
        hits += found is not None and found.low <= 0.4 <= found.high

    assert 0.95 - 3 * sqrt(0.05 * 0.95 / 300) <= hits / 300


def test_clusters_of_nothing_or_of_one_call_claim_nothing() -> None:
    clusters = Clusters()
    clusters.add(Rate(0, 0), Rate(0, 0))

    assert clusters.calls == 0
    assert clusters.interval() is None
    assert clusters.difference() is None
    clusters.add(Rate(1, 2), Rate(1, 2))
    difference = clusters.difference()
    assert difference is not None
    assert difference.p == 1
    interval = clusters.interval()
    assert interval is not None
    assert interval.high - interval.low > 0.7  # one call is one call


def test_a_share_of_all_in_few_calls_stays_unsure() -> None:
    clusters = Clusters()
    for _ in range(3):
        clusters.add(Rate(50, 50), Rate(0, 0))
    found = clusters.interval()

    assert found is not None
    assert found.low < 0.5


def test_what_always_comes_before_some_and_never_before_others_is_tested_by_call() -> None:
    clusters = Clusters()
    for _ in range(8):
        clusters.add(Rate(5, 5), Rate(0, 9))
    found = clusters.difference()

    assert found is not None
    assert found.value == 1
    assert found.p == fisher(Rate(8, 8), Rate(0, 8))


def test_a_share_of_nothing_seen_in_few_calls_is_no_proof_of_difference() -> None:
    clusters = Clusters()
    for n in range(200):
        clusters.add(Rate(0, int(n < 3)), Rate(3, 10))
    found = clusters.difference()

    assert found is not None
    assert found.p is not None
    assert found.p > 0.5


def test_a_share_is_at_least_the_lower_end_of_its_interval() -> None:
    assert Rate(1, 1).least < Rate(29, 32).least < 29 / 32
    assert Rate(0, 0).least == 0


@given(*[st.integers(0, 60)] * 4)
def test_fishers_test_is_the_one_of_scipy(a: int, b: int, c: int, d: int) -> None:
    ours = fisher(Rate(a, a + b), Rate(c, c + d))

    assert ours == pytest.approx(float(stats.fisher_exact([[a, b], [c, d]]).pvalue), rel=1e-9)


def test_fishers_test_tells_the_least_likely_of_many_calls() -> None:
    ours = fisher(Rate(20_157, 30_000), Rate(16_233, 30_000))

    assert ours == pytest.approx(1.4732897709520175e-236, rel=1e-6, abs=0.0)  # scipy 1.17.1


@given(st.lists(st.floats(-1e6, 1e6)), st.lists(st.floats(0, 1e6)))
def test_many_values_are_summed_as_one_after_another(first: list[float], more: list[float]) -> None:
    one, many = Spread(), Spread()
    for value in first:
        one.add(value)
    for value in more:
        one.add(value, Interval(0.0, 1e6))
    many.add_all(first)
    many.add_all(more, Interval(0.0, 1e6))

    assert many == one
