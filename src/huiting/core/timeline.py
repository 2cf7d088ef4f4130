"""What of many things with a time shares some stretch, found without looking at all of them."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import frexp
from typing import Generic, TypeVar

from huiting.core.types import Seconds, Span

Item = TypeVar("Item")
_ROUNDING = 1e-6
"""Seconds by which the difference of two times may be off, and far more."""


@dataclass(frozen=True, slots=True)
class _Level:
    """Things about as long as each other, by start."""

    longest: Seconds
    starts: Sequence[Seconds]
    places: Sequence[int]


@dataclass(frozen=True, slots=True, eq=False)
class Timeline(Generic[Item]):
    """Things with a time; never changed.

    They stand by length in levels, of which each has things at most twice as long as its
    shortest: what shares time with a stretch begins at most that long before it, so that one
    long thing does not make the search among the short ones long.
    """

    items: Sequence[Item]
    spans: Sequence[Span]
    levels: Sequence[_Level]

    def over(self, span: Span) -> list[Item]:
        """Return what shares time with `span`, more than a touch, in the order given."""
        found: list[int] = []
        if span.duration == 0:
            return []
        for level in self.levels:
            low = bisect_left(level.starts, span.start - level.longest - _ROUNDING)
            high = bisect_left(level.starts, span.end)
            found += [
                place for place in level.places[low:high] if self.spans[place].end > span.start
            ]
        return [self.items[place] for place in sorted(found)]


def timeline(items: Iterable[Item], when: Callable[[Item], Span]) -> Timeline[Item]:
    """Return things in time; `when` says when each is. What takes no time is over nothing."""
    given = list(items)
    spans = [when(item) for item in given]
    by_length: dict[int, list[int]] = {}
    for place, span in enumerate(spans):
        if span.duration > 0:
            by_length.setdefault(frexp(span.duration)[1], []).append(place)
    levels: list[_Level] = []
    for places in by_length.values():
        places.sort(key=lambda place: spans[place].start)
        longest = max(spans[place].duration for place in places)
        levels.append(_Level(longest, [spans[place].start for place in places], places))
    return Timeline(given, spans, levels)
