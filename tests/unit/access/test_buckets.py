from hypothesis import given
from hypothesis import strategies as st

from huiting.access.buckets import Buckets, Rate


def test_a_burst_is_let_through_and_then_the_rate() -> None:
    buckets = Buckets(Rate(per_second=2, burst=3))

    assert [buckets.take("a", 0.0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.take("a", 0.4) > 0
    assert buckets.take("a", 0.5) == 0
    assert buckets.take("b", 0.5) == 0


def test_what_costs_more_takes_more() -> None:
    buckets = Buckets(Rate(per_second=1, burst=10))

    assert buckets.take("a", 0.0, cost=8) == 0
    assert buckets.take("a", 0.0, cost=8) == 6


def test_only_so_many_are_remembered() -> None:
    buckets = Buckets(Rate(per_second=1, burst=1), most=100)
    for n in range(10_000):
        buckets.take(str(n), 0.0)

    assert len(buckets._left) == 100


def test_a_clock_that_goes_back_gives_nothing() -> None:
    buckets = Buckets(Rate(per_second=1, burst=1))
    buckets.take("a", 100.0)

    assert buckets.take("a", 0.0) == 1


@given(st.lists(st.floats(0, 10), max_size=50))
def test_never_more_than_burst_and_rate_come_through(pauses: list[float]) -> None:
    buckets, now, let = Buckets(Rate(per_second=1, burst=5)), 0.0, 0
    for pause in pauses:
        now += pause
        let += buckets.take("a", now) == 0

    assert let <= 5 + now + 1e-6
