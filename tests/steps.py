"""How much work something is, counted rather than timed: the lines of Python it executes."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def steps(work: Callable[[], object]) -> int:
    """Return how many lines `work` executes; what runs in C counts for nothing."""
    count = 0

    def trace(_frame: FrameType, event: str, _argument: object) -> Any:  # noqa: ANN401
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def growth(work: Callable[[int], Callable[[], object]], size: int = 200) -> float:
    """Return how many times the work becomes when its size doubles: 2 where it is linear.

    Args:
        work: prepares work of some size, and returns what does it.
        size: the smaller of the two.
    """
    return steps(work(2 * size)) / steps(work(size))
