"""Stretches of marked frames, and of spans that lie close together."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from huiting.core.types import Span


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
