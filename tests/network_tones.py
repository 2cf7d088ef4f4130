"""Tones of the telephone network, music and noise, made up for tests at 16 kHz."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from huiting.engines._keys import HIGH, KEYS, LOW

RATE = 16_000
Samples = NDArray[np.float32]


def still(seconds: float) -> Samples:
    """Return silence."""
    return np.zeros(round(seconds * RATE), np.float32)


def sines(seconds: float, *hertz: float, level: float = -15.0) -> Samples:
    """Return sines of equal strength that together peak at `level` dBFS."""
    time = np.arange(round(seconds * RATE)) / RATE
    tones = sum((np.sin(2 * np.pi * f * time) for f in hertz), np.zeros(len(time)))
    return (10 ** (level / 20) / len(hertz) * tones).astype(np.float32)


def key(name: str, seconds: float, *, twist: float = 0.0, off: float = 0.0) -> Samples:
    """Return a key; its high tone is `twist` dB louder, both are off by the share `off`."""
    row = next(i for i, keys in enumerate(KEYS) if name in keys)
    low, high = LOW[row] * (1 + off), HIGH[KEYS[row].index(name)] * (1 + off)
    both: Samples = sines(seconds, low) + np.float32(10 ** (twist / 20)) * sines(seconds, high)
    return both


def pressed(
    names: str, seconds: float, pause: float, *, twist: float = 0.0, off: float = 0.0
) -> Samples:
    """Return keys one after the other, with some silence around them."""
    keys = [
        part for name in names for part in (key(name, seconds, twist=twist, off=off), still(pause))
    ]
    return np.concatenate([still(0.3), *keys, still(0.3)])


def cadence(on_off: Sequence[float], *hertz: float) -> Samples:
    """Return tones that are on and off for these seconds, after a second of silence."""
    parts = [
        sines(length, *hertz) if place % 2 == 0 else still(length)
        for place, length in enumerate(on_off)
    ]
    return np.concatenate([still(1.0), *parts, still(1.0)])


def hiss(seconds: float, level: float, seed: int = 0) -> Samples:
    """Return white noise at `level` dBFS."""
    drawn = np.random.default_rng(seed).standard_normal(round(seconds * RATE))
    noise: Samples = (10 ** (level / 20) * drawn).astype(np.float32)
    return noise


def melody(seconds: float, level: float = -15.0) -> Samples:
    """Return a tune: chords of half a second with fading partials."""
    notes = [262, 330, 392, 523, 440, 349, 294, 494]
    parts = []
    for place in range(round(seconds * 2)):
        base = float(notes[place * 3 % len(notes)])
        chord: Samples = sines(0.5, base, base * 2, base * 1.5, base * 3, level=level)
        chord *= np.linspace(1, 0.6, len(chord), dtype=np.float32)
        parts.append(chord)
    return np.concatenate(parts)


def buzz(seconds: float, pitch: float = 150.0, level: float = -15.0) -> Samples:
    """Return something like a voice: harmonics whose pitch and loudness move all the time."""
    time = np.arange(round(seconds * RATE)) / RATE
    wander = 1 + 0.25 * np.sin(2 * np.pi * 2.3 * time) + 0.1 * np.sin(2 * np.pi * 5.1 * time)
    phase = 2 * np.pi * np.cumsum(pitch * wander) / RATE
    voice = sum((np.sin(n * phase) / n for n in range(1, 20)), np.zeros(len(time)))
    loud = np.maximum(0.0, np.sin(2 * np.pi * 1.7 * time))
    made = voice * loud
    scaled: Samples = (10 ** (level / 20) * made / np.abs(made).max()).astype(np.float32)
    return scaled
