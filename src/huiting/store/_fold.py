"""Fold text so that what a reader takes for the same is the same: width, case, script.

Every character is folded by itself: `fold(a + b) == fold(a) + fold(b)`. So whatever
is part of a text is also part of the folded text, and an index over folded text
loses nothing. Traditional becomes Simplified character by character, which is
coarser than a conversion for reading (乾 is 干 in every word), and right for finding.
"""

import re
import unicodedata
from functools import cache

import opencc

REPLACEMENT = "\ufffd"
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """Return the text without what a database cannot hold: NUL and lone surrogates."""
    return _UNSTORABLE.sub(REPLACEMENT, text)


def fold(text: str) -> str:
    """Return the folded text; it holds no line feed, NUL or lone surrogate."""
    return "".join(map(_fold, text))


def places(text: str) -> list[int]:
    """Return for each character of `fold(text)` the offset of its origin in `text`."""
    return [at for at, char in enumerate(text) for _ in _fold(char)]


@cache  # at most one entry a character of Unicode
def _fold(char: str) -> str:
    if _UNSTORABLE.match(char):
        return REPLACEMENT
    folded = unicodedata.normalize("NFKC", char).casefold()
    simple: str = _to_simplified().convert(folded)
    return "".join(" " if c.isspace() else c for c in simple)


@cache
def _to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
