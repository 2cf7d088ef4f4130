"""Cut a long track into stretches that are heard one after another. Knows no model."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from huiting.core.types import Span

MARGIN = 0.25
"""Seconds around speech that are left as they are."""


def stretches(speech: Sequence[Span], longest: float) -> list[Span]:
    """Return stretches, apart and in order, that hold all of the speech.

    Where there is more than `longest` seconds, it is cut at the longest pause in the second half
    of those; where nobody pauses there, at their end.

    Args:
        speech: in order and apart.
        longest: seconds of a stretch at most.
    """
    found: list[Span] = []
    rest, start = list(speech), 0.0
    while rest:
        start = max(start, rest[0].start - MARGIN)
        last = start + longest
        if rest[-1].end + MARGIN <= last:
            return [*found, Span(start, rest[-1].end + MARGIN)]
        late = (
            Span(one.end, following.start)
            for one, following in pairwise(rest)
            if start + longest / 2 <= one.end <= last - MARGIN and one.end < following.start
        )
        pause = max(late, key=lambda one: one.duration, default=Span(last, last))
        end = pause.start + min(MARGIN, pause.duration / 2)
        found.append(Span(start, end))
        rest = [Span(max(end, span.start), span.end) for span in rest if span.end > end]
        start = end
    return found


def hushed(
    samples: NDArray[np.float32], start: float, speech: Sequence[Span], rate: int
) -> NDArray[np.float32]:
    """Return samples in which all is silent but speech, and `MARGIN` around it.

    Args:
        samples: of a stretch.
        start: of the stretch, in seconds.
        speech: of the track.
        rate: Hz.
    """
    kept = np.zeros_like(samples)
    for span in speech:
        first = max(0, round((span.start - MARGIN - start) * rate))
        last = max(first, round((span.end + MARGIN - start) * rate))
        kept[first:last] = samples[first:last]
    return kept
