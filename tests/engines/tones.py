"""A language of tones for tiny models: each character is a tone of its own."""

import numpy as np
from numpy.typing import NDArray

from huiting.core.types import Audio

RATE = 16_000
LETTERS = "你好请讲再见谢hi"
"""What can be said; the last two are one English word when they stand together."""
LASTS, PAUSE = 0.3, 0.18
"""Seconds of a tone and of the silence after it."""
LOUD = 0.3
HUMS = {"ANGRY": 140.0, "SAD": 5200.0, "BGM": 7000.0}
"""Tones all through a clip that stand for an emotion or a sound, in Hz."""


def pitch(letter: str) -> float:
    """Return the tone of a character, in Hz."""
    return 300.0 * 1.3 ** LETTERS.index(letter)


def sound(letters: str, *, hum: str = "", seed: int = 0) -> NDArray[np.float32]:
    """Return the samples of some characters, with a little noise and one of `HUMS`."""
    parts = [np.zeros(round(PAUSE * RATE))]
    time = np.arange(round(LASTS * RATE)) / RATE
    for letter in letters:
        parts += [LOUD * np.sin(2 * np.pi * pitch(letter) * time), parts[0]]
    samples = np.concatenate(parts)
    if hum:
        samples += LOUD * np.sin(2 * np.pi * HUMS[hum] * np.arange(len(samples)) / RATE)
    noise = np.random.default_rng(seed).normal(0, 1e-3, len(samples))
    return (samples + noise).astype(np.float32)


def clip(letters: str, *, hum: str = "", seed: int = 0) -> Audio:
    """Return some characters as a clip."""
    return Audio(sound(letters, hum=hum, seed=seed), RATE)


def starts(letters: str) -> list[float]:
    """Return when each character begins, in seconds."""
    return [PAUSE + i * (LASTS + PAUSE) for i in range(len(letters))]


def at(letters: str, time: float) -> str:
    """Return the character that sounds at a time; empty for silence."""
    for letter, start in zip(letters, starts(letters), strict=True):
        if start <= time < start + LASTS:
            return letter
    return ""
