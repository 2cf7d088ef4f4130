"""Where phrases are said in one call: as written known at once, by sound when asked for.

Most phrases that might sound like something in a call are never asked for; what is, is
compared in full here. Where it is worth comparing at all, `phrasebook` says.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from huiting.core.types import Role
from huiting.quality.matching.alignment import Fit, Syllables, side_by_side, with_gap
from huiting.quality.matching.sieve import Candidate

_NEAR = 0.5
"""Likeness from which something is worth showing as the nearest."""
MOST = 500
"""Places of one phrase that are kept: more would prove nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """What is looked for. Two phrases of the same text are two phrases."""

    text: str
    like: float | None = None
    """Likeness in sound from which something counts, in (0, 1]; None: only as written."""


class Place(NamedTuple):
    """Where a phrase is said."""

    line: int
    """Of the dialogue."""
    start: int
    """First character in the line's text."""
    end: int
    """One past the last."""
    score: float
    exact: bool
    """As written; otherwise by sound."""


Piece = tuple[int, int, float, bool]
"""First character in the joined text, one past the last, score, and whether as written."""


class Sounding(NamedTuple):
    """One row of syllables to listen for."""

    phrases: list[Phrase]
    roles: frozenset[Role] | None
    """Who may say it; None: anybody."""
    syllables: Syllables
    classes: str
    most: float
    """What differences may cost together, at most."""
    alike: int
    """How many syllables must then be alike but for the accent."""
    alike_with_gap: int


class Heard:
    """Where the phrases of a phrasebook are said in one call.

    What sounds like a phrase is compared in full when that phrase is first asked for: most
    never are.
    """

    def __init__(
        self,
        known: frozenset[Phrase],
        begins: Sequence[int],
        read: Mapping[Phrase, list[Piece]],
        rows: Mapping[Phrase, list[int]],
        listened: "Listened | None",
    ) -> None:
        self._known = known
        self._begins = begins
        self._read = read
        self._rows = rows
        self._listened = listened
        self._places: dict[Phrase, tuple[Sequence[Place], Place | None]] = {}
        self.touched = read.keys() | rows.keys()
        """The phrases that are said as written or may sound like something that is: few."""
        self.written = read.keys()
        """Those that are said as written."""

    def knows(self, phrase: Phrase) -> bool:
        """Tell whether this was looked for."""
        return phrase in self._known

    def places(self, phrase: Phrase) -> Sequence[Place]:
        """Return where a phrase is said, by line, then start; weak ones included."""
        return self._found(phrase)[0] if phrase in self.touched else ()

    def as_written(self, phrase: Phrase) -> Sequence[Place]:
        """Return where a phrase is said as written, as `places` does."""
        return _placed(self._read[phrase], self._begins)

    def nearest(self, phrase: Phrase) -> Place | None:
        """Return what comes closest to a phrase without being good enough even for a doubt."""
        return self._found(phrase)[1] if phrase in self.touched else None

    def _found(self, phrase: Phrase) -> tuple[Sequence[Place], Place | None]:
        known = self._places.get(phrase)
        if known is not None:
            return known
        pieces = list(self._read.get(phrase, ()))
        near: Piece | None = None
        if self._listened is not None and phrase in self._rows:
            for piece, enough in self._listened.pieces(self._rows[phrase]):
                if enough:
                    pieces.append(piece)
                elif near is None or near[2] < piece[2]:
                    near = piece
        found = _placed(pieces[:MOST], self._begins) if pieces else ()
        nearest = None if near is None else _placed([near], self._begins)[0]
        known = self._places[phrase] = (found, nearest)
        return known


class Listened:
    """What was heard in one call, and where rows of syllables may be said in it."""

    def __init__(
        self, rows: Sequence[Sounding], at: Sequence[int], said: Syllables, found: list[Candidate]
    ) -> None:
        self._rows = rows
        self._at = at
        self._said = said
        self._candidates: dict[int, list[tuple[int, Candidate]]] = {}
        for order, candidate in enumerate(found):
            self._candidates.setdefault(candidate.row, []).append((order, candidate))
        self._pieces: dict[int, list[tuple[int, Piece, bool]]] = {}

    def rows(self) -> dict[Phrase, list[int]]:
        """Return for each phrase that may be said its rows."""
        found: dict[Phrase, list[int]] = {}
        for row in self._candidates:
            for phrase in self._rows[row].phrases:
                found.setdefault(phrase, []).append(row)
        return found

    def pieces(self, rows: Sequence[int]) -> Iterator[tuple[Piece, bool]]:
        """Yield what sounds like some rows, in the order of the call's pairs.

        With each goes whether it counts, rather than merely being near.
        """
        found = [piece for row in rows for piece in self._of(row)]
        if len(rows) > 1:
            found.sort(key=lambda piece: piece[0])
        for _, piece, enough in found:
            yield piece, enough

    def _of(self, row: int) -> list[tuple[int, Piece, bool]]:
        known = self._pieces.get(row)
        if known is None:
            known = self._pieces[row] = list(self._compared(row))
        return known

    def _compared(self, row: int) -> Iterator[tuple[int, Piece, bool]]:
        sounding, at = self._rows[row], self._at
        least = 1.0 - sounding.most / len(sounding.classes)
        for order, (_, start, side, gap) in self._candidates[row]:
            best = _fit(sounding, self._said, start, side=side, gap=gap)
            if best is not None:
                piece = (at[best.start], at[best.end - 1] + 1, best.score, False)
                yield order, piece, best.score >= least


def _fit(sounding: Sounding, said: Syllables, start: int, *, side: bool, gap: bool) -> Fit | None:
    """Return how a phrase fits at `start`: side by side, or with a gap, as may be."""
    size = len(sounding.classes)
    best = None
    if side:
        best = side_by_side(sounding.syllables, said, start, (1.0 - _NEAR) * size)
        if best is not None and (1.0 - best.score) * size <= sounding.most:
            return best
    return (with_gap(sounding.syllables, said, start, sounding.most) if gap else None) or best


def _placed(pieces: Sequence[Piece], begins: Sequence[int]) -> Sequence[Place]:
    """Put places in the joined text into their lines; of overlapping ones the best is kept."""
    if len(pieces) == 1:
        start, end, score, exact = pieces[0]
        line = bisect_right(begins, start) - 1
        return (Place(line, start - begins[line], end - begins[line], score, exact),)
    best: list[Piece] = []
    for piece in sorted(pieces, key=lambda p: (-p[3], -p[2], p[0])):
        if all(piece[1] <= kept[0] or kept[1] <= piece[0] for kept in best):
            best.append(piece)
    best.sort()
    placed = []
    for start, end, score, exact in best:
        line = bisect_right(begins, start) - 1
        placed.append(Place(line, start - begins[line], end - begins[line], score, exact))
    return placed
