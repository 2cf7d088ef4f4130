"""Clips gathered into batches by length, and handed on in order as they are done.

Clips are taken in stretches of some minutes: sorted within one, so that little is padded, and
given out before the next one is begun, so that who stops asking stops the work.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from huiting.core.types import Audio
from huiting.engines._memory import Bound, Work, spared

Found = TypeVar("Found")

STRETCH = 600.0
"""Seconds of clips that are sorted together."""


def each(
    clips: Sequence[Audio],
    work: Work[Found],
    bound: Bound,
    spare: Work[Found] | None = None,
) -> Iterator[Found]:
    """Yield what `work` finds in each clip, in order.

    Args:
        clips: any number, of any length.
        work: given batches of at most `bound.most` seconds, padding included, or one clip.
        bound: lowered when memory runs out.
        spare: where a clip goes for which there is no room alone.

    Raises:
        EngineError: `work` failed; what was yielded before holds.
    """
    for first, last in _stretches(clips):
        part = clips[first:last]
        found: dict[int, Found] = {}
        for batch in by_length([clip.duration for clip in part], lambda: bound.most):
            results = spared([part[i] for i in batch], work, spare, bound)
            found.update(zip(batch, results, strict=True))
        yield from (found[i] for i in range(len(part)))


def _stretches(clips: Sequence[Audio]) -> Iterator[tuple[int, int]]:
    first, seconds = 0, 0.0
    for i, clip in enumerate(clips):
        if seconds and seconds + clip.duration > STRETCH:
            yield first, i
            first, seconds = i, 0.0
        seconds += clip.duration
    if first < len(clips):
        yield first, len(clips)


def by_length(seconds: Sequence[float], most: Callable[[], float]) -> Iterator[list[int]]:
    """Yield indexes of clips that go together, the longest first.

    Args:
        seconds: length of each clip.
        most: seconds of a batch, each clip as long as its longest; asked anew for each batch.
    """
    order = sorted(range(len(seconds)), key=lambda i: -seconds[i])
    while order:
        longest = max(seconds[order[0]], 1e-3)
        count = max(1, int(most() / longest))
        yield order[:count]
        order = order[count:]
