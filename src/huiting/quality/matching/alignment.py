"""How well a stretch of syllables fits a phrase: weighted edit distance, word by sound.

A syllable may be another that sounds alike; in long phrases one may also be missing or one
too many. What turns a phrase into its opposite is never forgiven. Knows no lines and no
files; `phrasebook` says where it is worth looking.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
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
    left = most - GAP
    best: Fit | None = None
    for before, after in ((0, 1), (0, -1), (-1, 0), (1, 0)):
        head = _costs(phrase, said, start + before, range(size - 1), left)
        if len(head) == 1:
            continue
        tail = _costs(phrase, said, start + after, range(size - 1, 0, -1), left)
        one_more = after > before
        skipped = 0 if one_more else 1
        for place in range(max(1, size - skipped - len(tail) + 1), len(head)):
            cost = GAP + head[place] + tail[size - place - skipped]
            if cost > most:
                continue
            char = said.chars[start + before + place] if one_more else phrase.chars[place]
            if char not in NEGATORS and (best is None or 1.0 - cost / size > best.score):
                best = Fit(start + before, start + after + size, 1.0 - cost / size)
    return best


def _costs(
    phrase: Syllables, said: Syllables, start: int, places: range, most: float
) -> list[float]:
    """Return what the first syllables of `places` cost together: of none, of one, and so on.

    It ends where they cost too much. Outside the call a syllable costs all of it.
    """
    cost = 0.0
    found = [cost]
    sounds, end = said.sounds, len(said.sounds)
    for i in places:
        at = start + i
        if not 0 <= at < end:
            cost += 1.0
        elif sounds[at] != phrase.sounds[i]:
            cost += _swapped(phrase.sounds[i], phrase.chars[i], sounds[at], said.chars[at])
        if cost > most + _ROUNDING:
            break
        found.append(cost)
    return found


_ROUNDING = 1e-9


def _swapped(sound: str, char: str, heard: str, heard_char: str) -> float:
    if char == heard_char:
        return 0.0
    turns = char in NEGATORS or heard_char in NEGATORS
    return _unlike(sound, heard) + _TURNS if turns else _unlike(sound, heard)


@cache
def _unlike(sound: str, heard: str) -> float:
    return min(1.0, _STRICT * distance(sound, heard))
