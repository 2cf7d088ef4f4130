"""Times of a segment as FunASR's clients read them, in milliseconds.

`timestamp` is a JSON text in which its HTML5 page looks up each stretch between two marks by
counting: a stretch of Latin letters counts one, any other one for each of its characters. A
list of another length makes that page fail, so it is counted here in the same way.
`stamp_sents` has the pieces between two marks, with a time for each character or Latin word.

Source:
    FunASR runtime, html5/static/main.js, `handleWithTimestamp`; docs/websocket_protocol.md.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from huiting.core.rewrite import written_words
from huiting.core.types import Segment, Word, apply

_MARKS = "。？，、?. "
"""Where the page cuts."""
_ENDS = "，。？！；、,?!;."
_LETTERS = re.compile(r"[A-Za-z]+")
_TOKEN = re.compile(r"[A-Za-z0-9'.%-]*[A-Za-z0-9%]|[^\s]")
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Timed:
    """A character and when it is said."""

    text: str
    start: int
    end: int


def without_itn(segment: Segment) -> Segment:
    """Return a segment with its numbers as they were spoken."""
    edits = tuple(edit for edit in segment.edits if "itn" not in edit.stages)
    return replace(segment, edits=edits, text=apply(segment.spoken, edits))


def timestamp(segment: Segment) -> str | None:
    """Return the times as a JSON text; None where the engine gave none."""
    pairs: list[Pair] = []
    for stretch in _stretches(_characters(segment)):
        if _LETTERS.fullmatch("".join(one.text for one in stretch)):
            pairs.append((stretch[0].start, stretch[-1].end))
        else:
            pairs += [(one.start, one.end) for one in stretch for _ in range(_units(one.text))]
    return json.dumps(pairs, separators=(",", ":")) if pairs else None


def sentences(segment: Segment) -> list[dict[str, Any]]:
    """Return `stamp_sents`; none where the engine gave no times."""
    found: list[dict[str, Any]] = []
    piece: list[_Timed] = []
    for one in _characters(segment):
        if one.text in _ENDS:
            found += _sentence(piece, one.text)
            piece = []
        else:
            piece.append(one)
    return found + _sentence(piece, "")


def milliseconds(seconds: float) -> int:
    """Return a time as FunASR writes it."""
    return round(seconds * 1000)


def _characters(segment: Segment) -> list[_Timed]:
    """Return all characters of the text; letters and digits of a word share its time evenly.

    Marks and what stands between words take no time. None where the engine gave no times.
    """
    found: list[_Timed] = []
    words = written_words(segment)
    for word in words:
        at = segment.text.index(word.text, len(found))
        found += _silent(segment.text[len(found) : at], found, word.span.start)
        found += _shared(word)
    return found + _silent(segment.text[len(found) :], found, 0.0) if words else []


def _shared(word: Word) -> Iterator[_Timed]:
    sounding = [character.isalnum() for character in word.text]
    length = word.span.duration / (sum(sounding) or len(sounding))
    at = word.span.start
    for character, sounds in zip(word.text, sounding, strict=True):
        end = at + length * (sounds or not any(sounding))
        yield _Timed(character, milliseconds(at), milliseconds(end))
        at = end


def _silent(text: str, before: Sequence[_Timed], otherwise: float) -> list[_Timed]:
    at = before[-1].end if before else milliseconds(otherwise)
    return [_Timed(character, at, at) for character in text]


def _stretches(characters: Sequence[_Timed]) -> Iterator[list[_Timed]]:
    piece: list[_Timed] = []
    for one in characters:
        if one.text not in _MARKS:
            piece.append(one)
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece


def _sentence(piece: Sequence[_Timed], mark: str) -> list[dict[str, Any]]:
    text = "".join(one.text for one in piece)
    tokens = [(found.start(), found.end()) for found in _TOKEN.finditer(text)]
    if not tokens:
        return []
    times = [[piece[a].start, piece[b - 1].end] for a, b in tokens]
    return [
        {
            "text_seg": " ".join(text[a:b] for a, b in tokens),
            "punc": mark,
            "start": times[0][0],
            "end": times[-1][1],
            "ts_list": times,
        }
    ]


def _units(text: str) -> int:
    """Return how long JavaScript takes a character to be."""
    return len(text.encode("utf-16-le")) // 2
