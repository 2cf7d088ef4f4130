"""Single characters and pairs of neighbors: the keys of the search index.

A text that contains a string contains all its pairs, so the segments filed under all
of them are few and certainly include every hit; whether they hold the string itself
is then looked up in the text. A string of one character is found by that character.

A key is a number of 31 bits, small enough to be stored four bytes a time. Two pairs
may share one: that costs a look at the text, never a wrong hit.
"""

from collections.abc import Iterable
from itertools import islice, pairwise

MAX_NEEDED = 32
"""Keys looked up for one string; more narrow nothing down any further."""
_BITS = 31
_FACTOR = 0x9E3779B1


def keys(parts: Iterable[str]) -> frozenset[int]:
    """Return what a segment with these texts is filed under; pairs do not cross parts."""
    found: set[int] = set()
    for part in parts:
        codes = [ord(char) for char in part]
        found.update(codes)
        found.update(_pair(a, b) for a, b in pairwise(codes))
    return frozenset(found)


def needed(text: str) -> frozenset[int]:
    """Return keys that every segment containing `text` is filed under; `text` is not empty."""
    codes = [ord(char) for char in text]
    if len(codes) == 1:
        return frozenset(codes)
    return frozenset(islice((_pair(a, b) for a, b in pairwise(codes)), MAX_NEEDED))


def _pair(first: int, second: int) -> int:
    """Spread pairs over all keys: multiplicative hashing (Knuth, TAOCP vol. 3, 6.4).

    Keys are stored: this may never change without a migration that files all anew.
    """
    return ((first << 21 | second) * _FACTOR >> 11) % (1 << _BITS)
