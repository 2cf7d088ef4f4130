"""Who speaks how much, while a call runs: from what the detectors hear, moment by moment."""

from collections.abc import Iterable, Sequence

from huiting.core.types import Segment, Span
from huiting.quality.metrics import units

ENOUGH = 5.0
"""Seconds of speech from which its rate is told."""
_LATE = 60.0
"""Seconds of a channel's speech that another's may still turn out to overlap."""


class Talk:
    """What is counted of a call."""

    def __init__(self, channels: Iterable[int]) -> None:
        self.seconds = dict.fromkeys(channels, 0.0)
        """Speech that is over, by channel."""
        self.overlaps: list[Span] = []
        """Where two spoke at once, by start."""
        self._counted = dict.fromkeys(self.seconds, 0)
        self._recent: dict[int, list[Span]] = {channel: [] for channel in self.seconds}
        self._units = dict.fromkeys(self.seconds, 0)
        self._voiced = dict.fromkeys(self.seconds, 0.0)

    def count(self, channel: int, regions: Sequence[Span]) -> None:
        """Take all speech of a channel that is over, by start; what is new is counted."""
        for span in regions[self._counted[channel] :]:
            self.seconds[channel] += span.duration
            for other, spans in self._recent.items():
                if other != channel:
                    self.overlaps += _shared(span, spans)
            recent = [s for s in self._recent[channel] if s.end > span.start - _LATE]
            self._recent[channel] = [*recent, span]
        self._counted[channel] = len(regions)
        self.overlaps.sort()

    def say(self, segments: Iterable[Segment]) -> None:
        """Take what was said."""
        for segment in segments:
            self._units[segment.channel] += units(segment.spoken)
            self._voiced[segment.channel] += segment.span.duration

    @property
    def overlap(self) -> float:
        """Seconds in which two spoke at once."""
        return sum(span.duration for span in self.overlaps)

    @property
    def rates(self) -> dict[int, float]:
        """Units a minute of speech, of the channels of which enough is told."""
        return {
            channel: self._units[channel] / seconds * 60
            for channel, seconds in self._voiced.items()
            if seconds >= ENOUGH
        }


def _shared(span: Span, others: Iterable[Span]) -> list[Span]:
    return [
        Span(max(span.start, other.start), min(span.end, other.end))
        for other in others
        if other.overlap(span) > 0
    ]
