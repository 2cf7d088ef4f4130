"""How regions of speech become clips for the recognizer, and how its words go back to them.

A recognizer hears best a few seconds at a time, with a little room around them. Regions
are evidence and stay as they are; clips are made from them and forgotten. Nothing here
knows a recognizer.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from huiting.core.ports import Clip, Hypothesis, Track
from huiting.core.types import Audio, Span, Word

PAUSE = 0.7
"""Seconds of silence between two regions from which they are two segments; a speaker who
dictates a number breathes for less."""
EARLY = 0.25
"""Seconds by which a recognizer may end a word before the region it is in begins; less
than what is kept of a silence, so that it is not taken for a word of the region before."""


@dataclass(frozen=True, slots=True)
class Cutting:
    """How regions are joined, split and padded; all in seconds.

    The defaults are the best point of docs/decisions/0003-recognition-windows.md.
    """

    max_gap: float = 30.0
    """Regions of one voice this near to each other may share a clip."""
    max_length: float = 22.0
    """No clip is longer, padding at its ends not counted."""
    pad: float = 0.4
    """Sound kept on both sides of a region; silence beyond it is left out of the clip."""

    def __post_init__(self) -> None:
        """Refuse lengths that would never come to an end."""
        if self.max_length < 1 or self.max_gap < 0 or self.pad < 0:
            raise ValueError(f"need max_length >= 1, max_gap >= 0, pad >= 0, not {self}")


CUTTINGS = {"fast": Cutting(), "accurate": Cutting(max_length=28.0)}
"""The cutting that goes with a profile of the recognizer."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What was recognized between two pauses of a clip, on the recording's clock."""

    span: Span
    text: str
    words: tuple[Word, ...] = ()
    confidence: float | None = None


def clips_of(
    track: Track, channel: int, speaker: int | None, spans: Sequence[Span], cutting: Cutting
) -> Iterator[Clip]:
    """Yield the clips of one voice, in order; audio is cut when its clip is asked for.

    Args:
        track: the channel.
        channel: its number.
        speaker: number of the voice on it; None when the channel is one voice.
        spans: regions of this voice, by start.
        cutting: how they are joined, split and padded.
    """
    parts = [part for span in spans for part in _split(track, span, cutting.max_length)]
    groups = _joined(parts, cutting)
    for i, group in enumerate(groups):
        before = _end(groups[i - 1]) if i else 0.0
        after = groups[i + 1][0].start if i + 1 < len(groups) else track.duration
        yield clip_of(track, (channel, speaker), group, cutting.pad, (before, after))


def clip_of(
    track: Track,
    voice: tuple[int, int | None],
    spans: tuple[Span, ...],
    pad: float,
    room: tuple[float, float],
) -> Clip:
    """Return one clip of all `spans`.

    Args:
        track: the channel.
        voice: number of the channel, and of the voice on it.
        spans: regions of this voice, by start.
        pad: seconds of sound kept around each of them.
        room: its ends are not padded beyond these, unless a region reaches beyond them itself.
    """
    kept = _kept(spans, pad, *room)
    pieces = [track.cut(span).samples for span in kept]
    offsets = tuple(_offset(kept, span.start) for span in spans)
    audio = Audio(pieces[0] if len(pieces) == 1 else np.concatenate(pieces), track.rate)
    return Clip(*voice, spans, audio, kept[0].start, offsets)


def _joined(spans: Iterable[Span], cutting: Cutting) -> list[tuple[Span, ...]]:
    groups: list[tuple[Span, ...]] = []
    for span in spans:
        together = (*groups[-1], span) if groups else (span,)
        if (
            groups
            and span.start - _end(groups[-1]) <= cutting.max_gap
            and _length(together, cutting.pad) <= cutting.max_length
        ):
            groups[-1] = together
        else:
            groups.append((span,))
    return groups


def _length(spans: Sequence[Span], pad: float) -> float:
    """Return the length of a clip of these spans, padding at its ends not counted."""
    return sum(s.duration for s in _kept(spans, pad, spans[0].start, _end(spans)))


