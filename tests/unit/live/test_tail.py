"""The last of a track: what is cut out of it is what was put in, as long as it is kept."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiting.core.types import Span
from huiting.live.tail import Tail

RATE = 100


def filled(sizes: list[int]) -> Tail:
    tail, at = Tail(RATE), 0
    for size in sizes:
        tail.add(np.arange(at, at + size, dtype=np.float32))
        at += size
    return tail


@given(
    st.lists(st.integers(0, 50), max_size=10),
    st.integers(0, 200),
    st.integers(0, 200),
    st.floats(0, 5),
)
def test_a_cut_is_what_was_added(sizes: list[int], start: int, length: int, forget: float) -> None:
    tail, total = filled(sizes), sum(sizes)
    tail.forget(forget)
    found = tail.cut(Span(start / RATE, (start + length) / RATE)).samples

    if start / RATE >= forget:
        assert found.tolist() == list(range(min(start, total), min(start + length, total)))
    else:
        assert set(found.tolist()) <= set(range(start, start + length))


def test_what_is_forgotten_is_gone_and_the_clock_goes_on() -> None:
    tail = filled([100, 100])
    tail.forget(1.5)

    assert tail.duration == 2.0
    assert tail.cut(Span(0.0, 2.0)).samples[0] == 100
    assert [len(block.samples) for block in tail.blocks(0.4)] == [40, 40, 20]


def test_an_empty_tail_has_no_sound() -> None:
    assert Tail(RATE).duration == 0
    assert Tail(RATE).cut(Span(0, 1)).duration == pytest.approx(0)
