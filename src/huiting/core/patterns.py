"""Regular expressions from files, refused where some text would take them forever.

Python's engine tries every way to split a text among repetitions and alternatives. What it
may have to try is counted from the pattern alone: a repetition of something that itself
varies is refused, and so are several wide repetitions in one pattern. Whoever searches with
a pattern that has repetitions without an end searches pieces of `PIECE` characters, so that
the count is a bound. Letters are taken for alike when they differ by case alone, as the
engine takes them (K, k and the Kelvin sign; s and ſ).

Source:
    That nested repetitions make backtracking exponential: R. Cox, "Regular Expression
    Matching Can Be Simple And Fast" (2007).
"""

import re
from _sre import unicode_tolower  # type: ignore[import-not-found]
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from math import inf
from typing import Any

from huiting.core.errors import ConfigError

# What `re` compiles with; by name, since it has no types that every check agrees on.
codes, parser = import_module("re._constants"), import_module("re._parser")
EXTRA: dict[int, tuple[int, ...]] = import_module("re._casefix")._EXTRA_CASES  # noqa: SLF001

PIECE = 200
"""Characters searched at once."""
_LONGEST = 1_000
"""Characters of a pattern."""
_MOST = 41_000
"""Ways to try from one place of the text: two repetitions without an end."""
_FEW = 4
"""Repetitions of something that varies that can still be counted."""
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
_NO_WIDTH = (codes.AT, codes.ASSERT, codes.ASSERT_NOT)
_LETTERS = 0x20000
"""From here on nothing has another case, or is a digit or a space."""


