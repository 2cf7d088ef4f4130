"""Clips longer than an engine takes, in parts, and what is heard in them as one."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import ceil

import numpy as np
from numpy.typing import NDArray

from huiting.core.ports import Hypothesis, States
from huiting.core.types import Audio, Word

REACH = 2.5
"""Seconds around the place of an equal division, in which the quietest moment is looked for."""
SLACK = 0.5
"""Seconds that parts are shorter than they may be, at least, so that there is a choice."""
WIDTH = 0.1
"""Seconds that are quiet together where a clip is cut; less is the gap before a plosive."""


def parts_of(clip: Audio, longest: float) -> list[Audio]:
    """Return the clip, or equal parts of it when it is longer than `longest` seconds."""
    count = max(1, ceil(clip.duration / longest))
    size = ceil(len(clip.samples) / count)
    return [Audio(clip.samples[i * size : (i + 1) * size], clip.rate) for i in range(count)]


def parts_at_pauses(clip: Audio, longest: float) -> list[Audio]:
    """Return the clip, or parts of it when it is longer than `longest` seconds.

    They are about equal, and cut where it is quietest, so that few words are cut in two.
    """
    total, most = len(clip.samples), max(1, int(longest * clip.rate))
    count = max(1, ceil(total / most))
    slack = round(SLACK * clip.rate)
    if count > 1 and count * (most - slack) < total and most > 10 * slack:
        count += 1
    edges = [0]
    for left in range(count - 1, 0, -1):
        even = edges[-1] + (total - edges[-1]) // (left + 1)
        reach = round(REACH * clip.rate)
        first = max(total - left * most, edges[-1] + 1, even - reach)
        last = max(first, min(edges[-1] + most, total - left, even + reach))
        edges.append(first + _quietest(clip.samples[first:last], clip.rate, even - first))
    pairs = pairwise([*edges, total])
    return [Audio(clip.samples[start:end], clip.rate) for start, end in pairs]


def _quietest(samples: NDArray[np.float32], rate: int, wish: int) -> int:
    """Return the middle of the quietest stretch; of several, the one nearest to `wish`."""
    size = max(1, round(WIDTH * rate))
    if len(samples) < 2 * size:
        return min(max(wish, 0), len(samples))
    energy = np.concatenate(([0.0], np.cumsum(np.square(samples, dtype=np.float64))))
    loud = energy[size:] - energy[:-size]
    middles = np.flatnonzero(loud <= loud.min() + 1e-9) + size // 2
    return int(middles[np.argmin(np.abs(middles - wish))])


def joined(hypotheses: Sequence[Hypothesis], parts: Sequence[Audio]) -> Hypothesis:
    """Return the hypotheses of consecutive parts of one clip as one.

    Emotion is that of the longest text; events keep their places.
    """
    believed = [h for h in hypotheses if h.gate is None]
    if len(hypotheses) == 1:
        return hypotheses[0]
    starts = np.cumsum([0.0, *(part.duration for part in parts[:-1])])
    events = tuple(
        replace(event, span=event.span.shift(float(at)))
        for hypothesis, at in zip(hypotheses, starts, strict=True)
        for event in hypothesis.events
    )
    if not believed:
        return replace(hypotheses[0], events=events)
    words = [
        Word(w.text, w.span.shift(float(at)), w.confidence)
        for hypothesis, at in zip(hypotheses, starts, strict=True)
        for w in hypothesis.words
    ]
    return replace(
        believed[0],
        text=" ".join(h.text for h in believed),
        words=tuple(words) if all(h.words for h in believed) else (),
        confidence=_mean([h.confidence for h in believed], [len(h.text) for h in believed]),
        emotion=max(believed, key=lambda h: len(h.text)).emotion,
        events=events,
        states=_one_after_another([h.states for h in hypotheses]),
        fallback=next((h.fallback for h in hypotheses if h.fallback), None),
    )


def _one_after_another(parts: Sequence[States | None]) -> States | None:
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return States(np.concatenate([part.values for part in known]), known[0].step)


def _mean(confidences: Sequence[float | None], weights: Sequence[int]) -> float | None:
    """Return the geometric mean, weighted; None when one is not known."""
    known = [c for c in confidences if c is not None]
    if len(known) < len(confidences):
        return None
    return float(np.exp(np.average(np.log(np.maximum(known, 1e-9)), weights=weights)))
