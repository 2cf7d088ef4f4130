"""Single characters and pairs of neighbors: the keys of the search index.

A text that contains a string contains all its pairs, so the segments that hold all
pairs are few and certainly include every hit; whether they hold the string itself is
then looked up in the text. A string of one character is found by that character.
"""

from collections.abc import Iterable
from itertools import islice, pairwise

_WIDTH = 21
"""Bits of a Unicode code point."""
MAX_KEYS = 32
"""Keys looked up for one string; more narrow nothing down any further."""


def keys(parts: Iterable[str]) -> frozenset[int]:
    """Return what a segment with these texts is filed under; pairs do not cross parts."""
    found: set[int] = set()
    for part in parts:
        codes = [ord(char) for char in part]
        found.update(codes)
        found.update((a << _WIDTH) | b for a, b in pairwise(codes))
    return frozenset(found)


def needed(text: str) -> frozenset[int]:
    """Return the keys that every segment containing `text` is filed under; `text` is not empty."""
    codes = [ord(char) for char in text]
    if len(codes) == 1:
        return frozenset(codes)
    return frozenset(islice(((a << _WIDTH) | b for a, b in pairwise(codes)), MAX_KEYS))
