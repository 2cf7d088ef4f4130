"""What the telephone network plays: keys pressed, ring-back and busy tones.

Network tones are one or two sines between 380 and 640 Hz, on and off in a rhythm. A sine
alone proves little, for music has them too; the rhythm, and the silence around each burst,
decide. Reads spectra block by block and keeps bursts only.

Source:
    ITU-T E.180 and its supplement 2 (tones by country): ring-back 450 Hz 1 s on 4 s off
    (China), 440 + 480 Hz 2 s on 4 s off (North America), 400 + 450 Hz 0.4 on 0.2 off 0.4 on
    2 off (United Kingdom), 425 Hz (most of Europe), 400 Hz (Japan); busy 450 Hz 0.35 s,
    480 + 620 Hz 0.5 s, 400 and 425 Hz 0.375 to 0.5 s, on as long as off.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from huiting.core.types import Event, EventLabel, EventSource, Span
from huiting.engines._keys import Key, keys
from huiting.engines._spectra import RATE, SIZE, STEP, Block, band

_NETWORK = band(370, 650)
_KEYPAD = (band(660, 980), band(1170, 1690))
_GATE = 0.5
"""Share of a frame's power in a band from which a tone is looked for there."""
_LONG = 2048
"""Samples of the frames in which the sines are told apart: 128 ms, 7.8 Hz a bin."""
_HOP = 512
_PURE = 0.8
"""Share of a burst's power in its sines."""
_OFF = 8.0
"""Hz by which a network tone may be off."""
_TONES = ((400.0,), (425.0,), (450.0,), (440.0, 480.0), (400.0, 450.0), (480.0, 620.0))
_BUSY_ONLY = 5
"""Place of the tone that never rings."""
_BRITISH = (400.0, 450.0)
"""Rings in pairs of short bursts."""
_EVEN = 0.1
"""Least power of one sine of a tone, of the other's."""
_JOIN = 0.1
"""Seconds between pieces of one burst."""
_LONGEST_PAUSE = 5.0
_SHORTEST = 0.15
"""Seconds of a burst."""
_RINGS, _RINGS_AT_MOST = 0.75, 2.6
"""Seconds that a burst of ring-back lasts."""
_DOUBLE = 0.35
"""Seconds between the two bursts of a British ring."""
_BUSY_FROM = 3
"""Bursts."""
_IRREGULAR = 0.6
"""Least of burst and pause, of the other, in a busy tone."""
_ALONE = 0.7
"""What is left of the score of a single burst."""
_FALLS = 8.0
"""dB by which it is quieter around a burst than in it."""
_AROUND = 7
"""Frames before and after a burst in which that must come: a fifth of a second."""
_PRESSED_TOGETHER = 2.5
"""Seconds between keys that belong to one number."""
_LONE = 0.9
"""Purity of a key pressed alone; three hours of speech had partials that reached 0.89."""


@dataclass(frozen=True, slots=True)
class Burst:
    """A network tone from where it begins to where it stops."""

    tone: int
    """Which of `_TONES`."""
    span: Span
    purity: float
    apart: bool
    """It is quieter before and after."""


class Tones:
    """Collects the tones of one track, given in consecutive blocks."""

    def __init__(self) -> None:
        self._keys: list[Key] = []
        self._bursts: list[Burst] = []
        self._tail = np.zeros(0, np.float32)

    def hear(self, block: Block) -> None:
        """Take the next block."""
        samples = np.concatenate((self._tail, block.samples))
        start = block.start - len(self._tail) / RATE
        lead = len(self._tail) // SIZE
        for first, last in _gated(block.share(*_KEYPAD) >= _GATE, lead):
            piece = samples[first * SIZE : last * SIZE]
            self._keys += _new(keys(piece, start + first * STEP), self._keys)
        for first, last in _gated(block.share(_NETWORK) >= _GATE, lead):
            self._bursts += _bursts(samples, start, first * SIZE, last * SIZE)
        self._tail = samples[-4 * SIZE :]

    def events(self, channel: int) -> list[Event]:
        """Return everything heard, by start."""
        found = [*_numbers(self._keys, channel), *_signals(_merged(self._bursts), channel)]
        return sorted(found, key=lambda event: event.span)


def _gated(marked: NDArray[np.bool_], lead: int) -> Iterator[tuple[int, int]]:
    """Yield stretches of frames around the marked ones, which begin `lead` frames in."""
    padded = np.concatenate((np.zeros(lead, np.bool_), marked))
    wide = padded.copy()
    for shift in (1, 2):
        wide[shift:] |= padded[:-shift]
        wide[:-shift] |= padded[shift:]
    edges = np.flatnonzero(np.diff(np.concatenate(([0], wide.astype(np.int8), [0]))))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _new(found: Sequence[Key], known: Sequence[Key]) -> list[Key]:
    """Leave out keys heard already at the end of the block before; a cut one is made whole."""
    return [key for key in found if not any(key.span.overlap(k.span) for k in known[-2:])]


def _bursts(samples: NDArray[np.float32], start: float, first: int, last: int) -> Iterator[Burst]:
    piece = samples[first:last]
    if len(piece) < _LONG:
        return
    tone, purity, level = _told(piece)
    at = start + first / RATE
    changes = np.flatnonzero(np.diff(np.concatenate(([-2], tone, [-2]))))
    for a, b in pairwise(changes.tolist()):
        if tone[a] >= 0 and (b - a) * _HOP >= _SHORTEST * RATE:
            # a frame counts as a tone when about half of it is one
            middle = at + _LONG / 2 / RATE
            span = Span(middle + (a - 1) * _HOP / RATE, middle + b * _HOP / RATE)
            pure = float(np.median(purity[a:b]))
            yield Burst(int(tone[a]), span, pure, _apart(level, a, b))


