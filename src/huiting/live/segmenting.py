"""The speech of one channel made segments, and what of them is to be decoded when.

A segment ends where `audio.clips` would let one end: at a pause, and only when it is certain
that nobody went on in it. While it is open it is asked for again and again, as far as it goes;
in its last pause it is asked for as if it were over (`Ask.complete`), so that its final is
often known the moment it ends. Of asks that are not complete each holds the sound of the one
before, and what came since: a stream that heard the one needs only the rest of the other.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf

import numpy as np
from numpy.typing import NDArray

from huiting.audio.clips import clip_of, quietest
from huiting.core.ports import Going, StreamingDetector
from huiting.core.types import Span
from huiting.live.asks import Ask
from huiting.live.plan import Plan
from huiting.live.tail import Tail
from huiting.live.updates import Speech

RATE = 16_000
MARGIN = 1.0
"""Seconds kept beyond what may be asked for."""
FAR = 30.0
"""Seconds of silence after which earlier speech is no context any more."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was taken for speech was none, or too little."""

    number: int


Moment = Speech | Ask | Withdrawn


@dataclass(slots=True)
class _Segment:
    number: int
    spans: list[Span] = field(default_factory=list)
    """Speech that is over."""
    revision: int = 0
    asked: float = -inf
    """Moment of the last ask..."""
    reached: float = 0.0
    """...and to where it went."""
    completed: float = -1.0
    """End of the speech that was asked for as complete."""


