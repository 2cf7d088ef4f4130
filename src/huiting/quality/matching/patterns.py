"""How a regular expression of a rule is searched: in pieces, and where it can match at all.

Which expressions are taken is said by `core.patterns`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from huiting.core.patterns import EXTRA, PIECE, codes, parser

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


@dataclass(frozen=True, slots=True)
class Needles:
    """Texts, as `lowered` gives them, of which some line of a call holds one, or nothing is found."""

    texts: frozenset[str]
    spoken: bool = False
    """They are in what was `spoken`, not in the text as written."""


def lowered(text: str) -> str:
    """Return a text in which letters that a pattern takes for alike are the same."""
    if _ODD.search(text) is not None:
        text = text.translate(_PLAIN)
    return text.lower()


def needed(pattern: re.Pattern[str]) -> frozenset[str]:
    """Return lowered texts of which every text holds one in which the pattern matches.

    Those that say most are chosen; empty when there are none to choose from.
    """
    return _sought(parser.parse(pattern.pattern, re.IGNORECASE)).told()


def _alike() -> dict[str, str]:
    """Return what stands for letters that are alike, though `str.lower` keeps them apart."""
    found = {"\u0130": "i"}
    for code, others in EXTRA.items():
        same = sorted({chr(code), *map(chr, others)})
        for char in (*same, *(c.upper() for c in same)):
            if not char.isascii() and len(char) == 1:
                found[char] = same[0]
    return found


_PLAIN = str.maketrans(_alike())
_ODD = re.compile(f"[{re.escape(''.join(map(chr, _PLAIN)))}]")
_WAYS = 64
"""Texts that a part of a pattern matches, when they are listed."""
_MOST = 2_000
"""Texts that a pattern may need one of."""
_SET = 12
"""Characters of a set that are told apart."""
_EMPTY = frozenset({""})


class _Sought(NamedTuple):
    """What a part of a pattern matches."""

    exact: frozenset[str] | None
    """All it may match; None when that is too much to list."""
    best: frozenset[str]
    """Texts of which it holds one; empty when none is known."""

    def told(self) -> frozenset[str]:
        """Return the texts of which it holds one that say most."""
        best = max(self.best, self.exact or _EMPTY, key=_tells)
        return best if _tells(best) > (0, 0) else frozenset()


def _sought(parsed: Any) -> _Sought:  # noqa: ANN401
    """Return what a row of parts matches, one after the other."""
    run, best = _EMPTY, frozenset[str]()
    whole = True
    for code, value in parsed:
        part = _part(code, value)
        if part.exact is not None and len(run) * len(part.exact) <= _WAYS:
            run = frozenset(one + other for one in run for other in part.exact)
            continue
        best = max(best, run, part.best, key=_tells)
        run, whole = part.exact or _EMPTY, False
    return _Sought(run, best) if whole else _Sought(None, max(best, run, key=_tells))


def _part(code: Any, value: Any) -> _Sought:  # noqa: ANN401
    none = _Sought(None, frozenset())
    if code is codes.LITERAL:
        return _Sought(frozenset({lowered(chr(value))}), frozenset())
    if code is codes.IN and len(value) <= _SET and all(c is codes.LITERAL for c, _ in value):
        return _Sought(frozenset(lowered(chr(v)) for _, v in value), frozenset())
    if code is codes.SUBPATTERN and not (value[1] or value[2]):
        return _sought(value[3])
    if code is codes.BRANCH:
        parts = [_sought(part) for part in value[1]]
        exact = frozenset(one for part in parts for one in part.exact or ())
        listed = all(part.exact is not None for part in parts) and len(exact) <= _WAYS
        best = frozenset(one for part in parts for one in part.told())
        told = all(part.told() for part in parts) and len(best) <= _MOST
        return _Sought(exact if listed else None, best if told else frozenset())
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        low, high, repeated = value
        inner = _sought(repeated)
        if high == 1 and inner.exact is not None:
            return _Sought(inner.exact | (_EMPTY if low == 0 else frozenset()), frozenset())
        return _Sought(None, inner.told()) if low else none
    return _Sought(_EMPTY, frozenset()) if code is codes.AT else none


def _tells(texts: frozenset[str]) -> tuple[int, int]:
    """Return how much it says that one of the texts is there: long ones, and few."""
    return min(map(len, texts), default=0), -len(texts) if texts else 0
