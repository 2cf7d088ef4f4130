from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from huiting.core.timeline import timeline
from huiting.core.types import Span
from steps import growth

TIMES = st.floats(0, 100) | st.integers(0, 20).map(float)
SPANS = st.tuples(TIMES, TIMES).map(lambda ends: Span(*sorted(ends)))


def itself(span: Span) -> Span:
    return span


@given(st.lists(SPANS, max_size=30), SPANS)
def test_what_shares_time_is_found_in_the_order_given(spans: list[Span], asked: Span) -> None:
    found = timeline(spans, itself).over(asked)

    assert found == [span for span in spans if span.overlap(asked) > 0]


def test_one_long_thing_does_not_make_the_search_long() -> None:
    def work(size: int) -> Callable[[], object]:
        spans = [Span(0, size), *(Span(n, n + 1) for n in range(size))]

        def find() -> None:
            found = timeline(spans, itself)
            for span in spans[1:]:
                found.over(span)

        return find

    assert growth(work) < 2.3
