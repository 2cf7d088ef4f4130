"""How regions of speech become clips for the recognizer, and how its words go back to them.

A recognizer hears best a few seconds at a time, with a little room around them. Regions
are evidence and stay as they are; clips are made from them and forgotten. Nothing here
knows a recognizer.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from huiting.core.ports import Clip, Hypothesis, Track
from huiting.core.types import Span, Word

PAUSE = 0.7
"""Seconds of silence between two regions from which they are two segments; a speaker who
dictates a number breathes for less."""


@dataclass(frozen=True, slots=True)
class Cutting:
    """How regions are joined, split and padded; all in seconds.

    The defaults are the best point of docs/decisions/0003-recognition-windows.md.
    """

    max_gap: float = 1.0
    """Regions of one voice this near to each other share a clip."""
    max_length: float = 14.0
    """No clip is longer, padding not counted."""
    pad: float = 0.2
    """Sound kept on both sides, never reaching into a neighbouring region."""

    def __post_init__(self) -> None:
        """Refuse lengths that would never come to an end."""
        if self.max_length < 1 or self.max_gap < 0 or self.pad < 0:
            raise ValueError(f"need max_length >= 1, max_gap >= 0, pad >= 0, not {self}")


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
        first, last = group[0].start, _end(group)
        before = _end(groups[i - 1]) if i else 0.0
        after = groups[i + 1][0].start if i + 1 < len(groups) else track.duration
        # turns of a diarizer may overlap, and then leave no room at all
        start = min(first, max(first - cutting.pad, before))
        end = max(last, min(last + cutting.pad, after))
        yield Clip(channel, speaker, group, track.cut(Span(start, end)), start)


def _joined(spans: Iterable[Span], cutting: Cutting) -> list[tuple[Span, ...]]:
    groups: list[tuple[Span, ...]] = []
    for span in spans:
        if (
            groups
            and span.start - _end(groups[-1]) <= cutting.max_gap
            and max(span.end, _end(groups[-1])) - groups[-1][0].start <= cutting.max_length
        ):
            groups[-1] = (*groups[-1], span)
        else:
            groups.append((span,))
    return groups


def _end(spans: Iterable[Span]) -> float:
    return max(span.end for span in spans)


def _split(track: Track, span: Span, longest: float) -> Iterator[Span]:
    """Yield `span` in parts no longer than `longest`, cut where it is quietest."""
    while span.duration > longest:
        # from the middle on, so that no part is tiny, and enough is left for the next
        window = Span(span.start + longest / 2, span.start + longest)
        at = window.start + _quietest(track.cut(window).samples, track.rate)
        yield Span(span.start, at)
        span = Span(at, span.end)
    yield span


def _quietest(samples: np.ndarray, rate: int, width: float = 0.1) -> float:
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
    words = [_shifted(word, clip.start) for word in hypothesis.words]
    spans = _between_pauses(clip.spans, pause)
    if not words:
        whole = Span(spans[0].start, _end(spans))
        return [Piece(whole, hypothesis.text, (), hypothesis.confidence)]
    groups: list[list[int]] = [[] for _ in spans]
    at = 0
    for i, word in enumerate(words):
        at = max(at, _nearest(spans, word))  # words are in order, so their spans are too
        groups[at].append(i)
    return list(_divided(spans, hypothesis, words, groups))


def _between_pauses(spans: Sequence[Span], pause: float) -> list[Span]:
    joined = [spans[0]]
    for span in spans[1:]:
        if span.start - joined[-1].end < pause:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


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


def _shifted(word: Word, by: float) -> Word:
    return Word(word.text, word.span.shift(by), word.confidence)


def _confidence(words: Sequence[Word], hypothesis: Hypothesis) -> float | None:
    """Return the geometric mean over the words; that of the whole when a word has none."""
    sure = [word.confidence for word in words if word.confidence is not None]
    if hypothesis.confidence is None or len(sure) < len(words):
        return hypothesis.confidence
    return float(np.exp(np.mean(np.log(np.maximum(sure, 1e-6)))))
