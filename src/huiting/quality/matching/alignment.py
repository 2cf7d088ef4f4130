"""How well a stretch of syllables fits a phrase: weighted edit distance, word by sound.

A syllable may be another that sounds alike; in long phrases one may also be missing or one
too many. What turns a phrase into its opposite is never forgiven. Knows no lines and no
files; `phrasebook` says where it is worth looking.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from huiting.core.syllables import distance

NEGATORS = frozenset("不没别未无非莫勿")
_TURNS = 1.0
"""Added where 不 and the like is missing, or one too many: 可以 is not 不可以."""
_STRICT = 1.5
"""Two syllables with only a vowel, or only nothing in front, in common are hardly alike."""
LEAST = 0.3
"""What a syllable costs, at least, that is no mere matter of accent."""
GAP = 0.8
"""Of a syllable that is missing, or one too many."""
GAPS_FROM = 6
"""Syllables. In shorter phrases a missing one leaves another phrase."""


@dataclass(frozen=True, slots=True)
class Syllables:
    """A row of syllables, and the characters that stand for them."""

    sounds: Sequence[str]
    chars: Sequence[str]


class Fit(NamedTuple):
    """Where a phrase fits best, in syllables, and how well."""

    start: int
    end: int
    score: float


def side_by_side(phrase: Syllables, said: Syllables, start: int, most: float) -> Fit | None:
    """Return how a phrase fits from `start` on, syllable by syllable; None at a cost above `most`."""
    size = len(phrase.sounds)
    if start < 0 or start + size > len(said.sounds):
        return None
    cost = 0.0
    for i, sound in enumerate(phrase.sounds):
        heard = said.sounds[start + i]
        if heard != sound:
            cost += _swapped(sound, phrase.chars[i], heard, said.chars[start + i])
            if cost > most:
                return None
    return Fit(start, start + size, 1.0 - cost / size)


def with_gap(phrase: Syllables, said: Syllables, start: int, most: float) -> Fit | None:
    """Return how a long phrase fits near `start` with a syllable missing, or one too many.

    What comes before the gap is compared at one place, what follows at the next or the one
    before; either may be the place `start`.
    """
    size = len(phrase.sounds)
    costs = {at: _costs(phrase, said, at) for at in (start - 1, start, start + 1)}
    best: Fit | None = None
    for before, after in ((0, 1), (0, -1), (-1, 0), (1, 0)):
        head, tail = costs[start + before], costs[start + after]
        one_more = after > before
        sums = list(accumulate(head, initial=0.0))
        rest = list(accumulate(reversed(tail), initial=0.0))[::-1]
        skipped = 0 if one_more else 1
        for place in range(1, size):
            cost = GAP + sums[place] + rest[place + skipped]
            if cost > most:
                continue
            char = said.chars[start + before + place] if one_more else phrase.chars[place]
            if char not in NEGATORS and (best is None or 1.0 - cost / size > best.score):
                best = Fit(start + before, start + after + size, 1.0 - cost / size)
    return best


def _costs(phrase: Syllables, said: Syllables, start: int) -> list[float]:
    """Return what each syllable of a phrase costs from `start` on; outside the call, all of it."""
    found = []
    for i, sound in enumerate(phrase.sounds):
        at = start + i
        if not 0 <= at < len(said.sounds):
            found.append(1.0)
        elif said.sounds[at] == sound:
            found.append(0.0)
        else:
            found.append(_swapped(sound, phrase.chars[i], said.sounds[at], said.chars[at]))
    return found


def _swapped(sound: str, char: str, heard: str, heard_char: str) -> float:
    if char == heard_char:
        return 0.0
    cost = min(1.0, _STRICT * distance(sound, heard))
    turns = char in NEGATORS or heard_char in NEGATORS
    return cost + _TURNS if turns else cost
