"""Stretches of marked frames, and of spans that lie close together."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from huiting.core.types import Span

T = TypeVar("T")


def runs(marked: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the half-open stretches in which `marked` is true, in order."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], marked.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def joined(spans: Iterable[Span], pause: float) -> list[Span]:
    """Return the spans in order, those at most `pause` seconds apart made one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start - found[-1].end <= pause:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def gathered(
    items: Iterable[T], span_of: Callable[[T], Span], pause: float
) -> list[tuple[Span, list[T]]]:
    """Return items that lie at most `pause` seconds apart together, with the span of them all."""
    found: list[tuple[Span, list[T]]] = []
    for item in sorted(items, key=span_of):
        span = span_of(item)
        if found and span.start - found[-1][0].end <= pause:
            whole, together = found[-1]
            together.append(item)
            found[-1] = (Span(whole.start, max(whole.end, span.end)), together)
        else:
            found.append((span, [item]))
    return found
