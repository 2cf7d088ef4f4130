"""Regular expressions from files, refused where some text would take them forever.

Python's engine tries every way to split a text among repetitions. What it may have to try
is counted from the pattern alone: a repetition of something that itself varies is refused,
and so are several wide repetitions in one pattern. Texts are searched in pieces, so that
the count is a bound.

Source:
    That nested repetitions make backtracking exponential: R. Cox, "Regular Expression
    Matching Can Be Simple And Fast" (2007).
"""

import re
from collections.abc import Iterator
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from huiting.core.errors import ConfigError

PIECE = 200
"""Characters searched at once."""
_SHARED = 100
"""Characters that neighbouring pieces share: no match is longer."""
_LONGEST = 1_000
"""Characters of a pattern."""
_MOST = 400_000
"""Ways to try from one place of the text."""
_FEW = 4
"""Repetitions of something that varies that can still be counted. Of several fixed texts to
choose from, two are counted: more of them seldom begin alike."""


def compiled(subject: str, pattern: str) -> re.Pattern[str]:
    """Return a pattern, case making no difference.

    Raises:
        ConfigError: it is no pattern, or some text would take it too long.
    """
    if len(pattern) > _LONGEST:
        raise ConfigError(subject, f"longer than {_LONGEST:,} characters", "split it")
    try:
        found = re.compile(pattern, re.IGNORECASE)
        parsed = parser.parse(pattern, re.IGNORECASE)
    except (re.error, RecursionError, OverflowError) as error:
        raise ConfigError(subject, f"no pattern ({error})", "correct it") from error
    if _ways(subject, parsed) > _MOST:
        raise ConfigError(
            subject,
            "too many wide repetitions: some text would take it too long",
            "bound them, such as .{0,10} for .*",
        )
    if found.match("") is not None:
        raise ConfigError(subject, "it matches where nothing is", "make something in it required")
    return found


def _ways(subject: str, parsed: Any) -> float:  # noqa: ANN401  (the library's tree)
    """Return in how many ways a sequence may be split over a text, at most."""
    ways = 1.0
    sequence = list(parsed)
    for place, (code, value) in enumerate(sequence):
        after = sequence[place + 1] if place + 1 < len(sequence) else None
        ways *= _ways_of(subject, code, value, after)
    return ways


def _ways_of(subject: str, code: Any, value: Any, after: Any) -> float:  # noqa: ANN401
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        definite = code is codes.POSSESSIVE_REPEAT or _ends_at(value[2], after)
        return _repeated(subject, *value, definite=definite)
    if code is codes.BRANCH:
        ways = [_ways(subject, branch) for branch in value[1]]
        return float(min(len(ways), 2)) if max(ways) == 1 else sum(ways)
    if code is codes.SUBPATTERN:
        return _ways(subject, value[3])
    if code is codes.ATOMIC_GROUP:
        return _ways(subject, value)
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return _ways(subject, value[1])
    if code in (codes.GROUPREF, codes.GROUPREF_EXISTS):
        raise ConfigError(subject, "it points back at a group", "write out what is meant")
    return 1.0


def _repeated(subject: str, least: int, most: Any, part: Any, *, definite: bool) -> float:  # noqa: ANN401
    bound = min(int(most), PIECE)
    inner = _ways(subject, part)
    if inner > 1 and bound > _FEW:
        raise ConfigError(
            subject, "a repetition in a repetition", "repeat each part once, or at most 4 times"
        )
    splits = 1 if definite else max(1, bound - min(least, bound) + 1)
    return float(splits * max(1.0, inner) ** (bound if inner > 1 else 1))


def _ends_at(part: Any, after: Any) -> bool:  # noqa: ANN401
    """Tell whether what is repeated cannot go on over the character that must follow it."""
    if (
        after is None
        or after[0] is not codes.LITERAL
        or len(part) != 1
        or part[0][0] is not codes.IN
    ):
        return False
    char = after[1]
    return all(
        (kind is codes.LITERAL and value != char)
        or (kind is codes.RANGE and not value[0] <= char <= value[1])
        for kind, value in part[0][1]
    )


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
