"""Where there is music: notes that hold, confirmed by a network that knows music.

Neither alone is enough: the network takes babble and offices for music, and a sine or a
hum holds as a note does. Tones of the telephone network must be known already.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huiting.core.types import Event, EventLabel, EventSource, Span
from huiting.engines._aed import FRAME, MUSIC, SINGING, Aed
from huiting.engines._runs import gathered, joined, runs
from huiting.engines._spectra import QUIET, RATE, SIZE, STEP, Block
from huiting.engines._steadiness import Steadiness, smooth

_STEADY = 0.06
"""Share of steady moments in three seconds from which the network is asked."""
_EVIDENCE = 0.6
"""What the network's probability and twice the steady share must come to."""
_LIKELY = 0.1
"""Least probability of music by the network."""
_MELODY = 0.28
"""Share of melody that is music whatever the network says; no speech measured had 0.25."""
_SUNG = 0.5
_AROUND = 24
"""Frames listened to on both sides of the steady ones: the half of three seconds."""
_LOOK = round(1.5 / STEP)
"""Frames over which the network's word is averaged."""
_JOIN = 2.0
"""Seconds between pieces of one music: a rest, a dip of the codec."""
_SHORTEST = 2.0
"""Seconds."""
_TALKS = 0.3
"""Seconds of speech in music from which it is music under speech."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Music, or singing, found in one block."""

    label: EventLabel
    span: Span
    score: float


class Music:
    """Collects the music of one track, given in consecutive blocks."""

    def __init__(self, aed: Aed) -> None:
        self._aed = aed
        self._steadiness = Steadiness()
        self._found: list[_Stretch] = []

    def hear(self, block: Block) -> None:
        """Take the next block."""
        steady = self._steadiness.look(block.amplitudes)
        wanted = _widened((steady.share >= _STEADY) & (block.level > QUIET), _AROUND)
        music = np.zeros(len(wanted), np.float32)
        sung = np.zeros(len(wanted), np.float32)
        for first, last in runs(wanted):
            heard = self._aed.listen(block.samples[first * SIZE : last * SIZE])
            music[first:last] = _by_frame(heard[:, MUSIC], last - first)
            sung[first:last] = _by_frame(heard[:, SINGING], last - first)
        likely = smooth(np.maximum(music, sung), _LOOK)
        evidence = likely + 2 * steady.share
        by_both = (steady.share >= _STEADY) & (likely >= _LIKELY) & (evidence >= _EVIDENCE)
        present = (np.maximum(music, sung) >= _EVIDENCE / 2) | steady.frames
        present &= block.level > QUIET
        score = np.maximum(evidence, 2 * steady.melody)
        self._keep(EventLabel.MUSIC, block, by_both | (steady.melody >= _MELODY), present, score)
        singing = smooth(sung, _LOOK)
        self._keep(EventLabel.SINGING, block, singing >= _SUNG, sung >= _SUNG, singing)

    def _keep(
        self,
        label: EventLabel,
        block: Block,
        found: NDArray[np.bool_],
        present: NDArray[np.bool_],
        score: NDArray[np.float32],
    ) -> None:
        """Keep stretches from their first to their last frame that has it for itself."""
        for first, last in runs(found):
            inside = np.flatnonzero(present[first:last])
            if len(inside):
                span = Span(
                    block.start + (first + int(inside[0])) * STEP,
                    block.start + (first + int(inside[-1]) + 1) * STEP,
                )
                mean = float(np.minimum(score[first:last], 1.0).mean())
                self._found.append(_Stretch(label, span, mean))

    def events(
        self, channel: int, speech: Sequence[Span], tones: Sequence[Span]
    ) -> Iterator[Event]:
        """Yield music, apart from and under speech, and singing."""
        for label in (EventLabel.MUSIC, EventLabel.SINGING):
            mine = [s for s in self._found if s.label is label]
            for span, here in gathered(mine, lambda s: s.span, _JOIN):
                score = max(s.score for s in here)
                if _is_long(span) and not _explained(span, tones):
                    yield from _told_apart(label, span, channel, score, speech)


def _told_apart(
    label: EventLabel, span: Span, channel: int, score: float, speech: Sequence[Span]
) -> Iterator[Event]:
    """Yield the music, cut where somebody speaks over it; singing stays whole."""
    talk = [] if label is EventLabel.SINGING else joined(speech, _JOIN)
    at = span.start
    for said in [s for s in talk if s.overlap(span) >= _TALKS]:
        over = Span(max(at, said.start), min(span.end, said.end))
        if _is_long(Span(at, over.start)):
            yield _event(label, Span(at, over.start), channel, score)
        if _is_long(over):
            yield _event(EventLabel.MUSIC_UNDER_SPEECH, over, channel, score)
        at = over.end
    if _is_long(Span(at, span.end)):
        yield _event(label, Span(at, span.end), channel, score)


def _event(label: EventLabel, span: Span, channel: int, score: float) -> Event:
    return Event(label, span, EventSource.MODEL, channel=channel, score=score)


def _is_long(span: Span) -> bool:
    return span.duration >= _SHORTEST


def _explained(span: Span, tones: Sequence[Span]) -> bool:
    """Tell whether telephone tones make up most of it."""
    return sum(tone.overlap(span) for tone in tones) > span.duration / 2


def _widened(marked: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    found = np.zeros(len(marked), np.bool_)
    for first, last in runs(marked):
        found[max(0, first - by) : last + by] = True
    return found


def _by_frame(values: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """Return the network's word at the middle of each of our frames."""
    if not len(values):
        return np.zeros(count, np.float32)
    middles = ((np.arange(count) + 0.5) * SIZE / RATE / FRAME).astype(np.int64)
    return values[np.minimum(middles, len(values) - 1)]
