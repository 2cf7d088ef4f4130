"""The quiet copy of one side of a call in the channel of the other, found and left out.

A headset or a hybrid lets one voice through to the other channel: the same waveform, some
15 to 35 dB lower, up to some 30 ms later, coloured by the way it took. What is heard there
is modelled as the loud channel through one linear filter for the whole call, estimated
where the loud side speaks and dominates (Wiener: cross spectrum over power spectrum). In
each stretch of speech of the quiet channel, what the filter predicts is subtracted: what
remains is that channel's own voice. Where nothing remains, the stretch is a copy.

Without a filter that explains what is there nothing is touched, so channels that merely
sound at the same time stay as they are. A copy as loud as its source is not dealt with.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huiting.audio.spool import SpooledTrack
from huiting.core.types import Condition, ConditionKind, Span

WINDOW = 0.256
"""Seconds of a window in which the filter is estimated."""
ECHO = (-0.008, 0.056)
"""Seconds by which a copy may come late, from and to."""
DOMINANCE = 3.0
"""dB that the source must be above the copy, as recorded."""
EXPLAINED = 0.3
"""Share of what is in the quiet channel that the filter must explain to be believed."""
ENOUGH = 12
"""Windows from which a filter is estimated; fewer are no evidence."""
MOST_WINDOWS = 400
"""Windows looked at in a call, spread over it."""
JUDGED = 60
"""Windows of those on which the filter is judged."""
QUIETEST = 1e-8
"""Mean square, as recorded, under which there is nothing to hear (-80 dBFS)."""
HOP = 0.02
"""Seconds of a frame in which the remaining voice is judged."""
SMOOTH = 5
"""Frames averaged."""
OWN = 2.0
"""Times the predicted copy's power that must remain for a frame to be the channel's own."""
NOISE = 2.5
"""Times the channel's noise power it must exceed too."""
SHORTEST = 6
"""Frames in a row that make a voice."""
PAD = 0.12
"""Seconds kept around what is its own."""
JOIN = 0.6
"""Seconds of copy inside one stretch that do not part it."""
PART = 60.0
"""Seconds of speech judged at once."""
WHOLE = 0.15
"""Seconds of copy at the ends of a stretch that are not worth cutting."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Speech of each track without copies, in the order of the tracks, and what was found."""

    speech: tuple[tuple[Span, ...], ...]
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Path:
    """How one channel gets into another."""

    taps: NDArray[np.float64]
    """Impulse response; the first tap is at ECHO[0]."""
    level: float
    """dB of the copy relative to its source, as recorded."""


def without_bleed(tracks: Sequence[SpooledTrack], speech: Sequence[Sequence[Span]]) -> Cleaned:
    """Leave out of each track's speech what is a quiet copy of another track.

    Args:
        tracks: of one recording, at one rate.
        speech: of each track, in order and apart, as the voice detector found it.
    """
    cleaned, conditions = [], []
    for quiet, spans in zip(tracks, speech, strict=True):
        kept = list(spans)
        for loud, loud_spans in zip(tracks, speech, strict=True):
            if loud is quiet or not kept or loud.dead:
                continue
            path = _path(loud, loud_spans, quiet)
            if path is None:
                continue
            left = [
                own
                for span in kept
                for own in _joined(
                    o for part in _parts(span) for o in _own(part, loud, quiet, path)
                )
            ]
            if left != kept:
                conditions.append(Condition(ConditionKind.BLEED, quiet.channel, path.level))
            kept = left
        cleaned.append(tuple(kept))
    return Cleaned(tuple(cleaned), tuple(conditions))


