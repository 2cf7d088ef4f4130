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

from huiting.text._sounds import Sound, coarse, distance

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
    """Sounds of the text that are written otherwise in the word, or not at all."""


class SoundIndex:
    """Words by how they sound. A word may be added several times, as it is said differently."""

    def __init__(self, limit: float) -> None:
        """`limit`: the largest distance a sound, on average over the word."""
        self._limit = limit
        self._words: list[tuple[int, tuple[Sound, ...]]] = []
        self._places: defaultdict[Hashable, list[tuple[int, int]]] = defaultdict(list)

    def add(self, word: int, sounds: tuple[Sound, ...]) -> None:
        """Add one way to say word number `word`; single sounds are too little to go by."""
        if len(sounds) < 2:  # noqa: PLR2004
            return
        entry = len(self._words)
        self._words.append((word, sounds))
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
                yield from self._compare(entry, text, at - offset)

    def _compare(self, entry: int, text: Sequence[Sound], start: int) -> Iterator[Near]:
        """Yield the word where it begins at `start`, whole or with one syllable more or less."""
        word, sounds = self._words[entry]
        most = self._limit * len(sounds)
        straight = _diagonal(sounds, text, start)
        if sum(straight) <= most:
            yield _near(word, sounds, text, start, sum(straight), len(sounds), 0)
        elif len(sounds) >= _SKIPPABLE:
            for shift in (-1, 1):
                for begin in (start, start - shift):
                    cost, cut = _skip(sounds, text, begin, shift)
                    if cost <= most:
                        yield _near(word, sounds, text, begin, cost, cut, shift)


def _keys(sounds: Sequence[Sound], *, around: bool) -> Iterator[tuple[Hashable, int]]:
    """Yield each pair of neighbouring classes and where it begins; and of those around one."""
    classes = [{coarse(reading) for reading, _ in sound.readings} for sound in sounds]
    for step in (1, 2) if around else (1,):
        for at in range(len(classes) - step):
            for pair in product(classes[at], classes[at + step]):
                yield (step, *pair), at


def _diagonal(word: Sequence[Sound], text: Sequence[Sound], start: int) -> list[float]:
    """Return the distance of each sound of the word, laid on the text from `start`."""
    return [
        distance(sound, text[start + i]) if 0 <= start + i < len(text) else inf
        for i, sound in enumerate(word)
    ]


def _skip(
    sounds: Sequence[Sound], text: Sequence[Sound], start: int, shift: int
) -> tuple[float, int]:
    """Lay the head of the word on `start`, its tail `shift` later; return the cost at the best cut.

    With shift 1 the text has a syllable more than the word, with -1 one less.
    """
    head = _diagonal(sounds, text, start)
    tail = _diagonal(sounds, text, start + shift)
    lost = max(0, -shift)  # this many sounds of the word are not in the text
    return min(
        (sum(head[:cut]) + _SKIP + sum(tail[cut + lost :]), cut)
        for cut in range(1, len(sounds) - lost)
    )


def _near(
    word: int,
    sounds: Sequence[Sound],
    text: Sequence[Sound],
    start: int,
    cost: float,
    cut: int,
    shift: int,
) -> Near:
    """Return the place of a word whose sounds from `cut` on stand `shift` later in the text."""
    last = start + len(sounds) + shift
    laid = {start + i: i for i in range(cut)}
    laid |= {start + shift + i: i for i in range(cut + max(0, -shift), len(sounds))}
    changed = (
        j for j in range(start, last) if j not in laid or sounds[laid[j]].text != text[j].text
    )
    return Near(word, start, last, cost, len(sounds), tuple(changed))
