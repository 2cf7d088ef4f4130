"""Words that were misheard again and again: told from lines that somebody has corrected.

A word is worth a hotword when it stands in several corrected lines where the machine had
written something else. Where a word begins and ends, no dictionary says: it is the longest
stretch around the change that these lines have in common.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

LONGEST = 6
"""Units of a word: characters where script has no spaces, else words."""
_SHORTEST = 2
"""Characters of a word."""


@dataclass(frozen=True, slots=True)
class Misheard:
    """A word that the machine often writes otherwise."""

    word: str
    lines: int
    """Corrected lines in which it was misheard."""
    heard: tuple[str, ...]
    """What the machine wrote instead, the most frequent first; empty when it wrote nothing."""


def misheard(lines: Iterable[tuple[str, str]], least: int = 2, most: int = 50) -> list[Misheard]:
    """Return words that were misheard in at least `least` lines, the most frequent first.

    Args:
        lines: what the machine wrote, and what was said.
        least: lines in which a word must have been misheard.
        most: words returned.
    """
    where: defaultdict[str, set[int]] = defaultdict(set)
    instead: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for place, (heard, said) in enumerate(lines):
        for word, other in set(_around(_units(heard), _units(said))):
            where[word].add(place)
            instead[word][other] += 1
    often = [word for word, places in where.items() if len(places) >= least]
    often.sort(key=lambda word: (-len(where[word]), -len(word), word))
    chosen: list[str] = []
    for word in often:
        if len(chosen) < most and not any(word in other or other in word for other in chosen):
            chosen.append(word)
    return [
        Misheard(word, len(where[word]), tuple(w for w, _ in instead[word].most_common(3) if w))
        for word in chosen
    ]


def _around(heard: Sequence[str], said: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield stretches of what was said that hold a whole change, and what was heard there."""
    for change in Levenshtein.opcodes(heard, said):
        begin, end = change.dest_start, change.dest_end
        if change.tag == "equal" or begin == end or "" in said[begin:end]:
            continue
        for first in range(max(0, end - LONGEST), begin + 1):
            for last in range(end, min(len(said), first + LONGEST) + 1):
                stretch = said[first:last]
                word = "" if "" in stretch else _joined(stretch)
                if len(word) >= _SHORTEST:
                    before, after = begin - first, last - end
                    other = heard[max(0, change.src_start - before) : change.src_end + after]
                    yield word, _joined([unit for unit in other if unit])


def _units(text: str) -> list[str]:
    """Return characters, or words where script has spaces; empty where a stretch must end."""
    found: list[str] = []
    joined = False
    for char in unicodedata.normalize("NFKC", text):
        kind = unicodedata.category(char)
        if kind[0] not in "LNM":
            if char != " " and found and found[-1]:
                found.append("")
            joined = False
        elif joined and not _alone(char):
            found[-1] += char
        else:
            found.append(char)
            joined = not _alone(char)
    return found


def _alone(char: str) -> bool:
    """Tell whether a character is a unit by itself."""
    return unicodedata.category(char) == "Lo"


def _joined(units: Sequence[str]) -> str:
    """Return units as text: a space between words of a script that has spaces."""
    pieces: list[str] = []
    for unit in units:
        if pieces and not _alone(pieces[-1][-1]) and not _alone(unit[0]):
            pieces.append(" ")
        pieces.append(unit)
    return "".join(pieces)
