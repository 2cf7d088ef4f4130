"""Voices that a runtime tells apart in stretches of a track, made turns of speakers.

Pure arithmetic; knows no runtime and no audio.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huiting.core.types import Span
from huiting.engines._segmentation import frame_at, frames, time_of
from huiting.engines.diarizer import Mask, mask, nearest, runs

LEAST = 0.1
"""Seconds of speech that a voice print can be made of."""
PRINTED = 20.0
"""Seconds of a voice in a stretch at most that its print is made of."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody who is told from others within a stretch. Times are those of the track."""

    turns: tuple[Span, ...]
    sample: tuple[Span, ...]
    """Where no other voice is heard, or all of it where that is too little; the longest first,
    at most `PRINTED` seconds."""

    @property
    def seconds(self) -> float:
        """Length of the sample."""
        return sum(span.duration for span in self.sample)


def apart(turns: Sequence[Sequence[Span]], part: Span) -> Iterator[Voice]:
    """Yield the voices of a stretch.

    Args:
        turns: of each voice, in seconds from the start of the stretch.
        part: the stretch.
    """
    heard = [mask(some, frames(part.duration)) for some in turns]
    alone = np.sum(heard, axis=0) == 1
    for some, here in zip(turns, heard, strict=True):
        lone = [Span(time_of(first), time_of(last)) for first, last in runs(here & alone)]
        enough = sum(span.duration for span in lone) >= LEAST
        sample = _longest(lone if enough else some)
        yield Voice(_later(some, part), _later(sample, part))


def _longest(spans: Sequence[Span]) -> Iterator[Span]:
    left = PRINTED
    for span in sorted(spans, key=lambda one: -one.duration):
        if left > 0:
            yield Span(span.start, span.start + min(left, span.duration))
            left -= span.duration


def _later(spans: Iterable[Span], part: Span) -> tuple[Span, ...]:
    return tuple(span.shift(part.start) for span in spans)


def painted(voices: Sequence[Voice], labels: NDArray[np.intp], length: int) -> Mask:
    """Return who speaks in which frame, shape (length, speakers).

    Args:
        voices: at least one.
        labels: the speaker of each.
        length: frames of the track.
    """
    active = np.zeros((length, int(labels.max()) + 1), np.bool_)
    for voice, label in zip(voices, labels, strict=True):
        for turn in voice.turns:
            active[frame_at(turn.start) : frame_at(turn.end), label] = True
    return active


def filled(active: Mask, spoken: Mask) -> Mask:
    """Return who speaks in which frame: where it is spoken somebody, elsewhere nobody.

    Speech of nobody goes to whom the nearest frame of its stretch belongs, else the nearest of
    all; of several to the first.

    Args:
        active: who speaks as far as it is known, shape (frames, speakers).
        spoken: where anybody speaks, shape (frames,).
    """
    found = active & spoken[:, None]
    source = found if found.any() else active
    known = np.flatnonzero(source.any(1))
    if not len(known):
        found[:, 0] = spoken
        return found
    first = source.argmax(1)
    for start, end in runs(spoken):
        lacking = start + np.flatnonzero(~found[start:end].any(1))
        inside = known[np.searchsorted(known, start) : np.searchsorted(known, end)]
        near = nearest(lacking, inside if len(inside) else known)
        found[lacking, first[near]] = True
    return found
