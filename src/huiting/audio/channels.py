"""What the channels of a recording are: alive or dead, alike or apart, too quiet, clipped.

Judged from the levels gathered while decoding. The active level is the mean power of the
frames within 20 dB of the loudest fifth of a second, as P.56 measures speech without its
pauses; clicks are too short and noise too low to count.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from huiting.audio.levels import FLOOR, Levels
from huiting.core.types import Condition, ConditionKind

TARGET = -23.0
"""dBFS of active speech that a channel is brought to when it is out of the usual range."""
QUIET = -32.0
LOUD = -12.0
MOST_GAIN = 36.0
MARGIN = 20.0
"""dB below the loudest fifth of a second within which a frame counts as active."""
SILENT_BELOW = -65.0
"""dBFS: 18 steps of 16 bits; A-law's idle pattern is at -72."""
STEADY_BELOW = -40.0
STEADY = 6.0
"""dB between loudest and quietest within which a quiet channel is mere noise or hum."""
DIFFERENCE = 12.0
"""dB below the loudest channel from which it is worth telling."""
CLIPPED = 0.001
"""Share of active samples from which clipping is told."""
HEARD = 0.2
"""Seconds: a short word is a sound, a click is none."""
BRIEF = 0.1

ALIKE = 0.97
"""Correlation of two channels, over all, from which they may be one signal."""
RESIDUE = 0.1
"""Power left of half a second of a channel, as a share, when the other is subtracted."""
EXCEPTIONS = 0.005
"""Share of active half seconds that may differ: a lossy codec's odd frame."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What to do with one channel of the file."""

    channel: int
    level: float
    """dBFS of its active speech, as recorded."""
    noise: float
    """dBFS below which a tenth of it lies, as recorded and digital silence left out."""
    gain: float
    """dB to add."""
    dead: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """The channels worth keeping, in the file's order, and what was found."""

    channels: tuple[Judged, ...]
    conditions: tuple[Condition, ...]


def judge(levels: Sequence[Levels], products: NDArray[np.float32]) -> Judgement:
    """Decide what each channel is.

    Args:
        levels: of each channel.
        products: of channels with channels, shape (blocks, channels, channels).
    """
    channels = [_judged(i, measured) for i, measured in enumerate(levels)]
    conditions = []
    if all(c.dead for c in channels):
        loudest = max(measured.loudest(HEARD) for measured in levels)
        conditions.append(Condition(ConditionKind.SILENT, None, loudest))
    else:
        conditions += [
            Condition(ConditionKind.DEAD_CHANNEL, c.channel, levels[c.channel].loudest(HEARD))
            for c in channels
            if c.dead
        ]
    copies = _copies(channels, products)
    conditions += copies
    gone = {copy.channel for copy in copies}
    kept = [c for c in channels if c.channel not in gone]
    conditions += _differences(kept)
    conditions += _clipping(kept, levels)
    return Judgement(tuple(kept), tuple(conditions))


def active_level(levels: Levels) -> float:
    """Return the level of what sounds in a channel, its pauses left out, in dBFS."""
    return levels.mean(levels.loudest(HEARD) - MARGIN)


def _judged(channel: int, levels: Levels) -> Judged:
    loudest = levels.loudest(HEARD)
    noise = levels.quietest(0.1)
    steady = loudest - noise < STEADY
    dead = loudest < SILENT_BELOW or (loudest < STEADY_BELOW and steady)
    level = FLOOR if loudest <= FLOOR else active_level(levels)
    gain = 0.0 if dead else _gain(level, levels.peak(BRIEF))
    return Judged(channel, level, noise, gain, dead)


def _gain(level: float, peak: float) -> float:
    wanted = TARGET - level
    if QUIET <= level <= LOUD:
        return 0.0
    if wanted < 0:
        return wanted
    return max(0.0, min(wanted, MOST_GAIN, -peak))  # raised until its peaks reach full scale


def _copies(channels: Sequence[Judged], products: NDArray[np.float32]) -> list[Condition]:
    copies: list[Condition] = []
    gone: set[int] = set()
    alive = [c for c in channels if not c.dead]
    for i, first in enumerate(alive):
        for second in alive[i + 1 :]:
            if {first.channel, second.channel} & gone:
                continue
            alike = similarity(products, first.channel, second.channel)
            if alike is not None:
                # of two copies the louder one holds more; of equal ones the first is kept
                louder = second.level > first.level + 1
                gone.add(first.channel if louder else second.channel)
                copies.append(
                    Condition(
                        ConditionKind.DUAL_MONO,
                        first.channel if louder else second.channel,
                        alike,
                    )
                )
    return copies


def similarity(products: NDArray[np.float32], first: int, second: int) -> float | None:
    """Return the correlation of two channels that hold one signal, or None when they do not.

    They must be alike over all and in (almost) each active half second: one word that only
    one channel holds makes them two.
    """
    xx, yy = (products[:, i, i].astype(np.float64) for i in (first, second))
    xy = products[:, first, second].astype(np.float64)
    if not xx.sum() or not yy.sum():
        return None
    correlation = float(xy.sum() / np.sqrt(xx.sum() * yy.sum()))
    if abs(correlation) < ALIKE:
        return None
    factor = xy.sum() / xx.sum()
    left = yy - 2 * factor * xy + factor**2 * xx
    both = np.maximum(yy, factor**2 * xx)
    active = both > np.quantile(both, 0.95) / 10**3.5
    apart = active & (left > RESIDUE * both)
    return None if apart.sum() > EXCEPTIONS * active.sum() else correlation


def _differences(channels: Sequence[Judged]) -> list[Condition]:
    alive = [c for c in channels if not c.dead]
    loudest = max((c.level for c in alive), default=FLOOR)
    return [
        Condition(ConditionKind.LEVEL_DIFFERENCE, c.channel, loudest - c.level)
        for c in alive
        if loudest - c.level >= DIFFERENCE
    ]


def _clipping(channels: Sequence[Judged], levels: Sequence[Levels]) -> list[Condition]:
    shares = ((c.channel, levels[c.channel].clipped, levels[c.channel].active) for c in channels)
    return [
        Condition(ConditionKind.CLIPPING, channel, clipped / active)
        for channel, clipped, active in shares
        if active and clipped >= CLIPPED * active
    ]
