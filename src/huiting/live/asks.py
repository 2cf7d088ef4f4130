"""What a live call wants decoded."""

from dataclasses import dataclass, replace

from huiting.core.ports import Clip
from huiting.core.types import Audio, Span


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """A stretch of speech to be decoded, whole or as far as it goes."""

    number: int
    """Of the segment."""
    channel: int
    start: float
    """Where `audio` begins, in seconds of the call."""
    audio: Audio
    """At 16 kHz, mono, with a little sound around the speech; long silences are left out."""
    final: bool
    """The segment has ended. Must be decoded; a partial may be left out."""
    revision: int
    """Counts the asks of a segment, so that a late answer is known as such."""
    spans: tuple[Span, ...] = ()
    """The speech in `audio`, in seconds of the call: first that of earlier segments, given so
    that this one is heard better, then its own."""
    offsets: tuple[float, ...] = ()
    """Where each span begins in `audio`, in seconds."""
    since: float = 0.0
    """Where the segment's own speech begins: words before it belong to earlier segments."""
    complete: bool = False
    """All of the segment, as far as anybody knows: to be heard with all that goes with a final,
    such as impressions. One that is not `final` makes that needless if nobody goes on."""

    @property
    def clip(self) -> Clip:
        """The same for `audio.clips`."""
        return Clip(self.channel, None, self.spans, self.audio, self.start, self.offsets)

    def lighter(self, most: float) -> "Ask":
        """Return it with less earlier speech, so that `audio` is no longer than `most` seconds.

        All of its own speech stays, however long.
        """
        earlier = len(self.spans) - len(self.own)
        light = (n for n in range(earlier) if self.audio.duration - self._begin(n) <= most)
        n = next(light, earlier)
        if n == 0:
            return self
        begin = self._begin(n)
        return replace(
            self,
            start=self.spans[n].start - (self.offsets[n] - begin),
            audio=self.audio.cut(Span(begin, self.audio.duration)),
            spans=self.spans[n:],
            offsets=tuple(offset - begin for offset in self.offsets[n:]),
        )

    def _begin(self, n: int) -> float:
        """Return where in `audio` the sound around a span begins."""
        if n == 0:
            return 0.0
        before = self.offsets[n - 1] + self.spans[n - 1].duration
        return (before + self.offsets[n]) / 2

    @property
    def own(self) -> tuple[Span, ...]:
        """The segment's own speech."""
        return tuple(span for span in self.spans if span.start >= self.since)
