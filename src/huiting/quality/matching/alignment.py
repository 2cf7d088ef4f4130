"""How well a stretch of syllables fits a phrase: weighted edit distance, word by sound.

A syllable may be another that sounds alike; in long phrases one may also be missing or one
too many. What turns a phrase into its opposite is never forgiven. Knows no lines and no
files; `phrasebook` says where it is worth looking.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from huiting.core.syllables import distance

NEGATORS = frozenset("不没别未无非莫勿")
_TURNS = 1.0
"""Added where 不 and the like is missing, or one too many: 可以 is not 不可以."""
_STRICT = 1.5
"""Two syllables with only a vowel, or only nothing in front, in common are hardly alike."""
_GAP = 0.8
"""Of a syllable that is missing, or one too many."""
_GAPS_FROM = 5
"""Syllables. In shorter phrases a missing one leaves another phrase."""


@dataclass(frozen=True, slots=True)
class Syllables:
    """A row of syllables, and the characters that stand for them."""

    sounds: Sequence[str]
    chars: Sequence[str]

    def __len__(self) -> int:
        """How many there are."""
        return len(self.sounds)


@dataclass(frozen=True, slots=True)
class Fit:
    """Where a phrase fits best, in syllables, and how well."""

    start: int
    end: int
    score: float


def fit(phrase: Syllables, said: Syllables, start: int, least: float) -> Fit | None:
    """Return how `phrase` fits what is said around `start`, where its first syllable may be.

    Args:
        phrase: what is looked for, at least one syllable.
        said: where it is looked for.
        start: in `said`; may lie before its first syllable.
        least: from 0 to 1; fits worse than this are not of interest.
    """
    size = len(phrase)
    most = (1.0 - least) * size
    cost = _side_by_side(phrase, said, start, most)
    if cost is not None and (cost == 0 or size < _GAPS_FROM):
        return Fit(start, start + size, 1.0 - cost / size)
    best = None if cost is None else Fit(start, start + size, 1.0 - cost / size)
    if size < _GAPS_FROM:
        return None
    shifted = _with_gaps(phrase, said, start, most)
    return shifted if best is None or (shifted and shifted.score > best.score) else best


def _side_by_side(phrase: Syllables, said: Syllables, start: int, most: float) -> float | None:
    """Return the cost without gaps; None when it is above `most`."""
    if start < 0 or start + len(phrase) > len(said):
        return None
    cost = 0.0
    for i, sound in enumerate(phrase.sounds):
        heard = said.sounds[start + i]
        if heard != sound:
            cost += _swapped(sound, phrase.chars[i], heard, said.chars[start + i])
            if cost > most:
                return None
    return cost


def _swapped(sound: str, char: str, heard: str, heard_char: str) -> float:
    if char == heard_char:
        return 0.0
    cost = min(1.0, _STRICT * distance(sound, heard))
    turns = char in NEGATORS or heard_char in NEGATORS
    return cost + _TURNS if turns else cost


def _with_gaps(phrase: Syllables, said: Syllables, start: int, most: float) -> Fit | None:
    """Return the best fit that begins and ends within a syllable of where it should."""
    low, high = max(0, start - 1), min(len(said), start + len(phrase) + 1)
    # A row of the usual table: what it costs to have said the phrase so far, up to each place.
    row = [(0.0, at) for at in range(low, high + 1)]
    for i, sound in enumerate(phrase.sounds):
        char = phrase.chars[i]
        lost = _GAP + _TURNS * (char in NEGATORS)
        following = [(row[0][0] + lost, row[0][1])]
        for at in range(low, high):
            heard, heard_char = said.sounds[at], said.chars[at]
            paired = row[at - low]
            kept = 0.0 if heard == sound else _swapped(sound, char, heard, heard_char)
            extra = _GAP + _TURNS * (heard_char in NEGATORS)
            missing, left = row[at - low + 1], following[-1]
            following.append(
                min(
                    (paired[0] + kept, paired[1]),
                    (missing[0] + lost, missing[1]),
                    (left[0] + extra, left[1]),
                )
            )
        row = following
        if min(row)[0] > most:
            return None
    cost, begin, end = min((cost, begin, low + i) for i, (cost, begin) in enumerate(row))
    return Fit(begin, end, 1.0 - cost / len(phrase)) if cost <= most and end > begin else None
