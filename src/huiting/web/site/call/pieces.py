"""The text of a segment as stretches that are heard, and stretches that mean something.

Each character knows the word it is heard in; some stand in an entity, or where a hotword was
put in. Characters of which the same is known become one stretch.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from huiting.core.meaning import Entity
from huiting.core.rewrite import offsets, written_words
from huiting.core.types import Edit, Segment, Word

LOW = 0.5
"""Confidence below which a word is marked: about half of those are wrong."""
_HOTWORD = "hotword"


class Form(StrEnum):
    """Which text is shown."""

    RAW = "raw"
    """As recognized."""
    WRITTEN = "written"
    RICH = "rich"
    """As written, with what is heard besides words."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of one word."""

    text: str
    at: float | None
    """Second in which the word begins; None where the engine gave no times."""
    low: bool
    """The engine was not sure."""


@dataclass(frozen=True, slots=True)
class Run:
    """Pieces of which the same is known."""

    pieces: tuple[Piece, ...]
    kind: str | None = None
    """Of the entity that they are."""
    value: str | None = None
    """Of that entity, normalized."""
    heard: str | None = None
    """What was recognized where this hotword was put in."""

    @property
    def marked(self) -> bool:
        """Tell whether there is something to say of it."""
        return self.kind is not None or self.heard is not None


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a stretch of text."""

    entity: Entity | None = None
    heard: str | None = None


def runs(segment: Segment, entities: Sequence[Entity], form: Form) -> tuple[Run, ...]:
    """Return the text of a segment.

    Args:
        segment: of the call.
        entities: said in it; they stand in the written text.
        form: which text.
    """
    if form is Form.RAW:
        return (Run(tuple(_pieces(segment.spoken, _raw(segment), 0, len(segment.spoken)))),)
    text, words = segment.text, _written(segment)
    known = _known(segment, entities)
    found: list[Run] = []
    for key, places in groupby(range(len(text)), key=lambda place: id(known[place])):
        del key
        those = list(places)
        what = known[those[0]]
        pieces = tuple(_pieces(text, words, those[0], those[-1] + 1))
        entity = what.entity
        kind, value = (None, None) if entity is None else (entity.kind, entity.value)
        found.append(Run(pieces, kind, value, what.heard))
    return tuple(found)


def _known(segment: Segment, entities: Sequence[Entity]) -> list[_Known]:
    """Return what is known of each character; of entities that overlap the longest counts."""
    nothing = _Known()
    known = [nothing] * len(segment.text)
    for entity in sorted(entities, key=lambda e: (e.end - e.start, -e.start)):
        what = _Known(entity)
        for place in range(max(0, entity.start), min(len(known), entity.end)):
            known[place] = what
    gained = 0
    for edit in segment.edits:
        start = edit.start + gained
        gained += len(edit.written) - (edit.end - edit.start)
        if _HOTWORD in edit.stages:
            _mark(known, start, edit, segment.spoken[edit.start : edit.end])
    return known


def _mark(known: list[_Known], start: int, edit: Edit, heard: str) -> None:
    over: dict[int, _Known] = {}
    for place in range(start, start + len(edit.written)):
        was = known[place]
        known[place] = over.setdefault(id(was), _Known(was.entity, heard))


_Placed = tuple[int, int, Word]


def _raw(segment: Segment) -> Sequence[_Placed]:
    try:
        found = offsets(segment)
    except ValueError:  # of an import whose words are not those of its text
        return ()
    return [(start, end, word) for (start, end), word in zip(found, segment.words, strict=True)]


def _written(segment: Segment) -> Sequence[_Placed]:
    try:
        words = written_words(segment)
    except ValueError:
        return ()
    found: list[_Placed] = []
    at = 0
    for word in words:
        start = segment.text.find(word.text, at)
        if start < 0:
            return ()
        at = start + len(word.text)
        found.append((start, at, word))
    return found


def _pieces(text: str, words: Sequence[_Placed], start: int, end: int) -> Iterator[Piece]:
    """Yield the stretch [start, end) of a text word by word, with what stands between them."""
    at = start
    for first, last, word in words:
        if last <= start or end <= first:
            continue
        begin, stop = max(first, at), min(last, end)
        if at < begin:
            yield Piece(text[at:begin], None, low=False)
        low = word.confidence is not None and word.confidence < LOW
        yield Piece(text[begin:stop], word.span.start, low)
        at = stop
    if at < end:
        yield Piece(text[at:end], None, low=False)
