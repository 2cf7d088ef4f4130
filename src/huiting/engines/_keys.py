"""Keys pressed on a telephone (DTMF): which, and when.

A key is two sines, one of four low and one of four high frequencies. Speech has such pairs
of partials for moments; what tells a key from it is that nearly all the power is in the
two, that they stand at their frequencies, and that they last.

Source:
    ITU-T Q.23 (frequencies) and Q.24 (tolerances: 1.8 % in frequency, twist of +4 to -8 dB,
    40 ms of tone; here somewhat wider, for cheap telephones and low-rate codecs).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from huiting.core.types import Span

RATE = 16_000
KEYS = ("123A", "456B", "789C", "*0#D")
LOW = (697.0, 770.0, 852.0, 941.0)
HIGH = (1209.0, 1336.0, 1477.0, 1633.0)
_SIZE = 512
"""Samples of a frame: 32 ms tell neighbours 73 Hz apart."""
_HOP = 80
_TOLERANCE = 0.025
"""Share by which a frequency may be off."""
_TWIST = 10.0
"""dB between the two sines."""
_STANDS_OUT = 6.0
"""dB by which a sine is above the others of its group."""
_PURE, _MIXED = 0.85, 0.65
"""Share of the power in the two sines: of a short key, and of one that lasts `_LASTING`."""
_SHORTEST = 6
"""Frames of a key: with the frames' own length about 40 ms."""
_LASTING = 8
"""Frames that make up for speech or noise around the key."""
_EVEN = 1.5
"""dB by which the loudness of a key varies, at most, while it lasts (standard deviation)."""
_BRIDGE = 2
"""Frames that may be lost within a key."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key pressed."""

    key: str
    span: Span
    purity: float
    """Share of the power in its two sines, in [0, 1]."""


def keys(samples: NDArray[np.float32], start: float) -> list[Key]:
    """Return the keys pressed, in order.

    Args:
        samples: at 16 kHz, with some 50 ms around whatever may be a key.
        start: seconds at which they begin.
    """
    if len(samples) < _SIZE + _HOP:
        return []
    named, purity, level = _frames(samples)
    found = []
    for first, last in _runs(named):
        pure = float(np.median(purity[first : last + 1]))
        long = last - first + 1
        even = float(np.std(level[first : last + 1])) <= _EVEN
        if long >= _SHORTEST and even and pure >= (_MIXED if long >= _LASTING else _PURE):
            key = KEYS[named[first] // 4][named[first] % 4]
            begin = start + (first * _HOP + _SIZE // 4) / RATE
            end = start + (last * _HOP + _SIZE * 3 // 4) / RATE
            found.append(Key(key, Span(max(0.0, begin), end), min(1.0, pure)))
    return found


def _frames(
    samples: NDArray[np.float32],
) -> tuple[NDArray[np.int64], NDArray[np.floating], NDArray[np.floating]]:
    """Return for each frame which key it may be part of, else -1, how pure, how loud in dB."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, _SIZE)[::_HOP]
    window, basis = _basis()
    sines = frames @ basis
    heard = sines[:, :8] + 1j * sines[:, 8:]
    off = _off(heard)
    power = np.square(np.abs(heard) / _response(off)) * (2 / window.sum() ** 2)
    total = np.square(frames) @ np.square(window) / np.square(window).sum() + 1e-12
    low, high = power[:, :4], power[:, 4:]
    row, column = low.argmax(axis=1), high.argmax(axis=1)
    every = np.arange(len(frames))
    one, two = low[every, row], high[every, column]
    purity = (one + two) / total
    good = purity >= _MIXED
    good &= np.abs(_decibels(one / (two + 1e-15))) <= _TWIST
    good &= _stands_out(low) & _stands_out(high)
    near = off <= _TOLERANCE * np.array(LOW + HIGH)
    good &= near[every, row] & near[every, 4 + column]
    return np.where(good, row * 4 + column, -1), purity, _decibels(one + two)


def _decibels(ratio: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.asarray(10 * np.log10(ratio + 1e-15))


def _stands_out(group: NDArray[np.floating]) -> NDArray[np.bool_]:
    ordered = np.sort(group, axis=1)
    return np.asarray(_decibels(ordered[:, -1] / (ordered[:, -2] + 1e-15)) >= _STANDS_OUT)


def _off(heard: NDArray[np.complexfloating]) -> NDArray[np.floating]:
    """Return by how many Hz each sine is off its frequency, by how its phase advances."""
    wanted = np.array(LOW + HIGH)
    advance = np.angle(heard[1:] * heard[:-1].conj() * np.exp(-2j * np.pi * wanted * _HOP / RATE))
    hertz = np.abs(advance) / (2 * np.pi * _HOP / RATE)
    return np.asarray(np.concatenate((hertz[:1], hertz)))


def _response(off: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return what the window leaves of a sine that is some Hz off: the Hann window's transform."""
    bins = np.minimum(off, _TOLERANCE * max(HIGH)) * _SIZE / RATE
    bins = np.where(np.abs(bins - 1) < 1e-3, 1.001, bins)  # noqa: PLR2004  (a removable pole)
    return np.asarray(np.sinc(bins) / (1 - np.square(bins)))


@cache
def _basis() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the window, and the windowed cosines and sines of the eight, shape (512, 16)."""
    window = np.hanning(_SIZE)
    turns = 2 * np.pi * np.outer(np.arange(_SIZE) / RATE, LOW + HIGH)
    basis = np.concatenate((np.cos(turns), -np.sin(turns)), axis=1) * window[:, None]
    return window.astype(np.float32), basis.astype(np.float32)


def _runs(named: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return (first, last) frames of each key, across a lost frame or two."""
    found: list[tuple[int, int]] = []
    for at in np.flatnonzero(named >= 0):
        place = int(at)
        if found:
            first, last = found[-1]
            if named[last] == named[place] and place - last <= _BRIDGE + 1:
                found[-1] = (first, place)
                continue
        found.append((place, place))
    return found