def _kept(spans: Sequence[Span], pad: float, before: float, after: float) -> list[Span]:
    """Return what of the track a clip holds, in order and apart.

    Args:
        spans: regions of the clip, by start; turns of a diarizer may overlap.
        pad: sound kept around each of them.
        before: the first is not padded beyond this, unless it begins earlier itself.
        after: the last is not padded beyond this, unless it ends later itself.
    """
    first, last = spans[0].start, _end(spans)
    kept: list[Span] = []
    for span in spans:
        start = min(first, max(first - pad, before)) if span is spans[0] else span.start - pad
        end = span.end + pad
        if kept and start <= kept[-1].end:
            kept[-1] = Span(kept[-1].start, max(kept[-1].end, end))
        else:
            kept.append(Span(start, end))
    kept[-1] = Span(kept[-1].start, max(last, min(kept[-1].end, after)))
    return kept


def _offset(kept: Sequence[Span], at: float) -> float:
    """Return where in the clip a moment of the recording is."""
    return sum(span.overlap(Span(0.0, at)) for span in kept)


def _end(spans: Iterable[Span]) -> float:
    return max(span.end for span in spans)


def parted(clip: Clip, track: Track, pad: float, pause: float = PAUSE) -> list[Clip]:
    """Return a clip divided where its regions are `pause` seconds or more apart.

    For a recognizer that tells no times of words: of one text over a pause nobody could say what
    was said before it and what after.

    Args:
        clip: of a voice.
        track: its channel.
        pad: seconds of sound kept around each region.
        pause: in seconds.
    """
    groups = _grouped(clip.spans, pause)
    if len(groups) == 1:
        return [clip]
    end = clip.spans[-1].start + clip.audio.duration - clip.offsets[-1]
    begins = [clip.start, *(_end(group) for group in groups[:-1])]
    ends = [*(group[0].start for group in groups[1:]), end]
    voice = (clip.channel, clip.speaker)
    return [
        clip_of(track, voice, group, pad, room)
        for group, room in zip(groups, zip(begins, ends, strict=True), strict=True)
    ]


def _split(track: Track, span: Span, longest: float) -> Iterator[Span]:
    """Yield `span` in parts no longer than `longest`, cut where it is quietest."""
    while span.duration > longest:
        # from the middle on, so that no part is tiny, and enough is left for the next
        window = Span(span.start + longest / 2, span.start + longest)
        at = window.start + quietest(track.cut(window).samples, track.rate)
        yield Span(span.start, at)
        span = Span(at, span.end)
    yield span


def quietest(samples: np.ndarray, rate: int, width: float = 0.1) -> float:
    """Return the middle of the quietest `width` seconds, in seconds from the start."""
    size = max(1, round(width * rate))
    if len(samples) < 2 * size:
        return len(samples) / 2 / rate
    energy = np.concatenate(([0.0], np.cumsum(np.square(samples, dtype=np.float64))))
    return (int(np.argmin(energy[size:] - energy[:-size])) + size / 2) / rate


def pieces_of(clip: Clip, hypothesis: Hypothesis, pause: float = PAUSE) -> list[Piece]:
    """Return what was said between the pauses of a clip; nothing for an empty text.

    A clip is divided by the times of its words, where its regions are `pause` seconds or
    more apart. Without times it stays one piece, from the start of the first region to the
    end of the last.
    """
    if not hypothesis.text:
        return []
    words = [_on_clock(word, clip) for word in hypothesis.words]
    spans = [Span(group[0].start, _end(group)) for group in _grouped(clip.spans, pause)]
    if not words:
        whole = Span(spans[0].start, _end(spans))
        return [Piece(whole, hypothesis.text, (), hypothesis.confidence)]
    groups: list[list[int]] = [[] for _ in spans]
    at = 0
    for i, word in enumerate(words):
        at = max(at, _nearest(spans, word))  # words are in order, so their spans are too
        groups[at].append(i)
    return list(_divided(spans, hypothesis, words, groups))


