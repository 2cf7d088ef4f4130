"""Error rates of a transcript: CER, WER and MER, by turn or over a whole channel.

An error rate is edits (substitutions, insertions, deletions) over the units of the
reference. Units are characters for Chinese, Cantonese, Japanese and Korean (CER), words
for other languages (WER), and for mixed text characters where the script is written
without spaces and words elsewhere (MER).

Before they are compared, both texts are normalized, in this order: Unicode NFKC (full-width
becomes half-width), lower case, Traditional to Simplified Chinese by OpenCC (`t2s`), every
character that is no letter, digit or combining mark becomes a space, except an apostrophe
inside a word, which is dropped; spaces count for nothing but as borders of words.

A turn may be written as spoken (一百二十) or in figures (120), and either is right: a
reference is a list of turns, each with its accepted forms, and each turn is scored by the
form that costs least. Mixed figures within one turn are not offered, so this is strict.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein


class Unit(StrEnum):
    """What is counted."""

    CHARACTER = "character"
    WORD = "word"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """Edits against a reference. Rates of several add up with `+`."""

    edits: int
    units: int
    """Of the reference."""

    @property
    def rate(self) -> float:
        """Edits per unit; may exceed 1. With an empty reference: 0 without edits, else 1."""
        if self.units == 0:
            return float(self.edits > 0)
        return self.edits / self.units

    def __add__(self, other: "ErrorRate") -> "ErrorRate":
        """Return the rate over both references together."""
        return ErrorRate(self.edits + other.edits, self.units + other.units)


NOTHING = ErrorRate(0, 0)
"""What a sum of rates begins with."""


def unit_of(language: str | None) -> Unit:
    """Return what is counted for a language by its ISO 639 code; `None` stands for mixed."""
    if language is None:
        return Unit.MIXED
    return Unit.CHARACTER if language in {"zh", "yue", "ja", "ko"} else Unit.WORD


def units_of(text: str, unit: Unit) -> list[str]:
    """Return the normalized units of a text."""
    words = normalize(text).split()
    if unit is Unit.WORD:
        return words
    if unit is Unit.CHARACTER:
        return [char for word in words for char in word]
    return [part for word in words for part in _mixed(word)]


def normalize(text: str) -> str:
    """Return the text as it is compared; see the module's docstring. Idempotent."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    simple = unicodedata.normalize("NFKC", _simplified().convert(folded))
    kept = [char if _counts(char) else " " for char in simple if char not in "'’"]
    return " ".join("".join(kept).split())


def score(hypothesis: str, forms: Sequence[str], unit: Unit) -> ErrorRate:
    """Score one turn by the accepted form that costs least; the first wins a tie."""
    said = units_of(hypothesis, unit)
    rates = []
    for form in forms:
        meant = units_of(form, unit)
        rates.append(ErrorRate(Levenshtein.distance(said, meant), len(meant)))
    return min(rates, key=lambda r: r.edits)


def score_channel(hypothesis: str, turns: Sequence[Sequence[str]], unit: Unit) -> ErrorRate:
    """Score a whole channel against its turns in order, each by the form that costs least.

    Where the text of one turn ends and the next begins is found by the alignment itself,
    so a recognizer may cut where it likes.

    Args:
        hypothesis: all that was recognized on the channel, in order.
        turns: accepted forms of each turn, in order; at least one form each.
        unit: what is counted.

    Source:
        Edit distance to a lattice of alternatives, as in NIST sclite's optionally
        deletable alternatives.
    """
    codes: dict[str, int] = {}
    said = np.array([codes.setdefault(u, len(codes)) for u in units_of(hypothesis, unit)], int)
    rows = [np.arange(len(said) + 1)]  # cost of having read so much of the hypothesis
    lengths = np.zeros(len(said) + 1, int)  # units of the reference on the way there
    for forms in turns:
        best: NDArray[Any] | None = None
        ways = lengths
        for form in forms:
            meant = [codes.setdefault(u, len(codes)) for u in units_of(form, unit)]
            cost, way = _advance(rows[-1], lengths + len(meant), said, meant)
            if best is None:
                best, ways = cost, way
            else:
                better = cost < best
                best, ways = np.where(better, cost, best), np.where(better, way, ways)
        assert best is not None, "a turn needs at least one form"
        rows.append(best)
        lengths = ways
    return ErrorRate(int(rows[-1][-1]), int(lengths[-1]))


def _advance(
    row: NDArray[Any], lengths: NDArray[Any], said: NDArray[Any], meant: Sequence[int]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Read one form: return the new costs, and the reference length behind each of them."""
    places = np.arange(len(row))
    row, lengths = _inserted(row, lengths, places)
    for unit in meant:
        kept = row[:-1] + (said != unit)
        cost, way = row + 1, lengths.copy()
        better = kept < cost[1:]
        cost[1:] = np.where(better, kept, cost[1:])
        way[1:] = np.where(better, lengths[:-1], way[1:])
        row, lengths = _inserted(cost, way, places)
    return row, lengths


def _inserted(
    cost: NDArray[Any], way: NDArray[Any], places: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Let each place be reached from one before it by insertions."""
    level = cost - places
    least = np.minimum.accumulate(level)
    origin = np.maximum.accumulate(np.where(level == least, places, 0))
    # an earlier place with the same level may follow a higher one: take the last that is least
    return least + places, way[origin]


def _counts(char: str) -> bool:
    return unicodedata.category(char)[0] in "LNM"


def _mixed(word: str) -> list[str]:
    """Return runs of letters that are written with spaces, and other characters singly."""
    parts: list[str] = []
    joined = False
    for char in word:
        spaced = not _unspaced(char)
        if spaced and joined:
            parts[-1] += char
        else:
            parts.append(char)
        joined = spaced
    return parts


def _unspaced(char: str) -> bool:
    return any(
        low <= ord(char) <= high
        for low, high in ((0x3040, 0x30FF), (0x3400, 0x9FFF), (0xAC00, 0xD7AF), (0x20000, 0x323AF))
    )


@cache
def _simplified() -> Any:  # noqa: ANN401  (opencc ships no types)
    import opencc

    return opencc.OpenCC("t2s")
