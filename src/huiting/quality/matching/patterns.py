"""What a regular expression of a rule is searched in: a text, in pieces of bounded length.

Which expressions are taken is said by `core.patterns`.
"""

import re
from collections.abc import Iterator
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from huiting.core.patterns import PIECE

_SHARED = 100
"""Characters that neighbouring pieces share: no match is longer."""


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield a text in overlapping pieces of bounded length, each with where it begins."""
    if len(text) <= PIECE:
        yield 0, text
        return
    starts = range(0, len(text) - _SHARED, PIECE - _SHARED)
    for start in starts:
        yield start, text[start : start + PIECE]


def matches(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """Yield where a pattern matches, in order and apart."""
    at = 0
    for begin, piece in pieces(text):
        for found in pattern.finditer(piece):
            start, end = begin + found.start(), begin + found.end()
            if start >= at and end > start:
                yield start, end
                at = end


def required(pattern: re.Pattern[str]) -> str:
    """Return the longest text, in lower case, without which the pattern cannot match; or ''."""
    return max(_literals(parser.parse(pattern.pattern, re.IGNORECASE)), key=len, default="")


def _literals(parsed: Any) -> Iterator[str]:  # noqa: ANN401
    run = ""
    for code, value in parsed:
        if code is codes.LITERAL and chr(value).lower() == chr(value).upper().lower():
            run += chr(value).lower()
            continue
        yield run
        run = ""
        if code is codes.SUBPATTERN and not (value[1] or value[2]):
            yield from _literals(value[3])
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT) and value[0] > 0:
            yield from _literals(value[2])
    yield run