def _grouped(spans: Sequence[Span], pause: float) -> list[tuple[Span, ...]]:
    """Return spans, by start, with those together that are less than `pause` seconds apart."""
    groups: list[tuple[Span, ...]] = [(spans[0],)]
    for span in spans[1:]:
        if span.start - _end(groups[-1]) < pause:
            groups[-1] = (*groups[-1], span)
        else:
            groups.append((span,))
    return groups


def _divided(
    spans: Sequence[Span],
    hypothesis: Hypothesis,
    words: Sequence[Word],
    groups: Sequence[Sequence[int]],
) -> Iterator[Piece]:
    starts = _starts(hypothesis)
    spoken = [(span, group) for span, group in zip(spans, groups, strict=True) if group]
    for n, (span, group) in enumerate(spoken):
        begin = 0 if n == 0 else starts[group[0]]
        end = starts[spoken[n + 1][1][0]] if n + 1 < len(spoken) else len(hypothesis.text)
        inside = _within([words[i] for i in group], span)
        sure = hypothesis.confidence if len(spoken) == 1 else _confidence(inside, hypothesis)
        yield Piece(span, hypothesis.text[begin:end].strip(), inside, sure)


def _starts(hypothesis: Hypothesis) -> list[int]:
    """Return where each word begins in the text."""
    found, at = [], 0
    for word in hypothesis.words:
        start = hypothesis.text.index(word.text, at)
        found.append(start)
        at = start + len(word.text)
    return found


def _nearest(spans: Sequence[Span], word: Word) -> int:
    """Return which span a word lies in: most overlap, else the nearest."""
    middle = (word.span.start + word.span.end) / 2
    return min(
        range(len(spans)),
        key=lambda i: (
            -spans[i].overlap(word.span),
            max(spans[i].start - middle, middle - spans[i].end, 0.0),
        ),
    )


def _within(words: Sequence[Word], span: Span) -> tuple[Word, ...]:
    """Return the words with their times held inside `span`."""
    held = []
    for word in words:
        start = min(max(word.span.start, span.start), span.end)
        end = max(start, min(word.span.end, span.end))
        held.append(Word(word.text, Span(start, end), word.confidence))
    return tuple(held)


def place_of(clip: Clip, span: Span) -> Span:
    """Return where a piece of the recording is in the clip."""
    start = max(0.0, span.start + _lag(clip, _last(clip, span.start)))
    return Span(start, start + span.duration)


def on_recording(clip: Clip, span: Span) -> Span:
    """Return where a piece of the clip is in the recording."""
    begun = sum(offset <= span.start + 1e-6 for offset in clip.offsets)
    start = max(0.0, span.start - _lag(clip, max(0, begun - 1)))
    return Span(start, start + span.duration)


def sound_of(clip: Clip, span: Span) -> Audio:
    """Return the samples of a piece of the clip, as a view; its span is on the recording's clock."""
    return clip.audio.cut(place_of(clip, span))


def _on_clock(word: Word, clip: Clip) -> Word:
    """Put a word on the recording's clock, by the last region begun before its end.

    Its end, as a recognizer may let a word begin in the silence before it, but not end there.
    """
    begun = sum(offset - EARLY < word.span.end for offset in clip.offsets)
    lag = _lag(clip, max(0, begun - 1))
    return Word(
        word.text,
        Span(max(0.0, word.span.start - lag), max(0.0, word.span.end - lag)),
        word.confidence,
    )


def _lag(clip: Clip, region: int) -> float:
    """Return what takes the recording's clock to that of the clip, in a region."""
    return clip.offsets[region] - clip.spans[region].start if clip.offsets else -clip.start


def _last(clip: Clip, at: float) -> int:
    """Return the last region begun at a moment of the recording."""
    return max(0, sum(span.start <= at + 1e-6 for span in clip.spans) - 1)


def _confidence(words: Sequence[Word], hypothesis: Hypothesis) -> float | None:
    """Return the geometric mean over the words; that of the whole when a word has none."""
    sure = [word.confidence for word in words if word.confidence is not None]
    if hypothesis.confidence is None or len(sure) < len(words):
        return hypothesis.confidence
    return float(np.exp(np.mean(np.log(np.maximum(sure, 1e-6)))))
