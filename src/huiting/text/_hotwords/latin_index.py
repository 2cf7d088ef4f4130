"""Find where words in Latin letters sound like one of many words or phrases.

Words are looked up by their consonants, so the cost does not grow with the length of
the list. Knows spelling and sound, and not when a match should be believed.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from huiting.text._hotwords.latin import distance, nearby, skeleton

_WORDS = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏ]+(?:['’][A-Za-z]+)*|[0-9]+")
_FEW = 4
"""Letters. Shorter words are found only as they are spelled: one sound more is another word."""
_LONGEST = 5
"""Words in a row that are tried as one."""


@dataclass(frozen=True, slots=True)
class NearWords:
    """The words at [start, end) of the text are like hotword number `word`."""

    word: int
    start: int
    end: int
    distance: float
    """0 where the letters are the same but for case and spaces, 1 nothing in common."""
    letters: int
    """Of the hotword."""
    changed: tuple[tuple[int, int], ...]
    """Places of the words that are spelled otherwise; all where their number differs."""


class LatinIndex:
    """Words and phrases by how they are spelled and sound."""

    def __init__(self, limit: float) -> None:
        """`limit`: the largest distance."""
        self._limit = limit
        self._phrases: list[tuple[int, tuple[str, ...]]] = []
        self._spelled: defaultdict[str, list[int]] = defaultdict(list)
        self._heard: defaultdict[str, list[int]] = defaultdict(list)

    def add(self, word: int, text: str) -> None:
        """Add hotword number `word` if it is written in Latin letters and digits alone."""
        parts = tuple(m[0].casefold() for m in _WORDS.finditer(text))
        letters = "".join(parts)
        if (
            not parts
            or letters.isdigit()
            or re.sub(r"[\W_]", "", text).casefold() != re.sub(r"\W", "", letters)
        ):
            return
        entry = len(self._phrases)
        self._phrases.append((word, parts))
        self._spelled[letters].append(entry)
        if len(letters) >= _FEW:
            for key in nearby(_joined(parts)):
                self._heard[key].append(entry)

    def find(self, text: str) -> Iterator[NearWords]:
        """Yield each row of words that is like a hotword; they may overlap."""
        if not self._phrases:
            return
        words = list(_WORDS.finditer(text))
        for first in range(len(words)):
            for last in range(first + 1, min(first + _LONGEST, len(words)) + 1):
                row = words[first:last]
                if all(text[a.end() : b.start()] in _GAPS for a, b in pairwise(row)):
                    yield from self._compare(row)

    def _compare(self, row: Sequence[re.Match[str]]) -> Iterator[NearWords]:
        parts = tuple(m[0].casefold() for m in row)
        letters = "".join(parts)
        entries = dict.fromkeys(self._spelled.get(letters, ()))
        if len(letters) >= _FEW:
            for key in nearby(_joined(parts)):
                entries |= dict.fromkeys(self._heard.get(key, ()))
        for entry in entries:
            word, meant = self._phrases[entry]
            apart = distance("".join(meant), letters)
            if apart <= self._limit:
                changed = tuple(
                    m.span()
                    for i, m in enumerate(row)
                    if len(meant) != len(parts) or meant[i] != parts[i]
                )
                size = sum(map(len, meant))
                yield NearWords(word, row[0].start(), row[-1].end(), apart, size, changed)


_GAPS = frozenset({"", " ", "-", " -", "- ", "‑", "·", "."})


@cache
def _joined(parts: tuple[str, ...]) -> str:
    return "".join(skeleton(part) for part in parts)