class Segmenting:
    """One channel of a live call."""

    def __init__(
        self, channel: int, detector: StreamingDetector, plan: Plan, number: Callable[[], int]
    ) -> None:
        """Await the first sound.

        Args:
            channel: its number.
            detector: of this channel, fresh.
            plan: how it is cut.
            number: gives the next number of a segment of the call.
        """
        self.channel = channel
        self._detector = detector
        self._plan = plan
        self._number = number
        self._tail = Tail(RATE)
        self._segment: _Segment | None = None
        self._floor = 0.0
        """Speech before this belongs to a segment that was cut off here."""
        self._before: list[Span] = []
        """Speech that the next segment is heard with."""
        self._ended = 0.0
        """Where the speech of the last segment ended."""
        self.regions: list[Span] = []
        """All speech that is over, as the detector found it."""

    @property
    def going(self) -> Going | None:
        """What is spoken now, as far as it belongs to the open segment."""
        going = self._detector.going
        if going is None or going.span.start >= self._floor:
            return going
        if going.span.end <= self._floor:
            return None
        return Going(Span(self._floor, going.span.end), going.sure)

    @property
    def open(self) -> float | None:
        """Where the open segment begins; None when nobody speaks."""
        segment = self._segment
        if segment is None:
            return None
        if segment.spans:
            return segment.spans[0].start
        going = self.going
        return None if going is None else going.span.start

    @property
    def settled(self) -> float:
        """Moment before which no segment begins but those there are."""
        going = self.going
        settled = max(self._floor, self._detector.settled)
        return settled if going is None else min(settled, going.span.start)

    def feed(self, samples: NDArray[np.float32]) -> Iterator[Moment]:
        """Take the next samples; tell what follows, in order."""
        self._tail.add(samples)
        yield from self._take(self._detector.feed(samples))
        yield from self._look()

    def finish(self) -> Iterator[Moment]:
        """End what is open."""
        yield from self._take(self._detector.finish())
        if self._segment is not None:
            yield from self._end(self._segment)

    def _take(self, regions: Iterable[Span]) -> Iterator[Moment]:
        for region in regions:
            self.regions.append(region)
            if region.end <= self._floor:
                continue
            mine = Span(max(region.start, self._floor), region.end)
            segment = self._segment
            if segment and segment.spans and self._parts(segment.spans[-1], mine.start):
                yield from self._end(segment)
            if self._segment is None:
                yield from self._begin(mine.start)
            assert self._segment is not None
            self._segment.spans.append(mine)

    def _look(self) -> Iterator[Moment]:
        """Tell what follows from where speech stands."""
        going, segment = self.going, self._segment
        if segment is not None and segment.spans:
            quiet_to = self._detector.settled if going is None else going.span.start
            if self._parts(segment.spans[-1], quiet_to):
                yield from self._end(segment)
        elif segment is not None and (going is None or not going.sure):
            yield from self._withdraw(segment)
        if self._segment is None and going is not None and going.sure:
            yield from self._begin(going.span.start)
        if self._segment is not None:
            yield from self._hold(self._segment, self.going)
        elif self._detector.settled - self._ended > FAR:
            self._before = []
        self._forget()

    def _parts(self, before: Span, start: float) -> bool:
        """Tell whether speech that begins no earlier than `start` is another segment."""
        return start - before.end >= self._plan.pause

    def _hold(self, segment: _Segment, going: Going | None) -> Iterator[Moment]:
        """Cut the open segment if it is too long, and ask for it if it is time."""
        spans = _with(segment.spans, going)
        if spans[-1].end - spans[0].start > self._plan.longest:
            yield from self._cut(segment, spans)
        elif self._plan.interim:
            yield from self._partials(segment, spans, going)

    def _partials(
        self, segment: _Segment, spans: list[Span], going: Going | None
    ) -> Iterator[Moment]:
        now, end = self._tail.duration, spans[-1].end
        if self._detector.settled - end >= self._plan.pad:
            if end > segment.completed and _long(spans, self._plan.shortest):
                segment.completed = end
                yield self._ask(segment, spans, final=False, complete=self._plan.drafts)
            return
        # a stream that heard what turns out to be noise would be of no use for the final
        speaks = going is not None and (going.sure or self._plan.drafts)
        due = speaks and now - segment.asked >= self._plan.every and end > segment.reached
        if due and _long(spans, self._plan.first):
            segment.asked, segment.reached = now, end
            yield self._ask(segment, spans, final=False, complete=False)

    def _begin(self, start: float) -> Iterator[Moment]:
        self._segment = _Segment(self._number())
        yield Speech(self.channel, start, speaking=True)

    def _withdraw(self, segment: _Segment) -> Iterator[Moment]:
        self._segment = None
        yield Speech(self.channel, self._tail.duration, speaking=False)
        yield Withdrawn(segment.number)

    def _end(self, segment: _Segment) -> Iterator[Moment]:
        """End a segment all of whose speech is over."""
        self._segment = None
        self._ended = segment.spans[-1].end
        yield Speech(self.channel, self._ended, speaking=False)
        if _long(segment.spans, self._plan.shortest):
            yield self._ask(segment, segment.spans, final=True, complete=True)
        else:
            yield Withdrawn(segment.number)
        self._remember(segment.spans)

    def _cut(self, segment: _Segment, spans: list[Span]) -> Iterator[Moment]:
        """End a segment in the middle; the rest is the next one."""
        at = self._cutting_point(spans)
        early = [Span(s.start, min(s.end, at)) for s in spans if s.start < at]
        late = [Span(max(s.start, at), s.end) for s in segment.spans if s.end > at]
        segment.spans, self._floor = early, at
        yield from self._end(segment)
        self._before = []  # the next one follows at once: its words could not be told apart
        start = late[0].start if late else at
        yield from self._begin(start)
        assert self._segment is not None
        self._segment.spans = late

    def _cutting_point(self, spans: list[Span]) -> float:
        """Return where to cut: in the longest pause of the second half, else where it is quietest."""
        start = spans[0].start
        half, most = start + self._plan.longest / 2, start + self._plan.longest
        pauses = [(b.start - a.end, a.end) for a, b in pairwise(spans) if half <= a.end <= most]
        if pauses:
            return max(pauses)[1]
        return half + quietest(self._tail.cut(Span(half, most)).samples, RATE)

    def _ask(
        self, segment: _Segment, spans: list[Span], *, final: bool, complete: bool
    ) -> Ask:  # fmt: skip
        segment.revision += 1
        heard_with = self._before if complete else []
        room = (self._floor if not heard_with else 0.0, self._tail.duration)
        clip = clip_of(
            self._tail, (self.channel, None), (*heard_with, *spans), self._plan.pad, room
        )
        return Ask(
            number=segment.number,
            channel=self.channel,
            start=clip.start,
            audio=clip.audio,
            final=final,
            revision=segment.revision,
            spans=clip.spans,
            offsets=clip.offsets,
            since=spans[0].start,
            complete=complete,
        )

    def _remember(self, spans: list[Span]) -> None:
        """Keep the speech that the next segment is to be heard with."""
        kept: list[Span] = []
        length = 0.0
        for span in reversed([*self._before, *spans]):
            length += span.duration
            if length > self._plan.context:
                break
            kept.append(span)
        self._before = kept[::-1]

    def _forget(self) -> None:
        needed = [self._detector.settled, *(s.start for s in self._before[:1])]
        if self.open is not None:
            needed.append(self.open)
        going = self.going
        if going is not None:
            needed.append(going.span.start)
        self._tail.forget(min(needed) - self._plan.pad - MARGIN)


def _with(spans: list[Span], going: Going | None) -> list[Span]:
    """Return the speech of a segment, what is spoken now included."""
    return spans if going is None else [*spans, going.span]


def _long(spans: list[Span], least: float) -> bool:
    """Tell whether so much is spoken."""
    return sum(span.duration for span in spans) >= least