def compiled(subject: str, pattern: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """Return a pattern that matches something; case makes no difference unless `flags` say so.

    Raises:
        ConfigError: it is no pattern, some text would take it too long, or it matches nothing.
    """
    found = bounded(subject, pattern, flags)
    if found.match("") is not None:
        raise ConfigError(subject, "it matches where nothing is", "make something in it required")
    return found


def bounded(subject: str, pattern: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """Return a pattern, which may match where nothing is.

    Raises:
        ConfigError: it is no pattern, or some text would take it too long.
    """
    if len(pattern) > _LONGEST:
        raise ConfigError(subject, f"longer than {_LONGEST:,} characters", "split it")
    try:
        found = re.compile(pattern, flags)
        ways = _ways(subject, parser.parse(pattern, flags))
    except (re.error, RecursionError, OverflowError) as error:
        raise ConfigError(subject, f"no pattern ({error})", "correct it") from error
    if ways > _MOST:
        raise ConfigError(
            subject,
            "too many wide repetitions: some text would take it too long",
            "bound them, such as .{0,10} for .*",
        )
    return found


def _ways(subject: str, parsed: Any, after: Sequence[Any] = ()) -> float:  # noqa: ANN401  (the library's tree)
    """Return in how many ways a sequence may be split over a text, at most.

    Args:
        subject: named in errors.
        parsed: the sequence.
        after: what must follow it; empty when that is not known.
    """
    ways = 1.0
    sequence = list(parsed)
    for place, (code, value) in enumerate(sequence):
        ways *= _ways_of(subject, code, value, [*sequence[place + 1 :], *after])
    return ways


def _ways_of(subject: str, code: Any, value: Any, after: Sequence[Any]) -> float:  # noqa: ANN401
    if code in _REPEATS:
        definite = code is codes.POSSESSIVE_REPEAT or _ends_at(value[2], after)
        return _repeated(subject, *value, definite=definite)
    if code is codes.BRANCH:
        return _chosen(subject, value[1], after)
    if code is codes.SUBPATTERN:
        return _ways(subject, value[3], after)
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
    if inner > _MOST:
        return inf
    splits = 1 if definite else max(1, bound - min(least, bound) + 1)
    return float(splits * max(1.0, inner) ** (bound if inner > 1 else 1))


def _chosen(subject: str, branches: Sequence[Any], after: Sequence[Any]) -> float:
    """Return the ways through those alternatives that one text can begin with."""
    ways = [_ways(subject, branch, after) for branch in branches]
    heads = [list(_head(branch)) for branch in branches]
    return max(
        sum(w for w, other in zip(ways, heads, strict=True) if _agree(head, other))
        for head in heads
    )


def _head(parsed: Any) -> Iterator["_Chars | None"]:  # noqa: ANN401
    """Yield what each character may be that a match begins with, as far as that is known."""
    sequence = list(parsed)
    for place, (code, _) in enumerate(sequence):
        if code in _NO_WIDTH:
            continue
        yield _first(sequence[place:])
        if code not in (codes.LITERAL, codes.IN, codes.ANY, codes.NOT_LITERAL):
            return


def _agree(a: Sequence["_Chars | None"], b: Sequence["_Chars | None"]) -> bool:
    """Tell whether one text can begin with both."""
    return all(_meet(p, q) for p, q in zip(a, b, strict=False))


@dataclass(frozen=True, slots=True)
class _Chars:
    """Some characters: single ones in every case, and stretches without a case of their own."""

    single: frozenset[int] = frozenset()
    ranges: tuple[range, ...] = ()

    def __or__(self, other: "_Chars") -> "_Chars":
        return _Chars(self.single | other.single, self.ranges + other.ranges)

    def __contains__(self, char: int) -> bool:
        return char in self.single or any(char in r for r in self.ranges)


def _meet(a: _Chars | None, b: _Chars | None) -> bool:
    """Tell whether two have a character in common; None holds any."""
    if a is None or b is None:
        return True
    return (
        any(char in b for char in a.single)
        or any(char in a for char in b.single)
        or any(p.start < q.stop and q.start < p.stop for p in a.ranges for q in b.ranges)
    )


def _ends_at(part: Any, after: Sequence[Any]) -> bool:  # noqa: ANN401
    """Tell whether what is repeated, one character, cannot go on over what must follow it."""
    if len(part) != 1 or part[0][0] not in (codes.IN, codes.LITERAL):
        return False
    return not _meet(_first(part), _first(after))


def _first(parsed: Any) -> _Chars | None:  # noqa: ANN401
    """Return what a match may begin with; None for anything, and where it may be empty."""
    for code, value in parsed:
        if code in _NO_WIDTH:
            continue
        if code is codes.LITERAL:
            return _Chars(_alike(value))
        if code is codes.IN:
            return _listed(value)
        if code is codes.SUBPATTERN:
            return _first(value[3]) if value[3].getwidth()[0] else None
        if code in _REPEATS and value[0] and value[2].getwidth()[0]:
            return _first(value[2])
        if code is codes.BRANCH and all(branch.getwidth()[0] for branch in value[1]):
            return _any_of([_first(branch) for branch in value[1]])
        return None
    return None


def _listed(items: Sequence[Any]) -> _Chars | None:
    """Return the characters of a class; None where it names all others, or those of words."""
    return _any_of([_item(code, value) for code, value in items])


def _item(code: Any, value: Any) -> _Chars | None:  # noqa: ANN401
    if code is codes.LITERAL:
        return _Chars(_alike(value))
    if code is codes.CATEGORY and value in (codes.CATEGORY_DIGIT, codes.CATEGORY_SPACE):
        return _Chars(_category(r"\d" if value is codes.CATEGORY_DIGIT else r"\s"))
    if code is not codes.RANGE:
        return None
    stretch = range(value[0], value[1] + 1)
    cased = (alike for char, alike in _cases().items() if char in stretch)
    return _Chars(frozenset().union(*cased), (stretch,))


@cache
def _category(written: str) -> frozenset[int]:
    """Return the digits or the spaces."""
    everything = "".join(map(chr, range(_LETTERS)))
    return frozenset(map(ord, re.findall(written, everything)))


def _any_of(found: Sequence[_Chars | None]) -> _Chars | None:
    known = [chars for chars in found if chars is not None]
    if len(known) < len(found):
        return None
    joined = _Chars()
    for chars in known:
        joined |= chars
    return joined


def _alike(char: int) -> frozenset[int]:
    """Return the characters that the engine takes for this one when case makes no difference."""
    return _cases().get(char, frozenset((char,)))


@cache
def _cases() -> Mapping[int, frozenset[int]]:
    """Return those characters that are taken for others too, to all that are alike."""
    groups: dict[int, set[int]] = {}
    for code, others in EXTRA.items():
        groups.setdefault(min((code, *others)), set()).update((code, *others))
    for char, lower in enumerate(map(unicode_tolower, range(_LETTERS))):
        if char != lower:  # as few do
            groups.setdefault(min((lower, *EXTRA.get(lower, ()))), set()).update((char, lower))
    return {char: frozenset(g) for g in groups.values() for char in g}
