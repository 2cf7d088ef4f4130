"""Find where a text sounds like one of many words, without trying every word at every place.

Words are looked up by pairs of neighbouring sound classes, so the cost grows with the
length of the text and with how many words share a pair, not with the length of the
list. Knows sounds and distances, and not when a match should be believed.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import inf

from huiting.text._hotwords.sounds import Sound, coarse, distance

_SKIP = 0.8  # a syllable heard that is not in the word, or the reverse
_SKIPPABLE = 5  # shorter words with a syllable more or less are other words


@dataclass(frozen=True, slots=True)
class Near:
    """A row of sounds [first, last) in the text that is like word number `word`."""

    word: int
    first: int
    last: int
    distance: float
    """Sum over the sounds."""
    size: int
    """Sounds of the word."""
    changed: tuple[int, ...]
    """Sounds of the text that are written otherwise in the word, or are not in it, or stand
    where one of the word is missing."""


@dataclass(frozen=True, slots=True)
class _Entry:
    word: int
    sounds: tuple[Sound, ...]
    limit: float


class SoundIndex:
    """Words by how they sound. A word may be added several times, as it is said differently."""

    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._places: defaultdict[Hashable, list[tuple[int, int]]] = defaultdict(list)

    def add(self, word: int, sounds: tuple[Sound, ...], limit: float) -> None:
        """Add one way to say word number `word`; single sounds are too little to go by.

        Args:
            word: its number.
            sounds: how it is said.
            limit: the largest distance, summed over the sounds, at which it is found.
        """
        if len(sounds) < 2:  # noqa: PLR2004
            return
        entry = len(self._entries)
        self._entries.append(_Entry(word, sounds, limit))
        for key, at in _keys(sounds, around=len(sounds) == 3):  # noqa: PLR2004
            self._places[key].append((entry, at))

    def find(self, text: Sequence[Sound]) -> Iterator[Near]:
        """Yield each place that is like a word; they may overlap."""
        tried: set[tuple[int, int]] = set()
        for key, at in _keys(text, around=True):
            for entry, offset in self._places.get(key, ()):
                if (entry, at - offset) in tried:
                    continue
                tried.add((entry, at - offset))
                yield from _compare(self._entries[entry], text, at - offset)


def _compare(entry: _Entry, text: Sequence[Sound], start: int) -> Iterator[Near]:
    """Yield the word where it begins at `start`, whole or with one syllable more or less."""
    count = len(entry.sounds)
    head = _costs(entry.sounds, text, start, entry.limit)
    if len(head) > count:
        yield _near(entry, text, start, head[-1], count, 0)
    elif count >= _SKIPPABLE and entry.limit > _SKIP:
        for shift in (-1, 1):
            for begin in (start, start - shift):
                cost, cut = _skip(entry, text, begin, shift)
                if cost <= entry.limit:
                    yield _near(entry, text, begin, cost, cut, shift)


def _keys(sounds: Sequence[Sound], *, around: bool) -> Iterator[tuple[Hashable, int]]:
    """Yield each pair of neighbouring classes and where it begins; and of those around one."""
    classes = [{coarse(reading) for reading, _ in sound.readings} for sound in sounds]
    for step in (1, 2) if around else (1,):
        for at in range(len(classes) - step):
            for pair in product(classes[at], classes[at + step]):
                yield (step, *pair), at


def _costs(
    word: Sequence[Sound], text: Sequence[Sound], start: int, limit: float, step: int = 1
) -> list[float]:
    """Lay the word on the text from `start`; return its distance after 0, 1, 2… sounds.

    The list ends where the distance passes `limit` or the text ends. With step -1 both
    are read backwards, the last sound of the word on `start`.
    """
    costs, cost = [0.0], 0.0
    for at, sound in enumerate(word[::step]):
        place = start + step * at
        if not 0 <= place < len(text):
            break
        cost += distance(sound, text[place])
        if cost > limit:
            break
        costs.append(cost)
    return costs


def _skip(entry: _Entry, text: Sequence[Sound], start: int, shift: int) -> tuple[float, int]:
    """Lay the head of the word on `start`, its tail `shift` later; return the cost at the best cut.

    With shift 1 the text has a syllable more than the word, with -1 one less. The cost
    is infinite when no cut is within the limit.
    """
    count = len(entry.sounds)
    left = count - max(0, -shift)  # with shift -1 one sound of the word is not in the text
    head = _costs(entry.sounds, text, start, entry.limit - _SKIP)
    if len(head) == 1:
        return inf, 0
    tail = _costs(entry.sounds, text, start + shift + count - 1, entry.limit - _SKIP, -1)
    cuts = range(max(1, left - len(tail) + 1), min(left, len(head)))
    return min(((head[cut] + _SKIP + tail[left - cut], cut) for cut in cuts), default=(inf, 0))


def _near(
    entry: _Entry, text: Sequence[Sound], start: int, cost: float, cut: int, shift: int
) -> Near:
    """Return the place of a word whose sounds from `cut` on stand `shift` later in the text."""
    sounds = entry.sounds
    last = start + len(sounds) + shift
    laid = {start + i: i for i in range(cut)}
    laid |= {start + shift + i: i for i in range(cut + max(0, -shift), len(sounds))}
    gap = range(start + cut - 1, start + cut + 1) if shift < 0 else range(0)
    changed = (
        j
        for j in range(start, last)
        if j in gap or j not in laid or sounds[laid[j]].text != text[j].text
    )
    return Near(entry.word, start, last, cost, len(sounds), tuple(changed))
