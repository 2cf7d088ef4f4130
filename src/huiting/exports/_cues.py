"""Segments cut into subtitle cues that can be read, at times that were really measured.

A segment without word times stays one cue, however long: a time made up in proportion
to its characters would look like a measured one.

Source:
    Limits of Netflix's Timed Text Style Guides: at most 2 lines and 7 s; 16 characters a
    line in Simplified Chinese, 42 in English.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from huiting.core.rewrite import written_words
from huiting.core.types import Call, Segment, Span

LONGEST = 7.0
"""Seconds a cue may stand."""
SHORTEST = 0.5
"""Seconds; a cue said faster stands a little longer, as nobody could read it."""
LINES = 2
_NARROW_LINE = 42
"""Columns of text in Latin letters; a CJK character takes two."""
_WIDE_LINE = 32
_STOPS = "。！？!?；;…"
_PAUSES = _STOPS + "，,、：:."
_NO_LINE_STARTS_WITH = "。！？!?；;…，,、：:.）)」』》”’%"
_TOKEN = re.compile(r"[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+(?:[.,:][0-9]+)*\S?\s*|\S\s*")


@dataclass(frozen=True, slots=True)
class Cue:
    """A piece of a segment to be shown at once."""

    span: Span
    segment: Segment
    lines: tuple[str, ...]


def cues(call: Call) -> Iterator[Cue]:
    """Yield the cues of a call in order of their start; segments without text have none."""
    found = [cue for segment in call.segments for cue in _of(segment)]
    yield from sorted(found, key=lambda cue: (cue.span.start, cue.segment.channel))


def _of(segment: Segment) -> Iterator[Cue]:
    words = written_words(segment)
    if not words:
        if text := _one_line(segment.text):
            yield _cue(segment, segment.span, text)
        return
    starts = []
    at = 0
    for word in words:
        at = segment.text.index(word.text, at)
        starts.append(at)
        at += len(word.text)
    ends = [*starts[1:], len(segment.text)]
    pieces = [segment.text[a:b] for a, b in zip([0, *starts[1:]], ends, strict=True)]
    room = LINES * _line(segment.text)

    def fits(first: int, last: int) -> bool:
        long = words[last - 1].span.end - words[first].span.start
        return long <= LONGEST and _width("".join(pieces[first:last]).strip()) <= room

    for first, last in _pack(pieces, fits):
        span = Span(words[first].span.start, max(w.span.end for w in words[first:last]))
        yield _cue(segment, span, _one_line("".join(pieces[first:last])))


def _cue(segment: Segment, span: Span, text: str) -> Cue:
    end = max(span.end, span.start + SHORTEST)
    return Cue(Span(span.start, end), segment, tuple(wrapped(text)))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def wrapped(text: str) -> list[str]:
    """Break a text into lines no wider than its script allows, after a pause where one is near."""
    limit = _line(text)
    tokens: list[str] = []
    for found in _TOKEN.finditer(text):
        if tokens and found[0][0] in _NO_LINE_STARTS_WITH and not tokens[-1].endswith(" "):
            tokens[-1] += found[0]
        else:
            tokens.append(found[0])

    def width(first: int, last: int) -> int:
        return _width("".join(tokens[first:last]).strip())

    def fits(first: int, last: int) -> bool:
        return width(first, last) <= limit

    def cost(at: int) -> int:
        pause = tokens[at - 1].rstrip()[-1:] in _PAUSES
        return abs(width(0, at) - width(at, len(tokens))) + (0 if pause else limit)

    if limit < width(0, len(tokens)) <= LINES * limit:
        halves = [n for n in range(1, len(tokens)) if fits(0, n) and fits(n, len(tokens))]
        if halves:
            best = min(halves, key=cost)
            return ["".join(tokens[:best]).strip(), "".join(tokens[best:]).strip()]
    return ["".join(tokens[first:last]).strip() for first, last in _pack(tokens, fits)]


def _pack(pieces: Sequence[str], fits: Callable[[int, int], bool]) -> Iterator[tuple[int, int]]:
    """Yield runs [first, last) of pieces that fit, each as long as may be.

    A run that must be cut is cut after the last stop in its second half, or else after
    the last pause there. One piece that does not fit is a run of its own.
    """
    first = 0
    while first < len(pieces):
        last = first + 1
        while last < len(pieces) and fits(first, last + 1):
            last += 1
        if last < len(pieces):
            half = first + (last - first + 1) // 2
            ends = [p.rstrip()[-1:] for p in pieces[:last]]
            for marks in (_STOPS, _PAUSES):
                good = [n + 1 for n in range(half - 1, last) if ends[n] and ends[n] in marks]
                if good:
                    last = good[-1]
                    break
        yield first, last
        first = last


def _line(text: str) -> int:
    """Return the columns a line may have: fewer where most characters are wide."""
    wide = sum(_is_wide(c) for c in text)
    return _WIDE_LINE if wide * 2 > len(text) else _NARROW_LINE


def _width(text: str) -> int:
    return sum(2 if _is_wide(c) else 1 for c in text)


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"
