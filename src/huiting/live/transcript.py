"""What was said in a live call, as far as it is known: partials, and finals in order.

Answers come late, twice, or not at all; here is decided what of them is told.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from huiting.core.types import Emotion, Segment, Span
from huiting.live.asks import Ask
from huiting.live.stable import Stable
from huiting.live.updates import Final, Lost, Partial

Impression = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What was heard in a segment."""

    segments: tuple[Segment, ...]
    impressions: tuple[Impression, ...]


@dataclass(slots=True)
class _Ended:
    """A segment that has ended and is not told yet."""

    number: int
    start: float
    ask: Ask | None
    """None for what was no speech."""
    answer: Answer | None = None
    reason: str | None = None
    """Why there will be no answer."""

    @property
    def settled(self) -> bool:
        return self.ask is None or self.answer is not None or self.reason is not None


@dataclass(slots=True)
class _Open:
    """What was heard of a segment that has not ended."""

    stable: Stable = field(default_factory=Stable)
    revision: int = 0
    """Of the ask last answered."""
    draft: tuple[Ask, Answer] | None = None
    """What was heard when it seemed to be over."""


@dataclass(slots=True)
class _Voice:
    ended: list[_Ended] = field(default_factory=list)
    """In order."""
    open: dict[int, _Open] = field(default_factory=dict)
    """By number."""
    told: int = 0
    """Number of the last segment that ended."""
    segments: list[Segment] = field(default_factory=list)
    impressions: list[Impression] = field(default_factory=list)
    emotions: tuple[Emotion, ...] = ()
    """Of the first segments."""
    unheard: list[Span] = field(default_factory=list)
    """Speech of which no words are known."""


class Transcript:
    """Of all channels of a call."""

    def __init__(self, channels: Iterable[int]) -> None:
        self._voices = {channel: _Voice() for channel in channels}

    @property
    def waiting(self) -> bool:
        """Whether a segment that has ended is still to be told."""
        return any(voice.ended for voice in self._voices.values())

    def unheard(self, channel: int) -> float | None:
        """Return where the first segment begins that ended and is not told; None when all are."""
        ended = self._voices[channel].ended
        return ended[0].start if ended else None

    def wanted(self, ask: Ask) -> bool:
        """Tell whether an answer would still be of use."""
        voice = self._voices[ask.channel]
        for ended in voice.ended:
            if ended.number == ask.number:
                return not ended.settled and ended.ask is not None and _same(ask, ended.ask)
        if ask.final or ask.number <= voice.told:
            return False
        known = voice.open.get(ask.number)
        return known is None or ask.revision > known.revision

    def end(self, ask: Ask) -> Iterator[Final | Lost]:
        """Take that a segment has ended, and what was asked of it; a draft may answer that."""
        voice = self._voices[ask.channel]
        known = voice.open.pop(ask.number, None)
        ended = _Ended(ask.number, ask.since, ask)
        if known is not None and known.draft is not None and _same(known.draft[0], ask):
            ended.answer = known.draft[1]
        voice.ended.append(ended)
        voice.told = ask.number
        return self._settle(voice)

    def withdraw(self, channel: int, number: int, at: float) -> Iterator[Final | Lost]:
        """Take that a segment was no speech."""
        voice = self._voices[channel]
        voice.open.pop(number, None)
        voice.ended.append(_Ended(number, at, None))
        voice.told = number
        return self._settle(voice)

    def hear(self, ask: Ask, answer: Answer) -> Iterator[Partial | Final | Lost]:
        """Take an answer."""
        if not self.wanted(ask):
            return
        voice = self._voices[ask.channel]
        for ended in voice.ended:
            if ended.number == ask.number:
                ended.answer = answer
                yield from self._settle(voice)
                return
        known = voice.open.setdefault(ask.number, _Open())
        known.revision = ask.revision
        if ask.complete:
            known.draft = ask, answer
        known.stable.hear(joined(segment.text for segment in answer.segments))
        yield Partial(
            channel=ask.channel,
            number=ask.number,
            span=Span(ask.since, max(ask.since, ask.spans[-1].end)),
            stable=known.stable.stable,
            text=known.stable.text,
        )

    def fail(self, ask: Ask, reason: str) -> Iterator[Final | Lost]:
        """Take that there will be no answer; of what was no final nothing follows."""
        voice = self._voices[ask.channel]
        for ended in voice.ended:
            if ended.number == ask.number and ask.final and not ended.settled:
                ended.reason = reason
        return self._settle(voice)

    def _settle(self, voice: _Voice) -> Iterator[Final | Lost]:
        """Tell the segments that ended, up to the first one not known."""
        while voice.ended and voice.ended[0].settled:
            ended = voice.ended.pop(0)
            if ended.ask is not None and ended.answer is None:
                span = Span(ended.start, max(ended.start, ended.ask.spans[-1].end))
                voice.unheard.append(span)
                yield Lost(ended.number, ended.ask.channel, span, ended.reason or "")
                continue
            segments = ended.answer.segments if ended.answer else ()
            if ended.ask is not None and not segments:
                voice.unheard += ended.ask.own
            voice.segments += segments
            voice.impressions += ended.answer.impressions if ended.answer else ()
            yield Final(ended.number, tuple(segments))

    def gaps(self) -> list[tuple[int, Span]]:
        """Return speech of which no words are known: it was refused, or lost."""
        return [(index, span) for index, v in self._voices.items() for span in v.unheard]

    def voice(self, channel: int) -> tuple[Sequence[Segment], Sequence[Impression]]:
        """Return what a channel has said, and the impressions of it."""
        voice = self._voices[channel]
        return tuple(voice.segments), tuple(voice.impressions)

    def feel(self, channel: int, emotions: Sequence[Emotion]) -> None:
        """Take the emotions of the first segments of a channel; they replace those before."""
        voice = self._voices[channel]
        voice.emotions = tuple(emotions[: len(voice.segments)])

    def felt(self, channel: int) -> Sequence[tuple[Segment, Emotion]]:
        """Return the segments of a channel whose emotion is known."""
        voice = self._voices[channel]
        return tuple(zip(voice.segments, voice.emotions, strict=False))

    def segments(self) -> list[Segment]:
        """Return all that was said, as people read it, with what emotions are known."""
        found = []
        for voice in self._voices.values():
            known = len(voice.emotions)
            found += [
                replace(segment, emotion=emotion)
                for segment, emotion in zip(voice.segments, voice.emotions, strict=False)
            ]
            found += voice.segments[known:]
        return sorted(found, key=lambda s: (s.span, s.channel))


def _same(one: Ask, other: Ask) -> bool:
    """Tell whether two asks are for all of the same speech."""
    return one is other or (one.complete and other.complete and one.own == other.own)


def joined(texts: Iterable[str]) -> str:
    """Return texts as one: with a space where words have one between them."""
    whole = ""
    for text in texts:
        apart = whole[-1:].isascii() and text[:1].isascii() and bool(whole) and bool(text)
        whole += f" {text}" if apart else text
    return whole
