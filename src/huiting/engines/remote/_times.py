"""Times of words as a server gives them: cleaned, or dropped, never made up.

Some servers fill in times they do not have: segments in proportion to their characters, words
on an even grid, all words at zero. What looks like that is not believed.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from huiting.core.types import Span, Word

SLACK = 0.1
"""Seconds by which a time may be wrong and is put right."""
AHEAD = 40
"""Characters within which a word is looked for in the text."""
GRID = 8
"""Words from which on an even grid is no chance."""
SPREAD = 5
"""Words from which on an even spread over the whole clip is no chance."""
EXACT = 0.002
"""Seconds within which times are taken for equal."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A word and its times, as a server gave them."""

    text: str
    start: float | None
    """Seconds from the start of the clip; None for what was no number."""
    end: float | None
    odds: float | None = None


@dataclass(frozen=True, slots=True)
class _Sound:
    """A word whose times are numbers in order."""

    text: str
    start: float
    end: float
    odds: float | None


def believed(given: Sequence[Timed], text: str, duration: float) -> tuple[Word, ...]:
    """Return the words of `text` in order, inside [0, duration]; none where times are no good.

    A word that stands outside the clip, runs backwards, or is not in the text is left out; if
    that leaves fewer than half of them, all are.
    """
    named = [Timed(_bare(t.text), t.start, t.end, t.odds) for t in given]
    named = [t for t in named if t.text]
    sound = [
        _Sound(t.text, t.start, t.end, t.odds)
        for t in named
        if t.start is not None and t.end is not None and 0 <= t.start <= t.end
    ]
    if made_up(sound, duration):
        return ()
    found = _placed(sound, text, duration)
    return tuple(found) if 2 * len(found) >= len(named) else ()


def _placed(sound: Sequence[_Sound], text: str, duration: float) -> list[Word]:
    found: list[Word] = []
    at, last = 0, 0.0
    for word in sound:
        if word.start < last - SLACK or word.end > duration + SLACK:
            continue
        place = text.find(word.text, at, at + AHEAD + len(word.text))
        if place < 0:
            continue
        at = place + len(word.text)
        start = min(max(word.start, last), duration)
        end = min(max(word.end, start), duration)
        odds = word.odds if word.odds is not None and 0 <= word.odds <= 1 else None
        found.append(Word(word.text, Span(start, end), odds))
        last = start
    return found


def made_up(words: Sequence[_Sound], duration: float) -> bool:
    """Tell whether times were not heard but reckoned: all alike, on a grid, or by characters."""
    if len(words) > 1 and all(_near(w.start, words[0].start) for w in words):
        return True
    steps = [b.start - a.start for a, b in pairwise(words)]
    if len(words) >= GRID and all(_near(step, steps[0]) for step in steps):
        return True
    whole = len(words) >= SPREAD and _near(words[0].start, 0) and _near(words[-1].end, duration)
    rate = duration / max(1, sum(len(w.text) for w in words))
    return whole and all(_near(w.end - w.start, rate * len(w.text)) for w in words)


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= EXACT


def _bare(text: str) -> str:
    """Return a word without what stands around it: spaces and punctuation."""
    first, last = 0, len(text)
    while first < last and _around(text[first]):
        first += 1
    while last > first and _around(text[last - 1]):
        last -= 1
    return text[first:last]


def _around(char: str) -> bool:
    return unicodedata.category(char)[0] in "PZC"
