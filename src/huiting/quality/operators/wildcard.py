"""Phrases with gaps: `请*稍等`, `工号????`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from huiting.core.dialogue import Dialogue, Line
from huiting.core.judgement import EvidenceKind, Match
from huiting.quality.matching.fold import fold
from huiting.quality.matching.heard import Phrase
from huiting.quality.operators._options import refuse, texts
from huiting.quality.operators._said import Words, heard_in, inside
from huiting.quality.rules.asked import Context, Found, Hit, Scope

_ONE = "(?:[a-zÀ-ɏ]++ ?+|[^ \\n])"
"""One character of Chinese, or a digit, or a word of Latin script; possessive, so never slow."""
_GAP = 12
_MOST_GAPS = 4


def build(pattern: str | Sequence[str]) -> "Wildcard":
    """Ask for one of some phrases with gaps, within a line.

    Args:
        pattern: `*` stands for up to twelve characters (or English words), `?` for one.

    Raises:
        ConfigError: nothing but gaps, or more than four wide ones in a pattern.
    """
    found = texts("wildcard", "pattern", pattern)
    patterns = tuple(_pattern(one) for one in dict.fromkeys(found))
    parts = tuple(pattern.part for pattern in patterns)
    return Wildcard(patterns, Words(parts, frozenset(parts)))


@dataclass(frozen=True, slots=True)
class Pattern:
    """One phrase with gaps."""

    written: str
    folded: re.Pattern[str]
    part: Phrase
    """Its longest part, without which it is not said."""


@dataclass(frozen=True, slots=True)
class Wildcard:
    """An `Operator`."""

    patterns: tuple[Pattern, ...]
    words: Words
    hears: bool = True

    def find(self, dialogue: Dialogue, scope: Scope, context: Context) -> Found:
        """Return each place where one of them is said."""
        heard = heard_in(self.words, dialogue, context)
        hits: dict[tuple[int, int], Hit] = {}
        for pattern in self.patterns:
            lines = dict.fromkeys(place.line for place in heard.places(pattern.part))
            for number in lines:
                line = dialogue.lines[number]
                if not scope.asks(line.role):
                    continue
                for start, end in _places(pattern, line):
                    hit = _hit(pattern, line, start, end)
                    if inside(hit, line, scope):
                        hits.setdefault((number, start), hit)
        return Found(tuple(sorted(hits.values(), key=lambda hit: hit.span)))

    def phrases(self) -> tuple[Phrase, ...]:
        """Return the longest part of each."""
        return self.words.phrases


def _pattern(written: str) -> Pattern:
    parts = [part for part in re.split(r"[*?]", written) if any(c.isalnum() for c in part)]
    if not parts:
        refuse("wildcard", "pattern", f"{written!r} is nothing but gaps", "write words around them")
    if written.strip("*").count("*") > _MOST_GAPS:
        refuse("wildcard", "pattern", f"more than {_MOST_GAPS} wide gaps", "use several patterns")
    pieces = []
    for piece in re.split(r"([*?])", written.strip("*")):
        if piece == "*":
            pieces.append(f"{_ONE}{{0,{_GAP}}}?")
        elif piece == "?":
            pieces.append(_ONE)
        else:
            folded = re.escape(fold(piece).text).replace("\\ ", " ")
            pieces.append("(?: |(?<= ))" + folded[1:] if folded.startswith(" ") else folded)
    return Pattern(written, re.compile("".join(pieces)), Phrase(max(parts, key=len)))


def _places(pattern: Pattern, line: Line) -> Iterator[tuple[int, int]]:
    folded = fold(line.text)
    for found in pattern.folded.finditer(folded.text):
        said = [i for i in range(*found.span()) if folded.text[i] != " "]
        yield folded.starts[said[0]], folded.ends[said[-1]]


def _hit(pattern: Pattern, line: Line, start: int, end: int) -> Hit:
    return Hit(
        line.when(start, end),
        EvidenceKind.SAID,
        line.channel,
        line.role,
        line.segment,
        line.text[start:end],
        Match.EXACT,
        1.0,
        note=pattern.written,
    )