def _apart(level: NDArray[np.floating], first: int, last: int) -> bool:
    """Tell whether it falls quiet on both sides; where nothing is known it does."""
    limit = float(np.median(level[first:last])) - _FALLS
    sides = level[max(0, first - _AROUND) : first], level[last : last + _AROUND]
    return all(float(side.min()) <= limit for side in sides if len(side) == _AROUND)


def _told(
    piece: NDArray[np.float32],
) -> tuple[NDArray[np.int64], NDArray[np.floating], NDArray[np.floating]]:
    """Return for each frame which tone it is, else -1, how pure, and how loud in dB."""
    from scipy.fft import rfft

    window = np.hanning(_LONG).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(piece, _LONG)[::_HOP] * window
    power = np.square(np.abs(rfft(frames)))
    total = power.sum(axis=1) + 1e-12
    shares = np.stack([_share(power, tone) for tone in _TONES], axis=1) / total[:, None]
    purity = shares.max(axis=1)
    return np.where(purity >= _PURE, shares.argmax(axis=1), -1), purity, 10 * np.log10(total)


def _share(power: NDArray[np.floating], tone: Sequence[float]) -> NDArray[np.floating]:
    """Return the power in the sines of a tone; 0 where one is missing, or not at its place."""
    bins = [round(wanted * _LONG / RATE) for wanted in tone]
    sines = [power[:, place - 2 : place + 3] for place in bins]
    each = np.stack([sine.sum(axis=1) for sine in sines], axis=1)
    there = each.min(axis=1) >= _EVEN * each.max(axis=1)
    for sine, place, wanted in zip(sines, bins, tone, strict=True):
        there &= _near(sine, place - 2, wanted)
    return np.where(there, each.sum(axis=1), 0.0)


def _near(power: NDArray[np.floating], first: int, wanted: float) -> NDArray[np.bool_]:
    """Tell for each frame whether the center of the peak lies at the wanted frequency."""
    places = (first + np.arange(power.shape[1])) * RATE / _LONG
    center = power @ places / (power.sum(axis=1) + 1e-15)
    return np.asarray(np.abs(center - wanted) <= _OFF)


def _merged(bursts: Sequence[Burst]) -> list[Burst]:
    """Join bursts that a block's border cut, or a moment of noise."""
    found: list[Burst] = []
    for burst in sorted(bursts, key=lambda b: b.span):
        last = found[-1] if found else None
        if last and last.tone == burst.tone and burst.span.start - last.span.end <= _JOIN:
            span = Span(last.span.start, max(last.span.end, burst.span.end))
            both = last.apart and burst.apart
            found[-1] = Burst(burst.tone, span, min(last.purity, burst.purity), both)
        else:
            found.append(burst)
    return found


def _numbers(pressed: Sequence[Key], channel: int) -> Iterator[Event]:
    """Yield an event for the keys of each number."""
    number: list[Key] = []
    for key in sorted(pressed, key=lambda k: k.span):
        if number and key.span.start - number[-1].span.end > _PRESSED_TOGETHER:
            yield from _number(number, channel)
            number = []
        number.append(key)
    yield from _number(number, channel)


def _number(pressed: Sequence[Key], channel: int) -> Iterator[Event]:
    """Yield the event of these keys; one alone must be a pure one, for a vowel may seem one."""
    if not pressed or (len(pressed) == 1 and pressed[0].purity < _LONE):
        return
    yield Event(
        EventLabel.DTMF,
        Span(pressed[0].span.start, pressed[-1].span.end),
        EventSource.SIGNAL,
        channel=channel,
        score=median(key.purity for key in pressed),
        text="".join(key.key for key in pressed),
    )


def _signals(bursts: Sequence[Burst], channel: int) -> Iterator[Event]:
    """Yield an event for each row of bursts that has the rhythm of a network tone."""
    row: list[Burst] = []
    for burst in [*(b for b in bursts if b.apart), None]:
        goes_on = (
            burst is not None
            and bool(row)
            and burst.tone == row[-1].tone
            and burst.span.start - row[-1].span.end <= _LONGEST_PAUSE
        )
        if row and not goes_on:
            if label := _meaning(row):
                span = Span(row[0].span.start, row[-1].span.end)
                sure = median(b.purity for b in row) * (1 if len(row) > 1 else _ALONE)
                yield Event(label, span, EventSource.SIGNAL, channel=channel, score=min(1.0, sure))
            row = []
        if burst is not None:
            row.append(burst)


def _meaning(row: Sequence[Burst]) -> EventLabel | None:
    """Return what a row of bursts means, by how long they and the pauses between last."""
    on = [burst.span.duration for burst in row]
    off = [b.span.start - a.span.end for a, b in pairwise(row)]
    if any(_RINGS <= length <= _RINGS_AT_MOST for length in on):
        return None if row[0].tone == _BUSY_ONLY else EventLabel.RINGBACK
    if max(on) > _RINGS_AT_MOST:
        return None  # the dial tone, or music
    if _TONES[row[0].tone] == _BRITISH and any(pause <= _DOUBLE for pause in off):
        return EventLabel.RINGBACK
    regular = all(_IRREGULAR * pause <= median(on) <= pause / _IRREGULAR for pause in off)
    return EventLabel.BUSY if len(row) >= _BUSY_FROM and regular else None