def _parts(span: Span) -> Iterator[Span]:
    """Yield a stretch of speech in parts of bounded length: hours of it would fill the memory."""
    while span.duration > PART:
        yield Span(span.start, span.start + PART)
        span = Span(span.start + PART, span.end)
    yield span


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Put together again what was parted in the middle of a voice."""
    joined: list[Span] = []
    for span in spans:
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def _path(loud: SpooledTrack, spans: Sequence[Span], quiet: SpooledTrack) -> _Path | None:
    size = round(WINDOW * loud.rate)
    taper = np.hanning(size)
    cross = np.zeros(size // 2 + 1, np.complex128)
    power = np.zeros(size // 2 + 1)
    used = []
    for a, b in _dominated(loud, spans, quiet):
        weight = 1 / np.square(b).mean()  # so that one loud word of the other side decides nothing
        spectrum, copy = np.fft.rfft(a * taper), np.fft.rfft(b * taper)
        cross += weight * spectrum.conj() * copy
        power += weight * np.square(np.abs(spectrum))
        used.append((a, b))
    if len(used) < ENOUGH:
        return None
    impulse = np.fft.irfft(cross / (power + 1e-4 * power.max()), size)
    first, last = (round(t * loud.rate) for t in ECHO)
    taps = np.concatenate([impulse[first:], impulse[:last]])
    return _believed(taps, used, quiet.gain - loud.gain)


def _dominated(
    loud: SpooledTrack, spans: Sequence[Span], quiet: SpooledTrack
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    starts = [
        start
        for span in spans
        for start in np.arange(span.start, span.end - WINDOW, WINDOW / 2).tolist()
    ]
    every = 1 + len(starts) // MOST_WINDOWS
    size = round(WINDOW * loud.rate)
    raised, fall = _power(quiet.gain), _power(-DOMINANCE)
    for start in starts[::every]:
        window = Span(start, start + 2 * WINDOW)
        a = loud.cut(window).samples[:size].astype(np.float64)
        b = quiet.cut(window).samples[:size].astype(np.float64)
        if len(a) < size or len(b) < size:
            continue
        source, copy = np.square(a).mean() / _power(loud.gain), np.square(b).mean() / raised
        if source > QUIETEST and QUIETEST < copy < fall * source:
            yield a, b


def _believed(
    taps: NDArray[np.float64],
    used: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]],
    raised: float,
) -> _Path | None:
    left, sources, copies = [], 0.0, 0.0
    for a, b in used[:: 1 + len(used) // JUDGED]:
        predicted = _filtered(a, taps, round(-ECHO[0] / WINDOW * len(a)))
        inner = slice(len(taps), None)  # before it, what the source said earlier is missing
        there = np.square(b[inner]).mean() + 1e-20
        left.append(min(1.0, np.square(b - predicted)[inner].mean() / there))
        sources += np.square(a).sum()
        copies += np.square(predicted).sum()
    if 1 - float(np.mean(left)) < EXPLAINED or not copies:
        return None
    level = float(10 * np.log10(copies / sources)) - raised
    return _Path(taps, level) if level < -DOMINANCE else None


def _filtered(
    samples: NDArray[np.float64], taps: NDArray[np.float64], lead: int
) -> NDArray[np.float64]:
    size = 1 << (len(samples) + len(taps) - 1).bit_length()
    whole = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(taps, size), size)
    return whole[lead : lead + len(samples)]


def _own(span: Span, loud: SpooledTrack, quiet: SpooledTrack, path: _Path) -> Iterator[Span]:
    rate = quiet.rate
    around = Span(max(0.0, span.start + ECHO[0] - ECHO[1]), span.end - ECHO[0])
    source = loud.cut(around).samples.astype(np.float64)
    heard = quiet.cut(around).samples.astype(np.float64)[: len(source)]
    predicted = _filtered(source, path.taps, round(-ECHO[0] * rate))[: len(heard)]
    first = round((span.start - around.start) * rate)
    copy = _powers(predicted[first:], rate)
    rest = _powers((heard - predicted)[first:], rate)
    noise = _power(quiet.noise + quiet.gain)
    own = (rest > OWN * copy) & (rest > NOISE * noise)
    for begin, end in _stretches(own):
        start, stop = span.start + begin * HOP - PAD, span.start + end * HOP + PAD
        yield Span(
            span.start if start < span.start + WHOLE else start,
            span.end if stop > span.end - WHOLE else stop,
        )


def _powers(samples: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    hop = round(HOP * rate)
    frames = np.square(samples[: len(samples) // hop * hop]).reshape(-1, hop).mean(axis=1)
    if len(frames) < SMOOTH:
        return np.full(len(frames), frames.mean() if len(frames) else 0.0)
    padded = np.pad(frames, SMOOTH // 2, mode="edge")
    return np.convolve(padded, np.full(SMOOTH, 1 / SMOOTH), mode="valid")


def _stretches(own: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], own, [False]]).astype(np.int8)))
    shortest = min(SHORTEST, len(own))
    runs = [(a, b) for a, b in edges.reshape(-1, 2).tolist() if b - a >= shortest]
    apart = (JOIN + 2 * PAD) / HOP
    stretch: tuple[int, int] | None = None
    for begin, end in runs:
        if stretch is not None and begin - stretch[1] < apart:
            stretch = stretch[0], end
            continue
        if stretch is not None:
            yield stretch
        stretch = begin, end
    if stretch is not None:
        yield stretch


def _power(decibels: float) -> float:
    return float(10 ** (decibels / 10))
